import { Id, Instant, NOT_FOUND, OneOf, PageQuery, pageOf, permission, Text, Whole } from '@kit/contracts';
import { operation } from './context.js';
import {
  DNS_UNAVAILABLE,
  DOMAIN_EXISTS,
  DOMAIN_NOT_PROVEN,
  DOMAIN_NOT_VERIFIED,
  DOMAIN_TAKEN,
} from './federation.errors.js';

export const DOMAIN_STATUSES = ['pending', 'verified', 'lapsed'] as const;
/** `lapsed`: it was the tenant's own, but the proof is gone. */
export type DomainStatus = (typeof DOMAIN_STATUSES)[number];

/** A domain of email addresses that the tenant says, and once verified has proved, is its own. */
export class Domain {
  @Id()
  id: string;

  @Text({ max: 253, example: 'fjell.example' })
  domain: string;

  @OneOf(DOMAIN_STATUSES)
  status: DomainStatus;

  @Text({
    max: 300,
    description: 'Name of the TXT record that proves it',
    example: '_platform-challenge.fjell.example',
  })
  recordName: string;

  @Text({ max: 200, description: 'Content of the TXT record', example: 'platform-domain-verification=…' })
  recordValue: string;

  @Id({ nullable: true, description: 'Identity provider that people of the domain must sign in with' })
  requiredProviderId: string | null;

  @Instant({ nullable: true })
  verifiedAt: string | null;

  @Instant({ nullable: true, description: 'When the record was last looked for' })
  checkedAt: string | null;

  @Instant({ nullable: true, description: 'Since when it is missing; the domain lapses a week later' })
  missingSince: string | null;

  @Instant()
  createdAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class DomainPage extends pageOf(Domain) {}

export class CreateDomain {
  @Text({ min: 4, max: 253, example: 'fjell.example' })
  domain: string;
}

export class DomainId {
  @Id()
  id: string;
}

export class UpdateDomain {
  @Id()
  id: string;

  @Id({ nullable: true, description: 'null: passwords are as good' })
  requiredProviderId: string | null;
}

const READ = permission('platform.domain.read');
const MANAGE = permission('platform.domain.manage');

export const createDomain = operation({
  id: 'createDomain',
  subject: 'domain.create.v1',
  summary: 'Say that a domain is the tenant’s own; the answer says how to prove it',
  http: { method: 'POST', path: '/domains', status: 201 },
  request: CreateDomain,
  response: Domain,
  access: MANAGE,
  errors: [DOMAIN_EXISTS],
  idempotent: true,
  version: 'answers',
});

export const listDomains = operation({
  id: 'listDomains',
  subject: 'domain.list.v1',
  summary: 'List the domains of the tenant',
  http: { method: 'GET', path: '/domains' },
  request: PageQuery,
  response: DomainPage,
  access: READ,
});

export const getDomain = operation({
  id: 'getDomain',
  subject: 'domain.get.v1',
  summary: 'Read a domain',
  http: { method: 'GET', path: '/domains/{id}' },
  request: DomainId,
  response: Domain,
  access: READ,
  errors: [NOT_FOUND],
  version: 'answers',
});

export const verifyDomain = operation({
  id: 'verifyDomain',
  subject: 'domain.verify.v1',
  summary: 'Look for the TXT record now',
  http: { method: 'POST', path: '/domains/{id}/verify' },
  request: DomainId,
  response: Domain,
  access: MANAGE,
  errors: [NOT_FOUND, DOMAIN_NOT_PROVEN, DOMAIN_TAKEN, DNS_UNAVAILABLE],
  version: 'answers',
});

export const updateDomain = operation({
  id: 'updateDomain',
  subject: 'domain.update.v1',
  summary: 'Demand that people of the domain sign in with an identity provider, or demand it no more',
  http: { method: 'PATCH', path: '/domains/{id}' },
  request: UpdateDomain,
  response: Domain,
  access: MANAGE,
  errors: [NOT_FOUND, DOMAIN_NOT_VERIFIED],
  version: 'required',
});

export const deleteDomain = operation({
  id: 'deleteDomain',
  subject: 'domain.delete.v1',
  summary: 'Give up a domain',
  http: { method: 'DELETE', path: '/domains/{id}', status: 204 },
  request: DomainId,
  response: null,
  access: MANAGE,
  errors: [NOT_FOUND],
});

export const domainOperations = [createDomain, listDomains, getDomain, verifyDomain, updateDomain, deleteDomain];
