import {
  Flag,
  Id,
  Instant,
  internal,
  Json,
  ListOf,
  NOT_FOUND,
  Nothing,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Text,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import { DATA_SUBJECT_REQUEST_STATUS_INVALID, PARTICIPANT_UNKNOWN } from './privacy.errors.js';
import { RetainedData } from './privacy.requests.js';
import { LEGAL_BASES, type LegalBasis } from './products.js';

/** A piece of what a product holds about a person. Sent again under the same number, it replaces what was there. */
export class ReportPersonalData {
  @Id()
  tenantId: string;

  @Id()
  requestId: string;

  @Whole({ min: 1, max: 100_000, description: 'From 1 on, without gaps' })
  part: number;

  @Text({ min: 1, max: 80, description: 'Category of the manifest', example: 'acme.reports' })
  category: string;

  @Json({ description: '{ "records": [ … ] }: plain JSON objects' })
  content: { records: object[] };
}

export class ClosePersonalData {
  @Id()
  tenantId: string;

  @Id()
  requestId: string;

  @OneOf(['completed', 'nothing', 'refused'])
  outcome: 'completed' | 'nothing' | 'refused';

  @Text({ min: 1, max: 1000, optional: true, description: 'Why it was refused' })
  reason?: string;

  @Whole({ min: 0, description: 'How many parts were reported' })
  parts: number;

  @Json({ optional: true, description: 'Rows erased per category', example: { 'acme.reports': 12 } })
  erased?: Record<string, number>;

  @ListOf(() => RetainedData, { max: 200, optional: true, description: 'What the law keeps' })
  retained?: RetainedData[];
}

export class PersonalDataTaken {
  @Flag({ description: 'false: it has been answered before, and nothing was changed' })
  taken: boolean;
}

export class LegalHold {
  @Id()
  id: string;

  @Id()
  userId: string;

  @Text({ max: 1000 })
  reason: string;

  @OneOf(['active', 'lifted'])
  status: 'active' | 'lifted';

  @Instant()
  createdAt: string;

  @Instant({ nullable: true })
  liftedAt: string | null;

  @Whole({ min: 1 })
  version: number;
}

export class LegalHoldPage extends pageOf(LegalHold) {}

export class ListLegalHolds extends PageQuery {
  @Id({ optional: true })
  userId?: string;
}

export class PlaceLegalHold {
  @Id()
  userId: string;

  @Text({ min: 1, max: 1000, description: 'Told to the person who asks to be erased' })
  reason: string;
}

export class LiftLegalHold {
  @Id()
  id: string;

  @Text({ min: 1, max: 1000 })
  reason: string;
}

export class ProcessingActivity {
  @Text({ max: 80, example: 'acme.reports' })
  key: string;

  @Text({ max: 40, example: 'acme' })
  product: string;

  @OneOf(['personal_data', 'consent'])
  kind: 'personal_data' | 'consent';

  @Text({ max: 500 })
  title: string;

  @OneOf(LEGAL_BASES)
  legalBasis: LegalBasis;

  @Text({ max: 200 })
  retention: string;
}

export class ProcessingActivities {
  @Text({ max: 200, description: 'Who answers for it' })
  controller: string;

  @ListOf(() => ProcessingActivity)
  data: ProcessingActivity[];
}

export const reportPersonalData = operation({
  id: 'reportPersonalData',
  subject: 'personal-data.report.v1',
  summary: 'Hand over a part of what the product holds about the person who asked',
  request: ReportPersonalData,
  response: PersonalDataTaken,
  access: internal,
  errors: [NOT_FOUND, PARTICIPANT_UNKNOWN, DATA_SUBJECT_REQUEST_STATUS_INVALID],
});

export const closePersonalData = operation({
  id: 'closePersonalData',
  subject: 'personal-data.close.v1',
  summary: 'Say what became of a request; without this answer it never completes',
  request: ClosePersonalData,
  response: PersonalDataTaken,
  access: internal,
  errors: [NOT_FOUND, PARTICIPANT_UNKNOWN, DATA_SUBJECT_REQUEST_STATUS_INVALID],
});

export const placeLegalHold = operation({
  id: 'placeLegalHold',
  subject: 'legal-hold.place.v1',
  summary: 'Keep the data of a user from being erased, e.g. while a claim is open',
  http: { method: 'POST', path: '/legal-holds', status: 201 },
  request: PlaceLegalHold,
  response: LegalHold,
  access: permission('platform.legal-hold.manage'),
  errors: [NOT_FOUND],
  idempotent: true,
  version: 'answers',
});

export const listLegalHolds = operation({
  id: 'listLegalHolds',
  subject: 'legal-hold.list.v1',
  summary: 'List the legal holds, newest first',
  http: { method: 'GET', path: '/legal-holds' },
  request: ListLegalHolds,
  response: LegalHoldPage,
  access: permission('platform.legal-hold.manage'),
});

export const liftLegalHold = operation({
  id: 'liftLegalHold',
  subject: 'legal-hold.lift.v1',
  summary: 'End a legal hold; what waited for it goes on',
  http: { method: 'POST', path: '/legal-holds/{id}/lift' },
  request: LiftLegalHold,
  response: LegalHold,
  access: permission('platform.legal-hold.manage'),
  errors: [NOT_FOUND],
  idempotent: true,
  version: 'answers',
});

export const listProcessingActivities = operation({
  id: 'listProcessingActivities',
  subject: 'processing-activity.list.v1',
  summary: 'The record of processing activities (GDPR article 30), from the manifests',
  http: { method: 'GET', path: '/processing-activities' },
  request: Nothing,
  response: ProcessingActivities,
  access: permission('platform.processing-activity.read'),
});

export const participantOperations = [
  reportPersonalData,
  closePersonalData,
  placeLegalHold,
  listLegalHolds,
  liftLegalHold,
  listProcessingActivities,
];
