import {
  BOOKING_STARTED,
  INVALID_STATE,
  MIXED_POLICIES,
  MOST_PAYMENTS,
  NOTHING_TO_PAY,
  PAYMENT_INVALID_STATE,
  PAYMENT_UNDER_WAY,
  type Payment,
  type PaymentId,
  RETURN_URL_NOT_ALLOWED,
  type StartPayment,
  TOO_MANY_PAYMENTS,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { originIn, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { run } from '../../database/named-statement.js';
import { vatPartsOf } from '../ledger/index.js';
import { CallsWorker } from './calls.worker.js';
import { Checkouts } from './checkouts.js';
import { isAllowedReturn } from './domain/return-url.js';
import { timeToPay } from './domain/time-to-pay.js';
import { tellPayment } from './facts.js';
import { type PayableBooking, PayableBookings } from './payable-bookings.js';
import { PaymentsQueries, readPayment } from './payments.queries.js';
import {
  type AttemptRow,
  INSERT_PAYMENT,
  type InsertPayment,
  PAYMENTS_OF_BOOKINGS,
  type PaymentRow,
  PLAN_CALL,
  PRICES_OF_BOOKINGS,
  type PricedBooking,
  READ_PAYMENT,
} from './payments.sql.js';
import { PaymentProviders } from './providers/index.js';
import { RETURN_ORIGINS } from './return-origins.js';
import { isOpen } from './takings.js';

/** Payers: who starts to pay, and who does not want to any more. */
@Injectable()
export class PaymentsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly bookings: PayableBookings,
    private readonly providers: PaymentProviders,
    private readonly checkouts: Checkouts,
    private readonly calls: CallsWorker,
    private readonly queries: PaymentsQueries,
    @Inject(RETURN_ORIGINS) private readonly returnOrigins: readonly string[],
  ) {}

  /**
   * What is intended is committed before the provider hears of it, and what the provider answered after: so a payment that
   * somebody can pay is always known here. Asked again with the same bookings it goes on with the same payment.
   */
  async start(ctx: RequestContext, request: StartPayment): Promise<Payment> {
    const { origin, payment } = await this.work.run(ctx, async (tx) => ({
      origin: originIn(tx.tenantId, ctx),
      payment: await this.intend(tx, ctx, request),
    }));
    if (payment.providerReference === null) await this.checkouts.ask(origin, payment);
    return this.queries.get(ctx, { id: payment.id });
  }

  /** The provider closes it, unless somebody has just paid: then what was paid for is paid. */
  async cancel(ctx: RequestContext, { id }: PaymentId): Promise<Payment> {
    await this.work.run(ctx, async (tx) => {
      const { userId, orgId, status } = await readPayment(tx, ctx, id);
      if (userId !== userOf(ctx).userId) throw new Refusal(NOT_FOUND);
      if (status !== 'created' && status !== 'open') throw new Refusal(PAYMENT_INVALID_STATE, { details: { status } });
      await tx.query(PLAN_CALL, [tx.tenantId, id, 'cancel', 0, tx.actorId]);
      tx.audit({ action: 'digilist.payment.cancel', entity: { type: 'payment', id }, orgId });
    });
    await this.calls.carryOut(id);
    return this.queries.get(ctx, { id });
  }

  private async intend(tx: Tx, ctx: RequestContext, request: StartPayment): Promise<PaymentRow> {
    const ids = [...new Set(request.bookingIds)];
    const bookings = await this.bookings.lockMany(tx, ids);
    if (bookings.length < ids.length || bookings.some((booking) => !mayPay(tx, ctx, booking)))
      throw new Refusal(NOT_FOUND);
    requirePayable(bookings, tx.now);
    if (!isAllowedReturn(request.returnUrl, this.returnOrigins))
      throw new Refusal(RETURN_URL_NOT_ALLOWED, { details: { allowed: this.returnOrigins } });
    const open = await this.underWay(tx, ids, request.provider);
    if (open !== null) return tx.one<PaymentRow>(READ_PAYMENT, [tx.tenantId, open]);
    const id = await this.insert(tx, ctx, request, bookings);
    return tx.one<PaymentRow>(READ_PAYMENT, [tx.tenantId, id]);
  }

  /** A payment that is open for exactly these bookings. @throws Refusal PAYMENT_UNDER_WAY, TOO_MANY_PAYMENTS */
  private async underWay(tx: Tx, ids: readonly string[], provider: string | undefined): Promise<string | null> {
    const attempts = await tx.query<AttemptRow>(PAYMENTS_OF_BOOKINGS, [tx.tenantId, ids]);
    const [open] = attempts.filter((attempt) => isOpen(attempt) && attempt.expiresAt > tx.now);
    if (open) {
      const same = open.size === ids.length && attempts.filter(({ id }) => id === open.id).length === ids.length;
      if (same && (provider === undefined || provider === open.provider)) return open.id;
      throw new Refusal(PAYMENT_UNDER_WAY, { details: { paymentId: open.id, bookingId: open.bookingId } });
    }
    for (const bookingId of ids) {
      if (attempts.filter((attempt) => attempt.bookingId === bookingId).length >= MOST_PAYMENTS)
        throw new Refusal(TOO_MANY_PAYMENTS, { details: { bookingId } });
    }
    return null;
  }

  private async insert(
    tx: Tx,
    ctx: RequestContext,
    { returnUrl, provider }: StartPayment,
    bookings: readonly PayableBooking[],
  ): Promise<string> {
    const chosen = await this.providers.choose(tx, provider);
    const [first] = bookings as [PayableBooking];
    const { expiresAt, holdUntil } = timeToPay(
      bookings.map(({ startsAt }) => startsAt),
      tx.now,
    );
    await this.bookings.holdUntil(tx, bookings, holdUntil);
    const ids = bookings.map(({ id }) => id);
    const prices = await tx.query<PricedBooking>(PRICES_OF_BOOKINGS, [tx.tenantId, ids]);
    const lines = new Map(prices.map((price) => [price.id, price.lines]));
    const payment = {
      id: uuidv7(),
      orgId: first.orgId,
      userId: userOf(ctx).userId,
      amount: bookings.reduce((sum, { total }) => sum + total, 0),
      currency: first.currency,
    };
    await run<Record<string, never>, InsertPayment>(tx, INSERT_PAYMENT, {
      tenantId: tx.tenantId,
      actorId: tx.actorId,
      ...payment,
      providerId: chosen.id,
      provider: chosen.provider,
      locale: ctx.locale,
      description: this.description(bookings),
      returnUrl,
      expiresAt,
      bookingIds: ids,
      amounts: bookings.map(({ total }) => total),
      parts: ids.map((id) => JSON.stringify(vatPartsOf(lines.get(id) ?? []))),
    });
    tellPayment(tx, 'started', payment, { status: 'created', version: 1 });
    return payment.id;
  }

  /** What the payer reads at the provider's. */
  private description(bookings: readonly PayableBooking[]): string {
    const names = new Set(bookings.map((booking) => this.bookings.notice(booking).listingName.nb));
    const text = [...names].join(', ');
    return (bookings.length > 1 ? `${text} (${bookings.length})` : text).slice(0, 100);
  }
}

