import type { Operation } from '@kit/contracts';

export const lifecycleOperations: readonly Operation[] = [];
