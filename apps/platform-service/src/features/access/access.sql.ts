import { statement } from '@kit/service';
import type { GrantScope, RoleStatus, UserRoleStatus } from '@platform/contracts';

export interface RoleRow {
  id: string;
  tenant_id: string;
  key: string;
  name: string;
  scope: GrantScope;
  permissions: string[];
  template_key: string | null;
  status: RoleStatus;
  version: number;
  updated_at: Date;
}

export interface UserRoleRow {
  id: string;
  tenant_id: string;
  user_id: string;
  role_id: string;
  scope: GrantScope;
  org_id: string | null;
  granted_by: string;
  not_before: Date | null;
  expires_at: Date | null;
  status: UserRoleStatus;
  version: number;
  created_at: Date;
  updated_at: Date;
}

const ROLE = 'id, tenant_id, key, name, scope, permissions, template_key, status, version, updated_at';
const GRANT =
  'id, tenant_id, user_id, role_id, scope, org_id, granted_by, not_before, expires_at, status, version, created_at, updated_at';

/** Who is asking, where the permission holds, organizations below a granted one included. $3 is null when none is asked. */
export const STANDING = statement(
  'access-standing',
  `SELECT (SELECT status FROM platform.tenants WHERE tenant_id = $1) AS tenant,
          (SELECT status FROM platform.users WHERE tenant_id = $1 AND id = $2) AS "user",
          EXISTS (SELECT FROM platform.sessions
                  WHERE tenant_id = $1 AND id = $5 AND user_id = $2 AND status = 'active') AS "signedIn",
          coalesce(bool_or(g.scope IN ('saas', 'tenant')), false) AS everywhere,
          coalesce(bool_or(g.scope = 'user'), false) AS own,
          coalesce(array_agg(DISTINCT o.id) FILTER (WHERE o.id IS NOT NULL), '{}') AS orgs
   FROM platform.user_roles g
   JOIN platform.roles r ON r.tenant_id = g.tenant_id AND r.id = g.role_id
   LEFT JOIN platform.organizations o
     ON g.scope = 'org' AND o.tenant_id = g.tenant_id AND (o.id = g.org_id OR g.org_id = ANY (o.ancestor_ids))
   WHERE g.tenant_id = $1 AND g.user_id = $2 AND g.status = 'active' AND (g.expires_at IS NULL OR g.expires_at > $4)
     AND (g.not_before IS NULL OR g.not_before <= $4) AND r.status = 'published' AND r.permissions && $3::text[]`,
);

export const TENANT_BY_SLUG = statement(
  'access-tenant-by-slug',
  "SELECT id, status FROM platform.tenants WHERE slug = $1 AND status <> 'purged'",
);

/** What a caller holds right now, kept from being taken back until the transaction ends. */
export const HOLDINGS = statement(
  'access-holdings',
  `SELECT r.permissions, g.scope, g.org_id, g.expires_at
   FROM platform.user_roles g
   JOIN platform.roles r ON r.tenant_id = g.tenant_id AND r.id = g.role_id
   WHERE g.tenant_id = $1 AND g.user_id = $2 AND g.status = 'active' AND (g.expires_at IS NULL OR g.expires_at > $3)
     AND (g.not_before IS NULL OR g.not_before <= $3) AND r.status = 'published'
   ORDER BY g.id
   FOR SHARE OF g, r`,
);

export const USER = statement('access-user', 'SELECT id, status FROM platform.users WHERE tenant_id = $1 AND id = $2');

export const ORGANIZATION = statement(
  'access-organization',
  "SELECT id, ancestor_ids FROM platform.organizations WHERE tenant_id = $1 AND id = $2 AND status = 'active'",
);

export const PUBLISHED_ROLE = statement(
  'access-published-role',
  `SELECT ${ROLE} FROM platform.roles WHERE tenant_id = $1 AND id = $2 AND status = 'published' FOR SHARE`,
);

