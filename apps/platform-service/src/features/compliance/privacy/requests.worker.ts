import { jobOrigin, LOGGER, type Logger, QueueWorker, SYSTEM_DATABASE, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  type DataSubjectRequestKind,
  dataSubjectRectified,
  dataSubjectRequestCancelled,
  dataSubjectRequestCompleted,
  type RetainedData,
} from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { Vault } from '../../../secrets/index.js';
import { BundlesService } from './bundles.service.js';
import { LOCK_PERSON } from './consents.sql.js';
import { isExport, isSilent, meetsItself, patience } from './domain/request-lifecycle.js';
import { ErasureService } from './erasure.service.js';
import { ACTIVE_HOLDS, isSoleAdministrator, OTHER_OPEN_REQUESTS, UNDELIVERED } from './erasure.sql.js';
import { reportOwnData } from './own-data.js';
import type { PersonRow } from './person.js';
import { personalData } from './personal-data.js';
import { RequestNotices } from './request-notices.js';
import { factOf, publishRequest } from './request-steps.js';
import { openOrNull, textOf } from './requests.mapper.js';
import {
  ANSWER_PARTICIPANT,
  ASK_AGAIN,
  CLAIM_REQUESTS,
  CLOSE_REQUEST,
  LOCK_PARTICIPANTS,
  LOCK_REQUEST,
  type ParticipantRow,
  PLAN_STEP,
  type RequestRow,
  TOUCH_REQUEST,
} from './requests.sql.js';

const BATCH = 5;
const CLAIM_SECONDS = 60;
const BLOCKED_MS = 15 * 60_000;
const UNDELIVERED_MS = 1_000;

interface Claimed {
  tenantId: string;
  id: string;
  kind: DataSubjectRequestKind;
  serviceUserId: string;
}

type Blocked = NonNullable<RequestRow['blocked_by']>;

