import { approvalEscalated } from '@digilist/contracts';
import { SYSTEM_TENANT_ID } from '@kit/contracts';
import { jobOrigin, LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { whoCan } from '../../platform/index.js';
import { momentText } from '../notifications/index.js';
import { Applications, type Telling } from './applications.js';
import { ESCALATE_APPROVALS, type LockedApproval, PAST_DUE, TENANTS_WITH_PAST_DUE } from './approvals.sql.js';
import { Cases, factOfCase, type OpenCase } from './cases.js';
import { DECIDE } from './deciders.js';

const EVERY_MS = 5 * 60_000;
const BATCH = 100;

interface Escalation {
  readonly open: OpenCase;
  readonly level: 'manager' | 'administrator';
  readonly assignee: string | null;
  readonly toldIds: readonly string[];
}

/** Gives what was not decided in time to others, once: to those the workflow names, else to the administrators. */
@Injectable()
export class EscalationJob extends PeriodicJob {
  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    private readonly work: UnitOfWork,
    private readonly cases: Cases,
    private readonly applications: Applications,
  ) {
    super('approval-escalation', EVERY_MS, system, log);
  }

  protected override async run(): Promise<void> {
    const tenants: { tenantId: string; actorId: string | null }[] = await this.system.query(TENANTS_WITH_PAST_DUE);
    // What goes wrong in one tenant keeps no other waiting.
    for (const { tenantId, actorId } of tenants) {
      await this.in(tenantId, actorId ?? SYSTEM_TENANT_ID).catch((error: unknown) =>
        this.log.warn({ err: error, tenantId }, 'approvals could not be escalated; trying again'),
      );
    }
  }

  private async in(tenantId: string, actorId: string): Promise<void> {
    for (let done = BATCH; done === BATCH; ) {
      done = await this.work.runAs(jobOrigin(tenantId, 'approval-escalation', actorId), async (tx) => {
        const late = await tx.query<LockedApproval>(PAST_DUE, [tenantId, BATCH]);
        if (late.length > 0) await this.escalate(tx, await this.cases.withApplications(tx, late));
        return late.length;
      });
    }
  }

  private async escalate(tx: Tx, late: readonly OpenCase[]): Promise<void> {
    const administrators = await whoCan(tx, DECIDE, null);
    const ableIn = new Map<string, readonly string[]>();
    for (const orgId of new Set(late.map(({ approval }) => approval.orgId)))
      ableIn.set(orgId, await whoCan(tx, DECIDE, orgId));
    const escalations = late.map((open) =>
      escalationOf(open, administrators, ableIn.get(open.approval.orgId) ?? administrators),
    );
    await tx.query(ESCALATE_APPROVALS, [
      tx.tenantId,
      escalations.map(({ open }) => open.approval.id),
      escalations.map(({ level }) => level),
      escalations.map(({ assignee }) => assignee),
      tx.actorId,
    ]);
    await this.applications.tell(
      tx,
      escalations.map((escalation) => tellingOf(tx, escalation)),
    );
  }
}

/** Puts the fact and its audit record into the outbox. Answers whom to tell. */
function tellingOf(tx: Tx, { open, level, assignee, toldIds }: Escalation): Telling {
  const { approval, application } = open;
  const { id, orgId, bookingId, dueAt } = approval;
  tx.audit({
    action: 'digilist.approval.escalate',
    entity: { type: 'booking_approval', id },
    orgId,
    changes: { bookingId, level: { from: approval.level, to: level }, assignedTo: assignee },
  });
  const data = factOfCase(open, { level, assignedTo: assignee });
  const eventId = tx.emit(approvalEscalated, { id, version: approval.version + 1, data });
  const details = dueAt ? { due: momentText(dueAt, application.timezone) } : {};
  return { application, event: 'approval.escalated', eventId, recipientIds: toldIds, details };
}

/** To those of the workflow who still can decide there, and are not the applicant; where there is none, to the administrators. */
function escalationOf(open: OpenCase, administrators: readonly string[], able: readonly string[]): Escalation {
  const { approval, application, stage } = open;
  const { level } = approval;
  const others = (ids: readonly string[]) => ids.filter((id) => id !== application.userId);
  const given = others(stage?.escalateTo ?? []).filter((id) =>
    (level === 'administrator' ? administrators : able).includes(id),
  );
  if (given.length > 0) return { open, level, assignee: given[0] as string, toldIds: given };
  // Whoever has it keeps it where they still may decide.
  const assignee = administrators.find((id) => id === approval.assignedTo) ?? null;
  return { open, level: 'administrator', assignee, toldIds: others(administrators) };
}
