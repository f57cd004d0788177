import fc from 'fast-check';
import { credit, debit, requireBalanced, sale } from './entry.js';
import { shareOf, totalOf, type VatPart, vatPartsOf } from './vat-parts.js';

const parts = fc.uniqueArray(
  fc.record({
    vatBasisPoints: fc.constantFrom(0, 1200, 1500, 2500),
    net: fc.nat({ max: 50_000_000 }),
    vat: fc.nat({ max: 12_000_000 }),
  }),
  { selector: ({ vatBasisPoints }) => vatBasisPoints, minLength: 1, maxLength: 4 },
);

const sum = (all: readonly VatPart[], pick: (part: VatPart) => number) =>
  all.reduce((total, part) => total + pick(part), 0);

describe('shares of what was paid', () => {
  it('that follow each other from nothing to all add up to the whole, at every rate, and each to its amount', () => {
    fc.assert(
      fc.property(parts, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }), (whole, cuts) => {
        const total = totalOf(whole);
        const points = [0, ...cuts.map((cut) => Math.round(cut * total)).sort((a, b) => a - b), total];
        const shares = points.slice(1).map((to, at) => shareOf(whole, points[at] as number, to));
        shares.forEach((share, at) => {
          expect(totalOf(share)).toBe((points[at + 1] as number) - (points[at] as number));
        });
        whole.forEach((part, at) => {
          expect(
            sum(
              shares.map((share) => share[at] as VatPart),
              ({ net }) => net,
            ),
          ).toBe(part.net);
          expect(
            sum(
              shares.map((share) => share[at] as VatPart),
              ({ vat }) => vat,
            ),
          ).toBe(part.vat);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('of lines of several rates are by rate, the highest first', () => {
    const line = (vatBasisPoints: number, net: number, vat: number) => ({
      vatBasisPoints,
      net: { amount: net },
      vat: { amount: vat },
    });
    expect(vatPartsOf([line(0, 100, 0), line(2500, 400, 100), line(2500, -40, -10)])).toEqual([
      { vatBasisPoints: 2500, net: 360, vat: 90 },
      { vatBasisPoints: 0, net: 100, vat: 0 },
    ]);
  });
});

describe('an entry', () => {
  const entry = { orgId: 'o', kind: 'payment_captured', sourceId: 's', currency: 'NOK' } as const;

  it('whose debits and credits do not meet is not written', () => {
    expect(() => requireBalanced({ ...entry, lines: [debit('bank', 5), credit('receivable', 4)] })).toThrow(
      'add up to 1',
    );
  });

  it('of a sale takes back exactly what it gave', () => {
    const [rates] = fc.sample(parts, 1) as [VatPart[]];
    requireBalanced({ ...entry, lines: [...sale(rates, 'b'), ...sale(rates, 'b', -1)] });
  });
});
