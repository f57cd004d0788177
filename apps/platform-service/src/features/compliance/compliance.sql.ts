import { type Statement, statement } from '@kit/service';
import type { AuditActorKind, AuditAnchorKind, AuditHoldStatus, AuditOutcome } from '@platform/contracts';

export interface HeadRow extends Record<string, unknown> {
  seq: string;
  hash: Buffer;
  public_hash: Buffer;
  recorded_at: Date;
  anchored_seq: string;
  anchored_at: Date;
}

const HEAD = 'seq, hash, public_hash, recorded_at, anchored_seq, anchored_at';

/** The end of the tenant's chain, held until the transaction ends: one appender at a time, other tenants go on. */
export const LOCK_HEAD = statement(
  'compliance-lock-head',
  `INSERT INTO platform.audit_heads (tenant_id, seq, hash) VALUES ($1, 0, $2)
   ON CONFLICT (tenant_id) DO UPDATE SET seq = audit_heads.seq
   RETURNING ${HEAD}`,
);

export const MOVE_HEAD = statement(
  'compliance-move-head',
  `UPDATE platform.audit_heads
   SET seq = $2, hash = $3, public_hash = $4, recorded_at = $5, anchored_seq = $6, anchored_at = $7
   WHERE tenant_id = $1`,
);

export const MARK_ANCHORED = statement(
  'compliance-mark-anchored',
  'UPDATE platform.audit_heads SET anchored_seq = $2, anchored_at = $3 WHERE tenant_id = $1',
);

export const READ_HEAD = statement(
  'compliance-read-head',
  `SELECT ${HEAD} FROM platform.audit_heads WHERE tenant_id = $1`,
);

export const APPEND = statement(
  'compliance-append',
  `INSERT INTO platform.audit_logs
     (tenant_id, recorded_at, format, seq, id, record_id, product, occurred_at, actor_kind, actor_id, impersonator_id,
      action, entity_type, entity_id, outcome, reason, changes, org_id, request_id, personal, trace_id, session_id,
      prev_hash, hash, public_hash)
   SELECT $1, $2, 3, r.seq, r.id, r.id, r.product, r.occurred_at, r.actor_kind, r.actor_id, r.impersonator_id,
     r.action, r.entity_type, r.entity_id, r.outcome, r.reason, r.changes, r.org_id, r.request_id, r.personal,
     r.trace_id, r.session_id, r.prev_hash, r.hash, r.public_hash
   FROM unnest($3::bigint[], $4::uuid[], $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::uuid[], $10::text[],
               $11::text[], $12::text[], $13::text[], $14::text[], $15::jsonb[], $16::uuid[], $17::text[], $18::jsonb[],
               $19::text[], $20::uuid[], $21::bytea[], $22::bytea[], $23::bytea[])
     AS r (seq, id, product, occurred_at, actor_kind, actor_id, impersonator_id, action, entity_type, entity_id, outcome,
           reason, changes, org_id, request_id, personal, trace_id, session_id, prev_hash, hash, public_hash)`,
);

export interface AuditLogRow extends Record<string, unknown> {
  format: 1 | 2 | 3;
  tenant_id: string;
  row_id: string;
  record_id: string;
  recorded: string;
  seq: string;
  product: string;
  occurred: string;
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
  personal: Record<string, string> | null;
  trace_id: string | null;
  session_id: string | null;
  prev_hash: Buffer;
  hash: Buffer;
  public_hash: Buffer | null;
}

/** To the microsecond: a Date would hide what somebody changed behind the milliseconds. */
const instant = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const COLUMNS = `format, tenant_id, id AS row_id, record_id, ${instant('recorded_at')} AS recorded, seq, product,
  ${instant('occurred_at')} AS occurred, actor_kind, actor_id, impersonator_id, action, entity_type, entity_id, outcome,
  reason, changes, org_id, request_id, ip, user_agent, personal, trace_id, session_id, prev_hash, hash,
  public_hash`;

