import type { PermissionKey } from '@digilist/contracts';
import { statement, type Tx } from '@kit/service';
import { patternsOf } from './who-may.js';

/** $1 tenant · $2 patterns that grant the permission · $3 organization or null · $4 now */
const WHO_CAN = statement(
  'who-can',
  `WITH place AS MATERIALIZED (
     SELECT o.id || o.ancestor_ids AS org_ids
     FROM digilist.platform_organizations o
     WHERE o.tenant_id = $1 AND o.id = $3::uuid AND NOT o.deleted
   )
   SELECT DISTINCT person.id
   FROM digilist.platform_roles role
   JOIN digilist.platform_user_roles granted ON granted.tenant_id = $1 AND granted.role_id = role.id
   JOIN digilist.platform_users person ON person.tenant_id = $1 AND person.id = granted.user_id
   WHERE role.tenant_id = $1 AND role.status = 'published' AND NOT role.deleted AND role.permissions && $2::text[]
     AND granted.status = 'active' AND NOT granted.deleted
     AND (granted.expires_at IS NULL OR granted.expires_at > $4::timestamptz)
     AND (granted.not_before IS NULL OR granted.not_before <= $4::timestamptz)
     AND (granted.scope IN ('saas', 'tenant')
       OR (granted.scope = 'org' AND granted.org_id = ANY ((SELECT org_ids FROM place)::uuid[])))
     AND person.status = 'active' AND NOT person.deleted AND person.kind = 'person'
   ORDER BY person.id`,
);

/**
 * Who holds a permission for this organization: by a grant there, above it, or in the whole tenant; without one, only by
 * a grant in the whole tenant. Whom to tell, and to whom work can be given. What one may only do with one's own counts
 * for nothing here, and neither do the tenant's service users: nobody reads what they are told.
 */
export async function whoCan(tx: Tx, permission: PermissionKey, orgId: string | null): Promise<string[]> {
  const found = await tx.query<{ id: string }>(WHO_CAN, [tx.tenantId, patternsOf(permission), orgId, tx.now]);
  return found.map(({ id }) => id);
}

/** Is this one of them? */
export const canDo = async (
  tx: Tx,
  userId: string,
  permission: PermissionKey,
  orgId: string | null,
): Promise<boolean> => (await whoCan(tx, permission, orgId)).includes(userId);

/** $1 tenant · $2 patterns that grant the permission · $3 organizations · $4 now */
const MEMBERS_WHO_CAN = statement(
  'members-who-can',
  `SELECT DISTINCT o.id AS "orgId", person.id AS "userId"
   FROM digilist.platform_organizations o
   JOIN digilist.platform_memberships member ON member.tenant_id = $1 AND member.org_id = o.id
   JOIN digilist.platform_users person ON person.tenant_id = $1 AND person.id = member.user_id
   JOIN digilist.platform_user_roles granted ON granted.tenant_id = $1 AND granted.user_id = person.id
   JOIN digilist.platform_roles role ON role.tenant_id = $1 AND role.id = granted.role_id
   WHERE o.tenant_id = $1 AND o.id = ANY ($3::uuid[]) AND member.status = 'active' AND NOT member.deleted
     AND role.status = 'published' AND NOT role.deleted AND role.permissions && $2::text[]
     AND granted.status = 'active' AND NOT granted.deleted
     AND (granted.expires_at IS NULL OR granted.expires_at > $4::timestamptz)
     AND (granted.not_before IS NULL OR granted.not_before <= $4::timestamptz)
     AND (granted.scope IN ('saas', 'tenant') OR (granted.scope = 'org' AND granted.org_id = ANY (o.id || o.ancestor_ids)))
     AND person.status = 'active' AND NOT person.deleted AND person.kind = 'person'
   ORDER BY 1, 2`,
);

/** Who of the members of each organization holds a permission for it: whom to tell what concerns the organization itself. */
export const membersWhoCan = (
  tx: Tx,
  permission: PermissionKey,
  orgIds: readonly string[],
): Promise<{ orgId: string; userId: string }[]> =>
  orgIds.length === 0
    ? Promise.resolve([])
    : tx.query(MEMBERS_WHO_CAN, [tx.tenantId, patternsOf(permission), orgIds, tx.now]);
