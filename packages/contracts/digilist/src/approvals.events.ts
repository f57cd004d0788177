import { holders, Id, OneOf, Whole } from '@kit/contracts';
import { APPROVAL_LEVELS, type ApprovalLevel } from './approval-reasons.js';
import { APPROVAL_STATUSES, type ApprovalStatus } from './approvals.js';
import { toldOfBooking } from './calendar.events.js';
import { event } from './context.js';

/** What every fact about an approval tells. How a case ends is told of the booking. */
export class ApprovalFact {
  @Id()
  approvalId: string;

  @Id()
  bookingId: string;

  @OneOf(APPROVAL_STATUSES, { description: 'Status after the fact', example: 'open' })
  status: ApprovalStatus;

  @Whole({ min: 1, description: 'Which of the stages it is' })
  stage: number;

  @OneOf(APPROVAL_LEVELS, { example: 'manager' })
  level: ApprovalLevel;

  @Id({ description: 'Organization that owns the listing' })
  orgId: string;

  @Id({ description: 'Who applies' })
  userId: string;

  @Id({ nullable: true })
  onBehalfOfOrgId: string | null;

  @Id({ nullable: true })
  assignedTo: string | null;
}

const aggregate = 'approval';
const data = ApprovalFact;
const toldToDeciders = { audience: ({ orgId }: ApprovalFact) => holders('digilist.approval.read', { orgs: [orgId] }) };

export const approvalOpened = event({
  aggregate,
  fact: 'opened',
  summary: 'A stage was approved and the next one waits for its decision',
  data,
  ...toldToDeciders,
});
export const approvalEndorsed = event({
  aggregate,
  fact: 'endorsed',
  summary: 'The first of two people approved',
  data,
  ...toldToDeciders,
});
export const approvalAssigned = event({
  aggregate,
  fact: 'assigned',
  summary: 'An application was given to somebody, or to nobody',
  data,
  ...toldToDeciders,
});
export const approvalPrioritized = event({
  aggregate,
  fact: 'prioritized',
  summary: 'Somebody said how urgent an application is',
  data,
  ...toldToDeciders,
});
export const approvalEscalated = event({
  aggregate,
  fact: 'escalated',
  summary: 'An application was not decided in time and was given to others',
  data,
  ...toldToDeciders,
});
export const approvalQuestioned = event({
  aggregate,
  fact: 'questioned',
  summary: 'The applicant was asked; the time to decide stands still',
  data,
  ...toldOfBooking,
});
export const approvalClarified = event({
  aggregate,
  fact: 'clarified',
  summary: 'The applicant has answered',
  data,
  ...toldOfBooking,
});
export const approvalAppealed = event({
  aggregate,
  fact: 'appealed',
  summary: 'The applicant has appealed against a rejection',
  data,
  ...toldOfBooking,
});
export const approvalDismissed = event({
  aggregate,
  fact: 'dismissed',
  summary: 'An appeal was dismissed; the rejection stands',
  data,
  ...toldOfBooking,
});

export const approvalEvents = [
  approvalOpened,
  approvalEndorsed,
  approvalAssigned,
  approvalPrioritized,
  approvalEscalated,
  approvalQuestioned,
  approvalClarified,
  approvalAppealed,
  approvalDismissed,
] as const;
