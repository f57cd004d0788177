import {
  authenticated,
  Chunk,
  Flag,
  FORBIDDEN,
  Id,
  Instant,
  Json,
  ListOf,
  Nested,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Text,
  Whole,
} from '@kit/contracts';
import { LAST_ADMINISTRATOR } from './access.errors.js';
import { operation } from './context.js';
import { STEP_UP_REQUIRED } from './factors.errors.js';
import {
  BUNDLE_UNAVAILABLE,
  DATA_SUBJECT_REQUEST_EXTENDED,
  DATA_SUBJECT_REQUEST_OPEN,
  DATA_SUBJECT_REQUEST_STATUS_INVALID,
  ERASURE_NOT_FOR_SERVICES,
  PARTICIPANT_ANSWERED,
  PARTICIPANT_UNKNOWN,
} from './privacy.errors.js';

export const DATA_SUBJECT_REQUEST_KINDS = [
  'access',
  'portability',
  'rectification',
  'erasure',
  'restriction',
  'objection',
] as const;
/** GDPR articles 15, 20, 16, 17, 18 and 21. */
export type DataSubjectRequestKind = (typeof DATA_SUBJECT_REQUEST_KINDS)[number];

export const DATA_SUBJECT_REQUEST_STATUSES = [
  'received',
  'identity_check',
  'in_progress',
  'completed',
  'refused',
  'cancelled',
] as const;
export type DataSubjectRequestStatus = (typeof DATA_SUBJECT_REQUEST_STATUSES)[number];

export const PARTICIPANT_STATUSES = ['waiting', 'completed', 'nothing', 'refused', 'overridden'] as const;
/** `overridden`: it never answered, and somebody decided to go on without it. */
export type ParticipantStatus = (typeof PARTICIPANT_STATUSES)[number];

export const IDENTITY_METHODS = ['fresh_sign_in', 'electronic_id', 'in_person', 'known_channel', 'document'] as const;
export type IdentityMethod = (typeof IDENTITY_METHODS)[number];
/** `fresh_sign_in` is what the system saw itself; the others are what an administrator vouches for. */
export const VOUCHED_METHODS = IDENTITY_METHODS.filter((method) => method !== 'fresh_sign_in');

export class RetainedData {
  @Text({ min: 1, max: 120, example: 'acme.invoices' })
  category: string;

  @Text({ min: 1, max: 300, description: 'The law that asks for it', example: 'Bookkeeping act § 13' })
  legalGround: string;

  @Instant({ description: 'When it goes' })
  until: string;
}

export class Participant {
  @Text({ max: 40, description: 'Product key, or platform', example: 'acme' })
  key: string;

  @OneOf(PARTICIPANT_STATUSES)
  status: ParticipantStatus;

  @Text({ max: 1000, nullable: true })
  reason: string | null;

  @Whole({ min: 0, description: 'How often it has been asked' })
  attempts: number;

  @Instant({ nullable: true })
  askedAt: string | null;

  @Instant({ nullable: true })
  answeredAt: string | null;

  @Json({ description: 'Rows erased per category' })
  erased: Record<string, number>;

  @ListOf(() => RetainedData, { description: 'What the law keeps' })
  retained: RetainedData[];
}

export class IdentityCheck {
  @OneOf(VOUCHED_METHODS, { example: 'in_person' })
  method: IdentityMethod;

  @Text({ min: 1, max: 500, description: 'What was seen', example: 'Passport shown at the desk' })
  note: string;
}

export class Blocker {
  @OneOf(['legal_hold', 'last_administrator', 'undelivered_messages'])
  kind: 'legal_hold' | 'last_administrator' | 'undelivered_messages';

  @Text({ max: 1000 })
  reason: string;
}
export class DataSubjectRequest {
  @Id()
  id: string;

  @Id()
  userId: string;

  @OneOf(DATA_SUBJECT_REQUEST_KINDS)
  kind: DataSubjectRequestKind;

  @OneOf(DATA_SUBJECT_REQUEST_STATUSES)
  status: DataSubjectRequestStatus;

  @Text({ max: 2000, nullable: true, description: 'What the person asks for; gone once they are erased' })
  details: string | null;

  @Instant()
  receivedAt: string;

  @Instant({ description: 'One month after it was received, or three when extended' })
  dueAt: string;

  @Flag()
  overdue: boolean;

