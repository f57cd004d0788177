import type { EventType } from '@kit/contracts';

export const systemConfigEvents: readonly EventType[] = [];
