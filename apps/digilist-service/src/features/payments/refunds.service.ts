import {
  type BookingId,
  type CancellationTerms,
  type CreateRefund,
  INVALID_STATE,
  PAYMENT_INVALID_STATE,
  REFUND_TO_ONESELF,
  REFUND_TOO_LARGE,
  type Refund,
  type WaiveCancellationFee,
  type Waived,
} from '@digilist/contracts';
import { money, NOT_FOUND, Refusal, VALIDATION_FAILED } from '@kit/contracts';
import { type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { PayableBookings } from './payable-bookings.js';
import type { ShareRow } from './payments.sql.js';
import { Returns } from './returns.js';
import { GET_REFUND, type RefundAnswer } from './returns.sql.js';
import { Settlements } from './settlements.js';
import { Takings } from './takings.js';

/** What staff give back, and what anybody may know of it before. */
@Injectable()
export class RefundsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly bookings: PayableBookings,
    private readonly takings: Takings,
    private readonly returns: Returns,
    private readonly settlements: Settlements,
  ) {}

  create(ctx: RequestContext, { id, bookingId, amount, reason }: CreateRefund): Promise<Refund> {
    return this.work.run(ctx, async (tx) => {
      const { payment, shares } = await this.takings.lock(tx, id);
      if (!tx.reach.covers(payment.orgId)) throw new Refusal(NOT_FOUND);
      if (payment.userId === tx.actorId) throw new Refusal(REFUND_TO_ONESELF);
      const share = shareFor(shares, bookingId);
      if (payment.captured === 0) throw new Refusal(PAYMENT_INVALID_STATE, { details: { status: payment.status } });
      const { orgId, userId, currency } = payment;
      const [refundId] = await this.returns.promise(tx, [
        {
          paymentId: id,
          bookingId: share.bookingId,
          orgId,
          userId,
          amount,
          from: share.promised,
          parts: share.parts,
          currency,
          cause: 'manual',
          reason,
        },
      ]);
      if (!refundId) throw new Refusal(REFUND_TOO_LARGE, { details: { left: share.paid - share.promised } });
      return tx.one<RefundAnswer>(GET_REFUND, [tx.tenantId, refundId]);
    });
  }

  terms(ctx: RequestContext, { id }: BookingId): Promise<CancellationTerms> {
    return this.work.run(ctx, async (tx) => {
      const booking = await this.bookings.read(tx, ctx, id);
      const { paid, settled, until } = await this.settlements.preview(tx, booking);
      const { currency } = booking;
      return {
        bookingId: id,
        possible: await this.bookings.canCancel(tx, ctx, booking),
        paid: money(paid, currency),
        refund: money(settled.refund, currency),
        kept: money(settled.kept, currency),
        percent: settled.percent,
        fee: money(settled.fee, currency),
        until: until?.toISOString() ?? null,
      };
    });
  }

  waive(ctx: RequestContext, { id, reason }: WaiveCancellationFee): Promise<Waived> {
    return this.work.run(ctx, async (tx) => {
      const [booking] = await this.bookings.lockMany(tx, [id]);
      if (!booking || !tx.reach.covers(booking.orgId)) throw new Refusal(NOT_FOUND);
      if (booking.userId === tx.actorId) throw new Refusal(REFUND_TO_ONESELF);
      if (booking.status !== 'cancelled' && booking.status !== 'refunded')
        throw new Refusal(INVALID_STATE, { details: { status: booking.status } });
      const { waived, refund, currency } = await this.settlements.waive(tx, booking, reason);
      return { bookingId: id, waived: money(waived, currency), refund: money(refund, currency) };
    });
  }
}

/** What the booking that is named has of a payment; of one booking it need not be named. @throws Refusal NOT_FOUND, VALIDATION_FAILED */
function shareFor(shares: readonly ShareRow[], bookingId: string | undefined): ShareRow {
  if (bookingId === undefined && shares.length > 1) {
    const message = 'The payment is for several bookings: name one.';
    throw new Refusal(VALIDATION_FAILED, { errors: [{ path: 'bookingId', code: 'REQUIRED', message }] });
  }
  const share = bookingId === undefined ? shares[0] : shares.find((each) => each.bookingId === bookingId);
  if (!share) throw new Refusal(NOT_FOUND);
  return share;
}
