import { LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { FORGET_OLD, FORGET_SECRETS } from './worker.sql.js';

const HOURLY_MS = 3_600_000;
const BATCH = 5_000;

/** Deletes what was sent after 30 days, and secrets that sign no more. */
@Injectable()
export class ForgetOldDeliveries extends PeriodicJob {
  constructor(@Inject(SYSTEM_DATABASE) system: DataSource, @Inject(LOGGER) log: Logger) {
    super('webhooks/forget-old', HOURLY_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    await this.system.query(FORGET_SECRETS, [now]);
    for (const statement of FORGET_OLD) {
      for (let deleted = BATCH; deleted === BATCH; ) {
        [, deleted] = (await this.system.query(statement, [now, BATCH])) as [unknown[], number];
      }
    }
  }
}
