import { Temporal } from 'temporal-polyfill';
import { minuteCeil, minuteFloor, ruleInstant, wallMinuteOf, wallTime } from '../../listings/index.js';

const instantOf = (date: Date): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(date.getTime());

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

/** Epoch milliseconds of a wall-clock time on a day; `24:00` is the next midnight. */
function at(day: Temporal.PlainDate, time: string, timeZone: string): number {
  const [plainDay, plainTime] = time === '24:00' ? [day.add({ days: 1 }), '00:00'] : [day, time];
  return plainDay.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(plainTime) }).epochMilliseconds;
}

/** The end of the working day that lies `workingDays` after now: Saturdays, Sundays and holidays don't count. */
export function dueAfter(now: Date, workingDays: number, timeZone: string, isHoliday: (date: string) => boolean): Date {
  let day = instantOf(now).toZonedDateTimeISO(timeZone).toPlainDate();
  for (let left = workingDays; left > 0; ) {
    day = day.add({ days: 1 });
    if (day.dayOfWeek < 6 && !isHoliday(day.toString())) left -= 1;
  }
  return new Date(at(day, '16:00', timeZone));
}
