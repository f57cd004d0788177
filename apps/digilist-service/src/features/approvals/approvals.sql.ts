import type { Approval, ApprovalMessage, ApprovalStatus } from '@digilist/contracts';
import { statement } from '@kit/service';
import { iso } from '../../database/shapes.js';

/** What the stage that an approval `a` of a booking `b` stands at says. */
const STAGE = `b.approval -> 'stages' -> (a.step - 1)`;

/** An approval `a` of a booking `b` in the shape of the contract. An appeal is one decision, whatever the stages were. */
export const APPROVAL = `
  a.id, a.status, CASE WHEN a.appeal_of IS NULL THEN 'application' ELSE 'appeal' END AS kind, a.level, a.step AS stage,
  CASE WHEN a.appeal_of IS NULL THEN greatest(a.step, jsonb_array_length(coalesce(b.approval -> 'stages', '[]'))) ELSE 1 END AS stages,
  CASE WHEN a.appeal_of IS NULL THEN nullif(${STAGE} -> 'deciders', 'null') END AS deciders,
  a.appeal_of IS NULL AND coalesce((${STAGE} ->> 'fourEyes')::boolean, false) AS "fourEyes",
  a.first_approved_by AS "firstApprovedBy", a.priority, a.org_id AS "orgId", a.reasons, a.workflow_id AS "workflowId",
  a.assigned_to AS "assignedTo", ${iso('a.due_at')} AS "dueAt",
  a.status = 'open' AND coalesce(a.due_at < now(), false) AS overdue, ${iso('a.escalated_at')} AS "escalatedAt",
  a.decided_by AS "decidedBy", ${iso('a.decided_at')} AS "decidedAt", a.reason_code AS "reasonCode", a.reason_text AS reason,
  ${iso('a.created_at')} AS "createdAt", a.version,
  jsonb_build_object(
    'id', b.id, 'status', b.status, 'listingId', b.listing_id, 'zoneId', b.zone_id, 'userId', b.user_id,
    'onBehalfOfOrgId', b.on_behalf_of_org_id, 'startsAt', ${iso('b.starts_at')}, 'endsAt', ${iso('b.ends_at')},
    'attendees', b.attendees, 'purpose', b.purpose,
    'total', jsonb_build_object('amount', b.total, 'currency', b.currency)) AS booking`;

export const FROM_APPROVALS = `FROM digilist.booking_approvals a
  JOIN digilist.bookings b ON b.tenant_id = a.tenant_id AND b.id = a.booking_id`;

/** $1 tenant · $2 id */
export const GET_APPROVAL = statement(
  'get-approval',
  `SELECT ${APPROVAL} ${FROM_APPROVALS} WHERE a.tenant_id = $1 AND b.tenant_id = $1 AND a.id = $2`,
);
export type ApprovalRow = Approval & Record<string, unknown>;

/** $1 tenant · $2 id. Whose it is, before anything is locked. */
export const APPROVAL_PLACE = statement(
  'approval-place',
  `SELECT a.org_id AS "orgId", a.booking_id AS "bookingId" FROM digilist.booking_approvals a WHERE a.tenant_id = $1 AND a.id = $2`,
);
export interface ApprovalPlace extends Record<string, unknown> {
  orgId: string;
  bookingId: string;
}

const LOCKED = `a.id, a.version, a.status, a.level, a.step, a.priority, a.org_id AS "orgId", a.booking_id AS "bookingId",
  a.appeal_of AS "appealOf", a.first_approved_by AS "firstApprovedBy", a.assigned_to AS "assignedTo", a.due_at AS "dueAt",
  a.asked_at AS "askedAt", a.escalated_at AS "escalatedAt"`;

/** $1 tenant · $2 id. Of two handlers the second waits here and then sees what the first decided. */
export const LOCK_APPROVAL = statement(
  'lock-approval',
  `SELECT ${LOCKED} FROM digilist.booking_approvals a WHERE a.tenant_id = $1 AND a.id = $2 FOR NO KEY UPDATE`,
);
export interface LockedApproval extends Record<string, unknown> {
  id: string;
  version: number;
  status: ApprovalStatus;
  level: Approval['level'];
  step: number;
  priority: Approval['priority'];
  orgId: string;
  bookingId: string;
  appealOf: string | null;
  firstApprovedBy: string | null;
  assignedTo: string | null;
  dueAt: Date | null;
  askedAt: Date | null;
  escalatedAt: Date | null;
}

/** $1 tenant · $2 ids. Only to look at. */
export const LOOK_AT_APPROVALS = statement(
  'look-at-approvals',
  `SELECT ${LOCKED} FROM digilist.booking_approvals a WHERE a.tenant_id = $1 AND a.id = ANY ($2::uuid[])`,
);

/** $1 tenant · $2 booking. The case of a booking that was decided or is open last, locked. */
export const LOCK_LAST_APPROVAL = statement(
  'lock-last-approval',
  `SELECT ${LOCKED}, a.decided_by AS "decidedBy", a.decided_at AS "decidedAt" FROM digilist.booking_approvals a
   WHERE a.tenant_id = $1 AND a.booking_id = $2 ORDER BY a.id DESC LIMIT 1 FOR NO KEY UPDATE`,
);
export type LastApproval = LockedApproval & { decidedBy: string | null; decidedAt: Date | null };

