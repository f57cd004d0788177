import type {
  ApplicantHistory,
  ApprovalKind,
  ApprovalLevel,
  ApprovalOverlaps,
  ApprovalPriority,
  ApprovalSort,
  ApprovalStatus,
} from '@digilist/contracts';
import { type Statement, statement } from '@kit/service';
import { iso } from '../../database/shapes.js';
import { APPROVAL, type ApprovalRow, FROM_APPROVALS } from './approvals.sql.js';

/** Which approvals a queue shows. Each combination of filters is a statement of its own. */
export interface QueueFilter {
  tenantId: string;
  everywhere: boolean;
  orgIds: readonly string[];
  status: ApprovalStatus | null;
  kind: ApprovalKind | null;
  listingId: string | null;
  orgId: string | null;
  level: ApprovalLevel | null;
  priority: ApprovalPriority | null;
  /** `nobody`: only those that nobody has. */
  assignee: string | 'nobody' | null;
  overdue: boolean;
  applicantId: string | null;
  onBehalfOfOrgId: string | null;
  from: Date | null;
  to: Date | null;
}

export interface QueuePage {
  sort: ApprovalSort;
  /** Sort keys of the last row of the page before. */
  after: readonly (string | number)[] | null;
  limit: number;
}

export const EVERYTHING_OPEN: Omit<QueueFilter, 'tenantId' | 'everywhere' | 'orgIds'> = {
  status: null,
  kind: null,
  listingId: null,
  orgId: null,
  level: null,
  priority: null,
  assignee: null,
  overdue: false,
  applicantId: null,
  onBehalfOfOrgId: null,
  from: null,
  to: null,
};

const RANK = `CASE a.priority WHEN 'high' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END`;
const DUE = `coalesce(a.due_at, 'infinity')`;

const ORDERS: Readonly<Record<ApprovalSort, { by: string; after: (parameters: readonly string[]) => string }>> = {
  urgency: {
    by: `${RANK}, ${DUE}, a.id`,
    after: ([rank, due, id]) => `(${RANK}, ${DUE}, a.id) > (${rank}::integer, ${due}::timestamptz, ${id}::uuid)`,
  },
  submitted: { by: 'a.id', after: ([id]) => `a.id > ${id}::uuid` },
};

export interface QueueRow extends ApprovalRow {
  rank: number;
  sortDueAt: string;
}

export function queueStatement(filter: QueueFilter, page: QueuePage): { statement: Statement; values: unknown[] } {
  const values: unknown[] = [filter.tenantId];
  const used: string[] = [page.sort];
  const conditions = ['a.tenant_id = $1', 'b.tenant_id = $1'];
  const add = (value: unknown): string => `$${values.push(value)}`;
  const where = (name: string, condition: string): void => {
    used.push(name);
    conditions.push(condition);
  };
  const equals = (name: string, column: string, value: unknown): void => {
    if (value !== null) where(name, `${column} = ${add(value)}`);
  };
  if (!filter.everywhere) where('orgs', `a.org_id = ANY (${add(filter.orgIds)})`);
  if (filter.status === null) where('open', `a.status IN ('open', 'clarification')`);
  equals('status', 'a.status', filter.status);
  if (filter.kind !== null) where(filter.kind, `a.appeal_of IS ${filter.kind === 'appeal' ? 'NOT ' : ''}NULL`);
  equals('listing', 'b.listing_id', filter.listingId);
  equals('org', 'a.org_id', filter.orgId);
  equals('level', 'a.level', filter.level);
  equals('priority', 'a.priority', filter.priority);
  if (filter.assignee === 'nobody') where('nobody', 'a.assigned_to IS NULL');
  else equals('assignee', 'a.assigned_to', filter.assignee);
  if (filter.overdue) where('overdue', `a.status = 'open' AND a.due_at < now()`);
  equals('applicant', 'b.user_id', filter.applicantId);
  equals('behalf', 'b.on_behalf_of_org_id', filter.onBehalfOfOrgId);
  if (filter.from !== null) where('from', `b.ends_at > ${add(filter.from)}`);
  if (filter.to !== null) where('to', `b.starts_at < ${add(filter.to)}`);
  const order = ORDERS[page.sort];
  if (page.after !== null) where('after', order.after(page.after.map(add)));
  const text = `SELECT ${APPROVAL}, ${RANK} AS rank, (${DUE})::text AS "sortDueAt" ${FROM_APPROVALS}
    WHERE ${conditions.join(' AND ')} ORDER BY ${order.by} LIMIT ${add(page.limit)}`;
  return { statement: statement(`list-approvals ${used.join('+')}`, text), values };
}

