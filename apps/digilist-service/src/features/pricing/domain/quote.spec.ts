import type { Price } from '@digilist/contracts';
import fc from 'fast-check';
import type { ActorPrice, DiscountCode, PriceGroup, PriceRule } from '../../listings/index.js';
import { type PriceRequest, priceOf } from './quote.js';

const at = (text: string) => Date.parse(text) / 60_000;
const name = { nb: 'x', nn: 'x', en: 'x' };
const ZONE = 'zone';
let next = 0;
const rule = (amount: number, more: Partial<PriceRule> = {}): PriceRule => ({
  id: `rule-${String(next++).padStart(4, '0')}`,
  version: 1,
  zoneId: null,
  kind: 'period',
  key: null,
  name,
  unit: 'hour',
  amount,
  currency: 'NOK',
  vatBasisPoints: 2500,
  priority: 0,
  weekdays: null,
  from: null,
  to: null,
  firstDay: null,
  lastDay: null,
  ...more,
});
const group = (more: Partial<PriceGroup> = {}): PriceGroup => ({
  id: 'group',
  version: 4,
  key: 'sports_club',
  name,
  discountBasisPoints: 0,
  vatExempt: false,
  verification: 'none',
  organizationKinds: [],
  ...more,
});
const code = (kind: DiscountCode['kind'], value: number, more: Partial<DiscountCode> = {}): DiscountCode => ({
  id: 'd',
  version: 1,
  code: 'C',
  kind,
  value,
  minimumAmount: null,
  pricingGroups: [],
  ...more,
});
const LISTING = {
  timezone: 'Europe/Oslo',
  paymentPolicy: 'INVOICE',
  bookingModel: 'TIME_RANGE',
  checkIn: 0,
  checkOut: 1440,
} as const;
const ask = (
  prices: PriceRule[],
  more: Partial<PriceRequest> & { actorPrices?: ActorPrice[]; slotMinutes?: number } = {},
) => {
  const { actorPrices = [], slotMinutes = 60, ...rest } = more;
  return priceOf({
    listing: { ...LISTING, prices, actorPrices, slotMinutes },
    zoneId: ZONE,
    from: at('2026-11-24T16:00:00+01:00'),
    until: at('2026-11-24T18:00:00+01:00'),
    quantity: 1,
    group: group(),
    ...rest,
  });
};
const price = (...args: Parameters<typeof ask>): Price => {
  const result = ask(...args);
  if (!result.ok) throw new Error(result.code);
  return result.price;
};
const nets = (...args: Parameters<typeof ask>) => price(...args).lines.map((line) => line.net.amount);

