import { Id, Ids, ListOf, Nested, NOT_FOUND, OneOf, permission, STALE_VERSION, Text } from '@kit/contracts';
import { APPEAL_DECIDED, APPEAL_TOO_LATE, APPLICANT_ONLY, ASSIGNEE_CANNOT_DECIDE } from './approvals.errors.js';
import {
  APPROVAL_CODES,
  APPROVAL_PRIORITIES,
  APPROVAL_STATUSES,
  Approval,
  ApprovalFilter,
  ApprovalId,
  ApprovalMessage,
  type ApprovalPriority,
  type ApprovalStatus,
  DECIDING_ERRORS,
  REJECTION_CODES,
} from './approvals.js';
import { BOOKING_STARTED, INVALID_STATE } from './bookings.errors.js';
import { BookingId } from './bookings.js';
import { operation } from './context.js';

export class AssignApproval extends ApprovalId {
  @Id({ nullable: true, description: 'null: nobody' })
  userId: string | null;
}

export class PrioritizeApproval extends ApprovalId {
  @OneOf(APPROVAL_PRIORITIES, { example: 'high' })
  priority: ApprovalPriority;
}

export class ClaimApproval extends ApprovalFilter {}

export class ClaimedApproval {
  @Nested(() => Approval, { nullable: true, description: 'null: nothing waits that the caller could decide' })
  approval: Approval | null;
}

export class ClarifyApproval extends ApprovalId {
  @Text({ min: 1, max: 2000, description: 'Told to the applicant', example: 'Hvor mange tilskuere venter dere?' })
  question: string;
}

export class AnswerClarification extends BookingId {
  @Text({ min: 1, max: 2000, example: 'Omtrent tretti.' })
  answer: string;
}

export class BookingMessages {
  @OneOf(APPROVAL_STATUSES, { nullable: true, description: 'How the case stands; null: there is none' })
  status: ApprovalStatus | null;

  @ListOf(() => ApprovalMessage, { description: 'Questions, answers and appeals, in the order of time' })
  data: ApprovalMessage[];
}

export class AppealBooking extends BookingId {
  @Text({ min: 1, max: 2000, example: 'Vi er førti, ikke fire hundre.' })
  text: string;
}

export class Appeal {
  @Id({ description: 'The case' })
  id: string;

  @Id()
  bookingId: string;

  @OneOf(APPROVAL_STATUSES)
  status: ApprovalStatus;
}

export const DECISIONS = ['approve', 'reject'] as const;
export type Decision = (typeof DECISIONS)[number];

export class DecideApprovals {
  @OneOf(DECISIONS, { example: 'approve' })
  decision: Decision;

  @Ids({ max: 100, description: 'Approvals; each is decided by itself' })
  ids: string[];

  @OneOf([...APPROVAL_CODES, ...REJECTION_CODES], { optional: true, description: 'Needed to reject' })
  reasonCode?: (typeof APPROVAL_CODES)[number] | (typeof REJECTION_CODES)[number];

  @Text({ min: 1, max: 2000, optional: true, description: 'Told to the applicants; needed to reject' })
  reason?: string;
}

export const DECISION_OUTCOMES = ['decided', 'refused'] as const;
export type DecisionOutcome = (typeof DECISION_OUTCOMES)[number];

export class ApprovalDecision {
  @Id()
  id: string;

  @OneOf(DECISION_OUTCOMES)
  outcome: DecisionOutcome;

  @OneOf(APPROVAL_STATUSES, { nullable: true, description: 'Where it was decided' })
  status: ApprovalStatus | null;

  @Text({ max: 60, nullable: true, description: 'Code of the refusal', example: 'INVALID_STATE' })
  code: string | null;

  @Text({ max: 500, nullable: true, description: 'What it says' })
  detail: string | null;
}

export class ApprovalDecisions {
  @ListOf(() => ApprovalDecision, { max: 100, description: 'In the order asked for' })
  data: ApprovalDecision[];
}

const MODULE = 'digilist.approvals';

