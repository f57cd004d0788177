import {
  anonymous,
  Email,
  Id,
  Ids,
  Instant,
  LIMIT_EXCEEDED,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  TENANT_MISMATCH,
  TENANT_SUSPENDED,
  Text,
  Whole,
} from '@kit/contracts';
import { GRANT_EXCEEDS_OWN, GRANT_SCOPE_INVALID } from './access.errors.js';
import { PASSWORD_COMMON, PASSWORD_PREDICTABLE } from './accounts.errors.js';
import { operation } from './context.js';
import { AUTH_BUSY, PASSWORD_TOO_SHORT } from './identity.errors.js';
import { LOCALES, type LocaleCode } from './identity.js';
import {
  INVITATION_ADDRESS_UNVERIFIED,
  INVITATION_CLOSED,
  INVITATION_EXISTS,
  INVITATION_EXPIRED,
  INVITATION_INVALID,
  INVITATION_OUTDATED,
} from './invitations.errors.js';
import { MEMBERSHIP_EXISTS, ORGANIZATION_ARCHIVED } from './tenancy.errors.js';

export const INVITATION_STATUSES = ['pending', 'accepted', 'revoked', 'expired'] as const;
export type InvitationStatus = (typeof INVITATION_STATUSES)[number];

export class Invite {
  @Email()
  email: string;

  @Id({ optional: true, description: 'Organization to become a member of; left out: the tenant as such' })
  orgId?: string;

  @Ids({
    max: 20,
    optional: true,
    description: 'Roles to hold there once accepted; nobody promises more than they hold',
  })
  roleIds?: string[];

  @OneOf(LOCALES, { optional: true, description: 'Language of the mail; that of the tenant unless told' })
  locale?: LocaleCode;
}

export class Invitation {
  @Id()
  id: string;

  @Email()
  email: string;

  @Id({ nullable: true })
  orgId: string | null;

  @Ids()
  roleIds: string[];

  @OneOf(LOCALES)
  locale: LocaleCode;

  @OneOf(INVITATION_STATUSES)
  status: InvitationStatus;

  @Instant()
  expiresAt: string;

  @Id()
  invitedBy: string;

  @Id({ nullable: true })
  acceptedBy: string | null;

  @Instant()
  createdAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class InvitationPage extends pageOf(Invitation) {}

export class ListInvitations extends PageQuery {
  @OneOf(INVITATION_STATUSES, { optional: true })
  status?: InvitationStatus;

  @Id({ optional: true })
  orgId?: string;

  @Email({ optional: true })
  email?: string;
}

export class InvitationId {
  @Id()
  id: string;
}

export class AcceptInvitation {
  @Text({ min: 1, max: 200, description: 'From the link in the mail; good for once' })
  token: string;

  @Text({ min: 1, max: 200, optional: true, description: 'Needed where there is no such user yet' })
  name?: string;

  @Text({ min: 1, max: 256, optional: true, description: 'Needed where the user cannot sign in yet' })
  password?: string;
}

export class AcceptedInvitation {
  @Id()
  userId: string;

  @Text({ max: 63, description: 'Slug of the tenant to sign in to' })
  tenant: string;

  @Email({ description: 'The address to sign in with' })
  email: string;

  @Id({ nullable: true })
  orgId: string | null;
}

export const createInvitation = operation({
  id: 'createInvitation',
  subject: 'invitation.create.v1',
  summary: 'Invite somebody by mail; the invitation holds a seat',
  http: { method: 'POST', path: '/invitations', status: 201 },
  request: Invite,
  response: Invitation,
  access: permission('platform.invitation.create'),
  errors: [
    NOT_FOUND,
    ORGANIZATION_ARCHIVED,
    INVITATION_EXISTS,
    MEMBERSHIP_EXISTS,
    GRANT_EXCEEDS_OWN,
    GRANT_SCOPE_INVALID,
    LIMIT_EXCEEDED,
  ],
  idempotent: true,
  version: 'answers',
});

export const listInvitations = operation({
  id: 'listInvitations',
  subject: 'invitation.list.v1',
  summary: 'List invitations, those that have expired included; the newest first',
  http: { method: 'GET', path: '/invitations' },
  request: ListInvitations,
  response: InvitationPage,
  access: permission('platform.invitation.read'),
});

export const resendInvitation = operation({
  id: 'resendInvitation',
  subject: 'invitation.resend.v1',
  summary: 'Send an invitation again with a new link, also one that has expired; the link of before no longer works',
  http: { method: 'POST', path: '/invitations/{id}/resend' },
  request: InvitationId,
  response: Invitation,
  access: permission('platform.invitation.create'),
  errors: [NOT_FOUND, INVITATION_CLOSED, INVITATION_EXISTS, GRANT_EXCEEDS_OWN, GRANT_SCOPE_INVALID, LIMIT_EXCEEDED],
  idempotent: true,
  version: 'answers',
});

export const revokeInvitation = operation({
  id: 'revokeInvitation',
  subject: 'invitation.revoke.v1',
  summary: 'Take an invitation back; its seat is free again',
  http: { method: 'DELETE', path: '/invitations/{id}', status: 204 },
  request: InvitationId,
  response: null,
  access: permission('platform.invitation.revoke'),
  errors: [NOT_FOUND, INVITATION_CLOSED],
});

export const acceptInvitation = operation({
  id: 'acceptInvitation',
  subject: 'invitation.accept.v1',
  summary: 'Accept an invitation: become a user where there is none yet, and a member with the promised roles',
  http: { method: 'POST', path: '/invitations/accept' },
  request: AcceptInvitation,
  response: AcceptedInvitation,
  access: anonymous('whoever is invited need not be a user yet; the token says for what'),
  errors: [
    INVITATION_INVALID,
    INVITATION_EXPIRED,
    INVITATION_OUTDATED,
    INVITATION_ADDRESS_UNVERIFIED,
    TENANT_MISMATCH,
    TENANT_SUSPENDED,
    PASSWORD_TOO_SHORT,
    PASSWORD_COMMON,
    PASSWORD_PREDICTABLE,
    AUTH_BUSY,
  ],
});

export const invitationsOperations = [
  createInvitation,
  listInvitations,
  resendInvitation,
  revokeInvitation,
  acceptInvitation,
];
