import { describe, expect, test } from '@jest/globals';
import { TENANT_STATUSES } from '@platform/contracts';
import { type TenantTurn, turned } from './tenant-life.js';

const TURNS: TenantTurn[] = ['suspend', 'resume', 'request-deletion', 'cancel-deletion', 'purge', 'finish'];

describe('the life of a tenant', () => {
  test.each([
    ['active', 'suspend', 'suspended'],
    ['suspended', 'resume', 'active'],
    ['active', 'request-deletion', 'pending_deletion'],
    ['suspended', 'request-deletion', 'pending_deletion'],
    ['pending_deletion', 'cancel-deletion', 'active'],
    ['pending_deletion', 'purge', 'purging'],
    ['purging', 'finish', 'purged'],
  ] as const)('%s, by %s, becomes %s', (from, turn, to) => expect(turned(from, turn)).toBe(to));

  test('has no other turns: once it is being purged there is no way back', () => {
    const possible = TENANT_STATUSES.flatMap((from) => TURNS.filter((turn) => turned(from, turn) !== null));
    expect(possible).toHaveLength(7);
    for (const turn of TURNS) expect(turned('purged', turn)).toBeNull();
    expect(TURNS.filter((turn) => turned('purging', turn))).toEqual(['finish']);
  });
});
