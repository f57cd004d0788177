import { jobOrigin, LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { dataSubjectRequestCancelled, dataSubjectRequestOverdue } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { ABANDONED_REQUESTS, DELETE_STRAY_PARTS, EXPIRE_BUNDLES } from './bundles.sql.js';
import { ConsentsService } from './consents.service.js';
import { FIND_PERSON } from './consents.sql.js';
import { ErasureService } from './erasure.service.js';
import type { PersonRow } from './person.js';
import { RequestNotices } from './request-notices.js';
import { factOf, publishRequest } from './request-steps.js';
import { CLOSE_REQUEST, LOCK_REQUEST, MARK_OVERDUE, OVERDUE_REQUESTS, type RequestRow } from './requests.sql.js';

const EVERY_MS = 60_000;
/** A request whose identity nobody ever showed is taken back after this time. */
const ABANDONED_MS = 90 * 86_400_000;

interface Found {
  tenantId: string;
  id: string;
  serviceUserId: string;
}

/** What only time does: late requests are told about, exports and consents end. */
@Injectable()
export class PrivacyJob extends PeriodicJob {
  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    private readonly work: UnitOfWork,
    private readonly consents: ConsentsService,
    private readonly notices: RequestNotices,
    private readonly erasure: ErasureService,
  ) {
    super('platform.privacy', EVERY_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    await this.consents.expireStale();
    await this.erasure.destroyLateKeys();
    await this.system.query(EXPIRE_BUNDLES, [now]);
    await this.system.query(DELETE_STRAY_PARTS);
    for (const found of await this.found(OVERDUE_REQUESTS, now)) await this.overdue(found, now);
    const since = new Date(now.getTime() - ABANDONED_MS);
    for (const found of await this.found(ABANDONED_REQUESTS, since)) await this.abandon(found, now);
  }

  private found(query: string, at: Date): Promise<Found[]> {
    return this.system.query(query, [at]);
  }

  private overdue({ tenantId, id, serviceUserId }: Found, now: Date): Promise<void> {
    return this.work.runAs(jobOrigin(tenantId, 'privacy', serviceUserId, now), async (tx) => {
      const row = await tx.one<RequestRow>(LOCK_REQUEST, [tenantId, id]);
      if (row.overdue_at) return;
      const person = await tx.one<PersonRow>(FIND_PERSON, [tenantId, row.user_id]);
      const marked = await tx.one<RequestRow>(MARK_OVERDUE, [tenantId, id, tx.now, tx.actorId]);
      tx.emit(dataSubjectRequestOverdue, factOf(marked));
      tx.audit({ action: 'platform.data-subject-request.overdue', entity: { type: 'data_subject_request', id } });
      await this.notices.overdue(tx, marked, person.timezone);
    });
  }

  private abandon({ tenantId, id, serviceUserId }: Found, now: Date): Promise<void> {
    return this.work.runAs(jobOrigin(tenantId, 'privacy', serviceUserId, now), async (tx) => {
      const row = await tx.one<RequestRow>(LOCK_REQUEST, [tenantId, id]);
      if (row.status !== 'received' && row.status !== 'identity_check') return;
      const closed = await tx.one<RequestRow>(CLOSE_REQUEST, [tenantId, id, tx.now, tx.actorId, 'cancelled']);
      tx.emit(dataSubjectRequestCancelled, factOf(closed));
      tx.audit({
        action: 'platform.data-subject-request.cancel',
        entity: { type: 'data_subject_request', id },
        reason: 'identity_never_shown',
      });
      await publishRequest(tx, closed);
    });
  }
}
