import { Refusal } from '@kit/contracts';
import { jobOrigin, LOGGER, type Logger, QueueWorker, SYSTEM_DATABASE, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { Cases } from './cases.js';
import { isDone, nextTry } from './domain/calls.js';
import { PayableBookings } from './payable-bookings.js';
import { type PaymentProvider, PaymentProviders, ProviderRefused } from './providers/index.js';
import { PaymentQueue } from './queue.js';
import { Returns } from './returns.js';
import { type LockedPayment, Takings } from './takings.js';
import { CHECK_NOW, CLAIM_CALLS, type ClaimedCall, NOTE_CALL } from './work.sql.js';

const BATCH = 10;
/** Longer than a provider may take to answer. */
const AT_HAND_SECONDS = 60;
/** So often nobody knows before a person is told. It is tried on all the same. */
const WORRYING_ATTEMPTS = 8;

type Outcome = { status: 'confirmed' } | { status: 'refused' | 'unknown'; detail: string };
const CONFIRMED: Outcome = { status: 'confirmed' };

/**
 * Carries out what committed transactions have decided: takes, gives back, closes. A call is one row and one key for ever:
 * whatever happens on the way, the provider is asked what became of it before it is asked again.
 */
@Injectable()
export class CallsWorker extends QueueWorker<ClaimedCall> {
  constructor(
    /** Calls of all tenants: no request ever runs here. */
    @Inject(SYSTEM_DATABASE) private readonly database: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly providers: PaymentProviders,
    private readonly bookings: PayableBookings,
    private readonly takings: Takings,
    private readonly returns: Returns,
    private readonly cases: Cases,
    payments: PaymentQueue,
    @Inject(LOGGER) log: Logger,
  ) {
    super('payment-calls', log);
    payments.served(() => this.wake());
  }

  /** Everything that is due at an instant, one after the other. For whoever reconciles. */
  async workOff(now: Date): Promise<void> {
    for (let calls = await this.take(now); calls.length > 0; calls = await this.take(now))
      await Promise.all(calls.map((call) => this.work(call, now)));
  }

  /** What is due of one payment, for whoever waits for it. */
  async carryOut(paymentId: string): Promise<void> {
    for (const call of await this.take(new Date(), paymentId)) await this.work(call);
  }

  protected override claim(): Promise<ClaimedCall[]> {
    return this.take(new Date());
  }

  protected override async work(call: ClaimedCall, now = new Date()): Promise<void> {
    const outcome = await this.ask(call);
    const origin = jobOrigin(call.tenantId, 'payments', call.actorId ?? undefined, now);
    await this.unitOfWork.runAs(origin, (tx) => this.note(tx, call, outcome));
    this.wake();
  }

  private async take(now: Date, paymentId: string | null = null): Promise<ClaimedCall[]> {
    const values = [now, BATCH, AT_HAND_SECONDS, paymentId];
    // TypeORM answers [rows, count] for an UPDATE.
    const [rows] = (await this.database.query(CLAIM_CALLS, values)) as [ClaimedCall[], number];
    return rows;
  }

  private async ask(call: ClaimedCall): Promise<Outcome> {
    try {
      const provider = await this.providers.of(call.tenantId, call.providerId);
      // It was sent before, and perhaps it was done.
      if (call.attempts > 1 && (await this.isDone(provider, call))) return CONFIRMED;
      return await this.send(provider, call);
    } catch (error) {
      this.log.warn({ err: error, call: call.id, kind: call.kind }, 'nobody knows what came of a call to a provider');
      return { status: 'unknown', detail: error instanceof Refusal ? error.code : String((error as Error).message) };
    }
  }

  private async send(provider: PaymentProvider, call: ClaimedCall): Promise<Outcome> {
    const reference = referenceOf(call);
    const amount = { amount: call.amount, currency: call.currency };
    try {
      if (call.kind === 'capture') await provider.capture(reference, amount, call.id);
      if (call.kind === 'refund') await provider.refund(reference, amount, call.id);
      if (call.kind === 'cancel') await provider.cancel(reference, call.id);
      return CONFIRMED;
    } catch (error) {
      if (!(error instanceof ProviderRefused)) throw error;
      // "Already done" is a refusal, too.
      if (await this.isDone(provider, call)) return CONFIRMED;
      return { status: 'refused', detail: `${error.reason}: ${error.detail}` };
    }
  }

  private async isDone(provider: PaymentProvider, call: ClaimedCall): Promise<boolean> {
    return isDone(call, await provider.read(referenceOf(call)));
  }

  /** Writes down what came of it, once: who has taken the call up meanwhile writes it instead. */
  private async note(tx: Tx, call: ClaimedCall, outcome: Outcome): Promise<void> {
    const locked = await this.takings.lock(tx, call.paymentId);
    const { status } = outcome;
    const again = status === 'unknown' ? nextTry(call.attempts, tx.now) : null;
    const detail = outcome.status === 'confirmed' ? null : outcome.detail.slice(0, 500);
    const noted = await tx.query(NOTE_CALL, [tx.tenantId, call.id, call.version, status, again, detail, tx.actorId]);
    if (noted.length === 0) return;
    if (status === 'confirmed') await this.confirmed(tx, call, locked);
    else if (status === 'refused') await this.refused(tx, call, locked, detail ?? '');
    else if (call.attempts >= WORRYING_ATTEMPTS)
      await this.cases.open(tx, locked.payment, { kind: 'unknown_outcome', finding: `${call.kind}: ${detail}` });
    if (status !== 'unknown') await this.cases.resolveByItself(tx, call.paymentId, 'unknown_outcome');
  }

  private async confirmed(tx: Tx, call: ClaimedCall, locked: LockedPayment): Promise<void> {
    if (call.kind === 'capture') return this.takings.captured(tx, locked);
    if (call.kind === 'cancel') return this.takings.closed(tx, locked);
    const refundId = call.refundId as string;
    const { bookingId } = await this.returns.lock(tx, refundId);
    const booking = locked.bookings.find(({ id }) => id === bookingId);
    if (!booking) throw new Error('a refund is for a booking that its payment is not for');
    const all = await this.returns.confirm(tx, locked.payment, refundId, this.bookings.notice(booking));
    if (all && ENDED.includes(booking.status)) await this.bookings.refunded(tx, [booking]);
    await this.cases.resolveByItself(tx, call.paymentId, 'refund_failed', refundId);
    await this.cases.resolveByItself(tx, call.paymentId, 'late_payment');
  }

  private async refused(tx: Tx, call: ClaimedCall, { payment }: LockedPayment, finding: string): Promise<void> {
    if (call.kind === 'refund') {
      const refundId = call.refundId as string;
      await this.returns.fail(tx, payment, refundId);
      await this.cases.open(tx, payment, { kind: 'refund_failed', finding, refundId });
    } else if (call.kind === 'capture') await this.cases.open(tx, payment, { kind: 'capture_failed', finding });
    else if (payment.authorized > 0) await this.cases.open(tx, payment, { kind: 'paid_but_impossible', finding });
    // What cannot be closed may have been paid.
    else await tx.query(CHECK_NOW, [tx.tenantId, payment.id]);
  }
}

/** Statuses of bookings that end as refunded. */
const ENDED: readonly string[] = ['rejected', 'cancelled'];

const referenceOf = ({ paymentId, providerReference }: ClaimedCall) => ({
  reference: paymentId,
  providerReference: providerReference ?? '',
});
