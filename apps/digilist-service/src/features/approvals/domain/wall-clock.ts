import { endOfWorkingDay } from '../../calendar/index.js';
import {
  dateOf,
  dateText,
  minuteCeil,
  minuteFloor,
  ruleInstant,
  wallMinuteOf,
  wallTime,
} from '../../listings/index.js';

/** Minutes of the stay that lie outside `opens`–`closes` of the days it touches, by the clock on the wall. */
export function minutesOutside(
  stay: { startsAt: Date; endsAt: Date; timezone: string },
  hours: { opens: string; closes: string },
): number {
  const { timezone } = stay;
  const [start, end] = [minuteFloor(stay.startsAt), minuteCeil(stay.endsAt)];
  const last = wallTime(timezone, end).day;
  let inside = 0;
  for (let day = wallTime(timezone, start).day; day <= last; day++) {
    const opens = ruleInstant(timezone, day, wallMinuteOf(hours.opens), 'first');
    const closes = ruleInstant(timezone, day, wallMinuteOf(hours.closes), 'last');
    inside += Math.max(0, Math.min(end, closes) - Math.max(start, opens));
  }
  return end - start - inside;
}

/** The end of the working day that lies `workingDays` after now: Saturdays, Sundays and holidays don't count. */
export const dueAfter = (
  now: Date,
  workingDays: number,
  timeZone: string,
  isHoliday: (date: string) => boolean,
): Date => dateOf(endOfWorkingDay(timeZone, minuteFloor(now), workingDays, (day) => isHoliday(dateText(day))));
