import type { ApprovalLevel, ApprovalStage, BookingApproval } from '@digilist/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { whoCan } from '../../platform/index.js';
import { momentText, type Notice } from '../notifications/index.js';
import { ROLE_HOLDERS } from './approvals.sql.js';
import { stageAt } from './domain/stages.js';

export const DECIDE = 'digilist.approval.decide';

/** Who is to be asked about a case. */
export interface Asked {
  readonly orgId: string;
  readonly level: ApprovalLevel;
  readonly stage: ApprovalStage | null;
  readonly applicantId: string;
}

/** Who decides what, to tell them and to give it to them. */
@Injectable()
export class Deciders {
  /** Those who may decide a stage, but for the applicant. */
  async of(tx: Tx, { orgId, level, stage, applicantId }: Asked): Promise<string[]> {
    const able = await whoCan(tx, DECIDE, level === 'administrator' ? null : orgId);
    const others = able.filter((id) => id !== applicantId);
    if (stage?.deciders == null) return others;
    const { userIds = [], role } = stage.deciders;
    const holders =
      role === undefined ? [] : await tx.query<{ id: string }>(ROLE_HOLDERS, [tx.tenantId, role, orgId, tx.now]);
    const named = new Set([...userIds, ...holders.map(({ id }) => id)]);
    return others.filter((id) => named.has(id));
  }

  /**
   * What those are told who have to decide about a booking that has just been asked for: of a series once, however many
   * bookings it has.
   *
   * @param told what the applicant is told of the same event
   */
  async notices(
    tx: Tx,
    told: Notice,
    { orgId, approval, dueAt }: { orgId: string; approval: BookingApproval; dueAt: Date | null },
  ): Promise<Notice[]> {
    const stage = stageAt(approval, 1);
    if (stage === null) return [];
    const asked = await this.of(tx, { orgId, level: stage.level, stage, applicantId: told.recipientId });
    const { reason: _, before: __, bookings: ___, ...about } = told;
    const details = dueAt && told.timeZone !== undefined ? { due: momentText(dueAt, told.timeZone) } : {};
    return asked.map((recipientId) => ({ ...about, event: 'approval.requested', recipientId, details }));
  }
}
