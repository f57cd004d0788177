import { DEFAULT_REFUND_LADDER } from '@digilist/contracts';
import fc from 'fast-check';
import { type Ending, ladderProblems, refundOf, settle, termsAt } from './refund-ladder.js';

const START = new Date('2026-12-01T17:00:00Z');
const HOUR = 3_600_000;
const before = (ms: number, start = START) => new Date(start.getTime() - ms);
const percentAt = (ms: number) => {
  const { percent, fee } = termsAt(DEFAULT_REFUND_LADDER, START, before(ms));
  return [percent, fee];
};

describe('the ladder of a tenant that has said nothing', () => {
  it.each([
    ['a minute more than 168 hours', 168 * HOUR + 60_000, [100, 0]],
    ['168 hours', 168 * HOUR, [75, 5_000]],
    ['a minute less than 168 hours', 168 * HOUR - 60_000, [75, 5_000]],
    ['72 hours', 72 * HOUR, [75, 5_000]],
    ['a minute less than 72 hours', 72 * HOUR - 60_000, [50, 10_000]],
    ['24 hours', 24 * HOUR, [50, 10_000]],
    ['a minute less than 24 hours', 24 * HOUR - 60_000, [0, 0]],
    ['the start', 0, [0, 0]],
    ['an hour after the start', -HOUR, [0, 0]],
  ])('at %s', (_, left, expected) => expect(percentAt(left)).toEqual(expected));

  it('counts hours as they pass, also over the nights on which the clocks are changed', () => {
    // 24 hours on the wall are 23 and 25 that pass.
    const [spring, autumn] = [new Date('2026-03-29T10:00:00+02:00'), new Date('2026-10-25T10:00:00+01:00')];
    const at = (start: Date, now: string) => termsAt(DEFAULT_REFUND_LADDER, start, new Date(now)).percent;
    expect(at(spring, '2026-03-28T10:00:00+01:00')).toBe(0);
    expect(at(spring, '2026-03-28T09:00:00+01:00')).toBe(50);
    expect(at(autumn, '2026-10-24T10:00:00+02:00')).toBe(50);
    expect(at(autumn, '2026-10-24T11:00:00+02:00')).toBe(50);
    expect(at(autumn, '2026-10-24T11:01:00+02:00')).toBe(0);
  });

  it('says until when it stays like this', () => {
    expect(termsAt(DEFAULT_REFUND_LADDER, START, before(100 * HOUR)).until).toEqual(before(72 * HOUR));
    expect(termsAt(DEFAULT_REFUND_LADDER, START, before(HOUR)).until).toBeNull();
  });
});

describe('what is given back', () => {
  it('is the percentage less the fee, rounded half up, and never less than nothing', () => {
    expect(refundOf(100_000, { percent: 75, fee: 5_000 })).toBe(70_000);
    expect(refundOf(33, { percent: 50, fee: 0 })).toBe(17);
    expect(refundOf(12_000, { percent: 50, fee: 10_000 })).toBe(0);
  });

  it('and what is kept are together what was paid, for every price, ladder and time', () => {
    const steps = fc.array(
      fc.record({
        hours: fc.integer({ min: 0, max: 400 }),
        percent: fc.integer({ min: 0, max: 100 }),
        fee: fc.nat({ max: 1_000_000 }),
      }),
      { maxLength: 5 },
    );
    const endings = fc.constantFrom<Ending>(
      { to: 'cancelled', by: 'booker', from: 'confirmed' },
      { to: 'cancelled', by: 'booker', from: 'awaiting_approval' },
      { to: 'cancelled', by: 'municipality', from: 'confirmed' },
      { to: 'rejected', by: null, from: 'awaiting_approval' },
      { to: 'expired', by: null, from: 'awaiting_payment' },
    );
    fc.assert(
      fc.property(
        fc.nat({ max: 10_000_000 }),
        steps,
        endings,
        fc.integer({ min: -50, max: 500 }),
        (paid, ladder, ending, hours) => {
          const booking = { paymentPolicy: 'PAY_AND_CONFIRM', total: paid, startsAt: START } as const;
          const settled = settle(ending, booking, [], paid, ladder, before(hours * HOUR));
          expect(settled.refund + settled.kept).toBe(paid);
          expect(settled.refund).toBeGreaterThanOrEqual(0);
          expect(settled.kept).toBeGreaterThanOrEqual(0);
          if (ending.by !== 'booker' || ending.from !== 'confirmed') expect(settled.refund).toBe(paid);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('of what is invoiced is what need not be paid', () => {
    const booking = { paymentPolicy: 'INVOICE', total: 100_000, startsAt: START } as const;
    const cancelled = { to: 'cancelled', by: 'booker', from: 'confirmed' } as const;
    const at = (hours: number) => settle(cancelled, booking, [], 0, DEFAULT_REFUND_LADDER, before(hours * HOUR));
    expect(at(100)).toMatchObject({ refund: 0, kept: 30_000, percent: 75, fee: 5_000 });
    expect(at(200)).toMatchObject({ refund: 0, kept: 0 });
    expect(settle({ ...cancelled, by: 'municipality' }, booking, [], 0, DEFAULT_REFUND_LADDER, before(HOUR)).kept).toBe(
      0,
    );
    const applied = { ...cancelled, from: 'awaiting_approval' } as const;
    expect(settle(applied, booking, [], 0, DEFAULT_REFUND_LADDER, before(HOUR)).kept).toBe(0);
  });
});

describe('a ladder', () => {
  it('goes down, in hours and in what is given back', () => {
    expect(ladderProblems(DEFAULT_REFUND_LADDER)).toEqual([]);
    expect(
      ladderProblems([
        { hours: 24, percent: 50, fee: 0 },
        { hours: 48, percent: 75, fee: 0 },
      ]).map(({ path, code }) => [path, code]),
    ).toEqual([
      ['steps.1.hours', 'ORDER'],
      ['steps.1.percent', 'RISES'],
    ]);
    expect(
      ladderProblems([
        { hours: 24, moreThan: true, percent: 100, fee: 0 },
        { hours: 24, percent: 50, fee: 0 },
      ]),
    ).toEqual([]);
  });

  it('is the worst of now and of every time that was given up, and never better than without moving', () => {
    const paid = { paymentPolicy: 'PAY_AND_CONFIRM', total: 100_000, startsAt: START } as const;
    const cancelled = { to: 'cancelled', by: 'booker', from: 'confirmed' } as const;
    const now = before(300 * HOUR);
    const moved = (hours: number) => ({ startsAt: new Date(now.getTime() + hours * HOUR), at: now });
    const percent = (...moves: ReturnType<typeof moved>[]) =>
      settle(cancelled, paid, moves, 100_000, DEFAULT_REFUND_LADDER, now).percent;
    expect([percent(), percent(moved(200)), percent(moved(100)), percent(moved(200), moved(12), moved(50))]).toEqual([
      100, 100, 75, 0,
    ]);
  });
});
