import fc from 'fast-check';
import { covers, freeTime } from '../../calendar/index.js';
import type { Claim } from '../../listings/index.js';
import { type Occupant, obstaclesTo } from './occupation.js';

const claim = (atomId: string, more: Partial<Claim> = {}): Claim => ({
  atomId,
  atomNumber: Number(atomId),
  exclusive: true,
  stock: 1,
  quantity: 1,
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  ...more,
});
const occupant = (atomId: string, from: number, until: number, more: Partial<Occupant> = {}): Occupant => ({
  atomId,
  from,
  until,
  buffer: false,
  quantity: 1,
  kind: 'BOOKING',
  bookingId: null,
  holdId: null,
  blockId: null,
  userId: null,
  onBehalfOfOrgId: null,
  ...more,
});
const found = (claims: Claim[], occupants: Occupant[], quantity = 1) =>
  obstaclesTo(claims, quantity, occupants, { from: 60, until: 120 }).map(
    ({ reason, atoms, left }) => `${reason} ${atoms.join('+')} ${left}`,
  );

describe('what stands in the way', () => {
  it('is whoever is there, by the parts that are taken', () => {
    expect(found([claim('1'), claim('2')], [occupant('2', 0, 61), occupant('1', 120, 180)])).toEqual([
      'occupied 2 null',
    ]);
  });

  it('is the buffer of somebody, and the own one around somebody', () => {
    expect(found([claim('1')], [occupant('1', 110, 130, { buffer: true })])).toEqual(['occupied 1 null']);
    const buffered = claim('1', { bufferBeforeMinutes: 30, bufferAfterMinutes: 15 });
    expect(found([buffered], [occupant('1', 0, 31)])).toEqual(['occupied 1 null']);
    expect(found([buffered], [occupant('1', 134, 200)])).toEqual(['occupied 1 null']);
    expect(found([buffered], [occupant('1', 0, 30), occupant('1', 135, 200)])).toEqual([]);
    expect(found([buffered], [occupant('1', 20, 60, { buffer: true })])).toEqual([]);
  });

  it('is too little stock at one instant, and how many are left then', () => {
    const counted = claim('3', { exclusive: false, stock: 5, quantity: 3 });
    const out = [occupant('3', 0, 90, { quantity: 2 }), occupant('3', 90, 200, { quantity: 2 })];
    expect(found([counted], out, 3)).toEqual([]);
    expect(found([counted], [...out, occupant('3', 80, 95)], 3)).toEqual(['stock 3 2']);
  });

  it('of a package is named part by part, and what is left is counted in packages', () => {
    const balls = claim('3', { exclusive: false, stock: 10, quantity: 6 });
    const out = [occupant('3', 60, 120, { quantity: 5 }), occupant('1', 60, 120)];
    expect(found([claim('1'), balls], out, 2)).toEqual(['occupied 1 null', 'stock 3 1']);
  });

  it('is something exactly when the calendar does not show the time as free', () => {
    const claims = fc.array(
      fc.record({
        atomId: fc.constantFrom('1', '2', '3'),
        counted: fc.boolean(),
        quantity: fc.integer({ min: 1, max: 3 }),
        before: fc.nat({ max: 30 }),
        after: fc.nat({ max: 30 }),
      }),
      { minLength: 1, maxLength: 3 },
    );
    const occupants = fc.array(
      fc.record({
        atomId: fc.constantFrom('1', '2', '3'),
        from: fc.nat({ max: 200 }),
        length: fc.integer({ min: 1, max: 80 }),
        buffer: fc.boolean(),
        quantity: fc.integer({ min: 1, max: 3 }),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(claims, occupants, (wanted, there) => {
        const unique = [...new Map(wanted.map((each) => [each.atomId, each])).values()];
        const asked = unique.map(({ atomId, counted, quantity, before, after }) =>
          counted
            ? claim(atomId, { exclusive: false, stock: 4, quantity })
            : claim(atomId, { bufferBeforeMinutes: before, bufferAfterMinutes: after }),
        );
        const counted = new Set(asked.filter(({ exclusive }) => !exclusive).map(({ atomId }) => atomId));
        const rows = there.map(({ atomId, from, length, buffer, quantity }) =>
          occupant(atomId, from, from + length, { buffer: buffer && !counted.has(atomId), quantity }),
        );
        const free = freeTime([0, 1000], asked, (atom) => rows.filter(({ atomId }) => Number(atomId) === atom));
        const obstacles = obstaclesTo(asked, 1, rows, { from: 60, until: 120 });
        expect(obstacles.length === 0).toBe(covers(free, 60, 120));
      }),
      { numRuns: 500 },
    );
  });
});
