import {
  atLeast,
  type BusyByAtom,
  firstBookable,
  freeRuns,
  type OpenCalendar,
  openCalendar,
  type Spans,
} from '../calendar/index.js';
import { type ListingReference, type Minute, type PriceGroup, type ReferenceZone, stockOf } from '../listings/index.js';
import { priceOf } from '../pricing/index.js';
import type { WantedTime } from './wanted.js';

/** A zone that is free when it is wanted. */
export interface FreeZoneFound {
  readonly zone: ReferenceZone;
  /** Where it comes among the zones of its listing. */
  readonly at: number;
  readonly free: Spans;
  /** The first time that can be booked for as long as is wanted. */
  readonly first: readonly [Minute, Minute];
  /** Of that time, in minor units with VAT; null where nothing has a price, or nobody asked for it. */
  readonly price: number | null;
}

export interface Wanted {
  readonly time: WantedTime;
  readonly now: Minute;
  readonly quantity: number;
  readonly capacity: number | null;
  readonly maxPrice: number | null;
  readonly priced: boolean;
  readonly group: PriceGroup;
}

/** The zones of a listing that are free, hold enough people and cost no more: as its availability tells, and its bookings. */
export function freeZones(
  listing: ListingReference,
  { time, now, quantity, capacity, maxPrice, priced, group }: Wanted,
  busy: BusyByAtom,
): FreeZoneFound[] {
  const calendar = openCalendar(listing, time.from, time.until, now);
  if (calendar.open.length === 0) return [];
  const found: FreeZoneFound[] = [];
  listing.zones.forEach((zone, at) => {
    if (capacity !== null && (zone.capacity ?? listing.capacity ?? 0) < capacity) return;
    // More than there are can never be booked, however free it is.
    if (quantity > stockOf(listing, zone)) return;
    const free = longEnough(listing, zone, quantity, calendar, busy, time.minutes);
    if (free.length === 0) return;
    const first = firstBookable(listing, free, time.minutes);
    const price = priced ? totalOf(listing, zone, first, quantity, group) : null;
    if (maxPrice === null || (price !== null && price <= maxPrice)) found.push({ zone, at, free, first, price });
  });
  return found;
}

function totalOf(
  listing: ListingReference,
  zone: ReferenceZone,
  [from, until]: readonly [Minute, Minute],
  quantity: number,
  group: PriceGroup,
): number | null {
  const result = priceOf({ listing, zoneId: zone.id, from, until, quantity, group });
  return result.ok ? result.price.total.amount : null;
}

/** The first time that any zone of the listing is free, for as long as a booking there has to be. */
export function firstFree(
  listing: ListingReference,
  [from, until]: readonly [Minute, Minute],
  busy: BusyByAtom,
): readonly [Minute, Minute] | null {
  const calendar = openCalendar(listing, from, until, from);
  const minutes = listing.bookingRules.minDurationMinutes;
  let first: readonly [Minute, Minute] | null = null;
  for (const zone of listing.zones) {
    const [start, end] = longEnough(listing, zone, 1, calendar, busy, minutes);
    if (start !== undefined && end !== undefined && (first === null || start < first[0])) first = [start, end];
  }
  return first;
}

const longEnough = (
  listing: ListingReference,
  zone: ReferenceZone,
  quantity: number,
  calendar: OpenCalendar,
  busy: BusyByAtom,
  minutes: number,
): Spans => atLeast(freeRuns(listing, zone, quantity, calendar, busy), minutes);
