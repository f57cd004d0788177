import type { OccurrenceReason } from '@digilist/contracts';
import { type Day, dateText, type Minute, minuteFloor } from '../../listings/index.js';
import type { TimedDay } from './plan.js';

/** A booking of a series as far as a change of the series looks at it. */
export interface Standing {
  readonly date: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly zoneId: string;
  readonly quantity: number;
  readonly overridden: boolean;
}

/** What becomes of one date of a series when the series changes. */
export type DateChange<Booking> =
  | { readonly kind: 'place'; readonly day: TimedDay }
  | { readonly kind: 'move'; readonly day: TimedDay; readonly booking: Booking }
  | { readonly kind: 'update'; readonly booking: Booking }
  | { readonly kind: 'cancel'; readonly booking: Booking }
  | { readonly kind: 'keep'; readonly booking: Booking; readonly reasons: readonly OccurrenceReason[] };

export interface SeriesBefore<Booking> {
  /** The booking that counts of each date; none where nothing was to be had or all was called off. */
  readonly live: ReadonlyMap<string, Booking>;
  /** Dates whose booking somebody called off: that was meant for this date alone, and stays so. */
  readonly calledOff: ReadonlySet<string>;
  /** Dates that it had, the excepted ones left out. */
  readonly dates: ReadonlySet<string>;
}

export interface SeriesAfter {
  /** From the date of the change on. */
  readonly days: readonly TimedDay[];
  readonly from: Day;
  readonly zoneId: string;
  readonly quantity: number;
  /** Does anything change that its bookings tell of themselves? */
  readonly describes: boolean;
  /** Time, zone or quantity change: what could not be had before may be had now. */
  readonly elsewhere: boolean;
}

/**
 * Goes through the dates from the change on, and matches them by date. What has begun, what was changed by itself and
 * what was called off stays as it is; other people's bookings are not even looked at.
 *
 * @param fixed why a booking cannot be touched; null: it can
 */
export function changesOf<Booking extends Standing>(
  before: SeriesBefore<Booking>,
  after: SeriesAfter,
  fixed: (booking: Booking) => readonly OccurrenceReason[] | null,
): DateChange<Booking>[] {
  const changes: DateChange<Booking>[] = [];
  const wanted = new Set<string>();
  for (const day of after.days) {
    const date = dateText(day.day);
    const booking = before.live.get(date);
    if (!day.excepted) wanted.add(date);
    if (booking || day.excepted || before.calledOff.has(date)) continue;
    if (after.elsewhere || !before.dates.has(date)) changes.push({ kind: 'place', day });
  }
  const days = new Map(after.days.map((day) => [dateText(day.day), day]));
  for (const [date, booking] of before.live) {
    if (date < dateText(after.from)) continue;
    const reasons = fixed(booking);
    const day = days.get(date);
    if (reasons !== null || booking.overridden) changes.push({ kind: 'keep', booking, reasons: reasons ?? [] });
    else if (!day || !wanted.has(date)) changes.push({ kind: 'cancel', booking });
    else if (!standsAt(booking, day, after)) changes.push({ kind: 'move', day, booking });
    else changes.push(after.describes ? { kind: 'update', booking } : { kind: 'keep', booking, reasons: [] });
  }
  return changes;
}

const at = (instant: Date): Minute => minuteFloor(instant);

const standsAt = (booking: Standing, { span }: TimedDay, { zoneId, quantity }: SeriesAfter): boolean =>
  span !== null &&
  at(booking.startsAt) === span.from &&
  at(booking.endsAt) === span.until &&
  booking.zoneId === zoneId &&
  booking.quantity === quantity;
