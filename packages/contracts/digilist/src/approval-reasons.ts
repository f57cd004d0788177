import { Flag, Id, Ids, Json, ListOf, Nested, OneOf, Text, Texts, Whole } from '@kit/contracts';

/** What can make a booking need a decision. */
export const APPROVAL_CONDITIONS = [
  'always',
  'amount_above',
  'attendees_above',
  'actor_group',
  'outside_hours',
  'submitted_outside_hours',
  'listing_type',
  'duration_above',
  'recurring',
] as const;
export type ApprovalConditionKind = (typeof APPROVAL_CONDITIONS)[number];

/** Who decides: anybody who may decide for the listing's organization, or only those who may in the whole tenant. */
export const APPROVAL_LEVELS = ['manager', 'administrator'] as const;
export type ApprovalLevel = (typeof APPROVAL_LEVELS)[number];

/** One condition that was met, with what was compared. */
export class ApprovalReason {
  @Text({ max: 60, description: 'Key of the step in the workflow', example: 'high-amount' })
  step: string;

  @OneOf(APPROVAL_CONDITIONS, { example: 'amount_above' })
  condition: ApprovalConditionKind;

  @OneOf(APPROVAL_LEVELS, { example: 'manager' })
  level: ApprovalLevel;

  @Json({ description: 'The limit and the value that met it', example: { limit: 500000, actual: 620000 } })
  facts: Record<string, unknown>;
}

/** One condition that was looked at, met or not, with what was compared. */
export class ApprovalExamination {
  @Text({ max: 60, description: 'Key of the step in the workflow', example: 'high-amount' })
  step: string;

  @OneOf(APPROVAL_CONDITIONS, { example: 'amount_above' })
  condition: ApprovalConditionKind;

  @Flag({ description: 'The step applies' })
  met: boolean;

  @Json({ description: 'The limit and the value it was compared with', example: { limit: 500000, actual: 120000 } })
  facts: Record<string, unknown>;
}

/** Who decides besides holding the permission to. Both given: either. */
export class ApprovalDeciders {
  @Ids({ max: 50, optional: true, description: 'Only these people' })
  userIds?: string[];

  @Text({
    min: 1,
    max: 100,
    optional: true,
    description: 'Only who holds this role (its key)',
    example: 'case_handler',
  })
  role?: string;
}

/** Steps that apply together are one decision; the stages of a booking are decided one after the other. */
export class ApprovalStage {
  @OneOf(APPROVAL_LEVELS, { description: 'The highest of its steps', example: 'manager' })
  level: ApprovalLevel;

  @Whole({ min: 0, max: 30, description: 'The shortest of its steps', example: 3 })
  workingDays: number;

  @Flag({ description: 'Two people have to approve' })
  fourEyes: boolean;

  @Nested(() => ApprovalDeciders, { nullable: true, description: 'null: everybody who may decide' })
  deciders: ApprovalDeciders | null;

  @Ids({ max: 50, description: 'Who gets it when it is not decided in time; empty: the administrators' })
  escalateTo: string[];

  @Texts({ max: 50, length: 60, description: 'Keys of its steps', example: ['high-amount'] })
  steps: string[];
}

/** Whether somebody has to decide, and why; recorded either way. */
export class BookingApproval {
  @Flag()
  required: boolean;

  @ListOf(() => ApprovalReason, { description: 'Conditions that were met; none when it was approved by itself' })
  reasons: ApprovalReason[];

  @Texts({
    max: 50,
    length: 60,
    description: 'Keys of all steps that were looked at',
    example: ['event', 'high-amount'],
  })
  steps: string[];

  @Id({ optional: true, nullable: true, description: 'The workflow; null: the default one. Only for who decides' })
  workflowId?: string | null;

  @ListOf(() => ApprovalExamination, {
    optional: true,
    description: 'Every step with what was compared, met or not. Only for who decides',
  })
  examined?: ApprovalExamination[];

  @ListOf(() => ApprovalStage, { optional: true, description: 'Who decides, in this order. Only for who decides' })
  stages?: ApprovalStage[];

  @Flag({ optional: true, description: 'Nobody decides two stages of it. Only for who decides' })
  distinctDeciders?: boolean;
}
