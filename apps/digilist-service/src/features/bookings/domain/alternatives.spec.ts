import fc from 'fast-check';
import { alternativesIn } from './alternatives.js';

const GRID = { stepMinutes: 30, timezone: 'Europe/Oslo' };
const minute = (text: string) => Date.parse(`2026-12-01T${text}:00Z`) / 60_000;
const free = (...times: string[]) => times.map(minute);
const shown = (spans: [number, number][]) => spans.map(([from]) => new Date(from * 60_000).toISOString().slice(11, 16));

describe('alternatives to a taken time', () => {
  const wanted = { from: minute('17:00'), until: minute('19:00') };

  it('are the nearest of the same length, one from each gap', () => {
    const spans = free('06:00', '08:00', '09:00', '17:30', '19:30', '22:00');
    expect(shown(alternativesIn(spans, wanted, GRID))).toEqual(['15:30', '19:30', '06:00']);
  });

  it('start on the grid of the listing', () => {
    expect(shown(alternativesIn(free('19:10', '22:00'), wanted, GRID))).toEqual(['19:30']);
    expect(shown(alternativesIn(free('19:10', '21:20'), wanted, GRID))).toEqual([]);
  });

  it('are none where every gap is too short', () => {
    expect(alternativesIn(free('19:00', '20:30'), wanted, GRID)).toEqual([]);
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
        const found = alternativesIn(spans, want, GRID);
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
