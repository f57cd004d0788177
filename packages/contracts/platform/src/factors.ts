import type { Operation } from '@kit/contracts';

export const factorsOperations: readonly Operation[] = [];
