import type { Approval, ApprovalId, ApprovalPage, ListApprovals } from '@digilist/contracts';
import { NOT_FOUND, Refusal, VALIDATION_FAILED } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { type ApprovalRow, GET_APPROVAL, type QueueFilter, type QueueRow, queueStatement } from './approvals.sql.js';

@Injectable()
export class ApprovalsQueries {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext, query: ListApprovals): Promise<ApprovalPage> {
    const { keys, fetch } = pageStart(query, 3);
    const after = keys === null ? null : positionOf(keys);
    return this.work.run(ctx, async (tx) => {
      const queue = queueStatement({
        tenantId: tx.tenantId,
        everywhere: tx.reach.tenant,
        orgIds: tx.reach.orgIds,
        status: query.status ?? null,
        listingId: query.listingId ?? null,
        assignedTo: query.assignedTo ?? null,
        overdue: query.overdue ?? false,
        after,
        limit: fetch,
      });
      const rows = await tx.query<QueueRow>(queue.statement, queue.values);
      return pageOfRows(query, rows, ({ rank, sortDueAt, id }) => [rank, sortDueAt, id], toApproval);
    });
  }

  get(ctx: RequestContext, { id }: ApprovalId): Promise<Approval> {
    return this.work.run(ctx, async (tx) => {
      const approval = await tx.one<ApprovalRow>(GET_APPROVAL, [tx.tenantId, id]);
      if (!tx.reach.covers(approval.orgId)) throw new Refusal(NOT_FOUND);
      return approval;
    });
  }
}

const toApproval = ({ rank: _rank, sortDueAt: _sortDueAt, ...approval }: QueueRow): Approval => approval as Approval;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function positionOf([rank, dueAt, id]: (string | number)[]): NonNullable<QueueFilter['after']> {
  const isInstant = typeof dueAt === 'string' && (dueAt === 'infinity' || !Number.isNaN(Date.parse(dueAt)));
  if (Number.isInteger(rank) && isInstant && typeof id === 'string' && UUID.test(id)) {
    return { rank: rank as number, dueAt, id };
  }
  const errors = [{ path: 'cursor', code: 'CURSOR', message: 'cursor must be nextCursor of the page before' }];
  throw new Refusal(VALIDATION_FAILED, { errors });
}
