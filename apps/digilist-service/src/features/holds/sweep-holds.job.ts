import { SYSTEM_TENANT_ID } from '@kit/contracts';
import { LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { HoldsService } from './holds.service.js';
import { SWEEP_HOLDS, TENANTS_WITH_RUN_OUT_HOLDS } from './holds.sql.js';

const EVERY_MS = 20_000;
const BATCH = 500;

/** Their time is free as soon as they end; this tells those who show it, and a day later clears away what is left. */
@Injectable()
export class SweepHolds extends PeriodicJob {
  constructor(
    private readonly holds: HoldsService,
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
  ) {
    super('digilist.sweep-holds', EVERY_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    const tenants: { tenantId: string; actorId: string | null }[] = await this.system.query(TENANTS_WITH_RUN_OUT_HOLDS);
    // What goes wrong in one tenant keeps no other waiting.
    for (const { tenantId, actorId } of tenants)
      await this.tell(tenantId, actorId ?? SYSTEM_TENANT_ID).catch((error: unknown) =>
        this.log.warn({ err: error, tenantId }, 'holds that ran out could not be told of; trying again'),
      );
    for (let swept = BATCH; swept === BATCH; ) {
      // TypeORM answers a DELETE with its rows and their number.
      const [rows] = (await this.system.query(SWEEP_HOLDS, [now, BATCH])) as [unknown[], number];
      swept = rows.length;
    }
  }

  private async tell(tenantId: string, actorId: string): Promise<void> {
    for (let told = BATCH; told === BATCH; ) told = await this.holds.expire(tenantId, actorId, BATCH);
  }
}
