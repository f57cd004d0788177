import {
  type Approval,
  type ApprovalDecision,
  type ApprovalDecisions,
  type ApproveBooking,
  approvalDismissed,
  approvalEndorsed,
  approvalOpened,
  type DecideApprovals,
  type RejectBooking,
} from '@digilist/contracts';
import { Refusal, STALE_VERSION, VALIDATION_FAILED } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { momentText } from '../notifications/index.js';
import { Applications } from './applications.js';
import {
  DECIDE_APPROVAL,
  ENDORSE_APPROVAL,
  type LockedApproval,
  NOTE_MESSAGE,
  OPEN_NEXT_STAGE,
} from './approvals.sql.js';
import { Cases, caseOf, factOfCase, type OpenCase } from './cases.js';
import { Deciders } from './deciders.js';
import { stageAt } from './domain/stages.js';
import { deadline } from './domain/wall-clock.js';
import { priorityOf } from './domain/workflow.js';

/** Decides cases: stage after stage, by as many people as the workflow asks for. */
@Injectable()
export class ApprovalsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly cases: Cases,
    private readonly deciders: Deciders,
    private readonly applications: Applications,
  ) {}

  approve(ctx: RequestContext, request: ApproveBooking): Promise<Approval> {
    return this.work.run(ctx, async (tx) => {
      await this.approveIn(tx, request, ctx.ifMatch);
      return this.cases.read(tx, request.id);
    });
  }

  reject(ctx: RequestContext, request: RejectBooking): Promise<Approval> {
    return this.work.run(ctx, async (tx) => {
      await this.rejectIn(tx, request, ctx.ifMatch);
      return this.cases.read(tx, request.id);
    });
  }

  /** Each in a transaction of its own: what cannot be decided keeps nothing else from it. */
  async decide(ctx: RequestContext, request: DecideApprovals): Promise<ApprovalDecisions> {
    requireReasons(request);
    const data: ApprovalDecision[] = [];
    for (const id of new Set(request.ids)) data.push(await this.decideOne(ctx, { ...request, id }));
    return { data };
  }

  private async decideOne(
    ctx: RequestContext,
    { id, decision, reasonCode, reason }: Omit<DecideApprovals, 'ids'> & { id: string },
  ): Promise<ApprovalDecision> {
    try {
      const { status } =
        decision === 'approve'
          ? await this.approve(ctx, { id, reason, reasonCode: reasonCode as ApproveBooking['reasonCode'] })
          : await this.reject(ctx, { id, reason, reasonCode } as RejectBooking);
      return { id, outcome: 'decided', status, code: null, detail: null };
    } catch (error) {
      // Who may decide nothing at all is refused as a whole.
      if (!(error instanceof Refusal) || GIVING_UP.includes(error.kind) || !ctx.authorized) throw error;
      const detail = error.detail ?? error.reason.text[ctx.locale];
      return { id, outcome: 'refused', status: null, code: error.code, detail: detail.slice(0, 500) };
    }
  }

  private async approveIn(
    tx: Tx,
    { id, reasonCode = 'approved', reason }: ApproveBooking,
    expected: number | null,
  ): Promise<void> {
    const open = await this.cases.openToDecide(tx, id, 'approve', expected);
    const { approval, application, stage } = open;
    await this.applications.requirePossible(tx, application);
    if (stage?.fourEyes && approval.firstApprovedBy === null) return this.endorse(tx, open, reason ?? '');
    const next = approval.appealOf === null ? stageAt(application.approval, approval.step + 1) : null;
    if (approval.appealOf !== null) await this.applications.reinstate(tx, application, reason ?? null);
    else if (next === null) await this.applications.approve(tx, application, reason ?? null);
    await this.close(tx, approval, 'approved', reasonCode, reason ?? null);
    if (next !== null) await this.openNext(tx, open);
  }

  private async rejectIn(tx: Tx, { id, reasonCode, reason }: RejectBooking, expected: number | null): Promise<void> {
    const open = await this.cases.openToDecide(tx, id, 'reject', expected);
    const { approval, application } = open;
    if (approval.appealOf === null) await this.applications.reject(tx, application, reasonCode, reason);
    await this.close(tx, approval, 'rejected', reasonCode, reason);
    if (approval.appealOf !== null) await this.dismissed(tx, open, reason);
  }

  private async close(
    tx: Tx,
    approval: LockedApproval,
    status: 'approved' | 'rejected',
    reasonCode: string,
    reason: string | null,
  ): Promise<void> {
    const values = [tx.tenantId, approval.id, approval.version, status, tx.actorId, reasonCode, reason];
    const decided = await tx.query(DECIDE_APPROVAL, values);
    if (decided.length === 0) throw new Refusal(STALE_VERSION);
    audit(tx, approval, status === 'approved' ? 'approve' : 'reject', { reasonCode, stage: approval.step }, reason);
  }

  /** The first of two people: nothing happens to the booking yet. */
  private async endorse(tx: Tx, open: OpenCase, reason: string): Promise<void> {
    const { approval } = open;
    await tx.query(ENDORSE_APPROVAL, [tx.tenantId, approval.id, tx.actorId]);
    await tx.query(NOTE_MESSAGE, [tx.tenantId, approval.id, approval.bookingId, 'endorsement', reason, tx.actorId]);
    audit(tx, approval, 'endorse', { stage: approval.step }, reason || null);
    const data = factOfCase(open, { status: 'open' });
    tx.emit(approvalEndorsed, { id: approval.id, version: approval.version + 1, data });
  }

  private async openNext(tx: Tx, { approval, application }: OpenCase): Promise<void> {
    const step = approval.step + 1;
    const stage = stageAt(application.approval, step);
    if (stage === null) throw new Error('there is no next stage');
    const dueAt = deadline(tx.now, stage.workingDays, application);
    const priority = priorityOf(application.startsAt, dueAt);
    const values = [tx.tenantId, approval.id, stage.level, priority, dueAt, tx.actorId];
    const { id } = await tx.one<{ id: string }>(OPEN_NEXT_STAGE, values);
    const opened = { ...approval, id, step, level: stage.level, status: 'open' as const, assignedTo: null };
    const eventId = tx.emit(approvalOpened, { id, version: 1, data: factOfCase(caseOf(opened, application)) });
    await this.applications.tell(tx, [
      {
        application,
        event: 'approval.requested',
        eventId,
        recipientIds: await this.deciders.of(tx, { ...opened, stage, applicantId: application.userId }),
        details: { due: momentText(dueAt, application.timezone) },
      },
    ]);
  }

  /** The rejection stands, and the applicant hears why. */
  private async dismissed(tx: Tx, open: OpenCase, reason: string): Promise<void> {
    const { approval, application } = open;
    const data = factOfCase(open, { status: 'rejected' });
    const eventId = tx.emit(approvalDismissed, { id: approval.id, version: approval.version + 1, data });
    const recipientIds = [application.userId];
    await this.applications.tell(tx, [{ application, event: 'booking.rejected', eventId, recipientIds, reason }]);
  }
}

