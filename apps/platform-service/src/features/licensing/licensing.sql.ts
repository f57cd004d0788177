import { statement } from '@kit/service';
import type { EntitlementSource, EntitlementStatus, Limits, SubscriptionStatus } from '@platform/contracts';

export interface PlanRow {
  id: string;
  product: string;
  key: string;
  plan_version: number;
  name: string;
  definition: { modules: string[]; limits: Limits };
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
  version: number;
  updated_at: Date;
}

const PLAN = 'id, product, key, plan_version, name, definition';

export const LIST_PLANS = statement(
  'licensing-list-plans',
  `SELECT ${PLAN} FROM platform.plans
   WHERE status = 'active' AND ($1::text IS NULL OR product = $1)
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

export const METERS_OF_PRODUCT = statement(
  'licensing-meters-of-product',
  "SELECT manifest->'meters' AS meters FROM platform.products WHERE key = $1",
);

/** Changes of one tenant's licence go one after the other. */
export const LOCK_TENANT = statement(
  'licensing-lock-tenant',
  'SELECT id FROM platform.tenants WHERE tenant_id = $1 FOR NO KEY UPDATE',
);

export const TENANT_EXISTS = statement(
  'licensing-tenant-exists',
  "SELECT id, service_user_id FROM platform.tenants WHERE id = $1 AND status <> 'purged'",
);

const SUBSCRIPTION = `s.id, s.tenant_id, s.product, s.plan_id, p.key AS plan_key, p.plan_version, s.status, s.valid_from,
  s.valid_until, s.grace_until, s.version, s.updated_at`;

const LIVE = "('trialing', 'active', 'past_due', 'suspended')";

export const LIVE_SUBSCRIPTION = statement(
  'licensing-live-subscription',
  `SELECT ${SUBSCRIPTION} FROM platform.subscriptions s JOIN platform.plans p ON p.id = s.plan_id
   WHERE s.tenant_id = $1 AND s.product = $2 AND s.status IN ${LIVE}`,
);

/** The newest subscription per product, a live one first: one that is over is still worth showing. */
export const CURRENT_SUBSCRIPTIONS = statement(
  'licensing-current-subscriptions',
  `SELECT DISTINCT ON (s.product) ${SUBSCRIPTION}
   FROM platform.subscriptions s JOIN platform.plans p ON p.id = s.plan_id
   WHERE s.tenant_id = $1 AND ($2::text IS NULL OR s.product = $2)
   ORDER BY s.product, s.status IN ${LIVE} DESC, s.id DESC`,
);

export const SUBSCRIPTIONS_BY_ID = statement(
  'licensing-subscriptions-by-id',
  `SELECT ${SUBSCRIPTION} FROM platform.subscriptions s JOIN platform.plans p ON p.id = s.plan_id
   WHERE s.tenant_id = $1 AND s.id = ANY ($2::uuid[])`,
);

export const INSERT_SUBSCRIPTION = statement(
  'licensing-insert-subscription',
  `INSERT INTO platform.subscriptions
     (tenant_id, product, plan_id, status, valid_from, valid_until, grace_until, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $9) RETURNING id`,
);

export const UPDATE_SUBSCRIPTION = statement(
  'licensing-update-subscription',
  `UPDATE platform.subscriptions
   SET plan_id = $3, status = $4, valid_from = $5, valid_until = $6, grace_until = $7,
       updated_at = $8, updated_by = $9, version = version + 1
   WHERE tenant_id = $1 AND id = $2 RETURNING id`,
);

const ENTITLEMENT = `e.id, e.tenant_id, e.module_key, e.subscription_id, e.source, e.status, e.valid_from, e.valid_until,
  e.version, e.updated_at,
  coalesce((SELECT jsonb_object_agg(l.meter, l.amount) FROM platform.usage_limits l
            WHERE l.tenant_id = e.tenant_id AND l.entitlement_id = e.id AND l.status = 'active'), '{}') AS limits`;

export const ACTIVE_ENTITLEMENTS = statement(
  'licensing-active-entitlements',
  `SELECT ${ENTITLEMENT} FROM platform.entitlements e
   WHERE e.tenant_id = $1 AND e.status = 'active' AND ($2::text IS NULL OR e.module_key > $2)
   ORDER BY e.module_key LIMIT $3`,
);

export const ENTITLEMENTS_BY_ID = statement(
  'licensing-entitlements-by-id',
  `SELECT ${ENTITLEMENT} FROM platform.entitlements e WHERE e.tenant_id = $1 AND e.id = ANY ($2::uuid[])`,
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

/** Everything that decides about a module, in one row; `found` is null where the tenant has none. */
export const LICENCE = statement(
  'licensing-licence',
  `SELECT e.id AS entitlement_id, e.status AS entitlement_status, e.valid_from AS entitlement_from,
          e.valid_until AS entitlement_until, s.id AS subscription_id, s.status, s.valid_from, s.valid_until, s.grace_until
   FROM (SELECT $1::uuid AS tenant_id, $2::text AS module_key) asked
   LEFT JOIN platform.entitlements e
     ON e.tenant_id = asked.tenant_id AND e.module_key = asked.module_key AND e.status = 'active'
   LEFT JOIN platform.subscriptions s ON s.tenant_id = e.tenant_id AND s.id = e.subscription_id`,
);

export interface LicenceRow extends Record<string, unknown> {
  entitlement_id: string | null;
  entitlement_status: EntitlementStatus;
  entitlement_from: Date;
  entitlement_until: Date | null;
  subscription_id: string | null;
  status: SubscriptionStatus;
  valid_from: Date;
  valid_until: Date | null;
  grace_until: Date | null;
}
