import { holders, Id, people, Text } from '@kit/contracts';
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
  audience: ({ userId }) => people(userId),
});

export const accountUnlinked = event({
  aggregate: 'account-link',
  fact: 'unlinked',
  summary: 'A user cannot sign in through an identity provider any more',
  data: AccountLinkData,
  audience: ({ userId }) => people(userId),
});

export const identityProviderChanged = event({
  aggregate: 'identity-provider',
  fact: 'changed',
  summary: 'An identity provider of a tenant was added, changed or removed',
  data: IdentityProviderData,
  audience: () => holders('platform.identity-provider.read'),
});

export const domainVerified = event({
  aggregate: 'domain',
  fact: 'verified',
  summary: 'A tenant has proved that a domain is its own',
  data: DomainData,
  audience: () => holders('platform.domain.read'),
});

export const domainLapsed = event({
  aggregate: 'domain',
  fact: 'lapsed',
  summary: 'The proof that a domain is the tenant’s own is gone',
  data: DomainData,
  audience: () => holders('platform.domain.read'),
});

export const federationEvents = [accountLinked, accountUnlinked, identityProviderChanged, domainVerified, domainLapsed];
