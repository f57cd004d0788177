import { statement } from '@kit/service';

/**
 * $1 tenant · $2 meter · $3 amount · $4 now · $5 module that carries the limit · $6 actor ·
 * $7 true: beyond what was granted, for the next block to pay back. An unlimited meter touches no row.
 */
export const CONSUME = statement(
  'consume-usage',
  `WITH plan AS (
     SELECT coalesce(bool_or(limits -> $2::text = 'null'::jsonb), false) AS unlimited
     FROM digilist.platform_entitlements
     WHERE tenant_id = $1 AND module_key = $5 AND status = 'active' AND NOT deleted
   ),
   spent AS (
     UPDATE digilist.usage_leases lease
     SET used = lease.used + $3::bigint,
         overdrawn = greatest(lease.overdrawn, lease.used + lease.returned + $3::bigint - lease.granted),
         updated_at = now(), updated_by = $6, version = lease.version + 1
     FROM plan
     WHERE NOT plan.unlimited AND lease.tenant_id = $1 AND lease.meter = $2
       AND (lease.resets_at IS NULL OR lease.resets_at > $4::timestamptz)
       AND ($7::boolean OR lease.used + lease.returned + $3::bigint <= lease.granted)
     RETURNING 1
   )
   SELECT plan.unlimited OR EXISTS (SELECT FROM spent) AS consumed FROM plan`,
);

/** $1 tenant · $2 meter · $3 now · $4 module that carries the limit */
export const RUNNING_LEASE = statement(
  'running-lease',
  `SELECT tenant.timezone, tenant.service_user_id AS "serviceUserId",
          coalesce(lease.granted, 0)::int AS granted, coalesce(lease.overdrawn, 0)::int AS overdrawn,
          (SELECT (entitlement.limits ->> $2::text)::bigint FROM digilist.platform_entitlements entitlement
           WHERE entitlement.tenant_id = $1 AND entitlement.module_key = $4 AND entitlement.status = 'active'
             AND NOT entitlement.deleted) AS "limit"
   FROM digilist.platform_tenants tenant
   LEFT JOIN digilist.usage_leases lease
     ON lease.tenant_id = $1 AND lease.meter = $2 AND (lease.resets_at IS NULL OR lease.resets_at > $3::timestamptz)
   WHERE tenant.tenant_id = $1`,
);

export interface RunningLease {
  timezone: string;
  serviceUserId: string | null;
  granted: number;
  overdrawn: number;
  /** As last heard; null: unlimited or not known yet. */
  limit: string | null;
}

/**
 * $1 tenant · $2 meter · $3 period · $4 block · $5 resets at · $6 actor · $7 granted before
 * A block that another process has added meanwhile (same key, same grant) is not added twice.
 */
export const ADD_BLOCK = statement(
  'add-lease-block',
  `INSERT INTO digilist.usage_leases AS lease (tenant_id, meter, period, granted, resets_at, created_by, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $6)
   ON CONFLICT (tenant_id, meter, period) DO UPDATE
   SET granted = lease.granted + excluded.granted, resets_at = excluded.resets_at,
       overdrawn = greatest(0, lease.overdrawn - excluded.granted),
       updated_at = now(), updated_by = excluded.updated_by, version = lease.version + 1
   WHERE lease.granted = $7`,
);

/**
 * What is left of blocks whose period is over, or that nobody touched for a while, is no longer ours to spend. Run by the
 * system role: of all tenants. $1 now · $2 idle since
 */
export const GIVE_UP_UNUSED = `
  UPDATE digilist.usage_leases lease
  SET returned = lease.granted - lease.used, updated_at = now(), version = lease.version + 1
  WHERE lease.granted - lease.used > lease.returned AND (lease.resets_at <= $1 OR lease.updated_at < $2)`;

/** Given up here and not confirmed there: said again until it is. */
export const UNTOLD_RETURNS = `
  SELECT tenant_id AS "tenantId", id, meter, period, returned::int AS returned FROM digilist.usage_leases
  WHERE returned > returned_told ORDER BY updated_at LIMIT 200`;

export const MARK_TOLD = `
  UPDATE digilist.usage_leases SET returned_told = greatest(returned_told, $3) WHERE tenant_id = $1 AND id = $2`;
