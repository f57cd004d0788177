import {
  Flag,
  Id,
  Instant,
  ListOf,
  Money,
  Nested,
  NOT_FOUND,
  OneOf,
  type PageQuery,
  pageOf,
  permission,
  STALE_VERSION,
  Text,
  Whole,
} from '@kit/contracts';
import { APPROVAL_LEVELS, ApprovalDeciders, type ApprovalLevel, ApprovalReason } from './approval-reasons.js';
import {
  APPROVAL_IMPOSSIBLE,
  DECISION_BY_APPLICANT,
  DECISION_IN_OWN_NAME,
  DECISION_NEEDS_ADMINISTRATOR,
  DECISION_NEEDS_ANOTHER,
  DECISION_NOT_YOURS,
} from './approvals.errors.js';
import { BOOKING_STARTED, INVALID_STATE, PROCESSING_RESTRICTED, SLOT_CONFLICT } from './bookings.errors.js';
import { BOOKING_STATUSES, type BookingStatus } from './bookings.js';
import { operation } from './context.js';

export const APPROVAL_STATUSES = ['open', 'clarification', 'approved', 'rejected', 'withdrawn'] as const;
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number];

export const APPROVAL_KINDS = ['application', 'appeal'] as const;
export type ApprovalKind = (typeof APPROVAL_KINDS)[number];

export const APPROVAL_PRIORITIES = ['low', 'normal', 'high'] as const;
export type ApprovalPriority = (typeof APPROVAL_PRIORITIES)[number];

export const APPROVAL_CODES = ['approved', 'approved_with_conditions'] as const;
export const REJECTION_CODES = ['conflict', 'policy', 'documentation', 'capacity', 'other'] as const;

export class ApprovalBooking {
  @Id()
  id: string;

  @OneOf(BOOKING_STATUSES)
  status: BookingStatus;

  @Id()
  listingId: string;

  @Id()
  zoneId: string;

  @Id({ description: 'Who applies' })
  userId: string;

  @Id({ nullable: true })
  onBehalfOfOrgId: string | null;

  @Instant()
  startsAt: string;

  @Instant()
  endsAt: string;

  @Whole({ min: 1, nullable: true })
  attendees: number | null;

  @Text({ max: 1000, nullable: true })
  purpose: string | null;

  @Nested(() => Money, { description: 'To pay, VAT included' })
  total: Money;
}

export class Approval {
  @Id()
  id: string;

  @OneOf(APPROVAL_STATUSES, {
    description: 'clarification: the applicant was asked, and the time to decide stands still',
  })
  status: ApprovalStatus;

  @OneOf(APPROVAL_KINDS, { description: 'appeal: against a rejection' })
  kind: ApprovalKind;

  @OneOf(APPROVAL_LEVELS, { description: 'administrator: only who may decide in the whole tenant' })
  level: ApprovalLevel;

  @Whole({ min: 1, description: 'Which of the stages it is' })
  stage: number;

  @Whole({ min: 1, description: 'How many stages there are; the booking goes on after the last' })
  stages: number;

  @Nested(() => ApprovalDeciders, { nullable: true, description: 'Only these decide; null: whoever may' })
  deciders: ApprovalDeciders | null;

  @Flag({ description: 'Two people have to approve' })
  fourEyes: boolean;

  @Id({ nullable: true, description: 'Who approved as the first of two' })
  firstApprovedBy: string | null;

  @OneOf(APPROVAL_PRIORITIES)
  priority: ApprovalPriority;

  @Id({ description: 'Organization that owns the listing and decides' })
  orgId: string;

  @Nested(() => ApprovalBooking)
  booking: ApprovalBooking;

  @ListOf(() => ApprovalReason, { description: 'Why somebody has to decide' })
  reasons: ApprovalReason[];

  @Id({ nullable: true, description: 'null: the default workflow' })
  workflowId: string | null;

  @Id({ nullable: true })
  assignedTo: string | null;

  @Instant({ nullable: true, description: 'When the decision is due' })
  dueAt: string | null;

  @Flag({ description: 'Open and past due' })
  overdue: boolean;

