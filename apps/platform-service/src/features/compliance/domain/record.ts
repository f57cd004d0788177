import type { AuditRecord } from '@kit/contracts';
import { AUDIT_ACTOR_KINDS, AUDIT_OUTCOMES, type AuditActorKind, type AuditOutcome } from '@platform/contracts';

/** An audit record as it will stand in the log, before it has its place in the chain. */
export interface Received {
  readonly tenantId: string;
  readonly id: string;
  readonly occurredAt: Date;
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
  readonly ip: string | null;
  readonly userAgent: string | null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Reads what a product sent. A record speaks for the tenant of its subject only.
 *
 * @param product key of the product whose stream it came from
 * @throws when it is no audit record; the message is parked then
 */
export function received(product: string, tenantId: string, payload: unknown): Received {
  const record = (payload ?? {}) as Partial<AuditRecord>;
  const { id, action, entity, actor, outcome, requestId } = record;
  if (record.tenantId !== tenantId)
    throw new Error(`the record of tenant ${record.tenantId} came under the subject of ${tenantId}`);
  if (typeof id !== 'string' || !UUID.test(id)) throw new Error('the record has no id');
  const occurredAt = new Date(record.occurredAt ?? '');
  if (Number.isNaN(occurredAt.getTime())) throw new Error('the record has no time');
  if (!action || !entity?.type || !requestId) throw new Error('the record names no action, no entity or no request');
  if (!actor || !AUDIT_ACTOR_KINDS.includes(actor.kind)) throw new Error('the record names no actor');
  if (!outcome || !AUDIT_OUTCOMES.includes(outcome)) throw new Error('the record has no outcome');
  return {
    tenantId,
    id,
    occurredAt,
    product,
    action: clean(action),
    actorKind: actor.kind,
    actorId: actor.id === null ? null : clean(actor.id),
    impersonatorId: actor.impersonatorId ?? null,
    entityType: clean(entity.type),
    entityId: entity.id === null ? null : clean(entity.id),
    orgId: record.orgId ?? null,
    outcome,
    reason: record.reason === undefined ? null : clean(record.reason),
    changes: record.changes === undefined ? null : (cleaned(record.changes) as Record<string, unknown>),
    requestId: clean(requestId),
    ip: record.ip === undefined ? null : clean(record.ip),
    userAgent: record.userAgent === undefined ? null : clean(record.userAgent),
  };
}

/** jsonb takes neither NUL nor half a surrogate pair, and what was hashed must be what is read back. */
const clean = (text: string): string => text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\ufffd');

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [clean(key), cleaned(member)]));
}
