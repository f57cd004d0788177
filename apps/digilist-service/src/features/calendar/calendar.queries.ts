import {
  type GetListingAvailability,
  INVALID_INTERVAL,
  type Interval,
  type ListingAvailability,
  MAX_WINDOW_DAYS,
  ZONE_UNKNOWN,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  isoOf,
  type Minute,
  minuteCeil,
  oneListing,
  type RawReference,
  requireInterval,
  requireVisible,
} from '../listings/index.js';
import { READ_LISTING_AVAILABILITY } from './calendar.sql.js';
import { type Spans } from './domain/intervals.js';
import { unpackBusy } from './domain/packed-busy.js';
import { freeRuns, openCalendar, shownRuns } from './open-calendar.js';

interface Window {
  readonly from: Minute;
  readonly until: Minute;
  readonly now: Minute;
}

@Injectable()
export class CalendarQueries {
  constructor(private readonly work: UnitOfWork) {}

  listing(ctx: RequestContext, request: GetListingAvailability): Promise<ListingAvailability> {
    const { id, zoneId, quantity = 1 } = request;
    const window = windowOf(ctx, request.from, request.to);
    return this.work.run(ctx, async (tx) => {
      const cached = oneListing(tx.tenantId, id);
      const [row] = await tx.query<{ reference: RawReference | null; busy: string | null }>(READ_LISTING_AVAILABILITY, [
        tx.tenantId,
        id,
        cached.version,
        window.from,
        window.until,
      ]);
      if (!row) throw new Refusal(NOT_FOUND);
      const listing = cached.merge(row.reference);
      await requireVisible(tx, listing);
      const zones = listing.zones.filter((zone) => zoneId === undefined || zone.id === zoneId);
      if (zones.length === 0 && zoneId !== undefined) throw new Refusal(ZONE_UNKNOWN);
      const calendar = openCalendar(listing, window.from, window.until, window.now);
      const busy = unpackBusy(row.busy);
      const shown = zones.map((zone) =>
        shownRuns(listing, calendar, freeRuns(listing, zone, quantity, calendar, busy)),
      );
      requireRoom(shown);
      return {
        listingId: id,
        timezone: listing.timezone,
        zones: zones.map((zone, at) => ({ zoneId: zone.id, name: zone.name, free: intervalsOf(shown[at] as Spans) })),
      };
    });
  }
}

/** What one answer holds at most: many zones with short slots over many weeks are more. */
const MOST_NUMBERS = 2 * 40_000;

/** @throws Refusal INVALID_INTERVAL */
function requireRoom(shown: readonly Spans[]): void {
  if (shown.reduce((sum, { length }) => sum + length, 0) <= MOST_NUMBERS) return;
  const message = 'There are too many free times for one answer: ask for fewer days, or for one zone.';
  throw new Refusal(INVALID_INTERVAL, { errors: [{ path: 'to', code: 'TOO_MUCH', message }] });
}

function windowOf(ctx: RequestContext, from: string, to: string): Window {
  const [start, end] = requireInterval(from, to, MAX_WINDOW_DAYS, { names: ['from', 'to'], grain: 'inside' });
  return { from: start, until: end, now: minuteCeil(ctx.now) };
}

export function intervalsOf(spans: Spans): Interval[] {
  const out: Interval[] = [];
  for (let at = 0; at < spans.length; at += 2) {
    out.push({ startsAt: isoOf(spans[at] as Minute), endsAt: isoOf(spans[at + 1] as Minute) });
  }
  return out;
}
