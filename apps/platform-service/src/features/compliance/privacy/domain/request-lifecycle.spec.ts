import { describe, expect, test } from '@jest/globals';
import { DATA_SUBJECT_REQUEST_STATUSES, type DataSubjectRequestStatus } from '@platform/contracts';
import { isOpen, mayFollow, patience, restricts } from './request-lifecycle.js';

const ALLOWED: Record<DataSubjectRequestStatus, DataSubjectRequestStatus[]> = {
  received: ['identity_check', 'in_progress', 'refused', 'cancelled'],
  identity_check: ['in_progress', 'refused', 'cancelled'],
  in_progress: ['completed', 'refused', 'cancelled'],
  completed: [],
  refused: [],
  cancelled: [],
};
const pairs = DATA_SUBJECT_REQUEST_STATUSES.flatMap((from) =>
  DATA_SUBJECT_REQUEST_STATUSES.map((to) => [from, to] as const),
);

describe('the life of a request', () => {
  test.each(pairs)('from %s to %s goes only where the table says so', (from, to) => {
    expect(mayFollow(from, to)).toBe(ALLOWED[from].includes(to));
  });

  test('is over where nothing follows', () => {
    expect(DATA_SUBJECT_REQUEST_STATUSES.filter((status) => !isOpen(status))).toEqual([
      'completed',
      'refused',
      'cancelled',
    ]);
  });

  test('asks a silent product again ever more rarely, and at least once a day', () => {
    const minutes = [1, 2, 3, 4, 20].map((attempts) => patience(attempts) / 60_000);
    expect(minutes).toEqual([15, 30, 60, 120, 24 * 60]);
  });

  test('restricts processing while a restriction is in force, and nothing else does', () => {
    const restriction = { kind: 'restriction', status: 'completed', liftedAt: null } as const;
    expect(restricts(restriction)).toBe(true);
    expect(restricts({ ...restriction, status: 'identity_check' })).toBe(false);
    expect(restricts({ ...restriction, status: 'refused' })).toBe(false);
    expect(restricts({ ...restriction, liftedAt: new Date() })).toBe(false);
    expect(restricts({ ...restriction, kind: 'erasure' })).toBe(false);
  });
});
