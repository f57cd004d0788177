import { PAYMENT_OUTCOME_UNKNOWN, PAYMENT_REFUSED } from '@digilist/contracts';
import { money, Refusal } from '@kit/contracts';
import { jobOrigin, LOGGER, type Logger, type Origin, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { NOTE_CHECKOUT, OPEN_PAYMENT, type PaymentRow } from './payments.sql.js';
import { type Checkout, PaymentProviders, ProviderRefused } from './providers/index.js';
import { PaymentQueue } from './queue.js';
import { Takings } from './takings.js';

/** Asks providers for the page where a payment is paid: under the payment's own reference, so that it is one however often it is asked for. */
@Injectable()
export class Checkouts {
  constructor(
    private readonly work: UnitOfWork,
    private readonly providers: PaymentProviders,
    private readonly takings: Takings,
    private readonly queue: PaymentQueue,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** @throws Refusal PAYMENT_REFUSED: it failed; PAYMENT_OUTCOME_UNKNOWN: whoever asks again goes on with it */
  async ask(origin: Origin, payment: PaymentRow): Promise<void> {
    let checkout: Checkout;
    try {
      checkout = await this.checkout(origin.tenantId, payment);
    } catch (error) {
      if (error instanceof ProviderRefused) {
        await this.refused(origin, payment, error);
        throw new Refusal(PAYMENT_REFUSED, { details: { paymentId: payment.id, reason: error.reason } });
      }
      await this.note(origin, payment, 'unknown', (error as Error).message);
      if (error instanceof Refusal) throw error;
      this.log.warn({ err: error, payment: payment.id }, 'a provider did not answer about a checkout');
      throw new Refusal(PAYMENT_OUTCOME_UNKNOWN, { details: { paymentId: payment.id }, retryAfter: 2 });
    }
    await this.opened(origin, payment, checkout);
  }

  /** The provider's reference of a payment whose checkout nobody has heard of. @throws ProviderRefused, ProviderUnknown */
  async recover(tenantId: string, payment: PaymentRow): Promise<string> {
    const checkout = await this.checkout(tenantId, payment);
    await this.opened(jobOrigin(tenantId, 'payments'), payment, checkout);
    return checkout.providerReference;
  }

  private async checkout(tenantId: string, payment: PaymentRow): Promise<Checkout> {
    const provider = await this.providers.of(tenantId, payment.providerId);
    return provider.checkout({
      reference: payment.id,
      amount: money(payment.amount, payment.currency),
      description: payment.description,
      returnUrl: payment.returnUrl,
      expiresAt: payment.expiresAt,
      locale: payment.locale,
    });
  }

  private async opened(origin: Origin, payment: PaymentRow, checkout: Checkout): Promise<void> {
    const { id, orgId } = payment;
    const values = [origin.tenantId, id, checkout.providerReference, checkout.redirectUrl, origin.actorId];
    const opened = await this.work.runAs(origin, async (tx) => {
      const [row] = await tx.query<{ heard: boolean }>(OPEN_PAYMENT, values);
      if (row) tx.audit({ action: 'digilist.payment.open', entity: { type: 'payment', id }, orgId });
      return row;
    });
    if (opened?.heard) this.queue.wake();
  }

  private async refused(origin: Origin, payment: PaymentRow, { reason, detail }: ProviderRefused): Promise<void> {
    await this.note(origin, payment, 'refused', `${reason}: ${detail}`);
    await this.work.runAs(origin, async (tx) => {
      const locked = await this.takings.lock(tx, payment.id);
      if (locked.payment.status === 'created') await this.takings.end(tx, locked, 'failed', reason);
    });
  }

  private async note(origin: Origin, { id }: PaymentRow, status: 'refused' | 'unknown', detail: string): Promise<void> {
    const values = [origin.tenantId, id, status, detail.slice(0, 500), origin.actorId];
    await this.work.runAs(origin, (tx) => tx.query(NOTE_CHECKOUT, values));
  }
}
