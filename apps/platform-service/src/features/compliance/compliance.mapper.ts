import type { AuditLog } from '@platform/contracts';
import type { AuditLogRow } from './compliance.sql.js';
import type { ChainedRecord } from './domain/chain.js';

export const toChained = (row: AuditLogRow): ChainedRecord => ({
  tenantId: row.tenant_id,
  seq: Number(row.seq),
  id: row.record_id,
  occurredAt: row.occurred_at,
  recordedAt: row.recorded_at,
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
  prevHash: row.prev_hash,
  hash: row.hash,
});

export const toAuditLog = (row: AuditLogRow): AuditLog => ({
  id: row.record_id,
  seq: Number(row.seq),
  occurredAt: row.occurred_at.toISOString(),
  recordedAt: row.recorded_at.toISOString(),
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
  hash: row.hash.toString('hex'),
});
