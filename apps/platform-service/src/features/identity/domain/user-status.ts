import type { UserStatus } from '@platform/contracts';

/** Which status may follow which. An invited user becomes active by accepting, not by an administrator's word. */
const FOLLOWS: Record<UserStatus, readonly UserStatus[]> = {
  invited: ['deactivated'],
  active: ['suspended', 'deactivated'],
  suspended: ['active', 'deactivated'],
  deactivated: ['active'],
};

export const mayBecome = (from: UserStatus, to: UserStatus): boolean => from === to || FOLLOWS[from].includes(to);