describe('a price', () => {
  it('is hours times rate, with VAT on top', () => {
    const { net, vat, total, lines } = price([rule(50_000)]);
    expect([net.amount, vat.amount, total.amount]).toEqual([100_000, 25_000, 125_000]);
    expect(lines).toMatchObject([
      { kind: 'period', quantity: '2', rate: { amount: 50_000, currency: 'NOK' }, ruleVersion: 1 },
    ]);
  });

  it('is split where the tariff changes, in local time, and each part names its rule', () => {
    const evening = rule(80_000, { from: 17 * 60, to: 22 * 60 });
    const base = rule(50_000);
    const { lines } = price([base, evening]);
    expect(lines.map((line) => [line.ruleId, line.startsAt, line.net.amount])).toEqual([
      [base.id, '2026-11-24T15:00:00.000Z', 50_000],
      [evening.id, '2026-11-24T16:00:00.000Z', 80_000],
    ]);
  });

  it('counts instants, so a night of 25 hours costs 25 hours', () => {
    const night = { from: at('2026-10-25T00:00:00+02:00'), until: at('2026-10-26T00:00:00+01:00') };
    expect(nets([rule(100)], night)).toEqual([2500]);
  });

  it('takes the higher priority, then the rule for the zone, then the narrower window', () => {
    const base = rule(1);
    const zone = rule(2, { zoneId: ZONE });
    const tuesday = rule(3, { weekdays: [2] });
    const urgent = rule(4, { priority: 5 });
    const elsewhere = rule(9, { zoneId: 'another', priority: 9 });
    expect(nets([base, elsewhere])).toEqual([2]);
    expect(nets([base, tuesday])).toEqual([6]);
    expect(nets([base, tuesday, zone])).toEqual([4]);
    expect(nets([base, tuesday, zone, urgent])).toEqual([8]);
  });

  it('knows seasons by their days, the last included', () => {
    const day = Date.parse('2026-11-24') / 86_400_000;
    expect(nets([rule(10), rule(20, { firstDay: day, lastDay: day })])).toEqual([40]);
    expect(nets([rule(10), rule(20, { firstDay: day + 1 })])).toEqual([20]);
  });

  it.each([
    ['day', 70_000],
    ['slot', 140_000],
    ['unit', 70_000],
    ['booking', 70_000],
  ] as const)('by the %s is paid once, not by the hour', (unit, expected) => {
    expect(nets([rule(70_000, { unit })])).toEqual([expected]);
  });

  it('is refused where no rule holds, and says from when', () => {
    expect(ask([rule(100, { from: 0, to: 17 * 60 })])).toEqual({
      ok: false,
      code: 'PRICE_NOT_DEFINED',
      from: at('2026-11-24T17:00:00+01:00'),
    });
  });

  it("takes the group's percentage off as a line of its own, with the group's version", () => {
    const { lines, total } = price([rule(50_000)], { group: group({ discountBasisPoints: 3000 }) });
    expect(lines[1]).toMatchObject({
      kind: 'group',
      ruleId: 'group',
      ruleVersion: 4,
      net: { amount: -30_000 },
      vat: { amount: -7_500 },
    });
    expect(total.amount).toBe(87_500);
  });

  it('uses the rate or the percentage agreed for this listing instead', () => {
    const agreed = (more: Partial<ActorPrice>): ActorPrice => ({
      id: 'agreed',
      version: 2,
      zoneId: null,
      group: 'sports_club',
      unit: null,
      amount: null,
      discountBasisPoints: null,
      ...more,
    });
    const club = group({ discountBasisPoints: 3000 });
    expect(nets([rule(50_000)], { group: club, actorPrices: [agreed({ amount: 10_000, unit: 'hour' })] })).toEqual([
      20_000,
    ]);
    expect(nets([rule(50_000)], { group: club, actorPrices: [agreed({ discountBasisPoints: 5000 })] })).toEqual([
      100_000, -50_000,
    ]);
  });

  it('is exactly nothing at 100 % off, whatever the rounding', () => {
    const { net, vat, total } = price([rule(33_333)], {
      until: at('2026-11-24T17:07:00+01:00'),
      group: group({ discountBasisPoints: 10_000 }),
    });
    expect([net.amount, vat.amount, total.amount]).toEqual([0, 0, 0]);
  });

  it('has no VAT for a group that is exempt', () => {
    expect(price([rule(50_000)], { group: group({ vatExempt: true }) })).toMatchObject({
      vat: { amount: 0 },
      total: { amount: 100_000 },
    });
  });

  it('adds what is ordered besides, and refuses what is not offered', () => {
    const cleaning = rule(40_000, { kind: 'add_on', key: 'cleaning', unit: 'booking' });
    expect(nets([rule(10_000), cleaning], { addOns: [{ key: 'cleaning', quantity: 2 }] })).toEqual([20_000, 80_000]);
    expect(ask([rule(10_000), cleaning], { addOns: [{ key: 'fireworks', quantity: 1 }] })).toMatchObject({
      code: 'ADD_ON_UNKNOWN',
      keys: ['fireworks'],
    });
  });

  it('is never below zero, however large the discount', () => {
    const discount = code('fixed', 10_000_000);
    expect(price([rule(50_000)], { discount }).total.amount).toBe(0);
  });

  it('by the day counts the days that are touched, and nights where nights are booked', () => {
    const time = { from: at('2026-11-24T15:00:00+01:00'), until: at('2026-11-27T11:00:00+01:00') };
    const daily = rule(80_000, { unit: 'day' });
    expect(price([daily], time).net.amount).toBe(4 * 80_000);
    const nights = { bookingModel: 'ALL_DAY', checkIn: 15 * 60, checkOut: 11 * 60 } as const;
    const listing = { ...LISTING, ...nights, prices: [daily], actorPrices: [], slotMinutes: null };
    expect(price([], { ...time, listing }).net.amount).toBe(3 * 80_000);
  });

  it('by the day is what each day costs, and by the night what its evening does', () => {
    const weekdays = rule(80_000, { unit: 'day' });
    const weekend = rule(120_000, { unit: 'day', weekdays: [6, 7] });
    // From Friday to Sunday.
    const time = { from: at('2026-11-27T15:00:00+01:00'), until: at('2026-11-29T11:00:00+01:00') };
    expect(nets([weekdays, weekend], time)).toEqual([80_000, 2 * 120_000]);
    const nights = { bookingModel: 'ALL_DAY', checkIn: 15 * 60, checkOut: 11 * 60 } as const;
    const listing = { ...LISTING, ...nights, prices: [weekdays, weekend], actorPrices: [], slotMinutes: null };
    expect(nets([], { ...time, listing })).toEqual([80_000, 120_000]);
  });

  it('by the slot is what the hour costs in which each slot begins', () => {
    const [day, evening] = [rule(10_000, { unit: 'slot' }), rule(30_000, { unit: 'slot', from: 17 * 60, to: 24 * 60 })];
    const time = { from: at('2026-11-27T15:00:00+01:00'), until: at('2026-11-27T19:30:00+01:00') };
    expect(nets([day, evening], time)).toEqual([2 * 10_000, 3 * 30_000]);
  });

  it('ends a window where the clock is set back, and begins it once more', () => {
    const night = rule(60_000, { from: 2 * 60 + 30, to: 4 * 60 });
    // Half past two comes twice; in between it is two o'clock once more.
    const time = { from: at('2026-10-25T02:00:00+02:00'), until: at('2026-10-25T03:00:00+01:00') };
    expect(nets([rule(6_000), night], time)).toEqual([3_000, 30_000, 3_000, 30_000]);
  });

  it('may have a rule for public holidays, which are their weekday as well', () => {
    const prices = [rule(10_000), rule(30_000, { weekdays: [8], priority: 1 })];
    const evening = (date: string) => ({ from: at(`${date}T17:00:00+02:00`), until: at(`${date}T18:00:00+02:00`) });
    expect(nets(prices, evening('2026-05-14'))).toEqual([30_000]);
    expect(nets(prices, evening('2026-05-15'))).toEqual([10_000]);
  });

  it('can be more for a group, and says by how much', () => {
    const { lines } = price([rule(50_000)], { group: group({ discountBasisPoints: -2_500 }) });
    expect(lines.map(({ kind, net, basisPoints }) => [kind, net.amount, basisPoints])).toEqual([
      ['period', 100_000, undefined],
      ['group', 25_000, -2_500],
    ]);
  });

  it('is nothing for a listing that is free', () => {
    const listing = {
      prices: [],
      actorPrices: [],
      ...LISTING,
      slotMinutes: null,
      paymentPolicy: 'FREE' as const,
    };
    expect(price([], { listing } as never)).toMatchObject({ total: { amount: 0 }, lines: [] });
  });
});

