import fc from 'fast-check';
import type { Claim } from '../../listings/index.js';
import { type Busy, bookableTime, freeTime } from './free-time.js';
import { covers } from './intervals.js';
import { packBusy, unpackBusy } from './packed-busy.js';

const runs = { numRuns: 500, seed: 20261122 };
const claim = (change: Partial<Claim> = {}): Claim => ({
  atomId: 'hall',
  exclusive: true,
  stock: 1,
  quantity: 1,
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  ...change,
});
const balls = (quantity: number) => claim({ atomId: 'balls', exclusive: false, stock: 3, quantity });
const taken = (from: number, until: number, quantity = 1): Busy => ({ from, until, buffer: false, quantity });
const only = (busy: readonly Busy[]) => () => busy;

const stays = fc
  .array(fc.tuple(fc.nat({ max: 90 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 3 })), {
    maxLength: 10,
  })
  .map((all) => all.map(([from, size, quantity]) => taken(from, from + size, quantity)));

describe('free time', () => {
  it('of a zone is what is free on all of its atoms', () => {
    const thirds = ['a', 'b', 'c'].map((atomId) => claim({ atomId }));
    const busy: Record<string, Busy[]> = { a: [taken(10, 20)], c: [taken(30, 40)] };
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
    const bookingRules = {
      stepMinutes: 30,
      minDurationMinutes: 30,
      maxDurationMinutes: 60,
      leadMinutes: 60,
      horizonDays: 1,
    };
    expect(bookableTime([0, 5000], { bookingRules }, 100)).toEqual([160, 1540]);
  });
});

describe('packed busy time', () => {
  it('is unpacked to what was packed', () => {
    const start = fc.integer({ min: 15_778_080, max: 60_000_000 });
    const stay = fc.tuple(
      start,
      fc.integer({ min: 1, max: 576_000 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 100_000 }),
    );
    fc.assert(
      fc.property(fc.array(stay, { minLength: 1, maxLength: 5 }), fc.boolean(), (stays, counted) => {
        const all = stays.map(([from, size, buffer, quantity]) => ({
          from,
          until: from + size,
          buffer,
          quantity: counted ? quantity : 1,
        }));
        const quantities = counted ? `:{${all.map(({ quantity }) => quantity)}}` : '';
        const busy = unpackBusy(`first:{1};atom:{${all.map(packBusy)}}${quantities}`).get('atom');
        return JSON.stringify(busy) === JSON.stringify(all);
      }),
      runs,
    );
  });

  it('is nothing where nobody has anything', () => expect(unpackBusy(null).size).toBe(0));
});