export const ROLE_BY_KEY = statement(
  'access-role-by-key',
  `SELECT ${ROLE} FROM platform.roles WHERE tenant_id = $1 AND key = $2 AND status = 'published' FOR SHARE`,
);

export const LIST_ROLES = statement(
  'access-list-roles',
  `SELECT ${ROLE} FROM platform.roles WHERE tenant_id = $1 AND ($2::text IS NULL OR key > $2) ORDER BY key LIMIT $3`,
);

export const LIST_PERMISSIONS = statement(
  'access-list-permissions',
  `SELECT key, coalesce(product, 'platform') AS product, description FROM platform.permissions
   WHERE status = 'active' AND ($1::text IS NULL OR coalesce(product, 'platform') = $1) AND ($2::text IS NULL OR key > $2)
   ORDER BY key LIMIT $3`,
);

const GRANT_WITH_ROLE = GRANT.split(', ')
  .map((column) => `g.${column}`)
  .join(', ');

export const LIST_USER_ROLES = statement(
  'access-list-user-roles',
  `SELECT ${GRANT_WITH_ROLE}, r.key AS role_key
   FROM platform.user_roles g
   JOIN platform.roles r ON r.tenant_id = g.tenant_id AND r.id = g.role_id
   WHERE g.tenant_id = $1 AND g.user_id = $2 AND g.status = 'active' AND (g.expires_at IS NULL OR g.expires_at > $3)
     AND ($4::uuid IS NULL OR g.id > $4) AND ($5::uuid[] IS NULL OR g.org_id = ANY ($5))
   ORDER BY g.id LIMIT $6`,
);

/** A grant that has run out still stands in the way of a new one until it is closed. */
export const CLOSE_EXPIRED = statement(
  'access-close-expired',
  `UPDATE platform.user_roles
   SET status = 'revoked', revoked_at = $6, updated_at = $6, updated_by = $7, version = version + 1
   WHERE tenant_id = $1 AND user_id = $2 AND role_id = $3 AND scope = $4 AND org_id IS NOT DISTINCT FROM $5
     AND status = 'active' AND expires_at <= $6
   RETURNING ${GRANT}`,
);

export const INSERT_GRANT = statement(
  'access-insert-grant',
  `INSERT INTO platform.user_roles
     (tenant_id, user_id, role_id, scope, org_id, granted_by, expires_at, created_at, created_by, updated_at, updated_by, not_before)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $6, $8, $6, $9)
   ON CONFLICT DO NOTHING
   RETURNING ${GRANT}`,
);

const LOCKED_GRANT = `SELECT ${GRANT_WITH_ROLE}, r.key AS role_key, r.permissions, coalesce(o.ancestor_ids, '{}') AS ancestor_ids
   FROM platform.user_roles g
   JOIN platform.roles r ON r.tenant_id = g.tenant_id AND r.id = g.role_id
   LEFT JOIN platform.organizations o ON o.tenant_id = g.tenant_id AND o.id = g.org_id
   WHERE g.tenant_id = $1 AND g.status = 'active'`;

export const LOCK_GRANT = statement(
  'access-lock-grant',
  `${LOCKED_GRANT} AND g.id = $2 AND g.user_id = $3 FOR UPDATE OF g`,
);

export const LOCK_GRANTS_IN = statement(
  'access-lock-grants-in',
  `${LOCKED_GRANT} AND g.user_id = $2 AND g.org_id = $3 ORDER BY g.id FOR UPDATE OF g`,
);

export const REVOKE_GRANT = statement(
  'access-revoke-grant',
  `UPDATE platform.user_roles
   SET status = 'revoked', revoked_at = $3, updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND id = $2
   RETURNING ${GRANT}`,
);

