import {
  anonymous,
  authenticated,
  Email,
  FORBIDDEN,
  Id,
  NOT_FOUND,
  OneOf,
  PageQuery,
  permission,
  TENANT_SUSPENDED,
  Text,
} from '@kit/contracts';
import {
  ACCOUNT_TOKEN_INVALID,
  AUTH_PASSWORD_LOCKED,
  AUTH_THROTTLED,
  EMAIL_UNCHANGED,
  PASSWORD_COMMON,
  PASSWORD_PREDICTABLE,
  PASSWORD_WRONG,
  REGISTRATION_CLOSED,
} from './accounts.errors.js';
import { operation } from './context.js';
import { STEP_UP_REQUIRED } from './factors.errors.js';
import { AUTH_BUSY, EMAIL_TAKEN, PASSWORD_TOO_SHORT } from './identity.errors.js';
import { LOCALES, type LocaleCode, SessionPage, User } from './identity.js';

/** Everything a new password can be refused for. */
export const PASSWORD_REFUSALS = [PASSWORD_TOO_SHORT, PASSWORD_COMMON, PASSWORD_PREDICTABLE];

const PASSWORD = {
  min: 1,
  max: 256,
  description: 'At least 15 characters, 8 beside a second factor; any characters',
  example: 'tre blå båter mot nord',
} as const;
const TOKEN = { min: 1, max: 200, description: 'From the link in the mail; good for once' } as const;

export class Register {
  @Email()
  email: string;

  @Text({ min: 1, max: 200, example: 'Kari Nordmann' })
  name: string;

  @Text(PASSWORD)
  password: string;

  @OneOf(LOCALES, { optional: true })
  locale?: LocaleCode;
}

/** Says nothing of whether there is such an account. */
export class MailPromised {
  @OneOf(['check_mail'], { description: 'What happens next stands in a mail to the address' })
  next: 'check_mail';
}

export class AccountToken {
  @Text(TOKEN)
  token: string;
}

export class AccountEmail {
  @Email()
  email: string;
}

export class ResetPassword {
  @Text(TOKEN)
  token: string;

  @Text(PASSWORD)
  password: string;
}

export class ChangePassword {
  @Text({ min: 1, max: 256 })
  currentPassword: string;

  @Text(PASSWORD)
  password: string;
}

export class UpdateMe {
  @Text({ min: 1, max: 200, optional: true })
  name?: string;

  @OneOf(LOCALES, { optional: true, nullable: true })
  locale?: LocaleCode | null;
}

export class ListUserSessions extends PageQuery {
  @Id({ description: 'The user' })
  id: string;
}

export class SessionsOfUser {
  @Id({ description: 'The user' })
  id: string;
}

export class SessionOfUser extends SessionsOfUser {
  @Id()
  sessionId: string;
}

export const register = operation({
  id: 'register',
  subject: 'auth.register.v1',
  summary: 'Ask for an account of one’s own; a mail brings the link that opens it',
  http: { method: 'POST', path: '/auth/register', status: 202 },
  request: Register,
  response: MailPromised,
  access: anonymous('nobody has an account before registering'),
  errors: [REGISTRATION_CLOSED, ...PASSWORD_REFUSALS, AUTH_BUSY, TENANT_SUSPENDED],
});

export const resendVerification = operation({
  id: 'resendVerification',
  subject: 'auth.resend-verification.v1',
  summary: 'Send the mail that opens an account once more, with a new link',
  http: { method: 'POST', path: '/auth/email/resend', status: 202 },
  request: AccountEmail,
  response: MailPromised,
  access: anonymous('the account is not open yet'),
  errors: [TENANT_SUSPENDED],
});

export const verifyEmail = operation({
  id: 'verifyEmail',
  subject: 'auth.verify-email.v1',
  summary: 'Prove that an address is one’s own: opens the new account, or makes the new address the account’s',
  http: { method: 'POST', path: '/auth/email/verify', status: 204 },
  request: AccountToken,
  response: null,
  access: anonymous('the token says for whom', { tenant: false }),
  errors: [ACCOUNT_TOKEN_INVALID, EMAIL_TAKEN],
});

export const changeEmail = operation({
  id: 'changeEmail',
  subject: 'auth.change-email.v1',
  summary: 'Ask for another email address; it becomes the account’s when the link sent to it is followed',
  http: { method: 'POST', path: '/auth/email/change', status: 202 },
  request: AccountEmail,
  response: MailPromised,
  access: authenticated,
  errors: [EMAIL_UNCHANGED, STEP_UP_REQUIRED, FORBIDDEN],
});

export const forgotPassword = operation({
  id: 'forgotPassword',
  subject: 'auth.forgot-password.v1',
  summary: 'Ask for a mail with a link to choose a new password',
  http: { method: 'POST', path: '/auth/password/forgot', status: 202 },
  request: AccountEmail,
  response: MailPromised,
  access: anonymous('who forgot the password cannot sign in'),
  errors: [TENANT_SUSPENDED],
});

export const resetPassword = operation({
  id: 'resetPassword',
  subject: 'auth.reset-password.v1',
  summary: 'Choose a new password; every session of the account ends',
  http: { method: 'POST', path: '/auth/password/reset', status: 204 },
  request: ResetPassword,
  response: null,
  access: anonymous('the token says for whom', { tenant: false }),
  errors: [ACCOUNT_TOKEN_INVALID, ...PASSWORD_REFUSALS, AUTH_BUSY],
});

export const changePassword = operation({
  id: 'changePassword',
  subject: 'auth.change-password.v1',
  summary: 'Change the own password; every session but this one ends',
  http: { method: 'POST', path: '/auth/password/change', status: 204 },
  request: ChangePassword,
  response: null,
  access: authenticated,
  errors: [PASSWORD_WRONG, ...PASSWORD_REFUSALS, AUTH_BUSY, AUTH_THROTTLED, AUTH_PASSWORD_LOCKED, FORBIDDEN],
});

export const updateMe = operation({
  id: 'updateMe',
  subject: 'auth.update-me.v1',
  summary: 'Change the own name or language; If-Match is the version of the user in GET /auth/me',
  http: { method: 'PATCH', path: '/auth/me' },
  request: UpdateMe,
  response: User,
  access: authenticated,
  version: 'required',
});

export const listUserSessions = operation({
  id: 'listUserSessions',
  subject: 'user.list-sessions.v1',
  summary: 'List the live sessions of a user, newest first',
  http: { method: 'GET', path: '/users/{id}/sessions' },
  request: ListUserSessions,
  response: SessionPage,
  access: permission('platform.session.read'),
  errors: [NOT_FOUND],
});

export const endUserSessions = operation({
  id: 'endUserSessions',
  subject: 'user.end-sessions.v1',
  summary: 'End all sessions of a user',
  http: { method: 'DELETE', path: '/users/{id}/sessions', status: 204 },
  request: SessionsOfUser,
  response: null,
  access: permission('platform.session.end'),
  errors: [NOT_FOUND],
});

export const endUserSession = operation({
  id: 'endUserSession',
  subject: 'user.end-session.v1',
  summary: 'End one session of a user',
  http: { method: 'DELETE', path: '/users/{id}/sessions/{sessionId}', status: 204 },
  request: SessionOfUser,
  response: null,
  access: permission('platform.session.end'),
  errors: [NOT_FOUND],
});

export const accountsOperations = [
  updateMe,
  register,
  resendVerification,
  verifyEmail,
  changeEmail,
  forgotPassword,
  resetPassword,
  changePassword,
  listUserSessions,
  endUserSessions,
  endUserSession,
];
