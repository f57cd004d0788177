import { DEFAULT_BOOKING_RULES } from '@digilist/contracts';
import fc from 'fast-check';
import { alternativesIn } from './alternatives.js';
import type { Opened } from './units.js';

const listing: Parameters<typeof alternativesIn>[0] = {
  bookingModel: 'TIME_RANGE',
  opening: [
    {
      kind: 'weekly',
      weekdays: [1, 2, 3, 4, 5, 6, 7],
      opens: 480,
      closes: 1320,
      firstDay: null,
      lastDay: null,
      note: null,
    },
  ],
  timezone: 'Europe/Oslo',
  slotMinutes: null,
  checkIn: 0,
  checkOut: 1440,
  components: [],
  bookingRules: { ...DEFAULT_BOOKING_RULES, stepMinutes: 30 },
};
const never = () => false;
const alternatives = (free: number[], wanted: { from: number; until: number }, more: Partial<Opened> = {}) =>
  alternativesIn({ ...listing, ...more }, never, free, wanted);
const minute = (text: string) => Date.parse(`2026-12-01T${text}:00Z`) / 60_000;
const free = (...times: string[]) => times.map(minute);
const shown = (spans: [number, number][]) => spans.map(([from]) => new Date(from * 60_000).toISOString().slice(11, 16));

describe('alternatives to a taken time', () => {
  const wanted = { from: minute('17:00'), until: minute('19:00') };

  it('are the nearest of the same length, one from each gap', () => {
    const spans = free('06:00', '08:00', '09:00', '17:30', '19:30', '22:00');
    expect(shown(alternatives(spans, wanted))).toEqual(['15:30', '19:30', '06:00']);
  });

  it('start on the grid of the listing', () => {
    expect(shown(alternatives(free('19:10', '22:00'), wanted))).toEqual(['19:30']);
    expect(shown(alternatives(free('19:10', '21:20'), wanted))).toEqual([]);
  });

  it('are none where every gap is too short', () => {
    expect(alternatives(free('19:00', '20:30'), wanted)).toEqual([]);
  });

  it('are as many slots in a row, also several of one gap, and never between two of them', () => {
    // Open from 7 to 21 UTC: slots begin on the full hour and on twenty minutes to and past it.
    const slots = { bookingModel: 'SLOT', slotMinutes: 40 } as const;
    const two = { from: minute('17:00'), until: minute('18:20') };
    expect(shown(alternatives(free('07:00', '16:30', '17:40', '21:00'), two, slots))).toEqual([
      '17:40',
      '18:20',
      '15:00',
    ]);
  });

  it('are whole days from check-in to check-out where that is booked', () => {
    const nights = { bookingModel: 'ALL_DAY', checkIn: 15 * 60, checkOut: 11 * 60 } as const;
    const at = (text: string) => Date.parse(text) / 60_000;
    const two = { from: at('2026-12-01T15:00+01:00'), until: at('2026-12-03T11:00+01:00') };
    const spans = [at('2026-12-02T12:00+01:00'), at('2026-12-06T00:00+01:00')];
    expect(alternatives(spans, two, nights)).toEqual([
      [at('2026-12-02T15:00+01:00'), at('2026-12-04T11:00+01:00')],
      [at('2026-12-03T15:00+01:00'), at('2026-12-05T11:00+01:00')],
    ]);
  });

  it('always lie in a gap, keep the length and are at most three', () => {
    const gap = fc.tuple(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 1, max: 600 }));
    fc.assert(
      fc.property(fc.array(gap, { maxLength: 8 }), fc.integer({ min: 1, max: 20 }), (gaps, halfHours) => {
        let at = minute('00:00');
        const spans = gaps.flatMap(([pause, length]) => {
          const from = at + pause + 1;
          at = from + length;
          return [from, at];
        });
        const want = { from: minute('12:00'), until: minute('12:00') + halfHours * 30 };
        const found = alternatives(spans, want);
        expect(found.length).toBeLessThanOrEqual(3);
        for (const [from, until] of found) {
          expect(until - from).toBe(halfHours * 30);
          expect(spans.some((start, i) => i % 2 === 0 && start <= from && until <= (spans[i + 1] as number))).toBe(
            true,
          );
        }
      }),
    );
  });
});
