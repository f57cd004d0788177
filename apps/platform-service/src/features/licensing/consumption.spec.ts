import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Refusal } from '@kit/contracts';
import { jobOrigin, UnitOfWork } from '@kit/service';
import { readMail, startSmtpCatcher } from '@kit/testing';
import {
  type ConsumeUsage,
  commitUsage,
  consumeUsage,
  leaseUsage,
  listUsage,
  listUsagePeriods,
  putSubscription,
  registerProduct,
  releaseUsage,
  reserveUsage,
  returnLease,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { productOf, reports, type TestProduct } from '../../../test/product.js';
import { type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';
import { giveBack, SEATS, takeTotal } from './index.js';
import { LedgerJob } from './ledger.job.js';
import { LicencesJob } from './licences.job.js';
import { ThresholdsJob } from './thresholds.job.js';

let world: PlatformWorld;
let catcher: Awaited<ReturnType<typeof startSmtpCatcher>>;
let product: TestProduct;
let superToken: string;
let tenant: TestTenant;
let exports: string;
let seats: string;

beforeAll(async () => {
  catcher = await startSmtpCatcher();
  world = await platformWorld({ SMTP_URL: catcher.smtpUrl });
  product = await productOf(world);
  [exports, seats] = [`${product.key}.exports`, `${product.key}.seats`];
  const manifest = reports(product.key);
  const module = `${product.key}.reports`;
  const plan = { name: 'Plan', version: 1, modules: [module] };
  await product.call(
    registerProduct,
    reports(product.key, {
      meters: [...manifest.meters, { key: seats, name: 'Seats', module, period: 'total', seats: true }],
      planTemplates: [
        { ...plan, key: 'ten', limits: { [exports]: 10, [seats]: 3 } },
        { ...plan, key: 'thousand', limits: { [exports]: 1000, [seats]: 30 } },
        { ...plan, key: 'endless', limits: { [exports]: null, [seats]: null } },
      ],
    }),
  );
  superToken = await world.superToken();
});
afterAll(async () => {
  await product?.close();
  await world?.stop();
  await catcher?.stop();
});

let tenants = 0;
beforeEach(async () => {
  tenants += 1;
  tenant = await world.tenant(`place${tenants}`);
  await put('ten');
});

const put = (planKey: string) =>
  world.done(putSubscription, { id: tenant.id, product: product.key, planKey }, { token: superToken });
const consume = (more: Partial<ConsumeUsage> = {}) =>
  product.call(consumeUsage, { tenantId: tenant.id, meter: exports, amount: 1, eventId: uuidv7(), ...more });
const reserve = (amount: number, more: { eventId?: string; ttlSeconds?: number } = {}) =>
  product.call(reserveUsage, { tenantId: tenant.id, meter: exports, amount, eventId: uuidv7(), ...more });
const of = (id: string) => ({ tenantId: tenant.id, id });
const refused = async (call: Promise<unknown>): Promise<Refusal | null> => {
  try {
    await call;
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
};
const code = async (call: Promise<unknown>) => (await refused(call))?.code ?? 'OK';
const usage = async (meter = exports) =>
  (await world.done(listUsage, {}, { token: tenant.token })).data.find((row) => row.meter === meter);
const inTenant = <T>(work: Parameters<UnitOfWork['runAs']>[1]) =>
  world.service.app.get(UnitOfWork).runAs(jobOrigin(tenant.id, 'test'), work) as Promise<T>;
const differences = async () => {
  const found = await world.service.app.get(LedgerJob).differences();
  return found.filter(({ tenantId }) => tenantId === tenant.id);
};

describe('consuming', () => {
  test('100 at once at a limit of 10 count exactly 10; the rest learn what they need to know', async () => {
    const refusals = await Promise.all(Array.from({ length: 100 }, () => refused(consume())));
    const exceeded = refusals.filter((refusal) => refusal !== null);
    expect(exceeded).toHaveLength(90);
    for (const refusal of exceeded) {
      expect(refusal.code).toBe('LIMIT_EXCEEDED');
      expect(refusal.kind).toBe('limited');
      expect(refusal.details).toMatchObject({
        meter: exports,
        limit: 10,
        used: 10,
        upgrade: [
          { product: product.key, planKey: 'thousand', planVersion: 1, limit: 1000 },
          { planKey: 'endless', limit: null },
        ],
      });
      expect(new Date((refusal.details as { resetsAt: string }).resetsAt).getTime()).toBeGreaterThan(Date.now());
    }
    expect(await usage()).toMatchObject({ used: 10, remaining: 0, overLimit: false });
    expect(await differences()).toEqual([]);
  });

  test('counts the same event once, 50 times at once, at the limit and in the next period too', async () => {
    const eventId = 'exports/2026/17';
    const answers = await Promise.all(Array.from({ length: 50 }, () => consume({ eventId, amount: 10 })));
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(new Set(answers.map(({ used }) => used))).toEqual(new Set([10]));
    expect(await code(consume())).toBe('LIMIT_EXCEEDED');
    world.clock.advance(40 * 86_400_000);
    const again = await consume({ eventId, amount: 10 });
    const fresh = await consume({ amount: 10 });
    world.clock.advance(-40 * 86_400_000);
    expect(again).toMatchObject({ repeated: true, period: answers[0]!.period });
    expect(fresh).toMatchObject({ repeated: false, used: 10 });
    expect(fresh.period > again.period).toBe(true);
    const { data } = await world.done(listUsagePeriods, { meter: exports }, { token: tenant.token });
    expect(data).toEqual([
      { period: fresh.period, used: 10, threshold: 100 },
      { period: again.period, used: 10, threshold: 100 },
    ]);
  });

  test('without a limit counts all the same', async () => {
    await put('endless');
    expect(await consume({ amount: 5 })).toMatchObject({ limit: null, used: 5 });
    expect(await usage()).toMatchObject({ limit: null, used: 5, remaining: null });
  });

  test('is refused for a meter nobody has, for seats, and of another product', async () => {
    expect(await code(consume({ meter: `${product.key}.none` }))).toBe('METER_UNKNOWN');
    expect(await code(consume({ meter: seats }))).toBe('METER_UNKNOWN');
    expect(await code(consume({ meter: 'acme.exports' }))).toBe('PRODUCT_MISMATCH');
    expect(await code(consume({ tenantId: uuidv7() }))).toBe('NOT_FOUND');
  });
});

describe('a reservation', () => {
  test('holds its amount, and settles with what was really used, more or less', async () => {
    const [less, more] = [await reserve(4), await reserve(2)];
    expect(await usage()).toMatchObject({ used: 6, reserved: 6, remaining: 4 });
    expect(await product.call(commitUsage, { ...of(less.id), amount: 1 })).toMatchObject({ committed: 1, used: 3 });
    expect(await product.call(commitUsage, { ...of(more.id), amount: 9 })).toMatchObject({ committed: 9, used: 10 });
    expect(await product.call(commitUsage, { ...of(more.id), amount: 9 })).toMatchObject({ used: 10 });
    expect(await code(product.call(commitUsage, { ...of(more.id), amount: 8 }))).toBe('RESERVATION_CLOSED');
    expect(await differences()).toEqual([]);
  });

  test('that turns out larger than what is left stays open', async () => {
    const { id } = await reserve(4);
    await consume({ amount: 6 });
    expect(await code(product.call(commitUsage, { ...of(id), amount: 5 }))).toBe('LIMIT_EXCEEDED');
    expect(await product.call(commitUsage, of(id))).toMatchObject({ status: 'committed', committed: 4 });
  });

  test('is given back once', async () => {
    const { id } = await reserve(10);
    expect(await code(consume())).toBe('LIMIT_EXCEEDED');
    for (let turn = 0; turn < 3; turn++) {
      expect(await product.call(releaseUsage, of(id))).toMatchObject({ status: 'released', used: 0 });
    }
    expect(await code(product.call(commitUsage, of(id)))).toBe('RESERVATION_CLOSED');
    const kept = await reserve(1);
    await product.call(commitUsage, of(kept.id));
    expect(await code(product.call(releaseUsage, of(kept.id)))).toBe('RESERVATION_CLOSED');
    expect(await differences()).toEqual([]);
  });

  test('of a caller that died returns by itself, though no job has run', async () => {
    const { id } = await reserve(10, { ttlSeconds: 60 });
    world.clock.advance(61_000);
    const free = await usage();
    const late = await code(product.call(commitUsage, of(id)));
    const next = await consume({ amount: 10 });
    world.clock.advance(-61_000);
    expect(free).toMatchObject({ used: 0, remaining: 10 });
    expect(late).toBe('RESERVATION_CLOSED');
    expect(next).toMatchObject({ used: 10 });
    expect(await differences()).toEqual([]);
  });

  test('that nobody asks for is given back by the job', async () => {
    await reserve(3, { ttlSeconds: 60 });
    await world.service.app.get(LicencesJob).turn(new Date(Date.now() + 61_000));
    expect(await usage()).toMatchObject({ used: 0, reserved: 0 });
  });

  test('asked for 20 times under one event is one', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => reserve(4, { eventId: 'one' })));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(await usage()).toMatchObject({ used: 4 });
  });

  test('of nobody is not found', async () => {
    expect(await code(product.call(releaseUsage, of(uuidv7())))).toBe('NOT_FOUND');
  });
});

