import type { Price, PriceUnit } from '@digilist/contracts';
import fc from 'fast-check';
import { slowPrice } from '../../../testing/slow-price.js';
import type { ActorPrice, DiscountCode, PriceGroup, PriceRule } from '../../listings/index.js';
import { type PriceRequest, priceOf } from './quote.js';

// What holds of every price, and that it is what a second implementation says.

const CASES = Number(process.env.LAW_CASES ?? 200);
const ZONE = 'zone';
const OSLO = 'Europe/Oslo';
const NAME = { nb: 'x', nn: 'x', en: 'x' };
const utc = (text: string) => Date.parse(text) / 60_000;

const halfHour = fc.integer({ min: 0, max: 47 }).map((at) => at * 30);
const UNITS: PriceUnit[] = ['hour', 'day', 'slot', 'unit', 'person', 'booking'];
const VAT = fc.constantFrom(0, 1_200, 1_500, 2_500);
const ruleOf = (kind: 'period' | 'add_on', units: readonly PriceUnit[]) =>
  fc
    .record({
      id: fc.uuid(),
      unit: fc.constantFrom(...units),
      amount: fc.nat({ max: 200_000 }),
      vatBasisPoints: VAT,
      priority: fc.integer({ min: -1, max: 1 }),
      zoneId: fc.constantFrom(null, null, ZONE, 'another'),
      weekdays: fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 4 })),
      window: fc.option(fc.tuple(halfHour, halfHour).filter(([a, b]) => a !== b)),
      days: fc.option(fc.tuple(fc.nat({ max: 364 }), fc.nat({ max: 364 }))),
    })
    .map(({ window, days, ...rule }): PriceRule => {
      const january = Date.parse('2026-01-01T00:00:00Z') / 86_400_000;
      return {
        version: 1,
        kind,
        key: null,
        name: NAME,
        currency: 'NOK',
        ...rule,
        from: window && Math.min(...window),
        to: window && Math.max(...window),
        firstDay: days && january + Math.min(...days),
        lastDay: days && january + Math.max(...days),
      };
    });
/** Holds always, so that most cases have a price. */
const always = ruleOf('period', UNITS).map(
  (rule): PriceRule => ({
    ...rule,
    zoneId: null,
    weekdays: null,
    from: null,
    to: null,
    firstDay: null,
    lastDay: null,
    priority: -2,
  }),
);
const addOn = ruleOf('add_on', UNITS).map((rule): PriceRule => ({ ...rule, key: 'cleaning', zoneId: null }));
const group = fc
  .record({ discountBasisPoints: fc.integer({ min: -10_000, max: 10_000 }), vatExempt: fc.boolean() })
  .map(
    (group): PriceGroup => ({
      id: 'group',
      version: 1,
      key: 'club',
      name: NAME,
      verification: 'none',
      organizationKinds: [],
      ...group,
    }),
  );
const actorPrice = fc
  .record({
    id: fc.uuid(),
    zoneId: fc.constantFrom(null, ZONE),
    unit: fc.constantFrom(...UNITS),
    amount: fc.nat({ max: 99_999 }),
    off: fc.integer({ min: -5_000, max: 10_000 }),
    rate: fc.boolean(),
  })
  .map(
    ({ id, zoneId, unit, amount, off, rate }): ActorPrice => ({
      id,
      version: 1,
      group: 'club',
      zoneId,
      ...(rate ? { unit, amount, discountBasisPoints: null } : { unit: null, amount: null, discountBasisPoints: off }),
    }),
  );
const discount = fc
  .record({
    kind: fc.constantFrom('percentage' as const, 'fixed' as const),
    value: fc.integer({ min: 1, max: 10_000 }),
    times: fc.constantFrom(1, 50),
  })
  .map(
    ({ kind, value, times }): DiscountCode => ({
      id: 'code',
      version: 1,
      code: 'CODE',
      kind,
      value: kind === 'fixed' ? value * times : value,
      minimumAmount: null,
      pricingGroups: [],
    }),
  );
/** Any time of the year; and often around the nights in which clocks are set. */
const start = fc.oneof(
  fc.integer({ min: utc('2026-01-02T00:00Z'), max: utc('2026-12-27T00:00Z') }),
  fc.integer({ min: utc('2026-03-28T12:00Z'), max: utc('2026-03-29T04:00Z') }),
  fc.integer({ min: utc('2026-10-24T12:00Z'), max: utc('2026-10-25T04:00Z') }),
);
const requests = fc
  .record({
    start,
    minutes: fc.integer({ min: 1, max: 2_880 }),
    quantity: fc.integer({ min: 1, max: 20 }),
    base: fc.option(always, { freq: 20 }),
    rules: fc.array(ruleOf('period', UNITS), { maxLength: 4 }),
    addOn,
    addOns: fc.array(fc.record({ key: fc.constant('cleaning'), quantity: fc.integer({ min: 1, max: 9 }) }), {
      maxLength: 2,
    }),
    actorPrices: fc.uniqueArray(actorPrice, { maxLength: 2, selector: ({ zoneId }) => zoneId }),
    group,
    discount: fc.option(discount),
    slotMinutes: fc.constantFrom(null, 30, 60, 90),
  })
  .map(
    ({ start: from, minutes, base, rules, addOn: extra, actorPrices, slotMinutes, ...rest }): PriceRequest => ({
      listing: {
        timezone: OSLO,
        paymentPolicy: 'INVOICE',
        bookingModel: 'TIME_RANGE',
        checkIn: 0,
        checkOut: 1_440,
        prices: [...rules, extra, ...(base ? [base] : [])],
        actorPrices,
        slotMinutes,
      },
      zoneId: ZONE,
      from,
      until: from + minutes,
      ...rest,
    }),
  );

