import { Json, OneOf, Text } from '@kit/contracts';

/** What can make a booking need a decision. */
export const APPROVAL_CONDITIONS = [
  'always',
  'amount_above',
  'attendees_above',
  'actor_group',
  'outside_hours',
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
