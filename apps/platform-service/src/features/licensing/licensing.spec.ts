import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Refusal, SYSTEM_TENANT_ID } from '@kit/contracts';
import { eventually } from '@kit/testing';
import {
  checkAuthorization,
  getSubscription,
  type LeaseUsage,
  leaseUsage,
  listEntitlements,
  listPlans,
  listUsage,
  type PutSubscription,
  putSubscription,
  registerProduct,
  resumeSubscription,
  suspendSubscription,
  type UsageLease,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { productOf, reports, type TestProduct } from '../../../test/product.js';
import { type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';

let world: PlatformWorld;
let product: TestProduct;
let superToken: string;
let tenant: TestTenant;
let exports: string;
let shelves: string;

beforeAll(async () => {
  world = await platformWorld();
  product = await productOf(world);
  await product.call(registerProduct, reports(product.key));
  exports = `${product.key}.exports`;
  shelves = `${product.key}.shelves`;
  superToken = await world.superToken();
});
afterAll(async () => {
  await product?.close();
  await world?.stop();
});

let tenants = 0;
/** Each test has a tenant of its own, subscribed to nothing. */
beforeEach(async () => {
  tenants += 1;
  tenant = await world.tenant(`tenant${tenants}`);
});

const put = (more: Partial<PutSubscription> = {}) =>
  world.done(
    putSubscription,
    { id: tenant.id, product: product.key, planKey: 'small', ...more },
    { token: superToken },
  );
const modules = async () => {
  const { data } = await world.done(listEntitlements, {}, { token: tenant.token });
  return data.map(({ moduleKey, limits, version }) => ({ moduleKey, limits, version }));
};
const lease = (more: Partial<LeaseUsage> = {}, options: { idempotencyKey?: string } = {}): Promise<UsageLease> =>
  product.call(leaseUsage, { tenantId: tenant.id, meter: exports, amount: 1, ...more }, options);
const leaseRefusal = async (more: Partial<LeaseUsage> = {}): Promise<string> => {
  try {
    await lease(more);
    return 'OK';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
};
const states = (aggregate: string) =>
  world
    .rows<{ payload: string }>(
      "SELECT payload FROM platform.outbox WHERE tenant_id = $1 AND split_part(subject, '.', 4) = $2 AND subject LIKE '%.state.%' ORDER BY pos",
      [tenant.id, aggregate],
    )
    .then((rows) => rows.map(({ payload }) => JSON.parse(payload)));
const reason = 'unpaid';
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const entitled = async () =>
  (
    await world.done(
      checkAuthorization,
      { permission: `${product.key}.report.read`, module: `${product.key}.reports` },
      { token: tenant.token },
    )
  ).allowed;

describe('subscribing a tenant', () => {
  test('publishes under the id as consumers know it, however the request writes it', async () => {
    await put({ id: tenant.id.toUpperCase() });
    expect(await states('subscription')).toMatchObject([{ tenantId: tenant.id, version: 1 }]);
    const subjects = await world.rows<{ subject: string }>(
      "SELECT subject FROM platform.outbox WHERE tenant_id = $1 AND subject LIKE '%subscription%'",
      [tenant.id],
    );
    expect(subjects.every(({ subject }) => subject.includes(`.${tenant.id}.`))).toBe(true);
  });

  test('refuses a version that no plan can have', async () => {
    expect(
      await world.code(
        putSubscription,
        { id: tenant.id, product: product.key, planKey: 'small', planVersion: 3_000_000_000 },
        { token: superToken },
      ),
    ).toBe('VALIDATION_FAILED');
  });

  test('gives it the modules and limits of the plan, and publishes both', async () => {
    expect(await world.code(getSubscription, {}, { token: tenant.token })).toBe('NOT_FOUND');
    expect(await put()).toMatchObject({
      tenantId: tenant.id,
      planKey: 'small',
      planVersion: 1,
      status: 'active',
      version: 1,
    });
    expect(await world.done(getSubscription, {}, { token: tenant.token })).toMatchObject({
      product: product.key,
      planKey: 'small',
    });
    expect(await modules()).toEqual([{ moduleKey: `${product.key}.reports`, limits: { [exports]: 10 }, version: 1 }]);
    expect(await states('subscription')).toMatchObject([{ version: 1, data: { status: 'active', planKey: 'small' } }]);
    expect(await states('entitlement')).toMatchObject([
      { version: 1, data: { status: 'active', limits: { [exports]: 10 } } },
    ]);
    expect(await entitled()).toBe(true);
    await eventually(async () => {
      const rows = await world.rows('SELECT FROM platform.audit_logs WHERE tenant_id = $1 AND action = $2', [
        tenant.id,
        'platform.subscription.put',
      ]);
      expect(rows).toHaveLength(1);
    });
  });

  test('again changes nothing it holds, to another plan exactly the difference', async () => {
    await put();
    await put();
    expect((await modules()).map(({ version }) => version)).toEqual([1]);
    expect(await put({ planKey: 'large' })).toMatchObject({ planKey: 'large', version: 3 });
    expect(await modules()).toEqual([
      { moduleKey: `${product.key}.archive`, limits: { [shelves]: 3 }, version: 1 },
      { moduleKey: `${product.key}.reports`, limits: { [exports]: null }, version: 2 },
    ]);
    await put();
    expect((await modules()).map(({ moduleKey }) => moduleKey)).toEqual([`${product.key}.reports`]);
    const archive = (await states('entitlement')).filter(({ data }) => data.moduleKey === `${product.key}.archive`);
    expect(archive.map(({ version, data }) => [version, data.status])).toEqual([
      [1, 'active'],
      [2, 'revoked'],
    ]);
  });

  test('ten times at once leaves one subscription', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, n) => put({ planKey: n % 2 ? 'small' : 'large' })));
    const rows = await world.rows<{ version: number }>(
      'SELECT version FROM platform.subscriptions WHERE tenant_id = $1',
      [tenant.id],
    );
    expect(rows).toEqual([{ version: 10 }]);
  });

  test('on trial, for a time and with grace, holds until the grace is over', async () => {
    await put({ trial: true, validUntil: inDays(10), graceUntil: inDays(20) });
    expect(await world.done(getSubscription, {}, { token: tenant.token })).toMatchObject({ status: 'trialing' });
    expect(await entitled()).toBe(true);
    const shift = (days: number) =>
      world.rows(
        `UPDATE platform.subscriptions SET valid_from = valid_from - $2 * interval '1 day', valid_until = valid_until - $2 * interval '1 day',
           grace_until = grace_until - $2 * interval '1 day' WHERE tenant_id = $1`,
        [tenant.id, days],
      );
    await shift(15);
    expect(await leaseRefusal()).toBe('OK');
    await shift(6);
    expect(await leaseRefusal()).toBe('SUBSCRIPTION_EXPIRED');
    await put({ validFrom: inDays(-1), validUntil: inDays(10) });
    expect(await leaseRefusal()).toBe('OK');
  });

  test.each<[string, Partial<PutSubscription>, string]>([
    ['to a plan that is not there', { planKey: 'huge' }, 'PLAN_UNKNOWN'],
    ['to a version that is not there', { planVersion: 7 }, 'PLAN_UNKNOWN'],
    ['of a product that is not there', { product: 'nothing' }, 'PLAN_UNKNOWN'],
    ['in a tenant that is not there', { id: uuidv7() }, 'NOT_FOUND'],
    ['that ends before it begins', { validFrom: inDays(2), validUntil: inDays(1) }, 'VALIDITY_INVALID'],
    ['with grace before its end', { validUntil: inDays(2), graceUntil: inDays(1) }, 'VALIDITY_INVALID'],
  ])('%s is refused', async (_, more, code) => {
    const request = { id: tenant.id, product: product.key, planKey: 'small', ...more };
    expect(await world.code(putSubscription, request, { token: superToken })).toBe(code);
  });

  test('is the business of the system, not of a tenant', async () => {
    const request = { id: tenant.id, product: product.key, planKey: 'large' };
    expect(await world.code(putSubscription, request, { token: tenant.token })).toBe('FORBIDDEN');
    await world.rows(
      "UPDATE platform.roles SET permissions = '{*}' WHERE tenant_id = $1 AND key = 'tenant_administrator'",
      [tenant.id],
    );
    expect(await world.code(putSubscription, request, { token: tenant.token })).toBe('FORBIDDEN');
    expect(
      await world.code(suspendSubscription, { id: tenant.id, product: product.key, reason }, { token: tenant.token }),
    ).toBe('FORBIDDEN');
  });
});

