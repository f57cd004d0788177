import { LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { SWEEP_SIGN_INS } from './attempts.sql.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Forgets sign-ins that are over. */
@Injectable()
export class SignInSweep extends PeriodicJob {
  constructor(@Inject(SYSTEM_DATABASE) system: DataSource, @Inject(LOGGER) log: Logger) {
    super('federation/sign-in-sweep', HOUR_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    await this.system.query(SWEEP_SIGN_INS, [new Date(now.getTime() - DAY_MS)]);
  }
}
