import {
  anonymous,
  Chunk,
  Flag,
  Id,
  Instant,
  Json,
  ListOf,
  Nested,
  Nothing,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Text,
  Whole,
} from '@kit/contracts';
import { listAuditHolds, placeAuditHold, releaseAuditHold } from './compliance-holds.js';
import { operation } from './context.js';

export * from './compliance-holds.js';

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

  @Json({
    nullable: true,
    description: 'Personal data of the record, by the user it is about; null for a user who has been forgotten',
  })
  personal: object | null;

  @Text({ max: 80 })
  requestId: string;

  @Text({ max: 32, nullable: true, description: 'W3C trace of the request' })
  traceId: string | null;

  @Id({ nullable: true, description: 'Session of the token that the request came with' })
  sessionId: string | null;

  @Text({ max: 64, nullable: true, description: 'null also when the user has been forgotten' })
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

  @Text({ max: 120, optional: true, example: 'acme.report.*', description: 'In full, or its beginning and *' })
  action?: string;

  @OneOf(AUDIT_OUTCOMES, { optional: true })
  outcome?: AuditOutcome;

  @Text({ max: 80, optional: true })
  actorId?: string;

  @Id({ optional: true })
  orgId?: string;

  @Text({ max: 80, optional: true, example: 'report' })
  entityType?: string;

  @Text({ max: 80, optional: true })
  entityId?: string;
}

export const AUDIT_ANCHOR_KINDS = ['anchor', 'retention'] as const;
export type AuditAnchorKind = (typeof AUDIT_ANCHOR_KINDS)[number];

/** Where a tenant's chain stood, signed with Ed25519 over the canonical JSON (RFC 8785) of all but the signature. */
export class AuditAnchor {
  @Id()
  tenant: string;

  @OneOf(AUDIT_ANCHOR_KINDS, { description: 'retention: what lies before it was dropped when its time was over' })
  kind: AuditAnchorKind;

  @Whole({ min: 1, description: 'Place in the chain that it signs' })
  seq: number;

  @Text({ min: 64, max: 64, description: 'Hash of the record there, hexadecimal' })
  head: string;

  @Text({ min: 64, max: 64, description: 'The public chain at that place, hexadecimal; exports are checked with it' })
  publicHead: string;

  @Whole({ min: 0, description: 'Records since the anchor before' })
  count: number;

  @Instant()
  time: string;

  @Text({ max: 80, description: 'Key of /.well-known/audit-keys.json' })
  kid: string;

  @Text({ max: 100, description: 'base64url' })
  signature: string;
}

export class AuditAnchorPage extends pageOf(AuditAnchor) {}

export class VerifyAuditLogs {
  @Whole({ min: 1, optional: true, description: 'Verify from this place in the chain; 1 unless told' })
  fromSeq?: number;

  @Whole({ min: 1, optional: true, description: 'Stop after this place; the end unless told' })
  toSeq?: number;

  @ListOf(() => AuditAnchor, {
    optional: true,
    max: 1000,
    description: 'Anchors that were kept elsewhere: they are compared as well as those in the database',
  })
  anchors?: AuditAnchor[];
}

export const CHAIN_BREAKS = [
  'RECORD_CHANGED',
  'RECORD_MISSING',
  'RECORD_INSERTED',
  'RECORDS_SWAPPED',
  'TAIL_CUT',
  'RESEALED',
  'ANCHOR_FORGED',
] as const;
export type ChainBreakKind = (typeof CHAIN_BREAKS)[number];

export const CHAIN_MISMATCHES = [
  'sequence_mismatch',
  'prev_hash_mismatch',
  'row_hash_mismatch',
  'public_hash_mismatch',
  'head_mismatch',
  'anchor_mismatch',
  'signature_mismatch',
] as const;
export type ChainMismatch = (typeof CHAIN_MISMATCHES)[number];

export class ChainBreak {
  @OneOf(CHAIN_BREAKS)
  kind: ChainBreakKind;

  @OneOf(CHAIN_MISMATCHES, { description: 'Which comparison failed first' })
  mismatch: ChainMismatch;

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

  @Whole({ min: 0, description: 'Anchors that were compared' })
  anchors: number;

  @Whole({ min: 0, description: 'Where the chain ends according to its head' })
  lastSeq: number;

  @Nested(() => ChainBreak, { nullable: true })
  firstBreak: ChainBreak | null;

  @Whole({ min: 1, nullable: true, description: 'Go on from here (fromSeq); null when the end was reached' })
  nextSeq: number | null;
}

export const AUDIT_EXPORT_FORMATS = ['jsonl', 'csv', 'ocsf'] as const;
export type AuditExportFormat = (typeof AUDIT_EXPORT_FORMATS)[number];

export class ExportAuditLogs {
  @OneOf(AUDIT_EXPORT_FORMATS, { optional: true, description: 'jsonl unless told' })
  format?: AuditExportFormat;

  @Instant({ optional: true, description: 'Chained at or after' })
  from?: string;

  @Instant({ optional: true, description: 'Chained before' })
  to?: string;

  @Text({ max: 500, optional: true, description: 'Where the next piece begins' })
  cursor?: string;
}

export class AuditKey {
  @Text({ max: 10 })
  kty: string;

  @Text({ max: 10 })
  crv: string;

  @Text({ max: 100 })
  x: string;

  @Text({ max: 80 })
  kid: string;

  @Text({ max: 10 })
  alg: string;

  @Text({ max: 10 })
  use: string;
}

export class AuditKeys {
  @ListOf(() => AuditKey)
  keys: AuditKey[];
}

export const listAuditLogs = operation({
  id: 'listAuditLogs',
  subject: 'audit-log.list.v1',
  summary: 'Search the audit log of the tenant, newest first; the search is audited itself',
  http: { method: 'GET', path: '/audit-logs' },
  request: ListAuditLogs,
  response: AuditLogPage,
  access: permission('platform.audit-log.read'),
  // Who reads it is written into it.
  readOnly: false,
});

export const exportAuditLogs = operation({
  id: 'exportAuditLogs',
  subject: 'audit-log.export.v1',
  summary: 'Download the audit log in the order it was chained, with a proof at the end',
  http: { method: 'GET', path: '/audit-logs/export', answers: 'chunks' },
  request: ExportAuditLogs,
  response: Chunk,
  access: permission('platform.audit-log.export'),
  readOnly: false,
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

export const listAuditAnchors = operation({
  id: 'listAuditAnchors',
  subject: 'audit-anchor.list.v1',
  summary: 'Signed states of the chain, newest first, to be kept elsewhere',
  http: { method: 'GET', path: '/audit-logs/anchors' },
  request: PageQuery,
  response: AuditAnchorPage,
  access: permission('platform.audit-log.verify'),
});

export const listAuditKeys = operation({
  id: 'listAuditKeys',
  subject: 'audit-key.list.v1',
  summary: 'Public keys that anchors and exports of the audit log are signed with',
  http: { method: 'GET', path: '/.well-known/audit-keys.json', base: '' },
  request: Nothing,
  response: AuditKeys,
  access: anonymous('public keys are public', { tenant: false }),
});

export const complianceOperations = [
  listAuditLogs,
  exportAuditLogs,
  verifyAuditLogs,
  listAuditAnchors,
  listAuditKeys,
  listAuditHolds,
  placeAuditHold,
  releaseAuditHold,
] as const;
