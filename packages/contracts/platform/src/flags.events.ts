import type { EventType } from '@kit/contracts';

export const flagEvents: readonly EventType[] = [];
