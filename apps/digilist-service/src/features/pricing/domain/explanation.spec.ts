import type { Price, PriceLine } from '@digilist/contracts';
import { type Locale, money } from '@kit/contracts';
import { explainPrice, vatTotals } from './explanation.js';

const names = (nb: string, nn = nb, en = nb) => ({ nb, nn, en });
const line = (change: Partial<PriceLine> & Pick<PriceLine, 'kind' | 'net'>): PriceLine => ({
  name: names('Kveld', 'Kveld', 'Evening'),
  ruleId: 'rule',
  ruleVersion: 3,
  startsAt: null,
  endsAt: null,
  unit: null,
  quantity: null,
  rate: null,
  vatBasisPoints: 2500,
  vat: money(Math.round(change.net.amount / 4)),
  total: money(0),
  ...change,
});
const priced = (lines: PriceLine[]): Price => {
  const sum = (pick: (each: PriceLine) => number) => money(lines.reduce((all, each) => all + pick(each), 0));
  const [net, vat] = [sum((each) => each.net.amount), sum((each) => each.vat.amount)];
  return { net, vat, total: money(net.amount + vat.amount), lines };
};

const evening = line({ kind: 'period', unit: 'hour', quantity: '2', rate: money(30_000), net: money(60_000) });
const club = line({
  kind: 'group',
  name: names('Idrettslag', 'Idrettslag', 'Sports club'),
  basisPoints: 3000,
  net: money(-18_000),
});
const FULL = priced([
  evening,
  line({ kind: 'period', ruleId: 'lump', unit: 'booking', quantity: '1', rate: money(123_450), net: money(123_450) }),
  club,
  { ...club, vatBasisPoints: 1200, vat: money(-12), net: money(-100) },
  line({
    kind: 'add_on',
    ruleId: 'cleaning',
    name: names('Renhold', 'Reinhald', 'Cleaning'),
    unit: 'booking',
    quantity: '1',
    rate: money(50_000),
    net: money(50_000),
    vatBasisPoints: 1200,
    vat: money(6_000),
  }),
  line({
    kind: 'discount',
    ruleId: 'code',
    name: names('HOST26'),
    basisPoints: 1250,
    net: money(-1_001),
    vat: money(-250),
  }),
]);
const LOCALES: Locale[] = ['nb', 'nn', 'en'];
/** Spaces that do not break look like others in a snapshot. */
const told = (price: Price, locale: Locale) =>
  explainPrice(price, locale).map((each) => each.replaceAll('\u00a0', ' '));

describe('a price that is read aloud', () => {
  it('says what each step of it is', () => {
    expect(told(priced([evening, club]), 'nb')).toEqual([
      '2 timer à 300 kr (Kveld, regel v3) = 600 kr.',
      'Idrettslag får 30 % avslag: −180 kr.',
      'Mva 25 %: 105 kr.',
      'Å betale: 525 kr.',
    ]);
  });

  it.each(LOCALES)('has every kind of step in %s', (locale) => {
    expect(told(FULL, locale)).toMatchSnapshot();
  });

  it('says surcharges, fixed codes, what is free, and what is without VAT', () => {
    const extra = priced([
      evening,
      { ...club, name: names('Næringsliv'), basisPoints: -2500, net: money(15_000) },
      line({ kind: 'discount', name: names('HUNDRE'), net: money(-10_000) }),
    ]);
    const exempt = priced([{ ...evening, vatBasisPoints: 0, vat: money(0) }]);
    const free = priced([evening, { ...club, basisPoints: 10_000, net: money(-60_000), vat: money(-15_000) }]);
    const persons = priced([
      line({ kind: 'period', unit: 'person', quantity: '1', rate: money(5_050), net: money(5_050) }),
    ]);
    for (const locale of LOCALES)
      expect([extra, exempt, free, persons, priced([])].map((each) => told(each, locale))).toMatchSnapshot();
  });

  it('leaves out a percentage that was not kept when it was booked', () => {
    const { basisPoints: _, ...old } = club;
    expect(told(priced([evening, old]), 'nb')[1]).toBe('Idrettslag: −180 kr.');
  });

  it('keeps figures and their currency on one line', () => {
    expect(explainPrice(FULL, 'nb')[1]).toContain('1\u00a0234,50\u00a0kr');
  });
});

it('VAT is told by its rates, highest first', () => {
  expect(vatTotals(FULL.lines)).toEqual([
    { vatBasisPoints: 2500, net: money(164_449), vat: money(15_000 + 30_863 - 4_500 - 250) },
    { vatBasisPoints: 1200, net: money(49_900), vat: money(5_988) },
  ]);
});
