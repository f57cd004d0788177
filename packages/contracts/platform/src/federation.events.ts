import { Id, Text } from '@kit/contracts';
import { event } from './context.js';

export class AccountLinkData {
  @Id()
  userId: string;

  @Text({ max: 63, description: 'Key of the identity provider' })
  provider: string;
}

export class IdentityProviderData {
  @Text({ max: 63 })
  key: string;
}

export class DomainData {
  @Text({ max: 253 })
  domain: string;
}

export const accountLinked = event({
  aggregate: 'account-link',
  fact: 'linked',
  summary: 'A user can sign in through an identity provider from now on',
  data: AccountLinkData,
});

export const accountUnlinked = event({
  aggregate: 'account-link',
  fact: 'unlinked',
  summary: 'A user cannot sign in through an identity provider any more',
  data: AccountLinkData,
});

export const identityProviderChanged = event({
  aggregate: 'identity-provider',
  fact: 'changed',
  summary: 'An identity provider of a tenant was added, changed or removed',
  data: IdentityProviderData,
});

export const domainVerified = event({
  aggregate: 'domain',
  fact: 'verified',
  summary: 'A tenant has proved that a domain is its own',
  data: DomainData,
});

export const domainLapsed = event({
  aggregate: 'domain',
  fact: 'lapsed',
  summary: 'The proof that a domain is the tenant’s own is gone',
  data: DomainData,
});

export const federationEvents = [accountLinked, accountUnlinked, identityProviderChanged, domainVerified, domainLapsed];
