import type { RuleViolationCode } from '@digilist/contracts';
import { covers, isPublicHoliday, openingSpans } from '../../calendar/index.js';
import { isoOf, type ListingReference, MINUTES_A_DAY, type Minute, wallTime } from '../../listings/index.js';

export interface RuleViolation {
  readonly code: RuleViolationCode;
  /** The field of the request it is about. */
  readonly path: 'startsAt' | 'endsAt';
  /** What the rule says, for the text shown to people. */
  readonly values: Readonly<Record<string, number | string>>;
}

/** Every rule that a booking would break, all at once. */
export function checkRules(
  listing: Pick<ListingReference, 'bookingRules' | 'opening' | 'timezone'>,
  startsAt: Minute,
  endsAt: Minute,
  now: Minute,
): RuleViolation[] {
  const { stepMinutes, minDurationMinutes, maxDurationMinutes, leadMinutes, horizonDays } = listing.bookingRules;
  const violations: RuleViolation[] = [];
  const violated = (code: RuleViolationCode, path: RuleViolation['path'], values: RuleViolation['values'] = {}) =>
    violations.push({ code, path, values });

  const open = openingSpans(listing.opening, listing.timezone, isPublicHoliday, startsAt, endsAt);
  if (!covers(open, startsAt, endsAt)) violated('OUTSIDE_OPENING_HOURS', 'startsAt');
  if (wallTime(listing.timezone, startsAt).minute % stepMinutes !== 0) violated('STEP', 'startsAt', { stepMinutes });
  if (wallTime(listing.timezone, endsAt).minute % stepMinutes !== 0) violated('STEP', 'endsAt', { stepMinutes });
  if (endsAt - startsAt < minDurationMinutes) violated('TOO_SHORT', 'endsAt', { minDurationMinutes });
  if (endsAt - startsAt > maxDurationMinutes) violated('TOO_LONG', 'endsAt', { maxDurationMinutes });
  const earliest = now + leadMinutes;
  if (startsAt < earliest) violated('TOO_SOON', 'startsAt', { earliest: isoOf(earliest) });
  const latest = now + horizonDays * MINUTES_A_DAY;
  if (endsAt > latest) violated('TOO_FAR', 'endsAt', { latest: isoOf(latest) });
  return violations;
}
