import { jobOrigin, LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { DUE_TENANTS } from './licensing.sql.js';
import { settle } from './settle.js';

const EVERY_MS = 60_000;

/** Writes down and tells the products what the clock has changed. Nothing here depends on it: reads look at the times. */
@Injectable()
export class LicencesJob extends PeriodicJob {
  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    private readonly work: UnitOfWork,
  ) {
    super('platform-licences', EVERY_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    const tenants = (await this.system.query(DUE_TENANTS, [now])) as { id: string; service_user_id: string }[];
    for (const { id, service_user_id } of tenants) {
      try {
        await this.work.runAs(jobOrigin(id, 'settle-licence', service_user_id, now), settle);
      } catch (error) {
        this.log.error({ err: error, tenant: id }, 'the licence of a tenant could not be settled; next turn again');
      }
    }
  }
}
