import type { ApprovalConditionKind, ApprovalLevel, ApprovalReason } from '@digilist/contracts';
import { minutesOutside } from './wall-clock.js';

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
  | { kind: 'listing_type'; types: readonly string[] }
  | { kind: 'duration_above'; minutes: number };

/** One step of a workflow: when it applies, who decides, and within how many working days. */
export interface Step {
  key: string;
  when: Condition;
  level: ApprovalLevel;
  workingDays: number;
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
}

export interface Assessment {
  required: boolean;
  /** The highest of the steps that apply. */
  level: ApprovalLevel;
  /** The shortest of the steps that apply. */
  workingDays: number;
  reasons: ApprovalReason[];
  /** Keys of all steps, met or not: why nobody has to decide is that none of them was. */
  steps: string[];
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
  const met = steps.flatMap((step) => {
    const facts = factsOf(step.when, applicant);
    return facts ? [{ step, facts }] : [];
  });
  return {
    required: met.length > 0,
    level: met.some(({ step }) => step.level === 'administrator') ? 'administrator' : 'manager',
    workingDays: Math.min(...met.map(({ step }) => step.workingDays), MAX_WORKING_DAYS),
    reasons: met.map(({ step, facts }) => ({ step: step.key, condition: step.when.kind, level: step.level, facts })),
    steps: steps.map(({ key }) => key),
  };
}

const MAX_WORKING_DAYS = 30;

/** What was compared, when the condition is met; null when it is not. */
function factsOf(when: Condition, applicant: Applicant): Record<string, unknown> | null {
  switch (when.kind) {
    case 'always':
      return {};
    case 'recurring':
      return applicant.recurring ? {} : null;
    case 'amount_above':
      return applicant.total > when.amount ? { limit: when.amount, actual: applicant.total } : null;
    case 'attendees_above': {
      const { attendees } = applicant;
      return attendees !== null && attendees > when.attendees ? { limit: when.attendees, actual: attendees } : null;
    }
    case 'actor_group':
      return when.groups.includes(applicant.pricingGroup) ? { group: applicant.pricingGroup } : null;
    case 'outside_hours': {
      const minutes = minutesOutside(applicant, when);
      return minutes > 0 ? { opens: when.opens, closes: when.closes, minutesOutside: minutes } : null;
    }
    case 'listing_type':
      return when.types.includes(applicant.listingType) ? { listingType: applicant.listingType } : null;
    case 'duration_above': {
      const minutes = Math.round((applicant.endsAt.getTime() - applicant.startsAt.getTime()) / 60_000);
      return minutes > when.minutes ? { limit: when.minutes, actual: minutes } : null;
    }
  }
}

const PARAMETERS: Readonly<Record<ApprovalConditionKind, (when: Record<string, unknown>) => boolean>> = {
  always: () => true,
  recurring: () => true,
  amount_above: ({ amount }) => isWhole(amount),
  attendees_above: ({ attendees }) => isWhole(attendees),
  actor_group: ({ groups }) => isTexts(groups),
  outside_hours: ({ opens, closes }) => isTime(opens) && isTime(closes) && opens < closes,
  listing_type: ({ types }) => isTexts(types),
  duration_above: ({ minutes }) => isWhole(minutes),
};

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
const isTime = (value: unknown): value is string =>
  typeof value === 'string' && /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(value);

/** Does this condition, as a tenant wrote it, name what it needs? */
export const isCondition = (when: Record<string, unknown>): boolean =>
  Object.hasOwn(PARAMETERS, when.kind as string) && PARAMETERS[when.kind as ApprovalConditionKind](when);

export type Priority = 'low' | 'normal' | 'high';

/** The closer the booking, the more urgent the decision. */
export function priorityOf(startsAt: Date, dueAt: Date): Priority {
  const days = (startsAt.getTime() - dueAt.getTime()) / 86_400_000;
  if (days < 2) return 'high';
  return days > 30 ? 'low' : 'normal';
}
