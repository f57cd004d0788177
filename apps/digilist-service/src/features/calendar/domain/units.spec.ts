import fc from 'fast-check';
import type { OpeningRule } from '../../listings/index.js';
import type { Spans } from './intervals.js';
import { fitsUnits, type Opened, openTime, unitCount, unitsOf, wholeUnits } from './units.js';

const at = (text: string) => Date.parse(text) / 60_000;
const never = () => false;
const open = (more: Partial<OpeningRule> = {}): OpeningRule => ({
  kind: 'weekly',
  weekdays: [1, 2, 3, 4, 5, 6, 7],
  opens: 8 * 60,
  closes: 22 * 60,
  firstDay: null,
  lastDay: null,
  note: null,
  ...more,
});
const day = (date: string) => Date.parse(`${date}T00:00Z`) / 86_400_000;
const listing = (more: Partial<Opened>): Opened => ({
  bookingModel: 'TIME_RANGE',
  opening: [open()],
  timezone: 'Europe/Oslo',
  slotMinutes: null,
  checkIn: 0,
  checkOut: 1440,
  components: [],
  ...more,
});
const fits = (of: Opened, from: string, until: string) => fitsUnits(of, never, at(from), at(until));
const shown = (spans: Spans) => spans.map((minute) => new Date(minute * 60_000).toISOString().slice(5, 16));
const openOf = (of: Opened, from: string, until: string) => shown(openTime(of, never, at(from), at(until)));
const ALL_DAY = { bookingModel: 'ALL_DAY', opening: [open({ opens: 0, closes: 1440 })] } as const;

describe('slots', () => {
  const slots = listing({ bookingModel: 'SLOT', slotMinutes: 90 });

  it.each([
    ['the first slot', '2026-12-01T08:00+01:00', '2026-12-01T09:30+01:00', true],
    ['two in a row', '2026-12-01T09:30+01:00', '2026-12-01T12:30+01:00', true],
    ['half a slot', '2026-12-01T08:00+01:00', '2026-12-01T08:45+01:00', false],
    ['a slot that begins off the grid', '2026-12-01T08:30+01:00', '2026-12-01T10:00+01:00', false],
    ['what is left after the last slot', '2026-12-01T21:30+01:00', '2026-12-01T22:00+01:00', false],
    ['a time when it is closed', '2026-12-01T06:30+01:00', '2026-12-01T08:00+01:00', false],
    ['slots of two days', '2026-12-01T20:00+01:00', '2026-12-02T09:30+01:00', false],
  ])('%s', (_what, from, until, expected) => expect(fits(slots, from, until)).toBe(expected));

  it('are counted from where each opening begins, also after a break and a blackout', () => {
    const day1 = day('2026-12-01');
    const blackout = open({ kind: 'blackout', opens: 10 * 60, closes: 10 * 60 + 20, firstDay: day1, lastDay: day1 });
    const broken = { ...slots, opening: [open({ closes: 12 * 60 }), open({ opens: 13 * 60 }), blackout] };
    expect(fits(broken, '2026-12-01T08:00+01:00', '2026-12-01T09:30+01:00')).toBe(true);
    expect(fits(broken, '2026-12-01T10:20+01:00', '2026-12-01T11:50+01:00')).toBe(true);
    expect(fits(broken, '2026-12-01T13:00+01:00', '2026-12-01T14:30+01:00')).toBe(true);
    expect(fits(broken, '2026-12-01T09:30+01:00', '2026-12-01T11:00+01:00')).toBe(false);
  });

  it('are real time: there is one more where an hour is repeated, and one less where it is skipped', () => {
    const night = listing({ bookingModel: 'SLOT', slotMinutes: 60, opening: [open({ opens: 0, closes: 1440 })] });
    const on = (date: string) =>
      (unitsOf(night, never, at(`${date}T00:00Z`) - 120, at(`${date}T00:00Z`) + 2880) ?? []).filter(
        (minute, i) => i % 2 === 0 && new Date((minute + 90) * 60_000).toISOString().startsWith(date),
      ).length;
    expect(on('2026-10-24')).toBe(24);
    const whole = (date: string, next: string) => unitsOf(night, never, at(date), at(next))?.length;
    expect(whole('2026-10-25T00:00+02:00', '2026-10-26T00:00+01:00')).toBe(2 * 25);
    expect(whole('2027-03-28T00:00+01:00', '2027-03-29T00:00+02:00')).toBe(2 * 23);
  });

  it('follow each other through midnight where it is open then', () => {
    const night = listing({ bookingModel: 'SLOT', slotMinutes: 60, opening: [open({ opens: 0, closes: 1440 })] });
    expect(fits(night, '2026-12-01T23:00+01:00', '2026-12-02T02:00+01:00')).toBe(true);
  });
});

