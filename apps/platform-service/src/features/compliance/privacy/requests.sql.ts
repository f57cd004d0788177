import { statement } from '@kit/service';
import type {
  DataSubjectRequestKind,
  DataSubjectRequestStatus,
  IdentityMethod,
  ParticipantStatus,
  RetainedData,
} from '@platform/contracts';

export interface ParticipantColumns {
  participant: string;
  status: ParticipantStatus;
  reason: string | null;
  attempts: number;
  asked_at: Date;
  answered_at: Date | null;
  erased: Record<string, number>;
  retained: RetainedData[];
}

export type ParticipantRow = ParticipantColumns & Record<string, unknown>;

export interface RequestRow extends Record<string, unknown> {
  id: string;
  user_id: string;
  kind: DataSubjectRequestKind;
  status: DataSubjectRequestStatus;
  received_at: Date;
  due_at: Date;
  details_sealed: string | null;
  identity_method: IdentityMethod | null;
  extension_reason_sealed: string | null;
  extended_at: Date | null;
  overdue_at: Date | null;
  decision: 'completed' | 'refused' | null;
  answer_sealed: string | null;
  blocked_by: 'legal_hold' | 'last_administrator' | 'undelivered_messages' | null;
  next_step_at: Date | null;
  closed_at: Date | null;
  lifted_at: Date | null;
  created_at: Date;
  version: number;
}

/** A request with everything that is shown of it; instants within the lists are text. */
export interface ShownRow extends RequestRow {
  participants: (Omit<ParticipantColumns, 'asked_at' | 'answered_at'> & {
    asked_at: string;
    answered_at: string | null;
  })[];
  holds: { id: string; reason_sealed: string }[];
  download_until: Date | null;
}

const REQUEST = `r.id, r.user_id, r.kind, r.status, r.received_at, r.due_at, r.details_sealed, r.identity_method,
  r.extension_reason_sealed, r.extended_at, r.overdue_at, r.decision, r.answer_sealed, r.blocked_by, r.next_step_at,
  r.closed_at, r.lifted_at, r.created_at, r.version`;
const OPEN = "('received', 'identity_check', 'in_progress')";

const SHOWN = `SELECT ${REQUEST},
    coalesce((SELECT jsonb_agg(jsonb_build_object('participant', p.participant, 'status', p.status, 'reason', p.reason,
        'attempts', p.attempts, 'asked_at', p.asked_at, 'answered_at', p.answered_at, 'erased', p.erased,
        'retained', p.retained) ORDER BY p.participant)
      FROM platform.data_subject_participants p WHERE p.tenant_id = r.tenant_id AND p.request_id = r.id), '[]') AS participants,
    coalesce((SELECT jsonb_agg(jsonb_build_object('id', h.id, 'reason_sealed', h.reason_sealed) ORDER BY h.id)
      FROM platform.legal_holds h
      WHERE r.kind = 'erasure' AND r.status IN ${OPEN}
        AND h.tenant_id = r.tenant_id AND h.user_id = r.user_id AND h.status = 'active'), '[]') AS holds,
    (SELECT b.expires_at FROM platform.data_subject_bundles b
     WHERE b.tenant_id = r.tenant_id AND b.request_id = r.id AND b.status = 'ready' AND b.expires_at > $2) AS download_until
  FROM platform.data_subject_requests r WHERE r.tenant_id = $1`;

export const SHOW_REQUEST = statement('privacy-show-request', `${SHOWN} AND r.id = $3`);

/** The most urgent first. $3: of this user only, or NULL. */
export const LIST_REQUESTS = statement(
  'privacy-list-requests',
  `${SHOWN} AND ($3::uuid IS NULL OR r.user_id = $3) AND ($4::text IS NULL OR r.status = $4)
     AND ($5::text IS NULL OR r.kind = $5)
     AND ($6::boolean IS NULL OR $6 = (r.overdue_at IS NOT NULL OR (r.status IN ${OPEN} AND r.due_at <= $2)))
     AND ($7::timestamptz IS NULL OR (r.due_at, r.id) > ($7, $8::uuid))
   ORDER BY r.due_at, r.id LIMIT $9`,
);

