import { Refusal, VALIDATION_FAILED } from '@kit/contracts';
import { originIn, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type ClosePersonalData,
  DATA_SUBJECT_REQUEST_STATUS_INVALID,
  PARTICIPANT_UNKNOWN,
  type PersonalDataTaken,
  type ReportPersonalData,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { Vault } from '../../../secrets/index.js';
import { isExport } from './domain/request-lifecycle.js';
import { partPlace } from './own-data.js';
import { publishRequest } from './request-steps.js';
import {
  ANSWER_PARTICIPANT,
  COUNT_PARTS,
  LOCK_PARTICIPANTS,
  LOCK_REQUEST,
  type ParticipantRow,
  PUT_PART,
  type RequestRow,
  TOUCH_REQUEST,
} from './requests.sql.js';
import { RequestsWorker } from './requests.worker.js';

/** How products answer. Everything may come twice. */
@Injectable()
export class ParticipationService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly vault: Vault,
    private readonly worker: RequestsWorker,
  ) {}

  report(ctx: RequestContext, request: ReportPersonalData): Promise<PersonalDataTaken> {
    const { requestId, part, category, content } = request;
    return this.answering(ctx, request, async (tx, row, participant) => {
      if (!isExport(row.kind)) throw new Refusal(DATA_SUBJECT_REQUEST_STATUS_INVALID, { details: { kind: row.kind } });
      if (!category.startsWith(`${participant}.`)) {
        const message = `${category} is no category of ${participant}`;
        throw new Refusal(VALIDATION_FAILED, { errors: [{ path: 'category', code: 'foreign', message }] });
      }
      const id = uuidv7();
      const sealed = await this.vault.seal(tx, JSON.stringify(content.records), partPlace(id, row.user_id));
      await tx.query(PUT_PART, [tx.tenantId, id, requestId, participant, part, category, sealed, tx.now, tx.actorId]);
    });
  }

  close(ctx: RequestContext, request: ClosePersonalData): Promise<PersonalDataTaken> {
    const { requestId, outcome, reason = null, parts, erased = {}, retained = [] } = request;
    return this.answering(ctx, request, async (tx, _row, participant) => {
      const counted = await tx.one<{ parts: number; last: number }>(COUNT_PARTS, [tx.tenantId, requestId, participant]);
      if (counted.parts !== parts || counted.last !== parts) {
        const details = { expected: parts, received: counted.parts };
        throw new Refusal(DATA_SUBJECT_REQUEST_STATUS_INVALID, { detail: 'Parts are missing.', details });
      }
      await tx.one(ANSWER_PARTICIPANT, [
        tx.tenantId,
        requestId,
        participant,
        outcome,
        reason,
        JSON.stringify(erased),
        JSON.stringify(retained),
        tx.now,
        tx.actorId,
      ]);
      const after = await tx.one<RequestRow>(TOUCH_REQUEST, [tx.tenantId, requestId, tx.now, tx.actorId, tx.now]);
      await publishRequest(tx, after);
      tx.audit({
        action: 'platform.data-subject-request.answer',
        entity: { type: 'data_subject_request', id: requestId },
        changes: { participant, outcome, erased, retained: retained.map(({ category }) => category) },
      });
      tx.afterCommit(() => this.worker.wake());
    });
  }

  private answering(
    ctx: RequestContext,
    { tenantId, requestId }: { tenantId: string; requestId: string },
    answer: (tx: Tx, row: RequestRow, participant: string) => Promise<void>,
  ): Promise<PersonalDataTaken> {
    const participant = ctx.principal.kind === 'product' ? ctx.principal.key : '';
    return this.work.runAs(originIn(tenantId, ctx), async (tx) => {
      const row = await tx.one<RequestRow>(LOCK_REQUEST, [tenantId, requestId]);
      const participants = await tx.query<ParticipantRow>(LOCK_PARTICIPANTS, [tenantId, requestId]);
      const own = participants.find((each) => each.participant === participant);
      if (!own) throw new Refusal(PARTICIPANT_UNKNOWN);
      // A late or repeated answer is no mistake of whoever sends it.
      if (row.status !== 'in_progress' || own.status !== 'waiting') return { taken: false };
      await answer(tx, row, participant);
      return { taken: true };
    });
  }
}
