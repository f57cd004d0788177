import {
  anonymous,
  authenticated,
  Flag,
  Id,
  Instant,
  Json,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Redirect,
  Slug,
  TENANT_REQUIRED,
  TENANT_SUSPENDED,
  TENANT_UNKNOWN,
  Text,
  Texts,
  Whole,
} from '@kit/contracts';
import { GRANT_EXCEEDS_OWN } from './access.errors.js';
import { operation } from './context.js';
import { LAST_FACTOR, STEP_UP_REQUIRED } from './factors.errors.js';
import {
  ACCOUNT_INACTIVE,
  ACCOUNT_LINKED_ELSEWHERE,
  IDENTITY_PROVIDER_IN_USE,
  IDENTITY_PROVIDER_INVALID,
  IDENTITY_PROVIDER_KEY_TAKEN,
  IDENTITY_PROVIDER_UNAVAILABLE,
  LOGOUT_TOKEN_INVALID,
  RETURN_URL_NOT_ALLOWED,
  SIGN_IN_ATTEMPT_INVALID,
  SIGN_IN_CODE_INVALID,
} from './federation.errors.js';
import { domainOperations } from './federation-domains.js';
import { Tokens } from './identity.js';

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

/** What a sign-in page needs to offer a provider. */
export class SignInProvider {
  @Slug()
  key: string;

  @Text({ max: 100 })
  name: string;

  @OneOf(PROVIDER_PROFILES)
  profile: ProviderProfile;
}

export class SignInProviderPage extends pageOf(SignInProvider) {}

const PROVIDER = {
  min: 2,
  max: 63,
  description: 'Its key where host or X-Tenant names the tenant, else its id',
  example: 'entra',
};
const RETURN_TO = { max: 1000, optional: true, description: 'Where in the app to go on; its start unless told' };
const BROWSER = { max: 100, optional: true };

export class StartFederatedSignIn {
  @Text(PROVIDER)
  provider: string;

  @Text(RETURN_TO)
  returnTo?: string;

  @Text({ max: 200, optional: true, description: 'Ticket of startAccountLink: links instead of signing in' })
  link?: string;

  @Text(BROWSER)
  browser?: string;
}

/** What a provider sends a browser back with (RFC 6749, RFC 9207), and what some add of their own. */
export class FinishFederatedSignIn {
  @Text(PROVIDER)
  provider: string;

  @Text({ max: 300, optional: true })
  state?: string;

  @Text({ max: 4000, optional: true })
  code?: string;

  @Text({ max: 500, optional: true })
  iss?: string;

  @Text({ max: 200, optional: true })
  error?: string;

  @Text({ max: 2000, optional: true })
  error_description?: string;

  @Text({ max: 1000, optional: true })
  error_uri?: string;

  @Text({ max: 1000, optional: true })
  session_state?: string;

  @Text({ max: 1000, optional: true })
  scope?: string;

  @Text({ max: 200, optional: true })
  authuser?: string;

  @Text({ max: 200, optional: true })
  prompt?: string;

  @Text({ max: 253, optional: true })
  hd?: string;

  @Text(BROWSER)
  browser?: string;
}

export class RedeemSignInCode {
  @Text({ min: 1, max: 200, description: 'From the address the app was returned to; good for a minute, once' })
  code: string;

  @Text(BROWSER)
  browser?: string;
}

export class FederatedLogout {
  @Text(PROVIDER)
  provider: string;

  @Text(BROWSER)
  browser?: string;
}

export class FrontchannelLogout {
  @Text(PROVIDER)
  provider: string;

  @Text({ max: 500 })
  iss: string;

  @Text({ min: 1, max: 300 })
  sid: string;
}

export class BackchannelLogout {
  @Text(PROVIDER)
  provider: string;

  @Text({ min: 1, max: 8000 })
  logout_token: string;
}

/** A way in through an identity provider. */
export class AccountLink {
  @Id()
  id: string;

  @Slug()
  provider: string;

  @Text({ max: 100 })
  providerName: string;

  @Instant()
  linkedAt: string;

  @Instant({ nullable: true })
  lastUsedAt: string | null;
}

export class AccountLinkPage extends pageOf(AccountLink) {}

export class AccountLinkId {
  @Id()
  id: string;
}

export class StartAccountLink {
  @Slug()
  provider: string;

  @Text(RETURN_TO)
  returnTo?: string;
}

export class AccountLinkStart {
  @Text({ max: 2000, description: 'Where the browser goes next' })
  location: string;

  @Whole({ min: 1, description: 'Seconds until it is too late' })
  expiresIn: number;
}

const READ = permission('platform.identity-provider.read');
const MANAGE = permission('platform.identity-provider.manage');
const nobodyYet = anonymous('nobody is signed in before signing in, and providers know no header', { tenant: false });
const ANY_TENANT = [TENANT_REQUIRED, TENANT_UNKNOWN, TENANT_SUSPENDED, NOT_FOUND];
const COOKIES = { browser: 'oidc' };

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

export const listSignInProviders = operation({
  id: 'listSignInProviders',
  subject: 'sign-in-provider.list.v1',
  summary: 'List what a sign-in page of the tenant can offer',
  http: { method: 'GET', path: '/auth/oidc' },
  request: PageQuery,
  response: SignInProviderPage,
  access: anonymous('it is asked to sign in'),
});

