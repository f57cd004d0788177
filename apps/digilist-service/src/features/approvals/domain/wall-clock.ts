import { WEEKDAYS, type Weekday } from '@digilist/contracts';
import { endOfWorkingDay, isPublicHoliday } from '../../calendar/index.js';
import {
  dateOf,
  dateText,
  dayOf,
  minuteCeil,
  minuteFloor,
  ruleInstant,
  wallMinuteOf,
  wallTime,
  weekdayOf,
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

/** Is this instant outside `opens`–`closes`, or on none of the days on which they hold, by the clock on the wall? */
export function isOutside(
  instant: Date,
  timezone: string,
  { opens, closes, weekdays = WEEKDAYS }: { opens: string; closes: string; weekdays?: readonly Weekday[] },
): boolean {
  const { day, minute } = wallTime(timezone, minuteFloor(instant));
  const named = WEEKDAYS[weekdayOf(day) - 1] as Weekday;
  return !weekdays.includes(named) || minute < wallMinuteOf(opens) || minute >= wallMinuteOf(closes);
}

const isHoliday = (date: string): boolean => isPublicHoliday(dayOf(date));

/** The end of the working day that lies `workingDays` after now: Saturdays, Sundays and holidays don't count. */
export const dueAfter = (
  now: Date,
  workingDays: number,
  timeZone: string,
  holiday: (date: string) => boolean = isHoliday,
): Date => dateOf(endOfWorkingDay(timeZone, minuteFloor(now), workingDays, (day) => holiday(dateText(day))));

/** When a decision about a booking is due: once it has begun there is nothing left to decide. */
export const deadline = (
  now: Date,
  workingDays: number,
  { startsAt, timezone }: { startsAt: Date; timezone: string },
): Date => earlier(dueAfter(now, workingDays, timezone), startsAt);

/**
 * When it is due after the applicant has answered: as many working days from now as were left when the question was
 * asked. What was past due already stays so.
 */
export function resumed(
  { askedAt, dueAt, now }: { askedAt: Date; dueAt: Date; now: Date },
  booking: { startsAt: Date; timezone: string },
): Date {
  if (dueAt <= askedAt) return dueAt;
  let left = 0;
  while (dueAfter(askedAt, left, booking.timezone) < dueAt && left < MAX_WORKING_DAYS) left += 1;
  return earlier(dueAfter(now, left, booking.timezone), booking.startsAt);
}

const MAX_WORKING_DAYS = 30;

const earlier = (a: Date, b: Date): Date => (a < b ? a : b);
