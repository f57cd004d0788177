import type { TenantStatus } from '@platform/contracts';

export type TenantTurn = 'suspend' | 'resume' | 'request-deletion' | 'cancel-deletion' | 'purge' | 'finish';

const LIFE: Record<TenantTurn, { from: readonly TenantStatus[]; to: TenantStatus }> = {
  suspend: { from: ['active'], to: 'suspended' },
  resume: { from: ['suspended'], to: 'active' },
  'request-deletion': { from: ['active', 'suspended'], to: 'pending_deletion' },
  'cancel-deletion': { from: ['pending_deletion'], to: 'active' },
  purge: { from: ['pending_deletion'], to: 'purging' },
  finish: { from: ['purging'], to: 'purged' },
};

/** Where a turn leads from this status; null when it cannot be taken there. */
export const turned = (status: TenantStatus, turn: TenantTurn): TenantStatus | null =>
  LIFE[turn].from.includes(status) ? LIFE[turn].to : null;