describe('suspending', () => {
  test('stops the licence until it is resumed, and a new plan does not lift it', async () => {
    await put();
    const change = { id: tenant.id, product: product.key, reason };
    expect(await world.done(suspendSubscription, change, { token: superToken })).toMatchObject({
      status: 'suspended',
      version: 2,
    });
    expect(await leaseRefusal()).toBe('SUBSCRIPTION_SUSPENDED');
    expect(await entitled()).toBe(false);
    expect(await world.code(suspendSubscription, change, { token: superToken })).toBe('SUBSCRIPTION_NOT_LIVE');
    expect(await put({ planKey: 'large' })).toMatchObject({ status: 'suspended' });
    expect(await world.done(resumeSubscription, change, { token: superToken })).toMatchObject({ status: 'active' });
    expect(await leaseRefusal()).toBe('OK');
    expect(await world.code(resumeSubscription, change, { token: superToken })).toBe('SUBSCRIPTION_NOT_LIVE');
    expect((await states('subscription')).map(({ data }) => data.status)).toEqual([
      'active',
      'suspended',
      'suspended',
      'active',
    ]);
  });

  test('of nothing is refused', async () => {
    const change = { id: tenant.id, product: product.key, reason };
    expect(await world.code(suspendSubscription, change, { token: superToken })).toBe('NOT_FOUND');
  });
});

