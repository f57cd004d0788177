import type { PriceFrom } from '@digilist/contracts';
import { money } from '@kit/contracts';
import type { ListingReference, PriceGroup, PriceRule } from '../../listings/index.js';
import { priceOf } from '../../pricing/index.js';

/** What a price is told from. Immutable: a change is a new object. */
export type TariffOfListing = Pick<
  ListingReference,
  'prices' | 'actorPrices' | 'timezone' | 'slotMinutes' | 'paymentPolicy'
>;

interface Cheapest {
  readonly group: PriceGroup;
  /** Of one unit. */
  readonly from: PriceFrom | null;
  /** Of one hour, in minor units. */
  readonly hour: number | null;
}

const known = new WeakMap<readonly PriceRule[], Map<string, Cheapest>>();

/**
 * The lowest prices that a group is asked for, VAT included, whenever they hold: each rule is priced as if it held
 * always, by the code that prices bookings. Null where nothing has a price.
 */
export function cheapest(tariff: TariffOfListing, group: PriceGroup): Cheapest {
  const byGroup = known.get(tariff.prices) ?? new Map<string, Cheapest>();
  known.set(tariff.prices, byGroup);
  const found = byGroup.get(group.key);
  if (found?.group === group) return found;
  const made = priced(tariff, group);
  byGroup.set(group.key, made);
  return made;
}

const HOUR = 60;

function priced(tariff: TariffOfListing, group: PriceGroup): Cheapest {
  const periods = tariff.prices.filter(({ kind }) => kind === 'period');
  if (periods.length === 0) {
    const free = tariff.paymentPolicy === 'FREE';
    return { group, from: free ? { amount: money(0, 'NOK'), unit: 'booking' } : null, hour: free ? 0 : null };
  }
  let from: PriceFrom | null = null;
  let hour: number | null = null;
  for (const rule of periods) {
    const unit = priceOfRule(tariff, rule, group, rule.unit === 'slot' ? (tariff.slotMinutes ?? HOUR) : HOUR);
    if (unit && (from === null || unit.amount.amount < from.amount.amount)) from = unit;
    const total = priceOfRule(tariff, rule, group, HOUR)?.amount.amount ?? null;
    if (total !== null && (hour === null || total < hour)) hour = total;
  }
  return { group, from, hour };
}

function priceOfRule(tariff: TariffOfListing, rule: PriceRule, group: PriceGroup, minutes: number): PriceFrom | null {
  const always = { ...rule, zoneId: null, weekdays: null, from: null, to: null, firstDay: null, lastDay: null };
  const result = priceOf({
    listing: { ...tariff, bookingModel: 'TIME_RANGE', checkIn: 0, checkOut: 1440, prices: [always] },
    zoneId: rule.zoneId ?? '',
    from: 0,
    until: minutes,
    quantity: 1,
    group,
  });
  if (!result.ok) return null;
  return { amount: result.price.total, unit: result.price.lines[0]?.unit ?? rule.unit };
}
