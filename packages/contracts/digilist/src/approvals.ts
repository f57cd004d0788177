import {
  Flag,
  Id,
  Instant,
  ListOf,
  ListOfOneOf,
  LocalTime,
  Money,
  Nested,
  NOT_FOUND,
  Nothing,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  STALE_VERSION,
  Text,
  Texts,
  Whole,
} from '@kit/contracts';
import {
  APPROVAL_CONDITIONS,
  APPROVAL_LEVELS,
  type ApprovalConditionKind,
  type ApprovalLevel,
  ApprovalReason,
} from './approval-reasons.js';
import { DECISION_BY_APPLICANT, DECISION_NEEDS_ADMINISTRATOR, WORKFLOW_INVALID } from './approvals.errors.js';
import { BOOKING_STARTED, INVALID_STATE } from './bookings.errors.js';
import { BOOKING_STATUSES, type BookingStatus } from './bookings.js';
import { operation } from './context.js';
import { LISTING_TYPES } from './listing-types.js';
import { ORGANIZATION_UNKNOWN } from './listings.errors.js';
import { LocalizedName } from './listings.text.js';

export const APPROVAL_STATUSES = ['open', 'clarification', 'approved', 'rejected', 'withdrawn'] as const;
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number];

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

  @OneOf(APPROVAL_STATUSES)
  status: ApprovalStatus;

  @OneOf(APPROVAL_LEVELS, { description: 'administrator: only who may decide in the whole tenant' })
  level: ApprovalLevel;

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

export class ApprovalPage extends pageOf(Approval) {}

export class ListApprovals extends PageQuery {
  @OneOf(APPROVAL_STATUSES, { optional: true, description: 'Open ones unless told' })
  status?: ApprovalStatus;

  @Id({ optional: true })
  listingId?: string;

  @Id({ optional: true, description: 'Assigned to this user' })
  assignedTo?: string;

  @Flag({ optional: true, description: 'Only those that are past due' })
  overdue?: boolean;
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

export class ApprovalCondition {
  @OneOf(APPROVAL_CONDITIONS, { example: 'amount_above' })
  kind: ApprovalConditionKind;

  @Whole({ min: 0, optional: true, description: 'amount_above: minor units, VAT included', example: 500000 })
  amount?: number;

  @Whole({ min: 0, optional: true, description: 'attendees_above' })
  attendees?: number;

  @Whole({ min: 0, optional: true, description: 'duration_above' })
  minutes?: number;

  @ListOfOneOf(LISTING_TYPES, { optional: true, description: 'listing_type' })
  types?: string[];

  @Texts({ max: 50, length: 60, optional: true, description: 'actor_group: keys of pricing groups' })
  groups?: string[];

  @LocalTime({ optional: true, description: 'outside_hours: begin of the hours', example: '06:00' })
  opens?: string;

  @LocalTime({ optional: true, description: 'outside_hours: end of the hours', example: '22:00' })
  closes?: string;
}

export class ApprovalStep {
  @Text({ min: 1, max: 60, example: 'high-amount' })
  key: string;

  @Nested(() => ApprovalCondition, { description: 'When the step applies' })
  when: ApprovalCondition;

  @OneOf(APPROVAL_LEVELS, { example: 'manager' })
  level: ApprovalLevel;

  @Whole({ min: 0, max: 30, description: 'Working days in which to decide', example: 3 })
  workingDays: number;
}

export class ApprovalWorkflow {
  @Id({ nullable: true, description: 'null: the default, used where no other applies' })
  id: string | null;

  @Id({ nullable: true })
  orgId: string | null;

  @Id({ nullable: true, description: 'null: every listing of the organization and those below it' })
  listingId: string | null;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @ListOf(() => ApprovalStep, { max: 50 })
  steps: ApprovalStep[];

  @Whole({ min: 1 })
  version: number;
}

export class ApprovalWorkflows {
  @ListOf(() => ApprovalWorkflow)
  data: ApprovalWorkflow[];
}

export class CreateApprovalWorkflow {
  @Id()
  orgId: string;

  @Id({ optional: true, description: 'Only for this listing' })
  listingId?: string;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @ListOf(() => ApprovalStep, { min: 1, max: 50 })
  steps: ApprovalStep[];
}

export const listApprovals = operation({
  id: 'listApprovals',
  subject: 'approval.list.v1',
  summary: 'The queue: what waits for a decision, the most urgent first',
  http: { method: 'GET', path: '/approvals' },
  request: ListApprovals,
  response: ApprovalPage,
  access: permission('digilist.approval.read'),
  module: 'digilist.approvals',
});

export const getApproval = operation({
  id: 'getApproval',
  subject: 'approval.get.v1',
  summary: 'One application and why it needs a decision',
  http: { method: 'GET', path: '/approvals/{id}' },
  request: ApprovalId,
  response: Approval,
  access: permission('digilist.approval.read'),
  module: 'digilist.approvals',
  errors: [NOT_FOUND],
  version: 'answers',
});

const DECIDING_ERRORS = [NOT_FOUND, INVALID_STATE, DECISION_BY_APPLICANT, DECISION_NEEDS_ADMINISTRATOR, STALE_VERSION];

export const approveBooking = operation({
  id: 'approveBooking',
  subject: 'approval.approve.v1',
  summary: 'Approve an application; If-Match makes one of two handlers win',
  http: { method: 'POST', path: '/approvals/{id}/approve' },
  request: ApproveBooking,
  response: Approval,
  access: permission('digilist.approval.decide'),
  module: 'digilist.approvals',
  errors: [...DECIDING_ERRORS, BOOKING_STARTED],
  idempotent: true,
  version: 'answers',
});

export const rejectBooking = operation({
  id: 'rejectBooking',
  subject: 'approval.reject.v1',
  summary: 'Reject an application with a reason; its time is free again',
  http: { method: 'POST', path: '/approvals/{id}/reject' },
  request: RejectBooking,
  response: Approval,
  access: permission('digilist.approval.decide'),
  module: 'digilist.approvals',
  errors: DECIDING_ERRORS,
  idempotent: true,
  version: 'answers',
});

export const listApprovalWorkflows = operation({
  id: 'listApprovalWorkflows',
  subject: 'approval-workflow.list.v1',
  summary: 'Which bookings need a decision, and whose',
  http: { method: 'GET', path: '/approval-workflows' },
  request: Nothing,
  response: ApprovalWorkflows,
  access: permission('digilist.approval-workflow.read'),
  module: 'digilist.approvals',
});

export const createApprovalWorkflow = operation({
  id: 'createApprovalWorkflow',
  subject: 'approval-workflow.create.v1',
  summary: 'Write a workflow for an organization or for one listing',
  http: { method: 'POST', path: '/approval-workflows', status: 201 },
  request: CreateApprovalWorkflow,
  response: ApprovalWorkflow,
  access: permission('digilist.approval-workflow.create'),
  module: 'digilist.approvals',
  errors: [NOT_FOUND, ORGANIZATION_UNKNOWN, WORKFLOW_INVALID],
  idempotent: true,
  version: 'answers',
});

export const approvalOperations = [
  listApprovals,
  getApproval,
  approveBooking,
  rejectBooking,
  listApprovalWorkflows,
  createApprovalWorkflow,
] as const;
