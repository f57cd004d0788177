import { type ConflictReason, SLOT_CONFLICT } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { freeTimeAround } from '../calendar/index.js';
import { isoOf, MINUTES_A_DAY, minuteFloor } from '../listings/index.js';
import { alternativesIn, SEARCH_DAYS } from './domain/alternatives.js';
import type { Order } from './domain/order.js';

/** Says why a time could not be had, and which ones near it could. */
@Injectable()
export class Conflicts {
  async refusal(tx: Tx, order: Order, reason: ConflictReason): Promise<Refusal> {
    const { listing, zone, from, until } = order;
    const around = SEARCH_DAYS * MINUTES_A_DAY;
    const free = await freeTimeAround(tx, order, Math.max(from - around, minuteFloor(tx.now)), until + around);
    const alternatives = alternativesIn(free, order, {
      stepMinutes: listing.bookingRules.stepMinutes,
      timezone: listing.timezone,
    });
    return new Refusal(SLOT_CONFLICT, {
      details: {
        reason,
        listingId: listing.id,
        zoneId: zone.id,
        startsAt: isoOf(from),
        endsAt: isoOf(until),
        alternatives: alternatives.map(([start, end]) => ({ startsAt: isoOf(start), endsAt: isoOf(end) })),
      },
    });
  }
}
