import { holders, Id, Instant, OneOf, people, Text, Whole } from '@kit/contracts';
import { event } from './context.js';
import { DATA_SUBJECT_REQUEST_KINDS, type DataSubjectRequestKind } from './privacy.requests.js';

export class ConsentFactData {
  @Id()
  userId: string;

  @Text({ max: 80 })
  purposeKey: string;

  @Whole({ min: 1 })
  purposeVersion: number;
}

export class DataSubjectRequestFactData {
  @Id()
  userId: string;

  @OneOf(DATA_SUBJECT_REQUEST_KINDS)
  kind: DataSubjectRequestKind;

  @Instant()
  dueAt: string;
}

export class DataSubjectFactData {
  @Id()
  requestId: string;
}

const consent = <Fact extends string>(fact: Fact, summary: string) =>
  event({
    aggregate: 'consent',
    fact,
    summary,
    data: ConsentFactData,
    audience: ({ userId }) => [...people(userId), ...holders('platform.consent.read')],
  });
const request = <Fact extends string>(fact: Fact, summary: string) =>
  event({
    aggregate: 'data_subject_request',
    fact,
    summary,
    data: DataSubjectRequestFactData,
    audience: ({ userId }) => [...people(userId), ...holders('platform.data-subject-request.manage')],
  });
const subject = <Fact extends string>(fact: Fact, summary: string) =>
  event({
    aggregate: 'data_subject',
    fact,
    summary,
    data: DataSubjectFactData,
    audience: () => holders('platform.data-subject-request.manage'),
  });

export const consentGiven = consent('given', 'Somebody consented to a purpose');
export const consentRefused = consent('refused', 'Somebody did not consent to a purpose');
export const consentWithdrawn = consent('withdrawn', 'Somebody took a consent back');
export const consentExpired = consent('expired', 'A consent no longer counts: the notice has changed');

export const dataSubjectRequestReceived = request('received', 'Somebody exercised a right over their data');
export const dataSubjectRequestStarted = request('started', 'It is known who asks; every product is asked');
export const dataSubjectRequestExtended = request('extended', 'The time limit was extended');
export const dataSubjectRequestOverdue = request('overdue', 'The time limit has passed');
export const dataSubjectRequestCompleted = request('completed', 'A request was met');
export const dataSubjectRequestRefused = request('refused', 'A request was refused');
export const dataSubjectRequestCancelled = request('cancelled', 'A request was taken back');
export const restrictionLifted = request('restriction_lifted', 'A restriction of processing has ended');

/** Article 19: recipients of the data learn it. The subject of the event is the user. */
export const dataSubjectErased = subject('erased', 'A user was erased; who received the data erases it too');
export const dataSubjectRectified = subject(
  'rectified',
  'Data of a user was put right; who received it reads it again',
);

export const privacyEvents = [
  consentGiven,
  consentRefused,
  consentWithdrawn,
  consentExpired,
  dataSubjectRequestReceived,
  dataSubjectRequestStarted,
  dataSubjectRequestExtended,
  dataSubjectRequestOverdue,
  dataSubjectRequestCompleted,
  dataSubjectRequestRefused,
  dataSubjectRequestCancelled,
  restrictionLifted,
  dataSubjectErased,
  dataSubjectRectified,
];
