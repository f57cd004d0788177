import type { EventType } from '@kit/contracts';

export const settingEvents: readonly EventType[] = [];
