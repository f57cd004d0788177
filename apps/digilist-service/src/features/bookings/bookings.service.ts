import {
  type Booking,
  type CancelBooking,
  type CancelledBooking,
  type CancelledBy,
  type CreateBooking,
  INVALID_STATE,
  type SubmitBooking,
  type TimeWanted,
} from '@digilist/contracts';
import { money, Refusal, VALIDATION_FAILED } from '@kit/contracts';
import { type Reach, type RequestContext, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { requireBehalf, requireUnrestricted, Usage } from '../../platform/index.js';
import { readPlace, requirePlace } from '../listings/index.js';
import { Settlements } from '../payments/index.js';
import { QuotesService } from '../pricing/index.js';
import { BookingMoves } from './booking-moves.js';
import { type Belonging, readBooking } from './bookings.queries.js';
import type { LockedBooking } from './bookings.sql.js';
import { obstacleToCancel } from './domain/lifecycle.js';
import type { Wish } from './domain/order.js';
import { requireBookersNotice, requireNoObstacle } from './obstacles.js';
import { takeOrder } from './ordering.js';
import { Placing } from './placing.js';

@Injectable()
export class BookingsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly usage: Usage,
    private readonly placing: Placing,
    private readonly moves: BookingMoves,
    private readonly quotes: QuotesService,
    private readonly settlements: Settlements,
  ) {}

  create(ctx: RequestContext, request: CreateBooking): Promise<Booking> {
    return this.quotes.orFresh(ctx, () => this.place(ctx, request));
  }

  private place(ctx: RequestContext, request: CreateBooking): Promise<Booking> {
    return this.usage.run(ctx, async (tx) => {
      requireNothingOfDraft(request);
      const userId = userOf(ctx).userId;
      const [place] = await Promise.all([
        requirePlace(tx, request.listingId, request.discountCode ?? null),
        requireUnrestricted(tx, userId),
      ]);
      const behalf = await requireBehalf(tx, userId, request.onBehalfOfOrgId ?? null);
      const order = await takeOrder(tx, request, place, { userId, behalf }, ctx.locale);
      return this.placing.place(tx, ctx, order, {
        draft: request.draft ?? false,
        submitted: null,
        holdId: request.holdId ?? null,
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
      const draft = await this.moves.lockReachable(tx, ctx, id);
      if (draft.status !== 'draft') throw new Refusal(INVALID_STATE, { details: { status: draft.status } });
      await requireUnrestricted(tx, draft.userId);
      const place = await requirePlace(tx, draft.listingId, draft.discountCode);
      // Who has left the organization since does not book for it any more.
      const behalf = await requireBehalf(tx, draft.userId, draft.onBehalfOfOrgId);
      const wish = wishOf(draft, termsVersion);
      const order = await takeOrder(tx, wish, place, { userId: draft.userId, behalf }, ctx.locale);
      return this.placing.place(tx, ctx, order, { ...draft, draft: false, submitted: draft, holdId: null });
    });
  }

  cancel(ctx: RequestContext, { id, reason, publicReason }: CancelBooking): Promise<CancelledBooking> {
    return this.work.run(ctx, async (tx) => {
      const booking = await this.moves.lockReachable(tx, ctx, id);
      const asStaff = tx.reach.covers(booking.orgId);
      requireNoObstacle(obstacleToCancel(booking, tx.now, asStaff), booking);
      if (!asStaff && booking.status === 'confirmed') {
        const place = await readPlace(tx, booking.listingId);
        if (place) requireBookersNotice(place.listing, 'cancel', booking, tx.now, ctx.locale);
      }
      const by = sideOf(tx.reach, booking, userOf(ctx).userId);
      if (by === 'booker' && publicReason !== undefined) throw publicReasonExcluded();
      await this.moves.cancel(tx, [booking], { reason, by, ...(publicReason !== undefined && { publicReason }) });
      const [cancelled, refund] = await Promise.all([
        readBooking(tx, id, userOf(ctx).userId),
        this.settlements.refundOf(tx, id),
      ]);
      const amount = money(refund, booking.currency);
      return { ...cancelled, refund: { amount, status: refund > 0 ? 'pending' : 'none' } };
    });
  }
}

/** Whose side the caller is on: who administers the listing calls off what others have booked. */
const sideOf = (reach: Reach, booking: Belonging, callerId: string): CancelledBy =>
  booking.userId !== callerId && reach.covers(booking.orgId) ? 'municipality' : 'booker';

/** Bookers have nobody to tell something else. */
function publicReasonExcluded(): Refusal {
  const message = 'The reason is the one that is told: leave publicReason out.';
  return new Refusal(VALIDATION_FAILED, { errors: [{ path: 'publicReason', code: 'EXCLUDED', message }] });
}

/** A draft takes over no time, and its price is that of the day it is submitted. @throws Refusal VALIDATION_FAILED */
function requireNothingOfDraft({ holdId, quoteId, draft }: CreateBooking): void {
  if (!draft) return;
  const excluded = (path: string, message: string) => ({ path, code: 'EXCLUDED', message });
  const errors = [
    ...(holdId === undefined ? [] : [excluded('holdId', 'A draft holds no time: leave holdId out.')]),
    ...(quoteId === undefined
      ? []
      : [excluded('quoteId', 'A draft is priced when it is submitted: leave quoteId out.')]),
  ];
  if (errors.length > 0) throw new Refusal(VALIDATION_FAILED, { errors });
}

/** What the draft asks for, as if it were asked for now. */
function wishOf(draft: LockedBooking, termsVersion: string | undefined): Wish & TimeWanted {
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
