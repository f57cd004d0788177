import { describe, expect, test } from '@jest/globals';
import { Hand } from './hand.js';

const item = (endpointId: string, n = 0) => ({ endpointId, n });
const filled = (maxOpen: number, perEndpoint: number, ...ids: string[]) => {
  const hand = new Hand<{ endpointId: string; n: number }>(maxOpen, perEndpoint);
  for (const [n, id] of ids.entries()) hand.add(item(id, n), 1);
  return hand;
};
const begun = (hand: Hand<{ endpointId: string; n: number }>) => {
  const ids: string[] = [];
  for (let next = hand.next(); next; next = hand.next()) ids.push(next.item.endpointId);
  return ids.join('');
};

describe('what is held', () => {
  test('is begun by turns, no more of one endpoint than it takes at once', () => {
    const hand = filled(100, 2, 'a', 'a', 'a', 'a', 'b', 'c', 'c');
    expect(begun(hand)).toBe('abcac');
    expect([hand.size, hand.open, hand.waiting]).toEqual([7, 5, 2]);
    hand.ended(item('b'));
    expect(begun(hand)).toBe('');
    hand.ended(item('a'));
    expect(begun(hand)).toBe('a');
  });

  test('is begun in the order in which it came', () => {
    const hand = filled(100, 1, 'a', 'a');
    expect(hand.next()?.item.n).toBe(0);
    hand.ended(item('a'));
    expect(hand.next()?.item.n).toBe(1);
  });

  test('is never more at once than the process has open', () => {
    const hand = filled(3, 8, 'a', 'a', 'a', 'b', 'b');
    expect(begun(hand)).toBe('aba');
    hand.ended(item('a'));
    expect(begun(hand)).toBe('b');
  });

  test('counts until it is written down', () => {
    const hand = filled(100, 8, 'a', 'a', 'b');
    begun(hand);
    hand.ended(item('a'));
    expect(hand.byEndpoint()).toEqual(new Map(Object.entries({ a: 2, b: 1 })));
    hand.written([item('a')]);
    expect(hand.byEndpoint()).toEqual(new Map(Object.entries({ a: 1, b: 1 })));
    hand.ended(item('b'));
    hand.written([item('b')]);
    expect([...hand.byEndpoint().keys()]).toEqual(['a']);
  });

  test('is let go of in whichever order it ends and is written down', () => {
    const hand = filled(100, 8, 'a', 'a', 'b');
    begun(hand);
    hand.written([item('a'), item('b')]);
    hand.ended(item('b'));
    hand.ended(item('a'));
    hand.ended(item('a'));
    hand.written([item('a')]);
    expect([hand.size, hand.open, hand.waiting, hand.byEndpoint().size]).toEqual([0, 0, 0, 0]);
  });

  test('goes back as far as it has not begun', () => {
    const hand = filled(100, 1, 'a', 'a', 'a', 'b', 'b');
    begun(hand);
    expect(hand.putBack('a').map(({ n }) => n)).toEqual([1, 2]);
    expect([hand.size, hand.waiting]).toEqual([3, 1]);
    hand.ended(item('a'));
    expect(begun(hand)).toBe('');
    expect(hand.putBack().map(({ n }) => n)).toEqual([4]);
    expect(hand.size).toBe(2);
  });
});
