import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CHANGES, GLOBAL_CHANGES, global, run, TENANT_ROW, tenantScoped } from './ddl.js';

/** What a tenant has bought, what that entitles it to, and how much of it is used. */
export class CreateLicensing1763800000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      // A plan never changes: another offer is another version. definition: modules with their limits per meter.
      `CREATE TABLE platform.plans (
         id uuid PRIMARY KEY DEFAULT uuidv7(),
         product text NOT NULL REFERENCES platform.products (key),
         key text NOT NULL CHECK (key ~ '^[a-z][a-z0-9_-]+$'),
         plan_version integer NOT NULL CHECK (plan_version > 0),
         name text NOT NULL,
         definition jsonb NOT NULL,
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'retired')),
         ${GLOBAL_CHANGES},
         UNIQUE (product, key, plan_version),
         UNIQUE (product, id)
       )`,
      ...global('plans'),
      `CREATE FUNCTION platform.refuse_plan_change() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
       BEGIN
         IF (NEW.id, NEW.product, NEW.key, NEW.plan_version, NEW.definition)
            IS DISTINCT FROM (OLD.id, OLD.product, OLD.key, OLD.plan_version, OLD.definition) THEN
           RAISE EXCEPTION 'plan % version % is immutable: add a version', OLD.key, OLD.plan_version;
         END IF;
         RETURN NEW;
       END $$`,
      `CREATE TRIGGER plans_are_immutable BEFORE UPDATE ON platform.plans
         FOR EACH ROW EXECUTE FUNCTION platform.refuse_plan_change()`,

      `CREATE TABLE platform.subscriptions (
         ${TENANT_ROW},
         product text NOT NULL,
         plan_id uuid NOT NULL,
         status text NOT NULL
           CHECK (status IN ('trialing', 'active', 'past_due', 'suspended', 'expired', 'cancelled')),
         valid_from timestamptz NOT NULL,
         valid_until timestamptz,
         grace_until timestamptz,
         ${CHANGES},
         FOREIGN KEY (product, plan_id) REFERENCES platform.plans (product, id),
         CHECK (valid_until > valid_from),
         CHECK (grace_until >= valid_until)
       )`,
      ...tenantScoped('subscriptions'),
      'CREATE INDEX subscriptions_plan ON platform.subscriptions (product, plan_id)',
      `CREATE UNIQUE INDEX subscriptions_one_live ON platform.subscriptions (tenant_id, product)
         WHERE status IN ('trialing', 'active', 'past_due', 'suspended')`,

      `CREATE TABLE platform.entitlements (
         ${TENANT_ROW},
         module_key text NOT NULL CHECK (module_key ~ '^[a-z]+\\.[a-z-]+$'),
         subscription_id uuid,
         source text NOT NULL CHECK (source IN ('subscription', 'manual', 'trial')),
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'revoked')),
         valid_from timestamptz NOT NULL,
         valid_until timestamptz,
         ${CHANGES},
         FOREIGN KEY (tenant_id, subscription_id) REFERENCES platform.subscriptions (tenant_id, id),
         CHECK (valid_until > valid_from),
         CHECK (source <> 'subscription' OR subscription_id IS NOT NULL)
       )`,
      ...tenantScoped('entitlements'),
      'CREATE INDEX entitlements_subscription ON platform.entitlements (tenant_id, subscription_id)',
      `CREATE UNIQUE INDEX entitlements_one_active ON platform.entitlements (tenant_id, module_key)
         WHERE status = 'active'`,

      // amount NULL: unlimited. period: how long a counter runs before it starts again.
      `CREATE TABLE platform.usage_limits (
         ${TENANT_ROW},
         entitlement_id uuid NOT NULL,
         meter text NOT NULL CHECK (meter ~ '^[a-z]+\\.[a-z-]+$'),
         period text NOT NULL CHECK (period IN ('total', 'day', 'month', 'year')),
         amount bigint CHECK (amount >= 0),
         status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'revoked')),
         ${CHANGES},
         FOREIGN KEY (tenant_id, entitlement_id) REFERENCES platform.entitlements (tenant_id, id)
       )`,
      ...tenantScoped('usage_limits'),
      'CREATE INDEX usage_limits_entitlement ON platform.usage_limits (tenant_id, entitlement_id)',
      `CREATE UNIQUE INDEX usage_limits_one_active ON platform.usage_limits (tenant_id, meter)
         WHERE status = 'active'`,

      // period_key: e.g. 2026-12, in the tenant's own time zone, or total.
      // granted: handed out in blocks, by one conditional UPDATE; never above the limit of the moment.
      `CREATE TABLE platform.usage_counters (
         ${TENANT_ROW},
         meter text NOT NULL,
         period_key text NOT NULL CHECK (period_key ~ '^(total|[0-9]{4}(-[0-9]{2}){0,2})$'),
         granted bigint NOT NULL DEFAULT 0 CHECK (granted >= 0),
         ${CHANGES},
         UNIQUE (tenant_id, meter, period_key)
       )`,
      ...tenantScoped('usage_counters'),

      // request_id: asking again for the same lease answers the same block.
      `CREATE TABLE platform.usage_leases (
         ${TENANT_ROW},
         counter_id uuid NOT NULL,
         request_id uuid NOT NULL,
         amount bigint NOT NULL CHECK (amount > 0),
         returned bigint NOT NULL DEFAULT 0 CHECK (returned BETWEEN 0 AND amount),
         status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'settled')),
         ${CHANGES},
         UNIQUE (tenant_id, request_id),
         FOREIGN KEY (tenant_id, counter_id) REFERENCES platform.usage_counters (tenant_id, id)
       )`,
      ...tenantScoped('usage_leases'),
      'CREATE INDEX usage_leases_counter ON platform.usage_leases (tenant_id, counter_id)',
    ]);
  }

  async down(): Promise<void> {
    throw new Error('the first migrations are not undone; drop the database instead');
  }
}
