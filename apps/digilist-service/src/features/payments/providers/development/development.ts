import type { Money } from '@kit/contracts';
import { WebhookRefused as BadSignature, verifyWebhook } from '@kit/service';
import {
  type Checkout,
  type CheckoutWanted,
  type Delivery,
  type PaymentProvider,
  type PaymentReference,
  type ProviderPayment,
  type VerifiedWebhook,
  WebhookRefused,
} from '../payment-provider.js';
import { at, eventIn } from '../provider-http.js';
import type { DevelopmentPayments } from './development-payments.js';

export interface DevelopmentAccount {
  readonly tenantId: string;
  readonly id: string;
  readonly secret: string;
}

/** Does what every provider does: it has a page to pay at, keys under which things happen once, and signed webhooks. */
export class DevelopmentProvider implements PaymentProvider {
  readonly key = 'development';

  constructor(
    private readonly payments: DevelopmentPayments,
    private readonly account: DevelopmentAccount,
  ) {}

  async checkout(wanted: CheckoutWanted): Promise<Checkout> {
    const { id, url } = await this.payments.open(this.account.tenantId, this.account.id, wanted);
    return { providerReference: id, redirectUrl: url };
  }

  async read({ reference }: PaymentReference): Promise<ProviderPayment | null> {
    const payment = await this.payments.find(this.account.tenantId, reference);
    if (!payment) return null;
    const { status, amount, captured, refunded, currency } = payment;
    const authorized = status === 'authorized' ? amount : 0;
    return { status: captured > 0 ? 'captured' : status, authorized, captured, refunded, currency };
  }

  capture({ reference }: PaymentReference, { amount }: Money, key: string): Promise<void> {
    return this.payments.change(this.account.tenantId, 'capture', reference, amount, key);
  }

  cancel({ reference }: PaymentReference, key: string): Promise<void> {
    return this.payments.change(this.account.tenantId, 'cancel', reference, 0, key);
  }

  refund({ reference }: PaymentReference, { amount }: Money, key: string): Promise<void> {
    return this.payments.change(this.account.tenantId, 'refund', reference, amount, key);
  }

  verify(delivery: Delivery): VerifiedWebhook {
    const { headers, payload, receivedAt } = delivery;
    try {
      const { id } = verifyWebhook([this.account.secret], headers, payload, receivedAt);
      const event = eventIn(delivery);
      const reference = at(event, 'data', 'reference');
      const ours = typeof reference === 'string' ? { ours: reference } : null;
      return { eventId: id, type: String(at(event, 'type')), reference: ours };
    } catch (error) {
      throw error instanceof BadSignature ? new WebhookRefused(error.message) : error;
    }
  }
}
