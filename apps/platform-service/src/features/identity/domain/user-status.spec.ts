import { expect, test } from '@jest/globals';
import { USER_STATUSES } from '@platform/contracts';
import { mayBecome } from './user-status.js';

test('a user moves between these statuses and no others', () => {
  const moves = USER_STATUSES.flatMap((from) =>
    USER_STATUSES.filter((to) => to !== from && mayBecome(from, to)).map((to) => `${from} → ${to}`),
  );
  expect(moves).toEqual([
    'invited → deactivated',
    'active → suspended',
    'active → deactivated',
    'suspended → active',
    'suspended → deactivated',
    'deactivated → active',
  ]);
});
