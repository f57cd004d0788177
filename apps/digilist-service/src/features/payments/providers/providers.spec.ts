import { decideDevelopmentCheckout } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { money } from '@kit/contracts';
import { jobOrigin, type RunningService, UnitOfWork } from '@kit/service';
import { eventually } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { foundTown, type Town } from '../../../platform/testing/platform-stand-in.js';
import { DigilistWorld } from '../../../testing/digilist-world.js';
import { AMOUNT, deliveryOf, later, refused, stripeAt, unknown, vippsAt, wanted } from '../testing/adapters.js';
import { StripeServer } from '../testing/stripe-server.js';
import { VippsServer } from '../testing/vipps-server.js';
import { type Received, WebhookReceiver } from '../testing/webhook-receiver.js';
import { type Checkout, type Delivery, type PaymentProvider, WebhookRefused } from './payment-provider.js';
import { PaymentProviders } from './payment-providers.js';

/** Every provider does the same, as far as we can see. Vipps and Stripe are servers here that behave as documented. */

interface Outside {
  provider(): PaymentProvider;
  pay(checkout: Checkout, reference: string): Promise<void>;
}

let digilist: DigilistWorld;
let service: RunningService;
let town: Town;
let receiver: WebhookReceiver;
let vipps: VippsServer;
let stripe: StripeServer;
const outside = {} as Record<'vipps' | 'stripe' | 'development', Outside>;

beforeAll(async () => {
  [digilist, receiver, vipps, stripe] = await Promise.all([
    DigilistWorld.open(),
    WebhookReceiver.open(),
    new VippsServer().listen(),
    new StripeServer().listen(),
  ]);
  vipps.sendsEvents = true;
  stripe.sendsEvents = true;
  service = await digilist.start([], { payments: { publicUrl: receiver.url } });
  town = await foundTown(digilist.platform, { modules: ['digilist.payments'] });
  outside.vipps = {
    ...keep(vippsAt(vipps, { webhookSecret: vipps.register(`${receiver.url}/vipps?hook=1`) })),
    pay: async (_, reference) => vipps.approve(reference),
  };
  outside.stripe = {
    ...keep(stripeAt(stripe, { webhookSecret: stripe.register(`${receiver.url}/stripe`) })),
    pay: async (_, reference) => stripe.approve(reference),
  };
  const providers = service.app.get(PaymentProviders, { strict: false });
  const work = service.app.get(UnitOfWork, { strict: false });
  const { id } = await work.runAs(jobOrigin(town.tenantId, 'spec'), (tx) => providers.choose(tx));
  outside.development = {
    ...keep(await providers.of(town.tenantId, id)),
    pay: async ({ redirectUrl }) => {
      const token = redirectUrl.split('/').at(-1);
      await digilist.call(decideDevelopmentCheckout, town, null, { token, choice: 'pay' });
    },
  };
});
afterAll(async () => {
  await Promise.all([vipps?.close(), stripe?.close()]);
  await digilist?.close();
  await receiver?.close();
});

const keep = (provider: PaymentProvider) => ({ provider: () => provider });

