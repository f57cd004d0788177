import { DEFAULT_BOOKING_RULES } from '@digilist/contracts';
import fc from 'fast-check';
import type { Claim } from '../../listings/index.js';
import { type Busy, bookableTime, freeTime } from './free-time.js';
import { covers } from './intervals.js';

const runs = { numRuns: 500, seed: 20261122 };
const claim = (change: Partial<Claim> = {}): Claim => ({
  atomId: 'hall',
  atomNumber: 1,
  exclusive: true,
  stock: 1,
  quantity: 1,
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  ...change,
});
const balls = (quantity: number) => claim({ atomId: 'balls', atomNumber: 2, exclusive: false, stock: 3, quantity });
const taken = (from: number, until: number, quantity = 1): Busy => ({ from, until, buffer: false, quantity });
const only = (busy: readonly Busy[]) => () => busy;

const stays = fc
  .array(fc.tuple(fc.nat({ max: 90 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 3 })), {
    maxLength: 10,
  })
  .map((all) => all.map(([from, size, quantity]) => taken(from, from + size, quantity)));

describe('free time', () => {
  it('of a zone is what is free on all of its atoms', () => {
    const thirds = [1, 2, 3].map((atomNumber) => claim({ atomNumber }));
    const busy: Record<number, Busy[]> = { 1: [taken(10, 20)], 3: [taken(30, 40)] };
    expect(freeTime([0, 100], thirds, (id) => busy[id] ?? [])).toEqual([0, 10, 20, 30, 40, 100]);
  });

  it('keeps the buffers that a new booking brings off the bookings that are there', () => {
    const buffers = { bufferBeforeMinutes: 5, bufferAfterMinutes: 10 };
    expect(freeTime([0, 100], [claim(buffers)], only([taken(40, 60)]))).toEqual([0, 30, 65, 100]);
  });

  it('lets buffers overlap each other, but no booking overlap a buffer', () => {
    const buffers = { bufferBeforeMinutes: 10, bufferAfterMinutes: 0 };
    const busy = [taken(40, 60), { ...taken(30, 40), buffer: true }];
    expect(freeTime([0, 100], [claim(buffers)], only(busy))).toEqual([0, 30, 70, 100]);
  });

  it('of counted units looks at the load of each instant, not at everything that touches the window', () => {
    const busy = [taken(0, 10, 2), taken(10, 20, 2)];
    expect(freeTime([0, 20], [balls(1)], only(busy))).toEqual([0, 20]);
    expect(freeTime([0, 20], [balls(2)], only(busy))).toEqual([]);
  });

  it('is nothing for more than there are', () => {
    expect(freeTime([0, 20], [balls(4)], only([]))).toEqual([]);
  });

  it('is exactly the times at which a brute-force look at the calendar finds room', () => {
    fc.assert(
      fc.property(
        stays,
        fc.nat({ max: 6 }),
        fc.nat({ max: 6 }),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.nat({ max: 90 }),
        fc.integer({ min: 1, max: 12 }),
        (busy, before, after, quantity, exclusive, from, size) => {
          const until = from + size;
          const buffers = { bufferBeforeMinutes: before, bufferAfterMinutes: after };
          const free = freeTime([0, 120], [exclusive ? claim(buffers) : balls(quantity)], only(busy));
          const clashes = busy.some((b) => b.from < until + after && from - before < b.until);
          const fullAt = (m: number) =>
            busy.reduce((load, b) => load + (b.from <= m && m < b.until ? b.quantity : 0), 0) + quantity > 3;
          const room = exclusive ? !clashes : !Array.from({ length: size }, (_, n) => from + n).some(fullAt);
          return covers(free, from, until) === room;
        },
      ),
      runs,
    );
  });

  it('shows only what may be booked now: after the notice and within the horizon', () => {
    const bookingRules = { ...DEFAULT_BOOKING_RULES, leadMinutes: 60, horizonDays: 1 };
    expect(bookableTime([0, 5000], { bookingRules, timezone: 'UTC' }, 100)).toEqual([160, 2880]);
    expect(bookableTime([0, 5000], { bookingRules, timezone: 'Europe/Oslo' }, 100)).toEqual([160, 2820]);
  });
});
