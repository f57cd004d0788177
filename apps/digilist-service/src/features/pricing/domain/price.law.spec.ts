import type { Price, PriceUnit } from '@digilist/contracts';
import fc from 'fast-check';
import type { ActorPrice, DiscountCode, PriceGroup, PriceRule } from '../../listings/index.js';
import { type PriceRequest, priceOf } from './quote.js';

// What a price is, said a second time in the slowest way there is: minute by minute, with the clock of the platform.

const CASES = Number(process.env.LAW_CASES ?? 200);
const ZONE = 'zone';
const OSLO = 'Europe/Oslo';
const NAME = { nb: 'x', nn: 'x', en: 'x' };
const HOLIDAYS = [
  '01-01',
  '04-02',
  '04-03',
  '04-05',
  '04-06',
  '05-01',
  '05-14',
  '05-17',
  '05-24',
  '05-25',
  '12-25',
  '12-26',
];
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const utc = (text: string) => Date.parse(text) / 60_000;

interface Wall {
  date: string;
  day: number;
  weekday: number;
  minute: number;
}
const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: OSLO,
  weekday: 'short',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const walls = new Map<number, Wall>();
function wallAt(minute: number): Wall {
  const known = walls.get(minute);
  if (known) return known;
  const part = Object.fromEntries(clock.formatToParts(minute * 60_000).map(({ type, value }) => [type, value]));
  const date = `${part.year}-${part.month}-${part.day}`;
  const wall = {
    date,
    day: Date.parse(`${date}T00:00:00Z`) / 86_400_000,
    weekday: WEEKDAYS.indexOf(part.weekday as string) + 1,
    minute: Number(part.hour) * 60 + Number(part.minute),
  };
  walls.set(minute, wall);
  return wall;
}

const whole = (numerator: number, denominator: number): number => {
  const exact = Math.abs(numerator) / denominator;
  const up = Math.floor(exact) + (exact - Math.floor(exact) >= 0.5 ? 1 : 0);
  return numerator < 0 ? -up : up;
};

/** The rule for one minute; none where no price is set. */
function ruleAt(prices: readonly PriceRule[], minute: number): PriceRule | undefined {
  const wall = wallAt(minute);
  const holiday = HOLIDAYS.includes(wall.date.slice(5));
  const windows = (rule: PriceRule) =>
    [rule.from !== null, rule.weekdays !== null, rule.firstDay !== null || rule.lastDay !== null].filter(Boolean)
      .length;
  const fits = prices.filter(
    (rule) =>
      rule.kind === 'period' &&
      [null, ZONE].includes(rule.zoneId) &&
      (rule.weekdays?.some((day) => day === wall.weekday || (day === 8 && holiday)) ?? true) &&
      (rule.firstDay ?? -Infinity) <= wall.day &&
      wall.day <= (rule.lastDay ?? Infinity) &&
      (rule.from ?? 0) <= wall.minute &&
      wall.minute < (rule.to ?? 1_440),
  );
  const order = (rule: PriceRule) => [rule.priority, rule.zoneId === null ? 0 : 1, windows(rule)] as const;
  return fits.reduce<PriceRule | undefined>((best, rule) => {
    if (!best) return rule;
    const [a, b] = [order(best), order(rule)];
    const at = [0, 1, 2].find((index) => a[index] !== b[index]);
    const better = at === undefined ? rule.id < best.id : (b[at] as number) > (a[at] as number);
    return better ? rule : best;
  }, undefined);
}

interface Charged {
  net: number;
  vat: number;
}

/** Net and VAT, or null where some of the time has no price. */
function slowly({ listing, from, until, quantity, group, addOns = [], discount }: PriceRequest): Charged | null {
  const minutes = Array.from({ length: until - from }, (_, at) => from + at);
  const held = minutes.map((minute) => ruleAt(listing.prices, minute));
  if (held.some((rule) => !rule)) return null;
  const own = [ZONE, null]
    .map((zoneId) => listing.actorPrices.find((price) => price.group === group.key && price.zoneId === zoneId))
    .find(Boolean);
  const nets = new Map<number, number>();
  const add = (vat: number, net: number) => nets.set(vat, (nets.get(vat) ?? 0) + net);
  const units = (unit: PriceUnit, mine: readonly number[], many: number): [count: number, per: number] => {
    if (unit === 'hour') return [mine.length * many, 60];
    if (unit === 'day') return [new Set(mine.map((minute) => wallAt(minute).date)).size * many, 1];
    const slot = listing.slotMinutes ?? until - from;
    if (unit === 'slot') return [mine.filter((minute) => (minute - from) % slot === 0).length * many, 1];
    return [unit === 'booking' ? 1 : many, 1];
  };
  const charge = (rule: PriceRule, mine: readonly number[]) => {
    const [count, per] = units(own?.unit ?? rule.unit, mine, quantity);
    add(rule.vatBasisPoints, whole((own?.amount ?? rule.amount) * count, per));
  };
  const seen = new Set<string>();
  for (let at = 0; at < minutes.length; ) {
    const rule = held[at] as PriceRule;
    let end = at;
    while (end < minutes.length && held[end] === rule) end++;
    const key = own?.amount == null ? rule.id : own.id;
    if ((own?.unit ?? rule.unit) === 'hour') charge(rule, minutes.slice(at, end));
    else if (!seen.has(key)) {
      seen.add(key);
      charge(rule, own?.amount == null ? minutes.filter((_, index) => held[index] === rule) : minutes);
    }
    at = end;
  }
  const percentage = own ? own.discountBasisPoints : group.discountBasisPoints;
  if (percentage) for (const [vat, net] of [...nets]) if (net > 0) add(vat, -whole(net * percentage, 10_000));
  for (const { key, quantity: many } of addOns) {
    const rule = listing.prices.find((price) => price.key === key) as PriceRule;
    const [count, per] = rule.unit === 'booking' ? [many, 1] : units(rule.unit, minutes, many);
    add(rule.vatBasisPoints, whole(rule.amount * count, per));
  }
  takeOff(nets, discount ?? null, add);
  const rate = (vat: number) => (group.vatExempt ? 0 : vat);
  return {
    net: [...nets.values()].reduce((all, net) => all + net, 0),
    vat: [...nets].reduce((all, [vat, net]) => all + whole(net * rate(vat), 10_000), 0),
  };
}

function takeOff(nets: Map<number, number>, discount: DiscountCode | null, add: (vat: number, net: number) => void) {
  if (!discount) return;
  const left = [...nets].filter(([, net]) => net > 0);
  let sum = left.reduce((all, [, net]) => all + net, 0);
  let toShare = Math.min(discount.value, sum);
  for (const [vat, net] of left) {
    if (discount.kind === 'percentage') add(vat, -whole(net * discount.value, 10_000));
    else {
      const share = whole(toShare * net, sum);
      toShare -= share;
      sum -= net;
      add(vat, -share);
    }
  }
}

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
        expect(price && { net: price.net.amount, vat: price.vat.amount }).toEqual(slowly(request));
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