export const decideApprovals = operation({
  id: 'decideApprovals',
  subject: 'approval.decide-many.v1',
  summary: 'Decide many at once: each on its own, with its own outcome',
  http: { method: 'POST', path: '/approvals/decisions' },
  request: DecideApprovals,
  response: ApprovalDecisions,
  access: permission('digilist.approval.decide'),
  module: MODULE,
});

export const assignApproval = operation({
  id: 'assignApproval',
  subject: 'approval.assign.v1',
  summary: 'Give an application to somebody who can decide it, or to nobody',
  http: { method: 'POST', path: '/approvals/{id}/assign' },
  request: AssignApproval,
  response: Approval,
  access: permission('digilist.approval.assign'),
  module: MODULE,
  errors: [NOT_FOUND, INVALID_STATE, ASSIGNEE_CANNOT_DECIDE, STALE_VERSION],
  idempotent: true,
  version: 'answers',
});

export const prioritizeApproval = operation({
  id: 'prioritizeApproval',
  subject: 'approval.prioritize.v1',
  summary: 'Say how urgent an application is',
  http: { method: 'POST', path: '/approvals/{id}/priority' },
  request: PrioritizeApproval,
  response: Approval,
  access: permission('digilist.approval.assign'),
  module: MODULE,
  errors: [NOT_FOUND, INVALID_STATE, STALE_VERSION],
  idempotent: true,
  version: 'answers',
});

export const claimApproval = operation({
  id: 'claimApproval',
  subject: 'approval.claim.v1',
  summary: 'Take the most urgent application that nobody has and the caller can decide',
  http: { method: 'POST', path: '/approvals/claim' },
  request: ClaimApproval,
  response: ClaimedApproval,
  access: permission('digilist.approval.decide'),
  module: MODULE,
  idempotent: true,
});

export const clarifyApproval = operation({
  id: 'clarifyApproval',
  subject: 'approval.clarify.v1',
  summary: 'Ask the applicant; the time to decide stands still until the answer',
  http: { method: 'POST', path: '/approvals/{id}/clarify' },
  request: ClarifyApproval,
  response: Approval,
  access: permission('digilist.approval.decide'),
  module: MODULE,
  errors: DECIDING_ERRORS,
  idempotent: true,
  version: 'answers',
});

export const answerClarification = operation({
  id: 'answerClarification',
  subject: 'booking.clarify.v1',
  summary: 'Answer what was asked about an application',
  http: { method: 'POST', path: '/bookings/{id}/clarifications', status: 201 },
  request: AnswerClarification,
  response: ApprovalMessage,
  access: permission('digilist.booking.update'),
  module: MODULE,
  errors: [NOT_FOUND, INVALID_STATE, APPLICANT_ONLY],
  idempotent: true,
});

export const listBookingMessages = operation({
  id: 'listBookingMessages',
  subject: 'booking.list-messages.v1',
  summary: 'What was asked and answered about an application',
  http: { method: 'GET', path: '/bookings/{id}/clarifications' },
  request: BookingId,
  response: BookingMessages,
  access: permission('digilist.booking.read'),
  module: MODULE,
  errors: [NOT_FOUND],
});

export const appealBooking = operation({
  id: 'appealBooking',
  subject: 'booking.appeal.v1',
  summary: 'Appeal against a rejection within three weeks: somebody else decides again',
  http: { method: 'POST', path: '/bookings/{id}/appeal', status: 201 },
  request: AppealBooking,
  response: Appeal,
  access: permission('digilist.approval.appeal'),
  module: MODULE,
  errors: [NOT_FOUND, INVALID_STATE, APPLICANT_ONLY, APPEAL_TOO_LATE, APPEAL_DECIDED, BOOKING_STARTED],
  idempotent: true,
});

export const approvalChangeOperations = [
  decideApprovals,
  assignApproval,
  prioritizeApproval,
  claimApproval,
  clarifyApproval,
  answerClarification,
  listBookingMessages,
  appealBooking,
] as const;
