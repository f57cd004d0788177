import type { AuditAnchor, AuditHold, AuditLog } from '@platform/contracts';
import type { AuditLogRow, CheckpointRow, HoldRow } from './compliance.sql.js';
import type { ChainedRecord } from './domain/chain.js';
import type { Opened } from './personal-data.js';

/** What was written has whole milliseconds; anything finer is somebody else's, and stays to be seen. */
const written = (instant: string): string => instant.replace(/000Z$/, 'Z');

export const toChained = (row: AuditLogRow): ChainedRecord => ({
  format: row.format,
  tenantId: row.tenant_id,
  seq: Number(row.seq),
  rowId: row.row_id,
  id: row.record_id,
  occurredAt: written(row.occurred),
  recordedAt: written(row.recorded),
  product: row.product,
  action: row.action,
  actorKind: row.actor_kind,
  actorId: row.actor_id,
  impersonatorId: row.impersonator_id,
  entityType: row.entity_type,
  entityId: row.entity_id,
  orgId: row.org_id,
  outcome: row.outcome,
  reason: row.reason,
  changes: row.changes,
  requestId: row.request_id,
  ip: row.ip,
  userAgent: row.user_agent,
  personal: row.personal,
  traceId: row.trace_id,
  sessionId: row.session_id,
  prevHash: row.prev_hash,
  hash: row.hash,
  publicHash: row.public_hash,
});

export function toAuditLog(row: AuditLogRow, opened: Opened): AuditLog {
  const { rowId: _, tenantId: __, format: ___, prevHash: ____, publicHash: _____, hash, ...record } = toChained(row);
  return { ...record, ...opened, hash: hash.toString('hex') };
}

export const toAnchor = (row: CheckpointRow): AuditAnchor => ({
  tenant: row.tenant_id,
  kind: row.kind,
  seq: Number(row.seq),
  head: row.head.toString('hex'),
  publicHead: row.public_head.toString('hex'),
  count: Number(row.count),
  time: row.signed_at.toISOString(),
  kid: row.kid,
  signature: row.signature.toString('base64url'),
});

export const toHold = (row: HoldRow): AuditHold => ({
  id: row.id,
  reason: row.reason,
  status: row.status,
  createdAt: row.created_at.toISOString(),
  releasedAt: row.released_at?.toISOString() ?? null,
  version: row.version,
});
