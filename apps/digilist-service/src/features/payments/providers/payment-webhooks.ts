import { PAYMENT_PROVIDER_UNAVAILABLE, PAYMENT_WEBHOOK_REFUSED, type ReceivePaymentWebhook } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { LOGGER, type Logger, type RequestContext } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { PaymentEvents } from './payment-events.js';
import { type PaymentProvider, type VerifiedWebhook, WebhookRefused } from './payment-provider.js';
import { PaymentProviders } from './payment-providers.js';
import { PAYMENT_SETTINGS, type PaymentSettings, webhookUrlOf } from './payment-settings.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Where providers tell what became of payments. Who has no signature learns nothing, not even which addresses there are. */
@Injectable()
export class PaymentWebhooks {
  constructor(
    private readonly providers: PaymentProviders,
    private readonly events: PaymentEvents,
    @Inject(PAYMENT_SETTINGS) private readonly settings: PaymentSettings,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async receive(ctx: RequestContext, request: ReceivePaymentWebhook): Promise<void> {
    const { provider, integrationId } = request;
    const account = UUID.test(integrationId) ? await this.providers.accountOf(provider, integrationId) : null;
    if (!account) throw new Refusal(PAYMENT_WEBHOOK_REFUSED);
    const { tenantId, id: providerId } = account;
    const adapter = await this.adapter(tenantId, providerId);
    const webhook = this.verified(adapter, ctx, request);
    await this.events.received(ctx, { tenantId, providerId, provider, webhook });
  }

  /** While PLATFORM is away the refusal is another one, and the provider comes again. */
  private async adapter(tenantId: string, providerId: string): Promise<PaymentProvider> {
    try {
      return await this.providers.of(tenantId, providerId);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== PAYMENT_PROVIDER_UNAVAILABLE.code) throw error;
      throw new Refusal(PAYMENT_WEBHOOK_REFUSED);
    }
  }

  private verified(adapter: PaymentProvider, ctx: RequestContext, request: ReceivePaymentWebhook): VerifiedWebhook {
    const { provider, integrationId, payload } = request;
    try {
      return adapter.verify({
        headers: {
          authorization: request.authorization,
          'x-ms-date': request.signedAt,
          'x-ms-content-sha256': request.contentHash,
          'stripe-signature': request.stripeSignature,
          'webhook-id': request.webhookId,
          'webhook-timestamp': request.webhookTimestamp,
          'webhook-signature': request.webhookSignature,
        },
        payload,
        url: webhookUrlOf(this.settings, provider, integrationId),
        receivedAt: ctx.now,
      });
    } catch (error) {
      if (!(error instanceof WebhookRefused)) throw error;
      this.log.warn({ provider, integrationId, why: error.message }, 'a webhook of a payment provider was refused');
      throw new Refusal(PAYMENT_WEBHOOK_REFUSED);
    }
  }
}
