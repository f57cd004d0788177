import { type Day, type Minute, ruleInstant, wallTime, weekdayOf } from '../../listings/index.js';
import { isPublicHoliday } from './holidays.js';
import type { IsHoliday } from './opening-hours.js';

/** When those who prepare and decide go home. */
const WORKING_DAY_ENDS = 16 * 60;

const isWorkingDay = (day: Day, isHoliday: IsHoliday): boolean => weekdayOf(day) < 6 && !isHoliday(day);

/** The end of the working day that many after today, where the zone is: Saturdays, Sundays and holidays don't count. */
export function endOfWorkingDay(
  zone: string,
  now: Minute,
  workingDays: number,
  isHoliday: IsHoliday = isPublicHoliday,
): Minute {
  let { day } = wallTime(zone, now);
  for (let left = workingDays; left > 0; ) {
    day += 1;
    if (isWorkingDay(day, isHoliday)) left -= 1;
  }
  return ruleInstant(zone, day, WORKING_DAY_ENDS, 'last');
}
