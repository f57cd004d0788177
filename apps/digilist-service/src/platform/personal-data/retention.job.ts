import { LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { END_RETENTION } from './personal-data.sql.js';

const EVERY_MS = 12 * 3_600_000;

/** What the law kept of somebody who was erased becomes nobody's when it need not be kept any longer. */
@Injectable()
export class RetentionOfErased extends PeriodicJob {
  constructor(@Inject(SYSTEM_DATABASE) system: DataSource, @Inject(LOGGER) log: Logger) {
    super('digilist.retention-of-erased', EVERY_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    await this.system.query(END_RETENTION, [now]);
  }
}
