import { createHash, randomBytes } from 'node:crypto';
import { vippsSignature } from '../providers/vipps/vipps-signature.js';
import { type Answer, AnsweredKeys, type Asked, ProviderServer } from './provider-server.js';

interface VippsPayment {
  reference: string;
  amount: { currency: string; value: number };
  state: 'CREATED' | 'AUTHORIZED' | 'ABORTED' | 'EXPIRED' | 'TERMINATED';
  authorized: number;
  captured: number;
  refunded: number;
  cancelled: number;
}

const problem = (status: number, title: string, code?: string): Answer => ({
  status,
  body: {
    type: `https://httpstatuses.io/${status}`,
    title,
    status,
    traceId: '00-813b63975adcaaeef2b0ec7c103c40e3-706492e906541d31-01',
    ...(code && { extraDetails: [{ name: 'ErrorCode', reason: code }] }),
  },
});

/** Vipps MobilePay's access tokens, ePayment API and webhooks, as far as they are documented and we use them. */
export class VippsServer extends ProviderServer {
  readonly account = {
    merchantSerialNumber: '123456',
    clientId: 'fb492b5e-7907-4d83-ba20-c7fb60ca35de',
    clientSecret: `canary-${randomBytes(12).toString('hex')}`,
    subscriptionKey: `canary-${randomBytes(12).toString('hex')}`,
  };
  readonly payments = new Map<string, VippsPayment>();
  private readonly keys = new AnsweredKeys();
  private readonly tokens = new Set<string>();
  private secret = '';

  constructor() {
    super(problem(500, 'Internal error').body as object);
  }

  /** `POST /webhooks/v1/webhooks`, as far as we need it. Answers the secret by which events are signed. */
  register(url: string): string {
    this.webhookUrl = url;
    this.secret = randomBytes(64).toString('base64');
    return this.secret;
  }

  /** What the payer does in the app. */
  approve(reference: string): void {
    const payment = this.open(reference);
    payment.state = 'AUTHORIZED';
    payment.authorized = payment.amount.value;
    this.tell(payment, 'AUTHORIZED');
  }

  abort(reference: string): void {
    const payment = this.open(reference);
    payment.state = 'ABORTED';
    this.tell(payment, 'ABORTED');
  }

  expire(reference: string): void {
    const payment = this.open(reference);
    payment.state = 'EXPIRED';
    this.tell(payment, 'EXPIRED');
  }

  /** Tokens end before their time. */
  endTokens(): void {
    this.tokens.clear();
  }

  private open(reference: string): VippsPayment {
    const payment = this.payments.get(reference);
    if (payment?.state !== 'CREATED') throw new Error(`${reference} is not open at Vipps`);
    return payment;
  }

  protected override actionOf({ method, path }: Asked): string {
    if (path === '/accesstoken/get') return 'token';
    if (method === 'GET') return 'read';
    return /\/(capture|cancel|refund)$/.exec(path)?.[1] ?? 'checkout';
  }

  protected override answer(asked: Asked, action: string): Answer {
    const { headers } = asked;
    const { merchantSerialNumber, clientId, clientSecret, subscriptionKey } = this.account;
    if (headers['ocp-apim-subscription-key'] !== subscriptionKey) return problem(401, 'Invalid subscription key');
    if (action === 'token') {
      if (headers.client_id !== clientId || headers.client_secret !== clientSecret)
        return problem(401, 'Unauthorized client');
      const token = `canary-token-${randomBytes(12).toString('hex')}`;
      this.tokens.add(token);
      return { status: 200, body: { token_type: 'Bearer', expires_in: '3600', access_token: token } };
    }
    if (!this.tokens.has((headers.authorization ?? '').replace('Bearer ', ''))) return problem(401, 'Unauthorized');
    if (headers['merchant-serial-number'] !== merchantSerialNumber) return problem(403, 'Not your sales unit');
    const [, reference = ''] = /^\/epayment\/v1\/payments\/([^/]+)/.exec(asked.path) ?? [];
    const payment = this.payments.get(reference);
    if (action !== 'checkout' && !payment) return problem(404, 'Reference not found', '6042');
    if (action === 'read') return { status: 200, body: this.shown(payment as VippsPayment) };
    const key = headers['idempotency-key'] as string | undefined;
    if (!key || key.length > 50) return problem(400, 'Missing required parameter');
    return this.keys.once(`${asked.path} ${key}`, asked.body, problem(409, 'Idempotency error'), () =>
      action === 'checkout'
        ? this.create(JSON.parse(asked.body), key)
        : this.adjust(payment as VippsPayment, action, JSON.parse(asked.body || '{}'), key),
    );
  }

