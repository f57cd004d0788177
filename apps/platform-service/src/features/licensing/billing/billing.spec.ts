import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createLogger, SYSTEM_DATABASE } from '@kit/service';
import {
  type BillingEventType,
  getSubscription,
  putSubscription,
  receiveBillingEvent,
  registerProduct,
  suspendSubscription,
} from '@platform/contracts';
import { Webhook } from 'standardwebhooks';
import { v7 as uuidv7 } from 'uuid';
import { productOf, reports, type TestProduct } from '../../../../test/product.js';
import { type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';
import { BillingJob } from './billing.job.js';
import { type BilledSubscription, BillingPort } from './billing-port.js';

const secretOf = (seed: number) => `whsec_${Buffer.alloc(24, seed).toString('base64')}`;
const SECRET = secretOf(1);
const NEXT = secretOf(2);
const DAY = 86_400_000;

let world: PlatformWorld;
let product: TestProduct;
let superToken: string;
let tenant: TestTenant;

beforeAll(async () => {
  world = await platformWorld({
    PLATFORM_BILLING_WEBHOOK_SECRETS: `payer:${SECRET}, payer:${NEXT}, other:${secretOf(3)}`,
  });
  product = await productOf(world);
  await product.call(registerProduct, reports(product.key));
  superToken = await world.superToken();
});
afterAll(async () => {
  await product?.close();
  await world?.stop();
});

let tenants = 0;
beforeEach(async () => {
  tenants += 1;
  tenant = await world.tenant(`payer${tenants}`);
  await world.done(putSubscription, { id: tenant.id, product: product.key, planKey: 'small' }, { token: superToken });
});

interface Sent {
  data?: Record<string, unknown>;
  id?: string;
  secret?: string;
  at?: Date;
  provider?: string;
}
function signed(
  type: BillingEventType,
  sequence: number,
  { data, id = uuidv7(), secret = SECRET, at = new Date(), provider = 'payer' }: Sent = {},
) {
  const payload = JSON.stringify({
    type,
    timestamp: at.toISOString(),
    data: { tenantId: tenant.id, product: product.key, sequence, ...data },
  });
  return {
    provider,
    webhookId: id,
    webhookTimestamp: String(Math.floor(at.getTime() / 1000)),
    webhookSignature: new Webhook(secret).sign(id, at, payload),
    payload,
  };
}
const send = async (type: BillingEventType, sequence: number, sent: Sent = {}) =>
  (await world.done(receiveBillingEvent, signed(type, sequence, sent))).outcome;
const refused = (request: object) => world.code(receiveBillingEvent, request as never);
const subscription = () => world.done(getSubscription, {}, { token: tenant.token });
const inDays = (days: number) => new Date(Date.now() + days * DAY).toISOString();

describe('an event of a billing provider', () => {
  test('moves the subscription, with a grace for what is unpaid', async () => {
    expect(await send('subscription.activated', 1, { data: { validUntil: inDays(30) } })).toBe('applied');
    expect(await subscription()).toMatchObject({ status: 'active' });
    expect(await send('subscription.past_due', 2, { data: { graceUntil: inDays(7) } })).toBe('applied');
    expect(await subscription()).toMatchObject({ status: 'past_due' });
    expect(await send('subscription.activated', 3)).toBe('applied');
    expect(await subscription()).toMatchObject({ status: 'active', validUntil: null, graceUntil: null });
    expect(await send('subscription.cancelled', 4)).toBe('applied');
    expect(await subscription()).toMatchObject({ status: 'cancelled' });
    expect(await send('subscription.activated', 5)).toBe('refused');
  });

  test('sent ten times at once counts once', async () => {
    const id = uuidv7();
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => send('subscription.past_due', 1, { id })));
    expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'repeated')).toHaveLength(9);
    expect(await subscription()).toMatchObject({ version: 2 });
  });

  test('that comes after a later one changes nothing', async () => {
    expect(await send('subscription.activated', 7)).toBe('applied');
    expect(await send('subscription.past_due', 6)).toBe('stale');
    expect(await send('subscription.cancelled', 7)).toBe('stale');
    expect(await subscription()).toMatchObject({ status: 'active' });
  });

  test('does not lift a stop of the system’s administrator', async () => {
    const stop = { id: tenant.id, product: product.key, reason: 'fraud' };
    await world.done(suspendSubscription, stop, { token: superToken });
    expect(await send('subscription.activated', 1)).toBe('applied');
    expect(await subscription()).toMatchObject({ status: 'suspended' });
  });

  test('is believed under either secret while one replaces the other, and under no other', async () => {
    expect(await send('subscription.activated', 1, { secret: NEXT })).toBe('applied');
    const forged = signed('subscription.cancelled', 2, { secret: secretOf(3) });
    expect(await refused(forged)).toBe('BILLING_SIGNATURE_INVALID');
    const altered = signed('subscription.activated', 2);
    expect(await refused({ ...altered, payload: altered.payload.replace('activated', 'cancelled') })).toBe(
      'BILLING_SIGNATURE_INVALID',
    );
    expect(await refused({ ...altered, webhookId: 'another' })).toBe('BILLING_SIGNATURE_INVALID');
    const old = signed('subscription.cancelled', 2, { at: new Date(Date.now() - 600_000) });
    expect(await refused(old)).toBe('BILLING_SIGNATURE_INVALID');
    expect(await refused(signed('subscription.cancelled', 2, { provider: 'nobody' }))).toBe('NOT_FOUND');
    expect(await subscription()).toMatchObject({ status: 'active' });
  });

  test.each<[string, Record<string, unknown>]>([
    ['without a tenant', { tenantId: 'none' }],
    ['of a tenant that is not there', { tenantId: uuidv7() }],
    ['of a product it does not have', { product: 'acme' }],
    ['without its place in the sequence', { sequence: 0 }],
    ['with a time that is none', { validUntil: 'soon' }],
  ])('%s is refused', async (_, data) => {
    expect(await refused(signed('subscription.activated', 1, { data }))).toBe('BILLING_EVENT_INVALID');
  });
});

/** A provider that was away once. */
class FakeBilling extends BillingPort {
  readonly told: BilledSubscription[] = [];
  away = true;

  override sync(subscription: BilledSubscription): Promise<string | null> {
    if (this.away) return Promise.reject(new Error('away'));
    this.told.push(subscription);
    return Promise.resolve(`bill-${subscription.subscriptionId}`);
  }
}

test('a provider is told of each change until it has heard it, and only then no more', async () => {
  const fake = new FakeBilling();
  const job = new BillingJob(world.service.app.get(SYSTEM_DATABASE), createLogger('test', 'silent'), fake);
  const turn = () => job.turn(new Date());
  const own = () => fake.told.filter(({ tenantId }) => tenantId === tenant.id);
  await world.rows('UPDATE platform.subscriptions SET billing_synced_version = 0 WHERE tenant_id = $1', [tenant.id]);
  await turn();
  fake.away = false;
  await turn();
  await turn();
  expect(own()).toMatchObject([{ planKey: 'small', status: 'active', version: 1, reference: null }]);
  await send('subscription.past_due', 1);
  await turn();
  expect(own().at(-1)).toMatchObject({ status: 'past_due', version: 2, reference: `bill-${own()[0]!.subscriptionId}` });
  expect(own()).toHaveLength(2);
});