/**
 * $1 tenant · $2 booking · $3 step · $4 rejection that is appealed against, or null. Who decided the other stages as they
 * stand, and who rejected.
 */
export const DECIDED_BEFORE = statement(
  'decided-before',
  `SELECT
     ARRAY(
       SELECT DISTINCT who.id
       FROM (
         SELECT DISTINCT ON (a.step) a.decided_by, a.first_approved_by FROM digilist.booking_approvals a
         WHERE a.tenant_id = $1 AND a.booking_id = $2 AND a.step <> $3 AND a.status = 'approved' AND a.appeal_of IS NULL
         ORDER BY a.step, a.id DESC
       ) stage
       CROSS JOIN LATERAL (VALUES (stage.decided_by), (stage.first_approved_by)) who (id)
       WHERE who.id IS NOT NULL
     ) AS "decidedBefore",
     (SELECT r.decided_by FROM digilist.booking_approvals r WHERE r.tenant_id = $1 AND r.id = $4::uuid) AS "rejectedBy"`,
);
export interface DecidedBefore extends Record<string, unknown> {
  decidedBefore: string[];
  rejectedBy: string | null;
}

/** $1 tenant · $2 user · $3 organization */
export const IS_MEMBER = statement(
  'is-member',
  `SELECT FROM digilist.platform_memberships m
   WHERE m.tenant_id = $1 AND m.user_id = $2 AND m.org_id = $3 AND NOT m.deleted AND m.status = 'active'`,
);

/** $1 tenant · $2 key of a role · $3 organization · $4 now. Who holds it there, above it, or in the whole tenant. */
export const ROLE_HOLDERS = statement(
  'role-holders',
  `SELECT DISTINCT granted.user_id AS id
   FROM digilist.platform_roles role
   JOIN digilist.platform_user_roles granted ON granted.tenant_id = $1 AND granted.role_id = role.id
   WHERE role.tenant_id = $1 AND role.key = $2 AND role.status = 'published' AND NOT role.deleted
     AND granted.status = 'active' AND NOT granted.deleted
     AND (granted.expires_at IS NULL OR granted.expires_at > $4::timestamptz)
     AND (granted.not_before IS NULL OR granted.not_before <= $4::timestamptz)
     AND (granted.scope IN ('saas', 'tenant') OR (granted.scope = 'org' AND EXISTS (
       SELECT FROM digilist.platform_organizations o WHERE o.tenant_id = $1 AND o.id = $3
         AND (granted.org_id = o.id OR granted.org_id = ANY (o.ancestor_ids)))))`,
);

/** $1 tenant · $2 id · $3 version · $4 status · $5 actor · $6 reason code · $7 reason */
export const DECIDE_APPROVAL = statement(
  'decide-approval',
  `UPDATE digilist.booking_approvals
   SET status = $4, decided_by = $5, decided_at = now(), reason_code = $6, reason_text = $7,
     version = version + 1, updated_at = now(), updated_by = $5
   WHERE tenant_id = $1 AND id = $2 AND version = $3
   RETURNING version`,
);

/** $1 tenant · $2 id · $3 actor. The first of two: somebody else goes on. */
export const ENDORSE_APPROVAL = statement(
  'endorse-approval',
  `UPDATE digilist.booking_approvals
   SET first_approved_by = $3, assigned_to = nullif(assigned_to, $3::uuid), status = 'open', asked_at = NULL,
     version = version + 1, updated_at = now(), updated_by = $3
   WHERE tenant_id = $1 AND id = $2`,
);

/** $1 tenant · $2 the stage before · $3 level · $4 priority · $5 due · $6 actor */
export const OPEN_NEXT_STAGE = statement(
  'open-next-stage',
  `INSERT INTO digilist.booking_approvals
     (tenant_id, org_id, booking_id, workflow_id, step, level, priority, reasons, due_at, created_by, updated_by)
   SELECT a.tenant_id, a.org_id, a.booking_id, a.workflow_id, a.step + 1, $3, $4, a.reasons, $5, $6, $6
   FROM digilist.booking_approvals a WHERE a.tenant_id = $1 AND a.id = $2
   RETURNING id`,
);

/** $1 tenant · $2 the rejection · $3 due · $4 actor. Nothing when there is an appeal against it already. */
export const OPEN_APPEAL = statement(
  'open-appeal',
  `INSERT INTO digilist.booking_approvals
     (tenant_id, org_id, booking_id, workflow_id, level, priority, reasons, due_at, appeal_of, created_by, updated_by)
   SELECT a.tenant_id, a.org_id, a.booking_id, a.workflow_id, 'administrator', 'high', a.reasons, $3, a.id, $4, $4
   FROM digilist.booking_approvals a WHERE a.tenant_id = $1 AND a.id = $2
   ON CONFLICT (tenant_id, appeal_of) WHERE appeal_of IS NOT NULL DO NOTHING
   RETURNING id`,
);

