import { describe, expect, test } from '@jest/globals';
import { isOrganizationNumber } from './organization-number.js';
import { ancestorsAfterMove, ancestorsBelow, MAX_DEPTH } from './place-in-tree.js';
import { isTimezone } from './timezone.js';

describe('organization numbers', () => {
  test.each(['974760673', '889640782', '985399077'])('%s is one', (number) =>
    expect(isOrganizationNumber(number)).toBe(true),
  );
  test.each(['974760674', '97476067', '9747606730', '97476067a', ''])('%p is none', (number) =>
    expect(isOrganizationNumber(number)).toBe(false),
  );
  test('one wrong digit is always noticed', () => {
    const good = '974760673';
    for (let at = 0; at < 9; at++) {
      for (const digit of '0123456789') {
        if (digit !== good[at])
          expect(isOrganizationNumber(good.slice(0, at) + digit + good.slice(at + 1))).toBe(false);
      }
    }
  });
});

describe('a place in the tree', () => {
  test('is below all ancestors of the parent and the parent itself', () => {
    expect(ancestorsBelow(null)).toEqual([]);
    expect(ancestorsBelow({ id: 'c', ancestorIds: ['a', 'b'] })).toEqual(['a', 'b', 'c']);
  });
  test('is not deeper than the tree may be', () => {
    const ancestorIds = Array.from({ length: MAX_DEPTH }, (_, at) => `${at}`);
    expect(ancestorsBelow({ id: 'x', ancestorIds: ancestorIds.slice(1) })).toHaveLength(MAX_DEPTH);
    expect(ancestorsBelow({ id: 'x', ancestorIds })).toBeNull();
  });
});

describe('a move in the tree', () => {
  const moving = { id: 'm', ancestorIds: ['a'], levelsBelow: 2 };
  test('leads to the top, or below another organization', () => {
    expect(ancestorsAfterMove(moving, null)).toEqual([]);
    expect(ancestorsAfterMove(moving, { id: 'p', ancestorIds: ['b'] })).toEqual(['b', 'p']);
  });
  test('never leads below itself', () => {
    expect(ancestorsAfterMove(moving, { id: 'm', ancestorIds: [] })).toBeNull();
    expect(ancestorsAfterMove(moving, { id: 'p', ancestorIds: ['a', 'm'] })).toBeNull();
  });
  test('takes along no more levels than the tree may have', () => {
    const deep = (length: number) => ({ id: 'p', ancestorIds: Array.from({ length }, (_, at) => `${at}`) });
    expect(ancestorsAfterMove(moving, deep(MAX_DEPTH - 3))).toHaveLength(MAX_DEPTH - 2);
    expect(ancestorsAfterMove(moving, deep(MAX_DEPTH - 2))).toBeNull();
  });
});

describe('time zones', () => {
  test.each(['Europe/Oslo', 'UTC', 'America/Argentina/Buenos_Aires'])('%s is one', (name) =>
    expect(isTimezone(name)).toBe(true),
  );
  test.each(['Europe/Olso', '+01:00', '', 'oslo'])('%p is none', (name) => expect(isTimezone(name)).toBe(false));
});
