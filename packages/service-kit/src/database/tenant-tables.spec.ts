import { describe, expect, test } from '@jest/globals';
import { inDependencyOrder } from './tenant-tables.js';

const reference = (child: string, parent: string) => ({ child, parent });

describe('tables in the order of their references', () => {
  test('have children before parents', () => {
    const order = inDependencyOrder(
      ['a', 'b', 'c', 'd'],
      [reference('b', 'a'), reference('c', 'b'), reference('d', 'a')],
    );
    const at = (name: string) => order.findIndex((group) => group.includes(name));
    expect(order).toHaveLength(4);
    expect(at('c')).toBeLessThan(at('b'));
    expect(at('b')).toBeLessThan(at('a'));
    expect(at('d')).toBeLessThan(at('a'));
  });

  test('stand together where they form a circle, and only there', () => {
    const circle = [reference('b', 'c'), reference('c', 'b'), reference('b', 'a'), reference('d', 'c')];
    const order = inDependencyOrder(['a', 'b', 'c', 'd'], circle);
    expect(order.map((group) => [...group].sort())).toEqual([['d'], ['b', 'c'], ['a']]);
  });

  test('name tables that are not asked for nowhere', () => {
    expect(inDependencyOrder(['a'], [reference('b', 'a')])).toEqual([['a']]);
  });
});
