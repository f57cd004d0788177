import type { Operation } from '@kit/contracts';

export const federationOperations: readonly Operation[] = [];
