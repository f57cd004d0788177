import {
  DEFAULT_REFUND_LADDER,
  NOTHING_KEPT,
  PAYMENT_UNDER_WAY,
  PRICE_DIFFERENCE_DUE,
  type RefundStep,
} from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { run } from '../../database/named-statement.js';
import { Credits } from '../invoices/index.js';
import { type Entry, Ledger, shareOf, type VatPart } from '../ledger/index.js';
import { type Ending, type Move, type Settled, settle, type Terms, termsAfter } from './domain/refund-ladder.js';
import { spread } from './domain/spread.js';
import type { PayableBooking } from './payable-bookings.js';
import { PaymentQueue } from './queue.js';
import { Returns, type Wanted } from './returns.js';
import {
  CLOSE_PAYMENTS,
  GROUNDS_OF_SETTLEMENT,
  type Grounds,
  LOCK_PAYMENTS_OF_BOOKINGS,
  LOCK_SETTLEMENT,
  REFUND_OF_SETTLEMENT,
  type SettlementRow,
  WAIVE_KEPT,
  WRITE_SETTLEMENTS,
  type WriteSettlements,
} from './settlements.sql.js';

/** A booking as it was when it ended. */
export type EndedBooking = PayableBooking;

/** What money is in a booking, and what was agreed about it. */
interface Money {
  readonly booking: EndedBooking;
  readonly ladder: readonly RefundStep[];
  readonly shares: Grounds['shares'];
  /** Paid and not given back. */
  readonly paid: number;
  readonly openPaymentId: string | null;
  /** Its status; what was granted once is, also while a change of it waits for a decision: else a change would undo the terms. */
  readonly standing: EndedBooking['status'];
  /** Times that its booker has given up. */
  readonly moves: readonly Move[];
}

interface Settlement extends Money {
  readonly id: string;
  readonly settled: Settled;
}

/**
 * What becomes of the money when something happens to bookings, in the same transaction. The bookings are locked by
 * whoever calls. Takes the same few statements for one booking and for a thousand.
 */
@Injectable()
export class Settlements {
  constructor(
    private readonly returns: Returns,
    private readonly ledger: Ledger,
    private readonly credits: Credits,
    private readonly queue: PaymentQueue,
  ) {}

  /** Bookings have ended: pays back what the terms say, and says what is kept. Each with what came of it. */
  async ended(
    tx: Tx,
    bookings: readonly EndedBooking[],
    { to, by }: Pick<Ending, 'to' | 'by'>,
    reason: string | null = null,
  ): Promise<void> {
    const priced = bookings.filter(({ total, status }) => total > 0 && status !== 'draft');
    const monies = await this.monies(tx, priced);
    const settlements = monies.map((money): Settlement => {
      const { booking, ladder, paid, standing, moves } = money;
      const settled = settle({ to, by, from: standing }, booking, moves, paid, ladder, tx.now);
      return { ...money, id: uuidv7(), settled };
    });
    // What was never paid nor owed leaves nothing behind.
    const worth = settlements.filter(({ paid, settled }) => paid > 0 || settled.kept > 0);
    if (worth.length > 0) await this.write(tx, worth, by === 'booker' ? null : reason);
    const invoiced = settlements.filter(({ booking }) => booking.paymentPolicy === 'INVOICE');
    await this.credits.credit(
      tx,
      invoiced.map(({ booking, settled }) => ({ bookingId: booking.id, owed: settled.kept })),
    );
    await this.close(tx, monies);
  }

  /**
   * Bookings cost something else than before. What was paid too much is given back.
   * @throws Refusal PRICE_DIFFERENCE_DUE where more is to be paid, PAYMENT_UNDER_WAY while somebody may be paying the old price
   */
  async changed(tx: Tx, changes: readonly { booking: PayableBooking; total: number }[]): Promise<void> {
    const totals = new Map(
      changes.flatMap(({ booking, total }) => (booking.total === total ? [] : [[booking.id, total]])),
    );
    const monies = await this.monies(
      tx,
      changes.flatMap(({ booking }) => (totals.has(booking.id) && booking.status !== 'draft' ? [booking] : [])),
    );
    const underWay = monies.find(({ openPaymentId }) => openPaymentId !== null);
    if (underWay) throw new Refusal(PAYMENT_UNDER_WAY, { details: { paymentId: underWay.openPaymentId } });
    for (const { booking, paid } of monies) {
      const total = totals.get(booking.id) as number;
      const due = total - paid;
      const asPaid = paid > 0 || isPastPaying(booking);
      if (asPaid && due > 0 && total > booking.total)
        throw new Refusal(PRICE_DIFFERENCE_DUE, { details: { bookingId: booking.id, due, paid } });
    }
    const paid = monies.filter((money) => money.paid > 0);
    const wanted = paid.flatMap((money) => {
      const over = money.paid - (totals.get(money.booking.id) as number);
      return over > 0 ? wantedOf(money, over, 'price_lowered', null) : [];
    });
    await this.promiseAll(tx, wanted);
    const invoiced = monies.filter(({ booking }) => booking.paymentPolicy === 'INVOICE');
    await this.credits.credit(
      tx,
      invoiced.map(({ booking }) => ({ bookingId: booking.id, owed: totals.get(booking.id) as number })),
    );
  }

