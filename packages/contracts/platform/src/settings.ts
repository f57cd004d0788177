import type { Operation } from '@kit/contracts';

export const settingsOperations: readonly Operation[] = [];
