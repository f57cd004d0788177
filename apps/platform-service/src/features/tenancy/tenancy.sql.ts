import { statement } from '@kit/service';

const TENANT = `id, slug, name, status, region, locale, timezone, service_user_id, created_at, version,
  status_reason, deletion_due_at`;

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
   WHERE id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
     AND ($3::text IS NULL OR status = $3) AND ($4::text IS NULL OR slug = $4)
   ORDER BY id LIMIT $2`,
);

export const LOCK_TENANT = statement(
  'tenancy-lock-tenant',
  `SELECT ${TENANT} FROM platform.tenants WHERE tenant_id = $1 FOR UPDATE`,
);

export const UPDATE_TENANT = statement(
  'tenancy-update-tenant',
  `UPDATE platform.tenants
   SET name = $2, locale = $3, timezone = $4, slug = $5, updated_at = $6, updated_by = $7, region = $8,
       version = version + 1
   WHERE tenant_id = $1
   RETURNING ${TENANT}`,
);

/** Whether products may have data of it: without a licence they let nobody write any. */
export const EVER_LICENSED = statement(
  'tenancy-ever-licensed',
  `SELECT EXISTS (SELECT FROM platform.subscriptions WHERE tenant_id = $1)
     OR EXISTS (SELECT FROM platform.entitlements WHERE tenant_id = $1) AS licensed`,
);

/** Across tenants, as the lookup role. */
export const SLUG_OF_ANOTHER = statement(
  'tenancy-slug-of-another',
  'SELECT id FROM platform.tenants WHERE slug = $1 AND id <> $2',
);

export const SET_TENANT_STATUS = statement(
  'tenancy-set-status',
  `UPDATE platform.tenants
   SET status = $2, status_reason = $3, deletion_due_at = $4, updated_at = $5, updated_by = $6, version = version + 1
   WHERE tenant_id = $1
   RETURNING ${TENANT}`,
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

const TREE = "hashtextextended('organizations/' || $1::text, 0)";

/** The tree of a tenant is rearranged by one at a time; whoever only adds to it shares the lock. */
export const REARRANGE_TREE = statement('tenancy-rearrange-tree', `SELECT pg_advisory_xact_lock(${TREE})`);
export const ADD_TO_TREE = statement('tenancy-add-to-tree', `SELECT pg_advisory_xact_lock_shared(${TREE})`);

export const BELOW = statement(
  'tenancy-below-organization',
  `SELECT coalesce(max(cardinality(ancestor_ids)) - $3, 0) AS levels, count(*) FILTER (WHERE status = 'active')::int AS active
   FROM platform.organizations WHERE tenant_id = $1 AND $2::uuid = ANY (ancestor_ids)`,
);

/** The organization $2 under the parent $3, whose ancestors and itself are $4; all below it go along. $5: its old depth. */
export const MOVE_SUBTREE = statement(
  'tenancy-move-subtree',
  `UPDATE platform.organizations
   SET parent_id = CASE WHEN id = $2 THEN $3 ELSE parent_id END, ancestor_ids = $4::uuid[] || ancestor_ids[$5 + 1:],
       updated_at = $6, updated_by = $7, version = version + 1
   WHERE tenant_id = $1 AND (id = $2 OR $2 = ANY (ancestor_ids))
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
     AND ($9::text IS NULL OR status = $9) AND ($10::text IS NULL OR organization_number = $10)
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
   WHERE m.tenant_id = $1 AND m.org_id = $2
     AND CASE WHEN $5::text IS NULL THEN m.status <> 'ended' ELSE m.status = $5 END
     AND ($6::uuid IS NULL OR m.user_id = $6)
     AND m.id > coalesce($3::uuid, '00000000-0000-0000-0000-000000000000')
   ORDER BY m.id LIMIT $4`,
);

export const LOCK_MEMBERSHIP = statement(
  'tenancy-lock-membership',
  `SELECT id, user_id, org_id, status, created_at, version FROM platform.memberships
   WHERE tenant_id = $1 AND id = $2 AND org_id = $3 AND status <> 'ended' FOR UPDATE`,
);

export const END_MEMBERSHIP = statement(
  'tenancy-end-membership',
  `UPDATE platform.memberships
   SET status = 'ended', ended_at = $3, updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND id = $2
   RETURNING id, user_id, org_id, status, created_at, version`,
);

export const LIST_MEMBERSHIPS = statement(
  'tenancy-list-memberships',
  `SELECT m.id, m.user_id, m.org_id, m.status, m.created_at, m.version, o.name AS org_name
   FROM platform.memberships m JOIN platform.organizations o ON o.tenant_id = m.tenant_id AND o.id = m.org_id
   WHERE m.tenant_id = $1 AND m.user_id = $2 AND m.status <> 'ended' AND ($3 OR m.org_id = ANY ($4::uuid[]))
     AND m.id > coalesce($5::uuid, '00000000-0000-0000-0000-000000000000')
   ORDER BY m.id LIMIT $6`,
);
