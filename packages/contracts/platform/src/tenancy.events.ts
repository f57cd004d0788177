import { holders, Id, OneOf, people, Slug, Text } from '@kit/contracts';
import { event } from './context.js';
import {
  ORGANIZATION_KINDS,
  ORGANIZATION_STATUSES,
  type OrganizationKind,
  type OrganizationStatus,
  TENANT_STATUSES,
  type TenantStatus,
} from './tenancy.js';

export class TenantProvisionedData {
  @Slug()
  slug: string;

  @Text({ max: 31 })
  region: string;
}

export class OrganizationCreatedData {
  @Id({ nullable: true })
  parentId: string | null;

  @OneOf(ORGANIZATION_KINDS)
  kind: OrganizationKind;
}

export class OrganizationUpdatedData {
  @OneOf(ORGANIZATION_STATUSES)
  status: OrganizationStatus;
}

export class MemberAddedData {
  @Id()
  orgId: string;

  @Id()
  userId: string;
}

export const tenantProvisioned = event({
  aggregate: 'tenant',
  fact: 'provisioned',
  summary: 'A tenant was created with its roles and its first administrator',
  data: TenantProvisionedData,
  audience: () => holders('platform.tenant.update'),
});

export const organizationCreated = event({
  aggregate: 'organization',
  fact: 'created',
  summary: 'An organization was added to the tree',
  data: OrganizationCreatedData,
  audience: ({ parentId }, id) => holders('platform.organization.read', { orgs: [id, parentId] }),
});

export const organizationUpdated = event({
  aggregate: 'organization',
  fact: 'updated',
  summary: 'Name, number or status of an organization changed',
  data: OrganizationUpdatedData,
  audience: (_, id) => holders('platform.organization.read', { orgs: [id] }),
});

export const memberAdded = event({
  aggregate: 'membership',
  fact: 'added',
  summary: 'A user became a member of an organization',
  data: MemberAddedData,
  audience: ({ orgId, userId }) => [...people(userId), ...holders('platform.membership.read', { orgs: [orgId] })],
});

export class TenantUpdatedData {
  @Slug()
  slug: string;
}

export class TenantStatusChangedData {
  @OneOf(TENANT_STATUSES)
  from: TenantStatus;

  @OneOf(TENANT_STATUSES)
  to: TenantStatus;
}

export class OrganizationMovedData {
  @Id({ nullable: true })
  from: string | null;

  @Id({ nullable: true })
  to: string | null;
}

export const tenantUpdated = event({
  aggregate: 'tenant',
  fact: 'updated',
  summary: 'Name, slug, language or time zone of a tenant changed',
  data: TenantUpdatedData,
  audience: () => holders('platform.tenant.update'),
});

export const tenantStatusChanged = event({
  aggregate: 'tenant',
  fact: 'status-changed',
  summary: 'A tenant was suspended, resumed, is to be deleted, or was deleted',
  data: TenantStatusChangedData,
  audience: () => holders('platform.tenant.update'),
});

export const organizationMoved = event({
  aggregate: 'organization',
  fact: 'moved',
  summary: 'An organization has another parent; all below it moved along',
  data: OrganizationMovedData,
  audience: ({ from, to }, id) => holders('platform.organization.read', { orgs: [id, from, to] }),
});

export const membershipEnded = event({
  aggregate: 'membership',
  fact: 'ended',
  summary: 'A user is no longer a member of an organization',
  data: MemberAddedData,
  audience: ({ orgId, userId }) => [...people(userId), ...holders('platform.membership.read', { orgs: [orgId] })],
});

export const tenancyEvents = [
  tenantProvisioned,
  tenantUpdated,
  tenantStatusChanged,
  organizationCreated,
  organizationUpdated,
  organizationMoved,
  memberAdded,
  membershipEnded,
];
