import type { Locale, Money } from '@kit/contracts';

/** What a provider is asked to collect. */
export interface CheckoutWanted {
  /** Ours, unique for ever at this provider; also the idempotency key of the call. Letters, digits and hyphens, 8–50. */
  readonly reference: string;
  readonly amount: Money;
  /** What the payer reads, ≤ 100 characters. */
  readonly description: string;
  /** Where the payer's browser goes afterwards. It proves nothing. */
  readonly returnUrl: string;
  readonly expiresAt: Date;
  readonly locale: Locale;
}

export interface Checkout {
  /** The provider's own name for it, where that is not ours. */
  readonly providerReference: string;
  /** Page of the provider where the payer pays. */
  readonly redirectUrl: string;
}

/** What a provider says about a payment now: sums in minor units, from which its state follows whatever came before. */
export interface ProviderPayment {
  readonly status: 'open' | 'authorized' | 'captured' | 'failed' | 'cancelled' | 'expired';
  /** What the payer agreed to; 0 when all of it was released. */
  readonly authorized: number;
  readonly captured: number;
  readonly refunded: number;
  readonly currency: string;
}

/** A delivery whose signature was verified. What it says is not trusted beyond that: the payment is asked for anew. */
export interface VerifiedWebhook {
  /** The provider's id of the delivery's event; equal for every repetition. */
  readonly eventId: string;
  readonly type: string;
  /** Our reference, or the provider's own; null: nothing that concerns a payment. */
  readonly reference: { readonly ours: string } | { readonly theirs: string } | null;
}

/** A webhook as it came. Header names in lower case. */
export interface Delivery {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body, letter by letter. */
  readonly payload: string;
  /** The address that the provider was told to send to. Some sign it: what was sent elsewhere is not for us. */
  readonly url: string;
  readonly receivedAt: Date;
}

/** References of one payment: ours, and the provider's own. */
export interface PaymentReference {
  readonly reference: string;
  /** null or empty: what `checkout` answered never arrived. */
  readonly providerReference: string | null;
}

/**
 * A payment provider with a hosted checkout page. Every call names a key, and the provider does the same thing once per
 * key, however often it is called.
 *
 * @throws ProviderRefused: it did not happen, and will not. ProviderUnknown: nobody knows; ask `read`, never with a new key.
 */
export interface PaymentProvider {
  readonly key: string;
  checkout(wanted: CheckoutWanted): Promise<Checkout>;
  /** null: the provider has never heard of it. */
  read(payment: PaymentReference): Promise<ProviderPayment | null>;
  /** Takes what was authorized. */
  capture(payment: PaymentReference, amount: Money, key: string): Promise<void>;
  /** Releases what was authorized and not taken, or closes an open checkout. What is closed already may be closed again. */
  cancel(payment: PaymentReference, key: string): Promise<void>;
  refund(payment: PaymentReference, amount: Money, key: string): Promise<void>;
  /** @throws WebhookRefused when the signature is not the provider's */
  verify(delivery: Delivery): VerifiedWebhook;
}

/** The provider said no. `detail` is for staff: no secrets, no personal data. */
export class ProviderRefused extends Error {
  constructor(
    readonly reason: string,
    readonly detail: string,
  ) {
    super(`the provider refused: ${reason}: ${detail}`);
  }
}

/** No answer, or one that tells nothing: it may have happened. Also for a key that was used for something else before. */
export class ProviderUnknown extends Error {}

/** Not signed by the provider, or not now, or not for this address. */
export class WebhookRefused extends Error {}