/** What a search may ask for; $1 is the tenant, $2 how many rows, the rest follows in this order as far as it is asked. */
const FILTERS = {
  from: (n: string) => `recorded_at >= ${n}::timestamptz`,
  to: (n: string) => `recorded_at < ${n}::timestamptz`,
  before: (n: string) => `(recorded_at, seq) < (${n}::timestamptz, `,
  actorId: (n: string) => `actor_id = ${n}`,
  // Under "C" what begins with the same words stands together, whatever the language of the database.
  action: (n: string) => `action COLLATE "C" = ${n}`,
  entityType: (n: string) => `entity_type = ${n}`,
  entityId: (n: string) => `entity_id = ${n}`,
  orgId: (n: string) => `org_id = ${n}::uuid`,
  orgIds: (n: string) => `org_id = ANY (${n}::uuid[])`,
} as const;

export interface Search {
  from?: string;
  to?: string;
  before?: [recordedAt: string, seq: number];
  actorId?: string;
  action?: string;
  entityType?: string;
  entityId?: string;
  orgId?: string;
  orgIds?: readonly string[];
  outcome?: AuditOutcome;
}

/**
 * The search for exactly what is asked for: a text of its own per combination, so that each has a plan that begins with
 * the index that fits. (recorded_at, seq) is the order of the partitions, so the newest is read first and the others not
 * at all once the page is full.
 */
export function searchStatement(search: Search, tenantId: string, fetch: number): [Statement, unknown[]] {
  const values: unknown[] = [tenantId, fetch];
  const next = (value: unknown) => `$${values.push(value)}`;
  const asked = (Object.keys(FILTERS) as (keyof typeof FILTERS)[]).filter((name) => search[name] !== undefined);
  const conditions = asked.map((name) => {
    if (name !== 'before') return FILTERS[name](next(search[name]));
    const [recordedAt, seq] = search.before as [string, number];
    return `${FILTERS.before(next(recordedAt))}${next(seq)}::bigint)`;
  });
  if (search.outcome) conditions.push(`outcome = '${search.outcome}'`);
  const beginsWith = search.action?.endsWith('*');
  const name = ['compliance-search', ...asked, ...(search.outcome ? [search.outcome] : [])].join('-');
  const where = ['tenant_id = $1', ...conditions];
  if (!beginsWith) {
    return [
      statement(
        name,
        `SELECT ${COLUMNS} FROM platform.audit_logs WHERE ${where.join(' AND ')}
         ORDER BY recorded_at DESC, audit_logs.seq DESC LIMIT $2`,
      ),
      values,
    ];
  }
  // Few actions begin with the same words: each is read by its index, newest first, and the newest of all are taken.
  const at = values.indexOf(search.action);
  values[at] = search.action?.slice(0, -1);
  const others = where.filter((condition) => condition !== FILTERS.action(`$${at + 1}`));
  return [
    statement(
      `${name}-prefix`,
      `WITH RECURSIVE actions AS (
         (SELECT action FROM platform.audit_logs WHERE tenant_id = $1 AND action COLLATE "C" >= $${at + 1}
          ORDER BY action COLLATE "C" LIMIT 1)
         UNION ALL
         SELECT (SELECT l.action FROM platform.audit_logs l WHERE l.tenant_id = $1 AND l.action COLLATE "C" > a.action
                 ORDER BY l.action COLLATE "C" LIMIT 1)
         FROM actions a WHERE starts_with(a.action, $${at + 1})
       )
       SELECT found.* FROM actions
       CROSS JOIN LATERAL (
         SELECT ${COLUMNS}, recorded_at FROM platform.audit_logs l
         WHERE l.action COLLATE "C" = actions.action AND ${others.join(' AND ')}
         ORDER BY l.recorded_at DESC, l.seq DESC LIMIT $2
       ) found
       WHERE starts_with(actions.action, $${at + 1})
       ORDER BY found.recorded_at DESC, found.seq DESC LIMIT $2`,
    ),
    values,
  ];
}

/** After ($2, $3): of two records under one number both come, wherever a page ends. */
export const CHAIN_PAGE = statement(
  'compliance-chain-page',
  `SELECT ${COLUMNS} FROM platform.audit_logs
   WHERE tenant_id = $1 AND seq >= $2 AND (seq, id) > ($2, $3::uuid) AND seq <= $4
   ORDER BY audit_logs.seq, id LIMIT $5`,
);

export const HEAD_AT = statement(
  'compliance-head-at',
  `SELECT seq, hash, public_hash FROM platform.audit_logs WHERE tenant_id = $1 AND seq = $2 ORDER BY id LIMIT 1`,
);

