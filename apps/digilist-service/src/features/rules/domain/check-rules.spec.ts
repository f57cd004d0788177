import type { ListingReference } from '../../listings/index.js';
import { checkRules } from './check-rules.js';

const at = (text: string) => Date.parse(text) / 60_000;
const NOW = at('2026-11-23T08:00:00+01:00');
const listing: Pick<ListingReference, 'bookingRules' | 'opening' | 'timezone'> = {
  timezone: 'Europe/Oslo',
  opening: [
    { kind: 'weekly', weekdays: [1, 2, 3, 4, 5], opens: 8 * 60, closes: 22 * 60, firstDay: null, lastDay: null },
  ],
  bookingRules: { stepMinutes: 30, minDurationMinutes: 60, maxDurationMinutes: 240, leadMinutes: 120, horizonDays: 30 },
};
const codes = (from: string, until: string) => checkRules(listing, at(from), at(until), NOW).map(({ code }) => code);

describe('the rules of a booking', () => {
  it.each([
    ['keeps them all', '2026-11-24T18:00:00+01:00', '2026-11-24T20:00:00+01:00', []],
    [
      'may take exactly the opening hours and the shortest notice',
      '2026-11-23T10:00:00+01:00',
      '2026-11-23T14:00:00+01:00',
      [],
    ],
    ['ends after closing time', '2026-11-24T21:00:00+01:00', '2026-11-24T22:30:00+01:00', ['OUTSIDE_OPENING_HOURS']],
    ['lies on a closed day', '2026-11-28T12:00:00+01:00', '2026-11-28T14:00:00+01:00', ['OUTSIDE_OPENING_HOURS']],
    [
      'runs through the night',
      '2026-11-24T21:00:00+01:00',
      '2026-11-25T09:00:00+01:00',
      ['OUTSIDE_OPENING_HOURS', 'TOO_LONG'],
    ],
    ['begins off the grid', '2026-11-24T18:15:00+01:00', '2026-11-24T20:00:00+01:00', ['STEP']],
    ['is too short', '2026-11-24T18:00:00+01:00', '2026-11-24T18:30:00+01:00', ['TOO_SHORT']],
    ['is too long', '2026-11-24T10:00:00+01:00', '2026-11-24T14:30:00+01:00', ['TOO_LONG']],
    ['is too soon', '2026-11-23T09:30:00+01:00', '2026-11-23T11:00:00+01:00', ['TOO_SOON']],
    ['has passed', '2026-11-20T10:00:00+01:00', '2026-11-20T12:00:00+01:00', ['TOO_SOON']],
    ['is too far away', '2027-01-05T10:00:00+01:00', '2027-01-05T12:00:00+01:00', ['TOO_FAR']],
  ])('a booking that %s', (_, from, until, expected) => expect(codes(from, until)).toEqual(expected));

  it('reports everything that is broken at once', () => {
    expect(codes('2026-11-22T23:10:00+01:00', '2026-11-22T23:20:00+01:00')).toEqual([
      'OUTSIDE_OPENING_HOURS',
      'STEP',
      'STEP',
      'TOO_SHORT',
      'TOO_SOON',
    ]);
  });

  it('reads the grid off the wall, also when it stands between the hours of UTC', () => {
    const kathmandu = { ...listing, timezone: 'Asia/Kathmandu' };
    expect(checkRules(kathmandu, at('2026-11-24T10:00:00+05:45'), at('2026-11-24T11:00:00+05:45'), NOW)).toEqual([]);
  });

  it('says what would be allowed', () => {
    const [violation] = checkRules(listing, at('2026-11-23T09:00:00+01:00'), at('2026-11-23T10:00:00+01:00'), NOW);
    expect(violation).toEqual({ code: 'TOO_SOON', path: 'startsAt', values: { earliest: '2026-11-23T09:00:00.000Z' } });
  });
});