  @Instant({ nullable: true, description: 'When it was given to others because it was past due' })
  escalatedAt: string | null;

  @Id({ nullable: true })
  decidedBy: string | null;

  @Instant({ nullable: true })
  decidedAt: string | null;

  @Text({ max: 40, nullable: true })
  reasonCode: string | null;

  @Text({ max: 2000, nullable: true })
  reason: string | null;

  @Instant()
  createdAt: string;

  @Whole({ min: 1 })
  version: number;
}

export const OVERLAP_KINDS = ['BOOKING', 'SEASONAL', 'BLOCK', 'MAINTENANCE'] as const;
export type OverlapKind = (typeof OVERLAP_KINDS)[number];

export class ApprovalOverlap {
  @OneOf(OVERLAP_KINDS)
  kind: OverlapKind;

  @Id({ description: 'Of the booking or the block' })
  id: string;

  @OneOf(BOOKING_STATUSES, { nullable: true, description: 'null: a block' })
  status: BookingStatus | null;

  @Instant()
  startsAt: string;

  @Instant()
  endsAt: string;
}

export class ApprovalOverlaps {
  @Whole({ min: 0 })
  count: number;

  @ListOf(() => ApprovalOverlap, { max: 5, description: 'The first of them' })
  first: ApprovalOverlap[];
}

/** What the applicant (the organization, where it applies) did in the last twelve months. */
export class ApplicantHistory {
  @Whole({ min: 0 })
  bookings: number;

  @Whole({ min: 0 })
  cancellations: number;

  @Whole({ min: 0 })
  rejections: number;

  @Whole({ min: 0 })
  noShows: number;
}

export class ApprovalEntry extends Approval {
  @Nested(() => ApprovalOverlaps, { description: 'What else wants or has the same place at the same time' })
  overlapping: ApprovalOverlaps;

  @Nested(() => ApplicantHistory)
  applicant: ApplicantHistory;
}

export const APPROVAL_MESSAGES = ['question', 'answer', 'endorsement', 'appeal'] as const;
export type ApprovalMessageKind = (typeof APPROVAL_MESSAGES)[number];

/** What was asked, answered and said on the way to a decision. */
export class ApprovalMessage {
  @Id()
  id: string;

  @OneOf(APPROVAL_MESSAGES, { description: 'endorsement: the first of two approved' })
  kind: ApprovalMessageKind;

  @Text({ max: 2000 })
  text: string;

  @Id({ description: 'Who wrote it' })
  by: string;

  @Instant()
  at: string;
}

export class ApprovalDetails extends ApprovalEntry {
  @ListOf(() => ApprovalMessage, { description: 'In the order of time' })
  messages: ApprovalMessage[];
}

export class ApprovalPage extends pageOf(ApprovalEntry) {}

export const APPROVAL_SORTS = ['urgency', 'submitted'] as const;
export type ApprovalSort = (typeof APPROVAL_SORTS)[number];

export const APPROVAL_ASSIGNEES = ['me', 'nobody'] as const;
export type ApprovalAssignee = (typeof APPROVAL_ASSIGNEES)[number];

/** Which of the approvals within reach. */
export class ApprovalFilter {
  @Id({ optional: true })
  listingId?: string;

  @Id({ optional: true, description: 'Of listings of this organization' })
  orgId?: string;

  @OneOf(APPROVAL_PRIORITIES, { optional: true })
  priority?: ApprovalPriority;

  @OneOf(APPROVAL_LEVELS, { optional: true })
  level?: ApprovalLevel;

  @OneOf(APPROVAL_KINDS, { optional: true })
  kind?: ApprovalKind;
}

export class ListApprovals extends ApprovalFilter implements PageQuery {
  @OneOf(APPROVAL_STATUSES, { optional: true, description: 'Open ones unless told' })
  status?: ApprovalStatus;

  @Id({ optional: true, description: 'Assigned to this user' })
  assignedTo?: string;

  @OneOf(APPROVAL_ASSIGNEES, { optional: true, description: 'Assigned to the caller, or to nobody' })
  assignee?: ApprovalAssignee;

