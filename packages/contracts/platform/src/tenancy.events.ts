import { Id, OneOf, Slug, Text } from '@kit/contracts';
import { event } from './context.js';
import {
  ORGANIZATION_KINDS,
  ORGANIZATION_STATUSES,
  type OrganizationKind,
  type OrganizationStatus,
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
});

export const organizationCreated = event({
  aggregate: 'organization',
  fact: 'created',
  summary: 'An organization was added to the tree',
  data: OrganizationCreatedData,
});

export const organizationUpdated = event({
  aggregate: 'organization',
  fact: 'updated',
  summary: 'Name, number or status of an organization changed',
  data: OrganizationUpdatedData,
});

export const memberAdded = event({
  aggregate: 'membership',
  fact: 'added',
  summary: 'A user became a member of an organization',
  data: MemberAddedData,
});

export const tenancyEvents = [tenantProvisioned, organizationCreated, organizationUpdated, memberAdded];