  @Text({ max: 1000, nullable: true })
  extensionReason: string | null;

  @OneOf(IDENTITY_METHODS, { nullable: true })
  identityMethod: IdentityMethod | null;

  @ListOf(() => Participant)
  participants: Participant[];

  @ListOf(() => Blocker, { description: 'Why it cannot go on' })
  blockedBy: Blocker[];

  @Text({ max: 2000, nullable: true, description: 'What was answered' })
  answer: string | null;

  @Flag({ description: 'A restriction that is in force: nothing new is done with the data' })
  restricts: boolean;

  @Instant({ nullable: true, description: 'Until when the export can be downloaded, once' })
  downloadUntil: string | null;

  @Instant({ nullable: true })
  closedAt: string | null;

  @Instant()
  createdAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class DataSubjectRequestPage extends pageOf(DataSubjectRequest) {}

export class CreateDataSubjectRequest {
  @OneOf(DATA_SUBJECT_REQUEST_KINDS, { example: 'access' })
  kind: DataSubjectRequestKind;

  @Id({ optional: true, description: 'Somebody else, on whose behalf an administrator records the request' })
  userId?: string;

  @Text({ min: 1, max: 2000, optional: true, description: 'What is wrong, or what the person objects to' })
  details?: string;

  @Nested(() => IdentityCheck, { optional: true, description: 'How an administrator made sure who is asking' })
  identity?: IdentityCheck;
}

export class ListDataSubjectRequests extends PageQuery {
  @OneOf(DATA_SUBJECT_REQUEST_STATUSES, { optional: true })
  status?: DataSubjectRequestStatus;

  @OneOf(DATA_SUBJECT_REQUEST_KINDS, { optional: true })
  kind?: DataSubjectRequestKind;

  @Id({ optional: true })
  userId?: string;

  @Flag({ optional: true, description: 'Only those beyond their time limit' })
  overdue?: boolean;
}

export class DataSubjectRequestId {
  @Id()
  id: string;
}

export class ConfirmIdentity extends IdentityCheck {
  @Id()
  id: string;
}

export class ExtendDataSubjectRequest {
  @Id()
  id: string;

  @Text({ min: 1, max: 1000, description: 'Told to the person' })
  reason: string;
}

export class DecideDataSubjectRequest {
  @Id()
  id: string;

  @OneOf(['completed', 'refused'])
  outcome: 'completed' | 'refused';

  @Text({ min: 1, max: 2000, description: 'Told to the person' })
  answer: string;
}

export class OverrideParticipant {
  @Id()
  id: string;

  @Text({ min: 1, max: 40, example: 'acme' })
  participant: string;

  @Text({ min: 1, max: 1000 })
  reason: string;
}

export class DownloadBundle {
  @Id()
  id: string;

