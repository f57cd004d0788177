import type { FreeZone, FreeZonePage, SearchAvailability } from '@digilist/contracts';
import { keysOf, money } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { intervalsOf } from '../calendar/index.js';
import { type ListingReference, minuteCeil } from '../listings/index.js';
import { CURSOR, type Found, find, type Match } from './finding.js';
import { type FreeZoneFound, freeZones, type Wanted } from './free-zones.js';
import { isByPrice, rankOfPrice } from './rank-of-price.js';
import { requireCoherent, sortOf, wantedTime } from './wanted.js';

interface Row extends FreeZoneFound {
  readonly listing: ListingReference;
  readonly match: Match;
  readonly rank: number;
}

@Injectable()
export class AvailabilitySearchQueries {
  constructor(private readonly work: UnitOfWork) {}

  search(ctx: RequestContext, request: SearchAvailability): Promise<FreeZonePage> {
    const { from, to, minDuration, capacity = null, maxPrice = null, quantity = 1 } = request;
    const time = wantedTime(from, to, minDuration, ['from', 'to']);
    requireCoherent(request, true);
    return this.work.run(ctx, async (tx) => {
      const found = await find(tx, ctx, request, { scope: 'all', reads: 'busy', time });
      const wanted = { time, now: minuteCeil(ctx.now), quantity, capacity, maxPrice, priced: true, group: found.group };
      const { rows, cut } = zonesOf(found, wanted, request);
      return pageOfRows(
        cut ? { ...request, limit: rows.length - 1 } : request,
        rows,
        ({ rank, match, at }) => [rank, match.sortName, match.id, at],
        (row) => freeZone(row),
      );
    });
  }
}

/** What one answer holds at most: a page with more free times than this ends before its limit. */
const MOST_NUMBERS = 2 * 40_000;

/** The free zones from where the cursor stands, in order; no more of them than the page needs, or than it can hold. */
function zonesOf(found: Found, wanted: Wanted, request: SearchAvailability): { rows: Row[]; cut: boolean } {
  const sort = sortOf(request);
  const byPrice = isByPrice(sort);
  const { fetch } = pageStart(request, CURSOR);
  const isAfter = afterCursor(request.cursor, byPrice);
  const rows: Row[] = [];
  for (const match of found.matches) {
    const listing = found.referenceOf(match.id);
    if (!listing || !(byPrice || match.after || isAfter.isOf(match))) continue;
    for (const zone of freeZones(listing, wanted, found.busy)) {
      const row = { ...zone, listing, match, rank: byPrice ? rankOfPrice(zone.price, sort) : match.rank };
      if (isAfter.holds(row)) rows.push(row);
    }
    if (!byPrice && rows.length >= fetch) break;
  }
  if (byPrice) rows.sort((a, b) => a.rank - b.rank);
  let numbers = 0;
  const over = rows.slice(0, fetch).findIndex(({ free }) => {
    numbers += free.length;
    return numbers > MOST_NUMBERS;
  });
  // The one that is too much stays, as the proof that there is more.
  return over > 0 ? { rows: rows.slice(0, over + 1), cut: true } : { rows, cut: false };
}

/** A page may end between two zones of a listing. */
function afterCursor(cursor: string | undefined, byPrice: boolean) {
  const keys = cursor === undefined ? null : keysOf(cursor, CURSOR.length);
  const isOf = ({ id, rank }: Match) => keys !== null && id === keys[2] && (byPrice || rank === keys[0]);
  return {
    isOf,
    holds({ match, rank, at }: Row): boolean {
      if (keys === null) return true;
      if (byPrice && rank !== keys[0]) return rank > Number(keys[0]);
      return isOf(match) ? at > Number(keys[3]) : match.after;
    },
  };
}

function freeZone({ listing, match, zone, free, price }: Row): FreeZone {
  return {
    listingId: listing.id,
    listingName: listing.name,
    type: listing.type,
    zoneId: zone.id,
    zoneName: zone.name,
    capacity: zone.capacity ?? listing.capacity,
    distance: match.distance,
    free: intervalsOf(free),
    price: price === null ? null : money(price, 'NOK'),
  };
}