  @Flag({ optional: true, description: 'Only those that are past due' })
  overdue?: boolean;

  @Id({ optional: true, description: 'Applied for by this user' })
  applicantId?: string;

  @Id({ optional: true, description: 'Applied for on behalf of this organization' })
  onBehalfOfOrgId?: string;

  @Instant({ optional: true, description: 'Only bookings that end after this' })
  from?: string;

  @Instant({ optional: true, description: 'Only bookings that start before this' })
  to?: string;

  @OneOf(APPROVAL_SORTS, { optional: true, description: 'urgency (usual): priority, then due; submitted: first come' })
  sort?: ApprovalSort;

  @Whole({ min: 1, max: 200, optional: true, description: 'At most this many; 50 unless told', example: 50 })
  limit?: number;

  @Text({ max: 500, optional: true, description: 'nextCursor of the page before' })
  cursor?: string;
}

export class ApprovalId {
  @Id()
  id: string;
}

export class ApproveBooking extends ApprovalId {
  @OneOf(APPROVAL_CODES, { optional: true, example: 'approved' })
  reasonCode?: (typeof APPROVAL_CODES)[number];

  @Text({
    min: 1,
    max: 2000,
    optional: true,
    description: 'Told to the applicant',
    example: 'Velkommen. Husk innesko.',
  })
  reason?: string;
}

export class RejectBooking extends ApprovalId {
  @OneOf(REJECTION_CODES, { example: 'capacity' })
  reasonCode: (typeof REJECTION_CODES)[number];

  @Text({
    min: 1,
    max: 2000,
    description: 'Told to the applicant',
    example: 'Hallen har ikke garderober til så mange.',
  })
  reason: string;
}

const MODULE = 'digilist.approvals';

export const listApprovals = operation({
  id: 'listApprovals',
  subject: 'approval.list.v1',
  summary: 'The queue: what waits for a decision, the most urgent first',
  http: { method: 'GET', path: '/approvals' },
  request: ListApprovals,
  response: ApprovalPage,
  access: permission('digilist.approval.read'),
  module: MODULE,
});

export const getApproval = operation({
  id: 'getApproval',
  subject: 'approval.get.v1',
  summary: 'One application, why it needs a decision, and what was said about it',
  http: { method: 'GET', path: '/approvals/{id}' },
  request: ApprovalId,
  response: ApprovalDetails,
  access: permission('digilist.approval.read'),
  module: MODULE,
  errors: [NOT_FOUND],
  version: 'answers',
});

export const DECIDING_ERRORS = [
  NOT_FOUND,
  INVALID_STATE,
  DECISION_BY_APPLICANT,
  DECISION_NEEDS_ADMINISTRATOR,
  DECISION_NOT_YOURS,
  DECISION_NEEDS_ANOTHER,
  DECISION_IN_OWN_NAME,
  STALE_VERSION,
];

export const approveBooking = operation({
  id: 'approveBooking',
  subject: 'approval.approve.v1',
  summary: 'Approve an application or uphold an appeal; If-Match makes one of two handlers win',
  http: { method: 'POST', path: '/approvals/{id}/approve' },
  request: ApproveBooking,
  response: Approval,
  access: permission('digilist.approval.decide'),
  module: MODULE,
  errors: [...DECIDING_ERRORS, BOOKING_STARTED, APPROVAL_IMPOSSIBLE, PROCESSING_RESTRICTED, SLOT_CONFLICT],
  idempotent: true,
  version: 'answers',
});

export const rejectBooking = operation({
  id: 'rejectBooking',
  subject: 'approval.reject.v1',
  summary: 'Reject an application with a reason, whose time is free again, or dismiss an appeal',
  http: { method: 'POST', path: '/approvals/{id}/reject' },
  request: RejectBooking,
  response: Approval,
  access: permission('digilist.approval.decide'),
  module: MODULE,
  errors: DECIDING_ERRORS,
  idempotent: true,
  version: 'answers',
});

export const approvalOperations = [listApprovals, getApproval, approveBooking, rejectBooking] as const;
