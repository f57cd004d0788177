import type { Approval, ApprovalStatus } from '@digilist/contracts';
import { type Statement, statement } from '@kit/service';
import { iso } from '../../database/shapes.js';

/** An approval `a` of a booking `b` in the shape of the contract. */
const APPROVAL = `
  a.id, a.status, a.level, a.priority, a.org_id AS "orgId", a.reasons, a.workflow_id AS "workflowId",
  a.assigned_to AS "assignedTo", ${iso('a.due_at')} AS "dueAt",
  a.status IN ('open', 'clarification') AND coalesce(a.due_at < now(), false) AS overdue,
  a.decided_by AS "decidedBy", ${iso('a.decided_at')} AS "decidedAt", a.reason_code AS "reasonCode", a.reason_text AS reason,
  ${iso('a.created_at')} AS "createdAt", a.version,
  jsonb_build_object(
    'id', b.id, 'status', b.status, 'listingId', b.listing_id, 'zoneId', b.zone_id, 'userId', b.user_id,
    'onBehalfOfOrgId', b.on_behalf_of_org_id, 'startsAt', ${iso('b.starts_at')}, 'endsAt', ${iso('b.ends_at')},
    'attendees', b.attendees, 'purpose', b.purpose,
    'total', jsonb_build_object('amount', b.total, 'currency', b.currency)) AS booking`;

const FROM = `FROM digilist.booking_approvals a
  JOIN digilist.bookings b ON b.tenant_id = a.tenant_id AND b.id = a.booking_id`;

/** $1 tenant · $2 id */
export const GET_APPROVAL = statement(
  'get-approval',
  `SELECT ${APPROVAL} ${FROM} WHERE a.tenant_id = $1 AND b.tenant_id = $1 AND a.id = $2`,
);
export type ApprovalRow = Approval & Record<string, unknown>;

/** $1 tenant · $2 id. Of two handlers the second waits here and then sees what the first decided. */
export const LOCK_APPROVAL = statement(
  'lock-approval',
  `SELECT a.id, a.version, a.status, a.level, a.org_id AS "orgId", a.booking_id AS "bookingId"
   FROM digilist.booking_approvals a WHERE a.tenant_id = $1 AND a.id = $2 FOR NO KEY UPDATE`,
);
export interface LockedApproval extends Record<string, unknown> {
  id: string;
  version: number;
  status: ApprovalStatus;
  level: Approval['level'];
  orgId: string;
  bookingId: string;
}

/** $1 tenant · $2 id · $3 version · $4 status · $5 actor · $6 reason code · $7 reason */
export const DECIDE_APPROVAL = statement(
  'decide-approval',
  `UPDATE digilist.booking_approvals
   SET status = $4, decided_by = $5, decided_at = now(), reason_code = $6, reason_text = $7,
     version = version + 1, updated_at = now(), updated_by = $5
   WHERE tenant_id = $1 AND id = $2 AND version = $3
   RETURNING version`,
);

/** The queue: what is urgent first, then what is due first. Each combination of filters is a statement of its own. */
export interface QueueFilter {
  tenantId: string;
  everywhere: boolean;
  orgIds: readonly string[];
  status: ApprovalStatus | null;
  listingId: string | null;
  assignedTo: string | null;
  overdue: boolean;
  after: { rank: number; dueAt: string; id: string } | null;
  limit: number;
}

const RANK = `CASE a.priority WHEN 'high' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END`;
const DUE = `coalesce(a.due_at, 'infinity')`;

export interface QueueRow extends ApprovalRow {
  rank: number;
  sortDueAt: string;
}

