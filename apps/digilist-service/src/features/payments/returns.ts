import {
  type RefundCause,
  type RefundFact,
  type RefundStatus,
  refundConfirmed,
  refundFailed,
  refundPromised,
} from '@digilist/contracts';
import { type EventType, money, NOT_FOUND, Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { run } from '../../database/named-statement.js';
import { credit, debit, type Entry, Ledger, sale, shareOf, type VatPart } from '../ledger/index.js';
import { moneyText, NotificationsService } from '../notifications/index.js';
import { tellPayment } from './facts.js';
import type { AboutBooking } from './payable-bookings.js';
import type { PaymentRow } from './payments.sql.js';
import { PaymentQueue } from './queue.js';
import {
  CONFIRM_REFUND,
  type ConfirmedRefund,
  LOCK_REFUND,
  NOTE_REFUND,
  PROMISE_REFUNDS,
  type PromiseRefunds,
  type RefundRow,
} from './returns.sql.js';

/** What a payment is to give back for a booking. */
export interface Wanted {
  readonly paymentId: string;
  readonly bookingId: string;
  readonly orgId: string;
  readonly userId: string;
  readonly amount: number;
  /** What of the booking's share was promised before. */
  readonly from: number;
  /** Net and VAT of the whole share. */
  readonly parts: readonly VatPart[];
  readonly currency: string;
  readonly cause: RefundCause;
  /** As a person gave it. */
  readonly reason: string | null;
}

/** Gives money back: promised in the transaction that decides it, carried out after, booked both times. */
@Injectable()
export class Returns {
  constructor(
    private readonly ledger: Ledger,
    private readonly notifications: NotificationsService,
    private readonly queue: PaymentQueue,
  ) {}

  /** Answers the ids of those that could be promised; the others want more than is left. */
  async promise(tx: Tx, wanted: readonly Wanted[]): Promise<string[]> {
    if (wanted.length === 0) return [];
    const refunds = wanted.map((each) => ({ ...each, id: uuidv7() }));
    const promised = await run<{ id: string }, PromiseRefunds>(tx, PROMISE_REFUNDS, {
      tenantId: tx.tenantId,
      actorId: tx.actorId,
      ids: refunds.map(({ id }) => id),
      paymentIds: refunds.map(({ paymentId }) => paymentId),
      bookingIds: refunds.map(({ bookingId }) => bookingId),
      orgIds: refunds.map(({ orgId }) => orgId),
      amounts: refunds.map(({ amount }) => amount),
      currencies: refunds.map(({ currency }) => currency),
      causes: refunds.map(({ cause }) => cause),
      reasons: refunds.map(({ reason }) => reason),
    });
    const ids = new Set(promised.map(({ id }) => id));
    const written = refunds.filter(({ id }) => ids.has(id));
    await this.ledger.writeAll(tx, written.map(promiseEntry));
    for (const refund of written)
      tellRefund(tx, refundPromised, { ...refund, status: 'pending', version: 1 }, refund.userId);
    if (written.length > 0) tx.afterCommit(() => this.queue.wake());
    return written.map(({ id }) => id);
  }

  /** Locks a refund; after its booking and its payment. @throws Refusal NOT_FOUND */
  async lock(tx: Tx, id: string): Promise<RefundRow> {
    const [refund] = await tx.query<RefundRow>(LOCK_REFUND, [tx.tenantId, id]);
    if (!refund) throw new Refusal(NOT_FOUND);
    return refund;
  }

  /** The provider has given it back. Answers whether all that was promised for its booking has arrived with it. */
  async confirm(tx: Tx, payment: PaymentRow, id: string, about: AboutBooking): Promise<boolean> {
    const refund = await this.lock(tx, id);
    const [confirmed] = await tx.query<ConfirmedRefund>(CONFIRM_REFUND, [tx.tenantId, id, tx.actorId]);
    if (!confirmed) return false;
    const { orgId, amount, currency, bookingId } = refund;
    await this.ledger.write(tx, {
      orgId,
      kind: 'refund_paid',
      sourceId: id,
      currency,
      lines: [debit('refunds_payable', amount, bookingId), credit('provider_clearing', amount, bookingId)],
    });
    const told = { ...refund, status: 'confirmed' as const, version: confirmed.version };
    const eventId = tellRefund(tx, refundConfirmed, told, payment.userId);
    tellPayment(tx, 'refunded', payment, { status: confirmed.paymentStatus, version: confirmed.paymentVersion });
    await this.notifications.notify(tx, {
      event: 'payment.refunded',
      eventId,
      recipientId: payment.userId,
      details: { amount: moneyText(money(amount, currency)) },
      ...about,
    });
    return confirmed.pending === 0;
  }

  /** The provider has refused. */
  async fail(tx: Tx, payment: PaymentRow, id: string): Promise<void> {
    const refund = await this.lock(tx, id);
    await this.note(tx, payment, refund, 'failed', refundFailed);
  }

  /** It was given back in another way, e.g. by the bank. */
  async settle(tx: Tx, payment: PaymentRow, id: string): Promise<void> {
    const refund = await this.lock(tx, id);
    if (!(await this.note(tx, payment, refund, 'settled', refundConfirmed))) return;
    const { orgId, amount, currency, bookingId } = refund;
    await this.ledger.write(tx, {
      orgId,
      kind: 'refund_settled',
      sourceId: id,
      currency,
      lines: [debit('refunds_payable', amount, bookingId), credit('bank', amount, bookingId)],
    });
  }

  private async note(
    tx: Tx,
    payment: PaymentRow,
    refund: RefundRow,
    status: RefundStatus,
    event: EventType<RefundFact>,
  ): Promise<boolean> {
    const [noted] = await tx.query<{ version: number }>(NOTE_REFUND, [tx.tenantId, refund.id, status, tx.actorId]);
    if (noted) tellRefund(tx, event, { ...refund, status, version: noted.version }, payment.userId);
    return noted !== undefined;
  }
}

const promiseEntry = ({ id, orgId, amount, from, parts, currency, bookingId }: Wanted & { id: string }): Entry => ({
  orgId,
  kind: 'refund_promised',
  sourceId: id,
  currency,
  lines: [...sale(shareOf(parts, from, from + amount), bookingId, -1), credit('refunds_payable', amount, bookingId)],
});

type ToldRefund = Pick<
  RefundRow,
  'id' | 'paymentId' | 'bookingId' | 'orgId' | 'cause' | 'amount' | 'currency' | 'version'
> & { status: RefundStatus };

const ACTIONS: Readonly<Record<RefundStatus, string>> = {
  pending: 'digilist.refund.create',
  confirmed: 'digilist.refund.confirm',
  failed: 'digilist.refund.fail',
  settled: 'digilist.refund.settle',
};

function tellRefund(tx: Tx, event: EventType<RefundFact>, refund: ToldRefund, userId: string): string {
  const { id, paymentId, bookingId, orgId, status, cause, amount, currency, version } = refund;
  tx.audit({
    action: ACTIONS[status],
    entity: { type: 'refund', id },
    orgId,
    changes: { paymentId, bookingId, cause, amount, currency },
  });
  const data = { refundId: id, paymentId, bookingId, orgId, userId, status, cause, amount, currency };
  return tx.emit(event, { id, version, data });
}
