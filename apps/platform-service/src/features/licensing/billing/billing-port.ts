import type { SubscriptionStatus } from '@platform/contracts';

/** A subscription as a billing provider is told of it: always the whole of it, so that telling twice is telling once. */
export interface BilledSubscription {
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly product: string;
  readonly planKey: string;
  readonly planVersion: number;
  readonly status: SubscriptionStatus;
  readonly validFrom: Date;
  readonly validUntil: Date | null;
  readonly version: number;
  /** What the provider answered before. */
  readonly reference: string | null;
}

/** Whoever sends the invoices. It learns of every change, and tells what was paid by signed events. */
export abstract class BillingPort {
  /** Answers the provider's name of the subscription, or null when it has none. What it throws comes again. */
  abstract sync(subscription: BilledSubscription): Promise<string | null>;
}

/** Invoices are written by people, who change the subscription themselves. */
export class ManualBilling extends BillingPort {
  override sync(): Promise<null> {
    return Promise.resolve(null);
  }
}
