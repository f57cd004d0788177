import type { Operation } from '@kit/contracts';

export const systemConfigsOperations: readonly Operation[] = [];
