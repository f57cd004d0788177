import type { EventType } from '@kit/contracts';

export const webhookEvents: readonly EventType[] = [];
