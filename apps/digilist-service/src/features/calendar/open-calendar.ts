import { claimsOf, isBookable, type ListingReference, type Minute, type ReferenceZone } from '../listings/index.js';
import { type Busy, bookableTime, freeTime } from './domain/free-time.js';
import { isPublicHoliday } from './domain/holidays.js';
import { NOTHING, type Spans } from './domain/intervals.js';
import { openTime, type Units, unitsOf, unitsWithin, wholeUnits } from './domain/units.js';

/** When a listing can be booked as far as it alone decides: what is free is this without what is taken. */
export interface OpenCalendar {
  readonly open: Spans;
  readonly units: Units;
}

const SHUT: OpenCalendar = { open: NOTHING, units: null };

/** Of [from, until), as it stands at `now`. */
export function openCalendar(listing: ListingReference, from: Minute, until: Minute, now: Minute): OpenCalendar {
  if (!isBookable(listing)) return SHUT;
  const open = bookableTime(openTime(listing, isPublicHoliday, from, until), listing, now);
  return open.length === 0 ? SHUT : { open, units: unitsOf(listing, isPublicHoliday, from, until) };
}

/** When a zone can be booked, for so many: any whole units that follow each other within one of the spans. */
export function freeRuns(
  listing: ListingReference,
  zone: ReferenceZone,
  quantity: number,
  { open, units }: OpenCalendar,
  busy: ReadonlyMap<number, readonly Busy[]>,
): Spans {
  if (open.length === 0) return open;
  return wholeUnits(
    listing,
    units,
    freeTime(open, claimsOf(listing, zone, quantity), (atom) => busy.get(atom) ?? []),
  );
}

/** As it is shown: slots one by one, all else in one piece. */
export const shownRuns = (listing: ListingReference, { units }: OpenCalendar, runs: Spans): Spans =>
  listing.bookingModel === 'SLOT' && units !== null ? unitsWithin(units, runs) : runs;

/** The first time of at least so many minutes: the fewest whole units that last so long. */
export function firstBookable(listing: ListingReference, free: Spans, minutes: number): [Minute, Minute] {
  const [from, end] = [free[0] as Minute, free[1] as Minute];
  const units = unitsOf(listing, isPublicHoliday, from, end);
  if (units === null) return [from, from + minutes];
  const own = unitsWithin(units, [from, end]);
  for (let at = 1; at < own.length; at += 2) {
    const until = own[at] as Minute;
    if (until - from >= minutes) return [from, until];
  }
  return [from, end];
}
