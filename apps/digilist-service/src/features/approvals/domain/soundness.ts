import type { ApprovalConditionKind, ApprovalStep } from '@digilist/contracts';
import type { FieldError } from '@kit/contracts';
import { numberOf } from './stages.js';

const PARAMETERS: Readonly<Record<ApprovalConditionKind, (when: Record<string, unknown>) => boolean>> = {
  always: () => true,
  recurring: () => true,
  amount_above: ({ amount }) => isWhole(amount),
  attendees_above: ({ attendees }) => isWhole(attendees),
  actor_group: ({ groups }) => isTexts(groups),
  outside_hours: (when) => areHours(when),
  submitted_outside_hours: (when) => areHours(when) && (when.weekdays === undefined || isTexts(when.weekdays)),
  listing_type: ({ types }) => isTexts(types),
  duration_above: ({ minutes }) => isWhole(minutes),
};

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
const isTime = (value: unknown): value is string =>
  typeof value === 'string' && /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(value);
const areHours = ({ opens, closes }: Record<string, unknown>): boolean =>
  isTime(opens) && isTime(closes) && opens < closes;

/** Does this condition, as a tenant wrote it, name what it needs? */
export const isCondition = (when: Record<string, unknown>): boolean =>
  Object.hasOwn(PARAMETERS, when.kind as string) && PARAMETERS[when.kind as ApprovalConditionKind](when);

/** Who can decide where a workflow holds. */
export interface Known {
  readonly userIds: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
}

/** Everybody and every role that steps name. */
export const namedIn = (steps: readonly ApprovalStep[]) => ({
  userIds: [
    ...new Set(steps.flatMap(({ deciders, escalateTo = [] }) => [...(deciders?.userIds ?? []), ...escalateTo])),
  ],
  roles: [...new Set(steps.flatMap(({ deciders }) => deciders?.role ?? []))],
});

/** Everything that is wrong with the steps of a workflow, all at once. */
export function problemsOf(steps: readonly ApprovalStep[], known: Known): FieldError[] {
  return steps.flatMap((step, at) => {
    const errors: FieldError[] = [];
    const wrong = (field: string, code: string, message: string): void => {
      errors.push({ path: `steps.${at}.${field}`, code, message });
    };
    if (!isCondition({ ...step.when })) wrong('when', 'CONDITION', `${step.when.kind} lacks what it compares with`);
    if (steps.findIndex(({ key }) => key === step.key) !== at)
      wrong('key', 'UNIQUE', 'the keys of the steps must differ');
    for (const userId of step.deciders?.userIds ?? [])
      if (!known.userIds.has(userId)) wrong('deciders.userIds', 'CANNOT_DECIDE', `${userId} may not decide there`);
    for (const userId of step.escalateTo ?? [])
      if (!known.userIds.has(userId)) wrong('escalateTo', 'CANNOT_DECIDE', `${userId} may not decide there`);
    const { deciders } = step;
    if (deciders && deciders.role === undefined && (deciders.userIds ?? []).length === 0)
      wrong('deciders', 'EMPTY', 'name people or a role, or leave deciders out');
    if (deciders?.role !== undefined && !known.roles.has(deciders.role))
      wrong('deciders.role', 'CANNOT_DECIDE', `no role "${deciders.role}" may decide`);
    if (step.fourEyes && deciders?.role === undefined && new Set(deciders?.userIds).size === 1)
      wrong('fourEyes', 'ONE_PERSON', 'two people have to approve, but only one may');
    const first = steps.find((other) => numberOf(other) === numberOf(step));
    if (first && whoOf(first) !== whoOf(step))
      wrong(
        'deciders',
        'STAGE',
        `stage ${numberOf(step)} has other deciders already: give this step a stage of its own`,
      );
    return errors;
  });
}

const whoOf = ({ deciders }: ApprovalStep): string =>
  JSON.stringify([deciders?.role ?? null, [...(deciders?.userIds ?? [])].sort()]);
