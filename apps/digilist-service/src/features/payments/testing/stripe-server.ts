import { randomBytes } from 'node:crypto';
import { stripeSignature } from '../providers/stripe/stripe-signature.js';
import { type Answer, AnsweredKeys, type Asked, ProviderServer } from './provider-server.js';

interface Intent {
  id: string;
  reference: string;
  status: 'requires_capture' | 'succeeded' | 'canceled';
  amount: number;
  received: number;
  refunded: number;
}

interface Session {
  id: string;
  created: number;
  reference: string;
  amount: number;
  currency: string;
  status: 'open' | 'complete' | 'expired';
  intent: Intent | null;
}

const error = (status: number, type: string, more: object = {}): Answer => ({
  status,
  body: { error: { type, message: 'A message that is not for machines', ...more } },
});
const invalid = (code: string, param?: string) =>
  error(400, 'invalid_request_error', { code, ...(param && { param }) });
const id = (prefix: string) => `${prefix}_${randomBytes(12).toString('hex')}`;

/** Stripe's Checkout Sessions, payment intents, refunds and webhooks, as far as they are documented and we use them. */
export class StripeServer extends ProviderServer {
  readonly secretKey = `sk_test_canary${randomBytes(12).toString('hex')}`;
  readonly sessions: Session[] = [];
  private readonly keys = new AnsweredKeys();
  private secrets: string[] = [];

  constructor() {
    super(error(500, 'api_error').body as object);
  }

  /** A webhook endpoint. While a secret is replaced there are two. Answers the newest. */
  register(url: string): string {
    this.webhookUrl = url;
    const secret = `whsec_${randomBytes(16).toString('hex')}`;
    this.secrets.unshift(secret);
    return secret;
  }

  /** What the payer does on the page. */
  approve(reference: string): void {
    const session = this.openSession(reference);
    const { amount } = session;
    session.intent = { id: id('pi'), reference, status: 'requires_capture', amount, received: 0, refunded: 0 };
    session.status = 'complete';
    this.tell('payment_intent.amount_capturable_updated', this.shownIntent(session));
    this.tell('checkout.session.completed', this.shown(session));
  }

  expire(reference: string): void {
    const session = this.openSession(reference);
    session.status = 'expired';
    this.tell('checkout.session.expired', this.shown(session));
  }

  private openSession(reference: string): Session {
    const session = this.sessions.find((one) => one.reference === reference);
    if (session?.status !== 'open') throw new Error(`${reference} is not open at Stripe`);
    return session;
  }

  protected override actionOf({ method, path }: Asked): string {
    if (method === 'GET') return 'read';
    if (path.endsWith('/capture')) return 'capture';
    if (path.endsWith('/cancel') || path.endsWith('/expire')) return 'cancel';
    return path === '/v1/refunds' ? 'refund' : 'checkout';
  }

  protected override answer(asked: Asked): Answer {
    const { method, path, headers, body, query } = asked;
    if (headers.authorization !== `Bearer ${this.secretKey}`)
      return error(401, 'invalid_request_error', { message: `Invalid API Key provided: ${headers.authorization}` });
    if (method === 'GET') return this.get(path, query);
    const key = headers['idempotency-key'] as string | undefined;
    const work = () => this.change(path, new URLSearchParams(body));
    return key ? this.keys.once(key, `${path} ${body}`, error(400, 'idempotency_error'), work) : work();
  }

  private get(path: string, query: URLSearchParams): Answer {
    const [, wanted] = /^\/v1\/checkout\/sessions\/([^/]+)$/.exec(path) ?? [];
    if (!wanted) return this.list(query);
    const session = this.sessions.find((one) => one.id === wanted);
    if (!session) return error(404, 'invalid_request_error', { code: 'resource_missing', param: 'session' });
    return {
      status: 200,
      body: this.shown(session, query.getAll('expand[]').includes('payment_intent.latest_charge')),
    };
  }

  /** The newest first. */
  private list(query: URLSearchParams): Answer {
    const limit = Number(query.get('limit') ?? 10);
    const sorted = [...this.sessions].reverse().filter(({ created }) => created >= Number(query.get('created[gte]')));
    const after = query.get('starting_after');
    const from = after === null ? 0 : sorted.findIndex((one) => one.id === after) + 1;
    const data = sorted.slice(from, from + limit).map((session) => this.shown(session));
    return { status: 200, body: { object: 'list', data, has_more: from + limit < sorted.length } };
  }

  private change(path: string, form: URLSearchParams): Answer {
    if (path === '/v1/checkout/sessions') return this.create(form);
    if (path === '/v1/refunds') return this.refund(form);
    const [, kind, wanted, action] = /^\/v1\/(checkout\/sessions|payment_intents)\/([^/]+)\/(\w+)$/.exec(path) ?? [];
    const session = this.sessions.find(
      ({ id: own, intent }) => wanted === (kind === 'payment_intents' ? intent?.id : own),
    );
    if (!session) return error(404, 'invalid_request_error', { code: 'resource_missing' });
    if (action === 'expire') {
      if (session.status !== 'open') return invalid('resource_not_open');
      this.expire(session.reference);
      return { status: 200, body: this.shown(session) };
    }
    return action === 'capture' ? this.capture(session, form) : this.cancel(session);
  }

