import { statement } from '@kit/service';

/** $1 tenant · $2 meter · $3 amount · $4 now · $5 module that carries the limit · $6 actor. An unlimited meter touches no row. */
export const CONSUME = statement(
  'consume-usage',
  `WITH plan AS (
     SELECT coalesce(bool_or(limits -> $2::text = 'null'::jsonb), false) AS unlimited
     FROM digilist.platform_entitlements
     WHERE tenant_id = $1 AND module_key = $5 AND status = 'active' AND NOT deleted
   ),
   spent AS (
     UPDATE digilist.usage_leases lease
     SET used = lease.used + $3::bigint, updated_at = now(), updated_by = $6, version = lease.version + 1
     FROM plan
     WHERE NOT plan.unlimited AND lease.tenant_id = $1 AND lease.meter = $2
       AND (lease.resets_at IS NULL OR lease.resets_at > $4::timestamptz)
       AND lease.used + $3::bigint <= lease.granted
     RETURNING 1
   )
   SELECT plan.unlimited OR EXISTS (SELECT FROM spent) AS consumed FROM plan`,
);

/** $1 tenant · $2 meter · $3 now */
export const RUNNING_LEASE = statement(
  'running-lease',
  `SELECT tenant.timezone, tenant.service_user_id AS "serviceUserId",
          coalesce(lease.granted, 0)::int AS granted, coalesce(lease.granted - lease.used, 0)::int AS remaining
   FROM digilist.platform_tenants tenant
   LEFT JOIN digilist.usage_leases lease
     ON lease.tenant_id = $1 AND lease.meter = $2 AND (lease.resets_at IS NULL OR lease.resets_at > $3::timestamptz)
   WHERE tenant.tenant_id = $1`,
);

export interface RunningLease {
  timezone: string;
  serviceUserId: string | null;
  granted: number;
  remaining: number;
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
       updated_at = now(), updated_by = excluded.updated_by, version = lease.version + 1
   WHERE lease.granted = $7`,
);
