import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { dateText, dayOf, type QuotaRule } from '../../listings/index.js';
import { windowsOf } from './quotas.js';

const OSLO = 'Europe/Oslo';
const quota = (period: QuotaRule['period'], more: Partial<QuotaRule> = {}): QuotaRule => ({
  id: period,
  name: { nb: period },
  per: 'person',
  measure: 'bookings',
  most: 1,
  period,
  firstDay: null,
  lastDay: null,
  ...more,
});
const days = (period: QuotaRule['period'], instant: string, timezone = OSLO, more: Partial<QuotaRule> = {}) => {
  const from = Date.parse(instant) / 60_000;
  const [window] = windowsOf({ quotas: [quota(period, more)], timezone }, { from, until: from + 60, behalf: null });
  if (!window) return null;
  return window.firstDay === null || window.lastDay === null
    ? 'whatever has not ended'
    : [dateText(window.firstDay), dateText(window.lastDay)];
};

describe('the period of a quota', () => {
  it.each([
    ['day', '2026-12-31T23:30:00+01:00', ['2026-12-31', '2026-12-31']],
    ['week', '2027-01-03T23:30:00+01:00', ['2026-12-28', '2027-01-03']],
    ['week', '2027-01-04T00:00:00+01:00', ['2027-01-04', '2027-01-10']],
    ['month', '2028-02-29T12:00:00+01:00', ['2028-02-01', '2028-02-29']],
    ['month', '2026-12-31T23:30:00+01:00', ['2026-12-01', '2026-12-31']],
    ['year', '2027-01-01T00:00:00+01:00', ['2027-01-01', '2027-12-31']],
    ['active', '2027-01-01T00:00:00+01:00', 'whatever has not ended'],
  ] as const)('%s of %s', (period, instant, expected) => expect(days(period, instant)).toEqual(expected));

  it('is that of the listing’s own calendar', () => {
    expect(days('day', '2026-12-31T23:30:00Z', 'UTC')).toEqual(['2026-12-31', '2026-12-31']);
    expect(days('day', '2026-12-31T23:30:00Z', OSLO)).toEqual(['2027-01-01', '2027-01-01']);
    expect(days('year', '2026-12-31T23:30:00Z', 'Pacific/Auckland')).toEqual(['2027-01-01', '2027-12-31']);
  });

  it('is a season only on its days, also across New Year', () => {
    const season = { firstDay: dayOf('2026-12-15'), lastDay: dayOf('2027-01-15') };
    expect(days('season', '2027-01-15T23:00:00+01:00', OSLO, season)).toEqual(['2026-12-15', '2027-01-15']);
    expect(days('season', '2027-01-16T00:00:00+01:00', OSLO, season)).toBeNull();
  });

  it('is what a calendar says, on any day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60_000 }), (day) => {
        const date = Temporal.PlainDate.from(dateText(day));
        const instant = date.toZonedDateTime({ timeZone: OSLO, plainTime: '12:00' }).toInstant().toString();
        const monday = date.subtract({ days: date.dayOfWeek - 1 });
        expect(days('week', instant)).toEqual([monday.toString(), monday.add({ days: 6 }).toString()]);
        const first = date.with({ day: 1 });
        expect(days('month', instant)).toEqual([first.toString(), date.with({ day: date.daysInMonth }).toString()]);
      }),
      { numRuns: 500, seed: 20261122 },
    );
  });
});
