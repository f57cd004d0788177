import type { RequestContext } from '@kit/service';
import type { VerifiedWebhook } from './payment-provider.js';

/** What a provider told, its signature verified. */
export interface ReceivedWebhook {
  readonly tenantId: string;
  /** The tenant's account at the provider. */
  readonly providerId: string;
  readonly provider: string;
  readonly webhook: VerifiedWebhook;
}

/** Takes what providers tell. */
export abstract class PaymentEvents {
  /**
   * Resolves once it is stored: then the provider is told that it need not send it again. What follows from it follows
   * after. The same event again is no error.
   */
  abstract received(ctx: RequestContext, received: ReceivedWebhook): Promise<void>;
}
