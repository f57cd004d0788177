import type { Claim, ListingReference, Minute } from '../../listings/index.js';
import { bookingWindow } from './booking-window.js';
import { intersect, NOTHING, type Spans, spansOf, subtract } from './intervals.js';

/** Somebody has an atom. */
export interface Busy {
  readonly from: Minute;
  readonly until: Minute;
  /** Kept free around a booking: may overlap another buffer, never a booking. */
  readonly buffer: boolean;
  readonly quantity: number;
}

/** Free time for a set of claims: open, and free for every one of them. */
export function freeTime(
  opening: Spans,
  claims: readonly Claim[],
  busyOf: (atomNumber: number) => readonly Busy[],
): Spans {
  const taken: [Minute, Minute][] = [];
  for (const claim of claims) {
    if (claim.exclusive) pushTaken(taken, busyOf(claim.atomNumber), claim);
    else pushFull(taken, busyOf(claim.atomNumber), claim.stock - claim.quantity);
  }
  return taken.length === 0 ? opening : subtract(opening, spansOf(taken));
}

/** A new booking brings buffers of its own, so a booking that is there takes that much more on either side. */
function pushTaken(
  taken: [Minute, Minute][],
  busy: readonly Busy[],
  { bufferBeforeMinutes, bufferAfterMinutes }: Claim,
): void {
  for (const { from, until, buffer } of busy) {
    if (buffer) taken.push([from, until]);
    else taken.push([from - bufferAfterMinutes, until + bufferBeforeMinutes]);
  }
}

/** Where more than `room` are out at the same instant. Not the sum of everything that touches the window. */
function pushFull(taken: [Minute, Minute][], busy: readonly Busy[], room: number): void {
  const changes = busy.flatMap(({ from, until, quantity }): [Minute, number][] => [
    [from, quantity],
    [until, -quantity],
  ]);
  // At one instant what is given back comes before what is taken.
  changes.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let load = 0;
  let since: Minute | null = room < 0 ? Number.MIN_SAFE_INTEGER : null;
  for (const [at, change] of changes) {
    load += change;
    if (load > room && since === null) since = at;
    if (load <= room && since !== null) {
      taken.push([since, at]);
      since = null;
    }
  }
  if (since !== null) taken.push([since, Number.MAX_SAFE_INTEGER]);
}

/** Only what may be booked at `now`: after the notice, within the horizon. */
export function bookableTime(
  free: Spans,
  listing: Pick<ListingReference, 'bookingRules' | 'timezone'>,
  now: Minute,
): Spans {
  const { earliest, latest } = bookingWindow(listing, now);
  return earliest < latest ? intersect(free, [earliest, latest]) : NOTHING;
}
