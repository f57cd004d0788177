import { anonymous, Id, Instant, NOT_FOUND, OneOf, PageQuery, pageOf, permission, Text, Whole } from '@kit/contracts';
import { GRANT_EXCEEDS_OWN } from './access.errors.js';
import { operation } from './context.js';
import { STEP_UP_REQUIRED } from './factors.errors.js';
import { USER_STATUSES, type UserStatus } from './identity.js';
import { API_KEY_INVALID, IMPERSONATION_NOT_ALLOWED, IMPERSONATION_TARGET_INVALID } from './machines.errors.js';

/** A user that is a program: no password, no mail; it holds roles like anybody and signs in with keys. */
export class ServiceAccount {
  @Id({ description: 'Also the id of the user: roles are granted to it like to anybody' })
  id: string;

  @Text({ max: 200, example: 'Nightly import' })
  name: string;

  @OneOf(USER_STATUSES)
  status: UserStatus;

  @Instant()
  createdAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class ServiceAccountPage extends pageOf(ServiceAccount) {}

export class CreateServiceAccount {
  @Text({ min: 1, max: 200, example: 'Nightly import' })
  name: string;
}

export class ServiceAccountId {
  @Id()
  id: string;
}

export const API_KEY_STATUSES = ['active', 'revoked'] as const;
export type ApiKeyStatus = (typeof API_KEY_STATUSES)[number];

export class ApiKey {
  @Id()
  id: string;

  @Text({ max: 120, example: 'production' })
  name: string;

  @Text({ max: 8, description: 'The end of the key, to tell it from others', example: 'x3Qa' })
  last4: string;

  @OneOf(API_KEY_STATUSES)
  status: ApiKeyStatus;

  @Instant()
  createdAt: string;

  @Instant()
  expiresAt: string;

  @Instant({ nullable: true, description: 'To the minute' })
  lastUsedAt: string | null;
}

export class ApiKeyPage extends pageOf(ApiKey) {}

export class CreatedApiKey extends ApiKey {
  @Text({ max: 200, description: 'Shown this once; keep it where secrets are kept' })
  key: string;
}

export class CreateApiKey {
  @Id({ description: 'The service account' })
  id: string;

  @Text({ min: 1, max: 120, example: 'production' })
  name: string;

  @Whole({ min: 1, max: 365, optional: true, description: '90 unless told', example: 90 })
  expiresInDays?: number;
}

export class ListApiKeys extends PageQuery {
  @Id({ description: 'The service account' })
  id: string;
}

export class RevokeApiKey {
  @Id({ description: 'The service account' })
  id: string;

  @Id()
  keyId: string;
}

export class ExchangeApiKey {
  @Text({ min: 1, max: 200 })
  apiKey: string;
}

/** Answer of a token exchange (RFC 8693): an access token and nothing to renew it with. */
export class IssuedToken {
  @Text({ max: 4096, description: 'Signed token for the Authorization header' })
  accessToken: string;

  @OneOf(['urn:ietf:params:oauth:token-type:access_token'])
  issuedTokenType: 'urn:ietf:params:oauth:token-type:access_token';

  @OneOf(['Bearer'])
  tokenType: 'Bearer';

  @Whole({ min: 1, description: 'Seconds until the access token expires', example: 300 })
  expiresIn: number;
}

export class Impersonate {
  @Id({ description: 'On whose behalf' })
  id: string;

  @Text({
    min: 10,
    max: 500,
    description: 'Stands in the audit log',
    example: 'Case 4711: cannot see their own request',
  })
  reason: string;
}

const manage = permission('platform.service-account.manage');

export const createServiceAccount = operation({
  id: 'createServiceAccount',
  subject: 'service-account.create.v1',
  summary: 'Add a service account; it holds no role until it is granted one',
  http: { method: 'POST', path: '/service-accounts', status: 201 },
  request: CreateServiceAccount,
  response: ServiceAccount,
  access: manage,
  idempotent: true,
  version: 'answers',
});

export const listServiceAccounts = operation({
  id: 'listServiceAccounts',
  subject: 'service-account.list.v1',
  summary: 'List the service accounts of the tenant',
  http: { method: 'GET', path: '/service-accounts' },
  request: PageQuery,
  response: ServiceAccountPage,
  access: permission('platform.service-account.read'),
});

export const removeServiceAccount = operation({
  id: 'removeServiceAccount',
  subject: 'service-account.remove.v1',
  summary: 'Deactivate a service account and revoke its keys',
  http: { method: 'DELETE', path: '/service-accounts/{id}', status: 204 },
  request: ServiceAccountId,
  response: null,
  access: manage,
  errors: [NOT_FOUND],
});

export const createApiKey = operation({
  id: 'createApiKey',
  subject: 'api-key.create.v1',
  summary: 'Give a service account a key; whoever does must hold all that the account holds',
  http: { method: 'POST', path: '/service-accounts/{id}/keys', status: 201 },
  request: CreateApiKey,
  response: CreatedApiKey,
  access: manage,
  errors: [NOT_FOUND, GRANT_EXCEEDS_OWN],
});

export const listApiKeys = operation({
  id: 'listApiKeys',
  subject: 'api-key.list.v1',
  summary: 'List the keys of a service account',
  http: { method: 'GET', path: '/service-accounts/{id}/keys' },
  request: ListApiKeys,
  response: ApiKeyPage,
  access: permission('platform.service-account.read'),
  errors: [NOT_FOUND],
});

export const revokeApiKey = operation({
  id: 'revokeApiKey',
  subject: 'api-key.revoke.v1',
  summary: 'Revoke a key; tokens it was exchanged for are refused at once',
  http: { method: 'DELETE', path: '/service-accounts/{id}/keys/{keyId}', status: 204 },
  request: RevokeApiKey,
  response: null,
  access: manage,
  errors: [NOT_FOUND],
});

export const exchangeApiKey = operation({
  id: 'exchangeApiKey',
  subject: 'api-key.exchange.v1',
  summary: 'Exchange an API key for a short-lived access token',
  http: { method: 'POST', path: '/auth/token' },
  request: ExchangeApiKey,
  response: IssuedToken,
  access: anonymous('the key is the proof', { tenant: false }),
  errors: [API_KEY_INVALID],
});

export const impersonate = operation({
  id: 'impersonate',
  subject: 'user.impersonate.v1',
  summary: 'Act on behalf of a user for at most fifteen minutes, where the tenant allows it; the token names both',
  http: { method: 'POST', path: '/users/{id}/impersonate' },
  request: Impersonate,
  response: IssuedToken,
  access: permission('platform.user.impersonate'),
  errors: [NOT_FOUND, IMPERSONATION_NOT_ALLOWED, IMPERSONATION_TARGET_INVALID, GRANT_EXCEEDS_OWN, STEP_UP_REQUIRED],
});

export const machinesOperations = [
  createServiceAccount,
  listServiceAccounts,
  removeServiceAccount,
  createApiKey,
  listApiKeys,
  revokeApiKey,
  exchangeApiKey,
  impersonate,
];
