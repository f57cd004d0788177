import { statement } from '@kit/service';

/** Whom the groups of these users ($2) give which role, and in whose name. */
export const DESIRED_ROLES = statement(
  'scim-desired-roles',
  `SELECT m.user_id, w.role_id, r.key AS role_key, w.scope, w.org_id, w.created_by AS giver_id
   FROM platform.scim_group_members m
   JOIN platform.scim_groups g ON g.tenant_id = m.tenant_id AND g.id = m.group_id AND g.status = 'active'
   JOIN platform.scim_group_roles w ON w.tenant_id = m.tenant_id AND w.group_id = m.group_id
   JOIN platform.roles r ON r.tenant_id = w.tenant_id AND r.id = w.role_id AND r.status = 'published'
   WHERE m.tenant_id = $1 AND m.user_id = ANY ($2::uuid[])
   ORDER BY m.user_id, w.role_id, w.id`,
);
export const GIVEN_ROLES = statement(
  'scim-given-roles',
  `SELECT u.id, u.user_id, u.role_id, r.key AS role_key, u.scope, u.org_id
   FROM platform.user_roles u
   JOIN platform.scim_grants s ON s.tenant_id = u.tenant_id AND s.id = u.id
   JOIN platform.roles r ON r.tenant_id = u.tenant_id AND r.id = u.role_id
   WHERE u.tenant_id = $1 AND u.user_id = ANY ($2::uuid[]) AND u.status = 'active'
   ORDER BY u.id FOR UPDATE OF u`,
);
/** One at a time for each user, or two groups that change at once would not know of each other. */
export const LOCK_MEMBERS = statement(
  'scim-lock-members',
  'SELECT id FROM platform.scim_users WHERE tenant_id = $1 AND id = ANY ($2::uuid[]) ORDER BY id FOR NO KEY UPDATE',
);
export const NOTE_GRANT = statement(
  'scim-note-grant',
  'INSERT INTO platform.scim_grants (tenant_id, id, created_at, created_by) VALUES ($1, $2, $3, $4)',
);

export const DELETE_ROLES_OF_GROUP = statement(
  'scim-delete-roles-of-group',
  'DELETE FROM platform.scim_group_roles WHERE tenant_id = $1 AND group_id = $2',
);
export const INSERT_ROLE_OF_GROUP = statement(
  'scim-insert-role-of-group',
  `INSERT INTO platform.scim_group_roles (tenant_id, group_id, role_id, scope, org_id, created_at, created_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
);
export const LIST_MAPPINGS = statement(
  'scim-list-mappings',
  `SELECT g.id, o.name,
     coalesce((SELECT jsonb_agg(jsonb_strip_nulls(
         jsonb_build_object('roleId', w.role_id, 'scope', w.scope, 'orgId', w.org_id)) ORDER BY w.id)
       FROM platform.scim_group_roles w WHERE w.tenant_id = g.tenant_id AND w.group_id = g.id), '[]') AS roles
   FROM platform.scim_groups g JOIN platform.organizations o ON o.tenant_id = g.tenant_id AND o.id = g.id
   WHERE g.tenant_id = $1 AND g.status = 'active' AND ($2::uuid IS NULL OR g.id > $2) AND ($4::uuid IS NULL OR g.id = $4)
   ORDER BY g.id LIMIT $3`,
);
