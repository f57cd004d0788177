import type { Received } from './record.js';

/** Under this name stands what is personal and belongs to nobody we know: it lies under the tenant's own key. */
export const NOBODY = '_';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a record says about one user: values of the record, and where the request came from when they made it. */
export interface About {
  readonly values?: Record<string, unknown>;
  readonly ip?: string;
  readonly userAgent?: string;
}

/** What is personal in a record, by whom it is about. An address belongs to whoever sat at it: the impersonator, not the user. */
export function personalOf(record: Received): Map<string, About> {
  const found = new Map<string, About>();
  for (const [userId, values] of Object.entries(record.personal ?? {})) found.set(userId, { values });
  const { ip, userAgent } = record;
  if (ip !== null || userAgent !== null) {
    const whose = callerOf(record) ?? NOBODY;
    found.set(whose, { ...found.get(whose), ...(ip !== null && { ip }), ...(userAgent !== null && { userAgent }) });
  }
  return found;
}

/** Who made the request: the actor, or whom it was about when nobody had signed in yet. */
export function callerOf(
  record: Pick<Received, 'actorKind' | 'actorId' | 'impersonatorId' | 'entityType' | 'entityId'>,
): string | null {
  const { actorKind, actorId, impersonatorId, entityType, entityId } = record;
  if (impersonatorId !== null) return impersonatorId;
  if (actorKind === 'user' && actorId !== null && UUID.test(actorId)) return actorId;
  if (entityType === 'user' && entityId !== null && UUID.test(entityId)) return entityId;
  return null;
}
