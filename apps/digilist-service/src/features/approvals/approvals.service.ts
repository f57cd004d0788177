import {
  type Approval,
  type ApproveBooking,
  DECISION_BY_APPLICANT,
  DECISION_NEEDS_ADMINISTRATOR,
  INVALID_STATE,
  type RejectBooking,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { type Application, Applications } from './applications.js';
import {
  type ApprovalRow,
  DECIDE_APPROVAL,
  GET_APPROVAL,
  LOCK_APPROVAL,
  type LockedApproval,
} from './approvals.sql.js';

@Injectable()
export class ApprovalsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly applications: Applications,
  ) {}

  approve(ctx: RequestContext, { id, reasonCode = 'approved', reason }: ApproveBooking): Promise<Approval> {
    return this.work.run(ctx, async (tx) => {
      const { approval, application } = await this.open(tx, id, ctx.ifMatch);
      await this.applications.approve(tx, application, reason ?? null);
      return this.decide(tx, approval, 'approved', reasonCode, reason ?? null);
    });
  }

  reject(ctx: RequestContext, { id, reasonCode, reason }: RejectBooking): Promise<Approval> {
    return this.work.run(ctx, async (tx) => {
      const { approval, application } = await this.open(tx, id, ctx.ifMatch);
      await this.applications.reject(tx, application, reasonCode, reason);
      return this.decide(tx, approval, 'rejected', reasonCode, reason);
    });
  }

  /**
   * The approval and its booking, locked, when this caller may decide them now.
   * The booking is locked first, as by everybody who changes one.
   */
  private async open(
    tx: Tx,
    id: string,
    expected: number | null,
  ): Promise<{ approval: LockedApproval; application: Application }> {
    const seen = await tx.one<ApprovalRow>(GET_APPROVAL, [tx.tenantId, id]);
    if (!tx.reach.covers(seen.orgId)) throw new Refusal(NOT_FOUND);
    if (seen.level === 'administrator' && !tx.reach.tenant) throw new Refusal(DECISION_NEEDS_ADMINISTRATOR);
    if (seen.booking.userId === tx.actorId) throw new Refusal(DECISION_BY_APPLICANT);
    const application = await this.applications.lock(tx, seen.booking.id);
    const approval = await tx.one<LockedApproval>(LOCK_APPROVAL, [tx.tenantId, id]);
    if (expected !== null && approval.version !== expected) throw new Refusal(STALE_VERSION);
    if (approval.status !== 'open' && approval.status !== 'clarification') {
      throw new Refusal(INVALID_STATE, { details: { status: approval.status } });
    }
    if (application.status !== 'awaiting_approval')
      throw new Refusal(INVALID_STATE, { details: { status: application.status } });
    return { approval, application };
  }

  private async decide(
    tx: Tx,
    approval: LockedApproval,
    status: 'approved' | 'rejected',
    reasonCode: string,
    reason: string | null,
  ): Promise<Approval> {
    const { tenantId, actorId } = tx;
    const decided = await tx.query(DECIDE_APPROVAL, [
      tenantId,
      approval.id,
      approval.version,
      status,
      actorId,
      reasonCode,
      reason,
    ]);
    if (decided.length === 0) throw new Refusal(STALE_VERSION);
    tx.audit({
      action: `digilist.approval.${status === 'approved' ? 'approve' : 'reject'}`,
      entity: { type: 'booking_approval', id: approval.id },
      orgId: approval.orgId,
      changes: { bookingId: approval.bookingId, reasonCode },
      ...(reason !== null && { reason }),
    });
    return tx.one<ApprovalRow>(GET_APPROVAL, [tenantId, approval.id]);
  }
}