export const EXPLAIN = statement(
  'access-explain',
  `SELECT g.id, r.key AS role_key, r.permissions, g.scope, g.org_id,
          ($5::uuid IS NULL OR g.scope <> 'org' OR g.org_id = $5 OR g.org_id = ANY (coalesce(o.ancestor_ids, '{}'))) AS reaches
   FROM platform.user_roles g
   JOIN platform.roles r ON r.tenant_id = g.tenant_id AND r.id = g.role_id
   LEFT JOIN platform.organizations o ON o.tenant_id = g.tenant_id AND o.id = $5
   WHERE g.tenant_id = $1 AND g.user_id = $2 AND g.status = 'active' AND (g.expires_at IS NULL OR g.expires_at > $4)
     AND (g.not_before IS NULL OR g.not_before <= $4) AND r.status = 'published' AND r.permissions && $3::text[]
   ORDER BY g.id`,
);

/**
 * A product that registers right now is waited for (it holds this lock alone): otherwise a tenant that is made meanwhile
 * would neither see its templates nor be seen by it, and lack its roles for good.
 */
export const HOLD_TEMPLATES = statement(
  'access-hold-templates',
  "SELECT pg_advisory_xact_lock_shared(hashtext('platform.products'))",
);

/** Brings a tenant's roles to the state of the templates; answers only what changed. A role of the tenant's own stays. */
export const MATERIALISE_ROLES = statement(
  'access-materialise-roles',
  `INSERT INTO platform.roles
     (tenant_id, key, name, scope, permissions, template_key, status, created_at, created_by, updated_at, updated_by)
   SELECT $1, t.key, t.name, t.scope, t.permissions, t.key, t.status, $3, $2, $3, $2
   FROM platform.role_templates t
   WHERE (t.scope = 'saas') = ($1 = '00000000-0000-7000-8000-000000000000'::uuid)
     AND (t.status = 'published' OR EXISTS (SELECT FROM platform.roles r WHERE r.tenant_id = $1 AND r.key = t.key))
   ORDER BY t.key
   ON CONFLICT (tenant_id, key) DO UPDATE
     SET name = excluded.name, scope = excluded.scope, permissions = excluded.permissions, status = excluded.status,
         updated_at = excluded.updated_at, updated_by = excluded.updated_by, version = roles.version + 1
     WHERE roles.template_key = excluded.template_key
       AND (roles.name, roles.scope, roles.permissions, roles.status)
           IS DISTINCT FROM (excluded.name, excluded.scope, excluded.permissions, excluded.status)
   RETURNING ${ROLE}`,
);

/** Run by the system role, which sees every tenant. */
export const TENANTS_WITH_OLD_ROLES = `
  SELECT t.id, t.service_user_id
  FROM platform.tenants t
  WHERE t.status <> 'purged' AND EXISTS (
    SELECT FROM platform.role_templates p
    LEFT JOIN platform.roles r ON r.tenant_id = t.id AND r.key = p.key
    WHERE (p.scope = 'saas') = (t.id = '00000000-0000-7000-8000-000000000000'::uuid)
      AND CASE WHEN r.id IS NULL THEN p.status = 'published'
               ELSE r.template_key = p.key AND (r.name, r.scope, r.permissions, r.status)
                    IS DISTINCT FROM (p.name, p.scope, p.permissions, p.status) END)
  ORDER BY t.id`;

export const ROLE_STATES = statement(
  'access-role-states',
  `SELECT ${ROLE} FROM platform.roles WHERE tenant_id = $1 AND id = ANY ($2::uuid[])`,
);

export const USER_ROLE_STATES = statement(
  'access-user-role-states',
  `SELECT ${GRANT} FROM platform.user_roles WHERE tenant_id = $1 AND id = ANY ($2::uuid[])`,
);

export const USER_ROLES_OF_USERS = statement(
  'access-user-roles-of-users',
  `SELECT ${GRANT} FROM platform.user_roles
   WHERE tenant_id = $1 AND user_id = ANY ($2::uuid[]) AND status = 'active' ORDER BY id`,
);

export const FIND_ROLE = statement(
  'access-find-role',
  `SELECT ${ROLE} FROM platform.roles WHERE tenant_id = $1 AND id = $2`,
);