/** $1 tenant · $2 id · $3 user or null · $4 actor */
export const ASSIGN_APPROVAL = statement(
  'assign-approval',
  `UPDATE digilist.booking_approvals SET assigned_to = $3, version = version + 1, updated_at = now(), updated_by = $4
   WHERE tenant_id = $1 AND id = $2`,
);

/** $1 tenant · $2 id · $3 version · $4 caller. Nothing when somebody else was faster, or is about to be. */
export const CLAIM_APPROVAL = statement(
  'claim-approval',
  `UPDATE digilist.booking_approvals SET assigned_to = $4, version = version + 1, updated_at = now(), updated_by = $4
   WHERE tenant_id = $1 AND id = (
     SELECT a.id FROM digilist.booking_approvals a
     WHERE a.tenant_id = $1 AND a.id = $2 AND a.version = $3 AND a.assigned_to IS NULL FOR NO KEY UPDATE SKIP LOCKED)
   RETURNING id`,
);

/** $1 tenant · $2 id · $3 priority · $4 actor */
export const PRIORITIZE_APPROVAL = statement(
  'prioritize-approval',
  `UPDATE digilist.booking_approvals SET priority = $3, version = version + 1, updated_at = now(), updated_by = $4
   WHERE tenant_id = $1 AND id = $2`,
);

/** $1 tenant · $2 id · $3 actor · $4 now. The clock stands still. */
export const QUESTION_APPROVAL = statement(
  'question-approval',
  `UPDATE digilist.booking_approvals
   SET status = 'clarification', asked_at = $4, version = version + 1, updated_at = now(), updated_by = $3
   WHERE tenant_id = $1 AND id = $2`,
);

/** $1 tenant · $2 id · $3 actor · $4 due. The clock goes on. */
export const RESUME_APPROVAL = statement(
  'resume-approval',
  `UPDATE digilist.booking_approvals
   SET status = 'open', asked_at = NULL, due_at = $4, version = version + 1, updated_at = now(), updated_by = $3
   WHERE tenant_id = $1 AND id = $2`,
);

/** $1 tenant · $2 booking. Who is on which side. */
export const PARTIES = statement(
  'application-parties',
  `SELECT b.org_id AS "orgId", b.user_id AS "userId", b.on_behalf_of_org_id AS "onBehalfOfOrgId"
   FROM digilist.bookings b WHERE b.tenant_id = $1 AND b.id = $2`,
);

/** $1 tenant · $2 booking. How its case stands; nothing where there never was one. */
export const LAST_STATUS = statement(
  'last-approval-status',
  `SELECT a.status FROM digilist.booking_approvals a WHERE a.tenant_id = $1 AND a.booking_id = $2 ORDER BY a.id DESC LIMIT 1`,
);

const MESSAGE = `m.id, m.kind, m.message AS text, m.created_by AS by, ${iso('m.created_at')} AS at`;

/** $1 tenant · $2 approval · $3 booking · $4 kind · $5 text · $6 actor */
export const NOTE_MESSAGE = statement(
  'note-approval-message',
  `INSERT INTO digilist.approval_messages AS m (tenant_id, approval_id, booking_id, kind, message, created_by)
   VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${MESSAGE}`,
);
export type MessageRow = ApprovalMessage & Record<string, unknown>;

/** $1 tenant · $2 booking. Of every stage, and of an appeal. */
export const MESSAGES_OF_BOOKING = statement(
  'messages-of-booking',
  `SELECT ${MESSAGE} FROM digilist.approval_messages m WHERE m.tenant_id = $1 AND m.booking_id = $2 ORDER BY m.id`,
);

/** $1 tenant · $2 how many. Past due and not given to others yet; those that somebody has at hand are left to them. */
export const PAST_DUE = statement(
  'approvals-past-due',
  `SELECT ${LOCKED} FROM digilist.booking_approvals a
   WHERE a.tenant_id = $1 AND a.status = 'open' AND a.escalated_at IS NULL AND a.due_at < now()
   ORDER BY a.id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`,
);

/** Tenants in which there are any, and the user who acts there by himself. Across tenants: for the system's pool. */
export const TENANTS_WITH_PAST_DUE = `
  SELECT DISTINCT a.tenant_id AS "tenantId", t.service_user_id AS "actorId"
  FROM digilist.booking_approvals a
  JOIN digilist.platform_tenants t ON t.id = a.tenant_id
  WHERE a.status = 'open' AND a.escalated_at IS NULL AND a.due_at < now()`;

/** $1 tenant · $2 ids · $3 levels · $4 assignees · $5 actor; one entry per approval in $2 to $4 */
export const ESCALATE_APPROVALS = statement(
  'escalate-approvals',
  `UPDATE digilist.booking_approvals a
   SET escalated_at = now(), level = given.level, assigned_to = given.assignee,
     version = a.version + 1, updated_at = now(), updated_by = $5
   FROM unnest($2::uuid[], $3::text[], $4::uuid[]) AS given (id, level, assignee)
   WHERE a.tenant_id = $1 AND a.id = given.id`,
);
