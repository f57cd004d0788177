import type { PriceGroup, PriceRule } from '../../listings/index.js';
import { cheapest, type TariffOfListing } from './price-from.js';

const group = (change: Partial<PriceGroup> = {}): PriceGroup => ({
  id: 'g',
  version: 1,
  key: 'private',
  name: { nb: 'Privat' },
  discountBasisPoints: 0,
  vatExempt: false,
  verification: 'none',
  organizationKinds: [],
  ...change,
});
const rule = (change: Partial<PriceRule> = {}): PriceRule => ({
  id: 'r',
  version: 1,
  zoneId: null,
  kind: 'period',
  key: null,
  name: { nb: 'Timepris' },
  unit: 'hour',
  amount: 40_000,
  currency: 'NOK',
  vatBasisPoints: 2500,
  priority: 0,
  weekdays: null,
  from: null,
  to: null,
  firstDay: null,
  lastDay: null,
  ...change,
});
const tariff = (prices: PriceRule[], change: Partial<TariffOfListing> = {}): TariffOfListing => ({
  prices,
  actorPrices: [],
  timezone: 'Europe/Oslo',
  slotMinutes: null,
  paymentPolicy: 'INVOICE',
  ...change,
});
const shown = (of: TariffOfListing, by = group()) => {
  const { from, hour } = cheapest(of, by);
  return [from?.amount.amount, from?.unit, hour];
};

describe('the lowest price', () => {
  it('is that of the cheapest rule, whenever it holds, with VAT', () => {
    const morning = rule({ id: 'm', amount: 20_000, weekdays: [1], from: 480, to: 600, firstDay: 1, lastDay: 2 });
    expect(shown(tariff([rule(), morning]))).toEqual([25_000, 'hour', 25_000]);
  });

  it('is what the group pays: its percentage, its own rate, without VAT where it is exempt', () => {
    expect(shown(tariff([rule()]), group({ key: 'club', discountBasisPoints: 5000 }))).toEqual([
      25_000,
      'hour',
      25_000,
    ]);
    expect(shown(tariff([rule()]), group({ key: 'school', vatExempt: true }))).toEqual([40_000, 'hour', 40_000]);
    const own = {
      id: 'a',
      version: 1,
      zoneId: null,
      group: 'club',
      unit: 'booking',
      amount: 8_000,
      discountBasisPoints: null,
    } as const;
    expect(shown(tariff([rule()], { actorPrices: [own] }), group({ key: 'club' }))).toEqual([
      10_000,
      'booking',
      10_000,
    ]);
  });

  it('is of one unit; an hour of slots is as many slots as it takes', () => {
    const slots = tariff([rule({ unit: 'slot', amount: 10_000 })], { slotMinutes: 25 });
    expect(shown(slots)).toEqual([12_500, 'slot', 37_500]);
    expect(shown(tariff([rule({ unit: 'day', amount: 100_000 })]))).toEqual([125_000, 'day', 125_000]);
  });

  it('is nothing where all is free, and unknown where nothing is priced; add-ons are no price', () => {
    expect(shown(tariff([], { paymentPolicy: 'FREE' }))).toEqual([0, 'booking', 0]);
    expect(shown(tariff([rule({ kind: 'add_on', key: 'cleaning' })]))).toEqual([undefined, undefined, null]);
  });

  it('is told anew when the group has changed', () => {
    const prices = tariff([rule()]);
    expect(shown(prices)[0]).toBe(50_000);
    expect(shown(prices, group({ version: 2, discountBasisPoints: 10_000 }))[0]).toBe(0);
  });
});