  /** What its booker gets back of a booking that has ended. */
  async refundOf(tx: Tx, bookingId: string): Promise<number> {
    const [settled] = await tx.query<{ refund: number }>(REFUND_OF_SETTLEMENT, [tx.tenantId, bookingId]);
    return settled?.refund ?? 0;
  }

  /** Paid and not given back. */
  async paidOf(tx: Tx, booking: PayableBooking): Promise<number> {
    const [money] = await this.monies(tx, booking.total > 0 ? [booking] : []);
    return money?.paid ?? 0;
  }

  /** What would be given back, and what kept, if its booker cancelled the booking now. */
  async preview(tx: Tx, booking: PayableBooking): Promise<{ paid: number; settled: Settled; until: Terms['until'] }> {
    const [grounds] = await tx.query<Grounds>(GROUNDS_OF_SETTLEMENT, [tx.tenantId, [booking.id]]);
    const { ladder, paid, standing, moves } = moneyOf(booking, grounds as Grounds);
    const ending = { to: 'cancelled', by: 'booker', from: standing } as const;
    return {
      paid,
      settled: settle(ending, booking, moves, paid, ladder, tx.now),
      until: standing === 'confirmed' ? termsAfter(moves, ladder, booking.startsAt, tx.now).until : null,
    };
  }

  /**
   * Keeps nothing of a booking after all. Answers what was kept, and what of that is on its way back.
   * @throws Refusal NOTHING_KEPT
   */
  async waive(
    tx: Tx,
    booking: EndedBooking,
    reason: string,
  ): Promise<{ waived: number; refund: number; currency: string }> {
    const [money] = await this.monies(tx, [booking]);
    const [settlement] = await tx.query<SettlementRow>(LOCK_SETTLEMENT, [tx.tenantId, booking.id]);
    if (!money || !settlement || settlement.kept === 0) throw new Refusal(NOTHING_KEPT);
    const { id, kept, currency } = settlement;
    const refund = Math.min(kept, money.paid);
    await tx.query(WAIVE_KEPT, [tx.tenantId, id, refund, reason, tx.actorId]);
    await this.ledger.write(tx, feeEntry({ ...money, id }, 'fee_waived'));
    if (refund > 0) await this.promiseAll(tx, wantedOf(money, refund, 'manual', reason));
    if (booking.paymentPolicy === 'INVOICE') await this.credits.credit(tx, [{ bookingId: booking.id, owed: 0 }]);
    tx.audit({
      action: 'digilist.booking.waive-fee',
      entity: { type: 'booking', id: booking.id },
      orgId: booking.orgId,
      changes: { waived: kept, refund },
      reason,
    });
    return { waived: kept, refund, currency };
  }

  private async monies(tx: Tx, bookings: readonly PayableBooking[]): Promise<Money[]> {
    if (bookings.length === 0) return [];
    const ids = bookings.map(({ id }) => id);
    await tx.query(LOCK_PAYMENTS_OF_BOOKINGS, [tx.tenantId, ids]);
    const grounds = await tx.query<Grounds>(GROUNDS_OF_SETTLEMENT, [tx.tenantId, ids]);
    const byId = new Map(grounds.map((ground) => [ground.bookingId, ground]));
    return bookings.map((booking) => moneyOf(booking, byId.get(booking.id) as Grounds));
  }

