import { SYSTEM_TENANT_ID } from '@kit/contracts';
import { jobOrigin, LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { startRun } from './billing.service.js';
import { MONTHS_TO_BILL } from './billing.sql.js';
import { BillingWorker } from './billing.worker.js';

const EVERY_MS = 60 * 60_000;

interface Month {
  readonly tenantId: string;
  readonly actorId: string | null;
  readonly sellerId: string;
  readonly orgId: string | null;
  readonly from: string;
  readonly to: string;
  readonly endsAfter: Date;
  readonly endsUntil: Date;
}

/** Starts the billing run of the month before, once, for sellers who want that. */
@Injectable()
export class MonthlyBillingJob extends PeriodicJob {
  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    private readonly work: UnitOfWork,
    private readonly worker: BillingWorker,
  ) {
    super('monthly-billing', EVERY_MS, system, log);
  }

  protected async run(now: Date): Promise<void> {
    const months: Month[] = await this.system.query(MONTHS_TO_BILL, [now]);
    // What goes wrong in one tenant keeps no other waiting; a second seller of a tenant has its turn when the first is done.
    for (const { tenantId, actorId, ...month } of months) {
      const origin = jobOrigin(tenantId, 'monthly-billing', actorId ?? SYSTEM_TENANT_ID, now);
      await this.work
        .runAs(origin, async (tx) => {
          if (await startRun(tx, { ...month, buyerOrgId: null })) tx.afterCommit(() => this.worker.wake());
        })
        .catch((error: unknown) =>
          this.log.warn({ err: error, tenantId }, 'a month could not be billed; trying again'),
        );
    }
  }
}
