import type { Operation } from '@kit/contracts';

export const integrationsOperations: readonly Operation[] = [];
