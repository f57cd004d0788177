import type {
  Interval,
  ListingFacets,
  ListingPage,
  ListingSort,
  ListingSummary,
  ListListings,
} from '@digilist/contracts';
import { keysOf } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { unpackBusy } from '../calendar/index.js';
import {
  bookableListings,
  isoOf,
  MINUTES_A_DAY,
  type Minute,
  minuteCeil,
  type RawReference,
} from '../listings/index.js';
import { type Card, cardsOf } from './cards.js';
import { cheapest } from './domain/price-from.js';
import { CURSOR, type Found, find, type Match } from './finding.js';
import { firstFree, freeZones } from './free-zones.js';
import { isByPrice, rankOfPrice } from './rank-of-price.js';
import { COUNT_FACETS, READ_FREE_NEXT } from './search.sql.js';
import { requireCoherent, sortOf, type WantedTime, wantedTime } from './wanted.js';

/** How far the next free time is looked for. */
const NEXT_FREE_DAYS = 31;

/** A match with what only pricing and calendar tell. */
interface Weighed extends Match {
  readonly free: readonly [Minute, Minute] | null;
}

type FreeByListing = ReadonlyMap<string, readonly [Minute, Minute] | null>;

@Injectable()
export class ListingSearchQueries {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext, request: ListListings): Promise<ListingPage> {
    const { freeFrom, freeTo, minDuration, maxPrice, facets = false, nextFree = false } = request;
    const timed = freeFrom !== undefined && freeTo !== undefined;
    requireCoherent(request, timed);
    const time = timed ? wantedTime(freeFrom, freeTo, minDuration, ['freeFrom', 'freeTo']) : null;
    const sort = sortOf(request);
    const priced = maxPrice !== undefined || isByPrice(sort);
    const reads = time ? 'busy' : priced ? 'references' : 'nothing';
    const scope = reads === 'nothing' && !facets ? 'page' : 'all';
    return this.work.run(ctx, async (tx) => {
      const found = await find(tx, ctx, request, { scope, reads, time });
      const all = weigh(found, request, { time, sort, now: minuteCeil(ctx.now) });
      const rows = all.filter(({ after }) => after);
      const page = pageOfRows(request, rows, sortKeys, (match) => match);
      const cards = await cardsOf(tx, page.data, found.catalogue);
      const next = nextFree && !time ? await nextFreeOf(tx, page.data, minuteCeil(ctx.now)) : null;
      return {
        // Null: what was published a moment ago is not any more.
        data: page.data.flatMap((match, at) => summaryOf(cards[at] ?? null, match, found, next)),
        nextCursor: page.nextCursor,
        facets: facets ? await countFacets(tx, all) : null,
      };
    });
  }
}

/** A list goes on after a listing; only a search of zones goes on after a zone. */
const sortKeys = ({ rank, sortName, id }: Match): (string | number)[] => [rank, sortName, id, 0];

/** Leaves those that are free and cost no more, in the order that was asked for. */
function weigh(
  found: Found,
  request: ListListings,
  { time, sort, now }: { time: WantedTime | null; sort: ListingSort; now: Minute },
): Weighed[] {
  const { matches, busy, group } = found;
  const { maxPrice = null, capacity = null, quantity = 1, pricePer = 'hour', facets = false } = request;
  const byPrice = isByPrice(sort);
  if (!time && maxPrice === null && !byPrice) return matches.map((match) => ({ ...match, free: null }));
  const perBooking = pricePer === 'booking';
  const priced = perBooking && (maxPrice !== null || byPrice);
  // Only a price can change the order, and only facets count what is on other pages.
  const counts = byPrice || facets;
  const { fetch } = pageStart(request, CURSOR);
  let after = 0;
  const weighed: Weighed[] = [];
  for (const match of matches) {
    if (!counts && (after >= fetch || !match.after)) continue;
    const listing = found.referenceOf(match.id);
    if (!listing) continue;
    let free: readonly [Minute, Minute] | null = null;
    let price: number | null = null;
    if (time) {
      const wanted = { time, now, quantity, capacity, maxPrice: perBooking ? maxPrice : null, priced, group };
      const zones = freeZones(listing, wanted, busy);
      if (zones.length === 0) continue;
      free = zones.reduce((first, zone) => (zone.first[0] < first.first[0] ? zone : first)).first;
      if (perBooking) price = lowest(zones.map((zone) => zone.price));
    }
    if (!perBooking && (maxPrice !== null || byPrice)) {
      price = cheapest(listing, group).hour;
      if (maxPrice !== null && (price === null || price > maxPrice)) continue;
    }
    if (match.after) after += 1;
    weighed.push({ ...match, free, ...(byPrice && { rank: rankOfPrice(price, sort) }) });
  }
  return byPrice ? sortedByRank(weighed, request.cursor) : weighed;
}

const lowest = (prices: readonly (number | null)[]): number | null =>
  prices.reduce((low, price) => (price !== null && (low === null || price < low) ? price : low), null);

/** They come by name, which settles what costs the same: the sort keeps that order. */
function sortedByRank(weighed: readonly Weighed[], cursor: string | undefined): Weighed[] {
  const afterRank = cursor === undefined ? null : (keysOf(cursor, CURSOR.length)?.[0] as number);
  return weighed
    .map((match) => ({
      ...match,
      after: afterRank === null || match.rank > afterRank || (match.rank === afterRank && match.after),
    }))
    .sort((a, b) => a.rank - b.rank);
}

function summaryOf(card: Card | null, match: Weighed, { group }: Found, next: FreeByListing | null): ListingSummary[] {
  if (!card) return [];
  const free = next ? (next.get(match.id) ?? null) : match.free;
  return [
    {
      ...card.summary,
      priceFrom: cheapest(card.tariff, group).from,
      distance: match.distance,
      free: free && intervalOf(free),
    },
  ];
}

const intervalOf = ([from, until]: readonly [Minute, Minute]): Interval => ({
  startsAt: isoOf(from),
  endsAt: isoOf(until),
});

async function countFacets(tx: Tx, matches: readonly Match[]): Promise<ListingFacets> {
  const ids = matches.map(({ id }) => id);
  return tx.one<ListingFacets & Record<string, unknown>>(COUNT_FACETS, [tx.tenantId, ids]);
}

interface FreeNextRow extends Record<string, unknown> {
  /** Those that the cache lacks. */
  references: [string, RawReference][];
  busy: string | null;
}

/** When each is free next, read together. */
async function nextFreeOf(tx: Tx, matches: readonly Match[], now: Minute): Promise<FreeByListing> {
  const ids = matches.map(({ id }) => id);
  const cached = bookableListings(tx.tenantId, ids);
  const [cachedIds, versions, stamp] = cached.values;
  const window = [now, now + NEXT_FREE_DAYS * MINUTES_A_DAY] as const;
  const values = [tx.tenantId, ids, cachedIds, versions, ...window];
  const { references, busy: packed } = await tx.one<FreeNextRow>(READ_FREE_NEXT, values);
  const { listings } = cached.merge({ stamp: stamp ?? 0, groups: null, listings: references });
  const busy = unpackBusy(packed);
  const current = new Map([...cached.cached, ...listings.map((listing) => [listing.id, listing] as const)]);
  return new Map([...current].map(([id, listing]) => [id, firstFree(listing, window, busy)]));
}
