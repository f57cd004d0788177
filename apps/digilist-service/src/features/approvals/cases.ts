import {
  type ApprovalFact,
  type ApprovalStage,
  DECISION_BY_APPLICANT,
  DECISION_IN_OWN_NAME,
  DECISION_NEEDS_ADMINISTRATOR,
  DECISION_NEEDS_ANOTHER,
  DECISION_NOT_YOURS,
  INVALID_STATE,
} from '@digilist/contracts';
import { type ErrorCode, NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import type { RequestContext, Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { type Application, Applications } from './applications.js';
import {
  APPROVAL_PLACE,
  type ApprovalPlace,
  type ApprovalRow,
  DECIDED_BEFORE,
  type DecidedBefore,
  GET_APPROVAL,
  IS_MEMBER,
  LOCK_APPROVAL,
  LOOK_AT_APPROVALS,
  type LockedApproval,
  ROLE_HOLDERS,
} from './approvals.sql.js';
import { type Bar, barTo, type Case } from './domain/deciding.js';
import { stageAt } from './domain/stages.js';

/** An approval and its booking, locked. */
export interface OpenCase {
  readonly approval: LockedApproval;
  readonly application: Application;
  /** What the workflow says about the stage it stands at; null: an appeal, or nothing special. */
  readonly stage: ApprovalStage | null;
}

const CODES: Record<Bar, ErrorCode> = {
  APPLICANT: DECISION_BY_APPLICANT,
  ADMINISTRATOR: DECISION_NEEDS_ADMINISTRATOR,
  OTHERS: DECISION_NOT_YOURS,
  ANOTHER: DECISION_NEEDS_ANOTHER,
};

/** Opens cases for those who change them. */
@Injectable()
export class Cases {
  constructor(private readonly applications: Applications) {}

  /**
   * The case, locked, when it is still open and nobody changed it since the caller read it. The booking is locked first,
   * as by everybody who changes one.
   *
   * @throws Refusal NOT_FOUND, STALE_VERSION, INVALID_STATE
   */
  async open(tx: Tx, ctx: RequestContext, id: string): Promise<OpenCase> {
    const found = await this.lock(tx, id, ctx.ifMatch);
    requireOpen(found);
    return found;
  }

  /**
   * The same, when the caller may decide it.
   * @throws Refusal DECISION_BY_APPLICANT, DECISION_NEEDS_ADMINISTRATOR, DECISION_NOT_YOURS, DECISION_NEEDS_ANOTHER, DECISION_IN_OWN_NAME besides
   */
  async openToDecide(tx: Tx, id: string, decision: 'approve' | 'reject', expected: number | null): Promise<OpenCase> {
    // One person behind two names is not two.
    if (tx.origin.actor.impersonatorId !== undefined) throw new Refusal(DECISION_IN_OWN_NAME);
    const found = await this.lock(tx, id, expected);
    const bar = await this.barTo(tx, decision, found, { userId: tx.actorId, everywhere: tx.reach.tenant });
    if (bar !== null) throw new Refusal(CODES[bar]);
    requireOpen(found);
    return found;
  }

  /** Why somebody who holds the permission must not decide the case; null: they may. */
  async barTo(
    tx: Tx,
    decision: 'approve' | 'reject',
    { approval, application, stage }: OpenCase,
    { userId, everywhere }: { userId: string; everywhere: boolean },
  ): Promise<Bar | null> {
    const { onBehalfOfOrgId } = application;
    const role = stage?.deciders?.role;
    const members = onBehalfOfOrgId === null ? [] : await tx.query(IS_MEMBER, [tx.tenantId, userId, onBehalfOfOrgId]);
    const holders =
      role === undefined
        ? []
        : await tx.query<{ id: string }>(ROLE_HOLDERS, [tx.tenantId, role, approval.orgId, tx.now]);
    return barTo(decision, await this.caseOf(tx, { approval, application, stage }), {
      userId,
      everywhere,
      holdsRole: holders.some(({ id }) => id === userId),
      member: members.length > 0,
    });
  }

  private async caseOf(tx: Tx, { approval, application, stage }: OpenCase): Promise<Case> {
    const { bookingId, step, appealOf } = approval;
    const { decidedBefore, rejectedBy } = await tx.one<DecidedBefore>(DECIDED_BEFORE, [
      tx.tenantId,
      bookingId,
      step,
      appealOf,
    ]);
    return {
      level: approval.level,
      stage,
      escalated: approval.escalatedAt !== null,
      applicantId: application.userId,
      firstApprovedBy: approval.firstApprovedBy,
      rejectedBy,
      decidedBefore,
      distinctDeciders: application.approval.distinctDeciders === true && appealOf === null,
    };
  }

  private async lock(tx: Tx, id: string, expected: number | null): Promise<OpenCase> {
    const { orgId, bookingId } = await tx.one<ApprovalPlace>(APPROVAL_PLACE, [tx.tenantId, id]);
    if (!tx.reach.covers(orgId)) throw new Refusal(NOT_FOUND);
    const application = await this.applications.lock(tx, bookingId);
    const approval = await tx.one<LockedApproval>(LOCK_APPROVAL, [tx.tenantId, id]);
    if (expected !== null && approval.version !== expected) throw new Refusal(STALE_VERSION);
    return caseOf(approval, application);
  }

  /** Cases as they are, to be looked at in this order; nothing is locked. */
  async lookAt(tx: Tx, ids: readonly string[]): Promise<OpenCase[]> {
    const approvals = await tx.query<LockedApproval>(LOOK_AT_APPROVALS, [tx.tenantId, ids]);
    const cases = await this.withApplications(tx, approvals);
    return ids.flatMap((id) => cases.find(({ approval }) => approval.id === id) ?? []);
  }

  async withApplications(tx: Tx, approvals: readonly LockedApproval[]): Promise<OpenCase[]> {
    const applications = await this.applications.readMany(
      tx,
      approvals.map(({ bookingId }) => bookingId),
    );
    const byId = new Map(applications.map((application) => [application.id, application]));
    return approvals.map((approval) => caseOf(approval, byId.get(approval.bookingId) as Application));
  }

  read(tx: Tx, id: string): Promise<ApprovalRow> {
    return tx.one<ApprovalRow>(GET_APPROVAL, [tx.tenantId, id]);
  }
}

export const caseOf = (approval: LockedApproval, application: Application): OpenCase => ({
  approval,
  application,
  stage: approval.appealOf === null ? stageAt(application.approval, approval.step) : null,
});

function requireOpen({ approval, application }: OpenCase): void {
  if (approval.status !== 'open' && approval.status !== 'clarification')
    throw new Refusal(INVALID_STATE, { details: { status: approval.status } });
  const decidable = approval.appealOf === null ? application.status === 'awaiting_approval' : wasRejected(application);
  if (!decidable) throw new Refusal(INVALID_STATE, { details: { status: application.status } });
}

/** Rejected, and perhaps paid back since; what was called off and paid back is told apart by how it was decided. */
export const wasRejected = ({ status }: Application): boolean => status === 'rejected' || status === 'refunded';

/** What every event about a case tells. */
export const factOfCase = (
  { approval, application }: Pick<OpenCase, 'approval' | 'application'>,
  change: Partial<ApprovalFact> = {},
): ApprovalFact => ({
  approvalId: approval.id,
  bookingId: approval.bookingId,
  status: approval.status,
  stage: approval.step,
  level: approval.level,
  orgId: approval.orgId,
  userId: application.userId,
  onBehalfOfOrgId: application.onBehalfOfOrgId,
  assignedTo: approval.assignedTo,
  ...change,
});
