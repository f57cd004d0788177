import { statement } from '@kit/service';

/**
 * Everything the guard order asks, in one read of the reference copies: user, session, tenant, where the permission
 * holds, and whether the licence covers the module.
 *
 * $1 tenant · $2 user or null · $3 patterns that grant the permission, or null · $4 module or null · $5 now · $6 session or null
 */
export const STANDING = statement(
  'standing',
  `WITH held AS MATERIALIZED (
     SELECT granted.scope, granted.org_id
     FROM digilist.platform_user_roles granted
     JOIN digilist.platform_roles role ON role.tenant_id = $1 AND role.id = granted.role_id
     WHERE granted.tenant_id = $1 AND granted.user_id = $2::uuid AND granted.status = 'active' AND NOT granted.deleted
       AND (granted.expires_at IS NULL OR granted.expires_at > $5::timestamptz)
       AND (granted.not_before IS NULL OR granted.not_before <= $5::timestamptz)
       AND role.status = 'published' AND NOT role.deleted
       AND role.permissions && $3::text[]
   ),
   licence AS MATERIALIZED (
     SELECT status, valid_until IS NOT NULL AND greatest(valid_until, grace_until) <= $5::timestamptz AS over
     FROM digilist.platform_subscriptions
     WHERE tenant_id = $1 AND product = 'digilist' AND NOT deleted AND $4::text IS NOT NULL
     ORDER BY status NOT IN ('expired', 'cancelled') DESC, valid_from DESC
     LIMIT 1
   ),
   entitled AS MATERIALIZED (
     SELECT source
     FROM digilist.platform_entitlements
     WHERE tenant_id = $1 AND module_key = $4::text AND status = 'active' AND NOT deleted
       AND (valid_from IS NULL OR valid_from <= $5::timestamptz)
       -- What comes with the subscription ends with it, grace included; what was given by hand ends by its own date.
       AND (source <> 'manual' OR valid_until IS NULL OR valid_until > $5::timestamptz)
   )
   SELECT
     (SELECT status = 'active' AND NOT deleted FROM digilist.platform_users
      WHERE tenant_id = $1 AND id = $2::uuid) AS "userActive",
     EXISTS (SELECT FROM digilist.platform_user_sessions
      WHERE tenant_id = $1 AND id = $2::uuid AND $6::uuid = ANY (ended_session_ids)) AS "signedOut",
     (SELECT status = 'active' AND NOT deleted FROM digilist.platform_tenants
      WHERE tenant_id = $1) AS "tenantActive",
     EXISTS (SELECT FROM held WHERE scope IN ('saas', 'tenant')) AS tenant,
     EXISTS (SELECT FROM held WHERE scope = 'user') AS own,
     ARRAY(
       SELECT DISTINCT organization.id
       FROM held
       JOIN digilist.platform_organizations organization
         ON organization.tenant_id = $1 AND NOT organization.deleted
         AND (organization.id = held.org_id OR held.org_id = ANY (organization.ancestor_ids))
       WHERE held.scope = 'org'
     ) AS "orgIds",
     CASE
       WHEN $4::text IS NULL THEN NULL
       WHEN (SELECT status FROM licence) = 'suspended' THEN 'suspended'
       WHEN EXISTS (SELECT FROM entitled WHERE source = 'manual') THEN 'entitled'
       WHEN (SELECT over OR status IN ('expired', 'cancelled') FROM licence) THEN 'expired'
       WHEN EXISTS (SELECT FROM entitled) THEN 'entitled'
       ELSE 'not_entitled'
     END AS licence`,
);

export interface StandingRow {
  /** Null when no such row has been copied yet. */
  userActive: boolean | null;
  /** The session ended a moment ago; its access tokens have not expired yet. */
  signedOut: boolean;
  tenantActive: boolean | null;
  tenant: boolean;
  own: boolean;
  orgIds: string[];
  licence: 'entitled' | 'not_entitled' | 'expired' | 'suspended' | null;
}

export const TENANT_BY_SLUG = statement(
  'tenant-by-slug',
  `SELECT id, status = 'active' AS active FROM digilist.platform_tenants WHERE slug = $1 AND NOT deleted`,
);
