import {
  jobOrigin,
  LOGGER,
  type Logger,
  Metrics,
  PeriodicJob,
  Relay,
  SYSTEM_DATABASE,
  type Tx,
  UnitOfWork,
} from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { CONFIG, type PlatformConfig } from '../../config.js';
import { Anchors, headOf } from './anchors.js';
import { ChainReader } from './chain-reader.js';
import type { HeadRow } from './compliance.sql.js';
import type { Head } from './domain/chain.js';
import {
  DROP_PARTITION,
  ENDED_PARTITIONS,
  ENSURE_PARTITIONS,
  LAST_OF_PARTITION,
  LOCK_HOLDS,
  MONTHS_AHEAD,
  TENANTS_ON_HOLD,
} from './system.sql.js';

const AHEAD = 2;
const EVERY_MS = 12 * 3_600_000;

interface Month {
  name: string;
  beginsAt: Date;
  endsAt: Date;
}
type Ending = Pick<HeadRow, 'seq' | 'hash' | 'public_hash'> & { tenantId: string };

/** Makes the log's months ahead of time, two of them so that a failure has weeks to be noticed, and ends the oldest. */
@Injectable()
export class AuditRetentionJob extends PeriodicJob {
  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    @Inject(CONFIG) private readonly config: PlatformConfig,
    private readonly work: UnitOfWork,
    private readonly relay: Relay,
    private readonly anchors: Anchors,
    private readonly chain: ChainReader,
    metrics: Metrics,
  ) {
    super('platform.audit-retention', EVERY_MS, system, log);
    const ahead = metrics.gauge('audit_log_months_ahead', 'Months to come that the audit log has partitions for');
    metrics.asked([ahead], async () => {
      const [row] = await this.system.query(MONTHS_AHEAD);
      ahead.set(row.months);
    });
  }

  async onModuleInit(): Promise<void> {
    await this.system.query(ENSURE_PARTITIONS, [AHEAD, new Date()]);
  }

  protected async run(now: Date): Promise<void> {
    await this.system.query(ENSURE_PARTITIONS, [AHEAD, now]);
    const before = new Date(now);
    before.setUTCFullYear(before.getUTCFullYear() - this.config.auditRetentionYears);
    const months: Month[] = await this.system.query(ENDED_PARTITIONS, [before]);
    // Oldest first, and none after one that has to stay: what remains is one piece.
    for (const month of months) if (!(await this.end(month, now))) return;
  }

  /** Drops a month whose end is verified and signed for every tenant. Answers false when it has to stay. */
  private async end({ name, beginsAt, endsAt }: Month, now: Date): Promise<boolean> {
    const endings: Ending[] = await this.system.query(LAST_OF_PARTITION, [beginsAt, endsAt]);
    const tenantIds = endings.map(({ tenantId }) => tenantId);
    if (await this.held(this.system, name, tenantIds)) return false;
    for (const ending of endings) {
      const signed = await this.work.runAs(jobOrigin(ending.tenantId, 'audit-retention'), (tx) =>
        this.sign(tx, headOf(ending), now, name),
      );
      if (!signed) return false;
    }
    this.relay.wakeAfterCommit();
    const dropped = await this.system.transaction(async (manager) => {
      await manager.query("SET LOCAL lock_timeout = '5s'");
      await manager.query(LOCK_HOLDS);
      if (await this.held(manager, name, tenantIds)) return false;
      await manager.query(DROP_PARTITION, [name]);
      return true;
    });
    if (dropped) this.log.info({ partition: name, tenants: endings.length }, 'a month of the audit log has ended');
    return dropped;
  }

  /** Nothing is signed away that is not as it was written. */
  private async sign(tx: Tx, ending: Head, now: Date, month: string): Promise<boolean> {
    const from = await this.chain.beginning(tx);
    if (from.seq >= ending.seq) return true;
    const found = await this.chain.walkTo(tx, this.chain.walkFrom(from), ending.seq);
    if (found) {
      this.log.error({ tenantId: tx.tenantId, found, month }, 'a broken chain is kept, and with it the month');
      return false;
    }
    await this.anchors.sign(tx, 'retention', ending, ending.seq - from.seq, now);
    tx.audit({
      action: 'platform.audit-log.expire',
      entity: { type: 'audit_log', id: null },
      changes: { partition: month, fromSeq: from.seq + 1, toSeq: ending.seq },
    });
    return true;
  }

  private async held(
    database: Pick<DataSource, 'query'>,
    month: string,
    tenantIds: readonly string[],
  ): Promise<boolean> {
    const held: { tenantId: string }[] = await database.query(TENANTS_ON_HOLD, [tenantIds]);
    if (held.length > 0) this.log.info({ month, tenants: held.length }, 'a month of the audit log is kept by a hold');
    return held.length > 0;
  }
}
