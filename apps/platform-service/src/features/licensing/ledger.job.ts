import { LOGGER, type Logger, Metrics, PeriodicJob, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { LEDGER_DIFFERENCES, REBUILD_COUNTER } from './ledger.sql.js';

const EVERY_MS = 3_600_000;

export interface LedgerDifference {
  tenantId: string;
  counterId: string;
  meter: string;
  period: string;
  counted: number;
  noted: number;
}

/** Proves that every counter equals the sum of its ledger; what differs is for a person to look at. */
@Injectable()
export class LedgerJob extends PeriodicJob {
  private readonly differing;

  constructor(@Inject(SYSTEM_DATABASE) system: DataSource, @Inject(LOGGER) log: Logger, metrics: Metrics) {
    super('platform-usage-ledger', EVERY_MS, system, log);
    this.differing = metrics.gauge('usage_ledger_differences', 'Usage counters that differ from their ledger');
  }

  protected override async run(): Promise<void> {
    const found = await this.differences();
    this.differing.set(found.length);
    for (const difference of found) this.log.error(difference, 'a usage counter differs from its ledger');
  }

  /** One statement, one snapshot: what commits meanwhile is in both or in neither. */
  async differences(): Promise<LedgerDifference[]> {
    return (await this.system.query(LEDGER_DIFFERENCES)) as LedgerDifference[];
  }

  /** The counter as its ledger has it. */
  async rebuild({ tenantId, counterId }: Pick<LedgerDifference, 'tenantId' | 'counterId'>): Promise<void> {
    await this.system.query(REBUILD_COUNTER, [tenantId, counterId]);
  }
}
