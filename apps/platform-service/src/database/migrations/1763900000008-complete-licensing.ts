import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APPEND_ONLY, CHANGES, run, TENANT_ROW, tenantScoped } from './ddl.js';

const CREATION = `
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by uuid NOT NULL`;

/** Row-level security that is forced hides the rows from their owner too; what has to be filled in is filled in here. */
const filling = (tables: readonly string[], statements: readonly string[]): string[] => [
  ...tables.map((table) => `ALTER TABLE platform.${table} NO FORCE ROW LEVEL SECURITY`),
  ...statements,
  ...tables.map((table) => `ALTER TABLE platform.${table} FORCE ROW LEVEL SECURITY`),
];

export class CompleteLicensing1763900000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [...changes(), ...deltas(), ...usage(), ...migrations(), ...fill()]);
  }

  async down(): Promise<void> {
    throw new Error('what was counted and agreed would be lost; restore a backup instead');
  }
}

/** What is going to happen to a subscription by the clock alone, and what its billing provider knows of it. */
const changes = (): string[] => [
  `ALTER TABLE platform.subscriptions
     ADD COLUMN trial boolean NOT NULL DEFAULT false,
     ADD COLUMN billing_period text NOT NULL DEFAULT 'month' CHECK (billing_period IN ('month', 'year')),
     ADD COLUMN scheduled_change text CHECK (scheduled_change IN ('plan', 'cancel')),
     ADD COLUMN scheduled_at timestamptz,
     ADD COLUMN scheduled_plan_id uuid,
     ADD COLUMN billing_reference text,
     ADD COLUMN billing_sequence bigint NOT NULL DEFAULT 0,
     ADD COLUMN billing_synced_version integer NOT NULL DEFAULT 0,
     ADD CHECK ((scheduled_change IS NULL) = (scheduled_at IS NULL)),
     ADD CHECK ((scheduled_change IS NOT DISTINCT FROM 'plan') = (scheduled_plan_id IS NOT NULL)),
     ADD FOREIGN KEY (product, scheduled_plan_id) REFERENCES platform.plans (product, id)`,
  'CREATE INDEX subscriptions_scheduled_plan ON platform.subscriptions (product, scheduled_plan_id)',
  // The next instant at which the clock changes something of the licence; null when nothing is ahead.
  'ALTER TABLE platform.tenants ADD COLUMN licence_due_at timestamptz',
  // One event of a billing provider counts once, in the order of its sequence.
  `CREATE TABLE platform.billing_events (
     ${TENANT_ROW},
     provider text NOT NULL,
     event_id text NOT NULL,
     type text NOT NULL,
     sequence bigint NOT NULL,
     outcome text NOT NULL CHECK (outcome IN ('applied', 'stale', 'refused')),
     ${CREATION},
     UNIQUE (tenant_id, provider, event_id)
   )`,
  ...tenantScoped('billing_events', APPEND_ONLY),
];

/** Only where a tenant departs from its plan: modules added by hand, limits that differ. */
const deltas = (): string[] => [
  `CREATE TABLE platform.entitlement_grants (
     ${TENANT_ROW},
     module_key text NOT NULL CHECK (module_key ~ '^[a-z]+\\.[a-z-]+$'),
     layer text NOT NULL CHECK (layer IN ('addon', 'grant')),
     reason text NOT NULL,
     valid_from timestamptz NOT NULL,
     valid_until timestamptz,
     status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'expired', 'revoked')),
     ${CHANGES},
     CHECK (valid_until > valid_from)
   )`,
  ...tenantScoped('entitlement_grants'),
  `CREATE UNIQUE INDEX entitlement_grants_one_active ON platform.entitlement_grants (tenant_id, module_key, layer)
     WHERE status = 'active'`,
  // amount NULL: unlimited. grace: what held before a limit fell below what is used, for as long as the plan's grace.
  `CREATE TABLE platform.limit_deltas (
     ${TENANT_ROW},
     meter text NOT NULL CHECK (meter ~ '^[a-z]+\\.[a-z-]+$'),
     layer text NOT NULL CHECK (layer IN ('addon', 'grant', 'override', 'grace')),
     grant_id uuid,
     amount bigint CHECK (amount >= 0),
     reason text NOT NULL,
     valid_from timestamptz NOT NULL,
     valid_until timestamptz,
     status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'expired', 'revoked')),
     ${CHANGES},
     FOREIGN KEY (tenant_id, grant_id) REFERENCES platform.entitlement_grants (tenant_id, id),
     CHECK ((layer IN ('addon', 'grant')) = (grant_id IS NOT NULL)),
     CHECK (valid_until > valid_from)
   )`,
  ...tenantScoped('limit_deltas'),
  'CREATE INDEX limit_deltas_grant ON platform.limit_deltas (tenant_id, grant_id)',
  `CREATE UNIQUE INDEX limit_deltas_one_active ON platform.limit_deltas (tenant_id, meter, layer)
     WHERE status = 'active'`,
];

