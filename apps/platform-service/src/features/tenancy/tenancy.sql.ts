import { statement } from '@kit/service';

const TENANT = 'id, slug, name, status, region, locale, timezone, service_user_id, created_at, version';

export const INSERT_TENANT = statement(
  'insert-tenant',
  `INSERT INTO platform.tenants (id, slug, name, region, locale, timezone, service_user_id, created_at, created_by,
     updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $8, $7)
   ON CONFLICT DO NOTHING
   RETURNING ${TENANT}`,
);

export const GET_TENANT = statement('get-tenant', `SELECT ${TENANT} FROM platform.tenants WHERE tenant_id = $1`);

/** Across tenants, as the lookup role. */
export const LIST_TENANTS = statement(
  'list-tenants',
  `SELECT ${TENANT} FROM platform.tenants
   WHERE id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000') ORDER BY id LIMIT $2`,
);

const ORGANIZATION = 'id, parent_id, ancestor_ids, kind, name, organization_number, status, created_at, version';

export const INSERT_ORGANIZATION = statement(
  'insert-organization',
  `INSERT INTO platform.organizations (tenant_id, id, parent_id, ancestor_ids, kind, name, organization_number,
     created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $9)
   ON CONFLICT DO NOTHING
   RETURNING ${ORGANIZATION}`,
);

/** Held until the transaction ends, so that nothing is put below an organization that is being archived. */
export const LOCK_PARENT = statement(
  'lock-parent',
  `SELECT ${ORGANIZATION} FROM platform.organizations WHERE tenant_id = $1 AND id = $2 FOR SHARE`,
);

export const LOCK_ORGANIZATION = statement(
  'lock-organization',
  `SELECT ${ORGANIZATION} FROM platform.organizations WHERE tenant_id = $1 AND id = $2 FOR UPDATE`,
);

export const OTHER_WITH_NUMBER = statement(
  'other-organization-with-number',
  `SELECT 1 FROM platform.organizations
   WHERE tenant_id = $1 AND organization_number = $2 AND id <> $3 AND status = 'active'`,
);

export const UPDATE_ORGANIZATION = statement(
  'update-organization',
  `UPDATE platform.organizations
   SET name = $3, organization_number = $4, status = $5, updated_at = $6, updated_by = $7, version = version + 1
   WHERE tenant_id = $1 AND id = $2
   RETURNING ${ORGANIZATION}`,
);

// $2: all of them; else these ($3).
const REACHED = '($2 OR id = ANY ($3::uuid[]))';

export const GET_ORGANIZATION = statement(
  'get-organization',
  `SELECT ${ORGANIZATION} FROM platform.organizations WHERE tenant_id = $1 AND ${REACHED} AND id = $4`,
);

export const LIST_ORGANIZATIONS = statement(
  'list-organizations',
  `SELECT ${ORGANIZATION} FROM platform.organizations
   WHERE tenant_id = $1 AND ${REACHED}
     AND kind = coalesce($4, kind) AND ($5::uuid IS NULL OR parent_id = $5)
     AND (name, id) > (coalesce($6, ''), coalesce($7::uuid, '00000000-0000-0000-0000-000000000000'))
   ORDER BY name, id LIMIT $8`,
);

export const ACTIVE_PERSON = statement(
  'active-person',
  `SELECT id, name, email FROM platform.users
   WHERE tenant_id = $1 AND id = $2 AND kind = 'person' AND status IN ('active', 'invited') FOR SHARE`,
);

export const INSERT_MEMBERSHIP = statement(
  'insert-membership',
  `INSERT INTO platform.memberships (tenant_id, id, user_id, org_id, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $5, $6)
   ON CONFLICT DO NOTHING
   RETURNING id, user_id, org_id, status, created_at, version`,
);

export const LIST_MEMBERS = statement(
  'list-members',
  `SELECT m.id, m.user_id, m.org_id, m.status, m.created_at, m.version, u.name, u.email
   FROM platform.memberships m JOIN platform.users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id
   WHERE m.tenant_id = $1 AND m.org_id = $2 AND m.status <> 'ended'
     AND m.id > coalesce($3::uuid, '00000000-0000-0000-0000-000000000000')
   ORDER BY m.id LIMIT $4`,
);
