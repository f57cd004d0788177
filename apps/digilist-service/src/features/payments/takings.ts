import type { PaymentStatus } from '@digilist/contracts';
import { type LocalText, money, NOT_FOUND, Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { debit, Ledger, sale, type VatPart } from '../ledger/index.js';
import { momentText, moneyText, type Notice, NotificationsService } from '../notifications/index.js';
import { Cases } from './cases.js';
import { findingOf } from './domain/finding.js';
import { tellPayment } from './facts.js';
import { type PayableBooking, PayableBookings } from './payable-bookings.js';
import {
  AUTHORIZE_PAYMENT,
  CAPTURE_PAYMENT,
  END_PAYMENT,
  LOCK_PAYMENT,
  type PaymentRow,
  PLAN_CALL,
  SHARES,
  type ShareRow,
} from './payments.sql.js';
import type { ProviderPayment } from './providers/index.js';
import { PaymentQueue } from './queue.js';
import { Returns } from './returns.js';
import { HURRY_CALLS } from './work.sql.js';

/** A payment and what it is for, all of it locked. */
export interface LockedPayment {
  readonly payment: PaymentRow;
  readonly shares: readonly ShareRow[];
  /** In the order of their ids. */
  readonly bookings: readonly PayableBooking[];
}

type EndStatus = Extract<PaymentStatus, 'failed' | 'cancelled' | 'expired'>;

/** Takes money in: what a provider says becomes what is so, once. */
@Injectable()
export class Takings {
  constructor(
    private readonly bookings: PayableBookings,
    private readonly returns: Returns,
    private readonly ledger: Ledger,
    private readonly cases: Cases,
    private readonly notifications: NotificationsService,
    private readonly queue: PaymentQueue,
  ) {}

  /** Its bookings first: everybody locks in this order. @throws Refusal NOT_FOUND */
  async lock(tx: Tx, id: string): Promise<LockedPayment> {
    const shares = await tx.query<ShareRow>(SHARES, [tx.tenantId, id]);
    const bookings = await this.bookings.lockMany(
      tx,
      shares.map(({ bookingId }) => bookingId),
    );
    const [payment] = await tx.query<PaymentRow>(LOCK_PAYMENT, [tx.tenantId, id]);
    if (!payment) throw new Refusal(NOT_FOUND);
    // The sums as they are now that nobody else changes them.
    return { payment, bookings, shares: await tx.query<ShareRow>(SHARES, [tx.tenantId, id]) };
  }

  /**
   * Makes of a payment what the provider says of it. Answers when the provider is to be asked again; null: when it has
   * something to tell.
   */
  async apply(tx: Tx, id: string, said: ProviderPayment | null): Promise<Date | null> {
    const locked = await this.lock(tx, id);
    const { payment } = locked;
    const finding = findingOf(payment, said, tx.now);
    switch (finding.kind) {
      case 'money':
        await this.take(tx, locked, finding.captured);
        return null;
      case 'ended':
        await this.end(tx, locked, finding.status, null);
        return null;
      case 'overdue':
        await this.plan(tx, id, 'cancel', 0);
        return new Date(tx.now.getTime() + CLOSING_MS);
      case 'mismatch':
        await this.cases.open(tx, payment, { kind: 'amount_mismatch', finding: finding.finding });
        return null;
      case 'nothing':
        // A call that was not heard of may have been answered by this.
        if (payment.authorized > 0) {
          await tx.query(HURRY_CALLS, [tx.tenantId, id, null]);
          tx.afterCommit(() => this.queue.wake());
          return null;
        }
        return isOpen(payment) ? payment.expiresAt : null;
    }
  }

  /** The provider has taken what it held for us. */
  async captured(tx: Tx, { payment, shares, bookings }: LockedPayment): Promise<void> {
    const [row] = await tx.query<{ version: number }>(CAPTURE_PAYMENT, [tx.tenantId, payment.id, tx.actorId]);
    if (!row) return;
    const { id, orgId, amount, currency } = payment;
    await this.ledger.write(tx, {
      orgId,
      kind: 'payment_captured',
      sourceId: id,
      currency,
      lines: shares.flatMap((share) => [
        debit('provider_clearing', share.amount, share.bookingId),
        ...sale(share.parts, share.bookingId),
      ]),
    });
    const eventId = tellPayment(tx, 'captured', payment, { status: 'captured', version: row.version });
    const vat = shares.flatMap(({ parts }) => parts).reduce((sum, part: VatPart) => sum + part.vat, 0);
    const details = {
      amount: moneyText(money(amount, currency)),
      vat: moneyText(money(vat, currency)),
      method: METHODS[payment.provider],
      receipt: id,
    };
    await this.tell(tx, payment, bookings, { event: 'payment.received', eventId, details });
    await this.cases.resolveByItself(tx, id, 'capture_failed');
  }

  /** The provider has closed it, or given back what it only held. */
  async closed(tx: Tx, locked: LockedPayment): Promise<void> {
    const { payment, bookings } = locked;
    if (payment.authorized === 0) {
      await this.end(tx, locked, tx.now >= payment.expiresAt ? 'expired' : 'cancelled', null);
      return;
    }
    if (payment.status === 'cancelled') return;
    const eventId = await this.end(tx, locked, 'cancelled', 'it came too late');
    const details = { amount: moneyText(money(payment.authorized, payment.currency)) };
    await this.tell(tx, payment, bookings, { event: 'payment.refunded', eventId, details });
    await this.cases.resolveByItself(tx, payment.id, 'late_payment');
    await this.cases.resolveByItself(tx, payment.id, 'paid_but_impossible');
  }

  /** Nothing was taken, and nothing will be. Answers the id of the event. */
  async end(tx: Tx, { payment, bookings }: LockedPayment, status: EndStatus, failure: string | null): Promise<string> {
    const values = [tx.tenantId, payment.id, status, failure, tx.actorId];
    const { version } = await tx.one<{ version: number }>(END_PAYMENT, values);
    const eventId = tellPayment(tx, 'ended', payment, { status, version });
    // Who was refused before there was a page to pay on was answered so.
    if (status !== 'failed' || payment.status !== 'open') return eventId;
    const [first] = bookings;
    const details = {
      amount: moneyText(money(payment.amount, payment.currency)),
      ...(first?.expiresAt && {
        due: momentText(first.expiresAt, this.bookings.notice(first).timeZone),
      }),
    };
    await this.tell(tx, payment, bookings, { event: 'payment.failed', eventId, details });
    return eventId;
  }

  /** Has the provider do something, after the commit. */
  async plan(tx: Tx, paymentId: string, kind: 'capture' | 'cancel', amount: number): Promise<void> {
    await tx.query(PLAN_CALL, [tx.tenantId, paymentId, kind, amount, tx.actorId]);
    tx.afterCommit(() => this.queue.wake());
  }

  /**
   * The payer has paid. Bookings that still wait for it are paid; for the others it came too late, and is given back:
   * what is only held is let go, what is taken is refunded. Nobody takes a time again that a hold has lost.
   */
  private async take(tx: Tx, locked: LockedPayment, taken: boolean): Promise<void> {
    const { payment, bookings } = locked;
    const amounts = new Map(locked.shares.map(({ bookingId, amount }) => [bookingId, amount]));
    const waiting = bookings.filter((booking) => waits(booking, amounts.get(booking.id), tx.now));
    const keep = waiting.length > 0 || taken;
    const values = [tx.tenantId, payment.id, tx.actorId, keep];
    const [row] = await tx.query<{ version: number }>(AUTHORIZE_PAYMENT, values);
    if (!row) return;
    tellPayment(tx, 'authorized', payment, { status: 'authorized', version: row.version });
    if (waiting.length > 0) await this.bookings.pay(tx, waiting);
    if (waiting.length < bookings.length)
      await this.cases.open(tx, payment, {
        kind: 'late_payment',
        finding: `${bookings.length - waiting.length} of ${bookings.length} bookings had ended`,
      });
    if (!keep) {
      await this.plan(tx, payment.id, 'cancel', 0);
      return;
    }
    if (taken) await this.captured(tx, locked);
    else await this.plan(tx, payment.id, 'capture', payment.amount);
    await this.giveBack(tx, locked, new Set(waiting.map(({ id }) => id)));
  }

  private async giveBack(tx: Tx, { payment, shares }: LockedPayment, paid: ReadonlySet<string>): Promise<void> {
    const late = shares.filter(({ bookingId }) => !paid.has(bookingId));
    const { id: paymentId, orgId, userId, currency } = payment;
    await this.returns.promise(
      tx,
      late.map(({ bookingId, amount, parts }) => ({
        paymentId,
        bookingId,
        orgId,
        userId,
        amount,
        from: 0,
        parts,
        currency,
        cause: 'late_payment' as const,
        reason: null,
      })),
    );
  }

  /** The payer, about all that was paid for. */
  private async tell(
    tx: Tx,
    { userId }: PaymentRow,
    bookings: readonly PayableBooking[],
    notice: Pick<Notice, 'event' | 'eventId' | 'details'>,
  ): Promise<void> {
    const about = bookings.map((booking) => this.bookings.notice(booking));
    await this.notifications.notify(tx, {
      ...notice,
      recipientId: userId,
      ...about[0],
      ...(about.length > 1 && { bookings: about }),
    } as Notice);
  }
}

/** The provider is asked again so long after it was told to close a payment. */
const CLOSING_MS = 60_000;

const METHODS: Readonly<Record<PaymentRow['provider'], LocalText>> = {
  vipps: { nb: 'Vipps', nn: 'Vipps', en: 'Vipps' },
  stripe: { nb: 'kort', nn: 'kort', en: 'card' },
  development: { nb: 'prøvebetaling', nn: 'prøvebetaling', en: 'test payment' },
};

export const isOpen = ({ status }: Pick<PaymentRow, 'status'>): boolean => status === 'created' || status === 'open';

/** Does the booking still wait for this, and for this much? A hold that has run out is nobody's, also before it was swept. */
const waits = ({ status, expiresAt, total }: PayableBooking, amount: number | undefined, now: Date): boolean =>
  status === 'awaiting_payment' && expiresAt !== null && expiresAt > now && total === amount;
