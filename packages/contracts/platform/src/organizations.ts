import { Email, Id, Ids, Instant, NOT_FOUND, OneOf, PageQuery, pageOf, permission, Text, Whole } from '@kit/contracts';
import { GRANT_EXCEEDS_OWN } from './access.errors.js';
import { operation } from './context.js';
import {
  MEMBER_USER_UNKNOWN,
  MEMBERSHIP_EXISTS,
  ORGANIZATION_ARCHIVED,
  ORGANIZATION_IN_USE,
  ORGANIZATION_NUMBER_INVALID,
  ORGANIZATION_NUMBER_TAKEN,
  ORGANIZATION_PARENT_INVALID,
} from './tenancy.errors.js';

export const ORGANIZATION_KINDS = ['unit', 'association', 'company', 'public_body', 'other'] as const;
/** `unit`: a part of the tenant itself; the others are organizations of their own. */
export type OrganizationKind = (typeof ORGANIZATION_KINDS)[number];

export const ORGANIZATION_STATUSES = ['active', 'archived'] as const;
export type OrganizationStatus = (typeof ORGANIZATION_STATUSES)[number];

export const MEMBERSHIP_STATUSES = ['invited', 'active', 'ended'] as const;
export type MembershipStatus = (typeof MEMBERSHIP_STATUSES)[number];

export class Organization {
  @Id()
  id: string;

  @Id({ nullable: true })
  parentId: string | null;

  @Ids({ description: 'From the root down to the parent' })
  ancestorIds: string[];

  @OneOf(ORGANIZATION_KINDS)
  kind: OrganizationKind;

  @Text({ max: 200, example: 'Fjordvik idrettslag' })
  name: string;

  @Text({ max: 9, nullable: true, example: '974760673' })
  organizationNumber: string | null;

  @OneOf(ORGANIZATION_STATUSES)
  status: OrganizationStatus;

  @Instant()
  createdAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class OrganizationPage extends pageOf(Organization) {}

export class CreateOrganization {
  @Text({ min: 1, max: 200, example: 'Fjordvik idrettslag' })
  name: string;

  @OneOf(ORGANIZATION_KINDS)
  kind: OrganizationKind;

  @Id({ optional: true, nullable: true, description: 'null or left out: at the top of the tree' })
  parentId?: string | null;

  @Text({ min: 9, max: 9, optional: true, nullable: true, example: '974760673' })
  organizationNumber?: string | null;
}

export class ListOrganizations extends PageQuery {
  @OneOf(ORGANIZATION_KINDS, { optional: true })
  kind?: OrganizationKind;

  @Id({ optional: true, description: 'Only those directly below this one' })
  parentId?: string;

  @OneOf(ORGANIZATION_STATUSES, { optional: true })
  status?: OrganizationStatus;

  @Text({ min: 9, max: 9, optional: true, example: '974760673' })
  organizationNumber?: string;
}

export class OrganizationId {
  @Id()
  id: string;
}

export class UpdateOrganization {
  @Id()
  id: string;

  @Text({ min: 1, max: 200, optional: true })
  name?: string;

  @Text({ min: 9, max: 9, optional: true, nullable: true })
  organizationNumber?: string | null;

  @OneOf(ORGANIZATION_STATUSES, { optional: true })
  status?: OrganizationStatus;

  @Id({
    optional: true,
    nullable: true,
    description: 'Where it moves to, with all below it; null: to the top of the tree',
  })
  parentId?: string | null;
}

export class Member {
  @Id({ description: 'The membership' })
  id: string;

  @Id()
  orgId: string;

  @Id()
  userId: string;

  @Text({ max: 200, example: 'Kari Nordmann' })
  name: string;

  @Email()
  email: string;

  @OneOf(MEMBERSHIP_STATUSES)
  status: MembershipStatus;

  @Instant()
  createdAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class MemberPage extends pageOf(Member) {}

export class ListMembers extends PageQuery {
  @Id({ description: 'The organization' })
  id: string;

  @OneOf(MEMBERSHIP_STATUSES, { optional: true, description: 'Those that have not ended unless told' })
  status?: MembershipStatus;

  @Id({ optional: true })
  userId?: string;
}

export class MembershipInOrganization {
  @Id({ description: 'The organization' })
  id: string;