describe('leasing a meter', () => {
  test('100 at once over a limit of 10 take exactly 10', async () => {
    await put();
    const codes = await Promise.all(Array.from({ length: 100 }, () => leaseRefusal()));
    expect(codes.filter((code) => code === 'OK')).toHaveLength(10);
    expect(codes.filter((code) => code === 'LIMIT_EXCEEDED')).toHaveLength(90);
    const { data } = await world.done(listUsage, {}, { token: tenant.token });
    expect(data).toMatchObject([{ meter: exports, limit: 10, used: 10, remaining: 0, period: 'month' }]);
  });

  test('gives what is left when less is left, and says when to come again', async () => {
    await put();
    expect(await lease({ amount: 7 })).toMatchObject({ granted: 7, used: 7, limit: 10, unlimited: false });
    expect(await lease({ amount: 50 })).toMatchObject({ granted: 3, used: 10 });
    const refused = await lease().catch((error: Refusal) => error);
    expect(refused).toMatchObject({ code: 'LIMIT_EXCEEDED', details: { meter: exports, limit: 10, used: 10 } });
    expect((refused as Refusal).retryAfter).toBeGreaterThan(0);
  });

  test('under the same key answers the same block, ten times at once as well', async () => {
    await put();
    const options = { idempotencyKey: `${tenant.id}:${exports}:0` };
    const blocks = await Promise.all(Array.from({ length: 10 }, () => lease({ amount: 4 }, options)));
    expect(new Set(blocks.map(({ granted }) => granted))).toEqual(new Set([4]));
    const { data } = await world.done(listUsage, {}, { token: tenant.token });
    expect(data).toMatchObject([{ used: 4 }]);
    expect(await lease({ amount: 4 }, { idempotencyKey: 'another' })).toMatchObject({ used: 8 });
  });

  test('passes each threshold once, however many ask at once', async () => {
    await put();
    await Promise.all(Array.from({ length: 30 }, () => leaseRefusal()));
    const events = await world.rows<{ threshold: number }>(
      `SELECT (payload::jsonb->'data'->>'threshold')::int AS threshold FROM platform.outbox
       WHERE tenant_id = $1 AND subject LIKE '%threshold-reached%' ORDER BY 1`,
      [tenant.id],
    );
    expect(events).toEqual([{ threshold: 50 }, { threshold: 80 }, { threshold: 100 }]);
  });

  test('starts again with the next month, where the tenant is; a total never does', async () => {
    await put({ planKey: 'large' });
    expect(await lease()).toMatchObject({ unlimited: true, granted: 0, limit: null });
    expect(await lease({ meter: shelves, amount: 9 })).toMatchObject({ granted: 3, period: 'total', resetsAt: null });
    await put();
    const first = await lease({ amount: 10 });
    const wait = new Date(first.resetsAt as string).getTime() - Date.now() + 120_000;
    world.clock.advance(wait);
    const next = await lease({ amount: 10 });
    world.clock.advance(-wait);
    expect(next).toMatchObject({ granted: 10 });
    expect(next.period > first.period).toBe(true);
    await put({ planKey: 'large' });
    expect(await leaseRefusal({ meter: shelves })).toBe('LIMIT_EXCEEDED');
  });

  test('follows the plan: a larger limit gives more, a smaller one gives no more', async () => {
    const plans = reports(product.key).planTemplates;
    const middle = { key: 'middle', name: 'Middle', modules: [`${product.key}.reports`] };
    const planTemplates = [
      ...plans,
      { ...middle, version: 1, limits: { [exports]: 20 } },
      { ...middle, version: 2, limits: { [exports]: 5 } },
    ];
    await product.call(registerProduct, reports(product.key, { planTemplates }));
    await put();
    expect(await lease({ amount: 10 })).toMatchObject({ granted: 10 });
    await put({ planKey: 'middle', planVersion: 1 });
    expect(await lease({ amount: 10 })).toMatchObject({ granted: 10, limit: 20 });
    await put({ planKey: 'middle' });
    expect(await leaseRefusal()).toBe('LIMIT_EXCEEDED');
    const { data } = await world.done(listUsage, {}, { token: tenant.token });
    expect(data).toMatchObject([{ limit: 5, used: 20, remaining: 0 }]);
  });

  test('is refused without a licence, for a meter nobody knows, another product or another month', async () => {
    expect(await leaseRefusal()).toBe('MODULE_NOT_ENTITLED');
    await put();
    expect(await leaseRefusal({ meter: shelves })).toBe('MODULE_NOT_ENTITLED');
    expect(await leaseRefusal({ meter: `${product.key}.nothing` })).toBe('METER_UNKNOWN');
    expect(await leaseRefusal({ meter: 'acme.exports' })).toBe('PRODUCT_MISMATCH');
    expect(await leaseRefusal({ period: '2020-01' })).toBe('METER_PERIOD_INVALID');
    expect(await leaseRefusal({ tenantId: uuidv7() })).toBe('NOT_FOUND');
    expect(await leaseRefusal({ amount: 0 })).toBe('VALIDATION_FAILED');
  });
});

