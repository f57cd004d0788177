import type {
  ApprovalDeciders,
  ApprovalExamination,
  ApprovalLevel,
  ApprovalReason,
  ApprovalStage,
  Weekday,
} from '@digilist/contracts';
import { stagesOf } from './stages.js';
import { isOutside, minutesOutside } from './wall-clock.js';

/** When a step applies, as data. Every condition names its own limit. */
export type Condition =
  | { kind: 'always' }
  | { kind: 'recurring' }
  /** Øre, VAT included. */
  | { kind: 'amount_above'; amount: number }
  | { kind: 'attendees_above'; attendees: number }
  | { kind: 'actor_group'; groups: readonly string[] }
  /** Any part of the booking lies outside `opens`–`closes`, wall-clock time where the listing is. */
  | { kind: 'outside_hours'; opens: string; closes: string }
  /** It was asked for outside `opens`–`closes`, or on another day than these, by the clock where the listing is. */
  | { kind: 'submitted_outside_hours'; opens: string; closes: string; weekdays?: readonly Weekday[] }
  | { kind: 'listing_type'; types: readonly string[] }
  | { kind: 'duration_above'; minutes: number };

/** One step of a workflow: when it applies, who decides, and within how many working days. */
export interface Step {
  key: string;
  when: Condition;
  level: ApprovalLevel;
  workingDays: number;
  /** Steps of one stage are one decision; the stages are decided in their order. */
  stage?: number;
  deciders?: ApprovalDeciders;
  fourEyes?: boolean;
  escalateTo?: readonly string[];
}

/** A workflow as a tenant wrote it. */
export interface Workflow {
  id: string;
  /** Written for this listing alone. */
  listingId: string | null;
  /** The organization it was written for, and those below. */
  orgIds: readonly string[];
  /** How far down that organization is. */
  depth: number;
  steps: readonly Step[];
  /** Nobody decides two stages of one booking. */
  distinctDeciders: boolean;
}

export interface WorkflowPlace {
  id: string;
  orgId: string;
  approvalWorkflowId: string | null;
}

/** The one that holds: named by the listing, else written for it, else for the nearest organization above it. */
export function nearest(workflows: readonly Workflow[], listing: WorkflowPlace): Workflow | null {
  const named = workflows.find(({ id }) => id === listing.approvalWorkflowId);
  const own = workflows.find(({ listingId }) => listingId === listing.id);
  if (named ?? own) return named ?? own ?? null;
  const above = workflows.filter(({ listingId, orgIds }) => listingId === null && orgIds.includes(listing.orgId));
  return above.sort((a, b) => b.depth - a.depth)[0] ?? null;
}

/** What a workflow looks at. */
export interface Applicant {
  total: number;
  attendees: number | null;
  pricingGroup: string;
  listingType: string;
  startsAt: Date;
  endsAt: Date;
  timezone: string;
  recurring: boolean;
  submittedAt: Date;
}

export interface Assessment {
  required: boolean;
  reasons: ApprovalReason[];
  /** Keys of all steps, met or not: why nobody has to decide is that none of them was. */
  steps: string[];
  /** Every step with what was compared, so that two bookings can be held against each other. */
  examined: ApprovalExamination[];
  /** The decisions that follow, in their order. */
  stages: ApprovalStage[];
}

/** Used where a tenant has written no workflow of its own. */
export const DEFAULT_STEPS: readonly Step[] = [
  { key: 'event', when: { kind: 'listing_type', types: ['EVENT'] }, level: 'administrator', workingDays: 5 },
  { key: 'high-amount', when: { kind: 'amount_above', amount: 500_000 }, level: 'manager', workingDays: 3 },
  { key: 'large-group', when: { kind: 'attendees_above', attendees: 100 }, level: 'manager', workingDays: 3 },
  { key: 'recurring', when: { kind: 'recurring' }, level: 'manager', workingDays: 3 },
  { key: 'business', when: { kind: 'actor_group', groups: ['business'] }, level: 'manager', workingDays: 3 },
  {
    key: 'after-hours',
    when: { kind: 'outside_hours', opens: '06:00', closes: '22:00' },
    level: 'manager',
    workingDays: 3,
  },
];

/** Which steps apply and why. None: nobody has to decide. */
export function assess(steps: readonly Step[], applicant: Applicant): Assessment {
  const compared = steps.map((step) => ({ step, ...compare(step.when, applicant) }));
  const met = compared.filter((one) => one.met);
  return {
    required: met.length > 0,
    reasons: met.map(({ step, facts }) => ({ step: step.key, condition: step.when.kind, level: step.level, facts })),
    steps: steps.map(({ key }) => key),
    examined: compared.map(({ step, met, facts }) => ({ step: step.key, condition: step.when.kind, met, facts })),
    stages: stagesOf(met.map(({ step }) => step)),
  };
}

/** Whether a condition is met, and what was compared. */
function compare(when: Condition, applicant: Applicant): { met: boolean; facts: Record<string, unknown> } {
  switch (when.kind) {
    case 'always':
      return { met: true, facts: {} };
    case 'recurring':
      return { met: applicant.recurring, facts: {} };
    case 'amount_above':
      return above(when.amount, applicant.total);
    case 'attendees_above':
      return above(when.attendees, applicant.attendees);
    case 'duration_above':
      return above(when.minutes, Math.round((applicant.endsAt.getTime() - applicant.startsAt.getTime()) / 60_000));
    case 'actor_group':
      return { met: when.groups.includes(applicant.pricingGroup), facts: { group: applicant.pricingGroup } };
    case 'listing_type':
      return { met: when.types.includes(applicant.listingType), facts: { listingType: applicant.listingType } };
    case 'outside_hours': {
      const minutes = minutesOutside(applicant, when);
      return { met: minutes > 0, facts: { opens: when.opens, closes: when.closes, minutesOutside: minutes } };
    }
    case 'submitted_outside_hours': {
      const { opens, closes, weekdays } = when;
      const submittedAt = applicant.submittedAt.toISOString();
      return {
        met: isOutside(applicant.submittedAt, applicant.timezone, when),
        facts: { opens, closes, ...(weekdays && { weekdays }), submittedAt },
      };
    }
  }
}

/** What is not known is above nothing. */
const above = (limit: number, actual: number | null) => ({
  met: actual !== null && actual > limit,
  facts: { limit, actual },
});

export type Priority = 'low' | 'normal' | 'high';

/** The closer the booking, the more urgent the decision. */
export function priorityOf(startsAt: Date, dueAt: Date): Priority {
  const days = (startsAt.getTime() - dueAt.getTime()) / 86_400_000;
  if (days < 2) return 'high';
  return days > 30 ? 'low' : 'normal';
}
