import { holders, Id, people } from '@kit/contracts';
import { event } from './context.js';

export class InvitationData {
  @Id({ nullable: true, description: 'Where to; null: the whole tenant' })
  orgId: string | null;
}

export class InvitationAcceptedData extends InvitationData {
  @Id()
  userId: string;
}

export const invitationCreated = event({
  aggregate: 'invitation',
  fact: 'created',
  summary: 'Somebody was invited',
  data: InvitationData,
  audience: ({ orgId }) => holders('platform.invitation.read', { orgs: [orgId] }),
});

export const invitationResent = event({
  aggregate: 'invitation',
  fact: 'resent',
  summary: 'An invitation was sent again; the link of before no longer works',
  data: InvitationData,
  audience: ({ orgId }) => holders('platform.invitation.read', { orgs: [orgId] }),
});

export const invitationAccepted = event({
  aggregate: 'invitation',
  fact: 'accepted',
  summary: 'Somebody accepted an invitation',
  data: InvitationAcceptedData,
  audience: ({ orgId, userId }) => [...people(userId), ...holders('platform.invitation.read', { orgs: [orgId] })],
});

export const invitationRevoked = event({
  aggregate: 'invitation',
  fact: 'revoked',
  summary: 'An invitation was taken back',
  data: InvitationData,
  audience: ({ orgId }) => holders('platform.invitation.read', { orgs: [orgId] }),
});

export const invitationExpired = event({
  aggregate: 'invitation',
  fact: 'expired',
  summary: 'An invitation was not accepted in time',
  data: InvitationData,
  audience: ({ orgId }) => holders('platform.invitation.read', { orgs: [orgId] }),
});

export const invitationEvents = [
  invitationCreated,
  invitationResent,
  invitationAccepted,
  invitationRevoked,
  invitationExpired,
];