describe.each(['vipps', 'stripe', 'development'] as const)('%s', (name) => {
  const provider = () => outside[name].provider();
  const state = { authorized: AMOUNT, captured: 0, refunded: 0, currency: 'NOK' };
  const key = () => uuidv7();

  async function opened() {
    const what = wanted();
    const checkout = await provider().checkout(what);
    const { reference } = what;
    return { what, checkout, payment: { reference, providerReference: checkout.providerReference } };
  }
  async function paid() {
    const open = await opened();
    await outside[name].pay(open.checkout, open.what.reference);
    return open;
  }
  async function captured(amount = AMOUNT) {
    const { payment } = await paid();
    await provider().capture(payment, money(amount), key());
    return payment;
  }

  test('a checkout is a page to pay at; nothing is paid yet', async () => {
    const { checkout, payment } = await opened();
    expect(checkout.redirectUrl).toMatch(/^http/);
    expect(await provider().read(payment)).toEqual({ ...state, status: 'open', authorized: 0 });
  });

  test('asked for twice under one reference it is the same page, and for another amount none', async () => {
    const { what, checkout, payment } = await opened();
    expect(await provider().checkout(what)).toEqual(checkout);
    await unknown(provider().checkout({ ...what, amount: money(1_00_00) }));
    await outside[name].pay(checkout, what.reference);
    expect(await provider().read(payment)).toEqual({ ...state, status: 'authorized' });
  });

  test('a payment that the provider has never heard of is null, also where its own reference is not known', async () => {
    expect(await provider().read({ reference: uuidv7(), providerReference: 'cs_test_none' })).toBeNull();
    expect(await provider().read({ reference: uuidv7(), providerReference: null })).toBeNull();
  });

  test('a payment whose checkout was never answered is found by our reference', async () => {
    const { payment } = await paid();
    const found = await provider().read({ ...payment, providerReference: null });
    expect(found).toEqual({ ...state, status: 'authorized' });
  });

  test('what was authorized is captured whole', async () => {
    expect(await provider().read(await captured())).toEqual({ ...state, status: 'captured', captured: AMOUNT });
  });

  test('or in part', async () => {
    expect(await provider().read(await captured(50_00))).toMatchObject({ status: 'captured', captured: 50_00 });
  });

  test('never more than was authorized, and nothing before', async () => {
    const { payment: open } = await opened();
    await refused(provider().capture(open, money(AMOUNT), key()));
    const { payment } = await paid();
    await refused(provider().capture(payment, money(AMOUNT + 1), key()));
    expect(await provider().read(payment)).toMatchObject({ status: 'authorized', captured: 0 });
  });

  test('a capture is done once per key; under the same key nobody knows of another amount', async () => {
    const { payment } = await paid();
    const once = key();
    await provider().capture(payment, money(60_00), once);
    await provider().capture(payment, money(60_00), once);
    await unknown(provider().capture(payment, money(10_00), once));
    expect(await provider().read(payment)).toMatchObject({ captured: 60_00 });
  });

  test('an open checkout is closed, again and again', async () => {
    const { payment } = await opened();
    const once = key();
    for (const under of [once, once, key()]) await provider().cancel(payment, under);
    const found = await provider().read(payment);
    expect(['cancelled', 'expired']).toContain(found?.status);
    expect(found).toMatchObject({ authorized: 0, captured: 0 });
  });

  test('what was authorized is released, and cannot be captured any more', async () => {
    const { payment } = await paid();
    await provider().cancel(payment, key());
    expect(await provider().read(payment)).toEqual({ ...state, status: 'cancelled', authorized: 0 });
    await refused(provider().capture(payment, money(AMOUNT), key()));
  });

  test('what was captured cannot be released', async () => {
    const payment = await captured();
    await refused(provider().cancel(payment, key()));
    expect(await provider().read(payment)).toMatchObject({ status: 'captured', captured: AMOUNT, refunded: 0 });
  });

  test('what was captured is given back whole, or in parts until nothing is left', async () => {
    const whole = await captured();
    await provider().refund(whole, money(AMOUNT), key());
    expect(await provider().read(whole)).toMatchObject({ captured: AMOUNT, refunded: AMOUNT });
    const parts = await captured();
    await provider().refund(parts, money(100_00), key());
    await provider().refund(parts, money(25_00), key());
    expect(await provider().read(parts)).toMatchObject({ refunded: AMOUNT });
    await refused(provider().refund(parts, money(1_00), key()));
  });

  test('never more than was captured, and nothing before', async () => {
    const { payment } = await paid();
    await refused(provider().refund(payment, money(1_00), key()));
    const part = await captured(50_00);
    await refused(provider().refund(part, money(50_01), key()));
    expect(await provider().read(part)).toMatchObject({ captured: 50_00, refunded: 0 });
  });

  test('a refund is done once per key; under the same key nobody knows of another amount', async () => {
    const payment = await captured();
    const once = key();
    await provider().refund(payment, money(20_00), once);
    await provider().refund(payment, money(20_00), once);
    await unknown(provider().refund(payment, money(30_00), once));
    expect(await provider().read(payment)).toMatchObject({ refunded: 20_00 });
  });

  test('twenty refunds at once give back no more than was captured', async () => {
    const payment = await captured();
    await Promise.all(
      Array.from({ length: 20 }, () =>
        provider()
          .refund(payment, money(20_00), key())
          .catch(() => undefined),
      ),
    );
    expect(await provider().read(payment)).toMatchObject({ captured: AMOUNT, refunded: 120_00 });
  });

  describe('a webhook', () => {
    let received: Received;
    let reference: string;
    beforeAll(async () => {
      ({ reference } = (await paid()).what);
      await eventually(async () => expect(receiver.about(reference).length).toBeGreaterThan(0));
      received = receiver.about(reference).at(-1) as Received;
    });
    const verify = (change?: Partial<Delivery>) => provider().verify(deliveryOf(receiver, received, change));
    const isRefused = (change: Partial<Delivery>) => expect(() => verify(change)).toThrow(WebhookRefused);

    test('names our reference, and itself: the same each time it comes', () => {
      expect(verify()).toMatchObject({ reference: { ours: reference }, eventId: expect.stringMatching(/.{8}/) });
      expect(verify()).toEqual(verify());
      const others = receiver.received
        .filter(({ path }) => path === received.path)
        .map((one) => deliveryOf(receiver, one));
      expect(new Set(others.map((one) => provider().verify(one).eventId)).size).toBe(others.length);
    });

    test('is refused when a letter of it is another', () => {
      isRefused({ payload: received.payload.replace(reference, uuidv7()) });
      isRefused({ payload: `${received.payload} ` });
      isRefused({ payload: '' });
    });

    test('is refused when it was not signed, or by somebody else', () => {
      isRefused({ headers: {} });
      for (const [header, value] of Object.entries(received.headers)) {
        if (!/authorization|signature/.test(header) || !value) continue;
        isRefused({ headers: { ...received.headers, [header]: undefined } });
        isRefused({ headers: { ...received.headers, [header]: 'Bearer abc' } });
        const at = value.length - 5;
        const other = value[at] === '0' ? '1' : '0';
        const forged = `${value.slice(0, at)}${other}${value.slice(at + 1)}`;
        if (name !== 'stripe') isRefused({ headers: { ...received.headers, [header]: forged } });
      }
    });

    test('is refused when it is older than five minutes, or from the future', () => {
      expect(verify({ receivedAt: later(4.9) })).toMatchObject({ reference: { ours: reference } });
      isRefused({ receivedAt: later(5.1) });
      isRefused({ receivedAt: later(-5.1) });
    });
  });
});
