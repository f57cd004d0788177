import { LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BATCH = 1_000;

/** How long what is over stays, in days. */
export const KEPT_DAYS = {
  /** Ended or expired; the audit log says longer when somebody was signed in. */
  sessions: 30,
  /** Links that were used, replaced or never followed, with the address and name that were typed. */
  account_requests: 7,
  /** Failures of an account nobody has tried since; a locked one stays locked. */
  login_attempts: 90,
} as const;

type Table = keyof typeof KEPT_DAYS;

/** $1: older than this. $2: no more than so many at once. */
const OVER: Record<Table, string> = {
  sessions: "coalesce(ended_at, idle_expires_at) < $1 AND (status = 'ended' OR idle_expires_at < $1)",
  account_requests: 'coalesce(expires_at, created_at) < $1',
  login_attempts: "last_failure_at < $1 AND (kind = 'network' OR failures < 100)",
};

const sweep = (table: Table): string => `
  DELETE FROM platform.${table} WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM platform.${table} WHERE ${OVER[table]} LIMIT $2)`;

/** Deletes what accounts leave behind, in small pieces. */
@Injectable()
export class AccountsHousekeeping extends PeriodicJob {
  constructor(@Inject(SYSTEM_DATABASE) system: DataSource, @Inject(LOGGER) log: Logger) {
    super('accounts housekeeping', HOUR_MS, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    for (const table of Object.keys(KEPT_DAYS) as Table[]) {
      const before = new Date(now.getTime() - KEPT_DAYS[table] * DAY_MS);
      let gone = BATCH;
      while (gone === BATCH) {
        const [, count] = (await this.system.query(sweep(table), [before, BATCH])) as [unknown[], number];
        gone = count;
      }
    }
  }
}
