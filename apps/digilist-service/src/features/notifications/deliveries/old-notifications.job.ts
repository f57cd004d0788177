import { LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { FORGET_OLD } from './deliveries.sql.js';

const EVERY_MS = 24 * 3_600_000;
const KEPT_MONTHS = 24;
const BATCH = 1_000;

/** What somebody was told two years ago is nobody's business any more. */
@Injectable()
export class OldNotifications extends PeriodicJob {
  constructor(@Inject(SYSTEM_DATABASE) system: DataSource, @Inject(LOGGER) log: Logger) {
    super('old-notifications', EVERY_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    const before = new Date(now);
    before.setUTCMonth(before.getUTCMonth() - KEPT_MONTHS);
    for (let gone = BATCH; gone === BATCH; ) {
      // TypeORM answers a DELETE with its rows and their number.
      const [rows] = (await this.system.query(FORGET_OLD, [before, BATCH])) as [unknown[], number];
      gone = rows.length;
    }
  }
}
