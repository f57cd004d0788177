import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Billable, categoryOf, owedFor, owedParts, problemOf, whyNotBillable } from './billing.js';
import { creditAsked, creditOff, leftOfLine, type OpenLine } from './credit.js';
import { type Group, planOf } from './plan.js';
import { type Seller, sellerOf } from './seller.js';
import { leftOf, statusOf } from './standing.js';
import { byVat, totalsOf } from './totals.js';

const nok = (amount: number) => ({ amount });
const line = (net: number, vatBasisPoints = 2500, vat = Math.round((net * vatBasisPoints) / 10_000)) => ({
  vatBasisPoints,
  net: nok(net),
  vat: nok(vat),
});
const booking: Billable = {
  id: 'b',
  orgId: 'o',
  status: 'completed',
  paymentPolicy: 'INVOICE',
  total: 125_000,
  currency: 'NOK',
  kept: 0,
  billed: false,
  priceLines: [line(100_000)],
};
const seller: Seller = {
  id: 's',
  orgId: null,
  vatRegistered: true,
  zeroRate: 'exempt',
  kidLength: 10,
  kidAlgorithm: 'MOD10',
  depth: -1,
};

describe('what is owed for a booking', () => {
  it.each(['confirmed', 'completed', 'no_show'] as const)('that is %s is its price', (status) =>
    expect(owedFor({ ...booking, status })).toBe(125_000),
  );
  it.each(['cancelled', 'refunded', 'rejected', 'expired', 'pending', 'awaiting_approval'] as const)(
    'that is %s is what is kept',
    (status) => {
      expect(owedFor({ ...booking, status, kept: 0 })).toBe(0);
      expect(owedFor({ ...booking, status, kept: 30_000 })).toBe(30_000);
    },
  );

  it('is by rate what was agreed, to the øre, and of what is kept adds up to it', () => {
    const net = fc.integer({ min: 0, max: 10_000_000 });
    const lines = fc.array(fc.tuple(net, fc.constantFrom(0, 1200, 1500, 2500)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(lines, fc.double({ min: 0, max: 1, noNaN: true }), (of, share) => {
        const priceLines = of.map(([each, rate]) => line(each, rate));
        const total = priceLines.reduce((sum, each) => sum + each.net.amount + each.vat.amount, 0);
        const whole = owedParts({ ...booking, priceLines, total });
        expect(whole.reduce((sum, part) => sum + part.net + part.vat, 0)).toBe(total);
        const kept = Math.floor(total * share);
        const parts = owedParts({ ...booking, status: 'cancelled', priceLines, total, kept });
        expect(parts.reduce((sum, part) => sum + part.net + part.vat, 0)).toBe(kept);
        for (const part of parts) {
          expect(Math.min(part.net, part.vat)).toBeGreaterThanOrEqual(0);
          // The rule that lets 100 bookings stand on an invoice: less than a krone off, all together.
          expect(Math.abs(part.vat - (part.net * part.vatBasisPoints) / 10_000)).toBeLessThan(of.length + 1);
        }
      }),
    );
  });

  it.each([
    [{}, null],
    [{ paymentPolicy: 'PAY_AND_CONFIRM' as const }, 'not_by_invoice'],
    [{ billed: true }, 'billed_already'],
    [{ status: 'cancelled' as const }, 'nothing_owed'],
    [{ status: 'cancelled' as const, kept: 1 }, null],
    [{ status: 'confirmed' as const }, null],
  ])('%j can be invoiced or not: %s', (change, reason) =>
    expect(whyNotBillable({ ...booking, ...change })).toBe(reason),
  );
});

describe('who sells', () => {
  const of = (id: string, orgId: string | null, depth: number): Seller => ({ ...seller, id, orgId, depth });
  const sellers = [of('town', null, -1), of('culture', 'culture', 0), of('sports', 'sports', 1)];

  it('is the organization itself, else the nearest above it, else the tenant', () => {
    expect(sellerOf({ orgId: 'sports', ancestorIds: ['culture'] }, sellers)?.id).toBe('sports');
    expect(sellerOf({ orgId: 'pool', ancestorIds: ['culture', 'sports'] }, sellers)?.id).toBe('sports');
    expect(sellerOf({ orgId: 'library', ancestorIds: ['culture'] }, sellers)?.id).toBe('culture');
    expect(sellerOf({ orgId: 'school', ancestorIds: [] }, sellers)?.id).toBe('town');
    expect(sellerOf({ orgId: 'school', ancestorIds: [] }, sellers.slice(1))).toBeNull();
  });

  it.each([
    [2500, {}, 'S'],
    [0, {}, 'E'],
    [0, { zeroRate: 'zero_rated' as const }, 'Z'],
    [0, { vatRegistered: false }, 'O'],
  ])('at %i hundredths of a per cent with %j is category %s', (rate, change, category) =>
    expect(categoryOf(rate, { ...seller, ...change })).toBe(category),
  );

  it.each([
    [null, false, 1, 'seller_missing'],
    [{ ...seller, vatRegistered: false }, true, 1, 'seller_not_registered_for_vat'],
    [{ ...seller, vatRegistered: false }, false, 1, null],
    [{ ...seller, kidLength: 4 }, true, 999, null],
    [{ ...seller, kidLength: 4 }, true, 1000, 'kid_too_short'],
  ] as const)('may be unable to issue the next invoice: %j with VAT %s, number %i: %s', (of, withVat, next, problem) =>
    expect(problemOf(of, withVat, next)).toBe(problem),
  );
});

describe('a plan', () => {
  const group: Group = {
    orgId: 'a',
    ancestorIds: [],
    buyerOrgId: 'club',
    buyerUserId: null,
    buyerName: 'Klubben',
    currency: 'NOK',
    bookings: 2,
    total: 500,
    withVat: true,
  };

  it('has one entry for each buyer and seller, whoever of the seller lent out', () => {
    const own: Seller = { ...seller, id: 'own', orgId: 'c', depth: 0 };
    const groups = [group, { ...group, orgId: 'b', bookings: 3, total: 700 }, { ...group, orgId: 'c' }];
    const person = { ...group, buyerOrgId: null, buyerUserId: 'kari', buyerName: 'Kari' };
    expect(planOf([...groups, person], [seller, own], { only: null, nextNumber: 1 })).toMatchObject([
      { sellerId: 's', buyerOrgId: 'club', bookings: 5, total: { amount: 1200 }, orgIds: ['a', 'b'], problem: null },
      { sellerId: 'own', buyerOrgId: 'club', bookings: 2, orgIds: ['c'] },
      { sellerId: 's', buyerUserId: 'kari', bookings: 2 },
    ]);
    expect(planOf(groups, [seller, own], { only: 'own', nextNumber: 1 })).toMatchObject([{ sellerId: 'own' }]);
  });

  it('says what stands in the way of each', () => {
    expect(planOf([group], [], { only: null, nextNumber: 1 })).toMatchObject([
      { sellerId: null, problem: 'seller_missing' },
    ]);
  });
});

describe('a credit', () => {
  const open = (id: string, netLeft: number, vatLeft: number): OpenLine => ({
    id,
    bookingId: 'b',
    vatBasisPoints: 2500,
    netLeft,
    vatLeft,
  });

  it('of any parts, one after the other, adds up to the line to the øre and never takes more', () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 40_000 }), { maxLength: 20 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.constantFrom(0, 1200, 2500),
        amounts,
        (net, rate, wanted) => {
          const whole = open('l', net, Math.round((net * rate) / 10_000));
          let left = whole;
          for (const amount of [...wanted, null]) {
            const take = amount === null ? leftOfLine(left) : Math.min(amount, leftOfLine(left));
            if (take === 0) continue;
            const [credited] = creditOff([left], take);
            if (!credited) throw new Error('nothing was credited');
            expect(credited.net + credited.vat).toBe(take);
            expect(Math.min(credited.net, credited.vat)).toBeGreaterThanOrEqual(0);
            left = open('l', left.netLeft - credited.net, left.vatLeft - credited.vat);
          }
          expect([left.netLeft, left.vatLeft]).toEqual([0, 0]);
        },
      ),
    );
  });

  it('is of all that is left, of some lines, or of a part of one', () => {
    const lines = [open('a', 800, 200), open('b', 400, 100)];
    const taken = (...wanted: Parameters<typeof creditAsked>[1] & object) =>
      creditAsked(lines, wanted.length > 0 ? wanted : undefined)?.map(({ line: { id }, net, vat }) => [id, net, vat]);
    expect(taken()).toEqual([
      ['a', 800, 200],
      ['b', 400, 100],
    ]);
    expect(taken({ lineId: 'b' })).toEqual([['b', 400, 100]]);
    expect(taken({ lineId: 'a', amount: 500 })).toEqual([['a', 400, 100]]);
  });

  it.each([
    [[{ lineId: 'a', amount: 1001 }]],
    [[{ lineId: 'elsewhere' }]],
    [
      [
        { lineId: 'a', amount: 1 },
        { lineId: 'a', amount: 1 },
      ],
    ],
  ])('of %j is more than there is', (wanted) => expect(creditAsked([open('a', 800, 200)], wanted)).toBeNull());

  it('of what was credited already is nothing', () => expect(creditAsked([open('a', 0, 0)], undefined)).toBeNull());
});

