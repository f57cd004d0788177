import { authenticated, Id, Instant, NOT_FOUND, PageQuery, pageOf, Slug, Text, Whole } from '@kit/contracts';
import { operation } from './context.js';
import { LAST_FACTOR, STEP_UP_REQUIRED } from './factors.errors.js';
import { ACCOUNT_LINKED_ELSEWHERE, RETURN_URL_NOT_ALLOWED, SIGN_IN_CODE_INVALID } from './federation.errors.js';
import { RedeemSignInCode } from './federation.js';

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

  @Text({ max: 1000, optional: true, description: 'Where in the app to go on; its start unless told' })
  returnTo?: string;
}

export class AccountLinkStart {
  @Text({ max: 2000, description: 'Where the browser goes next' })
  location: string;

  @Whole({ min: 1, description: 'Seconds until it is too late' })
  expiresIn: number;
}

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
  http: { method: 'POST', path: '/auth/links/confirm', cookies: { browser: 'oidc' } },
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

export const accountLinkOperations = [listAccountLinks, startAccountLink, confirmAccountLink, deleteAccountLink];
