import type { PriceUnit } from '@digilist/contracts';
import type { DiscountCode, PriceRule } from '../features/listings/index.js';
import type { PriceRequest } from '../features/pricing/domain/quote.js';

// What a price is, said a second time in the slowest way there is: minute by minute, with the clock of the platform.

const ZONE = 'zone';
const OSLO = 'Europe/Oslo';
/** Of 2026. */
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
export function slowPrice({
  listing,
  from,
  until,
  quantity,
  group,
  addOns = [],
  discount,
}: PriceRequest): Charged | null {
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