describe('an invoice', () => {
  const account = {
    kind: 'invoice',
    total: 1000,
    payable: 1000,
    settled: 0,
    credited: 0,
    dueDate: '2026-12-14',
  } as const;
  it.each([
    [{}, '2026-12-14', 'issued', 1000],
    [{}, '2026-12-15', 'overdue', 1000],
    [{ settled: 400 }, '2026-12-15', 'overdue', 600],
    [{ settled: 1000 }, '2026-12-15', 'paid', 0],
    [{ settled: 400, credited: 600 }, '2026-12-15', 'paid', 0],
    [{ settled: 1000, credited: 300 }, '2026-12-15', 'paid', 0],
    [{ credited: 1000 }, '2026-12-15', 'credited', 0],
    [{ settled: 1000, credited: 1000 }, '2026-12-15', 'credited', 0],
    [{ kind: 'credit_note' as const, payable: 300, dueDate: null }, '2027-01-01', 'issued', 300],
    [{ kind: 'credit_note' as const, payable: 300, settled: 300, dueDate: null }, '2027-01-01', 'paid', 0],
  ])('with %j on %s is %s, and %i is left', (change, today, status, left) => {
    expect(statusOf({ ...account, ...change }, today)).toBe(status);
    expect(leftOf({ ...account, ...change })).toBe(left);
  });

  it('comes to the sums of its lines, by rate and in all', () => {
    const amounts = fc.record({ net: fc.nat(10_000_000), vatBasisPoints: fc.constantFrom(0, 1200, 2500) });
    fc.assert(
      fc.property(fc.array(amounts, { minLength: 1, maxLength: 100 }), (of) => {
        const lines = of.map(({ net, vatBasisPoints }) => ({
          net,
          vatBasisPoints,
          vat: Math.round((net * vatBasisPoints) / 10_000),
          vatCategory: vatBasisPoints > 0 ? ('S' as const) : ('E' as const),
        }));
        const [totals, rates] = [totalsOf(lines), byVat(lines)];
        expect(totals.total).toBe(lines.reduce((sum, { net, vat }) => sum + net + vat, 0));
        expect(totalsOf(rates)).toEqual(totals);
        expect(new Set(rates.map(({ vatBasisPoints }) => vatBasisPoints)).size).toBe(rates.length);
      }),
    );
  });
});
