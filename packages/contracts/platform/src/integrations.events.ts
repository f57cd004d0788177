import type { EventType } from '@kit/contracts';

export const integrationEvents: readonly EventType[] = [];