describe('reading what there is', () => {
  test('pages through the plans on offer', async () => {
    const first = await world.done(listPlans, { product: product.key, limit: 1 }, { token: tenant.token });
    expect(first.data).toMatchObject([{ key: 'large', limits: { [exports]: null, [shelves]: 3 } }]);
    const rest = await world.done(
      listPlans,
      { product: product.key, cursor: first.nextCursor as string },
      { token: tenant.token },
    );
    expect(rest.data.at(-1)).toMatchObject({ key: 'small', version: 1 });
    expect(await world.code(listPlans, { cursor: 'WzFd' }, { token: tenant.token })).toBe('VALIDATION_FAILED');
  });

  test('shows a subscription that is over, too', async () => {
    await put();
    await world.rows("UPDATE platform.subscriptions SET status = 'cancelled' WHERE tenant_id = $1", [tenant.id]);
    expect(await world.done(getSubscription, {}, { token: tenant.token })).toMatchObject({ status: 'cancelled' });
    expect(await leaseRefusal()).toBe('SUBSCRIPTION_EXPIRED');
    expect(await put()).toMatchObject({ status: 'active', version: 1 });
    expect(await leaseRefusal()).toBe('OK');
  });

  test('asks for the product when a tenant subscribes to more than one', async () => {
    await put();
    await world.rows(
      "INSERT INTO platform.products (key, name, manifest, manifest_digest) VALUES ('other', 'Other', '{\"meters\": []}', 'x') ON CONFLICT DO NOTHING",
    );
    await world.rows(
      "INSERT INTO platform.plans (product, key, plan_version, name, definition) VALUES ('other', 'only', 1, 'Only', '{\"modules\": [], \"limits\": {}}')",
    );
    await put({ product: 'other', planKey: 'only' });
    expect(await world.code(getSubscription, {}, { token: tenant.token })).toBe('PRODUCT_REQUIRED');
    expect(await world.done(getSubscription, { product: 'other' }, { token: tenant.token })).toMatchObject({
      planKey: 'only',
    });
  });

  test('of another tenant is impossible: nothing of it shows', async () => {
    await put();
    const other = await world.tenant(`other${tenants}`);
    expect(await world.code(getSubscription, {}, { token: other.token })).toBe('NOT_FOUND');
    expect(await world.done(listEntitlements, {}, { token: other.token })).toEqual({ data: [], nextCursor: null });
    expect(await world.done(listUsage, {}, { token: other.token })).toEqual({ data: [], nextCursor: null });
    expect(tenant.id).not.toBe(SYSTEM_TENANT_ID);
  });
});
