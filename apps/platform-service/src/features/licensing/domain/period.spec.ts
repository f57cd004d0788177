import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { periodAt, periodNamed } from './period.js';

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
