import type {
  Approval,
  ApprovalDetails,
  ApprovalEntry,
  ApprovalId,
  ApprovalPage,
  ListApprovals,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { type ApprovalRow, GET_APPROVAL, MESSAGES_OF_BOOKING, type MessageRow } from './approvals.sql.js';
import {
  HISTORIES,
  type HistoryRow,
  OVERLAPS,
  type OverlapRow,
  type QueueFilter,
  type QueueRow,
  queueStatement,
} from './queue.sql.js';

const YEAR_MS = 365 * 86_400_000;

@Injectable()
export class ApprovalsQueries {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext, query: ListApprovals): Promise<ApprovalPage> {
    const { sort = 'urgency' } = query;
    const { keys, fetch } = pageStart(query, SORT_KEYS[sort]);
    return this.work.run(ctx, async (tx) => {
      const filter = filterOf(tx, query, userOf(ctx).userId);
      const queue = queueStatement(filter, { sort, after: keys, limit: fetch });
      const rows = await tx.query<QueueRow>(queue.statement, queue.values);
      const page = pageOfRows(
        query,
        rows,
        ({ rank, sortDueAt, id }) => (sort === 'urgency' ? [rank, sortDueAt, id] : [id]),
        toApproval,
      );
      return { ...page, data: await withSurroundings(tx, page.data) };
    });
  }

  get(ctx: RequestContext, { id }: ApprovalId): Promise<ApprovalDetails> {
    return this.work.run(ctx, async (tx) => {
      const approval = await tx.one<ApprovalRow>(GET_APPROVAL, [tx.tenantId, id]);
      if (!tx.reach.covers(approval.orgId)) throw new Refusal(NOT_FOUND);
      const [entry] = await withSurroundings(tx, [approval]);
      const messages = await tx.query<MessageRow>(MESSAGES_OF_BOOKING, [tx.tenantId, approval.booking.id]);
      return { ...(entry as ApprovalEntry), messages };
    });
  }
}

const SORT_KEYS: Record<NonNullable<ListApprovals['sort']>, Parameters<typeof pageStart>[1]> = {
  urgency: ['integer', 'instant', 'uuid'],
  submitted: ['uuid'],
};

const toApproval = ({ rank: _rank, sortDueAt: _sortDueAt, ...approval }: QueueRow): Approval => approval as Approval;

/** What the caller asks for, within what the caller's permission reaches. */
const filterOf = (tx: Tx, query: ListApprovals, callerId: string): QueueFilter => ({
  tenantId: tx.tenantId,
  everywhere: tx.reach.tenant,
  orgIds: tx.reach.orgIds,
  status: query.status ?? null,
  kind: query.kind ?? null,
  listingId: query.listingId ?? null,
  orgId: query.orgId ?? null,
  level: query.level ?? null,
  priority: query.priority ?? null,
  assignee: query.assignee === 'me' ? callerId : (query.assignee ?? query.assignedTo ?? null),
  overdue: query.overdue ?? false,
  applicantId: query.applicantId ?? null,
  onBehalfOfOrgId: query.onBehalfOfOrgId ?? null,
  from: query.from === undefined ? null : new Date(query.from),
  to: query.to === undefined ? null : new Date(query.to),
});

/** What else wants the same time, and what the applicants did before: two statements, however many approvals. */
async function withSurroundings(tx: Tx, approvals: readonly Approval[]): Promise<ApprovalEntry[]> {
  if (approvals.length === 0) return [];
  const applicants = new Map(approvals.map(({ booking }) => [applicantOf(booking), booking]));
  const [overlaps, histories] = await Promise.all([
    tx.query<OverlapRow>(OVERLAPS, [tx.tenantId, approvals.map(({ booking }) => booking.id)]),
    tx.query<HistoryRow>(HISTORIES, [
      tx.tenantId,
      [...applicants.values()].map(({ userId }) => userId),
      [...applicants.values()].map(({ onBehalfOfOrgId }) => onBehalfOfOrgId),
      new Date(tx.now.getTime() - YEAR_MS),
    ]),
  ]);
  const overlapping = new Map(overlaps.map(({ bookingId, ...found }) => [bookingId, found]));
  const history = new Map(
    histories.map(({ userId, orgId, ...told }) => [applicantOf({ userId, onBehalfOfOrgId: orgId }), told]),
  );
  return approvals.map((approval) => ({
    ...approval,
    overlapping: overlapping.get(approval.booking.id) ?? { count: 0, first: [] },
    applicant: history.get(applicantOf(approval.booking)) ?? NOTHING_BEFORE,
  }));
}

const NOTHING_BEFORE = { bookings: 0, cancellations: 0, rejections: 0, noShows: 0 };

const applicantOf = ({ userId, onBehalfOfOrgId }: { userId: string; onBehalfOfOrgId: string | null }): string =>
  onBehalfOfOrgId ?? userId;
