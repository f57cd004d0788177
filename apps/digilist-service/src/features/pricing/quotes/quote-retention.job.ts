import { LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { DELETE_OLD_QUOTES } from './quotes.sql.js';

const EVERY_MS = 12 * 3_600_000;
const KEPT_MS = 30 * 86_400_000;
const BATCH = 5_000;

/** What nobody booked is nobody's business a month later. What was booked carries its price itself. */
@Injectable()
export class QuoteRetention extends PeriodicJob {
  constructor(@Inject(SYSTEM_DATABASE) system: DataSource, @Inject(LOGGER) log: Logger) {
    super('digilist.quote-retention', EVERY_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    const before = new Date(now.getTime() - KEPT_MS);
    for (let deleted = BATCH; deleted === BATCH; ) {
      // TypeORM answers a DELETE with its rows and their number.
      const [rows] = (await this.system.query(DELETE_OLD_QUOTES, [before, BATCH])) as [unknown[], number];
      deleted = rows.length;
    }
  }
}