  private async write(tx: Tx, settlements: readonly Settlement[], reason: string | null): Promise<void> {
    await run<Record<string, never>, WriteSettlements>(tx, WRITE_SETTLEMENTS, {
      tenantId: tx.tenantId,
      actorId: tx.actorId,
      ids: settlements.map(({ id }) => id),
      orgIds: settlements.map(({ booking }) => booking.orgId),
      bookingIds: settlements.map(({ booking }) => booking.id),
      causes: settlements.map(({ settled }) => settled.cause),
      totals: settlements.map(({ booking }) => booking.total),
      paid: settlements.map(({ paid }) => paid),
      refunds: settlements.map(({ settled }) => settled.refund),
      kept: settlements.map(({ settled }) => settled.kept),
      currencies: settlements.map(({ booking }) => booking.currency),
      percents: settlements.map(({ settled }) => settled.percent),
      fees: settlements.map(({ settled }) => settled.fee),
    });
    await this.promiseAll(
      tx,
      settlements.flatMap((each) =>
        each.settled.refund > 0 ? wantedOf(each, each.settled.refund, each.settled.cause, reason) : [],
      ),
    );
    const kept = settlements.filter(({ paid, settled }) => paid > settled.refund);
    await this.ledger.writeAll(
      tx,
      kept.map((each) => feeEntry(afterRefund(each), 'fee_kept')),
    );
  }

  private async promiseAll(tx: Tx, wanted: readonly Wanted[]): Promise<void> {
    const promised = await this.returns.promise(tx, wanted);
    // Their payments are locked: nobody can have taken it meanwhile.
    if (promised.length !== wanted.length) throw new Error('less is left of a payment than was read under its lock');
  }

  private async close(tx: Tx, monies: readonly Money[]): Promise<void> {
    const open = monies.flatMap(({ openPaymentId }) => openPaymentId ?? []);
    if (open.length === 0) return;
    await tx.query(CLOSE_PAYMENTS, [tx.tenantId, open, tx.actorId]);
    tx.afterCommit(() => this.queue.wake());
  }
}

/** Nobody will be asked to pay it any more, though its listing is paid ahead: not even when it is approved. */
const isPastPaying = ({ status, paymentPolicy }: PayableBooking): boolean =>
  status === 'confirmed'
    ? paymentPolicy !== 'INVOICE' && paymentPolicy !== 'FREE'
    : status === 'awaiting_approval' && paymentPolicy === 'PAY_THEN_APPROVE';

function moneyOf(booking: PayableBooking, { ladder, shares, openPaymentId, granted, ...grounds }: Grounds): Money {
  const paid = shares.reduce((sum, share) => sum + share.paid - share.promised, 0);
  const standing = granted && booking.status === 'awaiting_approval' ? 'confirmed' : booking.status;
  const moves = grounds.moves.map(({ at, startsAt }) => ({ at: new Date(at), startsAt: new Date(startsAt) }));
  return { booking, ladder: ladder ?? DEFAULT_REFUND_LADDER, shares, paid, openPaymentId, standing, moves };
}

function wantedOf({ booking, shares }: Money, amount: number, cause: Wanted['cause'], reason: string | null): Wanted[] {
  const { id: bookingId, orgId, userId } = booking;
  return spread(shares, amount).map(({ paymentId, amount: portion, from }) => {
    const { parts, currency } = shares.find((share) => share.paymentId === paymentId) as Grounds['shares'][number];
    return { paymentId, bookingId, orgId, userId, amount: portion, from, parts, currency, cause, reason };
  });
}

/** As it is once what was decided is promised. */
function afterRefund<Of extends Settlement>(settlement: Of): Of {
  const portions = new Map(
    spread(settlement.shares, settlement.settled.refund).map(({ paymentId, amount }) => [paymentId, amount]),
  );
  const shares = settlement.shares.map((share) => ({
    ...share,
    promised: share.promised + (portions.get(share.paymentId) ?? 0),
  }));
  return { ...settlement, shares };
}

/** What is kept of what was paid is a fee instead of a sale, or a sale again. Its VAT stays what it was. */
function feeEntry(
  { id, booking, shares }: Pick<Settlement, 'id' | 'booking' | 'shares'>,
  kind: 'fee_kept' | 'fee_waived',
): Entry {
  const sign = kind === 'fee_kept' ? 1 : -1;
  const parts: VatPart[] = shares.flatMap(({ parts: of, promised, paid }) => shareOf(of, promised, paid));
  return {
    orgId: booking.orgId,
    kind,
    sourceId: id,
    currency: booking.currency,
    lines: parts.flatMap(({ vatBasisPoints, net }) => [
      { account: 'revenue' as const, amount: sign * net, vatBasisPoints, bookingId: booking.id },
      { account: 'fees_kept' as const, amount: -sign * net, vatBasisPoints, bookingId: booking.id },
    ]),
  };
}