export const LOCK_ROLE = statement(
  'access-lock-role',
  `SELECT ${ROLE} FROM platform.roles WHERE tenant_id = $1 AND id = $2 AND status = 'published' FOR UPDATE`,
);

export const INSERT_ROLE = statement(
  'access-insert-role',
  `INSERT INTO platform.roles (tenant_id, key, name, scope, permissions, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $7)
   ON CONFLICT (tenant_id, key) DO NOTHING
   RETURNING ${ROLE}`,
);

export const UPDATE_ROLE = statement(
  'access-update-role',
  `UPDATE platform.roles
   SET name = $3, permissions = $4, status = $5, updated_at = $6, updated_by = $7, version = version + 1
   WHERE tenant_id = $1 AND id = $2
   RETURNING ${ROLE}`,
);

/** Every pattern that grants the permission `p.key`. */
const PATTERNS_OF = (key: string): string => `ARRAY['*', '*.*.*', ${key},
    split_part(${key}, '.', 1) || '.' || split_part(${key}, '.', 2) || '.*',
    split_part(${key}, '.', 1) || '.*.' || split_part(${key}, '.', 3), split_part(${key}, '.', 1) || '.*.*',
    '*.' || split_part(${key}, '.', 2) || '.' || split_part(${key}, '.', 3), '*.' || split_part(${key}, '.', 2) || '.*',
    '*.*.' || split_part(${key}, '.', 3)]`;

/** Those of the patterns $1 that no registered permission matches. */
export const UNKNOWN_PATTERNS = statement(
  'access-unknown-patterns',
  `SELECT pattern FROM unnest($1::text[]) AS pattern
   WHERE NOT EXISTS (SELECT FROM platform.permissions p WHERE p.status = 'active' AND pattern = ANY (${PATTERNS_OF('p.key')}))`,
);

export const GRANTS_OF_ROLE = statement(
  'access-grants-of-role',
  `SELECT ${GRANT} FROM platform.user_roles
   WHERE tenant_id = $1 AND role_id = $2 AND status = 'active' AND (expires_at IS NULL OR expires_at > $3)
   ORDER BY id FOR UPDATE`,
);

/** Somebody who is being given a role is given one at a time. */
export const LOCK_USER = statement(
  'access-lock-user',
  'SELECT id FROM platform.users WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE',
);

/** A role that the user ($2) holds or will hold and that must not be combined with $3. */
export const SEPARATED_FROM = statement(
  'access-separated-from',
  `SELECT held.key, s.reason
   FROM platform.role_separations s
   JOIN platform.roles held ON held.tenant_id = s.tenant_id AND held.id = CASE WHEN s.role_id = $3 THEN s.other_role_id ELSE s.role_id END
   JOIN platform.user_roles g ON g.tenant_id = s.tenant_id AND g.role_id = held.id
   WHERE s.tenant_id = $1 AND $3 IN (s.role_id, s.other_role_id) AND g.user_id = $2 AND g.status = 'active'
     AND (g.expires_at IS NULL OR g.expires_at > $4)
   LIMIT 1`,
);

export const HELD_TOGETHER = statement(
  'access-held-together',
  `SELECT a.user_id
   FROM platform.user_roles a JOIN platform.user_roles b ON b.tenant_id = a.tenant_id AND b.user_id = a.user_id
   WHERE a.tenant_id = $1 AND a.role_id = $2 AND b.role_id = $3 AND a.status = 'active' AND b.status = 'active'
     AND (a.expires_at IS NULL OR a.expires_at > $4) AND (b.expires_at IS NULL OR b.expires_at > $4)
   LIMIT 1`,
);

