import {
  anonymous,
  authenticated,
  Email,
  Flag,
  Id,
  Instant,
  LIMIT_EXCEEDED,
  ListOf,
  LocalDate,
  Nested,
  NOT_FOUND,
  Nothing,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  TENANT_SUSPENDED,
  TENANT_UNKNOWN,
  Text,
  Texts,
  Whole,
} from '@kit/contracts';
import { LAST_ADMINISTRATOR } from './access.errors.js';
import { AUTH_PASSWORD_LOCKED, AUTH_THROTTLED, PASSWORD_COMMON, PASSWORD_PREDICTABLE } from './accounts.errors.js';
import { operation } from './context.js';
import { MFA_ENROLMENT_REQUIRED, MFA_REQUIRED } from './factors.errors.js';
import { SSO_REQUIRED } from './federation.errors.js';
import {
  AUTH_BUSY,
  AUTH_INVALID_CREDENTIALS,
  AUTH_REFRESH_INVALID,
  AUTH_REFRESH_REUSED,
  EMAIL_TAKEN,
  PASSWORD_TOO_SHORT,
  USER_STATUS_INVALID,
} from './identity.errors.js';
import { listSigningKeys, rotateSigningKey } from './identity-keys.js';
import { GRANT_SCOPES, type GrantScope } from './products.js';

export const LOCALES = ['nb', 'nn', 'en'] as const;
export type LocaleCode = (typeof LOCALES)[number];

export const USER_KINDS = ['person', 'service'] as const;
export type UserKind = (typeof USER_KINDS)[number];

