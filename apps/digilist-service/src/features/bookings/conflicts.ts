import { type ConflictReason, SLOT_CONFLICT } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { alternativesIn, freeTimeAround, isPublicHoliday } from '../calendar/index.js';
import { isoOf, MINUTES_A_DAY, minuteFloor } from '../listings/index.js';
import { inTheWay } from './domain/in-the-way.js';
import type { Order } from './domain/order.js';

/** How far around the wanted time alternatives are looked for. */
const SEARCH_MINUTES = 7 * MINUTES_A_DAY;

/** What has to be free: an order, or a time that somebody wants to keep. */
export type Wanted = Pick<Order, 'listing' | 'zone' | 'quantity' | 'from' | 'until'>;

/** Says why a time could not be had, and which ones near it could. */
@Injectable()
export class Conflicts {
  /** @param atoms those that were in the way */
  async refusal(tx: Tx, wanted: Wanted, reason: ConflictReason, atoms: readonly string[]): Promise<Refusal> {
    const { listing, zone, from, until } = wanted;
    return new Refusal(SLOT_CONFLICT, {
      details: {
        reason,
        listingId: listing.id,
        zoneId: zone.id,
        startsAt: isoOf(from),
        endsAt: isoOf(until),
        ...inTheWay(listing, atoms),
        alternatives: await this.alternatives(tx, wanted),
      },
    });
  }

  /** Up to three times near by that are free. */
  async alternatives(tx: Tx, wanted: Wanted): Promise<{ startsAt: string; endsAt: string }[]> {
    const { listing, from, until } = wanted;
    const free = await freeTimeAround(
      tx,
      wanted,
      Math.max(from - SEARCH_MINUTES, minuteFloor(tx.now)),
      Math.max(until, minuteFloor(tx.now)) + SEARCH_MINUTES,
    );
    return alternativesIn(listing, isPublicHoliday, free, wanted).map(([start, end]) => ({
      startsAt: isoOf(start),
      endsAt: isoOf(end),
    }));
  }
}
