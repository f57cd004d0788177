import type { Operation } from '@kit/contracts';

export const privacyOperations: readonly Operation[] = [];
