import type {
  Member,
  Membership,
  MembershipState,
  Organization,
  OrganizationState,
  Tenant,
  TenantState,
} from '@platform/contracts';
import type { QueryResultRow } from 'pg';

export interface TenantRow extends QueryResultRow {
  id: string;
  slug: string;
  name: string;
  status: Tenant['status'];
  region: string;
  locale: Tenant['locale'];
  timezone: string;
  service_user_id: string;
  created_at: Date;
  version: number;
  status_reason: string | null;
  deletion_due_at: Date | null;
}

export interface OrganizationRow extends QueryResultRow {
  id: string;
  parent_id: string | null;
  ancestor_ids: string[];
  kind: Organization['kind'];
  name: string;
  organization_number: string | null;
  status: Organization['status'];
  created_at: Date;
  version: number;
}

export interface MembershipRow extends QueryResultRow {
  id: string;
  user_id: string;
  org_id: string;
  status: Member['status'];
  created_at: Date;
  version: number;
}

export const toTenantState = (row: TenantRow): TenantState => ({
  id: row.id,
  slug: row.slug,
  name: row.name,
  status: row.status,
  region: row.region,
  locale: row.locale,
  timezone: row.timezone,
  serviceUserId: row.service_user_id,
  version: row.version,
});

export const toTenant = (row: TenantRow): Tenant => ({
  ...toTenantState(row),
  statusReason: row.status_reason,
  deletionDueAt: row.deletion_due_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
});

export const toOrganization = (row: OrganizationRow): Organization => ({
  id: row.id,
  parentId: row.parent_id,
  ancestorIds: row.ancestor_ids,
  kind: row.kind,
  name: row.name,
  organizationNumber: row.organization_number,
  status: row.status,
  createdAt: row.created_at.toISOString(),
  version: row.version,
});

export function toOrganizationState(tenantId: string, row: OrganizationRow): OrganizationState {
  const { createdAt: _, ...organization } = toOrganization(row);
  return { ...organization, tenantId };
}

export const toMembershipState = (tenantId: string, row: MembershipRow): MembershipState => ({
  id: row.id,
  tenantId,
  userId: row.user_id,
  orgId: row.org_id,
  status: row.status,
  version: row.version,
});

export const toMember = (row: MembershipRow & { name: string; email: string }): Member => ({
  id: row.id,
  orgId: row.org_id,
  userId: row.user_id,
  name: row.name,
  email: row.email,
  status: row.status,
  createdAt: row.created_at.toISOString(),
  version: row.version,
});

export const toMembership = (row: MembershipRow & { org_name: string }): Membership => ({
  id: row.id,
  orgId: row.org_id,
  orgName: row.org_name,
  status: row.status,
  createdAt: row.created_at.toISOString(),
  version: row.version,
});
