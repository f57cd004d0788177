import type { EventType } from '@kit/contracts';

export const factorEvents: readonly EventType[] = [];