describe('a leased block', () => {
  test('goes back as far as it was not spent, however often that is said, and never further', async () => {
    const lease = () => product.call(leaseUsage, { tenantId: tenant.id, meter: exports, amount: 6 });
    const { period } = await lease();
    const back = (returned: number) =>
      product.call(returnLease, { tenantId: tenant.id, meter: exports, period, returned });
    expect(await back(4)).toEqual({ amount: 4, used: 2 });
    expect(await back(4)).toEqual({ amount: 0, used: 2 });
    expect(await back(5)).toEqual({ amount: 1, used: 1 });
    expect(await code(back(7))).toBe('RETURN_INVALID');
    expect(await lease()).toMatchObject({ granted: 6, used: 7 });
    expect(await differences()).toEqual([]);
  });
});

describe('seats', () => {
  test('100 at once take exactly what is left of the limit, each in the transaction that creates it', async () => {
    const before = (await usage(seats))?.used ?? 0;
    const codes = await Promise.all(Array.from({ length: 100 }, () => code(inTenant((tx) => takeTotal(tx, SEATS, 1)))));
    expect(codes.filter((each) => each === 'OK')).toHaveLength(3 - before);
    expect(await usage(seats)).toMatchObject({ limit: 3, used: 3, resetsAt: null });
    await inTenant((tx) => giveBack(tx, SEATS, 2));
    expect(await usage(seats)).toMatchObject({ used: 1, remaining: 2 });
    const undone = inTenant(async (tx) => {
      await takeTotal(tx, SEATS, 2);
      throw new Error('the thing was not created');
    });
    await expect(undone).rejects.toThrow('not created');
    expect(await usage(seats)).toMatchObject({ used: 1 });
    expect(await differences()).toEqual([]);
  });

  test('taken before there was a limit count against the one that comes', async () => {
    const other = await world.tenant(`unlicensed${tenants}`);
    tenant = other;
    await inTenant((tx) => takeTotal(tx, SEATS, 5));
    await put('ten');
    expect(await usage(seats)).toMatchObject({ limit: 3, overLimit: true });
    expect((await usage(seats))?.used).toBeGreaterThanOrEqual(5);
    expect(await code(inTenant((tx) => takeTotal(tx, SEATS, 1)))).toBe('LIMIT_EXCEEDED');
  });
});