export const FIRST_SEQ = statement(
  'compliance-first-seq',
  'SELECT seq FROM platform.audit_logs WHERE tenant_id = $1 ORDER BY seq LIMIT 1',
);

/** Read in one statement, so that what is being appended meanwhile cannot look like a break. */
export const BEYOND_HEAD = statement(
  'compliance-beyond-head',
  `SELECT record_id, seq FROM platform.audit_logs
   WHERE tenant_id = $1 AND seq > coalesce((SELECT seq FROM platform.audit_heads WHERE tenant_id = $1), 0)
   ORDER BY seq LIMIT 1`,
);

/** First and last place of what was chained in a time; nothing when nothing was. */
export const RANGE = statement(
  'compliance-range',
  `SELECT
     (SELECT seq FROM platform.audit_logs WHERE tenant_id = $1 AND recorded_at >= $2 AND recorded_at < $3
      ORDER BY recorded_at, seq LIMIT 1) AS first,
     (SELECT seq FROM platform.audit_logs WHERE tenant_id = $1 AND recorded_at >= $2 AND recorded_at < $3
      ORDER BY recorded_at DESC, seq DESC LIMIT 1) AS last`,
);

export interface CheckpointRow extends Record<string, unknown> {
  id: string;
  tenant_id: string;
  kind: AuditAnchorKind;
  seq: string;
  head: Buffer;
  public_head: Buffer;
  count: string;
  signed_at: Date;
  kid: string;
  signature: Buffer;
}

export const CHECKPOINT = 'id, tenant_id, kind, seq, head, public_head, count, signed_at, kid, signature';

export const PUT_CHECKPOINT = statement(
  'compliance-put-checkpoint',
  `INSERT INTO platform.audit_checkpoints (tenant_id, id, kind, seq, head, public_head, count, signed_at, kid, signature)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (tenant_id, seq, kind) DO NOTHING`,
);

export const CHECKPOINTS_BETWEEN = statement(
  'compliance-checkpoints-between',
  `SELECT ${CHECKPOINT} FROM platform.audit_checkpoints WHERE tenant_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq, kind`,
);

export const CHECKPOINTS_BEYOND_HEAD = statement(
  'compliance-checkpoints-beyond-head',
  `SELECT ${CHECKPOINT} FROM platform.audit_checkpoints
   WHERE tenant_id = $1 AND seq > coalesce((SELECT seq FROM platform.audit_heads WHERE tenant_id = $1), 0)
   ORDER BY seq LIMIT 1`,
);

export const LAST_CHECKPOINT = statement(
  'compliance-last-checkpoint',
  `SELECT ${CHECKPOINT} FROM platform.audit_checkpoints
   WHERE tenant_id = $1 AND kind = $2 AND seq <= $3 ORDER BY seq DESC LIMIT 1`,
);

export const LIST_CHECKPOINTS = statement(
  'compliance-list-checkpoints',
  `SELECT ${CHECKPOINT} FROM platform.audit_checkpoints
   WHERE tenant_id = $1 AND ($2::bigint IS NULL OR seq < $2) AND kind = 'anchor' ORDER BY seq DESC LIMIT $3`,
);

export interface HoldRow extends Record<string, unknown> {
  id: string;
  reason: string;
  status: AuditHoldStatus;
  created_at: Date;
  released_at: Date | null;
  version: number;
}

const HOLD = 'id, reason, status, created_at, released_at, version';

export const PLACE_HOLD = statement(
  'compliance-place-hold',
  `INSERT INTO platform.audit_holds (tenant_id, id, reason, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $4, $5) RETURNING ${HOLD}`,
);

export const LOCK_HOLD = statement(
  'compliance-lock-hold',
  `SELECT ${HOLD} FROM platform.audit_holds WHERE tenant_id = $1 AND id = $2 FOR UPDATE`,
);

export const RELEASE_HOLD = statement(
  'compliance-release-hold',
  `UPDATE platform.audit_holds SET status = 'released', release_reason = $3, released_at = $4, updated_at = $4,
     updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND id = $2 RETURNING ${HOLD}`,
);

export const LIST_HOLDS = statement(
  'compliance-list-holds',
  `SELECT ${HOLD} FROM platform.audit_holds
   WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
);
