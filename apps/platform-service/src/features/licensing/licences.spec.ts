import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import {
  type ChangePlan,
  cancelSubscription,
  changePlan,
  deleteEntitlement,
  deleteLimitOverride,
  deleteScheduledChange,
  getSubscription,
  leaseUsage,
  listEntitlements,
  listPlans,
  listUsage,
  migratePlan,
  type PutSubscription,
  putEntitlement,
  putLimitOverride,
  putSubscription,
  registerProduct,
  resumeSubscription,
  suspendSubscription,
} from '@platform/contracts';
import { productOf, reports, type TestProduct } from '../../../test/product.js';
import { type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';
import { LicencesJob } from './licences.job.js';

const DAY = 86_400_000;
const reason = 'agreed';

let world: PlatformWorld;
let product: TestProduct;
let superToken: string;
let tenant: TestTenant;
let exports: string;
let shelves: string;
let archive: string;
let plans: ReturnType<typeof reports>['planTemplates'];

beforeAll(async () => {
  world = await platformWorld({ ACCESS_TOKEN_SECONDS: '3600' });
  product = await productOf(world);
  [exports, shelves, archive] = [`${product.key}.exports`, `${product.key}.shelves`, `${product.key}.archive`];
  const modules = [`${product.key}.reports`];
  plans = [
    ...reports(product.key).planTemplates,
    { key: 'middle', version: 1, name: 'Middle', modules, limits: { [exports]: 20 } },
    { key: 'patient', version: 1, name: 'Patient', modules, limits: { [exports]: 5 }, graceDays: 3 },
  ];
  await product.call(registerProduct, reports(product.key, { planTemplates: plans }));
  superToken = await world.superToken();
});
afterAll(async () => {
  await product?.close();
  await world?.stop();
});

let tenants = 0;
beforeEach(async () => {
  tenants += 1;
  tenant = await world.tenant(`town${tenants}`);
});

const asSystem = () => ({ token: superToken });
const put = (more: Partial<PutSubscription> = {}) =>
  world.done(putSubscription, { id: tenant.id, product: product.key, planKey: 'small', ...more }, asSystem());
const change = (more: Partial<ChangePlan>) =>
  world.done(changePlan, { id: tenant.id, product: product.key, ...more }, asSystem());
const subscription = () => world.done(getSubscription, {}, { token: tenant.token });
const lease = async (amount: number, meter = exports) => {
  const answer = await product.call(leaseUsage, { tenantId: tenant.id, meter, amount }).catch((error) => error.code);
  return typeof answer === 'string' ? answer : answer.granted;
};
const usage = async (meter = exports) =>
  (await world.done(listUsage, {}, { token: tenant.token })).data.find((row) => row.meter === meter);
const held = async () => (await world.done(listEntitlements, {}, { token: tenant.token })).data;
const inDays = (days: number) => new Date(Date.now() + days * DAY).toISOString();
/** Lives the given days later, and comes back. */
async function later<T>(days: number, look: () => Promise<T>): Promise<T> {
  world.clock.advance(days * DAY);
  try {
    // The token of today is none of then.
    tenant.token = (await world.signIn(tenant.email, 'a password of the tests', tenant.slug)).accessToken;
    return await look();
  } finally {
    world.clock.advance(-days * DAY);
  }
}
const settleAt = (days: number) => world.service.app.get(LicencesJob).turn(new Date(Date.now() + days * DAY));
const facts = async () =>
  (
    await world.rows<{ fact: string }>(
      `SELECT split_part(subject, '.', 6) AS fact FROM platform.outbox
       WHERE tenant_id = $1 AND subject LIKE 'platform.evt.%.subscription.%' ORDER BY pos`,
      [tenant.id],
    )
  ).map(({ fact }) => fact);
const published = async (aggregate: string) =>
  (
    await world.rows<{ payload: string }>(
      `SELECT payload FROM platform.outbox
       WHERE tenant_id = $1 AND split_part(subject, '.', 4) = $2 AND subject LIKE '%.state.%' ORDER BY pos`,
      [tenant.id, aggregate],
    )
  ).map(({ payload }) => JSON.parse(payload).data);

describe('a trial', () => {
  test('ends by the clock, though no job has run, and the job tells the products', async () => {
    expect(await put({ trialDays: 14 })).toMatchObject({ status: 'trialing' });
    expect(await later(13, subscription)).toMatchObject({ status: 'trialing' });
    expect(await later(15, () => lease(1))).toBe('SUBSCRIPTION_EXPIRED');
    await settleAt(15);
    expect(await facts()).toEqual(['started', 'expired']);
    expect((await published('subscription')).at(-1)).toMatchObject({ status: 'expired' });
  });

  test('becomes a subscription, and after its end another one begins', async () => {
    await put({ trialDays: 14 });
    expect(await put({ validUntil: inDays(20), graceUntil: inDays(30) })).toMatchObject({
      status: 'active',
      version: 2,
    });
    expect(await later(25, subscription)).toMatchObject({ status: 'past_due' });
    expect(await later(25, () => lease(1))).toBe(1);
    expect(await later(35, subscription)).toMatchObject({ status: 'expired' });
    expect(await put()).toMatchObject({ status: 'active', version: 1 });
    const rows = await world.rows('SELECT status FROM platform.subscriptions WHERE tenant_id = $1 ORDER BY id', [
      tenant.id,
    ]);
    expect(rows).toEqual([{ status: 'expired' }, { status: 'active' }]);
  });

  test('that was suspended goes on as a trial; a paid subscription does not become one', async () => {
    await put({ trialDays: 14 });
    const of = { id: tenant.id, product: product.key, reason };
    await world.done(suspendSubscription, of, asSystem());
    expect(await world.done(resumeSubscription, of, asSystem())).toMatchObject({ status: 'trialing' });
    await put();
    const again = { id: tenant.id, product: product.key, planKey: 'small', trialDays: 7 };
    expect(await world.code(putSubscription, again, asSystem())).toBe('SUBSCRIPTION_NOT_LIVE');
  });
});

describe('changing the plan', () => {
  test('upwards is at once, and a try changes nothing', async () => {
    await put();
    const tried = await change({ planKey: 'large', dryRun: true });
    expect(tried).toMatchObject({
      direction: 'upgrade',
      when: 'now',
      modulesGained: [archive],
      modulesLost: [],
      subscription: { planKey: 'small', version: 1 },
    });
    expect(await change({ planKey: 'large' })).toMatchObject({ subscription: { planKey: 'large', version: 2 } });
    expect((await held()).map(({ moduleKey }) => moduleKey)).toContain(archive);
  });

  test('downwards waits for the end of the period, says what is lost, and can be taken back', async () => {
    await put({ planKey: 'large' });
    await lease(3, shelves);
    const planned = await change({ planKey: 'small' });
    expect(planned).toMatchObject({ direction: 'downgrade', when: 'period_end', modulesLost: [archive] });
    expect(planned.limits).toContainEqual({
      meter: shelves,
      from: 3,
      to: 0,
      used: 3,
      overLimit: true,
      graceUntil: null,
    });
    expect(await subscription()).toMatchObject({
      planKey: 'large',
      scheduled: { change: 'plan', at: planned.at, planKey: 'small', planVersion: 1 },
    });
    const of = { id: tenant.id, product: product.key };
    expect(await world.done(deleteScheduledChange, of, asSystem())).toMatchObject({ scheduled: null });
    expect(await world.code(deleteScheduledChange, of, asSystem())).toBe('NOTHING_SCHEDULED');
    expect(await later(32, subscription)).toMatchObject({ planKey: 'large' });
  });

  test('at the end of the period happens by the clock: whoever looks first finds it done', async () => {
    await put({ planKey: 'large' });
    await change({ planKey: 'small' });
    expect(await later(32, subscription)).toMatchObject({ planKey: 'small', scheduled: null, version: 3 });
    expect((await held()).map(({ moduleKey }) => moduleKey)).toEqual([`${product.key}.reports`]);
  });

  test('below what is used deletes nothing: it shows, and nothing more is granted', async () => {
    await put({ planKey: 'middle' });
    await lease(15);
    await change({ planKey: 'small', when: 'now' });
    expect(await usage()).toMatchObject({ limit: 10, used: 15, overLimit: true, remaining: 0, graceUntil: null });
    expect(await lease(1)).toBe('LIMIT_EXCEEDED');
  });

  test('below what is used, to a plan with grace, lets the former limit hold for its days', async () => {
    await put({ planKey: 'middle' });
    await lease(15);
    const changed = await change({ planKey: 'patient', when: 'now' });
    expect(changed.limits).toMatchObject([{ meter: exports, overLimit: true }]);
    expect(await usage()).toMatchObject({ limit: 5, used: 15, overLimit: true, remaining: 5 });
    expect((await usage())?.graceUntil).not.toBeNull();
    expect(await lease(2)).toBe(2);
    await world.rows("UPDATE platform.limit_deltas SET valid_until = now() WHERE tenant_id = $1 AND layer = 'grace'", [
      tenant.id,
    ]);
    expect(await lease(1)).toBe('LIMIT_EXCEEDED');
    await change({ planKey: 'middle' });
    expect(await usage()).toMatchObject({ overLimit: false, graceUntil: null });
  });

  test('to the same, an unknown one, or without a subscription is refused', async () => {
    const to = (planKey: string) => ({ id: tenant.id, product: product.key, planKey });
    expect(await world.code(changePlan, to('large'), asSystem())).toBe('NOT_FOUND');
    await put();
    expect(await world.code(changePlan, to('small'), asSystem())).toBe('PLAN_UNCHANGED');
    expect(await world.code(changePlan, to('huge'), asSystem())).toBe('PLAN_UNKNOWN');
    expect(await world.code(changePlan, to('large'), { token: tenant.token })).toBe('FORBIDDEN');
  });
});

describe('cancelling', () => {
  test('at the end of the period leaves the licence until then, and can be taken back', async () => {
    await put();
    const cancel = { id: tenant.id, product: product.key, reason };
    expect(await world.done(cancelSubscription, cancel, asSystem())).toMatchObject({
      status: 'active',
      scheduled: { change: 'cancel' },
    });
    expect(await lease(1)).toBe(1);
    expect(await later(32, () => lease(1))).toBe('SUBSCRIPTION_EXPIRED');
    expect(await later(32, subscription)).toMatchObject({ status: 'cancelled', scheduled: null });
    expect(await facts()).toEqual(['started', 'change-scheduled', 'cancelled']);
  });

  test('at once ends it at once, and what has ended is not cancelled again', async () => {
    await put();
    const cancel = { id: tenant.id, product: product.key, reason, when: 'now' as const };
    expect(await world.done(cancelSubscription, cancel, asSystem())).toMatchObject({ status: 'cancelled' });
    expect(await lease(1)).toBe('SUBSCRIPTION_EXPIRED');
    expect(await world.code(cancelSubscription, cancel, asSystem())).toBe('NOT_FOUND');
  });
});

describe('what is given beside the plan', () => {
  const give = (more: Record<string, unknown>) =>
    world.done(putEntitlement, { id: tenant.id, moduleKey: archive, reason, ...more }, asSystem());

  test('shows where every value comes from: plan, add-on, grant, override, the highest holds', async () => {
    await put();
    const origin = async () => (await held()).flatMap(({ origins }) => origins).find(({ meter }) => meter === exports);
    const limits = (amount: number) => ({ moduleKey: `${product.key}.reports`, limits: { [exports]: amount } });
    expect(await origin()).toMatchObject({ planValue: 10, overridden: false, value: 10, source: 'plan' });
    await give({ layer: 'addon', ...limits(30) });
    expect(await origin()).toMatchObject({ planValue: 10, overrideValue: 30, value: 30, source: 'addon' });
    await give({ layer: 'grant', ...limits(20) });
    expect(await origin()).toMatchObject({ planValue: 10, overrideValue: 20, value: 20, source: 'grant' });
    const limit = { id: tenant.id, meter: exports };
    const expiresAt = inDays(2);
    expect(await world.done(putLimitOverride, { ...limit, value: 12, reason, expiresAt }, asSystem())).toMatchObject({
      planValue: 10,
      overridden: true,
      overrideValue: 12,
      value: 12,
      source: 'override',
      reason,
      expiresAt,
    });
    expect((await held())[0]?.layers).toEqual(['plan', 'addon', 'grant']);
    expect((await published('entitlement')).map((state) => state.limits[exports])).toEqual([10, 30, 20, 12]);
    expect(await lease(50)).toBe(12);
    await world.done(deleteLimitOverride, limit, asSystem());
    expect(await world.code(deleteLimitOverride, limit, asSystem())).toBe('NOT_FOUND');
    expect(await lease(50)).toBe(8);
  });

  test('changes every tenant that has no override when the plan gets a new version, and no other', async () => {
    await put({ planKey: 'middle' });
    const overridden = tenant;
    await world.done(putLimitOverride, { id: tenant.id, meter: exports, value: 99, reason }, asSystem());
    tenant = await world.tenant(`plain${tenants}`);
    await put({ planKey: 'middle' });
    const plain = tenant;
    const next = { ...plans.find(({ key }) => key === 'middle')!, version: 2, limits: { [exports]: 40 } };
    await product.call(registerProduct, reports(product.key, { planTemplates: [...plans, next] }));
    const { data } = await world.done(listPlans, { product: product.key }, asSystem());
    const from = data.find(({ key, version }) => key === 'middle' && version === 1)!;
    await world.done(migratePlan, { id: from.id }, asSystem());
    tenant = plain;
    expect(await usage()).toMatchObject({ limit: 40 });
    tenant = overridden;
    expect(await usage()).toMatchObject({ limit: 99 });
    expect((await held()).flatMap(({ origins }) => origins)).toMatchObject([{ planValue: 40, value: 99 }]);
  });

  test('gives a module without any subscription, for its time, and takes it back', async () => {
    await give({ validUntil: inDays(5), limits: { [shelves]: 2 } });
    expect(await lease(9, shelves)).toBe(2);
    expect(await held()).toMatchObject([{ moduleKey: archive, source: 'manual', layers: ['grant'] }]);
    expect(await later(6, () => lease(1, shelves))).toBe('MODULE_NOT_ENTITLED');
    await give({ limits: { [shelves]: 5 } });
    expect(await lease(9, shelves)).toBe(3);
    await world.done(deleteEntitlement, { id: tenant.id, moduleKey: archive }, asSystem());
    expect(await lease(1, shelves)).toBe('MODULE_NOT_ENTITLED');
    expect(await held()).toEqual([]);
    expect((await published('entitlement')).at(-1)).toMatchObject({ status: 'revoked' });
    await eventually(async () => {
      const rows = await world.rows('SELECT FROM platform.audit_logs WHERE tenant_id = $1 AND action LIKE $2', [
        tenant.id,
        'platform.entitlement.%',
      ]);
      expect(rows).toHaveLength(3);
    });
  });

  test('an override runs out by itself, and the job tells the products', async () => {
    await put();
    await world.done(
      putLimitOverride,
      { id: tenant.id, meter: exports, value: null, reason, expiresAt: inDays(1) },
      asSystem(),
    );
    expect(await usage()).toMatchObject({ limit: null, remaining: null });
    await settleAt(2);
    expect((await published('entitlement')).map((state) => state.limits[exports])).toEqual([10, null, 10]);
    expect(await usage()).toMatchObject({ limit: 10 });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['a module nobody has', { moduleKey: 'acme.none' }, 'MODULE_UNKNOWN'],
    ['no limit for a meter the plan does not give', {}, 'LIMIT_REQUIRED'],
    ['a limit of another module', { limits: { 'acme.none': 1 } }, 'METER_UNKNOWN'],
    ['a limit that is no number', { limits: { shelves: 1.5 } }, 'VALIDATION_FAILED'],
    ['an end that is over', { limits: { shelves: 1 }, validUntil: inDays(-1) }, 'VALIDITY_INVALID'],
    ['an add-on to nothing', { limits: { shelves: 1 }, layer: 'addon' }, 'SUBSCRIPTION_NOT_LIVE'],
  ])('is refused with %s', async (_, more, code) => {
    const limits = Object.fromEntries(
      Object.entries((more.limits ?? {}) as object).map(([key, value]) => [key === 'shelves' ? shelves : key, value]),
    );
    const request = {
      id: tenant.id,
      moduleKey: archive,
      reason,
      ...more,
      ...(more.limits !== undefined && { limits }),
    };
    expect(await world.code(putEntitlement, request, asSystem())).toBe(code);
  });

  test('is refused for a limit of a meter nobody has, one the tenant does not hold, and one that is over', async () => {
    await put();
    const override = (meter: string, more = {}) =>
      world.code(putLimitOverride, { id: tenant.id, meter, value: 1, reason, ...more }, asSystem());
    expect(await override('acme.none')).toBe('METER_UNKNOWN');
    expect(await override(shelves)).toBe('NOT_FOUND');
    expect(await override(exports, { expiresAt: inDays(-1) })).toBe('VALIDITY_INVALID');
    const own = { id: tenant.id, meter: exports, value: 1, reason };
    expect(await world.code(putLimitOverride, own, { token: tenant.token })).toBe('FORBIDDEN');
  });
});
