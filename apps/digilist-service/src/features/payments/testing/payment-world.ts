import {
  type Booking,
  getBooking,
  getPayment,
  type Payment,
  type StartPayment,
  startPayment,
} from '@digilist/contracts';
import type { RequestContext } from '@kit/service';
import { eventually } from '@kit/testing';
import type { Abstract, Type } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { BookingWorld, bodyOf, day } from '../../../testing/booking-world.js';
import type { Reply } from '../../../testing/digilist-world.js';
import { buildHall, type Hall, type HallOptions } from '../../../testing/hall.js';
import { BookingsModule, HoldExpiry } from '../../bookings/index.js';
import { CallsWorker } from '../calls.worker.js';
import { ChecksWorker } from '../checks.worker.js';
import { PaymentEvents, PaymentProviders, type VerifiedWebhook } from '../providers/index.js';
import { ReconciliationJob } from '../reconciliation.job.js';
import { ScriptedProvider, scriptedProviders } from './scripted-provider.js';

export const RETURN_URL = 'http://localhost:3000/paid';

/** Many calls for one payment follow each other. */
const PATIENCE_MS = 30_000;

/** Two hours at 400 kroner and 25 % VAT. */
export const PRICE = 100_000;

/** A town whose residents pay, at a provider that can be told what to do. */
export class PaymentWorld {
  readonly provider = new ScriptedProvider();
  readonly providerId = uuidv7();
  private booked = 0;

  private constructor(readonly world: BookingWorld) {
    Object.assign(this.the(PaymentProviders), scriptedProviders(this.provider, this.providerId));
  }

  /** @param features besides bookings */
  static async open(...features: Type[]): Promise<PaymentWorld> {
    return new PaymentWorld(await BookingWorld.open([BookingsModule, ...features]));
  }

  the<T>(type: Type<T> | Abstract<T>): T {
    return this.world.service.app.get(type as never, { strict: false });
  }

  hall(options: HallOptions = {}): Promise<Hall> {
    return buildHall(this.world.digilist, this.world.town, { paymentPolicy: 'PAY_AND_CONFIRM', ...options });
  }

  /** Two hours that nobody else has, by day: at night somebody would have to decide. */
  async booking(hall: Hall, change: object = {}): Promise<Booking> {
    this.booked += 1;
    const [n, hour] = [Math.floor(this.booked / 5), 6 + (this.booked % 5) * 2];
    const reply = await this.world.book(hall, { startsAt: day(n, hour), endsAt: day(n, hour + 2), ...change });
    if (!reply.ok) throw new Error(JSON.stringify(reply.body));
    return bodyOf(reply);
  }

  start(bookingIds: string[], more: Partial<StartPayment> = {}, by = this.world.resident): Promise<Reply> {
    return this.world.call(startPayment, { bookingIds, returnUrl: RETURN_URL, ...more }, { by });
  }

  async started(bookingIds: string[]): Promise<Payment> {
    const reply = await this.start(bookingIds);
    if (!reply.ok) throw new Error(JSON.stringify(reply.body));
    return reply.body as unknown as Payment;
  }

  /** The provider tells that something has happened. */
  tell(webhook: VerifiedWebhook): Promise<void> {
    const { tenantId } = this.world.town;
    const received = { tenantId, providerId: this.providerId, provider: 'development', webhook };
    return this.the(PaymentEvents).received({ now: new Date() } as RequestContext, received);
  }

  /** The payer pays, and the provider tells. */
  async pay({ id }: Payment): Promise<void> {
    this.provider.pay(id);
    await this.tell(this.provider.webhook(id));
  }

  /** A booking that is paid and confirmed, and whose money is ours. */
  async paid(hall: Hall, change: object = {}): Promise<{ booking: Booking; payment: Payment }> {
    const booked = await this.booking(hall, change);
    const payment = await this.started([booked.id]);
    await this.pay(payment);
    return { payment: await this.becomes(payment.id, 'captured'), booking: await this.read(booked.id) };
  }