const usage = (): string[] => [
  // Which counter the limit bounds: the meter's own, or one that PLATFORM keeps for all products (seats).
  'ALTER TABLE platform.usage_limits ADD COLUMN counter text',
  // returned: what the product has given back of its blocks, in all. threshold_reached: the highest one, per cent;
  // threshold_mailed: the highest one that the administrators were told of.
  `ALTER TABLE platform.usage_counters
     ADD COLUMN returned bigint NOT NULL DEFAULT 0 CHECK (returned >= 0),
     ADD COLUMN threshold_reached smallint NOT NULL DEFAULT 0 CHECK (threshold_reached BETWEEN 0 AND 100),
     ADD COLUMN threshold_mailed smallint NOT NULL DEFAULT 0`,
  `CREATE INDEX usage_counters_to_mail ON platform.usage_counters (tenant_id, id)
     WHERE threshold_mailed < threshold_reached`,
  'ALTER TABLE platform.usage_leases DROP COLUMN returned, DROP COLUMN status',
  `CREATE TABLE platform.usage_reservations (
     ${TENANT_ROW},
     counter_id uuid NOT NULL,
     event_id text NOT NULL,
     amount bigint NOT NULL CHECK (amount > 0),
     committed bigint CHECK (committed >= 0),
     status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'committed', 'released', 'expired')),
     expires_at timestamptz NOT NULL,
     ${CHANGES},
     UNIQUE (tenant_id, event_id),
     FOREIGN KEY (tenant_id, counter_id) REFERENCES platform.usage_counters (tenant_id, id),
     CHECK ((status = 'committed') = (committed IS NOT NULL))
   )`,
  ...tenantScoped('usage_reservations'),
  'CREATE INDEX usage_reservations_counter ON platform.usage_reservations (tenant_id, counter_id, status, expires_at)',
  // Every change of a counter, so that it can be counted again. event_id: as the caller names it; counts once.
  `CREATE TABLE platform.usage_events (
     ${TENANT_ROW},
     counter_id uuid NOT NULL,
     kind text NOT NULL CHECK (kind IN ('opening', 'lease', 'return', 'consume', 'reserve', 'settle', 'release', 'take',
       'give_back')),
     amount bigint NOT NULL,
     event_id text,
     ${CREATION},
     UNIQUE (tenant_id, event_id),
     FOREIGN KEY (tenant_id, counter_id) REFERENCES platform.usage_counters (tenant_id, id)
   )`,
  ...tenantScoped('usage_events', APPEND_ONLY),
  'CREATE INDEX usage_events_counter ON platform.usage_events (tenant_id, counter_id) INCLUDE (amount)',
  // The limits that hold at an instant: the plan's, or what the highest layer says instead. amount: what is agreed;
  // allowed: with the grace after a limit fell below what was used. Both null: unlimited.
  `CREATE FUNCTION platform.effective_limits(tenant uuid, at timestamptz)
   RETURNS TABLE (meter text, counter text, period text, entitlement_id uuid, plan_amount bigint, layer text,
     delta_id uuid, amount bigint, allowed bigint, grace_until timestamptz) LANGUAGE sql STABLE AS $$
     SELECT l.meter, l.counter, l.period, l.entitlement_id, l.amount, d.layer, d.id, a.amount,
            CASE WHEN g.id IS NULL THEN a.amount
                 WHEN a.amount IS NOT NULL AND g.amount IS NOT NULL THEN greatest(a.amount, g.amount) END,
            g.valid_until
     FROM platform.usage_limits l
     LEFT JOIN LATERAL (
       SELECT o.id, o.layer, o.amount FROM platform.limit_deltas o
       WHERE o.tenant_id = l.tenant_id AND o.meter = l.meter AND o.status = 'active' AND o.layer <> 'grace'
         AND o.valid_from <= at AND (o.valid_until IS NULL OR o.valid_until > at)
       ORDER BY array_position('{override,grant,addon}'::text[], o.layer) LIMIT 1
     ) d ON true
     LEFT JOIN platform.limit_deltas g ON g.tenant_id = l.tenant_id AND g.meter = l.meter AND g.status = 'active'
       AND g.layer = 'grace' AND g.valid_from <= at AND g.valid_until > at
     CROSS JOIN LATERAL (SELECT CASE WHEN d.id IS NULL THEN l.amount ELSE d.amount END AS amount) a
     WHERE l.tenant_id = tenant AND l.status = 'active'
   $$`,
  'GRANT EXECUTE ON FUNCTION platform.effective_limits TO platform_app, platform_system',
];