  @Id()
  membershipId: string;
}

export class Membership {
  @Id()
  id: string;

  @Id()
  orgId: string;

  @Text({ max: 200, description: 'Name of the organization' })
  orgName: string;

  @OneOf(MEMBERSHIP_STATUSES)
  status: MembershipStatus;

  @Instant()
  createdAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class MembershipPage extends pageOf(Membership) {}

export class ListMemberships extends PageQuery {
  @Id({ description: 'The user' })
  id: string;
}

export class AddMember {
  @Id({ description: 'The organization' })
  id: string;

  @Id()
  userId: string;
}

export const createOrganization = operation({
  id: 'createOrganization',
  subject: 'organization.create.v1',
  summary: 'Add an organization to the tree',
  http: { method: 'POST', path: '/organizations', status: 201 },
  request: CreateOrganization,
  response: Organization,
  access: permission('platform.organization.create'),
  errors: [ORGANIZATION_PARENT_INVALID, ORGANIZATION_NUMBER_INVALID, ORGANIZATION_NUMBER_TAKEN, ORGANIZATION_ARCHIVED],
  idempotent: true,
  version: 'answers',
});

export const listOrganizations = operation({
  id: 'listOrganizations',
  subject: 'organization.list.v1',
  summary: 'List the organizations of the tenant by name',
  http: { method: 'GET', path: '/organizations' },
  request: ListOrganizations,
  response: OrganizationPage,
  access: permission('platform.organization.read'),
});

export const getOrganization = operation({
  id: 'getOrganization',
  subject: 'organization.get.v1',
  summary: 'Read an organization',
  http: { method: 'GET', path: '/organizations/{id}' },
  request: OrganizationId,
  response: Organization,
  access: permission('platform.organization.read'),
  errors: [NOT_FOUND],
  version: 'answers',
});

export const updateOrganization = operation({
  id: 'updateOrganization',
  subject: 'organization.update.v1',
  summary: 'Change name, organization number or status of an organization, or move it with all below it',
  http: { method: 'PATCH', path: '/organizations/{id}' },
  request: UpdateOrganization,
  response: Organization,
  access: permission('platform.organization.update'),
  errors: [
    NOT_FOUND,
    ORGANIZATION_NUMBER_INVALID,
    ORGANIZATION_NUMBER_TAKEN,
    ORGANIZATION_PARENT_INVALID,
    ORGANIZATION_ARCHIVED,
    ORGANIZATION_IN_USE,
  ],
  version: 'required',
});

export const listMembers = operation({
  id: 'listMembers',
  subject: 'membership.list.v1',
  summary: 'List the members of an organization',
  http: { method: 'GET', path: '/organizations/{id}/members' },
  request: ListMembers,
  response: MemberPage,
  access: permission('platform.membership.read'),
  errors: [NOT_FOUND],
});

export const addMember = operation({
  id: 'addMember',
  subject: 'membership.add.v1',
  summary: 'Make a user a member of an organization',
  http: { method: 'POST', path: '/organizations/{id}/members', status: 201 },
  request: AddMember,
  response: Member,
  access: permission('platform.membership.create'),
  errors: [NOT_FOUND, MEMBER_USER_UNKNOWN, MEMBERSHIP_EXISTS, ORGANIZATION_ARCHIVED],
  idempotent: true,
  version: 'answers',
});

export const endMembership = operation({
  id: 'endMembership',
  subject: 'membership.end.v1',
  summary: 'End a membership, and with it the roles held in that organization',
  http: { method: 'DELETE', path: '/organizations/{id}/members/{membershipId}', status: 204 },
  request: MembershipInOrganization,
  response: null,
  access: permission('platform.membership.end'),
  errors: [NOT_FOUND, GRANT_EXCEEDS_OWN],
});

export const listMemberships = operation({
  id: 'listMemberships',
  subject: 'membership.list-of-user.v1',
  summary: 'List the organizations a user belongs to',
  http: { method: 'GET', path: '/users/{id}/memberships' },
  request: ListMemberships,
  response: MembershipPage,
  access: permission('platform.membership.read'),
});

export const organizationOperations = [
  createOrganization,
  listOrganizations,
  getOrganization,
  updateOrganization,
  listMembers,
  addMember,
  endMembership,
  listMemberships,
];
