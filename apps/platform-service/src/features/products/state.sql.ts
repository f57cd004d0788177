import { statement } from '@kit/service';

export const TENANT_STATES = statement(
  'products-tenant-states',
  `SELECT id, slug, name, status, region, locale, timezone, service_user_id, created_at, version, updated_at
   FROM platform.tenants WHERE tenant_id = $1 AND id = ANY ($2::uuid[])`,
);

export const ORGANIZATION_STATES = statement(
  'products-organization-states',
  `SELECT id, parent_id, ancestor_ids, kind, name, organization_number, status, created_at, version, updated_at
   FROM platform.organizations WHERE tenant_id = $1 AND id = ANY ($2::uuid[])`,
);

export const USER_STATES = statement(
  'products-user-states',
  `SELECT id, email, name, kind, status, locale, birth_date::text, created_at, version, updated_at
   FROM platform.users WHERE tenant_id = $1 AND id = ANY ($2::uuid[])`,
);

export const MEMBERSHIP_STATES = statement(
  'products-membership-states',
  `SELECT id, user_id, org_id, status, created_at, version, updated_at
   FROM platform.memberships WHERE tenant_id = $1 AND id = ANY ($2::uuid[])`,
);
