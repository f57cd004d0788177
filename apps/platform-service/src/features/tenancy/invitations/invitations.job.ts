import { jobOrigin, LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { InvitationsService } from './invitations.service.js';
import { TENANTS_WITH_OVERDUE } from './invitations.sql.js';

const EVERY_MS = 5 * 60_000;

/** Invitations that nobody accepted in time give their seats back. */
@Injectable()
export class InvitationsJob extends PeriodicJob {
  constructor(
    private readonly work: UnitOfWork,
    private readonly invitations: InvitationsService,
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
  ) {
    super('expire-invitations', EVERY_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    const tenants: { id: string; service_user_id: string }[] = await this.system.query(TENANTS_WITH_OVERDUE, [now]);
    for (const { id, service_user_id } of tenants) {
      const origin = jobOrigin(id, 'expire-invitations', service_user_id, now);
      await this.work.runAs(origin, (tx) => this.invitations.expireOverdue(tx, null));
    }
  }
}
