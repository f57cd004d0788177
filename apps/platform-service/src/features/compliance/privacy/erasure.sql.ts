import { statement, type Tx } from '@kit/service';

/**
 * Roles of administrators that this user holds and nobody else does. Their rows are locked, so that two who leave at once
 * do not each take the other for the one who stays.
 */
const SOLE_ADMINISTRATOR = statement(
  'privacy-sole-administrator',
  `WITH held AS MATERIALIZED (
     SELECT r.tenant_id, r.id FROM platform.roles r
     WHERE r.tenant_id = $1 AND r.key IN ('tenant_administrator', 'super_administrator')
       AND EXISTS (SELECT FROM platform.user_roles g
                   WHERE g.tenant_id = r.tenant_id AND g.role_id = r.id AND g.user_id = $2 AND g.status = 'active'
                     AND g.scope IN ('tenant', 'saas') AND (g.expires_at IS NULL OR g.expires_at > $3))
     ORDER BY r.id FOR UPDATE OF r)
   SELECT held.id FROM held
   WHERE NOT EXISTS (
     SELECT FROM platform.user_roles g
     JOIN platform.users u ON u.tenant_id = g.tenant_id AND u.id = g.user_id AND u.status = 'active' AND u.kind = 'person'
     WHERE g.tenant_id = held.tenant_id AND g.role_id = held.id AND g.user_id <> $2 AND g.status = 'active'
       AND g.scope IN ('tenant', 'saas') AND g.expires_at IS NULL)`,
);

export async function isSoleAdministrator(tx: Tx, userId: string): Promise<boolean> {
  return (await tx.query(SOLE_ADMINISTRATOR, [tx.tenantId, userId, tx.now])).length > 0;
}

export const ACTIVE_HOLDS = statement(
  'privacy-active-holds',
  "SELECT id FROM platform.legal_holds WHERE tenant_id = $1 AND user_id = $2 AND status = 'active'",
);

/** Messages that would put back into a stream what is erased here. */
export const UNDELIVERED = statement(
  'privacy-undelivered',
  `SELECT id FROM platform.outbox
   WHERE tenant_id = $1 AND published_at IS NULL AND strpos(payload, $2) > 0 LIMIT 1`,
);

export const END_MEMBERSHIPS = statement(
  'privacy-end-memberships',
  `UPDATE platform.memberships
   SET status = 'ended', ended_at = $3, updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND status <> 'ended'
   RETURNING id, user_id, org_id, status, created_at, version`,
);

export const REVOKE_GRANTS = statement(
  'privacy-revoke-grants',
  `UPDATE platform.user_roles
   SET status = 'revoked', revoked_at = $3, updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND status = 'active'
   RETURNING id, tenant_id, user_id, role_id, scope, org_id, granted_by, expires_at, status, version, created_at, updated_at`,
);

export const ERASE_USER = statement(
  'privacy-erase-user',
  `UPDATE platform.users
   SET status = 'deactivated', erased_at = $3, email = $5 || '@erased.invalid', name = $5, locale = NULL, birth_date = NULL, updated_at = $3,
     updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND id = $2
   RETURNING id, email, name, kind, status, locale, birth_date::text, created_at, version`,
);

export const INSERT_ERASURE = statement(
  'privacy-insert-erasure',
  `INSERT INTO platform.erasures (tenant_id, user_id, request_id, pseudonym, erased_at, created_at, created_by)
   VALUES ($1, $2, $3, $4, $5, $5, $6) ON CONFLICT (tenant_id, user_id) DO NOTHING`,
);

export const OTHER_OPEN_REQUESTS = statement(
  'privacy-other-open-requests',
  `SELECT id FROM platform.data_subject_requests
   WHERE tenant_id = $1 AND user_id = $2 AND id <> $3 AND status IN ('received', 'identity_check', 'in_progress') FOR UPDATE`,
);

export const LIFT_HOLDS = statement(
  'privacy-lift-holds',
  `UPDATE platform.legal_holds SET status = 'lifted', lifted_at = $3, updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND status = 'active'`,
);

/** Erasures whose user is back: an older backup was restored. Read by the system role. */
export const UNDONE_ERASURES = `
  SELECT e.tenant_id AS "tenantId", e.user_id AS "userId", e.request_id AS "requestId", e.pseudonym,
    e.erased_at AS "erasedAt", t.service_user_id AS "serviceUserId"
  FROM platform.erasures e
  JOIN platform.users u ON u.tenant_id = e.tenant_id AND u.id = e.user_id AND u.erased_at IS NULL
  JOIN platform.tenants t ON t.tenant_id = e.tenant_id`;

export const RESTORED_USERS = `
  SELECT u.tenant_id AS "tenantId", u.id AS "userId", t.service_user_id AS "serviceUserId"
  FROM platform.users u JOIN platform.tenants t ON t.tenant_id = u.tenant_id
  JOIN unnest($1::uuid[], $2::uuid[]) AS wanted (tenant_id, id) ON wanted.tenant_id = u.tenant_id AND wanted.id = u.id
  WHERE u.erased_at IS NULL`;

/**
 * Keys of people who were erased that were made again since: what they had done just before came late. Read by the
 * system role.
 */
export const KEYS_OF_ERASED = `
  SELECT DISTINCT k.tenant_id AS "tenantId", k.subject_id AS "userId", t.service_user_id AS "serviceUserId"
  FROM platform.data_keys k
  JOIN platform.users u ON u.tenant_id = k.tenant_id AND u.id = k.subject_id AND u.erased_at IS NOT NULL
  JOIN platform.tenants t ON t.tenant_id = k.tenant_id
  WHERE k.status <> 'destroyed' LIMIT 500`;

export const ALL_ERASURES = `
  SELECT tenant_id AS "tenantId", user_id AS "userId", request_id AS "requestId", pseudonym, erased_at AS "erasedAt"
  FROM platform.erasures`;
