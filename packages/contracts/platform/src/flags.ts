import type { Operation } from '@kit/contracts';

export const flagsOperations: readonly Operation[] = [];
