import { createHash } from 'node:crypto';
import type { Money } from '@kit/contracts';
import { Secret } from '@kit/service';
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
import { askProvider, at, eventIn, failureOf, type ProviderAnswer, sumAt, textAt } from '../provider-http.js';
import { verifyVippsSignature } from './vipps-signature.js';

export interface VippsAccount {
  readonly merchantSerialNumber: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly subscriptionKey: Secret;
  /** null: no webhook is registered yet. */
  readonly webhookSecret: Secret | null;
}

interface Token {
  readonly value: Secret;
  readonly until: number;
}

/** By which Vipps finds our requests when somebody asks about them. */
const SYSTEM = {
  'Vipps-System-Name': 'Digilist',
  'Vipps-System-Version': '1',
  'Vipps-System-Plugin-Name': 'digilist-payments',
  'Vipps-System-Plugin-Version': '1',
};
/** Part of its life that a token is used for. */
const USED = 0.9;
const MAX_DESCRIPTION = 100;

/** Vipps MobilePay ePayment API: https://developer.vippsmobilepay.com/docs/APIs/epayment-api/ */
export class VippsProvider implements PaymentProvider {
  readonly key = 'vipps';
  private token: Token | null = null;
  private fetching: Promise<Token> | null = null;

  constructor(
    private readonly baseUrl: string,
    private readonly account: VippsAccount,
    private readonly timeoutMs?: number,
  ) {}

  /**
   * `expiresAt` is not sent: Vipps refuses it in the browser's flow unless a sales unit is approved for it, and ends by
   * itself what nobody has paid within ten minutes.
   */
  async checkout({ reference, amount, description, returnUrl }: CheckoutWanted): Promise<Checkout> {
    const answer = await this.post('/epayment/v1/payments', reference, {
      amount: { currency: amount.currency, value: amount.amount },
      paymentMethod: { type: 'WALLET' },
      reference,
      returnUrl,
      userFlow: 'WEB_REDIRECT',
      paymentDescription: description.slice(0, MAX_DESCRIPTION),
    });
    return { providerReference: textAt(answer, 'reference'), redirectUrl: textAt(answer, 'redirectUrl') };
  }

  async read({ reference }: PaymentReference): Promise<ProviderPayment | null> {
    const answer = await this.send('GET', pathOf(reference), {});
    if (answer.status === 404 && refusalIn(answer.body)) return null;
    return vippsPayment(this.succeeded(answer));
  }

  async capture({ reference }: PaymentReference, amount: Money, key: string): Promise<void> {
    await this.post(`${pathOf(reference)}/capture`, key, modification(amount));
  }

  /** Vipps refuses to close what is closed: then it is as it should be. */
  async cancel(payment: PaymentReference, key: string): Promise<void> {
    try {
      await this.post(`${pathOf(payment.reference)}/cancel`, key, {});
    } catch (error) {
      const status = error instanceof ProviderRefused ? (await this.read(payment))?.status : undefined;
      if (status !== 'cancelled' && status !== 'expired') throw error;
    }
  }

  async refund({ reference }: PaymentReference, amount: Money, key: string): Promise<void> {
    await this.post(`${pathOf(reference)}/refund`, key, modification(amount));
  }

  verify(delivery: Delivery): VerifiedWebhook {
    verifyVippsSignature(this.account.webhookSecret, delivery);
    const event = eventIn(delivery);
    const reference = at(event, 'reference');
    return {
      eventId: eventIdOf(event),
      type: String(at(event, 'name') ?? ''),
      reference: typeof reference === 'string' ? { ours: reference } : null,
    };
  }

  private async post(path: string, key: string, body: object): Promise<unknown> {
    return this.succeeded(await this.send('POST', path, { 'Idempotency-Key': key }, body));
  }

  /** A token that ended before its time is fetched anew, once: under the old one nothing was done. */
  private async send(
    method: 'GET' | 'POST',
    path: string,
    headers: Record<string, string>,
    body?: object,
  ): Promise<ProviderAnswer> {
    const first = await this.sendOnce(method, path, headers, body);
    if (first.status !== 401) return first;
    this.token = null;
    return this.sendOnce(method, path, headers, body);
  }