describe('whole days', () => {
  it.each([
    ['one day', '2026-12-01T00:00+01:00', '2026-12-02T00:00+01:00', true],
    ['three days', '2026-12-01T00:00+01:00', '2026-12-04T00:00+01:00', true],
    ['a day of 25 hours', '2026-10-25T00:00+02:00', '2026-10-26T00:00+01:00', true],
    ['a day of 23 hours', '2027-03-28T00:00+01:00', '2027-03-29T00:00+02:00', true],
    ['24 hours on the day of 25', '2026-10-25T00:00+02:00', '2026-10-25T23:00+01:00', false],
    ['half a day', '2026-12-01T00:00+01:00', '2026-12-01T12:00+01:00', false],
    ['a day of another zone', '2026-12-01T00:00Z', '2026-12-02T00:00Z', false],
  ])('%s', (_what, from, until, expected) => expect(fits(listing(ALL_DAY), from, until)).toBe(expected));

  it('run from check-in to check-out, in the morning after where that is not later', () => {
    const nights = listing({ ...ALL_DAY, checkIn: 15 * 60, checkOut: 11 * 60 });
    expect(fits(nights, '2026-12-01T15:00+01:00', '2026-12-02T11:00+01:00')).toBe(true);
    expect(fits(nights, '2026-12-01T15:00+01:00', '2026-12-04T11:00+01:00')).toBe(true);
    expect(fits(nights, '2026-12-01T15:00+01:00', '2026-12-03T15:00+01:00')).toBe(false);
    expect(unitCount(nights, at('2026-12-01T15:00+01:00'), at('2026-12-04T11:00+01:00'))).toBe(3);
    const days = listing({ ...ALL_DAY, checkIn: 8 * 60, checkOut: 20 * 60 });
    expect(fits(days, '2026-12-01T08:00+01:00', '2026-12-02T20:00+01:00')).toBe(true);
    expect(unitCount(days, at('2026-12-01T08:00+01:00'), at('2026-12-02T20:00+01:00'))).toBe(2);
  });

  it('are open when the day opens at all, nights between two open days too, and shut by any blackout', () => {
    // Closed on Wednesday the second; ten minutes are blacked out on Saturday the fifth.
    const opening = [
      open({ weekdays: [1, 2, 4, 5, 6, 7] }),
      open({ kind: 'blackout', opens: 600, closes: 610, firstDay: day('2026-12-05'), lastDay: day('2026-12-05') }),
    ];
    const nights = listing({ ...ALL_DAY, opening, checkIn: 15 * 60, checkOut: 11 * 60 });
    const [from, until] = [at('2026-11-30T00:00+01:00'), at('2026-12-08T00:00+01:00')];
    const runs = wholeUnits(nights, unitsOf(nights, never, from, until), openTime(nights, never, from, until));
    expect(shown(runs)).toEqual([
      '11-30T14:00',
      '12-02T10:00',
      '12-03T14:00',
      '12-04T10:00',
      '12-05T14:00',
      '12-07T10:00',
    ]);
  });
});

describe('a package', () => {
  it('is open while it and everything it consists of is, each by its own clock', () => {
    const component = { timezone: 'Europe/London', opening: [open({ opens: 10 * 60, closes: 16 * 60 })] };
    const both = listing({ bookingModel: 'PACKAGE', components: [component as never] });
    expect(openOf(both, '2026-12-01T00:00Z', '2026-12-02T00:00Z')).toEqual(['12-01T10:00', '12-01T16:00']);
  });
});

describe('any time', () => {
  const models = fc.constantFrom<Partial<Opened>>(
    { bookingModel: 'SLOT', slotMinutes: 45 },
    { bookingModel: 'SLOT', slotMinutes: 60, opening: [open({ opens: 0, closes: 1440 })] },
    ALL_DAY,
    { ...ALL_DAY, checkIn: 15 * 60, checkOut: 11 * 60 },
    { ...ALL_DAY, checkIn: 8 * 60, checkOut: 20 * 60 },
  );
  const midnight = at('2026-10-23T00:00Z');
  const span = fc.tuple(fc.nat({ max: 4 * 96 }), fc.integer({ min: 1, max: 3 * 96 }));

  it('that fits lies in the runs of whole units, and what lies there in whole units fits', () => {
    fc.assert(
      fc.property(models, span, (more, [start, length]) => {
        const of = listing(more);
        const [from, until] = [midnight + start * 15, midnight + (start + length) * 15];
        const [first, last] = [midnight - 2880, midnight + 9 * 1440];
        const runs = wholeUnits(of, unitsOf(of, never, first, last), openTime(of, never, first, last));
        const within = runs.some((edge, i) => i % 2 === 0 && edge <= from && until <= (runs[i + 1] as number));
        const units = unitsOf(of, never, from, until) ?? [];
        const aligned = units[0] === from && units.at(-1) === until;
        const isOpen = openTime(of, never, from, until);
        const fit = fitsUnits(of, never, from, until) && isOpen[0] === from && isOpen[1] === until;
        expect(fit).toBe(within && aligned);
      }),
    );
  });
});