export const USER_STATUSES = ['invited', 'active', 'suspended', 'deactivated'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** The one form in which an email address is stored and compared. */
export const normalizeEmail = (email: string): string => email.trim().normalize('NFKC').toLowerCase();

export class Login {
  @Email()
  email: string;

  @Text({ min: 1, max: 256, example: 'fjord-og-fjell-2026' })
  password: string;
}

export class Tokens {
  @Text({ max: 4096, description: 'Signed token for the Authorization header' })
  accessToken: string;

  @Whole({ min: 1, description: 'Seconds until the access token expires', example: 300 })
  expiresIn: number;

  @Text({ max: 200, description: 'For one refresh; the answer brings the next one' })
  refreshToken: string;

  @OneOf(['Bearer'])
  tokenType: 'Bearer';
}

export class Refresh {
  @Text({ min: 1, max: 200 })
  refreshToken: string;
}

export class MeTenant {
  @Id()
  id: string;

  @Text({ max: 63, example: 'fjordvik' })
  slug: string;

  @Text({ max: 200, example: 'Fjordvik' })
  name: string;
}

/** A role the caller holds, and where. */
export class MeGrant {
  @Text({ max: 60, example: 'tenant_administrator' })
  roleKey: string;

  @Text({ max: 120, example: 'Tenant Administrator' })
  roleName: string;

  @OneOf(GRANT_SCOPES)
  scope: GrantScope;

  @Id({ nullable: true })
  orgId: string | null;

  @Texts({ max: 1000, length: 120, description: 'Patterns; each part may be *', example: ['platform.user.*'] })
  permissions: string[];

  @Instant({ nullable: true })
  expiresAt: string | null;
}

export class User {
  @Id()
  id: string;

  @Email()
  email: string;

  @Text({ max: 200, example: 'Kari Nordmann' })
  name: string;

  @OneOf(USER_KINDS)
  kind: UserKind;

  @OneOf(USER_STATUSES)
  status: UserStatus;

  @OneOf(LOCALES, { nullable: true, description: 'null: as the tenant' })
  locale: LocaleCode | null;

  @LocalDate({
    nullable: true,
    description: 'null: not known, or shown to the user and to administrators of the tenant only',
  })
  birthDate: string | null;

  @Instant()
  createdAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class UserPage extends pageOf(User) {}

export class Me {
  @Nested(() => User)
  user: User;

  @Nested(() => MeTenant)
  tenant: MeTenant;

  @ListOf(() => MeGrant)
  grants: MeGrant[];

  @Id({ description: 'The session of the token' })
  sessionId: string;
}

export class Session {
  @Id()
  id: string;

  @Flag({ description: 'The session of the token that asks' })
  current: boolean;

  @Instant()
  createdAt: string;

  @Instant()
  lastUsedAt: string;

  @Instant({ description: 'Ends then unless it is used before' })
  idleExpiresAt: string;

  @Instant({ description: 'Ends then in any case' })
  absoluteExpiresAt: string;

  @Text({ max: 64, nullable: true, example: '203.0.113.7' })
  ip: string | null;

  @Text({ max: 400, nullable: true })
  userAgent: string | null;
}

export class SessionPage extends pageOf(Session) {}

export class SessionId {
  @Id()
  id: string;
}

export class CreateUser {
  @Email()
  email: string;

  @Text({ min: 1, max: 200, example: 'Kari Nordmann' })
  name: string;

  @Text({ min: 1, max: 256, optional: true, description: 'Without one the user is invited and cannot sign in yet' })
  password?: string;

  @OneOf(LOCALES, { optional: true })
  locale?: LocaleCode;
}

export class ListUsers extends PageQuery {
  @OneOf(USER_STATUSES, { optional: true })
  status?: UserStatus;

  @Email({ optional: true, description: 'Exactly this address' })
  email?: string;
}

export class UserId {
  @Id()
  id: string;
}

export class UpdateUser {
  @Id()
  id: string;

  @Text({ min: 1, max: 200, optional: true })
  name?: string;

  @OneOf(LOCALES, { optional: true, nullable: true })
  locale?: LocaleCode | null;

  @LocalDate({ optional: true, nullable: true, description: 'By administrators of the tenant', example: '1990-05-17' })
  birthDate?: string | null;

  @OneOf(['active', 'suspended', 'deactivated'], { optional: true, description: 'Other than active ends all sessions' })
  status?: 'active' | 'suspended' | 'deactivated';
}

export const login = operation({
  id: 'login',
  subject: 'auth.login.v1',
  summary: 'Sign in with email and password; without a tenant, as a user of the system itself',
  http: { method: 'POST', path: '/auth/login', session: 'starts' },
  request: Login,
  response: Tokens,
  access: anonymous('nobody is signed in before signing in', { tenant: false }),
  errors: [
    SSO_REQUIRED,
    AUTH_INVALID_CREDENTIALS,
    AUTH_THROTTLED,
    AUTH_PASSWORD_LOCKED,
    AUTH_BUSY,
    MFA_REQUIRED,
    MFA_ENROLMENT_REQUIRED,
    TENANT_UNKNOWN,
    TENANT_SUSPENDED,
  ],
});

export const refresh = operation({
  id: 'refresh',
  subject: 'auth.refresh.v1',
  summary: 'Exchange a refresh token for a new pair of tokens',
  http: { method: 'POST', path: '/auth/refresh', session: 'renews' },
  request: Refresh,
  response: Tokens,
  access: anonymous('the access token has expired when this is needed', { tenant: false }),
  errors: [AUTH_REFRESH_INVALID, AUTH_REFRESH_REUSED],
});

export const logout = operation({
  id: 'logout',
  subject: 'auth.logout.v1',
  summary: 'End the session of the token',
  http: { method: 'POST', path: '/auth/logout', status: 204, session: 'ends' },
  request: Nothing,
  response: null,
  access: authenticated,
});

export const getMe = operation({
  id: 'getMe',
  subject: 'auth.me.v1',
  summary: 'Who the caller is, in which tenant and with which roles',
  http: { method: 'GET', path: '/auth/me' },
  request: Nothing,
  response: Me,
  access: authenticated,
});

export const listSessions = operation({
  id: 'listSessions',
  subject: 'session.list.v1',
  summary: "List the caller's live sessions, newest first",
  http: { method: 'GET', path: '/auth/sessions' },
  request: PageQuery,
  response: SessionPage,
  access: authenticated,
});

export const endSession = operation({
  id: 'endSession',
  subject: 'session.end.v1',
  summary: "End one of the caller's sessions",
  http: { method: 'DELETE', path: '/auth/sessions/{id}', status: 204 },
  request: SessionId,
  response: null,
  access: authenticated,
  errors: [NOT_FOUND],
});

export const endOtherSessions = operation({
  id: 'endOtherSessions',
  subject: 'session.end-others.v1',
  summary: "End all of the caller's sessions but the one of the token",
  http: { method: 'DELETE', path: '/auth/sessions', status: 204 },
  request: Nothing,
  response: null,
  access: authenticated,
});

export const createUser = operation({
  id: 'createUser',
  subject: 'user.create.v1',
  summary: 'Add a user to the tenant',
  http: { method: 'POST', path: '/users', status: 201 },
  request: CreateUser,
  response: User,
  access: permission('platform.user.create'),
  errors: [EMAIL_TAKEN, PASSWORD_TOO_SHORT, PASSWORD_COMMON, PASSWORD_PREDICTABLE, AUTH_BUSY, LIMIT_EXCEEDED],
  idempotent: true,
  version: 'answers',
});

export const listUsers = operation({
  id: 'listUsers',
  subject: 'user.list.v1',
  summary: 'List the users of the tenant',
  http: { method: 'GET', path: '/users' },
  request: ListUsers,
  response: UserPage,
  access: permission('platform.user.read'),
});

export const getUser = operation({
  id: 'getUser',
  subject: 'user.get.v1',
  summary: 'Read a user',
  http: { method: 'GET', path: '/users/{id}' },
  request: UserId,
  response: User,
  access: permission('platform.user.read'),
  errors: [NOT_FOUND],
  version: 'answers',
});

export const updateUser = operation({
  id: 'updateUser',
  subject: 'user.update.v1',
  summary: 'Change name, language or status of a user',
  http: { method: 'PATCH', path: '/users/{id}' },
  request: UpdateUser,
  response: User,
  access: permission('platform.user.update'),
  errors: [NOT_FOUND, USER_STATUS_INVALID, LAST_ADMINISTRATOR, LIMIT_EXCEEDED],
  version: 'required',
});

export const identityOperations = [
  login,
  refresh,
  logout,
  getMe,
  listSessions,
  endSession,
  endOtherSessions,
  listSigningKeys,
  rotateSigningKey,
  createUser,
  listUsers,
  getUser,
  updateUser,
];
