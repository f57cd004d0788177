import { SYSTEM_TENANT_ID } from '@kit/contracts';
import { jobOrigin, LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { giveBackDiscounts } from './discount-uses.js';
import { USES_OF_EXPIRED } from './discounts.sql.js';

const EVERY_MS = 60_000;
/** What waits for money expires within days. */
const LOOKED_BACK_MS = 60 * 86_400_000;

interface Uses {
  readonly tenantId: string;
  readonly actorId: string | null;
  readonly bookingIds: string[];
}

/** A hold that ran out gives way in the very statement that takes its time; its code is given back here, soon after. */
@Injectable()
export class DiscountReturns extends PeriodicJob {
  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    private readonly work: UnitOfWork,
  ) {
    super('digilist.discount-returns', EVERY_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    const since = new Date(now.getTime() - LOOKED_BACK_MS);
    const found: Uses[] = await this.system.query(USES_OF_EXPIRED, [since]);
    for (const { tenantId, actorId, bookingIds } of found)
      await this.work.runAs(jobOrigin(tenantId, 'discount-returns', actorId ?? SYSTEM_TENANT_ID, now), (tx) =>
        giveBackDiscounts(tx, bookingIds),
      );
  }
}
