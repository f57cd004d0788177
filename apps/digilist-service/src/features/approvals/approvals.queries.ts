import type { Approval, ApprovalId, ApprovalPage, ListApprovals } from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { type ApprovalRow, GET_APPROVAL, type QueueRow, queueStatement } from './approvals.sql.js';

@Injectable()
export class ApprovalsQueries {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext, query: ListApprovals): Promise<ApprovalPage> {
    const { keys, fetch } = pageStart(query, ['integer', 'instant', 'uuid']);
    const [rank, dueAt, id] = (keys ?? []) as [number, string, string];
    const after = keys && { rank, dueAt, id };
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
