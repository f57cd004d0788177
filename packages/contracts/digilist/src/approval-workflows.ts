import {
  Flag,
  Id,
  Ids,
  Instant,
  ListOf,
  ListOfOneOf,
  LocalTime,
  Nested,
  NOT_FOUND,
  Nothing,
  OneOf,
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
  ApprovalDeciders,
  type ApprovalLevel,
} from './approval-reasons.js';
import { WORKFLOW_INVALID } from './approvals.errors.js';
import { operation } from './context.js';
import { LISTING_TYPES } from './listing-types.js';
import { ORGANIZATION_UNKNOWN } from './listings.errors.js';
import { LocalizedName } from './listings.text.js';
import { WEEKDAYS } from './rules.js';

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

  @LocalTime({
    optional: true,
    description: 'outside_hours (of the booking), submitted_outside_hours (of its submission): begin of the hours',
    example: '06:00',
  })
  opens?: string;

  @LocalTime({ optional: true, description: 'The same: end of the hours', example: '22:00' })
  closes?: string;

  @ListOfOneOf(WEEKDAYS, {
    optional: true,
    description: 'submitted_outside_hours: days on which the hours hold; every day unless told',
    example: ['MO', 'TU', 'WE', 'TH', 'FR'],
  })
  weekdays?: string[];
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

  @Whole({
    min: 1,
    max: 20,
    optional: true,
    description: 'Steps of one stage that apply are one decision; stages are decided in their order. 1 unless told',
    example: 1,
  })
  stage?: number;

  @Nested(() => ApprovalDeciders, {
    optional: true,
    description: 'Of those who may decide, only these; the same for all steps of a stage',
  })
  deciders?: ApprovalDeciders;

  @Flag({ optional: true, description: 'Two people have to approve this stage' })
  fourEyes?: boolean;

  @Ids({ max: 20, optional: true, description: 'Who gets it when it is past due; the administrators unless told' })
  escalateTo?: string[];
}

/** What of a workflow can be written. */
export class ApprovalWorkflowTerms {
  @Nested(() => LocalizedName)
  name: LocalizedName;

  @ListOf(() => ApprovalStep, { min: 1, max: 50 })
  steps: ApprovalStep[];

  @Flag({ optional: true, description: 'Nobody decides two stages of one booking' })
  distinctDeciders?: boolean;
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

  @Flag({ description: 'Nobody decides two stages of one booking' })
  distinctDeciders: boolean;

  @Whole({ min: 1 })
  version: number;
}

export class ApprovalWorkflows {
  @ListOf(() => ApprovalWorkflow)
  data: ApprovalWorkflow[];
}

export class ApprovalWorkflowId {
  @Id()
  id: string;
}

export class CreateApprovalWorkflow extends ApprovalWorkflowTerms {
  @Id()
  orgId: string;

  @Id({ optional: true, description: 'Only for this listing' })
  listingId?: string;
}

export class UpdateApprovalWorkflow extends ApprovalWorkflowTerms {
  @Id()
  id: string;
}

export class TryApprovalWorkflow extends ApprovalWorkflowTerms {
  @Id()
  orgId: string;

  @Id({ optional: true, description: 'Only bookings of this listing' })
  listingId?: string;

  @Whole({ min: 1, max: 365, optional: true, description: 'Bookings made in this many days until now; 30 unless told' })
  days?: number;
}

export class TriedBooking {
  @Id()
  bookingId: string;

  @Instant()
  startsAt: string;

  @Flag({ description: 'Somebody had to decide when it was made' })
  required: boolean;

  @Flag({ description: 'Somebody would have had to' })
  wouldBeRequired: boolean;

  @Texts({ max: 50, length: 60, description: 'Steps that would have applied' })
  steps: string[];
}

export class TriedStep {
  @Text({ max: 60 })
  key: string;

  @Whole({ min: 0, description: 'To how many of the bookings it would have applied' })
  bookings: number;
}

