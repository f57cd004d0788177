import {
  BOOKING_RULE_FIELDS,
  type BookingRuleFields,
  type BookingRuleOverrides,
  DEFAULT_BOOKING_RULES,
  type RuleOrigin,
} from '@digilist/contracts';
import type { FieldError } from '@kit/contracts';

/** What holds in the end. */
export const effective = (own: BookingRuleOverrides, template: BookingRuleOverrides = {}): BookingRuleFields => ({
  ...DEFAULT_BOOKING_RULES,
  ...template,
  ...own,
});

/** Where each value comes from. */
export const originsOf = (own: BookingRuleOverrides, template: BookingRuleOverrides): RuleOrigin[] =>
  BOOKING_RULE_FIELDS.map((field) => ({
    field,
    from: own[field] !== undefined ? 'listing' : template[field] !== undefined ? 'template' : 'default',
  }));

const MINUTES_A_DAY = 1440;

/** Why nobody could ever book under these rules; nothing when they can be kept. */
export function bookingRuleProblems(rules: BookingRuleFields): FieldError[] {
  const { stepMinutes, minDurationMinutes, maxDurationMinutes, leadMinutes, leadWorkingDays, horizonDays } = rules;
  const { minAge, maxAge, bookers, organizationKinds } = rules;
  const problems: FieldError[] = [];
  const problem = (path: string, code: string, message: string) => problems.push({ path, code, message });
  if (maxDurationMinutes < minDurationMinutes)
    problem(
      'maxDurationMinutes',
      'LESS_THAN_MIN',
      `maxDurationMinutes must be at least ${minDurationMinutes}, the shortest.`,
    );
  else if (maxDurationMinutes < stepMinutes)
    problem('maxDurationMinutes', 'LESS_THAN_STEP', `maxDurationMinutes must be at least one step of ${stepMinutes}.`);
  if (leadMinutes >= (horizonDays + 1) * MINUTES_A_DAY)
    problem(
      'leadMinutes',
      'BEYOND_HORIZON',
      'The notice is longer than the horizon: shorten it, or raise horizonDays.',
    );
  if (leadWorkingDays > horizonDays)
    problem(
      'leadWorkingDays',
      'BEYOND_HORIZON',
      'The notice is longer than the horizon: shorten it, or raise horizonDays.',
    );
  if (maxAge < minAge) problem('maxAge', 'LESS_THAN_MIN', `maxAge must be at least ${minAge}, the lowest age.`);
  if (bookers === 'persons' && organizationKinds.length > 0)
    problem(
      'organizationKinds',
      'ONLY_FOR_PERSONS',
      'Nobody can book for an organization: empty it, or change bookers.',
    );
  return problems;
}
