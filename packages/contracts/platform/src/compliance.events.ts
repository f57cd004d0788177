import type { EventType } from '@kit/contracts';

export const complianceEvents: readonly EventType[] = [];
