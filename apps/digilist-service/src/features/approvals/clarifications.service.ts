import {
  type AnswerClarification,
  type Approval,
  type ApprovalMessage,
  type ApprovalStatus,
  approvalClarified,
  approvalQuestioned,
  type BookingId,
  type BookingMessages,
  type ClarifyApproval,
  INVALID_STATE,
} from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { type Application, Applications } from './applications.js';
import {
  LAST_STATUS,
  type LastApproval,
  LOCK_LAST_APPROVAL,
  type LockedApproval,
  MESSAGES_OF_BOOKING,
  type MessageRow,
  NOTE_MESSAGE,
  PARTIES,
  QUESTION_APPROVAL,
  RESUME_APPROVAL,
} from './approvals.sql.js';
import { Cases, caseOf, factOfCase } from './cases.js';
import { Deciders } from './deciders.js';
import { resumed } from './domain/wall-clock.js';
import { type Parties, requireApplicant, sideOf } from './sides.js';

/** Questions to the applicant, and the answers. Meanwhile the time to decide stands still. */
@Injectable()
export class ClarificationsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly cases: Cases,
    private readonly deciders: Deciders,
    private readonly applications: Applications,
  ) {}

  ask(ctx: RequestContext, { id, question }: ClarifyApproval): Promise<Approval> {
    return this.work.run(ctx, async (tx) => {
      const open = await this.cases.openToDecide(tx, id, 'reject', ctx.ifMatch);
      const { approval, application } = open;
      if (approval.status !== 'open') throw new Refusal(INVALID_STATE, { details: { status: approval.status } });
      await tx.query(QUESTION_APPROVAL, [tx.tenantId, id, tx.actorId, tx.now]);
      await note(tx, approval, 'question', question);
      audit(tx, approval, 'digilist.approval.clarify', question);
      const data = factOfCase(open, { status: 'clarification' });
      const eventId = tx.emit(approvalQuestioned, { id, version: approval.version + 1, data });
      await this.applications.tell(tx, [
        {
          application,
          event: 'approval.clarification',
          eventId,
          recipientIds: [application.userId],
          details: { question },
        },
      ]);
      return this.cases.read(tx, id);
    });
  }

  answer(ctx: RequestContext, { id, answer }: AnswerClarification): Promise<ApprovalMessage> {
    return this.work.run(ctx, async (tx) => {
      const application = await this.applications.lock(tx, id);
      requireApplicant(tx, application);
      const [approval] = await tx.query<LastApproval>(LOCK_LAST_APPROVAL, [tx.tenantId, id]);
      if (approval?.status !== 'clarification')
        throw new Refusal(INVALID_STATE, { details: { status: approval?.status ?? application.status } });
      const dueAt = dueAfterAnswer(approval, application, tx.now);
      await tx.query(RESUME_APPROVAL, [tx.tenantId, approval.id, tx.actorId, dueAt]);
      const message = await note(tx, approval, 'answer', answer);
      audit(tx, approval, 'digilist.approval.answer', answer);
      const open = caseOf(approval, application);
      const data = factOfCase(open, { status: 'open' });
      const eventId = tx.emit(approvalClarified, { id: approval.id, version: approval.version + 1, data });
      await this.applications.tell(tx, [
        {
          application,
          event: 'approval.clarified',
          eventId,
          recipientIds: await this.whoGoesOn(tx, approval, application),
          details: { answer },
        },
      ]);
      return message;
    });
  }

  messages(ctx: RequestContext, { id }: BookingId): Promise<BookingMessages> {
    return this.work.run(ctx, async (tx) => {
      const booking = await tx.one<Parties & Record<string, unknown>>(PARTIES, [tx.tenantId, id]);
      const side = sideOf(tx, booking);
      const [approval] = await tx.query<{ status: ApprovalStatus }>(LAST_STATUS, [tx.tenantId, id]);
      const messages = await tx.query<MessageRow>(MESSAGES_OF_BOOKING, [tx.tenantId, id]);
      // How the owner's people come to a decision among themselves is theirs.
      const data = side === 'owner' ? messages : messages.filter(({ kind }) => kind !== 'endorsement');
      return { status: approval?.status ?? null, data };
    });
  }

  /** Whoever has the case, or asked; else everybody who may decide it. */
  private async whoGoesOn(tx: Tx, approval: LockedApproval, application: Application): Promise<string[]> {
    if (approval.assignedTo !== null) return [approval.assignedTo];
    const messages = await tx.query<MessageRow>(MESSAGES_OF_BOOKING, [tx.tenantId, approval.bookingId]);
    const asked = messages.findLast(({ kind }) => kind === 'question');
    if (asked) return [asked.by];
    return this.deciders.of(tx, { ...caseOf(approval, application), ...approval, applicantId: application.userId });
  }
}

/** When the decision is due once the applicant has answered. */
const dueAfterAnswer = ({ askedAt, dueAt }: LockedApproval, application: Application, now: Date): Date | null =>
  dueAt && askedAt ? resumed({ askedAt, dueAt, now }, application) : dueAt;

const note = (
  tx: Tx,
  { id, bookingId }: LockedApproval,
  kind: ApprovalMessage['kind'],
  text: string,
): Promise<MessageRow> => tx.one<MessageRow>(NOTE_MESSAGE, [tx.tenantId, id, bookingId, kind, text, tx.actorId]);

function audit(tx: Tx, { id, orgId, bookingId }: LockedApproval, action: string, reason: string): void {
  tx.audit({ action, entity: { type: 'booking_approval', id }, orgId, changes: { bookingId }, reason });
}