/** Carries requests on: asks silent products again, does PLATFORM's own part, and completes what everybody answered. */
@Injectable()
export class RequestsWorker extends QueueWorker<Claimed> {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
    private readonly unit: UnitOfWork,
    private readonly vault: Vault,
    private readonly bundles: BundlesService,
    private readonly erasure: ErasureService,
    private readonly notices: RequestNotices,
    @Inject(LOGGER) log: Logger,
  ) {
    super('data subject requests', log);
  }

  protected override async claim(): Promise<Claimed[]> {
    const [rows] = (await this.system.query(CLAIM_REQUESTS, [BATCH, CLAIM_SECONDS])) as [Claimed[], number];
    return rows;
  }

  protected override work({ tenantId, id, kind, serviceUserId }: Claimed): Promise<void> {
    const step = (tx: Tx) => this.step(tx, id);
    return kind === 'erasure'
      ? this.erasure.run(tenantId, serviceUserId, step)
      : this.unit.runAs(jobOrigin(tenantId, 'data-subject-requests', serviceUserId), step);
  }

  private async step(tx: Tx, id: string): Promise<void> {
    const row = await tx.one<RequestRow>(LOCK_REQUEST, [tx.tenantId, id]);
    if (row.status !== 'in_progress') return;
    const person = await tx.one<PersonRow>(LOCK_PERSON, [tx.tenantId, row.user_id]);
    const participants = await tx.query<ParticipantRow>(LOCK_PARTICIPANTS, [tx.tenantId, id]);
    const own = participants.find(({ participant }) => participant === 'platform');
    const silent = participants.filter((each) => isSilent(each.status) && each !== own);
    if (row.kind === 'erasure' && silent.length === 0) return this.eraseAndComplete(tx, row, person);
    // The own part of an erasure comes last: until then the person can still be told.
    if (own && isSilent(own.status) && row.kind !== 'erasure') await this.ownPart(tx, row, person);
    if (silent.length > 0) return this.waitFor(tx, row, silent);
    if (meetsItself(row.kind) || row.decision === 'completed') return this.complete(tx, row, person);
    // Nothing more to do until somebody decides; that wakes it.
    await this.plan(tx, row, null);
  }

  private async ownPart(tx: Tx, row: RequestRow, person: PersonRow): Promise<void> {
    if (isExport(row.kind)) await reportOwnData(tx, this.vault, row, person);
    await this.answerOwn(tx, row, {}, []);
  }

  private answerOwn(
    tx: Tx,
    row: RequestRow,
    erased: Record<string, number>,
    retained: RetainedData[],
  ): Promise<unknown> {
    const lists = [JSON.stringify(erased), JSON.stringify(retained)];
    return tx.one(ANSWER_PARTICIPANT, [
      tx.tenantId,
      row.id,
      'platform',
      'completed',
      null,
      ...lists,
      tx.now,
      tx.actorId,
    ]);
  }

  private async waitFor(tx: Tx, row: RequestRow, silent: ParticipantRow[]): Promise<void> {
    const due = (each: ParticipantRow) => each.asked_at.getTime() + patience(each.attempts);
    const overdue = silent.filter((each) => due(each) <= tx.now.getTime());
    const next = Math.min(
      ...silent.map((each) => (overdue.includes(each) ? tx.now.getTime() + patience(each.attempts + 1) : due(each))),
    );
    const planned = await this.plan(tx, row, new Date(next));
    if (overdue.length === 0) return;
    const keys = overdue.map(({ participant }) => participant);
    await tx.query(ASK_AGAIN, [tx.tenantId, row.id, keys, tx.now, tx.actorId]);
    await publishRequest(tx, planned);
    tx.audit({
      action: 'platform.data-subject-request.remind',
      entity: { type: 'data_subject_request', id: row.id },
      changes: { participants: keys },
    });
  }

  private async complete(tx: Tx, row: RequestRow, person: PersonRow): Promise<void> {
    const participants = await tx.query<ParticipantRow>(LOCK_PARTICIPANTS, [tx.tenantId, row.id]);
    if (isExport(row.kind)) {
      const until = await this.bundles.assemble(tx, row, person, participants);
      await this.notices.exportReady(tx, person, row, until);
    } else {
      const answer = await openOrNull(this.vault, tx, row.answer_sealed, textOf('answer_sealed', row));
      await this.notices.answered(tx, person, row, true, answer ?? undefined);
    }
    const closed = await this.closed(tx, row);
    if (row.kind === 'rectification')
      tx.emit(dataSubjectRectified, { id: row.user_id, version: closed.version, data: { requestId: row.id } });
  }

  private async closed(tx: Tx, row: RequestRow): Promise<RequestRow> {
    const closed = await tx.one<RequestRow>(CLOSE_REQUEST, [tx.tenantId, row.id, tx.now, tx.actorId, 'completed']);
    tx.emit(dataSubjectRequestCompleted, factOf(closed));
    tx.audit({
      action: 'platform.data-subject-request.complete',
      entity: { type: 'data_subject_request', id: row.id },
      changes: { kind: row.kind },
    });
    await publishRequest(tx, closed);
    return closed;
  }

  private async eraseAndComplete(tx: Tx, row: RequestRow, person: PersonRow): Promise<void> {
    const blocked = await this.obstacle(tx, person);
    if (blocked) {
      const wait = blocked === 'undelivered_messages' ? UNDELIVERED_MS : BLOCKED_MS;
      await this.plan(tx, row, new Date(tx.now.getTime() + wait), blocked);
      return;
    }
    const { tenantId, now, actorId } = tx;
    const subject = { tenantId, userId: person.id, email: person.email };
    const retained = new Map<string, RetainedData>();
    for (const { category, legalGround, until } of await personalData.kept(tx, subject)) {
      const known = retained.get(category);
      if (!known || known.until < until.toISOString())
        retained.set(category, { category, legalGround, until: until.toISOString() });
    }
    const erased = await this.erasure.erase(tx, person, row.id);
    await this.notices.erased(tx, person, row);
    await this.answerOwn(tx, row, erased, [...retained.values()]);
    // Whatever else they asked for has become impossible.
    for (const { id } of await tx.query<{ id: string }>(OTHER_OPEN_REQUESTS, [tenantId, person.id, row.id])) {
      const other = await tx.one<RequestRow>(CLOSE_REQUEST, [tenantId, id, now, actorId, 'cancelled']);
      tx.emit(dataSubjectRequestCancelled, factOf(other));
      await publishRequest(tx, other);
    }
    await this.closed(tx, row);
  }

  private async obstacle(tx: Tx, person: PersonRow): Promise<Blocked | null> {
    const holds = await tx.query(ACTIVE_HOLDS, [tx.tenantId, person.id]);
    if (holds.length > 0) return 'legal_hold';
    if (await isSoleAdministrator(tx, person.id)) return 'last_administrator';
    const undelivered = await tx.query(UNDELIVERED, [tx.tenantId, person.email]);
    return undelivered.length > 0 ? 'undelivered_messages' : null;
  }

  private plan(tx: Tx, row: RequestRow, at: Date | null, blocked: Blocked | null = null): Promise<RequestRow> {
    return tx.one<RequestRow>(PLAN_STEP, [tx.tenantId, row.id, tx.now, tx.actorId, at, blocked]);
  }

  /** What blocked a request may be gone: its next step is now. */
  async nudge(tx: Tx, id: string): Promise<void> {
    await tx.one<RequestRow>(TOUCH_REQUEST, [tx.tenantId, id, tx.now, tx.actorId, tx.now]);
    tx.afterCommit(() => this.wake());
  }
}
