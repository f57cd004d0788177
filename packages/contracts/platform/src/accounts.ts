import type { Operation } from '@kit/contracts';

export const accountsOperations: readonly Operation[] = [];