  private create(form: URLSearchParams): Answer {
    const now = Math.floor(Date.now() / 1000);
    const amount = Number(form.get('line_items[0][price_data][unit_amount]'));
    const currency = form.get('line_items[0][price_data][currency]') ?? '';
    const expiresAt = form.get('expires_at');
    if (form.get('mode') !== 'payment' || form.get('payment_intent_data[capture_method]') !== 'manual')
      return invalid('parameter_invalid', 'mode');
    if (!/^[a-z]{3}$/.test(currency)) return invalid('parameter_invalid', 'currency');
    if (amount < 300) return invalid('amount_too_small', 'line_items[0][price_data][unit_amount]');
    if (!form.get('success_url')) return invalid('parameter_missing', 'success_url');
    if (!['nb', 'en'].includes(form.get('locale') ?? '')) return invalid('parameter_invalid', 'locale');
    if (expiresAt !== null && (Number(expiresAt) < now + 1800 || Number(expiresAt) > now + 86_400))
      return invalid('parameter_invalid', 'expires_at');
    const reference = form.get('client_reference_id') ?? '';
    const session: Session = {
      id: id('cs_test'),
      created: now,
      reference,
      amount,
      currency,
      status: 'open',
      intent: null,
    };
    this.sessions.push(session);
    return { status: 200, body: this.shown(session) };
  }

  private capture({ intent, ...session }: Session, form: URLSearchParams): Answer {
    const amount = Number(form.get('amount_to_capture') ?? intent?.amount);
    if (intent?.status !== 'requires_capture') return invalid('payment_intent_unexpected_state');
    if (amount > intent.amount) return invalid('amount_too_large', 'amount_to_capture');
    // What is not captured is released.
    intent.status = 'succeeded';
    intent.received = amount;
    this.tell('payment_intent.succeeded', this.shownIntent({ ...session, intent }));
    return { status: 200, body: this.shownIntent({ ...session, intent }) };
  }

  private cancel({ intent, ...session }: Session): Answer {
    if (intent?.status !== 'requires_capture') return invalid('payment_intent_unexpected_state');
    intent.status = 'canceled';
    this.tell('payment_intent.canceled', this.shownIntent({ ...session, intent }));
    return { status: 200, body: this.shownIntent({ ...session, intent }) };
  }

  private refund(form: URLSearchParams): Answer {
    const session = this.sessions.find(({ intent }) => intent?.id === form.get('payment_intent'));
    const amount = Number(form.get('amount'));
    const intent = session?.intent;
    if (!session || intent?.status !== 'succeeded') return invalid('resource_missing', 'payment_intent');
    if (intent.refunded === intent.received) return invalid('charge_already_refunded');
    if (intent.refunded + amount > intent.received) return invalid('amount_too_large', 'amount');
    intent.refunded += amount;
    const metadata = { reference: form.get('metadata[reference]') };
    this.tell('charge.refunded', { object: 'charge', amount_refunded: intent.refunded, metadata });
    return { status: 200, body: { id: id('re'), object: 'refund', amount, status: 'succeeded', metadata } };
  }

  private shown(session: Session, expanded = false): object {
    const { id: own, reference, amount, currency, status, intent, created } = session;
    return {
      id: own,
      object: 'checkout.session',
      created,
      client_reference_id: reference,
      metadata: { reference },
      amount_total: amount,
      currency,
      status,
      url: status === 'open' ? `${this.url}/c/pay/${own}` : null,
      payment_intent: intent && (expanded ? this.shownIntent(session) : intent.id),
    };
  }

  private shownIntent({ intent, currency }: Pick<Session, 'intent' | 'currency'>): object {
    const { id: own, reference, status, amount, received, refunded } = intent as Intent;
    return {
      id: own,
      object: 'payment_intent',
      status,
      amount,
      amount_capturable: status === 'requires_capture' ? amount : 0,
      amount_received: received,
      currency,
      metadata: { reference },
      latest_charge: { id: 'ch_1', object: 'charge', amount_refunded: refunded },
    };
  }

  private tell(type: string, object: object): void {
    const body = JSON.stringify({ id: id('evt'), object: 'event', type, data: { object } });
    this.happened({ body, headers: () => this.signed(body) });
  }

  /** Anew at each attempt, with the time of the attempt; one signature per secret. */
  signed(body: string, { at = new Date(), secrets = this.secrets } = {}): Record<string, string> {
    const timestamp = String(Math.floor(at.getTime() / 1000));
    const signatures = secrets.map((secret) => `v1=${stripeSignature(secret, timestamp, body)}`);
    return { 'stripe-signature': [`t=${timestamp}`, ...signatures, 'v0=of-another-scheme'].join(',') };
  }
}
