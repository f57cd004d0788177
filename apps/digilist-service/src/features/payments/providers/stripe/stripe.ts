import type { Locale, Money } from '@kit/contracts';
import type { Secret } from '@kit/service';
import {
  type Checkout,
  type CheckoutWanted,
  type Delivery,
  type PaymentProvider,
  type PaymentReference,
  type ProviderPayment,
  ProviderRefused,
  ProviderUnknown,
  type VerifiedWebhook,
} from '../payment-provider.js';
import { askProvider, at, eventIn, failureOf, sumAt, textAt } from '../provider-http.js';
import { verifyStripeSignature } from './stripe-signature.js';

export interface StripeAccount {
  readonly secretKey: Secret;
  /** null: no endpoint is registered yet. */
  readonly webhookSecret: Secret | null;
}

/** Answers stay as this version has them, whatever the account's default becomes. */
const VERSION = '2025-03-31.basil';
const LOCALES: Record<Locale, string> = { nb: 'nb', nn: 'nb', en: 'en' };
/** Stripe keeps a session open for at least 30 minutes and at most 24 hours. */
const SHORTEST_S = 30 * 60;
const MARGIN_S = 60;
const LONGEST_MS = 23 * 3_600_000;
const PAGE = 100;
const PAGES = 20;

/** Stripe Checkout with separate capture: https://docs.stripe.com/api/checkout/sessions */
export class StripeProvider implements PaymentProvider {
  readonly key = 'stripe';

  constructor(
    private readonly baseUrl: string,
    private readonly account: StripeAccount,
    private readonly timeoutMs?: number,
  ) {}

  async checkout({ reference, amount, description, returnUrl, expiresAt, locale }: CheckoutWanted): Promise<Checkout> {
    const session = await this.post('/v1/checkout/sessions', reference, {
      mode: 'payment',
      client_reference_id: reference,
      'metadata[reference]': reference,
      'line_items[0][quantity]': '1',
      'line_items[0][price_data][currency]': amount.currency.toLowerCase(),
      'line_items[0][price_data][unit_amount]': String(amount.amount),
      'line_items[0][price_data][product_data][name]': description,
      'payment_intent_data[capture_method]': 'manual',
      'payment_intent_data[metadata][reference]': reference,
      // The payer pays the sum that was agreed, in the currency in which it was agreed.
      'adaptive_pricing[enabled]': 'false',
      success_url: returnUrl,
      cancel_url: returnUrl,
      locale: LOCALES[locale],
      ...expiryOf(expiresAt),
    });
    return { providerReference: textAt(session, 'id'), redirectUrl: textAt(session, 'url') };
  }

  async read(payment: PaymentReference): Promise<ProviderPayment | null> {
    const session = await this.session(payment);
    return session === null ? null : stripePayment(session);
  }

  async capture(payment: PaymentReference, { amount }: Money, key: string): Promise<void> {
    const intent = await this.intentOf(payment);
    await this.post(`/v1/payment_intents/${intent}/capture`, key, { amount_to_capture: String(amount) });
  }

  /** An open session is closed; one that was paid is released. */
  async cancel(payment: PaymentReference, key: string): Promise<void> {
    const session = await this.knownSession(payment);
    const { status } = stripePayment(session);
    if (status === 'cancelled' || status === 'expired') return;
    if (status === 'captured') throw new ProviderRefused('captured', 'what was captured is refunded, not cancelled');
    // Another key than the intent's: Stripe holds a key to one address, and the payer may pay between two attempts.
    if (status === 'open')
      await this.post(`/v1/checkout/sessions/${textAt(session, 'id')}/expire`, `${key}-expire`, {});
    else await this.post(`/v1/payment_intents/${textAt(session, 'payment_intent', 'id')}/cancel`, key, {});
  }

  async refund(payment: PaymentReference, { amount }: Money, key: string): Promise<void> {
    const intent = await this.intentOf(payment);
    const refund = await this.post('/v1/refunds', key, {
      payment_intent: intent,
      amount: String(amount),
      'metadata[reference]': payment.reference,
    });
    const status = textAt(refund, 'status');
    if (status === 'failed' || status === 'canceled')
      throw new ProviderRefused(status, 'the refund did not go through');
  }

  verify(delivery: Delivery): VerifiedWebhook {
    verifyStripeSignature(this.account.webhookSecret, delivery);
    const event = eventIn(delivery);
    const object = at(event, 'data', 'object');
    // Stripe copies the metadata of an intent to its charges; we set it on sessions and refunds.
    const reference = at(object, 'client_reference_id') ?? at(object, 'metadata', 'reference');
    return {
      eventId: String(at(event, 'id') ?? ''),
      type: String(at(event, 'type') ?? ''),
      reference: typeof reference === 'string' ? { ours: reference } : null,
    };
  }