const priced = (request: PriceRequest): Price | null => {
  const result = priceOf(request);
  return result.ok ? result.price : null;
};
const runs = { numRuns: CASES, seed: 20261123 };

describe('the law of prices', () => {
  it('any price is what it is minute by minute', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const price = priced(request);
        expect(price && { net: price.net.amount, vat: price.vat.amount }).toEqual(slowPrice(request));
      }),
      runs,
    );
  });

  it('its lines add up to it, and none of it is below zero', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const price = priced(request);
        if (!price) return;
        const sum = (pick: 'net' | 'vat' | 'total') => price.lines.reduce((all, line) => all + line[pick].amount, 0);
        expect([sum('net'), sum('vat'), sum('total')]).toEqual([
          price.net.amount,
          price.vat.amount,
          price.total.amount,
        ]);
        expect(price.net.amount + price.vat.amount).toBe(price.total.amount);
        expect(Math.min(price.net.amount, price.vat.amount, price.total.amount)).toBeGreaterThanOrEqual(0);
      }),
      runs,
    );
  });

  it('equal facts make equal prices, in whatever order they are kept and whenever they are asked for', () => {
    fc.assert(
      fc.property(requests, fc.infiniteStream(fc.nat()), (request, chance) => {
        const shuffled = <T>(items: readonly T[]): T[] =>
          items
            .map((item) => [chance.next().value as number, item] as const)
            .sort(([a], [b]) => a - b)
            .map(([, item]) => item);
        const { listing } = request;
        const other = {
          ...request,
          listing: { ...listing, prices: shuffled(listing.prices), actorPrices: shuffled(listing.actorPrices) },
        };
        const before = priced(request);
        expect(priced(other)).toEqual(before);
        expect(priced(structuredClone(request))).toEqual(before);
      }),
      runs,
    );
  });

  it('hours cost the same however the time is divided', () => {
    const hourly = fc.array(ruleOf('period', ['hour']), { maxLength: 4 });
    fc.assert(
      fc.property(requests, hourly, fc.integer({ min: 1, max: 3_000 }), (request, rules, whereAt) => {
        // Whole øre a minute, so that nothing is left to round.
        const prices = [
          ...rules,
          {
            ...(rules[0] ?? (request.listing.prices[0] as PriceRule)),
            id: 'base',
            kind: 'period' as const,
            unit: 'hour' as const,
            weekdays: null,
            from: null,
            to: null,
            firstDay: null,
            lastDay: null,
            zoneId: null,
            priority: -2,
          },
        ].map((rule) => ({ ...rule, amount: rule.amount * 60 }));
        const plain: PriceRequest = {
          ...request,
          listing: { ...request.listing, prices, actorPrices: [] },
          group: { ...request.group, discountBasisPoints: 0 },
          addOns: [],
          discount: null,
        };
        const { from, until } = plain;
        const cut = from + (whereAt % (until - from));
        const net = (change: Partial<PriceRequest>) => priced({ ...plain, ...change })?.net.amount ?? Number.NaN;
        fc.pre(cut > from);
        expect(net({ until: cut }) + net({ from: cut })).toBe(net({}));
      }),
      runs,
    );
  });

  it.each([
    ['23 hours', '2026-03-28T23:00:00Z', 23],
    ['24 hours', '2026-03-29T22:00:00Z', 24],
    ['25 hours', '2026-10-24T22:00:00Z', 25],
  ])('a day of %s is one day, and that many hours', (_, begins, hours) => {
    const from = utc(begins);
    const base = fc.sample(always, { numRuns: 1, seed: 1 })[0] as PriceRule;
    const cost = (unit: PriceUnit) =>
      priced({
        listing: {
          timezone: OSLO,
          paymentPolicy: 'INVOICE',
          bookingModel: 'TIME_RANGE',
          checkIn: 0,
          checkOut: 1_440,
          prices: [{ ...base, unit, amount: 1_000 }],
          actorPrices: [],
          slotMinutes: null,
        },
        zoneId: ZONE,
        from,
        until: from + hours * 60,
        quantity: 1,
        group: fc
          .sample(group, { numRuns: 1, seed: 1 })
          .map((one) => ({ ...one, discountBasisPoints: 0 }))[0] as PriceGroup,
      })?.net.amount;
    expect([cost('day'), cost('hour')]).toEqual([1_000, hours * 1_000]);
  });
});