  private create(request: Record<string, unknown>, key: string): Answer {
    const { reference, amount, returnUrl, userFlow, paymentMethod, paymentDescription, expiresAt } = request as {
      reference: string;
      amount: VippsPayment['amount'];
      returnUrl: string;
      userFlow: string;
      paymentMethod: { type: string };
      paymentDescription: string;
      expiresAt?: string;
    };
    if (!/^[a-zA-Z0-9-]{8,50}$/.test(reference)) return problem(400, 'Bad Request');
    if (this.payments.has(reference)) return problem(409, 'Idempotency error');
    if (!Number.isInteger(amount.value) || !['NOK', 'DKK', 'EUR'].includes(amount.currency))
      return problem(400, 'Amount invalid');
    if (amount.currency === 'NOK' && amount.value < 100) return problem(400, 'Amount too small', '6003');
    if (!/^[a-z][a-z0-9+.-]*:\/\//.test(returnUrl) || returnUrl.startsWith('http://'))
      return problem(400, 'Invalid URL');
    if (userFlow !== 'WEB_REDIRECT' || paymentMethod.type !== 'WALLET') return problem(400, 'Bad Request');
    if (paymentDescription.length < 3 || paymentDescription.length > 100) return problem(400, 'Bad Request');
    if (expiresAt !== undefined) return problem(400, 'ExpiresAt not allowed');
    const none = { authorized: 0, captured: 0, refunded: 0, cancelled: 0 };
    const payment: VippsPayment = { reference, amount, state: 'CREATED', ...none };
    this.payments.set(reference, payment);
    this.tell(payment, 'CREATED', key);
    return { status: 201, body: { redirectUrl: `${this.url}/dwo-api-application/${reference}`, reference } };
  }

  private adjust(payment: VippsPayment, action: string, request: unknown, key: string): Answer {
    const { value = 0 } = (request as { modificationAmount?: { value: number } }).modificationAmount ?? {};
    if (action === 'cancel') return this.cancel(payment, key);
    if (payment.state !== 'AUTHORIZED') return problem(400, `Cannot ${action} before reservation`, '6080');
    if (!Number.isInteger(value) || value < 1) return problem(400, 'Amount invalid');
    if (action === 'capture') {
      if (payment.cancelled > 0) return problem(400, 'Cannot capture a cancelled payment', '6081');
      if (payment.captured + value > payment.authorized) return problem(400, 'Capture amount too high', '6082');
      payment.captured += value;
      this.tell(payment, 'CAPTURED', key);
    } else {
      if (payment.refunded + value > payment.captured) return problem(400, 'Not enough refundable', '6092');
      payment.refunded += value;
      this.tell(payment, 'REFUNDED', key);
    }
    return { status: 200, body: this.shown(payment) };
  }

  private cancel(payment: VippsPayment, key: string): Answer {
    const left = payment.authorized - payment.captured - payment.cancelled;
    if (payment.state === 'CREATED') {
      payment.state = 'TERMINATED';
      payment.cancelled = payment.amount.value;
      this.tell(payment, 'TERMINATED', key);
    } else if (payment.state === 'AUTHORIZED' && left > 0) {
      payment.cancelled += left;
      this.tell(payment, 'CANCELLED', key);
    } else return problem(400, 'Payment cannot be cancelled', '6083');
    return { status: 200, body: this.shown(payment) };
  }

  private shown({ amount, state, reference, ...sums }: VippsPayment): object {
    const sum = (value: number) => ({ currency: amount.currency, value });
    return {
      aggregate: {
        authorizedAmount: sum(sums.authorized),
        cancelledAmount: sum(sums.cancelled),
        capturedAmount: sum(sums.captured),
        refundedAmount: sum(sums.refunded),
      },
      amount,
      state,
      paymentMethod: { type: 'WALLET' },
      profile: {},
      pspReference: createHash('sha256').update(reference).digest('hex').slice(0, 32),
      reference,
    };
  }

  private tell({ reference, amount }: VippsPayment, name: string, idempotencyKey: string | null = null): void {
    const { merchantSerialNumber: msn } = this.account;
    const pspReference = randomBytes(8).toString('hex');
    const timestamp = new Date().toISOString();
    const body = JSON.stringify({
      msn,
      reference,
      pspReference,
      name,
      amount,
      timestamp,
      idempotencyKey,
      success: true,
    });
    this.happened({ body, headers: () => this.signed(body) });
  }

  /** Anew at each attempt, with the time of the attempt. */
  signed(
    body: string,
    { at = new Date(), url = this.webhookUrl ?? '', secret = this.secret } = {},
  ): Record<string, string> {
    const date = at.toUTCString();
    const hash = createHash('sha256').update(body).digest('base64');
    const signature = vippsSignature(secret, url, date, hash);
    const authorization = `HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=${signature}`;
    return { 'x-ms-date': date, 'x-ms-content-sha256': hash, authorization };
  }
}
