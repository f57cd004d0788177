import { LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { CallsWorker } from './calls.worker.js';
import { ChecksWorker } from './checks.worker.js';

const EVERY_MS = 60_000;

/**
 * Asks about every payment whose time is over, and about every call of which nobody knows what came: what can be learned
 * settles itself, and what cannot for long becomes a case for a person.
 */
@Injectable()
export class ReconciliationJob extends PeriodicJob {
  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    private readonly calls: CallsWorker,
    private readonly checks: ChecksWorker,
  ) {
    super('payment-reconciliation', EVERY_MS, system, log);
  }

  protected async run(now: Date): Promise<void> {
    // What was learned may have to be carried out, and what was closed to be asked about.
    await this.checks.workOff(now);
    await this.calls.workOff(now);
    await this.checks.workOff(now);
  }
}
