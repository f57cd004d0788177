import { FORBIDDEN, NOT_FOUND, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type ConfirmIdentity,
  type CreateDataSubjectRequest,
  DATA_SUBJECT_REQUEST_EXTENDED,
  DATA_SUBJECT_REQUEST_OPEN,
  DATA_SUBJECT_REQUEST_STATUS_INVALID,
  type DataSubjectRequest,
  type DataSubjectRequestPage,
  type DataSubjectRequestStatus,
  type DecideDataSubjectRequest,
  dataSubjectRequestCancelled,
  dataSubjectRequestExtended,
  dataSubjectRequestReceived,
  dataSubjectRequestRefused,
  ERASURE_NOT_FOR_SERVICES,
  type ExtendDataSubjectRequest,
  type IdentityMethod,
  LAST_ADMINISTRATOR,
  type ListDataSubjectRequests,
  type OverrideParticipant,
  PARTICIPANT_ANSWERED,
  PARTICIPANT_UNKNOWN,
  restrictionLifted,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { Vault } from '../../../secrets/index.js';
import { requireFreshAuthentication } from '../../identity/factors/index.js';
import { LOCK_PERSON } from './consents.sql.js';
import { dueAt, MONTHS, MONTHS_EXTENDED } from './domain/due-date.js';
import { isOpen, mayFollow } from './domain/request-lifecycle.js';
import { isSoleAdministrator } from './erasure.sql.js';
import { type PersonRow, requireThemselves } from './person.js';
import { RequestNotices } from './request-notices.js';
import { factOf, publishRequest, startRequest } from './request-steps.js';
import { textOf, toRequest } from './requests.mapper.js';
import {
  ANSWER_PARTICIPANT,
  ASK_IDENTITY,
  CLOSE_REQUEST,
  DECIDE_REQUEST,
  EXTEND_REQUEST,
  INSERT_REQUEST,
  LIFT_REQUEST,
  LIST_REQUESTS,
  LOCK_PARTICIPANTS,
  LOCK_REQUEST,
  type ParticipantRow,
  type RequestRow,
  SHOW_REQUEST,
  type ShownRow,
  TOUCH_REQUEST,
} from './requests.sql.js';
import { RequestsWorker } from './requests.worker.js';

const MANAGE = 'platform.data-subject-request.manage';

/** Rights over personal data, from the asking to the answer. What happens in between is the worker's. */
@Injectable()
export class RequestsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly vault: Vault,
    private readonly notices: RequestNotices,
    private readonly worker: RequestsWorker,
  ) {}

  async create(ctx: RequestContext, request: CreateDataSubjectRequest): Promise<DataSubjectRequest> {
    requireThemselves(ctx);
    const { userId: callerId } = userOf(ctx);
    const { kind, details, identity, userId = callerId } = request;
    return this.acting(ctx, async (tx) => {
      const own = userId === callerId;
      if (own) await requireFreshAuthentication(tx, ctx);
      else if (!(await tx.reachOf(MANAGE)).tenant) throw new Refusal(FORBIDDEN);
      const person = await tx.one<PersonRow>(LOCK_PERSON, [tx.tenantId, userId]);
      if (person.erased_at) throw new Refusal(NOT_FOUND);
      if (person.kind !== 'person') throw new Refusal(ERASURE_NOT_FOR_SERVICES);
      if (kind === 'erasure' && (await isSoleAdministrator(tx, userId))) throw new Refusal(LAST_ADMINISTRATOR);
      const row = await this.insert(tx, { userId, kind, details, dueAt: dueAt(tx.now, MONTHS, person.timezone) });
      await this.notices.received(tx, person, row);
      if (own) return startRequest(tx, row, { method: 'fresh_sign_in', noteSealed: null });
      if (identity) return this.identified(tx, row, identity.method, identity.note);
      return tx.one<RequestRow>(ASK_IDENTITY, [tx.tenantId, row.id, tx.now, tx.actorId]);
    });
  }

  list(ctx: RequestContext, query: ListDataSubjectRequests): Promise<DataSubjectRequestPage> {
    const { keys, fetch } = pageStart(query, ['instant', 'uuid']);
    const { userId: callerId } = userOf(ctx);
    return this.work.run(ctx, async (tx) => {
      const everybody = (await tx.reachOf(MANAGE)).tenant;
      const { userId, status, kind, overdue } = query;
      if (!everybody && userId !== undefined && userId !== callerId) throw new Refusal(FORBIDDEN);
      const rows = await tx.query<ShownRow>(LIST_REQUESTS, [
        tx.tenantId,
        tx.now,
        everybody ? (userId ?? null) : callerId,
        status ?? null,
        kind ?? null,
        overdue ?? null,
        keys?.[0] ?? null,
        keys?.[1] ?? null,
        fetch,
      ]);
      const shown = await Promise.all(rows.map(async (row) => ({ row, item: await toRequest(this.vault, tx, row) })));
      return pageOfRows(
        query,
        shown,
        ({ row }) => [row.due_at.toISOString(), row.id],
        ({ item }) => item,
      );
    });
  }

  get(ctx: RequestContext, id: string): Promise<DataSubjectRequest> {
    return this.work.run(ctx, async (tx) => {
      const row = await this.show(tx, id);
      await requireOwnOrManaged(tx, ctx, row.user_id);
      return toRequest(this.vault, tx, row);
    });
  }

  /** @throws Refusal DATA_SUBJECT_REQUEST_STATUS_INVALID once a product has begun to do what was asked */
  cancel(ctx: RequestContext, id: string): Promise<DataSubjectRequest> {
    requireThemselves(ctx);
    return this.acting(ctx, async (tx) => {
      const row = await tx.one<RequestRow>(LOCK_REQUEST, [tx.tenantId, id]);
      await requireOwnOrManaged(tx, ctx, row.user_id);
      const participants = await tx.query<ParticipantRow>(LOCK_PARTICIPANTS, [tx.tenantId, id]);
      const begun = row.kind === 'erasure' && participants.some(({ status }) => status === 'completed');
      if (begun) throw new Refusal(DATA_SUBJECT_REQUEST_STATUS_INVALID, { details: { from: row.status } });
      return this.close(tx, row, 'cancelled');
    });
  }

  confirmIdentity(ctx: RequestContext, { id, method, note }: ConfirmIdentity): Promise<DataSubjectRequest> {
    return this.managing(ctx, id, (tx, row) => {
      requireTransition(row, 'in_progress');
      return this.identified(tx, row, method, note);
    });
  }

  extend(ctx: RequestContext, { id, reason }: ExtendDataSubjectRequest): Promise<DataSubjectRequest> {
    return this.managing(ctx, id, async (tx, row) => {
      if (!isOpen(row.status))
        throw new Refusal(DATA_SUBJECT_REQUEST_STATUS_INVALID, { details: { from: row.status } });
      if (row.extended_at) throw new Refusal(DATA_SUBJECT_REQUEST_EXTENDED);
      const person = await tx.one<PersonRow>(LOCK_PERSON, [tx.tenantId, row.user_id]);
      const due = dueAt(row.received_at, MONTHS_EXTENDED, person.timezone);
      const sealed = await this.vault.seal(tx, reason, textOf('extension_reason_sealed', row));
      const values = [tx.tenantId, id, tx.now, tx.actorId, due, sealed];
      const after = await tx.one<RequestRow>(EXTEND_REQUEST, values);
      await this.notices.extended(tx, person, after, reason);
      tx.emit(dataSubjectRequestExtended, factOf(after));
      audit(tx, 'extend', after, { dueAt: due.toISOString() }, { reason });
      return after;
    });
  }

  decide(ctx: RequestContext, { id, outcome, answer }: DecideDataSubjectRequest): Promise<DataSubjectRequest> {
    return this.managing(ctx, id, async (tx, row) => {
      requireTransition(row, outcome);
      const sealed = await this.vault.seal(tx, answer, textOf('answer_sealed', row));
      const decided = await tx.one<RequestRow>(DECIDE_REQUEST, [tx.tenantId, id, tx.now, tx.actorId, outcome, sealed]);
      audit(tx, 'decide', decided, { outcome }, { answer });
      // What is met waits for the products; what is refused is over, and they hear that it is.
      if (outcome === 'completed') return decided;
      const person = await tx.one<PersonRow>(LOCK_PERSON, [tx.tenantId, row.user_id]);
      await this.notices.answered(tx, person, decided, false, answer);
      return this.close(tx, decided, 'refused');
    });
  }

  override(ctx: RequestContext, { id, participant, reason }: OverrideParticipant): Promise<DataSubjectRequest> {
    return this.managing(ctx, id, async (tx, row) => {
      if (row.status !== 'in_progress')
        throw new Refusal(DATA_SUBJECT_REQUEST_STATUS_INVALID, { details: { from: row.status } });
      const participants = await tx.query<ParticipantRow>(LOCK_PARTICIPANTS, [tx.tenantId, id]);
      const found = participants.find((each) => each.participant === participant && participant !== 'platform');
      if (!found) throw new Refusal(PARTICIPANT_UNKNOWN);
      if (found.status !== 'waiting') throw new Refusal(PARTICIPANT_ANSWERED);
      const values = [tx.tenantId, id, participant, 'overridden', reason, '{}', '[]', tx.now, tx.actorId];
      await tx.one(ANSWER_PARTICIPANT, values);
      const after = await tx.one<RequestRow>(TOUCH_REQUEST, [tx.tenantId, id, tx.now, tx.actorId, tx.now]);
      audit(tx, 'override', after, { participant, reason });
      await publishRequest(tx, after);
      return after;
    });
  }

  lift(ctx: RequestContext, { id, reason }: ExtendDataSubjectRequest): Promise<DataSubjectRequest> {
    return this.managing(ctx, id, async (tx, row) => {
      if (row.kind !== 'restriction' || row.status !== 'completed' || row.lifted_at)
        throw new Refusal(DATA_SUBJECT_REQUEST_STATUS_INVALID, { details: { from: row.status } });
      const sealed = await this.vault.seal(tx, reason, textOf('answer_sealed', row));
      const after = await tx.one<RequestRow>(LIFT_REQUEST, [tx.tenantId, id, tx.now, tx.actorId, sealed]);
      const person = await tx.one<PersonRow>(LOCK_PERSON, [tx.tenantId, row.user_id]);
      await this.notices.answered(tx, person, after, true, reason);
      tx.emit(restrictionLifted, factOf(after));
      audit(tx, 'lift', after, {}, { reason });
      await publishRequest(tx, after);
      return after;
    });
  }

  private async insert(
    tx: Tx,
    wanted: { userId: string; kind: RequestRow['kind']; details: string | undefined; dueAt: Date },
  ): Promise<RequestRow> {
    const { userId, kind, details } = wanted;
    const id = uuidv7();
    const sealed =
      details === undefined
        ? null
        : await this.vault.seal(tx, details, textOf('details_sealed', { id, user_id: userId }));
    const values = [tx.tenantId, id, userId, kind, tx.now, wanted.dueAt, sealed, tx.actorId];
    const [row] = await tx.query<RequestRow>(INSERT_REQUEST, values);
    if (!row) throw new Refusal(DATA_SUBJECT_REQUEST_OPEN);
    tx.emit(dataSubjectRequestReceived, factOf(row));
    audit(tx, 'create', row, { kind });
    return row;
  }

  private async identified(tx: Tx, row: RequestRow, method: IdentityMethod, note: string): Promise<RequestRow> {
    const noteSealed = await this.vault.seal(tx, note, textOf('identity_note_sealed', row));
    return startRequest(tx, row, { method, noteSealed });
  }

  private async close(tx: Tx, row: RequestRow, status: 'cancelled' | 'refused'): Promise<RequestRow> {
    requireTransition(row, status);
    const after = await tx.one<RequestRow>(CLOSE_REQUEST, [tx.tenantId, row.id, tx.now, tx.actorId, status]);
    tx.emit(status === 'refused' ? dataSubjectRequestRefused : dataSubjectRequestCancelled, factOf(after));
    audit(tx, status === 'refused' ? 'refuse' : 'cancel', after);
    await publishRequest(tx, after);
    return after;
  }

  private managing(
    ctx: RequestContext,
    id: string,
    act: (tx: Tx, row: RequestRow) => Promise<RequestRow>,
  ): Promise<DataSubjectRequest> {
    return this.acting(ctx, async (tx) => {
      if (!tx.reach.tenant) throw new Refusal(FORBIDDEN);
      return act(tx, await tx.one<RequestRow>(LOCK_REQUEST, [tx.tenantId, id]));
    });
  }

  private acting(ctx: RequestContext, act: (tx: Tx) => Promise<RequestRow>): Promise<DataSubjectRequest> {
    return this.work.run(ctx, async (tx) => {
      const { id } = await act(tx);
      tx.afterCommit(() => this.worker.wake());
      return toRequest(this.vault, tx, await this.show(tx, id));
    });
  }

  private show(tx: Tx, id: string): Promise<ShownRow> {
    return tx.one<ShownRow>(SHOW_REQUEST, [tx.tenantId, tx.now, id]);
  }
}

/** A request of somebody else is not there, unless one may manage them. */
async function requireOwnOrManaged(tx: Tx, ctx: RequestContext, userId: string): Promise<void> {
  if (userOf(ctx).userId !== userId && !(await tx.reachOf(MANAGE)).tenant) throw new Refusal(NOT_FOUND);
}

function requireTransition(row: RequestRow, to: DataSubjectRequestStatus): void {
  if (!mayFollow(row.status, to))
    throw new Refusal(DATA_SUBJECT_REQUEST_STATUS_INVALID, { details: { from: row.status, to } });
}

function audit(
  tx: Tx,
  action: string,
  row: RequestRow,
  changes: Record<string, unknown> = {},
  personal?: Record<string, unknown>,
): void {
  tx.audit({
    action: `platform.data-subject-request.${action}`,
    entity: { type: 'data_subject_request', id: row.id },
    changes: { kind: row.kind, ...changes },
    ...(personal && { personal: { [row.user_id]: personal } }),
  });
}
