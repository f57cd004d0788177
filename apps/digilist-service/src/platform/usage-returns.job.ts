import { LOGGER, type Logger, newTraceparent, PeriodicJob, RpcClient, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { returnLease } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { GIVE_UP_UNUSED, MARK_TOLD, UNTOLD_RETURNS } from './usage.sql.js';

const EVERY_MS = 60_000;
const IDLE_MS = 15 * 60_000;
const TIMEOUT_MS = 3_000;

interface Returned {
  tenantId: string;
  id: string;
  meter: string;
  period: string;
  returned: number;
}

/**
 * Gives PLATFORM back what is left of blocks nobody spends, so that what it shows as used was used. Given up here first
 * and told as a sum: cut off anywhere, nothing is spent twice and nothing is returned twice.
 */
@Injectable()
export class UsageReturns extends PeriodicJob {
  constructor(
    private readonly rpc: RpcClient,
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
  ) {
    super('return-unused-blocks', EVERY_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    await this.system.query(GIVE_UP_UNUSED, [now, new Date(now.getTime() - IDLE_MS)]);
    for (const row of (await this.system.query(UNTOLD_RETURNS)) as Returned[]) {
      const { tenantId, id, meter, period, returned } = row;
      const caller = {
        requestId: `return-${id}`,
        traceparent: newTraceparent(),
        deadline: Date.now() + TIMEOUT_MS,
      };
      try {
        await this.rpc.call(caller, returnLease, { tenantId, meter, period, returned });
        await this.system.query(MARK_TOLD, [tenantId, id, returned]);
      } catch (error) {
        this.log.warn(
          { err: error, tenantId, meter },
          'what is left of a block could not be returned; next turn again',
        );
      }
    }
  }
}
