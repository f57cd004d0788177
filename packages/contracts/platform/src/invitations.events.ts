import type { EventType } from '@kit/contracts';

export const invitationEvents: readonly EventType[] = [];
