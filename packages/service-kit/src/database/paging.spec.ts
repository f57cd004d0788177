import { expect, test } from '@jest/globals';
import { cursorOf, Refusal } from '@kit/contracts';
import { pageStart, type SortKey } from './paging.js';

const takes = (kind: SortKey, key: string | number): boolean => {
  try {
    pageStart({ cursor: cursorOf(key) }, [kind]);
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'VALIDATION_FAILED') return false;
    throw error;
  }
};

test.each<[SortKey, string | number]>([
  ['text', 'Ærlig'],
  ['uuid', '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f'],
  ['integer', -2_147_483_647],
  ['instant', '2026-12-01T18:00:00.000Z'],
  ['instant', '2026-12-01 18:00:00.123456+00'],
  ['instant', '2026-12-01 18:00:00+00'],
  ['instant', 'infinity'],
])('a cursor goes on behind a key of %s: %s', (kind, key) => expect(takes(kind, key)).toBe(true));

test.each<[SortKey, string | number]>([
  ['text', 'a\0b'],
  ['text', 1],
  ['uuid', 'x'],
  ['integer', 2_147_483_648],
  ['integer', 1.5],
  ['integer', '1'],
  ['instant', 'Foo 12'],
  ['instant', '1'],
  ['instant', '2026-12-01 25:00:00+00'],
  ['instant', '2026-02-31T00:00:00.000Z'],
  ['instant', '0000-01-01T00:00:00.000Z'],
  ['instant', '+010000-01-01T00:00:00.000Z'],
])('a cursor that was made up is refused before the database fails on it: %s %j', (kind, key) =>
  expect(takes(kind, key)).toBe(false),
);