export const startFederatedSignIn = operation({
  id: 'startFederatedSignIn',
  subject: 'oidc.start.v1',
  summary: 'Send the browser to an identity provider',
  http: { method: 'GET', path: '/auth/oidc/{provider}/start', answers: 'redirect', cookies: COOKIES },
  request: StartFederatedSignIn,
  response: Redirect,
  access: nobodyYet,
  errors: [...ANY_TENANT, RETURN_URL_NOT_ALLOWED, SIGN_IN_ATTEMPT_INVALID, IDENTITY_PROVIDER_UNAVAILABLE],
  readOnly: false,
});

export const finishFederatedSignIn = operation({
  id: 'finishFederatedSignIn',
  subject: 'oidc.callback.v1',
  summary: 'Take the browser back from an identity provider: to the app, with a code, or with the code of an error',
  http: { method: 'GET', path: '/auth/oidc/{provider}/callback', answers: 'redirect', cookies: COOKIES },
  request: FinishFederatedSignIn,
  response: Redirect,
  access: nobodyYet,
  errors: [...ANY_TENANT, SIGN_IN_ATTEMPT_INVALID],
  readOnly: false,
});

export const redeemSignInCode = operation({
  id: 'redeemSignInCode',
  subject: 'oidc.redeem.v1',
  summary: 'Exchange the code of a finished sign-in for tokens; once',
  http: { method: 'POST', path: '/auth/oidc/token', session: 'starts', cookies: COOKIES },
  request: RedeemSignInCode,
  response: Tokens,
  access: nobodyYet,
  errors: [SIGN_IN_CODE_INVALID, ACCOUNT_INACTIVE, TENANT_SUSPENDED],
});

export const federatedLogout = operation({
  id: 'federatedLogout',
  subject: 'oidc.logout.v1',
  summary: 'Sign this browser out, here and at the identity provider',
  http: {
    method: 'GET',
    path: '/auth/oidc/{provider}/logout',
    answers: 'redirect',
    cookies: COOKIES,
    session: 'ends',
  },
  request: FederatedLogout,
  response: Redirect,
  access: nobodyYet,
  errors: ANY_TENANT,
  readOnly: false,
});

export const frontchannelLogout = operation({
  id: 'frontchannelLogout',
  subject: 'oidc.frontchannel-logout.v1',
  summary: 'End the sessions of a session at the identity provider, as its page asks for (OpenID Front-Channel Logout)',
  http: { method: 'GET', path: '/auth/oidc/{provider}/frontchannel-logout', status: 204 },
  request: FrontchannelLogout,
  response: null,
  access: nobodyYet,
  errors: ANY_TENANT,
  readOnly: false,
});

export const backchannelLogout = operation({
  id: 'backchannelLogout',
  subject: 'oidc.backchannel-logout.v1',
  summary: 'End the sessions of a session at the identity provider, as it says itself (OpenID Back-Channel Logout)',
  http: { method: 'POST', path: '/auth/oidc/{provider}/backchannel-logout', status: 204 },
  request: BackchannelLogout,
  response: null,
  access: nobodyYet,
  errors: [...ANY_TENANT, LOGOUT_TOKEN_INVALID, IDENTITY_PROVIDER_UNAVAILABLE],
});

export const listAccountLinks = operation({
  id: 'listAccountLinks',
  subject: 'account-link.list.v1',
  summary: 'List the identity providers the caller can sign in with',
  http: { method: 'GET', path: '/auth/links' },
  request: PageQuery,
  response: AccountLinkPage,
  access: authenticated,
});

export const startAccountLink = operation({
  id: 'startAccountLink',
  subject: 'account-link.start.v1',
  summary: 'Begin to link an identity provider to the caller, who has just signed in',
  http: { method: 'POST', path: '/auth/links' },
  request: StartAccountLink,
  response: AccountLinkStart,
  access: authenticated,
  errors: [NOT_FOUND, STEP_UP_REQUIRED, RETURN_URL_NOT_ALLOWED],
});

export const confirmAccountLink = operation({
  id: 'confirmAccountLink',
  subject: 'account-link.confirm.v1',
  summary: 'Link what the browser came back with to the caller, who must be the one that began',
  http: { method: 'POST', path: '/auth/links/confirm', cookies: COOKIES },
  request: RedeemSignInCode,
  response: AccountLink,
  access: authenticated,
  errors: [SIGN_IN_CODE_INVALID, ACCOUNT_LINKED_ELSEWHERE],
});

export const deleteAccountLink = operation({
  id: 'deleteAccountLink',
  subject: 'account-link.delete.v1',
  summary: 'Sign in through this identity provider no more; not when it is the last way in',
  http: { method: 'DELETE', path: '/auth/links/{id}', status: 204 },
  request: AccountLinkId,
  response: null,
  access: authenticated,
  errors: [NOT_FOUND, STEP_UP_REQUIRED, LAST_FACTOR],
});

export const federationOperations = [
  createIdentityProvider,
  listIdentityProviders,
  getIdentityProvider,
  updateIdentityProvider,
  deleteIdentityProvider,
  listSignInProviders,
  startFederatedSignIn,
  finishFederatedSignIn,
  redeemSignInCode,
  federatedLogout,
  frontchannelLogout,
  backchannelLogout,
  listAccountLinks,
  startAccountLink,
  confirmAccountLink,
  deleteAccountLink,
  ...domainOperations,
];
