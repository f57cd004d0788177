import { type ListingReference, localDay, type Minute, wallTime } from '../../listings/index.js';
import { endOfWorkingDay } from './working-days.js';

/** What may be booked now: from the end of the notice until the end of the last local day within the horizon. */
export function bookingWindow(
  { bookingRules, timezone }: Pick<ListingReference, 'bookingRules' | 'timezone'>,
  now: Minute,
): { earliest: Minute; latest: Minute } {
  const { leadMinutes, leadWorkingDays, horizonDays } = bookingRules;
  const notice = leadWorkingDays > 0 ? endOfWorkingDay(timezone, now, leadWorkingDays) : now;
  const { starts, length } = localDay(timezone, wallTime(timezone, now).day + horizonDays);
  return { earliest: Math.max(now + leadMinutes, notice), latest: starts + length };
}
