import { statement } from '@kit/service';
import type {
  BillingPeriod,
  EntitlementSource,
  EntitlementStatus,
  Limits,
  MeterDefinition,
  PlanStatus,
  SubscriptionStatus,
} from '@platform/contracts';

export interface PlanRow {
  id: string;
  product: string;
  key: string;
  plan_version: number;
  name: string;
  definition: PlanDefinition;
  status: PlanStatus;
}

export interface PlanDefinition {
  modules: string[];
  limits: Limits;
  graceDays?: number;
}

export interface SubscriptionRow {
  id: string;
  tenant_id: string;
  product: string;
  plan_id: string;
  plan_key: string;
  plan_version: number;
  status: SubscriptionStatus;
  valid_from: Date;
  valid_until: Date | null;
  grace_until: Date | null;
  trial: boolean;
  billing_period: BillingPeriod;
  scheduled_change: 'plan' | 'cancel' | null;
  scheduled_at: Date | null;
  scheduled_plan_id: string | null;
  scheduled_plan_key: string | null;
  scheduled_plan_version: number | null;
  billing_sequence: string;
  definition: PlanDefinition;
  timezone: string;
  version: number;
  updated_at: Date;
}

export interface EntitlementRow {
  id: string;
  tenant_id: string;
  module_key: string;
  subscription_id: string | null;
  source: EntitlementSource;
  status: EntitlementStatus;
  valid_from: Date;
  valid_until: Date | null;
  limits: Limits;
  plan_limits: Limits;
  version: number;
  updated_at: Date;
}

const PLAN = 'id, product, key, plan_version, name, definition, status';

export const LIST_PLANS = statement(
  'licensing-list-plans',
  `SELECT ${PLAN} FROM platform.plans
   WHERE status = $6 AND ($1::text IS NULL OR product = $1)
     AND ($2::text IS NULL OR (product, key, plan_version) > ($2, $3::text, $4::int))
   ORDER BY product, key, plan_version LIMIT $5`,
);

/** $3 null: the newest version on offer. */
export const PLAN_BY_KEY = statement(
  'licensing-plan-by-key',
  `SELECT ${PLAN} FROM platform.plans
   WHERE product = $1 AND key = $2 AND status = 'active' AND ($3::int IS NULL OR plan_version = $3)
   ORDER BY plan_version DESC LIMIT 1`,
);

export const PLAN_BY_ID = statement('licensing-plan-by-id', `SELECT ${PLAN} FROM platform.plans WHERE id = $1`);

/** What the products of the given keys registered: their meters and their modules. */
export const CATALOGS = statement(
  'licensing-catalogs',
  `SELECT key, manifest->'meters' AS meters, manifest->'modules' AS modules FROM platform.products
   WHERE key = ANY ($1::text[])`,
);

export interface CatalogRow extends Record<string, unknown> {
  key: string;
  meters: MeterDefinition[];
  modules: { key: string }[] | null;
}

/** Changes of one tenant's licence go one after the other. */
export const LOCK_TENANT = statement(
  'licensing-lock-tenant',
  'SELECT id FROM platform.tenants WHERE tenant_id = $1 FOR NO KEY UPDATE',
);

export const TENANT_EXISTS = statement(
  'licensing-tenant-exists',
  "SELECT id, service_user_id FROM platform.tenants WHERE id = $1 AND status <> 'purged'",
);

const SUBSCRIPTION = `s.id, s.tenant_id, s.product, s.plan_id, p.key AS plan_key, p.plan_version, p.definition, s.status,
  s.valid_from, s.valid_until, s.grace_until, s.trial, s.billing_period, s.scheduled_change, s.scheduled_at,
  s.scheduled_plan_id, q.key AS scheduled_plan_key, q.plan_version AS scheduled_plan_version, s.billing_sequence,
  t.timezone, s.version, s.updated_at`;

const SUBSCRIPTIONS = `platform.subscriptions s
  JOIN platform.plans p ON p.id = s.plan_id
  JOIN platform.tenants t ON t.tenant_id = s.tenant_id
  LEFT JOIN platform.plans q ON q.id = s.scheduled_plan_id`;

const LIVE = "('trialing', 'active', 'past_due', 'suspended')";

export const LIVE_SUBSCRIPTION = statement(
  'licensing-live-subscription',
  `SELECT ${SUBSCRIPTION} FROM ${SUBSCRIPTIONS}
   WHERE s.tenant_id = $1 AND s.product = $2 AND s.status IN ${LIVE}`,
);