/** What a workflow would have said. Nothing was changed. */
export class ApprovalWorkflowTrial {
  @Whole({ min: 0, description: 'Bookings that were looked at, at most the last 2 000' })
  bookings: number;

  @Whole({ min: 0, description: 'For how many somebody had to decide' })
  required: number;

  @Whole({ min: 0, description: 'For how many somebody would have had to' })
  wouldBeRequired: number;

  @ListOf(() => TriedStep)
  steps: TriedStep[];

  @ListOf(() => TriedBooking, { max: 50, description: 'The last of those where it would have been otherwise' })
  changed: TriedBooking[];
}

const MODULE = 'digilist.approvals';

export const listApprovalWorkflows = operation({
  id: 'listApprovalWorkflows',
  subject: 'approval-workflow.list.v1',
  summary: 'Which bookings need a decision, and whose',
  http: { method: 'GET', path: '/approval-workflows' },
  request: Nothing,
  response: ApprovalWorkflows,
  access: permission('digilist.approval-workflow.read'),
  module: MODULE,
});

export const getApprovalWorkflow = operation({
  id: 'getApprovalWorkflow',
  subject: 'approval-workflow.get.v1',
  summary: 'One workflow',
  http: { method: 'GET', path: '/approval-workflows/{id}' },
  request: ApprovalWorkflowId,
  response: ApprovalWorkflow,
  access: permission('digilist.approval-workflow.read'),
  module: MODULE,
  errors: [NOT_FOUND],
  version: 'answers',
});

export const createApprovalWorkflow = operation({
  id: 'createApprovalWorkflow',
  subject: 'approval-workflow.create.v1',
  summary: 'Write a workflow for an organization or for one listing',
  http: { method: 'POST', path: '/approval-workflows', status: 201 },
  request: CreateApprovalWorkflow,
  response: ApprovalWorkflow,
  access: permission('digilist.approval-workflow.create'),
  module: MODULE,
  errors: [NOT_FOUND, ORGANIZATION_UNKNOWN, WORKFLOW_INVALID],
  idempotent: true,
  version: 'answers',
});

export const updateApprovalWorkflow = operation({
  id: 'updateApprovalWorkflow',
  subject: 'approval-workflow.update.v1',
  summary: 'Write a workflow anew; what waits for a decision already keeps to the old one',
  http: { method: 'PUT', path: '/approval-workflows/{id}' },
  request: UpdateApprovalWorkflow,
  response: ApprovalWorkflow,
  access: permission('digilist.approval-workflow.update'),
  module: MODULE,
  errors: [NOT_FOUND, WORKFLOW_INVALID],
  version: 'required',
});

export const retireApprovalWorkflow = operation({
  id: 'retireApprovalWorkflow',
  subject: 'approval-workflow.retire.v1',
  summary: 'Retire a workflow; the next one above it, or the default one, holds instead',
  http: { method: 'DELETE', path: '/approval-workflows/{id}', status: 204 },
  request: ApprovalWorkflowId,
  response: null,
  access: permission('digilist.approval-workflow.update'),
  module: MODULE,
  errors: [NOT_FOUND, STALE_VERSION],
});

export const tryApprovalWorkflow = operation({
  id: 'tryApprovalWorkflow',
  subject: 'approval-workflow.try.v1',
  summary: 'What a workflow would have said about the bookings of the last days; changes nothing',
  http: { method: 'POST', path: '/approval-workflows/trial' },
  request: TryApprovalWorkflow,
  response: ApprovalWorkflowTrial,
  access: permission('digilist.approval-workflow.create'),
  module: MODULE,
  errors: [NOT_FOUND, WORKFLOW_INVALID],
  readOnly: true,
});

export const approvalWorkflowOperations = [
  listApprovalWorkflows,
  getApprovalWorkflow,
  createApprovalWorkflow,
  updateApprovalWorkflow,
  retireApprovalWorkflow,
  tryApprovalWorkflow,
] as const;
