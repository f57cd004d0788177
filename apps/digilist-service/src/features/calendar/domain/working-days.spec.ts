import { DEFAULT_BOOKING_RULES } from '@digilist/contracts';
import { bookingWindow } from './booking-window.js';
import { endOfWorkingDay } from './working-days.js';

const at = (text: string) => Date.parse(text) / 60_000;
const shown = (minute: number) => new Date(minute * 60_000).toISOString();
const OSLO = 'Europe/Oslo';

describe('working days', () => {
  it.each([
    ['none: today', '2026-11-27T15:00:00+01:00', 0, '2026-11-27T15:00:00.000Z'],
    ['one, over a weekend', '2026-11-27T15:00:00+01:00', 1, '2026-11-30T15:00:00.000Z'],
    ['one, from a Saturday', '2026-11-28T15:00:00+01:00', 1, '2026-11-30T15:00:00.000Z'],
    ['two, over Easter', '2027-03-24T12:00:00+01:00', 2, '2027-03-31T14:00:00.000Z'],
    ['one, over Christmas', '2026-12-24T12:00:00+01:00', 1, '2026-12-28T15:00:00.000Z'],
    ['five, into the other year', '2026-12-30T12:00:00+01:00', 5, '2027-01-07T15:00:00.000Z'],
  ])('%s', (_, now, days, expected) => expect(shown(endOfWorkingDay(OSLO, at(now), days))).toBe(expected));

  it('are those where the listing is', () => {
    const friday = at('2026-11-27T15:00:00+01:00');
    expect(shown(endOfWorkingDay('Pacific/Auckland', friday, 1))).toBe('2026-11-30T03:00:00.000Z');
    expect(shown(endOfWorkingDay('America/New_York', friday, 1))).toBe('2026-11-30T21:00:00.000Z');
  });
});

describe('what may be booked now', () => {
  it('reaches from the later notice to the end of the last local day', () => {
    const bookingRules = { ...DEFAULT_BOOKING_RULES, leadMinutes: 60, leadWorkingDays: 1, horizonDays: 7 };
    const { earliest, latest } = bookingWindow({ bookingRules, timezone: OSLO }, at('2026-10-20T23:50:00+02:00'));
    expect([shown(earliest), shown(latest)]).toEqual(['2026-10-21T14:00:00.000Z', '2026-10-27T23:00:00.000Z']);
  });
});