export function queueStatement(filter: QueueFilter): { statement: Statement; values: unknown[] } {
  const values: unknown[] = [filter.tenantId];
  const used: string[] = [];
  const conditions = ['a.tenant_id = $1', 'b.tenant_id = $1'];
  const add = (value: unknown): string => `$${values.push(value)}`;
  const where = (name: string, condition: string): void => {
    used.push(name);
    conditions.push(condition);
  };
  if (!filter.everywhere) where('orgs', `a.org_id = ANY (${add(filter.orgIds)})`);
  if (filter.status !== null) where('status', `a.status = ${add(filter.status)}`);
  else where('open', `a.status IN ('open', 'clarification')`);
  if (filter.listingId !== null) where('listing', `b.listing_id = ${add(filter.listingId)}`);
  if (filter.assignedTo !== null) where('assignee', `a.assigned_to = ${add(filter.assignedTo)}`);
  if (filter.overdue) where('overdue', `a.status IN ('open', 'clarification') AND a.due_at < now()`);
  if (filter.after !== null) {
    const { rank, dueAt, id } = filter.after;
    where('after', `(${RANK}, ${DUE}, a.id) > (${add(rank)}::integer, ${add(dueAt)}::timestamptz, ${add(id)}::uuid)`);
  }
  const text = `SELECT ${APPROVAL}, ${RANK} AS rank, (${DUE})::text AS "sortDueAt" ${FROM}
    WHERE ${conditions.join(' AND ')} ORDER BY ${RANK}, ${DUE}, a.id LIMIT ${add(filter.limit)}`;
  return { statement: statement(`list-approvals ${used.join('+')}`, text), values };
}

/** $1 tenant. Every workflow with the organizations it holds for: the one it was written for and those below. */
export const TENANT_WORKFLOWS = statement(
  'tenant-workflows',
  `SELECT w.id, w.listing_id AS "listingId", w.steps, cardinality(own.ancestor_ids) AS depth,
     ARRAY(SELECT o.id FROM digilist.platform_organizations o
       WHERE o.tenant_id = $1 AND (o.id = w.org_id OR w.org_id = ANY (o.ancestor_ids))) AS "orgIds"
   FROM digilist.approval_workflows w
   JOIN digilist.platform_organizations own ON own.tenant_id = $1 AND own.id = w.org_id
   WHERE w.tenant_id = $1 AND w.status = 'active'
   ORDER BY w.id DESC`,
);

/** $1 tenant · $2 everywhere · $3 organizations */
export const LIST_WORKFLOWS = statement(
  'list-workflows',
  `SELECT id, org_id AS "orgId", listing_id AS "listingId", name, steps, version
   FROM digilist.approval_workflows
   WHERE tenant_id = $1 AND status = 'active' AND ($2::boolean OR org_id = ANY ($3::uuid[]))
   ORDER BY id`,
);

/** $1 tenant · $2 organization · $3 listing or null · $4 name · $5 steps · $6 actor. Replaces the one written for the same place. */
export const CREATE_WORKFLOW = statement(
  'create-workflow',
  `WITH before AS (
     UPDATE digilist.approval_workflows
     SET status = 'retired', version = version + 1, updated_at = now(), updated_by = $6
     WHERE tenant_id = $1 AND org_id = $2 AND listing_id IS NOT DISTINCT FROM $3::uuid AND status = 'active'
   )
   INSERT INTO digilist.approval_workflows (tenant_id, org_id, listing_id, name, steps, created_by, updated_by)
   VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $6)
   RETURNING id, org_id AS "orgId", listing_id AS "listingId", name, steps, version`,
);

/** $1 tenant · $2 organization · $3 listing or null */
export const WORKFLOW_PLACE = statement(
  'workflow-place',
  `SELECT o.id IS NOT NULL AS organization,
     $3::uuid IS NULL OR EXISTS (
       SELECT FROM digilist.listings l WHERE l.tenant_id = $1 AND l.org_id = $2 AND l.id = $3) AS listing
   FROM (SELECT) one LEFT JOIN digilist.platform_organizations o ON o.tenant_id = $1 AND o.id = $2
     AND NOT o.deleted AND o.status = 'active'`,
);
