import {
  cancelBooking,
  createDiscountCode,
  createPricingGroup,
  createQuote,
  type DiscountCode,
  type DiscountCodePage,
  getActorPricing,
  getDiscountCode,
  listDiscountCodes,
  listPricingGroups,
  listPricingRuleHistory,
  MAX_PRICING_GROUPS,
  type PricingGroup,
  type PricingRuleHistory,
  type PricingRules,
  putActorPricing,
  putPricingRules,
  type Quote,
  updateDiscountCode,
  updatePricingGroup,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jobOrigin, UnitOfWork } from '@kit/service';
import { stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { BookingWorld, bodyOf, day } from '../../testing/booking-world.js';
import type { Reply } from '../../testing/digilist-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { BookingsModule } from '../bookings/index.js';
import { DiscountReturns } from './discounts/discount-returns.job.js';
import { giveBackDiscounts } from './index.js';

let world: BookingWorld;
let pricer: string;
let clerk: string;
let hall: Hall;

beforeAll(async () => {
  world = await BookingWorld.open([BookingsModule]);
  pricer = await world.person('pricer', 'tenant');
  clerk = await world.person('pricer', 'org', { orgId: world.town.orgId });
  hall = await buildHall(world.digilist, world.town, { stock: 200 });
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const version = (of: number) => ({ 'if-match': `"${of}"` });
const as = (by: string, operation: unknown, request: object, headers: Record<string, string> = {}) =>
  world.call(operation, request, { by, headers });
async function must<T>(reply: Promise<Reply>): Promise<T> {
  const { ok, body } = await reply;
  if (!ok) throw new Error(JSON.stringify(body));
  return body as T;
}
const problems = ({ body }: Reply) =>
  (body.errors as { path: string; code: string }[]).map(({ path, code }) => `${path} ${code}`);
const quoteFor = async (change: object, by = world.resident) =>
  must<Quote>(as(by, createQuote, { listingId: hall.listingId, startsAt: day(0, 10), endsAt: day(0, 12), ...change }));
let codes = 0;
const code = (change: object = {}) =>
  must<DiscountCode>(
    as(pricer, createDiscountCode, { code: `CODE-${codes++}`, kind: 'percentage', value: 1_000, ...change }),
  );
const usedOf = async (id: string) => (await must<DiscountCode>(as(pricer, getDiscountCode, { id }))).used;

describe('groups of bookers', () => {
  it('are made, changed, retired and restored, and pay accordingly at once', async () => {
    const made = await must<PricingGroup>(
      as(pricer, createPricingGroup, {
        key: 'senior-center',
        name: { nb: 'Seniorsenter' },
        discountBasisPoints: 2_000,
      }),
    );
    expect(made).toMatchObject({ key: 'senior-center', verification: 'none', status: 'active', version: 1 });
    const total = async () => (await quoteFor({ pricingGroup: 'senior-center' })).price.total.amount;
    expect(await total()).toBe(100_000 * 0.8);
    const { id } = made;
    await must(as(pricer, updatePricingGroup, { id, discountBasisPoints: -2_500, vatExempt: true }, version(1)));
    expect(await total()).toBe(80_000 * 1.25);
    await must(as(pricer, updatePricingGroup, { id, status: 'retired' }, version(2)));
    expect(
      (
        await as(world.resident, createQuote, {
          listingId: hall.listingId,
          startsAt: day(0, 10),
          endsAt: day(0, 12),
          pricingGroup: 'senior-center',
        })
      ).code,
    ).toBe('PRICING_GROUP_UNKNOWN');
    const retired = await must<{ data: PricingGroup[] }>(as(pricer, listPricingGroups, { status: 'retired' }));
    expect(retired.data.map(({ key }) => key)).toEqual(['senior-center']);
    await must(as(pricer, updatePricingGroup, { id, status: 'active' }, version(3)));
    expect(await total()).toBe(100_000);
    expect((await as(pricer, updatePricingGroup, { id, position: 9 }, version(3))).code).toBe('STALE_VERSION');
  });

  it('are for the whole tenant: staff of one organization neither make nor change them', async () => {
    const request = { key: 'mine', name: { nb: 'Mine' } };
    expect((await as(clerk, createPricingGroup, request)).code).toBe('FORBIDDEN');
    expect((await as(world.resident, createPricingGroup, request)).code).toBe('FORBIDDEN');
  });

  it('are refused where a key is taken, kinds are missing, or the one for everybody would ask for something', async () => {
    const group = (change: object) => as(pricer, createPricingGroup, { key: 'private', name: { nb: 'x' }, ...change });
    expect((await group({})).code).toBe('PRICING_GROUP_KEY_TAKEN');
    expect((await group({ key: 'strict', verification: 'verified' })).code).toBe('PRICING_GROUP_INVALID');
    const { data } = await must<{ data: PricingGroup[] }>(as(pricer, listPricingGroups, {}));
    const everybody = data.find(({ key }) => key === 'private') as PricingGroup;
    const change = (to: object) =>
      as(pricer, updatePricingGroup, { id: everybody.id, ...to }, version(everybody.version));
    expect((await change({ status: 'retired' })).code).toBe('PRICING_GROUP_UNCHANGEABLE');
    expect((await change({ verification: 'verified', organizationKinds: ['association'] })).code).toBe(
      'PRICING_GROUP_UNCHANGEABLE',
    );
    expect((await as(pricer, updatePricingGroup, { id: uuidv7() }, version(1))).code).toBe('NOT_FOUND');
  });

  it('have room for so many', async () => {
    const town = await world.newTown();
    const by = await world.person('pricer', 'tenant', { of: town });
    await world.rows(
      `INSERT INTO digilist.pricing_groups (tenant_id, key, name, status, created_by, updated_by)
       SELECT $1, 'group-' || translate(n::text, '0123456789', 'abcdefghij'), '{"nb": "x"}', 'retired', $2, $2 FROM generate_series(7, $3) n`,
      [town.tenantId, by, MAX_PRICING_GROUPS],
    );
    const reply = await world.call(createPricingGroup, { key: 'last', name: { nb: 'x' } }, { by, of: town });
    expect(reply.code).toBe('PRICING_GROUPS_FULL');
  });
});

describe('what a group pays for one listing', () => {
  const put = async (at: Hall, prices: object[], by = pricer) => {
    const { version: now } = await must<{ version: number }>(as(pricer, getActorPricing, { id: at.listingId }));
    return as(by, putActorPricing, { id: at.listingId, prices }, version(now));
  };

  it('is a rate or a percentage of its own, for the listing or for one zone', async () => {
    const at = await buildHall(world.digilist, world.town, { parts: 2 });
    const [a, b] = at.parts;
    const reply = await put(at, [
      { pricingGroup: 'business', unit: 'hour', amount: { amount: 90_000, currency: 'NOK' } },
      { pricingGroup: 'business', zoneId: a, discountBasisPoints: -2_500 },
    ]);
    expect(reply.ok).toBe(true);
    const net = async (zoneId: string | undefined, pricingGroup = 'business') =>
      (await quoteFor({ listingId: at.listingId, zoneId, pricingGroup })).price.net.amount;
    expect([await net(a), await net(b), await net(a, 'private')]).toEqual([100_000, 180_000, 80_000]);
    const booked = bodyOf(await world.book(at, { zoneId: b, pricingGroup: 'business' }));
    expect(booked.price.net.amount).toBe(180_000);
    const kept = (reply.body.prices as { id: string; version: number }[]).map((price) => ({
      ...price,
      version: undefined,
    }));
    const again = await must<{ prices: { version: number }[] }>(
      put(at, [{ ...kept[0], amount: { amount: 95_000, currency: 'NOK' } }, kept[1] as object]),
    );
    expect(again.prices.map((price) => price.version)).toEqual([2, 1]);
    expect((await put(at, [])).body.prices).toEqual([]);
  });

  it('is refused with every problem named', async () => {
    const at = await buildHall(world.digilist, world.town);
    const rate = { unit: 'hour', amount: { amount: 1, currency: 'NOK' } };
    const reply = await put(at, [
      { pricingGroup: 'business' },
      { pricingGroup: 'business', ...rate, discountBasisPoints: 1 },
      { pricingGroup: 'school', amount: { amount: -1, currency: 'EUR' } },
      { pricingGroup: 'royals', ...rate },
      { pricingGroup: 'private', id: uuidv7(), ...rate },
    ]);
    expect(problems(reply)).toEqual([
      'prices.0.amount EITHER',
      'prices.1.pricingGroup REPEATED',
      'prices.1.amount EITHER',
      'prices.2.unit OF_AMOUNT',
      'prices.2.amount NEGATIVE',
      'prices.2.amount CURRENCY',
      'prices.4.id UNKNOWN',
      'prices.3.pricingGroup UNKNOWN',
    ]);
    const foreign = [{ pricingGroup: 'school', zoneId: hall.whole, ...rate }];
    expect((await put(at, foreign)).code).toBe('ZONE_UNKNOWN');
    const elsewhere = await world.person('pricer', 'org', { orgId: world.town.otherOrgId });
    expect((await put(at, [], elsewhere)).code).toBe('FORBIDDEN');
  });
});

it('rules are remembered as they were: price lines name them by id and version', async () => {
  const { listingId: id } = await buildHall(world.digilist, world.town, { pricePerHour: null });
  const rule = (amount: number) => ({
    name: { nb: 'Kveld' },
    unit: 'hour',
    amount: { amount, currency: 'NOK' },
    weekdays: ['FR', 'PH'],
  });
  const first = await must<PricingRules>(as(pricer, putPricingRules, { id, rules: [rule(100)] }, version(1)));
  const kept = { ...rule(200), id: first.rules[0]?.id };
  await must(as(pricer, putPricingRules, { id, rules: [kept] }, version(2)));
  await must(as(pricer, putPricingRules, { id, rules: [kept] }, version(3)));
  await must(as(pricer, putPricingRules, { id, rules: [] }, version(4)));
  const page = await must<PricingRuleHistory>(as(pricer, listPricingRuleHistory, { id, limit: 2 }));
  const rest = await must<PricingRuleHistory>(
    as(pricer, listPricingRuleHistory, { id, limit: 2, cursor: page.nextCursor }),
  );
  const told = [...page.data, ...rest.data];
  expect(told.map((was) => [was.version, was.status, was.amount.amount, was.weekdays])).toEqual([
    [3, 'retired', 200, ['FR', 'PH']],
    [2, 'active', 200, ['FR', 'PH']],
    [1, 'active', 100, ['FR', 'PH']],
  ]);
  expect([...new Set(told.map((was) => was.changedBy))]).toEqual([pricer]);
  const elsewhere = await world.person('pricer', 'org', { orgId: world.town.otherOrgId });
  expect((await as(elsewhere, listPricingRuleHistory, { id })).code).toBe('FORBIDDEN');
});

describe('discount codes', () => {
  it('are made, listed, changed and retired by whoever may for the whole tenant', async () => {
    const made = await code({ code: 'HOST26', maxUses: 5, listingIds: [hall.listingId], pricingGroups: ['private'] });
    expect(made).toMatchObject({ code: 'HOST26', used: 0, maxUses: 5, listingIds: [hall.listingId], version: 1 });
    const change = (to: object, of: number) => as(pricer, updateDiscountCode, { id: made.id, ...to }, version(of));
    expect((await change({ value: 2_000, maxUses: null, listingIds: [] }, 1)).body).toMatchObject({
      value: 2_000,
      maxUses: null,
      listingIds: [],
      pricingGroups: ['private'],
      version: 2,
    });
    expect((await change({ status: 'retired' }, 1)).code).toBe('STALE_VERSION');
    expect((await change({ status: 'retired' }, 2)).body.status).toBe('retired');
    const { data } = await must<DiscountCodePage>(as(pricer, listDiscountCodes, { status: 'retired' }));
    expect(data.map(({ id }) => id)).toEqual([made.id]);
    for (const by of [clerk, world.resident]) expect((await as(by, listDiscountCodes, {})).code).toBe('FORBIDDEN');
  });

  it('are refused with every problem named', async () => {
    const reply = await as(pricer, createDiscountCode, {
      code: 'liten',
      kind: 'percentage',
      value: 10_001,
      validFrom: day(2),
      validUntil: day(1),
      listingIds: [uuidv7()],
      pricingGroups: ['private', 'royals'],
    });
    expect(problems(reply)).toEqual([
      'code PATTERN',
      'value TOO_LARGE',
      'validUntil AFTER_FROM',
      'listingIds.0 UNKNOWN',
      'pricingGroups.1 UNKNOWN',
    ]);
    const { code: taken } = await code();
    expect((await as(pricer, createDiscountCode, { code: taken, kind: 'fixed', value: 1 })).code).toBe(
      'DISCOUNT_CODE_TAKEN',
    );
    expect((await as(pricer, getDiscountCode, { id: uuidv7() })).code).toBe('NOT_FOUND');
  });

  it('say why they cannot be used', async () => {
    const other = await buildHall(world.digilist, world.town);
    const wrong = {
      NOT_USABLE: await code({ listingIds: [other.listingId] }),
      OTHER_PRICING_GROUPS: await code({ pricingGroups: ['business'] }),
      BELOW_MINIMUM: await code({ minimumAmount: 80_001 }),
    };
    for (const [reason, { code: discountCode }] of Object.entries(wrong)) {
      const { body } = await world.book(hall, { discountCode });
      expect([body.code, (body.details as { reason: string }).reason]).toEqual(['DISCOUNT_CODE_INVALID', reason]);
    }
    const right = await code({ listingIds: [hall.listingId], pricingGroups: ['private'], minimumAmount: 80_000 });
    expect(bodyOf(await world.book(hall, { discountCode: right.code })).price.net.amount).toBe(72_000);
  });

  it('of fifty bookings at once with a code for ten, exactly ten have it', async () => {
    const { id, code: discountCode } = await code({ maxUses: 10 });
    const replies = await Promise.all(Array.from({ length: 50 }, () => world.book(hall, { discountCode })));
    expect(replies.filter(({ ok }) => ok)).toHaveLength(10);
    expect(replies.map((reply) => reply.code)).toContain('DISCOUNT_CODE_INVALID');
    expect(await usedOf(id)).toBe(10);
  });

  it('are used once per person where that is said, however many they send at once', async () => {
    const { id, code: discountCode } = await code({ maxUsesPerPerson: 2 });
    const neighbour = await world.person('resident', 'user');
    const replies = await Promise.all(Array.from({ length: 8 }, () => world.book(hall, { discountCode })));
    const refused = replies.filter(({ ok }) => !ok);
    expect([refused.length, await usedOf(id)]).toEqual([6, 2]);
    expect(refused[0]?.body.details).toEqual({ reason: 'USED_BY_PERSON', most: 2 });
    expect((await world.book(hall, { discountCode }, { by: neighbour })).ok).toBe(true);
  });

  it('are given back once, however often that is asked for', async () => {
    const { id, code: discountCode } = await code({ maxUses: 3, maxUsesPerPerson: 3 });
    const booked = await Promise.all(Array.from({ length: 3 }, () => world.book(hall, { discountCode })));
    const ids = booked.map((reply) => bodyOf(reply).id);
    expect((await world.book(hall, { discountCode })).code).toBe('DISCOUNT_CODE_INVALID');
    const origin = jobOrigin(world.town.tenantId, 'spec', world.handler);
    const giveBack = (of: string[]) =>
      world.service.app.get(UnitOfWork).runAs(origin, (tx) => giveBackDiscounts(tx, of));
    await Promise.all([giveBack(ids.slice(0, 2)), giveBack(ids.slice(0, 2)), giveBack([uuidv7()]), giveBack([])]);
    expect(await usedOf(id)).toBe(1);
    expect((await world.book(hall, { discountCode })).ok).toBe(true);
    expect(await usedOf(id)).toBe(2);
  });

  it.each<[string, 'resident' | 'handler', number]>([
    ['the booker cancels stay used', 'resident', 1],
    ['the municipality calls off are given back', 'handler', 0],
  ])('of what %s', async (_, by, used) => {
    const { id, code: discountCode } = await code();
    const booking = bodyOf(await world.book(hall, { discountCode }));
    await must(as(world[by], cancelBooking, { id: booking.id, reason: 'Stengt' }));
    expect(await usedOf(id)).toBe(used);
  });

  it('of a hold that gave way to somebody else are given back soon after', async () => {
    const { id, code: discountCode } = await code();
    const payable = await buildHall(world.digilist, world.town, { paymentPolicy: 'PAY_AND_CONFIRM' });
    const booking = bodyOf(await world.book(payable, { discountCode }));
    await world.rows(`UPDATE digilist.bookings SET expires_at = now() - interval '1 minute' WHERE id = $1`, [
      booking.id,
    ]);
    await world.rows(`UPDATE digilist.allocations SET expires_at = now() - interval '1 minute' WHERE booking_id = $1`, [
      booking.id,
    ]);
    expect((await world.book(payable, {}, { by: world.handler })).ok).toBe(true);
    await world.service.app.get(DiscountReturns, { strict: false }).turn(new Date());
    expect(await usedOf(id)).toBe(0);
  });
});
