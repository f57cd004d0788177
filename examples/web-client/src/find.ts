import type { Client } from '@digilist/client';
import type { Listing } from '@digilist/contracts';

export interface Time {
  readonly listing: Listing;
  readonly zoneId: string;
  readonly startsAt: string;
  readonly endsAt: string;
}

const HOUR_MS = 3_600_000;

/** The first whole hour in a week that is free at a place the words find. Needs no sign-in. */
export async function findFreeTime({ digilist }: Client, words: string, from: Date): Promise<Time | null> {
  const { data } = await digilist.listListings({ q: words, type: 'SPACE', limit: 5 });
  for (const { id } of data) {
    const to = new Date(from.getTime() + 7 * 24 * HOUR_MS);
    const { zones } = await digilist.getListingAvailability({
      id,
      from: from.toISOString(),
      to: to.toISOString(),
    });
    for (const { zoneId, free } of zones)
      for (const { startsAt, endsAt } of free) {
        const start = Math.ceil(Date.parse(startsAt) / HOUR_MS) * HOUR_MS;
        if (start + HOUR_MS > Date.parse(endsAt)) continue;
        const listing = await digilist.getListing({ id });
        return {
          listing,
          zoneId,
          startsAt: new Date(start).toISOString(),
          endsAt: new Date(start + HOUR_MS).toISOString(),
        };
      }
  }
  return null;
}
