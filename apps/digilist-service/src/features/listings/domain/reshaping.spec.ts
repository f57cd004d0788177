import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Occupant, planMoves, shiftsBetween, type Taken } from './reshaping.js';

const occupant = (id: string, zoneId: string, startsAt: number, endsAt: number, buffer = 0): Occupant => ({
  id,
  kind: 'BOOKING',
  zoneId,
  atomIds: ['before', '1', '2'],
  startsAt,
  endsAt,
  outerStart: startsAt - buffer,
  outerEnd: endsAt + buffer,
});
const taken = (occupantId: string, atomId: string, startsAt: number, endsAt: number, buffer = false): Taken => ({
  occupantId,
  kind: 'BOOKING',
  atomId,
  startsAt,
  endsAt,
  buffer,
});
const shift = (zoneId: string, gained: string[], lost: string[] = []) => ({
  zoneId,
  before: ['before', ...lost],
  gained,
  lost,
});

describe('what a zone gains and loses', () => {
  it('is told for zones that are there before and after, and change', () => {
    const before = new Map([
      ['same', ['1']],
      ['moves', ['1', '2']],
      ['goes', ['3']],
    ]);
    const after = new Map([
      ['same', ['1']],
      ['moves', ['2', '3']],
      ['comes', ['4']],
    ]);
    expect(shiftsBetween(before, after)).toEqual([{ zoneId: 'moves', before: ['1', '2'], gained: ['3'], lost: ['1'] }]);
  });
});

describe('a collision', () => {
  it('is two who would have an atom at the same time, of whom one is new there', () => {
    const { collisions } = planMoves(
      [shift('z', ['1'])],
      [occupant('new', 'z', 0, 10)],
      [taken('there', '1', 5, 15), taken('later', '1', 10, 20)],
    );
    expect(collisions).toHaveLength(1);
    expect(collisions[0]?.parties.map(({ id }) => id)).toEqual(['new', 'there']);
  });

  it('is not with what the other gives back at the same time', () => {
    const shifts = [shift('a', ['2'], ['1']), shift('b', ['1'], ['2'])];
    const occupants = [occupant('x', 'a', 0, 10), occupant('y', 'b', 0, 10)];
    const plan = planMoves(shifts, occupants, [taken('x', '1', 0, 10), taken('y', '2', 0, 10)]);
    expect(plan.collisions).toEqual([]);
    expect(plan.moves.map(({ occupant: { id }, gained, lost }) => [id, gained, lost])).toEqual([
      ['x', ['2'], ['1']],
      ['y', ['1'], ['2']],
    ]);
  });

  it('is not with somebody who never had what the zone had', () => {
    const stale = { ...occupant('x', 'z', 0, 10), atomIds: ['another'] };
    expect(planMoves([shift('z', ['1'])], [stale], [taken('there', '1', 0, 10)])).toEqual({
      moves: [],
      collisions: [],
    });
  });

  it('is between two who are both new', () => {
    const plan = planMoves(
      [shift('a', ['1']), shift('b', ['1'])],
      [occupant('x', 'a', 0, 10), occupant('y', 'b', 9, 12)],
      [],
    );
    expect(plan.collisions).toHaveLength(1);
  });

  it('is with a buffer, but not between two buffers', () => {
    const wish = [occupant('new', 'z', 10, 20, 5)];
    const at = (from: number, until: number, buffer: boolean) =>
      planMoves([shift('z', ['1'])], wish, [taken('there', '1', from, until, buffer)]).collisions.length;
    expect([at(20, 25, true), at(20, 25, false), at(18, 22, true), at(25, 30, false)]).toEqual([0, 1, 1, 0]);
  });

  it('is found exactly where a naive look at all pairs finds one', () => {
    const time = fc.tuple(fc.nat({ max: 20 }), fc.integer({ min: 1, max: 6 }));
    const property = fc.property(
      fc.array(fc.tuple(time, fc.nat({ max: 2 })), { maxLength: 12 }),
      fc.array(fc.tuple(time, fc.nat({ max: 2 }), fc.boolean()), { maxLength: 12 }),
      (wanted, there) => {
        const occupants = wanted.map(([[at, length], buffer], n) => occupant(`new-${n}`, 'z', at, at + length, buffer));
        const standing = there.map(([[at, length], atom, buffer], n) =>
          taken(`old-${n}`, String(atom), at, at + length, buffer),
        );
        const found = new Set(
          planMoves(
            [shift('z', ['0', '1'])],
            occupants,
            standing.filter(({ atomId }) => atomId !== '2'),
          ).collisions.map(({ atomId, parties }) => [atomId, ...parties.map(({ id }) => id).sort()].join()),
        );
        const naive = new Set<string>();
        const parts = occupants.flatMap((o) =>
          ['0', '1'].flatMap((atomId) => [
            taken(o.id, atomId, o.outerStart, o.startsAt, true),
            taken(o.id, atomId, o.startsAt, o.endsAt),
            taken(o.id, atomId, o.endsAt, o.outerEnd, true),
          ]),
        );
        for (const a of parts)
          for (const b of [...parts, ...standing]) {
            if (a.occupantId === b.occupantId || a.atomId !== b.atomId || (a.buffer && b.buffer)) continue;
            const overlap =
              a.startsAt < a.endsAt && a.startsAt < b.endsAt && b.startsAt < a.endsAt && b.startsAt < b.endsAt;
            if (overlap) naive.add([a.atomId, ...[a.occupantId, b.occupantId].sort()].join());
          }
        expect(found).toEqual(naive);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
});