export const LOCK_REQUEST = statement(
  'privacy-lock-request',
  `SELECT ${REQUEST} FROM platform.data_subject_requests r WHERE r.tenant_id = $1 AND r.id = $2 FOR UPDATE`,
);

export const INSERT_REQUEST = statement(
  'privacy-insert-request',
  `INSERT INTO platform.data_subject_requests AS r (tenant_id, id, user_id, kind, status, received_at, due_at,
     details_sealed, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, 'received', $5, $6, $7, $5, $8, $5, $8)
   ON CONFLICT (tenant_id, user_id, kind) WHERE status IN ${OPEN} DO NOTHING
   RETURNING ${REQUEST}`,
);

const UPDATE = 'updated_at = $3, updated_by = $4, version = version + 1';
const update = (name: string, assignments: string) =>
  statement(
    `privacy-request-${name}`,
    `UPDATE platform.data_subject_requests r SET ${assignments}, ${UPDATE} WHERE r.tenant_id = $1 AND r.id = $2
     RETURNING ${REQUEST}`,
  );

export const ASK_IDENTITY = update('ask-identity', "status = 'identity_check'");
export const START_REQUEST = update(
  'start',
  "status = 'in_progress', next_step_at = $3, identity_method = $5, identity_note_sealed = $6, identity_by = $4",
);
export const EXTEND_REQUEST = update('extend', 'due_at = $5, extension_reason_sealed = $6, extended_at = $3');
export const CLOSE_REQUEST = update('close', 'status = $5, closed_at = $3, next_step_at = NULL, blocked_by = NULL');
export const DECIDE_REQUEST = update(
  'decide',
  "decision = $5, answer_sealed = $6, decided_by = $4, next_step_at = CASE WHEN r.status = 'in_progress' THEN $3::timestamptz END",
);
export const PLAN_STEP = update('plan-step', 'next_step_at = $5, blocked_by = $6');
export const LIFT_REQUEST = update('lift', 'lifted_at = $3, answer_sealed = $5');
export const TOUCH_REQUEST = update('touch', 'next_step_at = coalesce($5::timestamptz, r.next_step_at)');
export const MARK_OVERDUE = update('mark-overdue', 'overdue_at = $3');

const PARTICIPANT = 'participant, status, reason, attempts, asked_at, answered_at, erased, retained';

export const INSERT_PARTICIPANTS = statement(
  'privacy-insert-participants',
  `INSERT INTO platform.data_subject_participants (tenant_id, request_id, participant, asked_at, created_at, created_by,
     updated_at, updated_by)
   SELECT $1, $2, p, $3, $3, $4, $3, $4
   FROM (SELECT 'platform' AS p UNION ALL
         SELECT key FROM platform.products
         WHERE status = 'active' AND jsonb_typeof(manifest->'personalData') = 'array') participants`,
);

export const LOCK_PARTICIPANTS = statement(
  'privacy-lock-participants',
  `SELECT ${PARTICIPANT} FROM platform.data_subject_participants
   WHERE tenant_id = $1 AND request_id = $2 ORDER BY participant FOR UPDATE`,
);

export const ANSWER_PARTICIPANT = statement(
  'privacy-answer-participant',
  `UPDATE platform.data_subject_participants
   SET status = $4, reason = $5, erased = $6, retained = $7, answered_at = $8, updated_at = $8, updated_by = $9,
     version = version + 1
   WHERE tenant_id = $1 AND request_id = $2 AND participant = $3 AND status = 'waiting'
   RETURNING ${PARTICIPANT}`,
);

