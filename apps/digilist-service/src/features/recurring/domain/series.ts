import type { ConflictPolicy, SeriesStatus } from '@digilist/contracts';
import { bookingWindow } from '../../calendar/index.js';
import {
  type Day,
  dateOf,
  dateText,
  dayOf,
  type ListingReference,
  localDay,
  wallMinuteOf,
  wallTime,
} from '../../listings/index.js';
import { endedBy, type Pattern, requireRecurrence, seriesDays } from './dates.js';
import type { TimedDay } from './plan.js';
import { recurrenceText } from './recurrence.js';

/** What a series says of itself: what it is of, when, and what each of its bookings gets. */
export interface SeriesTerms {
  readonly status: SeriesStatus;
  readonly listingId: string;
  readonly zoneId: string;
  readonly orgId: string;
  readonly userId: string;
  readonly onBehalfOfOrgId: string | null;
  readonly continues: string | null;
  readonly rule: string;
  readonly firstDate: string;
  readonly lastDate: string;
  readonly startsTime: string;
  readonly endsTime: string;
  readonly timezone: string;
  readonly exceptDates: string[];
  readonly extraDates: string[];
  readonly conflictPolicy: ConflictPolicy;
  readonly quantity: number;
  readonly attendees: number | null;
  readonly purpose: string | null;
  readonly publicTitle: string | null;
  readonly pricingGroup: string;
  readonly discountCode: string | null;
}

type Written = Pick<SeriesTerms, 'rule' | 'firstDate' | 'startsTime' | 'exceptDates' | 'extraDates' | 'timezone'>;

/** @throws Refusal RECURRENCE_INVALID */
export const patternOf = ({ rule, firstDate, startsTime, exceptDates, extraDates, timezone }: Written): Pattern => ({
  recurrence: requireRecurrence(rule, timezone, wallMinuteOf(startsTime)),
  firstDay: dayOf(firstDate),
  exceptDays: exceptDates.map(dayOf),
  extraDays: extraDates.map(dayOf),
});

/** The same, but a rule without an end ends with the last day that may be booked now. */
export function endedPattern(written: Written, listing: ListingReference, now: number): Pattern {
  const pattern = patternOf(written);
  const { latest } = bookingWindow(listing, now);
  const lastBookable = wallTime(listing.timezone, latest - 1).day;
  return { ...pattern, recurrence: endedBy(pattern.recurrence, lastBookable) };
}

/** A pattern as it is kept and shown. @throws Refusal RECURRENCE_EMPTY, RECURRENCE_TOO_LONG */
export function patternTerms(pattern: Pattern) {
  const days = seriesDays(pattern).map(({ day }) => day);
  const sorted = (list: readonly number[]) => [...new Set(list)].sort((a, b) => a - b).map(dateText);
  return {
    rule: recurrenceText(pattern.recurrence),
    firstDate: dateText(pattern.firstDay),
    lastDate: dateText(Math.max(days.at(-1) as number, pattern.firstDay)),
    exceptDates: sorted(pattern.exceptDays),
    extraDates: sorted(pattern.extraDays),
  };
}

/** A pattern that has a day for certain. */
export function withDay(pattern: Pattern, day: Day): Pattern {
  const back = { ...pattern, exceptDays: pattern.exceptDays.filter((excepted) => excepted !== day) };
  const isThere = seriesDays(back).some((each) => each.day === day);
  return isThere ? back : { ...back, extraDays: [...back.extraDays, day] };
}

/** When the last of these days is over. */
export function endOf(days: readonly TimedDay[], timezone: string): Date {
  const ends = days.map(({ day, span }) => {
    const { starts, length } = localDay(timezone, day);
    return span?.until ?? starts + length;
  });
  return dateOf(Math.max(...ends));
}
