import type { AuditRecord } from '@kit/contracts';
import { AUDIT_ACTOR_KINDS, AUDIT_OUTCOMES, type AuditActorKind, type AuditOutcome } from '@platform/contracts';

/** An audit record as it will stand in the log, before it has its place in the chain. */
export interface Received {
  readonly tenantId: string;
  readonly id: string;
  readonly occurredAt: string;
  readonly product: string;
  readonly action: string;
  readonly actorKind: AuditActorKind;
  readonly actorId: string | null;
  readonly impersonatorId: string | null;
  readonly entityType: string;
  readonly entityId: string | null;
  readonly orgId: string | null;
  readonly outcome: AuditOutcome;
  readonly reason: string | null;
  readonly changes: Record<string, unknown> | null;
  readonly requestId: string;
  readonly traceId: string | null;
  readonly sessionId: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly personal: Record<string, Record<string, unknown>> | null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TRACE_ID = /^[0-9a-f]{32}$/;

/**
 * Reads what a product sent. A record speaks for the tenant of its subject only.
 *
 * @param product key of the product whose stream it came from
 * @throws when it is no audit record; the message is parked then
 */
export function received(product: string, tenantId: string, payload: unknown): Received {
  const record = (payload ?? {}) as Partial<AuditRecord>;
  const { id, action, entity, actor, outcome, requestId, changes, personal } = record;
  if (record.tenantId !== tenantId)
    throw new Error(`the record of tenant ${record.tenantId} came under the subject of ${tenantId}`);
  if (typeof id !== 'string' || !UUID.test(id)) throw new Error('the record has no id');
  const occurredAt = new Date(record.occurredAt ?? '');
  if (!(occurredAt.getUTCFullYear() >= 1 && occurredAt.getUTCFullYear() <= 9999))
    throw new Error('the record has no time');
  if (!action || !entity?.type || !requestId) throw new Error('the record names no action, no entity or no request');
  if (typeof action !== 'string' || !NAMESPACES(product).some((prefix) => action.startsWith(prefix)))
    throw new Error(`${product} may not say "${action}"`);
  if (!actor || !AUDIT_ACTOR_KINDS.includes(actor.kind)) throw new Error('the record names no actor');
  if (record.traceId !== undefined && !TRACE_ID.test(record.traceId))
    throw new Error('the trace of the record is none');
  if (!outcome || !AUDIT_OUTCOMES.includes(outcome)) throw new Error('the record has no outcome');
  if (changes !== undefined && !isObject(changes)) throw new Error('the changes of the record are no object');
  if (personal !== undefined && !(isObject(personal) && Object.entries(personal).every(isAboutSomebody)))
    throw new Error('what is personal in the record is not told by user');
  return {
    tenantId,
    id,
    occurredAt: occurredAt.toISOString(),
    product,
    action: clean(action),
    actorKind: actor.kind,
    actorId: actor.id === null ? null : clean(actor.id),
    impersonatorId: uuidOf(actor.impersonatorId, 'impersonator'),
    entityType: clean(entity.type),
    entityId: entity.id === null ? null : clean(entity.id),
    orgId: uuidOf(record.orgId, 'organization'),
    outcome,
    reason: record.reason === undefined ? null : clean(record.reason),
    changes: changes === undefined ? null : (cleaned(changes) as Record<string, unknown>),
    requestId: clean(requestId),
    traceId: record.traceId ?? null,
    sessionId: uuidOf(record.sessionId, 'session'),
    ip: record.ip === undefined ? null : clean(record.ip),
    userAgent: record.userAgent === undefined ? null : clean(record.userAgent),
    personal: personal === undefined ? null : (cleaned(personal) as Record<string, Record<string, unknown>>),
  };
}

/** A product speaks of what is its own, and of attempts on its own security; never in the name of another. */
const NAMESPACES = (product: string): string[] => [`${product}.`, 'security.'];

/** As the database writes it: what was hashed must be what is read back. */
function uuidOf(id: string | null | undefined, what: string): string | null {
  if (id === undefined || id === null) return null;
  if (!UUID.test(id)) throw new Error(`the ${what} of the record is no id`);
  return id;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const isAboutSomebody = ([userId, values]: [string, unknown]): boolean => UUID.test(userId) && isObject(values);

/** jsonb takes neither NUL nor half a surrogate pair, and what was hashed must be what is read back. */
const clean = (text: string): string =>
  WRONG.test(text) ? text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\ufffd') : text;
const WRONG = /[\0\p{Surrogate}]/u;

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [clean(key), cleaned(member)]));
}
