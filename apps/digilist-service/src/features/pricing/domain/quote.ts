import type { LocalizedName, Price, PriceLine, PriceLineKind, PriceUnit } from '@digilist/contracts';
import { money } from '@kit/contracts';
import {
  type ActorPrice,
  type Day,
  type DiscountCode,
  isoOf,
  type ListingReference,
  type Minute,
  type PriceGroup,
  type PriceRule,
  ruleInstant,
  stayDays,
  wallTime,
} from '../../listings/index.js';
import { type TariffPart, tariffParts } from './tariff.js';

export interface PriceRequest {
  readonly listing: Pick<
    ListingReference,
    'prices' | 'actorPrices' | 'timezone' | 'slotMinutes' | 'paymentPolicy' | 'bookingModel' | 'checkIn' | 'checkOut'
  >;
  readonly zoneId: string;
  readonly from: Minute;
  readonly until: Minute;
  readonly quantity: number;
  readonly group: PriceGroup;
  readonly addOns?: readonly { readonly key: string; readonly quantity: number }[];
  readonly discount?: DiscountCode | null;
}

export type PriceResult =
  | { readonly ok: true; readonly price: Price }
  | { readonly ok: false; readonly code: 'PRICE_NOT_DEFINED'; readonly from: Minute }
  | { readonly ok: false; readonly code: 'ADD_ON_UNKNOWN'; readonly keys: readonly string[] };

/** Line before VAT. */
interface Charge {
  readonly kind: PriceLineKind;
  readonly rule: { readonly id: string; readonly version: number; readonly name: LocalizedName };
  readonly span: readonly [Minute, Minute] | null;
  readonly unit: PriceUnit | null;
  readonly quantity: number | null;
  readonly rate: number | null;
  /** Of a percentage. */
  readonly basisPoints?: number;
  readonly net: number;
  readonly vatBasisPoints: number;
}

const FULL = 10_000;
const CURRENCY = 'NOK';

/**
 * What a booking costs, in five steps: (1) the period rules set the rate for each part of the time, (2) the group's own
 * rate replaces it or its percentage comes off (a negative one is added), (3) add-ons, (4) one discount code, (5) VAT by the rate of each line.
 *
 * Rounding, half away from zero: the net of each line to the øre, and VAT once per rate. A line carries what it adds to
 * the VAT of the lines before it, so that net, VAT and total are the sums of the lines, the VAT of each rate is the
 * rounded VAT of its net, and 100 % off is exactly nothing.
 */
export function priceOf(request: PriceRequest): PriceResult {
  const periods = periodCharges(request);
  if (!Array.isArray(periods)) return periods;
  const addOns = addOnCharges(request);
  if (!Array.isArray(addOns)) return addOns;
  const charges = [...periods, ...groupReductions(request, periods), ...addOns];
  charges.push(...discountReductions(request.discount ?? null, charges));
  const lines = linesOf(charges, request.group.vatExempt);
  const sum = (pick: (line: PriceLine) => number) =>
    money(
      lines.reduce((all, line) => all + pick(line), 0),
      CURRENCY,
    );
  return {
    ok: true,
    price: {
      net: sum((line) => line.net.amount),
      vat: sum((line) => line.vat.amount),
      total: sum((line) => line.total.amount),
      lines,
    },
  };
}

/** Without VAT. */
export const amountBeforeDiscount = ({ lines }: Price): number =>
  lines.reduce((all, { kind, net }) => (kind === 'discount' ? all : all + net.amount), 0);

function periodCharges(request: PriceRequest): Charge[] | Extract<PriceResult, { code: 'PRICE_NOT_DEFINED' }> {
  const { listing, zoneId, from, until } = request;
  if (!listing.prices.some((rule) => rule.kind === 'period') && listing.paymentPolicy === 'FREE') return [];
  const tariff = tariffParts(listing.prices, zoneId, listing.timezone, from, until);
  if (!tariff.ok) return { ok: false, code: 'PRICE_NOT_DEFINED', from: tariff.from };
  const own = actorPriceOf(request);
  const told = new Set<string>();
  return tariff.parts.flatMap((part, _at, parts) => {
    const unit = own?.unit ?? part.rule.unit;
    const charge = {
      kind: 'period' as const,
      rule: own?.amount == null ? part.rule : { id: own.id, version: own.version, name: part.rule.name },
      unit,
      rate: own?.amount ?? part.rule.amount,
      vatBasisPoints: part.rule.vatBasisPoints,
    };
    if (unit === 'hour') return [{ ...charge, ...chargedFor([part], charge, request) }];
    // A price that does not count hours is one charge, however often its rule takes turns with others.
    if (told.has(charge.rule.id)) return [];
    told.add(charge.rule.id);
    const held = own?.amount == null ? parts.filter(({ rule }) => rule.id === part.rule.id) : parts;
    const charged = chargedFor(held, charge, request);
    return charged.quantity === 0 ? [] : [{ ...charge, ...charged }];
  });
}

