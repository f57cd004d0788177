import type { Operation } from '@kit/contracts';

export const invitationsOperations: readonly Operation[] = [];