/** The newest subscription per product, a live one first: one that is over is still worth showing. */
export const CURRENT_SUBSCRIPTIONS = statement(
  'licensing-current-subscriptions',
  `SELECT DISTINCT ON (s.product) ${SUBSCRIPTION}
   FROM ${SUBSCRIPTIONS}
   WHERE s.tenant_id = $1 AND ($2::text IS NULL OR s.product = $2)
   ORDER BY s.product, s.status IN ${LIVE} DESC, s.id DESC`,
);

export const SUBSCRIPTIONS_BY_ID = statement(
  'licensing-subscriptions-by-id',
  `SELECT ${SUBSCRIPTION} FROM ${SUBSCRIPTIONS}
   WHERE s.tenant_id = $1 AND s.id = ANY ($2::uuid[])`,
);

export const INSERT_SUBSCRIPTION = statement(
  'licensing-insert-subscription',
  `INSERT INTO platform.subscriptions
     (tenant_id, product, plan_id, status, valid_from, valid_until, grace_until, trial, billing_period, created_at,
      created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $10, $11) RETURNING id`,
);

/** New terms; what was scheduled under the former ones is off. */
export const UPDATE_SUBSCRIPTION = statement(
  'licensing-update-subscription',
  `UPDATE platform.subscriptions
   SET plan_id = $3, status = $4, valid_from = $5, valid_until = $6, grace_until = $7, trial = $8, billing_period = $9,
       scheduled_change = NULL, scheduled_at = NULL, scheduled_plan_id = NULL,
       updated_at = $10, updated_by = $11, version = version + 1
   WHERE tenant_id = $1 AND id = $2 RETURNING id`,
);

export const SET_STATUS = statement(
  'licensing-set-status',
  `UPDATE platform.subscriptions
   SET status = $3::text, updated_at = $4, updated_by = $5, version = version + 1,
       scheduled_change = CASE WHEN $6 THEN NULL ELSE scheduled_change END,
       scheduled_at = CASE WHEN $6 THEN NULL ELSE scheduled_at END,
       scheduled_plan_id = CASE WHEN $6 THEN NULL ELSE scheduled_plan_id END
   WHERE tenant_id = $1 AND id = $2`,
);

export const SET_PLAN = statement(
  'licensing-set-plan',
  `UPDATE platform.subscriptions
   SET plan_id = $3, scheduled_change = NULL, scheduled_at = NULL, scheduled_plan_id = NULL,
       updated_at = $4, updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND id = $2`,
);

/** $3 what, or null for nothing any more */
export const SCHEDULE = statement(
  'licensing-schedule',
  `UPDATE platform.subscriptions
   SET scheduled_change = $3, scheduled_at = $4, scheduled_plan_id = $5, updated_at = $6, updated_by = $7,
       version = version + 1
   WHERE tenant_id = $1 AND id = $2`,
);

/** When the clock will change something of the tenant's licence. */
export const SET_DUE = statement(
  'licensing-set-due',
  'UPDATE platform.tenants SET licence_due_at = $2 WHERE tenant_id = $1 AND licence_due_at IS DISTINCT FROM $2',
);

export const IS_DUE = statement(
  'licensing-is-due',
  'SELECT coalesce(licence_due_at <= $2, false) AS due, service_user_id FROM platform.tenants WHERE tenant_id = $1',
);

/** Read by the system role: the tenants for which something is due, or whose reservations have run out. */
export const DUE_TENANTS = `
  SELECT t.id, t.service_user_id FROM platform.tenants t
  WHERE t.licence_due_at <= $1
     OR EXISTS (SELECT FROM platform.usage_reservations r
                WHERE r.tenant_id = t.id AND r.status = 'open' AND r.expires_at <= $1)
  LIMIT 500`;

const entitlement = (
  at: string,
) => `e.id, e.tenant_id, e.module_key, e.subscription_id, e.source, e.status, e.valid_from,
  e.valid_until, e.version, e.updated_at,
  coalesce((SELECT jsonb_object_agg(l.meter, l.amount) FROM platform.effective_limits($1, ${at}) l
            WHERE l.entitlement_id = e.id), '{}') AS limits,
  coalesce((SELECT jsonb_object_agg(l.meter, l.amount) FROM platform.usage_limits l
            WHERE l.tenant_id = e.tenant_id AND l.entitlement_id = e.id AND l.status = 'active'), '{}') AS plan_limits`;

export const ACTIVE_ENTITLEMENTS = statement(
  'licensing-active-entitlements',
  `SELECT ${entitlement('$4')} FROM platform.entitlements e
   WHERE e.tenant_id = $1 AND e.status = 'active' AND ($2::text IS NULL OR e.module_key > $2)
   ORDER BY e.module_key LIMIT $3`,
);

export const ACTIVE_ENTITLEMENT = statement(
  'licensing-active-entitlement',
  `SELECT ${entitlement('$3')} FROM platform.entitlements e
   WHERE e.tenant_id = $1 AND e.status = 'active' AND e.module_key = $2`,
);

