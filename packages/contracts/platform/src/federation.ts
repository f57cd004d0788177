import {
  anonymous,
  Flag,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  Redirect,
  Slug,
  TENANT_REQUIRED,
  TENANT_SUSPENDED,
  TENANT_UNKNOWN,
  Text,
} from '@kit/contracts';
import { operation } from './context.js';
import {
  ACCOUNT_INACTIVE,
  IDENTITY_PROVIDER_INVALID,
  IDENTITY_PROVIDER_UNAVAILABLE,
  LOGOUT_TOKEN_INVALID,
  RETURN_URL_NOT_ALLOWED,
  SIGN_IN_ATTEMPT_INVALID,
  SIGN_IN_CODE_INVALID,
} from './federation.errors.js';
import { PROVIDER_PROFILES, type ProviderProfile } from './federation-providers.js';
import { Tokens } from './identity.js';

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

  @Flag({ optional: true, description: 'Show anew who one is, even when signed in there: what needs a fresh sign-in' })
  fresh?: boolean;

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

const nobodyYet = anonymous('nobody is signed in before signing in, and providers know no header', { tenant: false });
const ANY_TENANT = [TENANT_REQUIRED, TENANT_UNKNOWN, TENANT_SUSPENDED, NOT_FOUND];
const COOKIES = { browser: 'oidc' };

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
  errors: [
    ...ANY_TENANT,
    RETURN_URL_NOT_ALLOWED,
    SIGN_IN_ATTEMPT_INVALID,
    IDENTITY_PROVIDER_UNAVAILABLE,
    IDENTITY_PROVIDER_INVALID,
  ],
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
  errors: ANY_TENANT,
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
  http: { method: 'GET', path: '/auth/oidc/{provider}/frontchannel-logout', status: 204, framed: true },
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
  http: { method: 'POST', path: '/auth/oidc/{provider}/backchannel-logout', status: 204, form: true },
  request: BackchannelLogout,
  response: null,
  access: nobodyYet,
  errors: [...ANY_TENANT, LOGOUT_TOKEN_INVALID, IDENTITY_PROVIDER_UNAVAILABLE, IDENTITY_PROVIDER_INVALID],
});

export const federationOperations = [
  listSignInProviders,
  startFederatedSignIn,
  finishFederatedSignIn,
  redeemSignInCode,
  federatedLogout,
  frontchannelLogout,
  backchannelLogout,
];