describe('thresholds', () => {
  test('of 50, 80 and 100 per cent are told once each, however many count, give back and count again', async () => {
    await Promise.all(Array.from({ length: 30 }, () => code(consume())));
    for (let turn = 0; turn < 3; turn++) {
      const reservation = await reserve(1).catch(() => null);
      if (reservation) await product.call(releaseUsage, of(reservation.id));
    }
    const told = await world.rows<{ threshold: number }>(
      `SELECT (payload::jsonb->'data'->>'threshold')::int AS threshold FROM platform.outbox
       WHERE tenant_id = $1 AND subject LIKE '%threshold-reached%' ORDER BY 1`,
      [tenant.id],
    );
    expect(told).toEqual([{ threshold: 50 }, { threshold: 80 }, { threshold: 100 }]);
    expect((await usage())?.thresholds).toEqual([50, 80, 100].map((threshold) => ({ threshold, reached: true })));
  });

  test('reach the administrators by mail, in their language, once', async () => {
    await world.rows("UPDATE platform.users SET locale = 'nn' WHERE tenant_id = $1 AND kind = 'person'", [tenant.id]);
    await consume({ amount: 5 });
    const job = world.service.app.get(ThresholdsJob);
    await job.turn(new Date());
    const mails = await readMail(catcher, { to: tenant.email, subject: /50 % av grensa er brukt: Exports/ });
    expect(mails).toHaveLength(1);
    await consume();
    await job.turn(new Date());
    const rows = await world.rows<{ count: number }>(
      'SELECT count(*)::int AS count FROM platform.mails WHERE tenant_id = $1',
      [tenant.id],
    );
    expect(rows).toEqual([{ count: 1 }]);
  });
});

describe('the ledger', () => {
  test('shows a counter that was changed behind its back, and restores it', async () => {
    await consume({ amount: 3 });
    const { id } = await reserve(2);
    await product.call(commitUsage, { ...of(id), amount: 1 });
    expect(await differences()).toEqual([]);
    await world.rows('UPDATE platform.usage_counters SET granted = granted + 5 WHERE tenant_id = $1 AND meter = $2', [
      tenant.id,
      exports,
    ]);
    const [difference] = await differences();
    expect(difference).toMatchObject({ meter: exports, counted: 9, noted: 4 });
    await world.service.app.get(LedgerJob).rebuild(difference!);
    expect(await differences()).toEqual([]);
    expect(await usage()).toMatchObject({ used: 4 });
  });

  test('is only added to: the service may not change or remove what was noted', async () => {
    const [may] = await world.rows(
      `SELECT has_table_privilege('platform_app', 'platform.usage_events', 'UPDATE') AS change,
              has_table_privilege('platform_app', 'platform.usage_events', 'DELETE') AS remove`,
    );
    expect(may).toEqual({ change: false, remove: false });
  });
});