/** What a rate comes to for the parts of the time that it holds for. */
function chargedFor(
  parts: readonly TariffPart[],
  { unit, rate }: { unit: PriceUnit; rate: number },
  request: PriceRequest,
): Pick<Charge, 'span' | 'quantity' | 'net'> {
  const { count, per } = unitsIn(unit, parts, request);
  const [first, last] = [parts[0] as TariffPart, parts.at(-1) as TariffPart];
  return { span: [first.from, last.until], quantity: count / per, net: rounded(rate * count, per) };
}

/** How many units the parts are, as a fraction: hours are not rounded before they are paid. */
function unitsIn(unit: PriceUnit, parts: readonly TariffPart[], request: PriceRequest): { count: number; per: number } {
  const { listing, quantity } = request;
  switch (unit) {
    case 'hour':
      return { count: parts.reduce((all, { from, until }) => all + until - from, 0) * quantity, per: 60 };
    case 'day':
      return { count: daysIn(parts, request) * quantity, per: 1 };
    case 'slot':
      return { count: beginningIn(parts, slotStarts(listing.slotMinutes, request)) * quantity, per: 1 };
    case 'unit':
    case 'person':
      return { count: quantity, per: 1 };
    case 'booking':
      return { count: 1, per: 1 };
  }
}

/**
 * Calendar days of which a part has some, however long their hours are. Where nights are booked, a night is what its
 * evening is: it touches two days and costs one.
 */
function daysIn(parts: readonly TariffPart[], { listing, from, until }: PriceRequest): number {
  const { timezone, checkIn, checkOut } = listing;
  const dayOf = (minute: Minute): Day => wallTime(timezone, minute).day;
  if (listing.bookingModel === 'ALL_DAY' && checkOut <= checkIn) {
    const evening = (night: number) => ruleInstant(timezone, dayOf(from) + night, checkIn, 'first');
    const nights = Array.from({ length: stayDays(listing, from, until) }, (_, night) => night);
    return beginningIn(
      parts,
      nights.map((night) => (night === 0 ? from : Math.min(evening(night), until - 1))),
    );
  }
  const days = new Set<Day>();
  for (const part of parts) for (let day = dayOf(part.from); day <= dayOf(part.until - 1); day++) days.add(day);
  return days.size;
}

/** Without a length of its own a slot is as long as it is booked for; one that is begun is a whole one. */
const slotStarts = (slotMinutes: number | null, { from, until }: PriceRequest): Minute[] => {
  const length = slotMinutes ?? until - from;
  return Array.from({ length: Math.ceil((until - from) / length) }, (_, slot) => from + slot * length);
};

const beginningIn = (parts: readonly TariffPart[], starts: readonly Minute[]): number =>
  starts.filter((start) => parts.some(({ from, until }) => from <= start && start < until)).length;

const actorPriceOf = ({ listing, zoneId, group }: PriceRequest): ActorPrice | null =>
  listing.actorPrices.find((price) => price.group === group.key && price.zoneId === zoneId) ??
  listing.actorPrices.find((price) => price.group === group.key && price.zoneId === null) ??
  null;

/** One line per VAT rate. None where the group has a rate of its own. */
function groupReductions(request: PriceRequest, periods: readonly Charge[]): Charge[] {
  const { group } = request;
  const own = actorPriceOf(request);
  if (own?.amount != null) return [];
  const basisPoints = own?.discountBasisPoints ?? group.discountBasisPoints;
  if (basisPoints === 0) return [];
  const rule = own ? { id: own.id, version: own.version, name: group.name } : group;
  return [...netByVat(periods)]
    .filter(([, net]) => net > 0)
    .map(([vatBasisPoints, net]) =>
      reduction('group', rule, rounded(net * basisPoints, FULL), vatBasisPoints, basisPoints),
    );
}

