import type { Operation } from '@kit/contracts';

export const machinesOperations: readonly Operation[] = [];
