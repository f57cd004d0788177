import type { EventType } from '@kit/contracts';

export const machineEvents: readonly EventType[] = [];