describe('laws of every price', () => {
  const wall = fc.integer({ min: 0, max: 23 });
  const rules = fc.array(
    fc
      .tuple(
        fc.nat({ max: 200_000 }),
        wall,
        wall,
        fc.constantFrom(0, 1200, 1500, 2500),
        fc.integer({ min: -2, max: 2 }),
      )
      .map(([amount, a, b, vatBasisPoints, priority]) =>
        rule(amount, {
          vatBasisPoints,
          priority,
          ...(a !== b && { from: Math.min(a, b) * 60, to: Math.max(a, b) * 60 }),
        }),
      ),
    { maxLength: 5 },
  );
  const discounts = fc.option(
    fc.oneof(
      fc.integer({ min: 1, max: 10_000 }).map((value) => code('percentage', value)),
      fc.integer({ min: 1, max: 500_000 }).map((value) => code('fixed', value)),
    ),
  );
  const requests = fc.record({
    prices: rules.map((all) => [rule(9_999), ...all]),
    start: fc.integer({ min: 0, max: 525_600 }),
    minutes: fc.integer({ min: 1, max: 4_320 }),
    quantity: fc.integer({ min: 1, max: 50 }),
    off: fc.nat({ max: 10_000 }),
    discount: discounts,
  });
  const priced = ({
    prices,
    start,
    minutes,
    quantity,
    off,
    discount,
  }: typeof requests extends fc.Arbitrary<infer T> ? T : never) => {
    const from = at('2026-01-01T00:00:00Z') + start;
    return price(prices, {
      from,
      until: from + minutes,
      quantity,
      discount,
      group: group({ discountBasisPoints: off }),
    });
  };
  const runs = { numRuns: 500, seed: 20261122 };

  it('its lines add up to it, to the øre, and each line to itself', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { net, vat, total, lines } = priced(request);
        const sum = (pick: 'net' | 'vat' | 'total') => lines.reduce((all, line) => all + line[pick].amount, 0);
        return (
          sum('net') === net.amount &&
          sum('vat') === vat.amount &&
          sum('total') === total.amount &&
          net.amount + vat.amount === total.amount &&
          lines.every(
            (line) =>
              line.net.amount + line.vat.amount === line.total.amount && Number.isSafeInteger(line.total.amount),
          )
        );
      }),
      runs,
    );
  });

  it('its VAT is the rounded VAT of the net of each rate, and nothing of it is below zero', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { net, vat, total, lines } = priced(request);
        const rates = [...new Set(lines.map((line) => line.vatBasisPoints))];
        const due = rates.map((rate) => {
          const part = lines
            .filter((line) => line.vatBasisPoints === rate)
            .reduce((all, line) => all + line.net.amount, 0);
          return Math.floor((part * rate + 5_000) / 10_000);
        });
        return (
          due.reduce((all, part) => all + part, 0) === vat.amount &&
          net.amount >= 0 &&
          vat.amount >= 0 &&
          total.amount >= 0
        );
      }),
      runs,
    );
  });

  it('is exactly nothing at 100 % off', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { net, vat, total } = priced({ ...request, off: 10_000 });
        return net.amount === 0 && vat.amount === 0 && total.amount === 0;
      }),
      runs,
    );
  });

  it('its parts cover the time without gap or overlap', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const parts = priced(request).lines.filter((line) => line.kind === 'period');
        const from = at('2026-01-01T00:00:00Z') + request.start;
        let cursor = from;
        for (const part of parts) {
          if (at(part.startsAt as string) !== cursor) return false;
          cursor = at(part.endsAt as string);
        }
        return cursor === from + request.minutes;
      }),
      runs,
    );
  });
});