/** What no other decision would get further than. */
const GIVING_UP = ['unavailable', 'unauthenticated', 'internal'];

function audit(
  tx: Tx,
  { id, orgId, bookingId }: LockedApproval,
  action: string,
  changes: Record<string, unknown>,
  reason: string | null,
): void {
  tx.audit({
    action: `digilist.approval.${action}`,
    entity: { type: 'booking_approval', id },
    orgId,
    changes: { bookingId, ...changes },
    ...(reason !== null && { reason }),
  });
}

/** @throws Refusal VALIDATION_FAILED */
function requireReasons({ decision, reasonCode, reason, ids }: DecideApprovals): void {
  const missing = (path: string, message: string) => ({ path, code: 'REQUIRED', message });
  const approving = reasonCode?.startsWith('approved') ?? false;
  const errors = [
    ...(ids.length === 0 ? [missing('ids', 'Name what is to be decided.')] : []),
    ...(decision === 'reject' && reason === undefined
      ? [missing('reason', 'Say why, as the applicants read it.')]
      : []),
    ...(decision === 'reject' && (reasonCode === undefined || approving)
      ? [missing('reasonCode', 'Name the code of a rejection.')]
      : []),
    ...(decision === 'approve' && reasonCode !== undefined && !approving
      ? [missing('reasonCode', 'Name the code of an approval, or none.')]
      : []),
  ];
  if (errors.length > 0) throw new Refusal(VALIDATION_FAILED, { errors });
}
