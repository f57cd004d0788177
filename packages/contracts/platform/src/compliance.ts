import { Flag, Id, Instant, Json, Nested, OneOf, PageQuery, pageOf, permission, Text, Whole } from '@kit/contracts';
import { operation } from './context.js';

export const AUDIT_ACTOR_KINDS = ['user', 'job', 'anonymous', 'service'] as const;
export type AuditActorKind = (typeof AUDIT_ACTOR_KINDS)[number];

export const AUDIT_OUTCOMES = ['done', 'refused'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

export class AuditLog {
  @Id({ description: 'Id of the record where it was made' })
  id: string;

  @Whole({ min: 1, description: 'Place in the chain of the tenant, without gaps' })
  seq: number;

  @Instant({ description: 'When it happened' })
  occurredAt: string;

  @Instant({ description: 'When it was chained' })
  recordedAt: string;

  @Text({ max: 40, description: 'Product that reported it', example: 'acme' })
  product: string;

  @Text({ max: 120, example: 'acme.report.publish' })
  action: string;

  @OneOf(AUDIT_ACTOR_KINDS)
  actorKind: AuditActorKind;

  @Text({ max: 80, nullable: true, description: 'Id of the user, or key of the product' })
  actorId: string | null;

  @Id({ nullable: true, description: 'Who acted in the name of the actor' })
  impersonatorId: string | null;

  @Text({ max: 80, example: 'report' })
  entityType: string;

  @Text({ max: 80, nullable: true })
  entityId: string | null;

  @Id({ nullable: true })
  orgId: string | null;

  @OneOf(AUDIT_OUTCOMES)
  outcome: AuditOutcome;

  @Text({ max: 2000, nullable: true })
  reason: string | null;

  @Json({ nullable: true })
  changes: object | null;

  @Text({ max: 80 })
  requestId: string;

  @Text({ max: 64, nullable: true })
  ip: string | null;

  @Text({ max: 500, nullable: true })
  userAgent: string | null;

  @Text({ max: 64, description: 'HMAC-SHA256 over this record and the hash before it, hexadecimal' })
  hash: string;
}

export class AuditLogPage extends pageOf(AuditLog) {}

export class ListAuditLogs extends PageQuery {
  @Instant({ optional: true, description: 'Chained at or after' })
  from?: string;

  @Instant({ optional: true, description: 'Chained before' })
  to?: string;

  @Text({ max: 120, optional: true, example: 'acme.report.publish' })
  action?: string;

  @Text({ max: 80, optional: true })
  actorId?: string;

  @Text({ max: 80, optional: true, example: 'report' })
  entityType?: string;

  @Text({ max: 80, optional: true })
  entityId?: string;
}

export class VerifyAuditLogs {
  @Whole({ min: 1, optional: true, description: 'Verify from this place in the chain; 1 unless told' })
  fromSeq?: number;

  @Whole({ min: 1, optional: true, description: 'Stop after this place; the end unless told' })
  toSeq?: number;
}

export const CHAIN_BREAKS = [
  'RECORD_CHANGED',
  'RECORD_MISSING',
  'RECORD_INSERTED',
  'RECORDS_SWAPPED',
  'TAIL_CUT',
] as const;
export type ChainBreakKind = (typeof CHAIN_BREAKS)[number];

export class ChainBreak {
  @OneOf(CHAIN_BREAKS)
  kind: ChainBreakKind;

  @Whole({ min: 1, description: 'First place in the chain that is not as it was written' })
  seq: number;

  @Id({ nullable: true, description: 'The record found there' })
  recordId: string | null;

  @Text({ max: 500 })
  detail: string;
}

export class AuditVerification {
  @Flag()
  intact: boolean;

  @Whole({ min: 0 })
  checked: number;

  @Whole({ min: 0, description: 'Where the chain ends according to its head' })
  lastSeq: number;

  @Nested(() => ChainBreak, { nullable: true })
  firstBreak: ChainBreak | null;

  @Whole({ min: 1, nullable: true, description: 'Go on from here (fromSeq); null when the end was reached' })
  nextSeq: number | null;
}

export const listAuditLogs = operation({
  id: 'listAuditLogs',
  subject: 'audit-log.list.v1',
  summary: 'Search the audit log of the tenant, newest first',
  http: { method: 'GET', path: '/audit-logs' },
  request: ListAuditLogs,
  response: AuditLogPage,
  access: permission('platform.audit-log.read'),
});

export const verifyAuditLogs = operation({
  id: 'verifyAuditLogs',
  subject: 'audit-log.verify.v1',
  summary: 'Walk the hash chain of the audit log and name the first place that was tampered with',
  http: { method: 'POST', path: '/audit-logs/verify' },
  request: VerifyAuditLogs,
  response: AuditVerification,
  access: permission('platform.audit-log.verify'),
  readOnly: true,
});

export const complianceOperations = [listAuditLogs, verifyAuditLogs] as const;
