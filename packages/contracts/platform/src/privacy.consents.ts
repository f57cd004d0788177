import {
  authenticated,
  Flag,
  FORBIDDEN,
  Id,
  Instant,
  internal,
  Json,
  ListOf,
  Nested,
  NOT_FOUND,
  Nothing,
  OneOf,
  permission,
  Text,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import { LOCALES, type LocaleCode } from './identity.js';
import { CONSENT_PURPOSE_UNKNOWN, CONSENT_VERSION_OUTDATED } from './privacy.errors.js';

export const CONSENT_STATUSES = ['given', 'refused', 'withdrawn', 'expired'] as const;
/** What the last act says. `expired`: the notice has changed so much that the person must be asked again. */
export type ConsentStatus = (typeof CONSENT_STATUSES)[number];

export const CONSENT_CHOICES = ['given', 'refused', 'withdrawn'] as const;
export type ConsentChoice = (typeof CONSENT_CHOICES)[number];

export class Consent {
  @Text({ max: 80, example: 'acme.newsletter' })
  purposeKey: string;

  @Text({ max: 40, description: 'Product that asks', example: 'acme' })
  product: string;

  @OneOf(['undecided', ...CONSENT_STATUSES])
  status: 'undecided' | ConsentStatus;

  @Flag({ description: 'true: the product may do what the purpose says. Everything else means no' })
  effective: boolean;

  @Whole({ min: 1, nullable: true, description: 'Version the person decided on' })
  decidedVersion: number | null;

  @Instant({ nullable: true })
  decidedAt: string | null;

  @Whole({ min: 1, description: 'Version on offer; what is decided now is decided on it' })
  version: number;

  @Text({ max: 500 })
  title: string;

  @Text({ max: 8000, description: 'What the person is asked, in the language of the request' })
  notice: string;

  @OneOf(LOCALES)
  language: LocaleCode;

  @Text({ max: 64, description: 'SHA-256 of the notice in this language, in hexadecimal' })
  noticeHash: string;
}

export class Consents {
  @ListOf(() => Consent)
  data: Consent[];
}

export class PutConsent {
  @Text({ min: 3, max: 80, example: 'acme.newsletter' })
  purposeKey: string;

  @OneOf(CONSENT_CHOICES, { example: 'given' })
  state: ConsentChoice;

  @Whole({ min: 1, description: 'Version of the notice that was shown', example: 1 })
  version: number;

  @OneOf(LOCALES, { description: 'Language it was shown in', example: 'nb' })
  language: LocaleCode;
}

export class ConsentReceipt {
  @Json({ description: 'Record in the shape of ISO/IEC TS 27560:2023' })
  record: object;

  @Text({ max: 20_000, description: 'The same record, signed (JWS, ES256); verifies with /.well-known/jwks.json' })
  jws: string;
}

export class DecidedConsent {
  @Nested(() => Consent)
  consent: Consent;

  @Nested(() => ConsentReceipt, { nullable: true, description: 'null: there was nothing to withdraw' })
  receipt: ConsentReceipt | null;
}

export class ConsentPurposeKey {
  @Text({ min: 3, max: 80, example: 'acme.newsletter' })
  purposeKey: string;
}

export class ConsentsOfUser {
  @Id({ description: 'The user' })
  id: string;
}

/** A consent that a product collected itself, e.g. on paper or by telephone. */
export class RecordConsent {
  @Id()
  tenantId: string;

  @Id()
  userId: string;

  @Text({ min: 3, max: 80, example: 'acme.newsletter' })
  purposeKey: string;

  @OneOf(CONSENT_CHOICES)
  state: ConsentChoice;

  @Whole({ min: 1 })
  version: number;

  @OneOf(LOCALES)
  language: LocaleCode;

  @Text({ min: 1, max: 40, description: 'How the person said so', example: 'paper' })
  channel: string;

  @Text({ min: 1, max: 500, optional: true, description: 'Where the proof lies' })
  evidence?: string;
}

export class RecordedConsent {
  @OneOf(['undecided', ...CONSENT_STATUSES])
  status: 'undecided' | ConsentStatus;

  @Flag()
  effective: boolean;
}

export const listConsents = operation({
  id: 'listConsents',
  subject: 'consent.list.v1',
  summary: 'What the caller is asked to consent to, and what they decided',
  http: { method: 'GET', path: '/consents' },
  request: Nothing,
  response: Consents,
  access: authenticated,
});

export const putConsent = operation({
  id: 'putConsent',
  subject: 'consent.put.v1',
  summary: 'Give, refuse or withdraw a consent; each is this one call',
  http: { method: 'PUT', path: '/consents/{purposeKey}' },
  request: PutConsent,
  response: DecidedConsent,
  access: authenticated,
  errors: [FORBIDDEN, CONSENT_PURPOSE_UNKNOWN, CONSENT_VERSION_OUTDATED],
});

export const getConsentReceipt = operation({
  id: 'getConsentReceipt',
  subject: 'consent.receipt.v1',
  summary: "The signed receipt of the caller's last decision on a purpose",
  http: { method: 'GET', path: '/consents/{purposeKey}/receipt' },
  request: ConsentPurposeKey,
  response: ConsentReceipt,
  access: authenticated,
  errors: [CONSENT_PURPOSE_UNKNOWN, NOT_FOUND],
});

export const listConsentsOfUser = operation({
  id: 'listConsentsOfUser',
  subject: 'consent.list-of-user.v1',
  summary: 'What a user was asked to consent to and decided',
  http: { method: 'GET', path: '/users/{id}/consents' },
  request: ConsentsOfUser,
  response: Consents,
  access: permission('platform.consent.read'),
  errors: [NOT_FOUND],
});

export const recordConsent = operation({
  id: 'recordConsent',
  subject: 'consent.record.v1',
  summary: 'Record a consent that a product collected itself',
  request: RecordConsent,
  response: RecordedConsent,
  access: internal,
  errors: [NOT_FOUND, CONSENT_PURPOSE_UNKNOWN, CONSENT_VERSION_OUTDATED],
});

export const consentOperations = [listConsents, putConsent, getConsentReceipt, listConsentsOfUser, recordConsent];
