import { statement } from '@kit/service';
import type { AuditActorKind, AuditOutcome } from '@platform/contracts';

export interface HeadRow extends Record<string, unknown> {
  seq: string;
  hash: Buffer;
}

/** The end of the tenant's chain, held until the transaction ends: one appender at a time, other tenants go on. */
export const LOCK_HEAD = statement(
  'compliance-lock-head',
  `INSERT INTO platform.audit_heads (tenant_id, seq, hash) VALUES ($1, 0, $2)
   ON CONFLICT (tenant_id) DO UPDATE SET seq = audit_heads.seq
   RETURNING seq, hash`,
);

export const MOVE_HEAD = statement(
  'compliance-move-head',
  'UPDATE platform.audit_heads SET seq = $2, hash = $3 WHERE tenant_id = $1',
);

export const READ_HEAD = statement(
  'compliance-read-head',
  'SELECT seq, hash FROM platform.audit_heads WHERE tenant_id = $1',
);

export const APPEND = statement(
  'compliance-append',
  `INSERT INTO platform.audit_logs
     (tenant_id, recorded_at, seq, record_id, product, occurred_at, actor_kind, actor_id, impersonator_id, action,
      entity_type, entity_id, outcome, reason, changes, org_id, request_id, ip, user_agent, prev_hash, hash)
   SELECT $1, $2, r.*
   FROM unnest($3::bigint[], $4::uuid[], $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::uuid[], $10::text[],
               $11::text[], $12::text[], $13::text[], $14::text[], $15::jsonb[], $16::uuid[], $17::text[], $18::text[],
               $19::text[], $20::bytea[], $21::bytea[]) AS r`,
);

export interface AuditLogRow extends Record<string, unknown> {
  tenant_id: string;
  record_id: string;
  recorded_at: Date;
  seq: string;
  product: string;
  occurred_at: Date;
  actor_kind: AuditActorKind;
  actor_id: string | null;
  impersonator_id: string | null;
  action: string;
  entity_type: string;
  entity_id: string | null;
  outcome: AuditOutcome;
  reason: string | null;
  changes: Record<string, unknown> | null;
  org_id: string | null;
  request_id: string;
  ip: string | null;
  user_agent: string | null;
  prev_hash: Buffer;
  hash: Buffer;
}

const COLUMNS = `tenant_id, record_id, recorded_at, seq, product, occurred_at, actor_kind, actor_id, impersonator_id, action,
  entity_type, entity_id, outcome, reason, changes, org_id, request_id, ip, user_agent, prev_hash, hash`;

export const LIST = statement(
  'compliance-list',
  `SELECT ${COLUMNS} FROM platform.audit_logs
   WHERE tenant_id = $1
     AND recorded_at >= coalesce($2::timestamptz, '-infinity') AND recorded_at < coalesce($3::timestamptz, 'infinity')
     AND ($4::text IS NULL OR action = $4) AND ($5::text IS NULL OR actor_id = $5)
     AND ($6::text IS NULL OR entity_type = $6) AND ($7::text IS NULL OR entity_id = $7)
     AND ($8::uuid[] IS NULL OR org_id = ANY ($8)) AND ($9::bigint IS NULL OR seq < $9)
   ORDER BY seq DESC LIMIT $10`,
);

/** After ($2, $3): of two records under one number both come, wherever a page ends. */
export const CHAIN_PAGE = statement(
  'compliance-chain-page',
  `SELECT id, ${COLUMNS} FROM platform.audit_logs
   WHERE tenant_id = $1 AND seq >= $2 AND (seq, id) > ($2, $3::uuid) AND seq <= $4
   ORDER BY seq, id LIMIT $5`,
);

export const HASH_AT = statement(
  'compliance-hash-at',
  'SELECT hash FROM platform.audit_logs WHERE tenant_id = $1 AND seq = $2 ORDER BY id LIMIT 1',
);

/** Read in one statement, so that what is being appended meanwhile cannot look like a break. */
export const BEYOND_HEAD = statement(
  'compliance-beyond-head',
  `SELECT record_id, seq FROM platform.audit_logs
   WHERE tenant_id = $1 AND seq > coalesce((SELECT seq FROM platform.audit_heads WHERE tenant_id = $1), 0)
   ORDER BY seq LIMIT 1`,
);

/** Run by the system role: this month's and the coming months' partitions. */
export const ENSURE_PARTITIONS = 'SELECT platform.ensure_audit_partitions($1)';