const SEPARATION = 'id, role_id AS "roleId", other_role_id AS "otherRoleId", reason';
export const LIST_SEPARATIONS = statement(
  'access-list-separations',
  `SELECT ${SEPARATION} FROM platform.role_separations
   WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3`,
);
export const INSERT_SEPARATION = statement(
  'access-insert-separation',
  `INSERT INTO platform.role_separations (tenant_id, role_id, other_role_id, reason, created_at, created_by, updated_at, updated_by)
   VALUES ($1, least($2::uuid, $3::uuid), greatest($2::uuid, $3::uuid), $4, $5, $6, $5, $6)
   ON CONFLICT (tenant_id, role_id, other_role_id) DO UPDATE
     SET reason = excluded.reason, updated_at = excluded.updated_at, updated_by = excluded.updated_by, version = role_separations.version + 1
   RETURNING ${SEPARATION}`,
);
export const DELETE_SEPARATION = statement(
  'access-delete-separation',
  `DELETE FROM platform.role_separations WHERE tenant_id = $1 AND id = $2 RETURNING ${SEPARATION}`,
);

/** Many permissions at once: where each holds for a user, and whether it reaches the organization that goes with it. */
export const STANDINGS = statement(
  'access-standings',
  `SELECT i.n, coalesce(bool_or(g.scope IN ('saas', 'tenant') OR (g.scope = 'user' AND i.org_id IS NULL)
      OR (g.scope = 'org' AND (i.org_id IS NULL OR g.org_id = i.org_id OR g.org_id = ANY (o.ancestor_ids)))), false) AS allowed
   FROM unnest($4::text[], $5::uuid[]) WITH ORDINALITY AS i(permission, org_id, n)
   LEFT JOIN platform.organizations o ON o.tenant_id = $1 AND o.id = i.org_id
   LEFT JOIN (platform.user_roles g
     JOIN platform.roles r ON r.tenant_id = g.tenant_id AND r.id = g.role_id AND r.status = 'published')
     ON g.tenant_id = $1 AND g.user_id = $2 AND g.status = 'active' AND (g.expires_at IS NULL OR g.expires_at > $3)
       AND (g.not_before IS NULL OR g.not_before <= $3) AND r.permissions && ${PATTERNS_OF('i.permission')}
   GROUP BY i.n ORDER BY i.n`,
);

export const WHO_CAN = statement(
  'access-who-can',
  `SELECT u.id AS "userId", u.name, array_agg(DISTINCT r.key) AS "roleKeys"
   FROM platform.user_roles g
   JOIN platform.roles r ON r.tenant_id = g.tenant_id AND r.id = g.role_id AND r.status = 'published'
   JOIN platform.users u ON u.tenant_id = g.tenant_id AND u.id = g.user_id AND u.status = 'active'
   LEFT JOIN platform.organizations o ON o.tenant_id = g.tenant_id AND o.id = $4
   WHERE g.tenant_id = $1 AND g.status = 'active' AND (g.expires_at IS NULL OR g.expires_at > $3)
     AND (g.not_before IS NULL OR g.not_before <= $3) AND r.permissions && $2::text[]
     AND ($4::uuid IS NULL OR g.scope IN ('saas', 'tenant') OR g.org_id = $4 OR g.org_id = ANY (o.ancestor_ids))
     AND ($5::uuid IS NULL OR u.id > $5)
   GROUP BY u.id, u.name ORDER BY u.id LIMIT $6`,
);

export const WHAT_CAN = statement(
  'access-what-can',
  `SELECT p.key, bool_or(g.scope IN ('saas', 'tenant')) AS everywhere, bool_or(g.scope = 'user') AS own,
     coalesce(array_agg(DISTINCT g.org_id) FILTER (WHERE g.org_id IS NOT NULL), '{}') AS "orgIds"
   FROM platform.permissions p
   JOIN (platform.user_roles g
     JOIN platform.roles r ON r.tenant_id = g.tenant_id AND r.id = g.role_id AND r.status = 'published')
     ON g.tenant_id = $1 AND g.user_id = $2 AND g.status = 'active' AND (g.expires_at IS NULL OR g.expires_at > $3)
       AND (g.not_before IS NULL OR g.not_before <= $3) AND r.permissions && ${PATTERNS_OF('p.key')}
   WHERE p.status = 'active' AND ($4::text IS NULL OR p.key > $4)
   GROUP BY p.key ORDER BY p.key LIMIT $5`,
);
