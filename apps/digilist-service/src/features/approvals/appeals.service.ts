import {
  APPEAL_DECIDED,
  APPEAL_TOO_LATE,
  type Appeal,
  type AppealBooking,
  approvalAppealed,
  BOOKING_STARTED,
  INVALID_STATE,
} from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { momentText } from '../notifications/index.js';
import { type Application, Applications } from './applications.js';
import { type LastApproval, LOCK_LAST_APPROVAL, NOTE_MESSAGE, OPEN_APPEAL } from './approvals.sql.js';
import { factOfCase, wasRejected } from './cases.js';
import { Deciders } from './deciders.js';
import { deadline } from './domain/wall-clock.js';
import { requireApplicant } from './sides.js';

const APPEAL_DAYS = 21;
const WORKING_DAYS = 5;
const DAY_MS = 86_400_000;

/** Appeals against rejections. Somebody else decides: an administrator who did not reject. */
@Injectable()
export class AppealsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly deciders: Deciders,
    private readonly applications: Applications,
  ) {}

  appeal(ctx: RequestContext, { id, text }: AppealBooking): Promise<Appeal> {
    return this.work.run(ctx, async (tx) => {
      const application = await this.applications.lock(tx, id);
      requireApplicant(tx, application);
      const [rejection] = await tx.query<LastApproval>(LOCK_LAST_APPROVAL, [tx.tenantId, id]);
      requireAppealable(application, rejection, tx.now);
      const dueAt = deadline(tx.now, WORKING_DAYS, application);
      const [opened] = await tx.query<{ id: string }>(OPEN_APPEAL, [tx.tenantId, rejection.id, dueAt, tx.actorId]);
      if (!opened) throw new Refusal(APPEAL_DECIDED);
      await tx.query(NOTE_MESSAGE, [tx.tenantId, opened.id, id, 'appeal', text, tx.actorId]);
      const approval = {
        ...rejection,
        id: opened.id,
        status: 'open' as const,
        step: 1,
        level: 'administrator' as const,
        assignedTo: null,
      };
      tx.audit({
        action: 'digilist.approval.appeal',
        entity: { type: 'booking_approval', id: opened.id },
        orgId: rejection.orgId,
        changes: { bookingId: id, appealOf: rejection.id },
        reason: text,
      });
      const data = factOfCase({ approval, application });
      const eventId = tx.emit(approvalAppealed, { id: opened.id, version: 1, data });
      const able = await this.deciders.of(tx, { ...approval, stage: null, applicantId: application.userId });
      await this.applications.tell(tx, [
        {
          application,
          event: 'approval.appealed',
          eventId,
          recipientIds: able.filter((userId) => userId !== rejection.decidedBy),
          reason: text,
          details: { due: momentText(dueAt, application.timezone) },
        },
      ]);
      return { id: opened.id, bookingId: id, status: approval.status };
    });
  }
}

/** @throws Refusal INVALID_STATE, APPEAL_DECIDED, APPEAL_TOO_LATE, BOOKING_STARTED */
function requireAppealable(
  application: Application,
  last: LastApproval | undefined,
  now: Date,
): asserts last is LastApproval {
  const { status, startsAt } = application;
  if (!wasRejected(application) || !last) throw new Refusal(INVALID_STATE, { details: { status } });
  // Paid back because it was called off.
  if (last.appealOf === null && last.status !== 'rejected') throw new Refusal(INVALID_STATE, { details: { status } });
  // What was dismissed, or waits, is not appealed against again.
  if (last.appealOf !== null || last.decidedAt === null) throw new Refusal(APPEAL_DECIDED);
  const until = new Date(last.decidedAt.getTime() + APPEAL_DAYS * DAY_MS);
  if (until <= now) throw new Refusal(APPEAL_TOO_LATE, { details: { until: until.toISOString() } });
  if (startsAt <= now) throw new Refusal(BOOKING_STARTED, { details: { startsAt: startsAt.toISOString() } });
}