/** Begin of the index range: all stays but the long ones end within three days. */
const EDGE = `b.starts_at - interval '3 days'`;

/**
 * $1 tenant · $2 bookings. What else has, or waits for, one of the atoms of each in its time: of what is rejected, too,
 * since its own rows say which atoms those were.
 */
export const OVERLAPS = statement(
  'approval-overlaps',
  `SELECT b.id AS "bookingId", found.count, found.first
   FROM digilist.bookings b
   CROSS JOIN LATERAL (SELECT ARRAY(
     SELECT DISTINCT o.atom_id FROM digilist.allocations o WHERE o.tenant_id = $1 AND o.booking_id = b.id) AS ids) atoms
   CROSS JOIN LATERAL (
     SELECT count(*)::integer AS count, coalesce(jsonb_agg(jsonb_build_object(
         'kind', one.kind, 'id', one.id, 'status', one.status, 'startsAt', ${iso('one.starts_at')}, 'endsAt', ${iso('one.ends_at')})
         ORDER BY one.starts_at, one.id) FILTER (WHERE one.nth <= 5), '[]') AS first
     FROM (
       SELECT a.kind, coalesce(a.booking_id, a.block_id) AS id, other.status, min(a.starts_at) AS starts_at, max(a.ends_at) AS ends_at,
         row_number() OVER (ORDER BY min(a.starts_at), coalesce(a.booking_id, a.block_id)) AS nth
       FROM (
         SELECT s.* FROM digilist.allocations s
         WHERE s.tenant_id = $1 AND s.atom_id = ANY (atoms.ids) AND s.starts_at > ${EDGE} AND s.starts_at < b.ends_at AND s.ends_at > b.starts_at
         UNION ALL
         SELECT l.* FROM digilist.allocations l
         WHERE l.tenant_id = $1 AND l.atom_id = ANY (atoms.ids) AND l.starts_at <= ${EDGE} AND l.ends_at > b.starts_at AND l.long_stay
       ) a
       LEFT JOIN digilist.bookings other ON other.tenant_id = $1 AND other.id = a.booking_id
       WHERE a.active AND NOT a.buffer AND a.hold_id IS NULL AND a.booking_id IS DISTINCT FROM b.id
         AND (a.expires_at IS NULL OR a.expires_at > now())
       GROUP BY a.kind, coalesce(a.booking_id, a.block_id), other.status
     ) one
   ) found
   WHERE b.tenant_id = $1 AND b.id = ANY ($2::uuid[])`,
);
export type OverlapRow = ApprovalOverlaps & { bookingId: string } & Record<string, unknown>;

/** $1 tenant · $2 users · $3 organizations they apply for, or null; one entry per applicant in both · $4 since */
export const HISTORIES = statement(
  'applicant-histories',
  `SELECT who.user_id AS "userId", who.org_id AS "orgId", told.*
   FROM unnest($2::uuid[], $3::uuid[]) AS who (user_id, org_id)
   CROSS JOIN LATERAL (
     SELECT count(*) FILTER (WHERE b.status <> 'draft')::integer AS bookings,
       count(*) FILTER (WHERE b.status = 'cancelled' AND b.updated_by = b.user_id)::integer AS cancellations,
       count(*) FILTER (WHERE b.status = 'rejected')::integer AS rejections,
       count(*) FILTER (WHERE b.status = 'no_show')::integer AS "noShows"
     FROM (
       SELECT own.* FROM digilist.bookings own
       WHERE who.org_id IS NULL AND own.tenant_id = $1 AND own.user_id = who.user_id AND own.on_behalf_of_org_id IS NULL
       UNION ALL
       SELECT theirs.* FROM digilist.bookings theirs
       WHERE who.org_id IS NOT NULL AND theirs.tenant_id = $1 AND theirs.on_behalf_of_org_id = who.org_id
     ) b
     WHERE b.created_at > $4
   ) told`,
);
export type HistoryRow = ApplicantHistory & { userId: string; orgId: string | null } & Record<string, unknown>;
