import { holders, OneOf, people, Text } from '@kit/contracts';
import { event } from './context.js';
import { USER_KINDS, USER_STATUSES, type UserKind, type UserStatus } from './identity.js';

export const SESSION_END_REASONS = [
  'logout',
  'revoked',
  'reuse',
  'user_inactive',
  'password_changed',
  'factors_changed',
  'provider_logout',
  'erased',
  'tenant_closed',
] as const;
export type SessionEndReason = (typeof SESSION_END_REASONS)[number];

export class UserCreatedData {
  @OneOf(USER_KINDS)
  kind: UserKind;

  @OneOf(USER_STATUSES)
  status: UserStatus;
}

export class UserStatusChangedData {
  @OneOf(USER_STATUSES)
  from: UserStatus;

  @OneOf(USER_STATUSES)
  to: UserStatus;
}

export class SessionEndedData {
  @Text({ max: 36 })
  userId: string;

  @OneOf(SESSION_END_REASONS)
  reason: SessionEndReason;
}

export class PasswordChangedData {
  @OneOf(['change', 'reset'])
  by: 'change' | 'reset';
}

export class EmailChangedData {
  @OneOf(['verification', 'directory'])
  by: 'verification' | 'directory';
}

export const userCreated = event({
  aggregate: 'user',
  fact: 'created',
  summary: 'A user was added to a tenant',
  data: UserCreatedData,
  audience: (_, id) => [...people(id), ...holders('platform.user.read')],
});

export const userStatusChanged = event({
  aggregate: 'user',
  fact: 'status-changed',
  summary: 'A user was suspended, deactivated or made active again',
  data: UserStatusChangedData,
  audience: (_, id) => [...people(id), ...holders('platform.user.read')],
});

export const passwordChanged = event({
  aggregate: 'user',
  fact: 'password-changed',
  summary: 'The password of a user was changed or, by a link in a mail, set anew',
  data: PasswordChangedData,
  audience: (_, id) => people(id),
});

export const emailChanged = event({
  aggregate: 'user',
  fact: 'email-changed',
  summary: 'A user has another address now: they proved to own it, or a directory says so',
  data: EmailChangedData,
  audience: (_, id) => [...people(id), ...holders('platform.user.read')],
});

export const sessionEnded = event({
  aggregate: 'session',
  fact: 'ended',
  summary: 'A session ended before its time',
  data: SessionEndedData,
  audience: ({ userId }) => [...people(userId), ...holders('platform.session.read')],
});

export const identityEvents = [userCreated, userStatusChanged, passwordChanged, emailChanged, sessionEnded];
