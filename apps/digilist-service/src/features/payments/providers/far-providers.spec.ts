import { createServer, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { money } from '@kit/contracts';
import { eventually } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import {
  AMOUNT,
  deliveryOf,
  failure,
  failures,
  later,
  stripeAt,
  unknown,
  vippsAt,
  wanted,
} from '../testing/adapters.js';
import type { Fault } from '../testing/provider-server.js';
import { StripeServer } from '../testing/stripe-server.js';
import { VippsServer } from '../testing/vipps-server.js';
import { WebhookReceiver } from '../testing/webhook-receiver.js';
import { type Delivery, type PaymentProvider, WebhookRefused } from './payment-provider.js';
import type { StripeProvider } from './stripe/stripe.js';
import type { VippsProvider } from './vipps/vipps.js';

/** Vipps and Stripe are far away: what happens on the way, and what only one of them does. */

let receiver: WebhookReceiver;
let vipps: VippsServer;
let stripe: StripeServer;
const adapters = {} as { vipps: VippsProvider; stripe: StripeProvider };

beforeAll(async () => {
  receiver = await WebhookReceiver.open();
  vipps = await new VippsServer().listen();
  stripe = await new StripeServer().listen();
  vipps.sendsEvents = true;
  stripe.sendsEvents = true;
  adapters.vipps = vippsAt(vipps, { webhookSecret: vipps.register(`${receiver.url}/vipps?hook=1`) });
  adapters.stripe = stripeAt(stripe, { webhookSecret: stripe.register(`${receiver.url}/stripe`) });
});
afterAll(() => Promise.all([vipps?.close(), stripe?.close(), receiver?.close()]));

/** An adapter like that of the spec, with something else about it. */
const other = (name: 'vipps' | 'stripe', change: Parameters<typeof vippsAt>[1]): PaymentProvider =>
  name === 'vipps' ? vippsAt(vipps, change) : stripeAt(stripe, change);

/** A server that says the same to everything. */
async function answering(
  status: number,
  headers: OutgoingHttpHeaders,
  body: string,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server = createServer((_, response) => response.writeHead(status, headers).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

describe.each(['vipps', 'stripe'] as const)('the way to %s', (name) => {
  const server = () => (name === 'vipps' ? vipps : stripe);
  const provider = () => adapters[name];
  /** Does not wait long for what never comes. */
  const hurried = () => other(name, { patienceMs: 1_000 });
  const fail = (action: string, fault: Fault) => server().failNext(action, fault);

  async function paid() {
    const what = wanted();
    const { providerReference } = await provider().checkout(what);
    server().approve(what.reference);
    return { reference: what.reference, providerReference };
  }

  test.each(['timeout after', 'error after', 'reset after', 'nonsense'] as const)(
    'a checkout of which nobody knows (%s) is one checkout when it is asked for again',
    async (fault) => {
      const what = wanted();
      fail('checkout', fault);
      await unknown(hurried().checkout(what));
      const again = await provider().checkout(what);
      const { reference } = what;
      expect(await provider().read({ reference, providerReference: null })).toMatchObject({ status: 'open' });
      expect(again).toEqual(await provider().checkout(what));
    },
  );

  test.each(['timeout after', 'error after', 'reset after'] as const)(
    'a capture that happened and was not answered (%s) is read, and the same key takes no more',
    async (fault) => {
      const payment = await paid();
      const key = uuidv7();
      fail('capture', fault);
      await unknown(hurried().capture(payment, money(70_00), key));
      expect(await provider().read(payment)).toMatchObject({ captured: 70_00 });
      await provider().capture(payment, money(70_00), key);
      expect(await provider().read(payment)).toMatchObject({ captured: 70_00 });
    },
  );

  test.each(['timeout before', 'error before', 'busy'] as const)(
    'a refund that did not happen (%s) is unknown, and happens once under the same key',
    async (fault) => {
      const payment = await paid();
      await provider().capture(payment, money(AMOUNT), uuidv7());
      const key = uuidv7();
      fail('refund', fault);
      await unknown(hurried().refund(payment, money(AMOUNT), key));
      expect(await provider().read(payment)).toMatchObject({ refunded: 0 });
      await provider().refund(payment, money(AMOUNT), key);
      expect(await provider().read(payment)).toMatchObject({ refunded: AMOUNT });
    },
  );

  test('a slow answer is an answer; one that cannot be read tells nothing', async () => {
    const payment = await paid();
    fail('read', { delayMs: 100 });
    expect(await provider().read(payment)).toMatchObject({ status: 'authorized' });
    for (const fault of ['nonsense', 'error after', 'timeout before'] as const) {
      fail('read', fault);
      await unknown(hurried().read(payment));
    }
  });

  test('where nobody listens, nobody knows', async () => {
    const url = 'http://127.0.0.1:9';
    const nobody = other(name, { url });
    await unknown(nobody.checkout(wanted()));
    await unknown(nobody.read({ reference: uuidv7(), providerReference: null }));
  });

  test('it does not follow redirects, and reads no more than it can need', async () => {
    const elsewhere = await WebhookReceiver.open();
    await answering(302, { location: elsewhere.url }, '', (url) => unknown(other(name, { url }).checkout(wanted())));
    const long = JSON.stringify({ long: 'x'.repeat(300_000) });
    await answering(200, {}, long, (url) => unknown(other(name, { url }).checkout(wanted())));
    expect(elsewhere.received).toEqual([]);
    await elsewhere.close();
  });

  test('wrong credentials are refused, and so is what the provider finds wrong', async () => {
    const secret = 'sk_test_canarywrong';
    const wrong = other(name, { clientSecret: secret, secretKey: secret });
    const error = await failure(wrong.checkout(wanted()));
    expect(error).toMatchObject({ reason: 'credentials' });
    expect(await failure(provider().checkout(wanted({ amount: money(50) })))).toMatchObject({
      reason: name === 'vipps' ? '6003' : 'amount_too_small',
    });
  });

  test('events come out of order, many times, and late: each is the same event whenever it comes', async () => {
    server().sendsEvents = false;
    const { reference } = await paid();
    const events = server().takeEvents();
    server().sendsEvents = true;
    expect(events.length).toBeGreaterThan(1);
    for (const event of [...events, ...events].reverse()) await server().send(event);
    const received = receiver.about(reference).map((one) => provider().verify(deliveryOf(receiver, one)));
    expect(received).toHaveLength(2 * events.length);
    expect(new Set(received.map(({ eventId }) => eventId)).size).toBe(events.length);
    expect(received.slice(0, events.length)).toEqual(received.slice(events.length));
  });

  test('an event is sent again until it is taken', async () => {
    const statuses = [500, 503, 204];
    receiver.handle = () => statuses.shift() ?? 204;
    const { reference } = await paid();
    await eventually(async () => expect(statuses).toEqual([]));
    receiver.handle = () => 204;
    await eventually(async () => expect(receiver.about(reference).length).toBeGreaterThan(2));
  });
});

describe('Vipps', () => {
  test('is asked for a token once, however many need one, and again when it ended early', async () => {
    const provider = vippsAt(vipps);
    const tokens = () => vipps.asked.filter(({ path }) => path === '/accesstoken/get').length;
    const before = tokens();
    await Promise.all(Array.from({ length: 5 }, () => provider.read({ reference: uuidv7(), providerReference: null })));
    expect(tokens() - before).toBe(1);
    vipps.endTokens();
    await provider.checkout(wanted());
    expect(tokens() - before).toBe(2);
  });

  test('is told who asks, for which sales unit, and under which key', async () => {
    const what = wanted();
    await vippsAt(vipps).checkout(what);
    expect(vipps.asked.at(-1)?.headers).toMatchObject({
      'idempotency-key': what.reference,
      'merchant-serial-number': '123456',
      'vipps-system-name': 'Digilist',
    });
    expect(JSON.parse(vipps.asked.at(-1)?.body ?? '')).toEqual({
      amount: { currency: 'NOK', value: AMOUNT },
      paymentMethod: { type: 'WALLET' },
      reference: what.reference,
      returnUrl: what.returnUrl,
      userFlow: 'WEB_REDIRECT',
      paymentDescription: what.description,
    });
  });

  test('signs as its documentation shows', () => {
    const secret = 'A0+AeKBRG2KRGvnNwJpQlb6IJFk48CKXCIcrLoHncVJKDILsQSxS6NWCccwWm6r6FhGKhiHTBsG2wo/xU6FY/A==';
    const provider = vippsAt(vipps, { webhookSecret: secret });
    const published: Delivery = {
      url: 'https://webhook.site/e2cee29b-012e-4f1d-8ef4-e95fd74a7a63',
      payload: '{"some-unique-content":"ee6e441b-cc4a-46f8-895d-a5af79bcc233/hello-world"}',
      headers: {
        'x-ms-date': 'Thu, 30 Mar 2023 08:38:32 GMT',
        'x-ms-content-sha256': 'lNlsp1XA03N34HrQsVzPgJKtC+r7l/RBF4V3JQUWMj4=',
        authorization:
          'HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=agAiSyogQbDHpeucoNwYz+yAr5nJ+v+zasdkSbqzv+U=',
      },
      receivedAt: new Date('2023-03-30T08:39:00Z'),
    };
    expect(provider.verify(published)).toMatchObject({ reference: null });
    for (const url of [
      'https://webhook.example/e2cee29b-012e-4f1d-8ef4-e95fd74a7a63',
      'https://webhook.site/e2cee29b-012e-4f1d-8ef4-e95fd74a7a64',
      'https://webhook.site/e2cee29b-012e-4f1d-8ef4-e95fd74a7a63?a=1',
      'https://webhook.site:8443/e2cee29b-012e-4f1d-8ef4-e95fd74a7a63',
    ])
      expect(() => provider.verify({ ...published, url })).toThrow(WebhookRefused);
    expect(() => vippsAt(vipps).verify(published)).toThrow(WebhookRefused);
    const moved = { ...published.headers, 'x-ms-date': 'Thu, 30 Mar 2023 08:38:33 GMT' };
    expect(() => provider.verify({ ...published, headers: moved })).toThrow(WebhookRefused);
    const undated = { ...published.headers, 'x-ms-date': 'yesterday' };
    expect(() => provider.verify({ ...published, headers: undated })).toThrow(WebhookRefused);
  });

  test('a payer who gives up, or lets the time pass, has not paid', async () => {
    const [given, late] = [wanted(), wanted()];
    await Promise.all([vippsAt(vipps).checkout(given), vippsAt(vipps).checkout(late)]);
    vipps.abort(given.reference);
    vipps.expire(late.reference);
    const read = (reference: string) => vippsAt(vipps).read({ reference, providerReference: reference });
    expect(await read(given.reference)).toMatchObject({ status: 'cancelled', authorized: 0 });
    expect(await read(late.reference)).toMatchObject({ status: 'expired', authorized: 0 });
  });
});

describe('Stripe', () => {
  test('keeps a session open for the half hour it insists on, and one question has one answer all the time', async () => {
    const what = wanted({ expiresAt: later(1) });
    await stripeAt(stripe).checkout(what);
    const form = new URLSearchParams(stripe.asked.at(-1)?.body);
    const open = Number(form.get('expires_at')) - Date.now() / 1000;
    expect(open).toBeGreaterThanOrEqual(30 * 60);
    expect(Object.fromEntries(form)).toMatchObject({
      mode: 'payment',
      client_reference_id: what.reference,
      'payment_intent_data[capture_method]': 'manual',
      'line_items[0][price_data][unit_amount]': String(AMOUNT),
      'line_items[0][price_data][currency]': 'nok',
      locale: 'nb',
    });
    expect(stripe.asked.at(-1)?.headers['stripe-version']).toBeDefined();
    await stripeAt(stripe).checkout(wanted({ expiresAt: later(72 * 60) }));
    expect(new URLSearchParams(stripe.asked.at(-1)?.body).has('expires_at')).toBe(false);
  });

  test('finds a session by our reference behind the first hundred', async () => {
    const what = wanted();
    await stripeAt(stripe).checkout(what);
    for (let n = 0; n < 101; n++) await stripeAt(stripe).checkout(wanted());
    const { reference } = what;
    expect(await stripeAt(stripe).read({ reference, providerReference: null })).toMatchObject({ status: 'open' });
  });

  test('signs with both secrets while one is replaced: either will do', async () => {
    const body = JSON.stringify({ id: 'evt_1', type: 'charge.refunded', data: { object: {} } });
    const [old, fresh, other] = ['whsec_old', 'whsec_new', 'whsec_other'] as const;
    const headers = stripe.signed(body, { secrets: [fresh, old] });
    const delivery = { headers, payload: body, url: receiver.url, receivedAt: new Date() };
    for (const webhookSecret of [old, fresh])
      expect(stripeAt(stripe, { webhookSecret }).verify(delivery)).toMatchObject({ eventId: 'evt_1', reference: null });
    for (const webhookSecret of [other, ''])
      expect(() => stripeAt(stripe, { webhookSecret }).verify(delivery)).toThrow(WebhookRefused);
  });

  test('a session that ran out has not been paid', async () => {
    const what = wanted();
    const { providerReference } = await stripeAt(stripe).checkout(what);
    stripe.expire(what.reference);
    const read = await stripeAt(stripe).read({ reference: what.reference, providerReference });
    expect(read).toMatchObject({ status: 'expired', authorized: 0 });
  });
});

test('no error, and no adapter that is printed, shows a secret', () => {
  expect(failures.length).toBeGreaterThan(30);
  const printed = [...failures, adapters.vipps, adapters.stripe].map(
    (one) => `${inspect(one, { depth: 9, showHidden: true })} ${JSON.stringify(one)}`,
  );
  expect(printed.filter((text) => /canary|whsec_/.test(text))).toEqual([]);
});
