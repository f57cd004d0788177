import type { Booking, EndBooking } from '@digilist/contracts';
import { type RequestContext, requireOrg, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { BookingMoves } from '../booking-moves.js';
import { readBooking } from '../bookings.queries.js';
import { obstacleToEnd } from '../domain/lifecycle.js';
import { requireNoObstacle } from '../obstacles.js';

/** What staff says of a booking afterwards. */
@Injectable()
export class OutcomesService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly moves: BookingMoves,
  ) {}

  complete(ctx: RequestContext, request: EndBooking): Promise<Booking> {
    return this.end(ctx, request, 'completed');
  }

  noShow(ctx: RequestContext, request: EndBooking): Promise<Booking> {
    return this.end(ctx, request, 'no_show');
  }

  private end(ctx: RequestContext, { id, reason }: EndBooking, to: 'completed' | 'no_show'): Promise<Booking> {
    return this.work.run(ctx, async (tx) => {
      const booking = await this.moves.lockReachable(tx, ctx, id);
      // Only whoever lends it out can tell: no booker of themselves, and no organization of its members.
      requireOrg(tx.reach, booking.orgId);
      requireNoObstacle(obstacleToEnd(booking, to, tx.now), booking);
      if (to === 'completed') await this.moves.complete(tx, [booking], reason ?? null);
      else await this.moves.noShow(tx, booking, reason ?? null);
      return readBooking(tx, id, userOf(ctx).userId);
    });
  }
}
