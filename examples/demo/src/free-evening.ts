import type { Client } from '@digilist/client';
import type { FreeZone, Zone } from '@digilist/contracts';
import { addDays, instant, localDate, next } from './clock.js';

export interface FreeEvening {
  listingId: string;
  listingName: string;
  half: FreeZone;
  whole: Zone;
  startsAt: string;
  endsAt: string;
  /** Everything that was free that evening. */
  found: FreeZone[];
  /** Tuesdays before it that had no half hall left. */
  weeksLater: number;
}

const TUESDAY = 2;
const WEEKS = 26;
const MINUTES = 120;
const HALF_HOUR = 1_800_000;

/** The first Tuesday evening on which half of a sports hall is free for two hours. */
export async function findFreeEvening(client: Client): Promise<FreeEvening | null> {
  let date = next(localDate(new Date()), TUESDAY);
  for (let week = 0; week < WEEKS; week++, date = addDays(date, 7)) {
    const found = await search(client, instant(date, '17:00'), instant(date, '22:00'));
    for (const listingId of new Set(found.map((zone) => zone.listingId))) {
      const half = await freeHalf(client, found, listingId);
      const slot = half?.zone.free[0];
      if (!half || !slot) continue;
      const startsAt = new Date(Math.ceil(Date.parse(slot.startsAt) / HALF_HOUR) * HALF_HOUR).toISOString();
      const endsAt = new Date(Date.parse(startsAt) + MINUTES * 60_000).toISOString();
      if (Date.parse(endsAt) > Date.parse(slot.endsAt)) continue;
      const { zone, whole } = half;
      return {
        listingId,
        listingName: zone.listingName.nb,
        half: zone,
        whole,
        startsAt,
        endsAt,
        found,
        weeksLater: week,
      };
    }
  }
  return null;
}

async function search(client: Client, from: string, to: string): Promise<FreeZone[]> {
  const { data } = await client.digilist.searchAvailability({
    from,
    to,
    type: 'SPACE',
    minDuration: MINUTES,
    limit: 200,
  });
  return data;
}

/** A zone that holds half of what the whole hall holds, in a hall that can be divided. */
async function freeHalf(
  client: Client,
  found: FreeZone[],
  listingId: string,
): Promise<{ zone: FreeZone; whole: Zone } | null> {
  const { data: zones } = await client.digilist.listZones({ id: listingId });
  const whole = zones.reduce((most, zone) => (zone.atomIds.length > most.atomIds.length ? zone : most));
  if (whole.atomIds.length < 4) return null;
  const halves = zones.filter((zone) => zone.capacity !== null && zone.capacity * 2 === whole.capacity);
  const zone = found.find((one) => halves.some(({ id }) => id === one.zoneId));
  return zone ? { zone, whole } : null;
}