function addOnCharges(request: PriceRequest): Charge[] | Extract<PriceResult, { code: 'ADD_ON_UNKNOWN' }> {
  const wanted = request.addOns ?? [];
  const known = new Map<string, PriceRule>();
  for (const rule of request.listing.prices) {
    if (rule.kind === 'add_on' && rule.key !== null && (rule.zoneId === null || rule.zoneId === request.zoneId)) {
      known.set(rule.key, rule);
    }
  }
  const keys = wanted.map((addOn) => addOn.key).filter((key) => !known.has(key));
  if (keys.length > 0) return { ok: false, code: 'ADD_ON_UNKNOWN', keys };
  return wanted.map(({ key, quantity }) => {
    const rule = known.get(key) as PriceRule;
    const whole = [{ rule, from: request.from, until: request.until }];
    const units =
      rule.unit === 'booking' ? { count: quantity, per: 1 } : unitsIn(rule.unit, whole, { ...request, quantity });
    return {
      kind: 'add_on',
      rule,
      span: null,
      unit: rule.unit,
      quantity: units.count / units.per,
      rate: rule.amount,
      net: rounded(rule.amount * units.count, units.per),
      vatBasisPoints: rule.vatBasisPoints,
    };
  });
}

/** Comes off what is left, never more than that; a fixed amount is shared over the VAT rates in proportion. */
function discountReductions(code: DiscountCode | null, charges: readonly Charge[]): Charge[] {
  if (!code) return [];
  const left = [...netByVat(charges)].filter(([, net]) => net > 0);
  const total = left.reduce((all, [, net]) => all + net, 0);
  const rule = { id: code.id, version: code.version, name: { nb: code.code, nn: code.code, en: code.code } };
  let toShare = code.kind === 'fixed' ? Math.min(code.value, total) : 0;
  let shared = total;
  return left
    .map(([vatBasisPoints, net]) => {
      if (code.kind === 'percentage')
        return reduction('discount', rule, rounded(net * code.value, FULL), vatBasisPoints, code.value);
      const share = rounded(toShare * net, shared);
      toShare -= share;
      shared -= net;
      return reduction('discount', rule, share, vatBasisPoints);
    })
    .filter((charge) => charge.net !== 0);
}

function netByVat(charges: readonly Charge[]): Map<number, number> {
  const sums = new Map<number, number>();
  for (const { vatBasisPoints, net } of charges) sums.set(vatBasisPoints, (sums.get(vatBasisPoints) ?? 0) + net);
  return sums;
}

const reduction = (
  kind: PriceLineKind,
  rule: Charge['rule'],
  amount: number,
  vatBasisPoints: number,
  basisPoints?: number,
): Charge => ({
  kind,
  rule: { id: rule.id, version: rule.version, name: rule.name },
  span: null,
  unit: null,
  quantity: null,
  rate: null,
  ...(basisPoints !== undefined && { basisPoints }),
  net: amount === 0 ? 0 : -amount,
  vatBasisPoints,
});

function linesOf(charges: readonly Charge[], vatExempt: boolean): PriceLine[] {
  const sums = new Map<number, { net: number; vat: number }>();
  return charges.map((charge) => {
    const vatBasisPoints = vatExempt ? 0 : charge.vatBasisPoints;
    const before = sums.get(vatBasisPoints) ?? { net: 0, vat: 0 };
    const net = before.net + charge.net;
    const after = { net, vat: rounded(net * vatBasisPoints, FULL) };
    sums.set(vatBasisPoints, after);
    return lineOf(charge, vatBasisPoints, after.vat - before.vat);
  });
}

function lineOf(
  { kind, rule, span, unit, quantity, rate, basisPoints, net }: Charge,
  vatBasisPoints: number,
  vat: number,
): PriceLine {
  return {
    kind,
    name: rule.name,
    ruleId: rule.id,
    ruleVersion: rule.version,
    startsAt: span ? isoOf(span[0]) : null,
    endsAt: span ? isoOf(span[1]) : null,
    unit,
    quantity: quantity === null ? null : String(Math.round(quantity * 10_000) / 10_000),
    rate: rate === null ? null : money(rate, CURRENCY),
    ...(basisPoints !== undefined && { basisPoints }),
    net: money(net, CURRENCY),
    vatBasisPoints,
    vat: money(vat, CURRENCY),
    total: money(net + vat, CURRENCY),
  };
}

/** numerator / denominator to the nearest whole, half away from zero; exact as long as the numerator is. */
function rounded(numerator: number, denominator: number): number {
  const size = Math.abs(numerator);
  const whole = Math.floor(size / denominator);
  const rest = size - whole * denominator;
  const result = rest * 2 >= denominator ? whole + 1 : whole;
  return numerator < 0 ? 0 - result : result;
}
