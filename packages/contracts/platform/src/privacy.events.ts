import type { EventType } from '@kit/contracts';

export const privacyEvents: readonly EventType[] = [];