  private async sendOnce(
    method: 'GET' | 'POST',
    path: string,
    headers: Record<string, string>,
    body?: object,
  ): Promise<ProviderAnswer> {
    const token = await this.accessToken();
    return askProvider(
      {
        method,
        url: `${this.baseUrl}${path}`,
        headers: { ...this.identification(), ...headers, Authorization: `Bearer ${token.reveal()}` },
        ...(body && { body: JSON.stringify(body) }),
      },
      this.timeoutMs,
    );
  }

  /** Whoever needs one while it is fetched waits for the same. */
  private async accessToken(): Promise<Secret> {
    if (this.token && this.token.until > Date.now()) return this.token.value;
    this.fetching ??= this.fetchToken().finally(() => {
      this.fetching = null;
    });
    this.token = await this.fetching;
    return this.token.value;
  }

  private async fetchToken(): Promise<Token> {
    const { clientId, clientSecret } = this.account;
    const answer = await askProvider(
      {
        method: 'POST',
        url: `${this.baseUrl}/accesstoken/get`,
        headers: { ...this.identification(), client_id: clientId, client_secret: clientSecret.reveal() },
      },
      this.timeoutMs,
    );
    if (answer.status === 400 || answer.status === 401 || answer.status === 403)
      throw new ProviderRefused('credentials', 'Vipps does not accept the client id, secret or subscription key');
    if (answer.status !== 200) throw failureOf(answer.status, null);
    const seconds = Number(at(answer.body, 'expires_in'));
    const until = Date.now() + (Number.isFinite(seconds) ? seconds * 1000 * USED : 0);
    return { value: new Secret(textAt(answer.body, 'access_token')), until };
  }

  private identification(): Record<string, string> {
    const { merchantSerialNumber, subscriptionKey } = this.account;
    return {
      ...SYSTEM,
      'Content-Type': 'application/json',
      'Merchant-Serial-Number': merchantSerialNumber,
      'Ocp-Apim-Subscription-Key': subscriptionKey.reveal(),
    };
  }

  private succeeded({ status, body }: ProviderAnswer): unknown {
    if (status >= 200 && status < 300) return body;
    throw failureOf(status, refusalIn(body));
  }
}

const pathOf = (reference: string): string => `/epayment/v1/payments/${encodeURIComponent(reference)}`;
const modification = ({ amount, currency }: Money) => ({ modificationAmount: { currency, value: amount } });

/** RFC 7807; what Vipps calls a domain error has a code among its details. */
function refusalIn(body: unknown): { reason: string; detail: string } | null {
  const title = at(body, 'title');
  if (typeof title !== 'string' || title === '') return null;
  const details = at(body, 'extraDetails');
  const code = Array.isArray(details) ? details.find((detail) => at(detail, 'name') === 'ErrorCode') : undefined;
  return { reason: String(at(code, 'reason') ?? 'refused').slice(0, 40), detail: title.slice(0, 200) };
}

/** The state says how far the payer came, the sums what was done since: a payment that was released stays AUTHORIZED. */
export function vippsPayment(body: unknown): ProviderPayment {
  const authorized = sumAt(body, 'aggregate', 'authorizedAmount', 'value');
  const captured = sumAt(body, 'aggregate', 'capturedAmount', 'value');
  const refunded = sumAt(body, 'aggregate', 'refundedAmount', 'value');
  const cancelled = sumAt(body, 'aggregate', 'cancelledAmount', 'value');
  const currency = textAt(body, 'amount', 'currency');
  const status = statusOf(textAt(body, 'state'), captured, cancelled);
  return { status, authorized: status === 'cancelled' ? 0 : authorized, captured, refunded, currency };
}

function statusOf(state: string, captured: number, cancelled: number): ProviderPayment['status'] {
  switch (state) {
    case 'CREATED':
      return 'open';
    case 'AUTHORIZED':
      return captured > 0 ? 'captured' : cancelled > 0 ? 'cancelled' : 'authorized';
    case 'EXPIRED':
      return 'expired';
    case 'ABORTED':
    case 'TERMINATED':
      return 'cancelled';
    default:
      throw new ProviderUnknown('Vipps answered with a state that it does not document');
  }
}

/** Events have no id of their own; these properties do not change when one is sent again. */
function eventIdOf(event: unknown): string {
  const properties = ['reference', 'pspReference', 'name', 'timestamp', 'idempotencyKey'].map(
    (name) => at(event, name) ?? null,
  );
  return createHash('sha256').update(JSON.stringify(properties)).digest('hex');
}