/** One's own, and those of an organization whose bookings one pays for. */
const mayPay = (tx: Tx, ctx: RequestContext, { userId, onBehalfOfOrgId }: PayableBooking): boolean =>
  userId === userOf(ctx).userId || (onBehalfOfOrgId !== null && tx.reach.covers(onBehalfOfOrgId));

/** @throws Refusal NOTHING_TO_PAY, INVALID_STATE, BOOKING_STARTED, MIXED_POLICIES */
function requirePayable(bookings: readonly PayableBooking[], now: Date): void {
  const [first] = bookings;
  if (!first) throw new Refusal(NOTHING_TO_PAY);
  for (const { id, status, total, paymentPolicy, startsAt, expiresAt } of bookings) {
    const details = { bookingId: id, status };
    if (total === 0 || paymentPolicy === 'FREE' || paymentPolicy === 'INVOICE')
      throw new Refusal(NOTHING_TO_PAY, { details });
    if (status !== 'awaiting_payment') throw new Refusal(INVALID_STATE, { details });
    if (expiresAt === null || expiresAt <= now)
      throw new Refusal(INVALID_STATE, { details: { ...details, status: 'expired' } });
    if (startsAt <= now)
      throw new Refusal(BOOKING_STARTED, { details: { ...details, startsAt: startsAt.toISOString() } });
  }
  for (const differs of ['orgId', 'paymentPolicy', 'currency'] as const) {
    if (bookings.some((booking) => booking[differs] !== first[differs]))
      throw new Refusal(MIXED_POLICIES, { details: { differs } });
  }
}