  private async intentOf(payment: PaymentReference): Promise<string> {
    const intent = at(await this.knownSession(payment), 'payment_intent', 'id');
    if (typeof intent !== 'string') throw new ProviderRefused('not_paid', 'nobody has paid in this session');
    return intent;
  }

  private async knownSession(payment: PaymentReference): Promise<unknown> {
    const session = await this.session(payment);
    if (session === null) throw new ProviderRefused('unknown_session', 'Stripe has no such session');
    return session;
  }

  private async session({ reference, providerReference }: PaymentReference): Promise<unknown> {
    const id = providerReference || (await this.sessionIdOf(reference));
    if (id === null) return null;
    const query = 'expand[]=payment_intent.latest_charge';
    return this.get(`/v1/checkout/sessions/${encodeURIComponent(id)}?${query}`);
  }

  /** Stripe finds no session by our name for it, so the latest are looked through: as far back as one can be open. */
  private async sessionIdOf(reference: string): Promise<string | null> {
    const since = Math.floor(Date.now() / 1000) - 2 * 24 * 3600;
    let after = '';
    for (let page = 0; page < PAGES; page++) {
      const list = await this.get(`/v1/checkout/sessions?limit=${PAGE}&created[gte]=${since}${after}`);
      const sessions = at(list, 'data');
      if (!Array.isArray(sessions)) throw new ProviderUnknown('Stripe answered without sessions');
      const found = sessions.find((session) => at(session, 'client_reference_id') === reference);
      if (found) return textAt(found, 'id');
      if (at(list, 'has_more') !== true) return null;
      after = `&starting_after=${encodeURIComponent(textAt(sessions.at(-1), 'id'))}`;
    }
    throw new ProviderUnknown('there are too many sessions to find this one');
  }

  /** null: Stripe knows no such thing. */
  private async get(path: string): Promise<unknown> {
    const { status, body } = await askProvider(
      { method: 'GET', url: `${this.baseUrl}${path}`, headers: this.identification() },
      this.timeoutMs,
    );
    if (status === 200) return body;
    if (status === 404 && at(body, 'error', 'code') === 'resource_missing') return null;
    throw failureOf(status, refusalIn(status, body));
  }

  private async post(path: string, key: string, form: Record<string, string>): Promise<unknown> {
    const { status, body } = await askProvider(
      {
        method: 'POST',
        url: `${this.baseUrl}${path}`,
        headers: {
          ...this.identification(),
          'Content-Type': 'application/x-www-form-urlencoded',
          'Idempotency-Key': key,
        },
        body: new URLSearchParams(form).toString(),
      },
      this.timeoutMs,
    );
    if (status === 200) return body;
    throw failureOf(status, refusalIn(status, body));
  }

  private identification(): Record<string, string> {
    return { Authorization: `Bearer ${this.account.secretKey.reveal()}`, 'Stripe-Version': VERSION };
  }
}

/**
 * Must be the same however often it is asked for, because it belongs to what the key stands for: so it hangs on our own
 * time and not on the clock. Our payment ends before the session does; `cancel` closes it.
 */
function expiryOf(expiresAt: Date): Record<string, string> {
  if (expiresAt.getTime() - Date.now() > LONGEST_MS) return {};
  return { expires_at: String(Math.floor(expiresAt.getTime() / 1000) + SHORTEST_S + MARGIN_S) };
}

const CREDENTIALS = { reason: 'credentials', detail: 'Stripe does not accept the secret key' };

/** Their codes are documented; their messages may repeat what was sent. */
function refusalIn(status: number, body: unknown): { reason: string; detail: string } | null {
  if (status === 401) return CREDENTIALS;
  const type = at(body, 'error', 'type');
  // A key that was used for something else: what came of that is not known here.
  if (typeof type !== 'string' || type === 'idempotency_error' || type === 'api_error') return null;
  const code = at(body, 'error', 'decline_code') ?? at(body, 'error', 'code') ?? type;
  const param = at(body, 'error', 'param');
  return { reason: String(code).slice(0, 60), detail: [type, code, param].filter(Boolean).join(' ').slice(0, 200) };
}

/** Of a session with its payment intent and that one's charge. */
export function stripePayment(session: unknown): ProviderPayment {
  const currency = textAt(session, 'currency').toUpperCase();
  const intent = at(session, 'payment_intent');
  const none = { authorized: 0, captured: 0, refunded: 0, currency };
  switch (at(intent, 'status')) {
    case 'requires_capture':
      return { ...none, status: 'authorized', authorized: sumAt(intent, 'amount_capturable') };
    case 'succeeded':
      return {
        status: 'captured',
        authorized: sumAt(intent, 'amount'),
        captured: sumAt(intent, 'amount_received'),
        refunded: sumAt(intent, 'latest_charge', 'amount_refunded'),
        currency,
      };
    case 'canceled':
      return { ...none, status: 'cancelled' };
    default:
      return { ...none, status: textAt(session, 'status') === 'expired' ? 'expired' : 'open' };
  }
}
