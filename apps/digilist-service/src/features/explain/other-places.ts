import type { Alternatives } from '@digilist/contracts';
import type { Tx } from '@kit/service';
import { calendarOfAll, covers, freeRuns, openCalendar } from '../calendar/index.js';
import { type ListingReference, minuteCeil, type ReferenceZone, stockOf } from '../listings/index.js';
import { checkRules, type RuleWish } from '../rules/index.js';

const MOST = 3;

interface Wanted {
  readonly listing: ListingReference;
  readonly zone: ReferenceZone;
  readonly quantity: number;
}

const capacityOf = (listing: ListingReference, zone: ReferenceZone): number => zone.capacity ?? listing.capacity ?? 0;

/** Other zones of the same listing, and listings like it, that are free at the very time. One round trip. */
export async function otherPlaces(
  tx: Tx,
  { listing, zone, quantity }: Wanted,
  wish: RuleWish,
): Promise<Pick<Alternatives, 'zones' | 'listings'>> {
  const { from, until } = wish;
  const now = minuteCeil(tx.now);
  const { listings, busy } = await calendarOfAll(tx, from, until);
  const freeZones = (other: ListingReference): ReferenceZone[] => {
    if (checkRules(other, wish, null, now).length > 0) return [];
    const calendar = openCalendar(other, from, until, now);
    return other.zones.filter(
      (each) =>
        each.id !== zone.id &&
        stockOf(other, each) >= quantity &&
        covers(freeRuns(other, each, quantity, calendar, busy), from, until),
    );
  };
  const own = listings.find(({ id }) => id === listing.id);
  const needed = capacityOf(listing, zone);
  const similar = listings
    .filter((other) => other.id !== listing.id && other.type === listing.type)
    .flatMap((other) => freeZones(other).map((each) => ({ other, each, capacity: capacityOf(other, each) })))
    .filter(({ capacity }) => capacity >= needed)
    // What fits best first; of each listing one zone is enough to find it by.
    .sort((a, b) => a.capacity - b.capacity || (a.other.sortName < b.other.sortName ? -1 : 1));
  const best = [...new Map(similar.toReversed().map((each) => [each.other.id, each])).values()].toReversed();
  return {
    zones: (own ? freeZones(own) : []).slice(0, MOST).map(({ id, name }) => ({ zoneId: id, name })),
    listings: best.slice(0, MOST).map(({ other, each, capacity }) => ({
      listingId: other.id,
      listingName: other.name,
      zoneId: each.id,
      zoneName: each.name,
      capacity: capacity === 0 ? null : capacity,
    })),
  };
}
