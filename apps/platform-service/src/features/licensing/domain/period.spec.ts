import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { anchoredPeriodAt, periodAt, periodNamed } from './period.js';

const OSLO = 'Europe/Oslo';

describe('a period', () => {
  test.each([
    ['month', '2026-10-31T22:59:59Z', '2026-10', '2026-09-30T22:00:00Z', '2026-10-31T23:00:00Z'],
    ['month', '2026-10-31T23:00:00Z', '2026-11', '2026-10-31T23:00:00Z', '2026-11-30T23:00:00Z'],
    ['month', '2026-12-31T23:30:00Z', '2027-01', '2026-12-31T23:00:00Z', '2027-01-31T23:00:00Z'],
    ['year', '2026-12-31T22:59:59Z', '2026', '2025-12-31T23:00:00Z', '2026-12-31T23:00:00Z'],
    // 29 March 2026 has 23 hours in Oslo, 25 October has 25.
    ['day', '2026-03-29T12:00:00Z', '2026-03-29', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['day', '2026-10-25T12:00:00Z', '2026-10-25', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    ['day', '2028-02-29T12:00:00Z', '2028-02-29', '2028-02-28T23:00:00Z', '2028-02-29T23:00:00Z'],
  ] as const)('of a %s at %s is %s on the clock of Oslo', (period, now, key, startsAt, endsAt) => {
    expect(periodAt(period, new Date(now), OSLO)).toEqual({
      key,
      startsAt: new Date(startsAt),
      endsAt: new Date(endsAt),
    });
  });

  test('without an end counts for ever', () => {
    expect(periodAt('total', new Date(), OSLO)).toEqual({ key: 'total', startsAt: new Date(0), endsAt: null });
  });

  test('takes in its instant, and the next one begins where it ends', () => {
    const instant = fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });
    const where = fc.constantFrom(OSLO, 'UTC', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland');
    fc.assert(
      fc.property(instant, where, fc.constantFrom('day', 'month', 'year'), (now, timezone, period) => {
        const { key, startsAt, endsAt } = periodAt(period, now, timezone);
        expect(startsAt <= now && now < (endsAt as Date)).toBe(true);
        expect(periodAt(period, startsAt, timezone).key).toBe(key);
        expect(periodAt(period, endsAt as Date, timezone).startsAt).toEqual(endsAt);
      }),
      { numRuns: 500 },
    );
  });

  test('may be named by a product whose clock runs a little apart, and by no other', () => {
    const justAfter = new Date('2026-10-31T23:00:10Z');
    expect(periodNamed('2026-10', 'month', justAfter, OSLO)?.key).toBe('2026-10');
    expect(periodNamed('2026-11', 'month', justAfter, OSLO)?.key).toBe('2026-11');
    expect(periodNamed('2026-12', 'month', justAfter, OSLO)).toBeNull();
    expect(periodNamed('2026-10', 'month', new Date('2026-11-01T12:00:00Z'), OSLO)).toBeNull();
    expect(periodNamed(undefined, 'month', justAfter, OSLO)?.key).toBe('2026-11');
  });
});

describe('the period of a subscription', () => {
  const ends = (anchor: string, now: string, every: 'month' | 'year' = 'month') =>
    anchoredPeriodAt(new Date(anchor), every, new Date(now), OSLO).endsAt.toISOString();

  test('that began on the 31st ends on the last day of a short month, and on the 31st again after it', () => {
    expect(ends('2027-01-31T09:00:00Z', '2027-02-01T00:00:00Z')).toBe('2027-02-28T09:00:00.000Z');
    expect(ends('2027-01-31T09:00:00Z', '2027-03-01T00:00:00Z')).toBe('2027-03-31T08:00:00.000Z');
    expect(ends('2028-01-31T09:00:00Z', '2028-02-01T00:00:00Z')).toBe('2028-02-29T09:00:00.000Z');
  });

  test('of a year that began on a leap day ends on 28 February, and on the 29th in a leap year', () => {
    expect(ends('2028-02-29T11:00:00Z', '2028-03-01T00:00:00Z', 'year')).toBe('2029-02-28T11:00:00.000Z');
    expect(ends('2028-02-29T11:00:00Z', '2031-06-01T00:00:00Z', 'year')).toBe('2032-02-29T11:00:00.000Z');
  });

  test('keeps its hour on the clock of the tenant across summer time', () => {
    expect(ends('2026-03-15T10:00:00Z', '2026-03-16T00:00:00Z')).toBe('2026-04-15T09:00:00.000Z');
  });

  test('does not drift in ten years: each period begins where the last one ended, on the anchor’s day or the month’s last', () => {
    const anchors = fc.date({ min: new Date('2024-01-01'), max: new Date('2028-12-31'), noInvalidDate: true });
    const where = fc.constantFrom(OSLO, 'UTC', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland');
    fc.assert(
      fc.property(anchors, where, fc.constantFrom('month', 'year'), (anchor, timezone, every) => {
        const dayOf = (instant: Date) =>
          Number(new Intl.DateTimeFormat('en-US', { timeZone: timezone, day: 'numeric' }).format(instant));
        let { startsAt, endsAt } = anchoredPeriodAt(anchor, every, anchor, timezone);
        expect(startsAt).toEqual(anchor);
        for (let turn = 1; turn <= (every === 'month' ? 120 : 10); turn++) {
          const next = anchoredPeriodAt(anchor, every, endsAt, timezone);
          expect(next.startsAt).toEqual(endsAt);
          expect(anchoredPeriodAt(anchor, every, new Date(next.endsAt.getTime() - 1), timezone)).toEqual(next);
          const days = (next.endsAt.getTime() - next.startsAt.getTime()) / 86_400_000;
          expect(Math.round(days)).toBeGreaterThanOrEqual(every === 'month' ? 28 : 365);
          expect(Math.round(days)).toBeLessThanOrEqual(every === 'month' ? 31 : 366);
          const [day, wanted] = [dayOf(next.endsAt), dayOf(anchor)];
          if (day !== wanted) expect([28, 29, 30]).toContain(day);
          if (wanted <= 28) expect(day).toBe(wanted);
          ({ startsAt, endsAt } = next);
        }
      }),
      { numRuns: 25 },
    );
  });
});
