import { LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { SWEEP_HOLDS } from './holds.sql.js';

const EVERY_MS = 15 * 60_000;
const BATCH = 500;

/** Their time is free as soon as they end; this only clears away what is left of them. */
@Injectable()
export class SweepHolds extends PeriodicJob {
  constructor(@Inject(SYSTEM_DATABASE) system: DataSource, @Inject(LOGGER) log: Logger) {
    super('digilist.sweep-holds', EVERY_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    for (let swept = BATCH; swept === BATCH; ) {
      // TypeORM answers a DELETE with its rows and their number.
      const [rows] = (await this.system.query(SWEEP_HOLDS, [now, BATCH])) as [unknown[], number];
      swept = rows.length;
    }
  }
}