export const ENTITLEMENTS_BY_ID = statement(
  'licensing-entitlements-by-id',
  `SELECT ${entitlement('now()')} FROM platform.entitlements e WHERE e.tenant_id = $1 AND e.id = ANY ($2::uuid[])`,
);

/** As `ENTITLEMENTS_BY_ID`, by the clock of the transaction. */
export const ENTITLEMENTS_AT = statement(
  'licensing-entitlements-at',
  `SELECT ${entitlement('$3')} FROM platform.entitlements e WHERE e.tenant_id = $1 AND e.id = ANY ($2::uuid[])`,
);

/** Entitlements that are the same but for a limit that was overridden, or no longer is: products hear of them. */
export const TOUCH_ENTITLEMENTS = statement(
  'licensing-touch-entitlements',
  `UPDATE platform.entitlements e SET updated_at = $3, updated_by = $4, version = version + 1
   WHERE e.tenant_id = $1 AND e.status = 'active' AND e.id <> ALL ($5::uuid[]) AND EXISTS (
     SELECT FROM platform.usage_limits l
     LEFT JOIN platform.limit_deltas d ON d.tenant_id = l.tenant_id AND d.meter = l.meter AND d.status = 'active'
       AND d.layer <> 'grace' AND d.valid_from > e.updated_at AND d.valid_from <= $3
     WHERE l.tenant_id = e.tenant_id AND l.entitlement_id = e.id AND l.status = 'active'
       AND (l.meter = ANY ($2::text[]) OR d.id IS NOT NULL))
   RETURNING e.id`,
);

export const INSERT_ENTITLEMENT = statement(
  'licensing-insert-entitlement',
  `INSERT INTO platform.entitlements
     (tenant_id, module_key, subscription_id, source, valid_from, valid_until, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $8) RETURNING id`,
);

export const UPDATE_ENTITLEMENT = statement(
  'licensing-update-entitlement',
  `UPDATE platform.entitlements
   SET subscription_id = $3, source = $4, valid_from = $5, valid_until = $6, updated_at = $7, updated_by = $8,
       version = version + 1
   WHERE tenant_id = $1 AND id = $2`,
);

export const REVOKE_ENTITLEMENTS = statement(
  'licensing-revoke-entitlements',
  `UPDATE platform.entitlements SET status = 'revoked', updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND id = ANY ($2::uuid[])`,
);

/** Limits end before their successors begin: a meter has one active limit in a tenant. */
export const REVOKE_LIMITS = statement(
  'licensing-revoke-limits',
  `UPDATE platform.usage_limits SET status = 'revoked', updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND entitlement_id = ANY ($2::uuid[]) AND status = 'active'`,
);

export const INSERT_LIMITS = statement(
  'licensing-insert-limits',
  `INSERT INTO platform.usage_limits
     (tenant_id, entitlement_id, meter, counter, period, amount, created_at, created_by, updated_at, updated_by)
   SELECT $1, $2, meter, counter, period, amount, $3, $4, $3, $4
   FROM unnest($5::text[], $6::text[], $7::text[], $8::bigint[]) AS wanted (meter, counter, period, amount)`,
);

/** Everything that decides about a module, in one row: its entitlement, and the subscription to its product. */
export const LICENCE = statement(
  'licensing-licence',
  `SELECT e.id AS entitlement_id, e.status AS entitlement_status, e.valid_from AS entitlement_from,
          e.valid_until AS entitlement_until, e.source, s.id AS subscription_id, s.status, s.valid_from, s.valid_until,
          s.grace_until, s.trial, s.scheduled_change, s.scheduled_at
   FROM (SELECT $1::uuid AS tenant_id, $2::text AS module_key) asked
   LEFT JOIN platform.entitlements e
     ON e.tenant_id = asked.tenant_id AND e.module_key = asked.module_key AND e.status = 'active'
   LEFT JOIN LATERAL (
     SELECT * FROM platform.subscriptions c
     WHERE c.tenant_id = asked.tenant_id AND c.product = split_part(asked.module_key, '.', 1)
     ORDER BY c.status IN ${LIVE} DESC, c.id DESC LIMIT 1
   ) s ON true`,
);

export interface LicenceRow extends Record<string, unknown> {
  entitlement_id: string | null;
  entitlement_status: EntitlementStatus;
  entitlement_from: Date;
  entitlement_until: Date | null;
  source: EntitlementSource;
  subscription_id: string | null;
  status: SubscriptionStatus;
  valid_from: Date;
  valid_until: Date | null;
  grace_until: Date | null;
  trial: boolean;
  scheduled_change: 'plan' | 'cancel' | null;
  scheduled_at: Date | null;
}
