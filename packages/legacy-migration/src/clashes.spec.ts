import { describe, expect, it } from '@jest/globals';
import { losers, type TimeClaim } from './clashes.js';
import { dice } from './fixture/random.js';

const HOUR = 3_600_000;
const claim = (key: string, from: number, to: number, more: Partial<TimeClaim> = {}): TimeClaim => ({
  key,
  atoms: ['a'],
  from: from * HOUR,
  to: to * HOUR,
  quantity: 1,
  confirmedAt: 0,
  madeAt: 0,
  ...more,
});

describe('of claims to one time', () => {
  it('the one that was confirmed first has it, and those that only touch it lose nothing', () => {
    const claims = [
      claim('late', 10, 12, { confirmedAt: 2 }),
      claim('early', 11, 13, { confirmedAt: 1 }),
      claim('after', 13, 14),
    ];
    expect(losers(claims, null)).toEqual(new Map([['late', 'early']]));
  });

  it('one that was never confirmed gives way to all that were, however early it was made', () => {
    const claims = [
      claim('asked', 10, 12, { confirmedAt: null, madeAt: -5 }),
      claim('confirmed', 10, 12, { confirmedAt: 9 }),
    ];
    expect(losers(claims, null)).toEqual(new Map([['asked', 'confirmed']]));
  });

  it('whole and part exclude each other, parts do not', () => {
    const claims = [
      claim('whole', 10, 12, { atoms: ['a', 'b'], confirmedAt: 3 }),
      claim('a', 10, 11, { confirmedAt: 1 }),
      claim('b', 10, 11, { atoms: ['b'], confirmedAt: 2 }),
    ];
    expect([...losers(claims, null).keys()]).toEqual(['whole']);
  });

  it('what loses takes no time from anybody', () => {
    const claims = [
      claim('1', 10, 12, { confirmedAt: 1 }),
      claim('2', 11, 14, { confirmedAt: 2 }),
      claim('3', 12, 14, { confirmedAt: 3 }),
    ];
    expect([...losers(claims, null).keys()]).toEqual(['2']);
  });

  it('a stock is not exceeded at any instant, and used up to its last unit', () => {
    const claims = [
      claim('1', 9, 10),
      claim('2', 10, 11),
      claim('both', 9, 11),
      claim('three', 9, 11, { quantity: 2, confirmedAt: 1 }),
    ];
    expect([...losers(claims, 2).keys()]).toEqual(['three']);
  });

  it('the answer is the same in whatever order they come, nobody overlaps, and nobody lost for nothing', () => {
    for (let round = 0; round < 200; round++) {
      const die = dice(7, 'clashes', round);
      const claims = Array.from({ length: 12 }, (_, at) => {
        const from = die.below(60);
        const atoms = die.pick([['a'], ['b'], ['a', 'b'], ['c']]);
        return claim(String(at), from, from + 1 + die.below(30), {
          atoms,
          confirmedAt: die.chance(0.2) ? null : die.below(5),
          madeAt: die.below(5),
        });
      });
      const lost = losers(claims, null);
      expect(losers([...claims].reverse(), null)).toEqual(lost);
      const meet = (a: TimeClaim, b: TimeClaim) =>
        a.from < b.to && b.from < a.to && a.atoms.some((atom) => b.atoms.includes(atom));
      const kept = claims.filter(({ key }) => !lost.has(key));
      for (const one of kept) expect(kept.filter((other) => other !== one && meet(one, other))).toEqual([]);
      for (const [key, winner] of lost) {
        const [loser, by] = [claims[Number(key)] as TimeClaim, claims[Number(winner)] as TimeClaim];
        expect(kept).toContain(by);
        expect(meet(loser, by)).toBe(true);
      }
    }
  });
});
