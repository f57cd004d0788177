import {
  Flag,
  Id,
  Instant,
  Json,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Slug,
  Text,
  Texts,
  Whole,
} from '@kit/contracts';
import { GRANT_EXCEEDS_OWN, GRANT_SCOPE_INVALID } from './access.errors.js';
import { operation } from './context.js';
import {
  IDENTITY_PROVIDER_IN_USE,
  IDENTITY_PROVIDER_INVALID,
  IDENTITY_PROVIDER_KEY_TAKEN,
  IDENTITY_PROVIDER_UNAVAILABLE,
} from './federation.errors.js';

export const PROVIDER_PROFILES = ['generic', 'idporten'] as const;
/** What a provider is held to: `idporten` fixes what Norway's national identity provider demands of its clients. */
export type ProviderProfile = (typeof PROVIDER_PROFILES)[number];

export const CLIENT_AUTHENTICATIONS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;
export type ClientAuthentication = (typeof CLIENT_AUTHENTICATIONS)[number];

export const LINKINGS = ['never', 'verified_domain'] as const;
export type Linking = (typeof LINKINGS)[number];

export const PROVISIONINGS = ['linked_only', 'verified_domain', 'everyone'] as const;
export type Provisioning = (typeof PROVISIONINGS)[number];

const LINKING = {
  description:
    'Whether a verified address of a domain that the tenant has proved may be linked to a user who has no other way in',
};
const PROVISIONING = {
  description: 'Whom to make a user for: nobody, people of a domain the tenant has proved, or all the provider knows',
};
const ACR_VALUES = { description: 'Levels of assurance (acr), the weakest first', example: ['low', 'substantial'] };
const MINIMUM_ACR = { description: 'Weaker sign-ins are refused; one of acrValues', nullable: true };
const MFA_ACR = { description: 'From here on a sign-in counts as one of several factors', nullable: true };
const DEFAULT_ROLE = { description: 'Key of the role that users get who are made at their first sign-in' };
const CLIENT_KEY = { description: 'Private JWK for private_key_jwt; kept sealed and never shown' };
const SECRET = { min: 1, max: 500, description: 'Kept sealed and never shown' };

/** How people of a tenant sign in elsewhere. */
export class IdentityProvider {
  @Id()
  id: string;

  @Slug({ example: 'entra' })
  key: string;

  @Text({ max: 100, example: 'Staff sign-in' })
  name: string;

  @OneOf(PROVIDER_PROFILES)
  profile: ProviderProfile;

  @Text({ max: 500, example: 'https://login.example.com' })
  issuer: string;

  @Text({ max: 200 })
  clientId: string;

  @OneOf(CLIENT_AUTHENTICATIONS)
  clientAuthentication: ClientAuthentication;

  @Text({ max: 200, nullable: true, description: 'kid of the key for private_key_jwt' })
  clientKeyId: string | null;

  @Instant({ description: 'When the secret or key was last replaced' })
  credentialChangedAt: string;

  @Texts({ max: 20, length: 100, example: ['openid', 'email', 'profile'] })
  scopes: string[];

  @Texts({ max: 10, length: 200, ...ACR_VALUES })
  acrValues: string[];

  @Text({ max: 200, ...MINIMUM_ACR })
  minimumAcr: string | null;

  @Text({ max: 200, ...MFA_ACR })
  mfaAcr: string | null;

  @OneOf(LINKINGS, LINKING)
  linking: Linking;

  @OneOf(PROVISIONINGS, PROVISIONING)
  provisioning: Provisioning;

  @Text({ max: 60, nullable: true, ...DEFAULT_ROLE })
  defaultRole: string | null;

  @Flag()
  enabled: boolean;

  @Text({ max: 500, description: 'To register with the provider' })
  redirectUri: string;

  @Text({ max: 500, description: 'To register with the provider' })
  postLogoutRedirectUri: string;

  @Text({ max: 500, description: 'To register with the provider' })
  frontchannelLogoutUri: string;

  @Text({ max: 500, description: 'To register with the provider' })
  backchannelLogoutUri: string;

  @Instant()
  createdAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class IdentityProviderPage extends pageOf(IdentityProvider) {}

export class CreateIdentityProvider {
  @Slug({ description: 'Never used again once it is given up', example: 'entra' })
  key: string;

  @Text({ min: 1, max: 100, example: 'Staff sign-in' })
  name: string;

  @OneOf(PROVIDER_PROFILES, { optional: true })
  profile?: ProviderProfile;

  @Text({ min: 8, max: 500, description: 'Stays as it is; another issuer is another provider' })
  issuer: string;

  @Text({ min: 1, max: 200 })
  clientId: string;

  @OneOf(CLIENT_AUTHENTICATIONS, { optional: true })
  clientAuthentication?: ClientAuthentication;

  @Text({ ...SECRET, optional: true })
  clientSecret?: string;

  @Json({ ...CLIENT_KEY, optional: true })
  clientKey?: Record<string, unknown>;

  @Texts({ max: 20, length: 100, optional: true, example: ['openid', 'email', 'profile'] })
  scopes?: string[];