  async read(id: string, by = this.world.handler): Promise<Booking> {
    return bodyOf(await this.world.call(getBooking, { id }, { by }));
  }

  async payment(id: string): Promise<Payment> {
    return (await this.world.call(getPayment, { id }, { by: this.world.handler })).body as unknown as Payment;
  }

  becomes(id: string, status: Payment['status']): Promise<Payment> {
    return eventually(async () => {
      const payment = await this.payment(id);
      if (payment.status !== status) throw new Error(`the payment is ${payment.status}`);
      return payment;
    });
  }

  bookingBecomes(id: string, status: Booking['status']): Promise<Booking> {
    return eventually(async () => {
      const booking = await this.read(id);
      if (booking.status !== status) throw new Error(`the booking is ${booking.status}`);
      return booking;
    });
  }

  /** Nothing is under way any more. */
  atRest(): Promise<void> {
    return eventually(
      async () => {
        const [open] = await this.world.rows(
          `SELECT c.kind, c.status, c.detail FROM digilist.payment_calls c WHERE c.due_at IS NOT NULL AND c.kind <> 'checkout'
         UNION ALL SELECT 'check', p.status, p.id::text FROM digilist.payments p WHERE p.check_at <= now() OR p.checks > 0`,
        );
        if (open) throw new Error(`still under way: ${JSON.stringify(open)}`);
      },
      { within: PATIENCE_MS },
    );
  }

  /** As the job does it, at an instant. */
  reconcile(now = new Date()): Promise<unknown> {
    return this.the(ReconciliationJob).turn(now);
  }

  wake(): void {
    this.the(CallsWorker).wake();
    this.the(ChecksWorker).wake();
  }

  /** The hold of a booking is over. */
  async runOut(bookingId: string): Promise<void> {
    await this.world.rows(
      `WITH over AS (
         UPDATE digilist.bookings SET expires_at = now() - interval '1 second' WHERE id = $1 AND status = 'awaiting_payment'
         RETURNING tenant_id, id, expires_at)
       UPDATE digilist.allocations a SET expires_at = over.expires_at
       FROM over WHERE a.tenant_id = over.tenant_id AND a.booking_id = over.id AND a.active`,
      [bookingId],
    );
  }

  sweep(): Promise<void> {
    return this.the(HoldExpiry).sweep();
  }

  /** How long until it begins, without anybody having moved it. */
  begins(bookingId: string, inHours: number): Promise<unknown> {
    return this.world.rows(
      `WITH moved AS (
         UPDATE digilist.bookings SET starts_at = now() + $2 * interval '1 hour', ends_at = now() + ($2 + 2) * interval '1 hour'
         WHERE id = $1 RETURNING id, tenant_id, starts_at, ends_at)
       UPDATE digilist.allocations a SET during = tstzrange(moved.starts_at, moved.ends_at, '[)')
       FROM moved WHERE a.tenant_id = moved.tenant_id AND a.booking_id = moved.id AND a.active`,
      [bookingId, inHours],
    );
  }

  /** Sums of the books by account, of what concerns a booking. */
  async books(bookingId: string): Promise<Record<string, number>> {
    const rows = await this.world.rows<{ account: string; sum: number }>(
      `SELECT account, sum(amount)::float8 AS sum FROM digilist.ledger_lines WHERE booking_id = $1 GROUP BY account`,
      [bookingId],
    );
    return Object.fromEntries(rows.filter(({ sum }) => sum !== 0).map(({ account, sum }) => [account, sum]));
  }

  told(event: string, bookingId: string): Promise<{ userId: string; body: string }[]> {
    return this.world.rows(
      'SELECT user_id AS "userId", body FROM digilist.notifications WHERE event = $1 AND booking_id = $2',
      [event, bookingId],
    );
  }

  close(): Promise<void> {
    return this.world.close();
  }
}