/** Tenants moved from one version of a plan to another: asked for by the system, recorded with each of them. */
const migrations = (): string[] => [
  `CREATE TABLE platform.plan_migrations (
     ${TENANT_ROW},
     from_plan_id uuid NOT NULL REFERENCES platform.plans (id),
     to_plan_id uuid NOT NULL REFERENCES platform.plans (id),
     status text NOT NULL DEFAULT 'applied' CHECK (status IN ('applied', 'reverted')),
     ${CHANGES}
   )`,
  ...tenantScoped('plan_migrations'),
  'CREATE INDEX plan_migrations_from ON platform.plan_migrations (from_plan_id)',
  'CREATE INDEX plan_migrations_to ON platform.plan_migrations (to_plan_id)',
  `CREATE TABLE platform.plan_moves (
     ${TENANT_ROW},
     migration_id uuid NOT NULL,
     subscription_id uuid NOT NULL,
     from_plan_id uuid NOT NULL REFERENCES platform.plans (id),
     to_plan_id uuid NOT NULL REFERENCES platform.plans (id),
     status text NOT NULL DEFAULT 'moved' CHECK (status IN ('moved', 'reverted')),
     ${CHANGES},
     UNIQUE (tenant_id, migration_id, subscription_id),
     FOREIGN KEY (tenant_id, subscription_id) REFERENCES platform.subscriptions (tenant_id, id)
   )`,
  ...tenantScoped('plan_moves'),
  'CREATE INDEX plan_moves_subscription ON platform.plan_moves (tenant_id, subscription_id)',
  'CREATE INDEX plan_moves_from ON platform.plan_moves (from_plan_id)',
  'CREATE INDEX plan_moves_to ON platform.plan_moves (to_plan_id)',
];

const fill = (): string[] => [
  ...filling(
    ['subscriptions', 'tenants', 'usage_limits', 'usage_counters', 'usage_events'],
    [
      "UPDATE platform.subscriptions SET trial = true WHERE status = 'trialing'",
      // Looked at once by the job, which knows what is ahead of each.
      'UPDATE platform.tenants t SET licence_due_at = now() WHERE EXISTS (SELECT FROM platform.subscriptions s WHERE s.tenant_id = t.id)',
      'UPDATE platform.usage_limits SET counter = meter',
      `INSERT INTO platform.usage_events (tenant_id, counter_id, kind, amount, created_by)
       SELECT tenant_id, id, 'opening', granted, updated_by FROM platform.usage_counters WHERE granted > 0`,
    ],
  ),
  'ALTER TABLE platform.usage_limits ALTER COLUMN counter SET NOT NULL',
  'CREATE INDEX usage_limits_counter ON platform.usage_limits (tenant_id, counter)',
];
