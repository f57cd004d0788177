import {
  type FreeZone,
  type FreeZonePage,
  type GetListingAvailability,
  type Interval,
  type ListingAvailability,
  MAX_WINDOW_DAYS,
  PRICING_GROUP_UNKNOWN,
  type SearchAvailability,
  ZONE_UNKNOWN,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type BookableAnswer,
  bookableListings,
  isoOf,
  type ListingReference,
  type Minute,
  minuteCeil,
  oneListing,
  type PriceGroup,
  type RawReference,
  type ReferenceZone,
  requireInterval,
  requireVisible,
} from '../listings/index.js';
import { DEFAULT_GROUP, priceOf } from '../pricing/index.js';
import { READ_LISTING_AVAILABILITY, SEARCH_AVAILABILITY } from './calendar.sql.js';
import { isPublicHoliday } from './domain/holidays.js';
import { atLeast, type Spans } from './domain/intervals.js';
import { unpackBusy } from './domain/packed-busy.js';
import { unitsOf, unitsWithin } from './domain/units.js';
import { freeRuns, openCalendar, shownRuns } from './open-calendar.js';

interface Window {
  readonly from: Minute;
  readonly until: Minute;
  readonly now: Minute;
}

interface Found {
  readonly listing: ListingReference;
  readonly zone: ReferenceZone;
  readonly free: Spans;
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
      return {
        listingId: id,
        timezone: listing.timezone,
        zones: zones.map((zone) => ({
          zoneId: zone.id,
          name: zone.name,
          free: intervalsOf(shownRuns(listing, calendar, freeRuns(listing, zone, quantity, calendar, busy))),
        })),
      };
    });
  }

  search(ctx: RequestContext, request: SearchAvailability): Promise<FreeZonePage> {
    const { type, municipality, capacity, pricingGroup = DEFAULT_GROUP } = request;
    const { keys, fetch } = pageStart(request, ['text', 'uuid', 'integer']);
    const window = windowOf(ctx, request.from, request.to);
    const minutes = request.minDuration ?? window.until - window.from;
    return this.work.run(ctx, async (tx) => {
      const references = bookableListings(tx.tenantId);
      const { bookable, busy: packed } = await tx.one<{ bookable: BookableAnswer; busy: string | null }>(
        SEARCH_AVAILABILITY,
        [tx.tenantId, ...references.values, window.from, window.until],
      );
      const { listings, groups } = references.merge(bookable);
      const group = groups.get(pricingGroup);
      if (!group) throw new Refusal(PRICING_GROUP_UNKNOWN, { details: { known: [...groups.keys()] } });
      const busy = unpackBusy(packed);
      const wanted = (listing: ListingReference) =>
        (type === undefined || listing.type === type) &&
        (municipality === undefined || listing.municipalityCode === municipality);
      const holds = (listing: ListingReference, zone: ReferenceZone) =>
        capacity === undefined || (zone.capacity ?? listing.capacity ?? 0) >= capacity;

      const found: Found[] = [];
      for (const listing of listings) {
        if (found.length >= fetch) break;
        if (!wanted(listing) || (keys && comesBefore(listing, keys))) continue;
        const calendar = openCalendar(listing, window.from, window.until, window.now);
        listing.zones.forEach((zone, at) => {
          if (!holds(listing, zone) || (keys && listing.id === keys[1] && at <= Number(keys[2]))) return;
          const free = atLeast(freeRuns(listing, zone, 1, calendar, busy), minutes);
          if (free.length > 0) found.push({ listing, zone, free });
        });
      }
      const sortKeys = ({ listing, zone }: Found) => [listing.sortName, listing.id, listing.zones.indexOf(zone)];
      return pageOfRows(request, found, sortKeys, (each) => freeZone(each, minutes, group));
    });
  }
}

function windowOf(ctx: RequestContext, from: string, to: string): Window {
  const [start, end] = requireInterval(from, to, MAX_WINDOW_DAYS, { names: ['from', 'to'], grain: 'inside' });
  return { from: start, until: end, now: minuteCeil(ctx.now) };
}

/** Is the listing before the one that the cursor names? The names may be equal. */
function comesBefore(listing: ListingReference, [name, id]: readonly (string | number)[]): boolean {
  return listing.sortName < String(name) || (listing.sortName === name && listing.id < String(id));
}

function intervalsOf(spans: Spans): Interval[] {
  const out: Interval[] = [];
  for (let at = 0; at < spans.length; at += 2) {
    out.push({ startsAt: isoOf(spans[at] as Minute), endsAt: isoOf(spans[at + 1] as Minute) });
  }
  return out;
}

function freeZone({ listing, zone, free }: Found, minutes: number, group: PriceGroup): FreeZone {
  const [from, until] = firstBookable(listing, free, minutes);
  const result = priceOf({ listing, zoneId: zone.id, from, until, quantity: 1, group });
  return {
    listingId: listing.id,
    listingName: listing.name,
    type: listing.type,
    zoneId: zone.id,
    zoneName: zone.name,
    capacity: zone.capacity ?? listing.capacity,
    free: intervalsOf(free),
    price: result.ok ? result.price.total : null,
  };
}

/** The first time of at least so many minutes: the fewest whole units that last so long. */
function firstBookable(listing: ListingReference, free: Spans, minutes: number): [Minute, Minute] {
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