  @Text({ max: 500, optional: true })
  cursor?: string;
}

export const createDataSubjectRequest = operation({
  id: 'createDataSubjectRequest',
  subject: 'data-subject-request.create.v1',
  summary: 'Exercise a right over personal data; for oneself, or as an administrator for somebody who asked',
  http: { method: 'POST', path: '/data-subject-requests', status: 201 },
  request: CreateDataSubjectRequest,
  response: DataSubjectRequest,
  access: authenticated,
  errors: [
    FORBIDDEN,
    NOT_FOUND,
    STEP_UP_REQUIRED,
    DATA_SUBJECT_REQUEST_OPEN,
    LAST_ADMINISTRATOR,
    ERASURE_NOT_FOR_SERVICES,
  ],
  idempotent: true,
  version: 'answers',
});

export const listDataSubjectRequests = operation({
  id: 'listDataSubjectRequests',
  subject: 'data-subject-request.list.v1',
  summary: "The caller's own requests; for administrators those of the tenant, the most urgent first",
  http: { method: 'GET', path: '/data-subject-requests' },
  request: ListDataSubjectRequests,
  response: DataSubjectRequestPage,
  access: authenticated,
  errors: [FORBIDDEN],
});

export const getDataSubjectRequest = operation({
  id: 'getDataSubjectRequest',
  subject: 'data-subject-request.get.v1',
  summary: 'Read a request, with who has answered',
  http: { method: 'GET', path: '/data-subject-requests/{id}' },
  request: DataSubjectRequestId,
  response: DataSubjectRequest,
  access: authenticated,
  errors: [NOT_FOUND],
  version: 'answers',
});

export const cancelDataSubjectRequest = operation({
  id: 'cancelDataSubjectRequest',
  subject: 'data-subject-request.cancel.v1',
  summary: 'Take a request back, as long as nothing has been done',
  http: { method: 'POST', path: '/data-subject-requests/{id}/cancel' },
  request: DataSubjectRequestId,
  response: DataSubjectRequest,
  access: authenticated,
  errors: [FORBIDDEN, NOT_FOUND, DATA_SUBJECT_REQUEST_STATUS_INVALID],
  idempotent: true,
  version: 'answers',
});

const managed = permission('platform.data-subject-request.manage');

export const confirmDataSubjectIdentity = operation({
  id: 'confirmDataSubjectIdentity',
  subject: 'data-subject-request.confirm-identity.v1',
  summary: 'Record how it was made sure who is asking; only then anything happens',
  http: { method: 'POST', path: '/data-subject-requests/{id}/identity' },
  request: ConfirmIdentity,
  response: DataSubjectRequest,
  access: managed,
  errors: [NOT_FOUND, DATA_SUBJECT_REQUEST_STATUS_INVALID],
  idempotent: true,
  version: 'answers',
});

export const extendDataSubjectRequest = operation({
  id: 'extendDataSubjectRequest',
  subject: 'data-subject-request.extend.v1',
  summary: 'Extend the time limit by two months, once, and tell the person why',
  http: { method: 'POST', path: '/data-subject-requests/{id}/extend' },
  request: ExtendDataSubjectRequest,
  response: DataSubjectRequest,
  access: managed,
  errors: [NOT_FOUND, DATA_SUBJECT_REQUEST_STATUS_INVALID, DATA_SUBJECT_REQUEST_EXTENDED],
  idempotent: true,
  version: 'answers',
});

export const decideDataSubjectRequest = operation({
  id: 'decideDataSubjectRequest',
  subject: 'data-subject-request.decide.v1',
  summary: 'Answer a rectification or an objection, or refuse a request that has no ground',
  http: { method: 'POST', path: '/data-subject-requests/{id}/decide' },
  request: DecideDataSubjectRequest,
  response: DataSubjectRequest,
  access: managed,
  errors: [NOT_FOUND, DATA_SUBJECT_REQUEST_STATUS_INVALID],
  idempotent: true,
  version: 'answers',
});

export const overrideParticipant = operation({
  id: 'overrideParticipant',
  subject: 'data-subject-request.override.v1',
  summary: 'Go on without a product that does not answer',
  http: { method: 'POST', path: '/data-subject-requests/{id}/override' },
  request: OverrideParticipant,
  response: DataSubjectRequest,
  access: managed,
  errors: [NOT_FOUND, PARTICIPANT_UNKNOWN, PARTICIPANT_ANSWERED, DATA_SUBJECT_REQUEST_STATUS_INVALID],
  idempotent: true,
  version: 'answers',
});

export const liftRestriction = operation({
  id: 'liftRestriction',
  subject: 'data-subject-request.lift.v1',
  summary: 'End a restriction of processing; the person is told before',
  http: { method: 'POST', path: '/data-subject-requests/{id}/lift' },
  request: ExtendDataSubjectRequest,
  response: DataSubjectRequest,
  access: managed,
  errors: [NOT_FOUND, DATA_SUBJECT_REQUEST_STATUS_INVALID],
  idempotent: true,
  version: 'answers',
});

export const downloadDataSubjectBundle = operation({
  id: 'downloadDataSubjectBundle',
  subject: 'data-subject-request.download.v1',
  summary: 'Download the export (zip), once; afterwards it is gone',
  http: { method: 'POST', path: '/data-subject-requests/{id}/download', answers: 'chunks' },
  request: DownloadBundle,
  response: Chunk,
  access: authenticated,
  errors: [FORBIDDEN, NOT_FOUND, STEP_UP_REQUIRED, BUNDLE_UNAVAILABLE],
});

export const dataSubjectRequestOperations = [
  createDataSubjectRequest,
  listDataSubjectRequests,
  getDataSubjectRequest,
  cancelDataSubjectRequest,
  confirmDataSubjectIdentity,
  extendDataSubjectRequest,
  decideDataSubjectRequest,
  overrideParticipant,
  liftRestriction,
  downloadDataSubjectBundle,
];