  @Texts({ max: 10, length: 200, ...ACR_VALUES, optional: true })
  acrValues?: string[];

  @Text({ max: 200, ...MINIMUM_ACR, optional: true })
  minimumAcr?: string | null;

  @Text({ max: 200, ...MFA_ACR, optional: true })
  mfaAcr?: string | null;

  @OneOf(LINKINGS, { ...LINKING, optional: true })
  linking?: Linking;

  @OneOf(PROVISIONINGS, { ...PROVISIONING, optional: true })
  provisioning?: Provisioning;

  @Text({ max: 60, nullable: true, ...DEFAULT_ROLE, optional: true })
  defaultRole?: string | null;

  @Flag({ optional: true })
  enabled?: boolean;
}

export class UpdateIdentityProvider {
  @Id()
  id: string;

  @Text({ min: 1, max: 100, optional: true })
  name?: string;

  @Text({ min: 1, max: 200, optional: true })
  clientId?: string;

  @OneOf(CLIENT_AUTHENTICATIONS, { optional: true })
  clientAuthentication?: ClientAuthentication;

  @Text({ ...SECRET, optional: true })
  clientSecret?: string;

  @Json({ ...CLIENT_KEY, optional: true })
  clientKey?: Record<string, unknown>;

  @Texts({ max: 20, length: 100, optional: true })
  scopes?: string[];

  @Texts({ max: 10, length: 200, ...ACR_VALUES, optional: true })
  acrValues?: string[];

  @Text({ max: 200, ...MINIMUM_ACR, optional: true })
  minimumAcr?: string | null;

  @Text({ max: 200, ...MFA_ACR, optional: true })
  mfaAcr?: string | null;

  @OneOf(LINKINGS, { ...LINKING, optional: true })
  linking?: Linking;

  @OneOf(PROVISIONINGS, { ...PROVISIONING, optional: true })
  provisioning?: Provisioning;

  @Text({ max: 60, nullable: true, ...DEFAULT_ROLE, optional: true })
  defaultRole?: string | null;

  @Flag({ optional: true })
  enabled?: boolean;
}

export class IdentityProviderId {
  @Id()
  id: string;
}

const READ = permission('platform.identity-provider.read');
const MANAGE = permission('platform.identity-provider.manage');

export const createIdentityProvider = operation({
  id: 'createIdentityProvider',
  subject: 'identity-provider.create.v1',
  summary: 'Add an OpenID provider that people of the tenant sign in with',
  http: { method: 'POST', path: '/identity-providers', status: 201 },
  request: CreateIdentityProvider,
  response: IdentityProvider,
  access: MANAGE,
  errors: [
    IDENTITY_PROVIDER_KEY_TAKEN,
    IDENTITY_PROVIDER_INVALID,
    IDENTITY_PROVIDER_UNAVAILABLE,
    GRANT_EXCEEDS_OWN,
    GRANT_SCOPE_INVALID,
    NOT_FOUND,
  ],
  idempotent: true,
  version: 'answers',
});

export const listIdentityProviders = operation({
  id: 'listIdentityProviders',
  subject: 'identity-provider.list.v1',
  summary: 'List the identity providers of the tenant',
  http: { method: 'GET', path: '/identity-providers' },
  request: PageQuery,
  response: IdentityProviderPage,
  access: READ,
});

export const getIdentityProvider = operation({
  id: 'getIdentityProvider',
  subject: 'identity-provider.get.v1',
  summary: 'Read an identity provider; its secrets are never shown',
  http: { method: 'GET', path: '/identity-providers/{id}' },
  request: IdentityProviderId,
  response: IdentityProvider,
  access: READ,
  errors: [NOT_FOUND],
  version: 'answers',
});

export const updateIdentityProvider = operation({
  id: 'updateIdentityProvider',
  subject: 'identity-provider.update.v1',
  summary: 'Change an identity provider, its secrets included',
  http: { method: 'PATCH', path: '/identity-providers/{id}' },
  request: UpdateIdentityProvider,
  response: IdentityProvider,
  access: MANAGE,
  errors: [
    NOT_FOUND,
    IDENTITY_PROVIDER_INVALID,
    IDENTITY_PROVIDER_IN_USE,
    IDENTITY_PROVIDER_UNAVAILABLE,
    GRANT_EXCEEDS_OWN,
    GRANT_SCOPE_INVALID,
  ],
  version: 'required',
});

export const deleteIdentityProvider = operation({
  id: 'deleteIdentityProvider',
  subject: 'identity-provider.delete.v1',
  summary: 'Give up an identity provider: nobody signs in through it any more',
  http: { method: 'DELETE', path: '/identity-providers/{id}', status: 204 },
  request: IdentityProviderId,
  response: null,
  access: MANAGE,
  errors: [NOT_FOUND, IDENTITY_PROVIDER_IN_USE],
});

export const identityProviderOperations = [
  createIdentityProvider,
  listIdentityProviders,
  getIdentityProvider,
  updateIdentityProvider,
  deleteIdentityProvider,
];
