import { LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { MARK_SYNCED, TO_SYNC } from './billing.sql.js';
import { type BilledSubscription, BillingPort } from './billing-port.js';

const EVERY_MS = 60_000;

/** Tells the billing provider what changed, until it has heard it: a provider that is away holds up nobody. */
@Injectable()
export class BillingJob extends PeriodicJob {
  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    private readonly billing: BillingPort,
  ) {
    super('platform-billing', EVERY_MS, system, log);
  }

  protected override async run(): Promise<void> {
    for (const subscription of (await this.system.query(TO_SYNC)) as BilledSubscription[]) {
      const { tenantId, subscriptionId, version } = subscription;
      try {
        const reference = await this.billing.sync(subscription);
        await this.system.query(MARK_SYNCED, [tenantId, subscriptionId, version, reference]);
      } catch (error) {
        this.log.warn({ err: error, tenant: tenantId }, 'the billing provider did not take a change; next turn again');
      }
    }
  }
}