export const ASK_AGAIN = statement(
  'privacy-ask-again',
  `UPDATE platform.data_subject_participants
   SET attempts = attempts + 1, asked_at = $4, updated_at = $4, updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND request_id = $2 AND participant = ANY ($3::text[])`,
);

export const PUT_PART = statement(
  'privacy-put-part',
  `INSERT INTO platform.data_subject_parts (tenant_id, id, request_id, participant, part, category, content_sealed,
     created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $9)
   ON CONFLICT (tenant_id, request_id, participant, part) DO UPDATE
     SET id = excluded.id, category = excluded.category, content_sealed = excluded.content_sealed,
       updated_at = excluded.updated_at, updated_by = excluded.updated_by, version = data_subject_parts.version + 1`,
);

export interface PartRow extends Record<string, unknown> {
  id: string;
  participant: string;
  part: number;
  category: string;
  content_sealed: string;
}

export const PARTS = statement(
  'privacy-parts',
  `SELECT id, participant, part, category, content_sealed FROM platform.data_subject_parts
   WHERE tenant_id = $1 AND request_id = $2 ORDER BY participant, category, part`,
);

export const COUNT_PARTS = statement(
  'privacy-count-parts',
  `SELECT count(*)::int AS parts, coalesce(max(part), 0)::int AS last FROM platform.data_subject_parts
   WHERE tenant_id = $1 AND request_id = $2 AND participant = $3`,
);

export const DELETE_PARTS = statement(
  'privacy-delete-parts',
  'DELETE FROM platform.data_subject_parts WHERE tenant_id = $1 AND request_id = $2',
);

/** Requests whose next step is due, theirs who asks until the claim ends. Read by the system role: of all tenants. */
export const CLAIM_REQUESTS = `
  UPDATE platform.data_subject_requests r SET next_step_at = now() + $2 * interval '1 second'
  FROM (SELECT d.tenant_id, d.id FROM platform.data_subject_requests d
        WHERE d.next_step_at <= now() AND d.status = 'in_progress'
        ORDER BY d.next_step_at LIMIT $1 FOR UPDATE SKIP LOCKED) due, platform.tenants t
  WHERE r.tenant_id = due.tenant_id AND r.id = due.id AND t.tenant_id = r.tenant_id
  RETURNING r.tenant_id AS "tenantId", r.id, r.kind, t.service_user_id AS "serviceUserId"`;

/** Open requests beyond their time limit that nobody was told of. Read by the system role. */
export const OVERDUE_REQUESTS = `
  SELECT r.tenant_id AS "tenantId", r.id, t.service_user_id AS "serviceUserId"
  FROM platform.data_subject_requests r JOIN platform.tenants t ON t.tenant_id = r.tenant_id
  WHERE r.status IN ${OPEN} AND r.due_at <= $1 AND r.overdue_at IS NULL ORDER BY r.due_at LIMIT 500`;

/** Administrators whose mail about a request is: those who may manage them for the whole tenant. */
export const REQUEST_MANAGERS = statement(
  'privacy-request-managers',
  `SELECT DISTINCT u.id, u.email, coalesce(u.locale, t.locale) AS locale
   FROM platform.user_roles g
   JOIN platform.roles r ON r.tenant_id = g.tenant_id AND r.id = g.role_id AND r.status = 'published'
   JOIN platform.users u ON u.tenant_id = g.tenant_id AND u.id = g.user_id AND u.status = 'active' AND u.kind = 'person'
   JOIN platform.tenants t ON t.tenant_id = g.tenant_id
   WHERE g.tenant_id = $1 AND g.status = 'active' AND g.scope IN ('tenant', 'saas')
     AND (g.expires_at IS NULL OR g.expires_at > $2)
     AND r.permissions && ARRAY['*', 'platform.*.*', 'platform.data-subject-request.*',
                                'platform.data-subject-request.manage', '*.*.*']
   ORDER BY u.id LIMIT 20`,
);
