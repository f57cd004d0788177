import fc from 'fast-check';
import { atLeast, covers, intersect, length, type Spans, spansOf, subtract } from './intervals.js';

const runs = { numRuns: 500, seed: 20261122 };
const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 })), { maxLength: 12 });
const spans = pairs.map(spansOf);
const minutes = Array.from({ length: 62 }, (_, at) => at);

/** The same thing, minute by minute. */
const has = (set: Spans, minute: number) => {
  for (let at = 0; at < set.length; at += 2)
    if ((set[at] as number) <= minute && minute < (set[at + 1] as number)) return true;
  return false;
};
const sound = (set: Spans) =>
  set.every((edge, at) => at === 0 || edge > (set[at - 1] as number)) && set.length % 2 === 0;

describe('spans of time', () => {
  it('are sorted, apart and not empty, whatever they were made of', () => {
    fc.assert(
      fc.property(pairs, (given) => {
        const made = spansOf(given);
        return (
          sound(made) && minutes.every((m) => has(made, m) === given.some(([from, until]) => from <= m && m < until))
        );
      }),
      runs,
    );
  });

  it('subtract and intersect minute by minute', () => {
    fc.assert(
      fc.property(spans, spans, (a, b) => {
        const rest = subtract(a, b);
        const both = intersect(a, b);
        return (
          sound(rest) &&
          sound(both) &&
          minutes.every((m) => has(rest, m) === (has(a, m) && !has(b, m)) && has(both, m) === (has(a, m) && has(b, m)))
        );
      }),
      runs,
    );
  });

  it('lose nothing: what is taken and what is left add up', () => {
    fc.assert(
      fc.property(spans, spans, (a, b) => length(subtract(a, b)) + length(intersect(a, b)) === length(a)),
      runs,
    );
  });

  it('cover an interval when every minute of it is in one of them', () => {
    fc.assert(
      fc.property(spans, fc.nat({ max: 60 }), fc.integer({ min: 1, max: 20 }), (set, from, size) => {
        const inside = minutes.filter((m) => from <= m && m < from + size);
        const every = inside.length === size && inside.every((m) => has(set, m));
        return from + size > 61 || covers(set, from, from + size) === every;
      }),
      runs,
    );
  });

  it('touching spans become one, so that a booking may lie across', () => {
    expect(
      spansOf([
        [10, 20],
        [20, 30],
        [40, 40],
      ]),
    ).toEqual([10, 30]);
    expect(atLeast([0, 5, 10, 30], 10)).toEqual([10, 30]);
  });
});
