import type { Operation } from '@kit/contracts';

export const webhooksOperations: readonly Operation[] = [];
