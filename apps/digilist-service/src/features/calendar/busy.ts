import type { Tx } from '@kit/service';
import {
  type BookableAnswer,
  bookableListings,
  claimsOf,
  type ListingReference,
  type Minute,
  minuteCeil,
  type ReferenceZone,
} from '../listings/index.js';
import { READ_BUSY, SEARCH_AVAILABILITY } from './calendar.sql.js';
import type { Spans } from './domain/intervals.js';
import { type BusyByAtom, unpackBusy } from './domain/packed-busy.js';
import { freeRuns, openCalendar } from './open-calendar.js';

/** When a zone can be booked between two instants. One round trip. */
export async function freeTimeAround(
  tx: Tx,
  { listing, zone, quantity }: { listing: ListingReference; zone: ReferenceZone; quantity: number },
  from: Minute,
  until: Minute,
): Promise<Spans> {
  const claims = claimsOf(listing, zone, quantity);
  const { busy } = await tx.one<{ busy: string | null }>(READ_BUSY, [
    tx.tenantId,
    claims.map(({ atomId }) => atomId),
    from - Math.max(0, ...claims.map(({ bufferBeforeMinutes }) => bufferBeforeMinutes)),
    until + Math.max(0, ...claims.map(({ bufferAfterMinutes }) => bufferAfterMinutes)),
  ]);
  const calendar = openCalendar(listing, from, until, minuteCeil(tx.now));
  return freeRuns(listing, zone, quantity, calendar, unpackBusy(busy));
}

/** Every published listing, and who has which when. One round trip. */
export async function calendarOfAll(
  tx: Tx,
  from: Minute,
  until: Minute,
): Promise<{ listings: readonly ListingReference[]; busy: BusyByAtom }> {
  const references = bookableListings(tx.tenantId);
  const { bookable, busy } = await tx.one<{ bookable: BookableAnswer; busy: string | null }>(SEARCH_AVAILABILITY, [
    tx.tenantId,
    ...references.values,
    from,
    until,
  ]);
  return { listings: references.merge(bookable).listings, busy: unpackBusy(busy) };
}
