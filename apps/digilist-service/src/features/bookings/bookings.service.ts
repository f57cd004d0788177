import {
  BOOKING_STARTED,
  type Booking,
  type CancelBooking,
  type CancelledBy,
  type CreateBooking,
  INVALID_STATE,
  type SubmitBooking,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import { type Reach, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { requireBehalf, requireUnrestricted, Usage } from '../../platform/index.js';
import { requirePlace } from '../listings/index.js';
import { BookingMoves } from './booking-moves.js';
import { type Belonging, reaches, readBooking } from './bookings.queries.js';
import type { LockedBooking } from './bookings.sql.js';
import { decideCancel } from './domain/lifecycle.js';
import { orderOf, type Wish } from './domain/order.js';
import { Placing } from './placing.js';

@Injectable()
export class BookingsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly usage: Usage,
    private readonly placing: Placing,
    private readonly moves: BookingMoves,
  ) {}

  create(ctx: RequestContext, request: CreateBooking): Promise<Booking> {
    return this.usage.run(ctx, async (tx) => {
      const userId = userOf(ctx).userId;
      const [place] = await Promise.all([
        requirePlace(tx, request.listingId, request.discountCode ?? null),
        requireUnrestricted(tx, userId),
      ]);
      const behalf = await requireBehalf(tx, userId, request.onBehalfOfOrgId ?? null);
      const order = orderOf(request, place, behalf, tx.now, ctx.locale);
      return this.placing.place(tx, ctx, order, {
        draft: request.draft ?? false,
        submitted: null,
        userId,
        onBehalfOfOrgId: behalf?.orgId ?? null,
        attendees: request.attendees ?? null,
        purpose: request.purpose ?? null,
        publicTitle: request.publicTitle ?? null,
        showInPublicCalendar: request.showInPublicCalendar ?? false,
        discountCode: request.discountCode ?? null,
        addOns: request.addOns ?? [],
      });
    });
  }

  submit(ctx: RequestContext, { id, termsVersion }: SubmitBooking): Promise<Booking> {
    return this.usage.run(ctx, async (tx) => {
      const draft = await this.reachable(tx, ctx, id);
      if (draft.status !== 'draft') throw new Refusal(INVALID_STATE, { details: { status: draft.status } });
      await requireUnrestricted(tx, draft.userId);
      const place = await requirePlace(tx, draft.listingId, draft.discountCode);
      // Who has left the organization since does not book for it any more.
      const behalf = await requireBehalf(tx, draft.userId, draft.onBehalfOfOrgId);
      const order = orderOf(wishOf(draft, termsVersion), place, behalf, tx.now, ctx.locale);
      return this.placing.place(tx, ctx, order, { ...draft, draft: false, submitted: draft });
    });
  }

  cancel(ctx: RequestContext, { id, reason }: CancelBooking): Promise<Booking> {
    return this.work.run(ctx, async (tx) => {
      const booking = await this.reachable(tx, ctx, id);
      const decision = decideCancel(booking, tx.now, tx.reach.covers(booking.orgId));
      if (!decision.allowed) {
        throw new Refusal(decision.reason === 'BOOKING_STARTED' ? BOOKING_STARTED : INVALID_STATE, {
          details: { status: booking.status },
        });
      }
      await this.moves.cancel(tx, [booking], { reason, by: sideOf(tx.reach, booking, userOf(ctx).userId) });
      return readBooking(tx, id, userOf(ctx).userId);
    });
  }

  /**
   * The booking, locked, when the caller's permission reaches it.
   * @throws Refusal NOT_FOUND, STALE_VERSION when the caller named a version that is no longer the latest
   */
  private async reachable(tx: Tx, ctx: RequestContext, id: string): Promise<LockedBooking> {
    const booking = await this.moves.lock(tx, id);
    if (!reaches(tx.reach, booking, userOf(ctx).userId)) throw new Refusal(NOT_FOUND);
    if (ctx.ifMatch !== null && ctx.ifMatch !== booking.version) throw new Refusal(STALE_VERSION);
    return booking;
  }
}

/** Whose side the caller is on: who administers the listing calls off what others have booked. */
const sideOf = (reach: Reach, booking: Belonging, callerId: string): CancelledBy =>
  booking.userId !== callerId && reach.covers(booking.orgId) ? 'municipality' : 'booker';

/** What the draft asks for, as if it were asked for now. */
function wishOf(draft: LockedBooking, termsVersion: string | undefined): Wish {
  const { zoneId, startsAt, endsAt, quantity, pricingGroup, addOns, discountCode } = draft;
  return {
    zoneId,
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
    quantity,
    pricingGroup,
    addOns,
    ...(discountCode !== null && { discountCode }),
    ...(termsVersion !== undefined && { termsVersion }),
  };
}
