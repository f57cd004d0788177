import {
  type Approval,
  ASSIGNEE_CANNOT_DECIDE,
  type AssignApproval,
  approvalAssigned,
  approvalPrioritized,
  type ClaimApproval,
  type ClaimedApproval,
  type PrioritizeApproval,
} from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { canDo } from '../../platform/index.js';
import { momentText } from '../notifications/index.js';
import { Applications } from './applications.js';
import { ASSIGN_APPROVAL, CLAIM_APPROVAL, PRIORITIZE_APPROVAL } from './approvals.sql.js';
import { Cases, factOfCase, type OpenCase } from './cases.js';
import { DECIDE } from './deciders.js';
import { EVERYTHING_OPEN, type QueueRow, queueStatement } from './queue.sql.js';

/** How many of the queue somebody who claims looks at: those before the first they may decide. */
const LOOKED_AT = 10;

/** Who works on what, and how urgent it is. */
@Injectable()
export class AssignmentsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly cases: Cases,
    private readonly applications: Applications,
  ) {}

  assign(ctx: RequestContext, { id, userId }: AssignApproval): Promise<Approval> {
    return this.work.run(ctx, async (tx) => {
      const open = await this.cases.open(tx, ctx, id);
      if (userId !== null) await this.requireAble(tx, open, userId);
      if (open.approval.assignedTo !== userId) {
        await tx.query(ASSIGN_APPROVAL, [tx.tenantId, id, userId, tx.actorId]);
        await this.tellAssigned(tx, open, userId);
      }
      return this.cases.read(tx, id);
    });
  }

  prioritize(ctx: RequestContext, { id, priority }: PrioritizeApproval): Promise<Approval> {
    return this.work.run(ctx, async (tx) => {
      const open = await this.cases.open(tx, ctx, id);
      const { approval } = open;
      if (approval.priority !== priority) {
        await tx.query(PRIORITIZE_APPROVAL, [tx.tenantId, id, priority, tx.actorId]);
        audit(tx, open, 'prioritize', { from: approval.priority, to: priority });
        tx.emit(approvalPrioritized, { id, version: approval.version + 1, data: factOfCase(open) });
      }
      return this.cases.read(tx, id);
    });
  }

  /** Two who claim at once get different ones. */
  claim(ctx: RequestContext, request: ClaimApproval): Promise<ClaimedApproval> {
    return this.work.run(ctx, async (tx) => {
      const filter = {
        ...EVERYTHING_OPEN,
        ...request,
        tenantId: tx.tenantId,
        everywhere: tx.reach.tenant,
        orgIds: tx.reach.orgIds,
        status: 'open' as const,
        assignee: 'nobody',
      };
      const queue = queueStatement(filter, { sort: 'urgency', after: null, limit: LOOKED_AT });
      const found = await tx.query<QueueRow>(queue.statement, queue.values);
      const waiting = await this.cases.lookAt(
        tx,
        found.map(({ id }) => id),
      );
      for (const open of waiting) {
        const { id, version } = open.approval;
        if ((await this.cases.barTo(tx, 'approve', open, callerOf(tx))) !== null) continue;
        const claimed = await tx.query(CLAIM_APPROVAL, [tx.tenantId, id, version, tx.actorId]);
        if (claimed.length === 0) continue;
        await this.tellAssigned(tx, open, tx.actorId);
        return { approval: await this.cases.read(tx, id) };
      }
      return { approval: null };
    });
  }

  /** @throws Refusal ASSIGNEE_CANNOT_DECIDE */
  private async requireAble(tx: Tx, open: OpenCase, userId: string): Promise<void> {
    const able = await canDo(tx, userId, DECIDE, open.approval.orgId);
    const everywhere = able && (await canDo(tx, userId, DECIDE, null));
    const bar = able ? await this.cases.barTo(tx, 'approve', open, { userId, everywhere }) : 'OTHERS';
    if (bar !== null) throw new Refusal(ASSIGNEE_CANNOT_DECIDE, { details: { userId, bar } });
  }

  private async tellAssigned(tx: Tx, open: OpenCase, userId: string | null): Promise<void> {
    const { approval, application } = open;
    audit(tx, open, 'assign', { from: approval.assignedTo, to: userId });
    const data = factOfCase(open, { assignedTo: userId });
    const eventId = tx.emit(approvalAssigned, { id: approval.id, version: approval.version + 1, data });
    // Nobody is told what they did themselves.
    if (userId === null || userId === tx.actorId) return;
    const details = approval.dueAt ? { due: momentText(approval.dueAt, application.timezone) } : {};
    const recipientIds = [userId];
    await this.applications.tell(tx, [{ application, event: 'approval.assigned', eventId, recipientIds, details }]);
  }
}

const callerOf = ({ actorId, reach }: Tx) => ({ userId: actorId, everywhere: reach.tenant });

function audit(tx: Tx, { approval }: OpenCase, action: string, changes: Record<string, unknown>): void {
  tx.audit({
    action: `digilist.approval.${action}`,
    entity: { type: 'booking_approval', id: approval.id },
    orgId: approval.orgId,
    changes: { bookingId: approval.bookingId, ...changes },
  });
}
