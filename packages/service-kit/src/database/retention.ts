import type { Logger } from '../logging/logger.js';
import { type Statement, statement } from './statement.js';
import type { UnitOfWork } from './unit-of-work.js';

const DAY_MS = 86_400_000;
const EVERY_MS = 3_600_000;
const FIRST_AFTER_MS = 60_000;
const BATCH = 1_000;

/** How long rows stay that only look back: what was published, what was consumed, what was answered under a key. */
export const RETENTION_DAYS = {
  /** As long as streams keep events (30 days), which are published again from here when their store is lost. */
  outbox: 31,
  /** Longer than an event can be in a stream that it was published to a second time. */
  inbox: 65,
  idempotency_keys: 7,
} as const;

type Table = keyof typeof RETENTION_DAYS;

/** Keeps the kit's own tables from growing for ever: once an hour, in small transactions, in one process at a time. */
export class Retention {
  private readonly lock: Statement;
  private readonly sweeps: Record<Table, Statement>;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    context: string,
    private readonly work: UnitOfWork,
    private readonly logger: Logger,
  ) {
    this.lock = statement(
      `${context}-retention-lock`,
      `SELECT pg_try_advisory_xact_lock(hashtext('${context}.retention')) AS mine`,
    );
    const sweep = (table: Table, key: string, since: string) =>
      statement(
        `${context}-retention-${table}`,
        `WITH gone AS (
           DELETE FROM ${context}.${table} WHERE (${key}) IN (
             SELECT ${key} FROM ${context}.${table} WHERE ${since} < $1 LIMIT $2)
           RETURNING 1)
         SELECT count(*)::int AS gone FROM gone`,
      );
    this.sweeps = {
      outbox: sweep('outbox', 'tenant_id, id', 'published_at'),
      inbox: sweep('inbox', 'tenant_id, consumer, message_id', 'received_at'),
      idempotency_keys: sweep('idempotency_keys', 'tenant_id, principal, operation, key', 'created_at'),
    };
  }

  start(): void {
    this.plan(FIRST_AFTER_MS);
  }

  /** Deletes what is older than it has to be at `now`. Answers how many rows of each table; none while another sweeps. */
  async sweep(now: Date): Promise<Record<Table, number>> {
    const gone = { outbox: 0, inbox: 0, idempotency_keys: 0 };
    for (const table of Object.keys(gone) as Table[]) {
      const before = new Date(now.getTime() - RETENTION_DAYS[table] * DAY_MS);
      let batch = BATCH;
      while (batch === BATCH && !this.stopped) {
        batch = await this.batch(this.sweeps[table], before);
        gone[table] += batch;
      }
    }
    return gone;
  }

  /** Finishes the batch under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  private batch(sweep: Statement, before: Date): Promise<number> {
    return this.work.relay(async (queryable) => {
      const [lock] = await queryable.query<{ mine: boolean }>(this.lock);
      if (!lock?.mine) return 0;
      const [row] = await queryable.query<{ gone: number }>(sweep, [before, BATCH]);
      return row?.gone ?? 0;
    });
  }

  private plan(afterMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.sweep(new Date())
        .then((gone) => this.logger.info({ gone }, 'rows that only looked back are swept'))
        .catch((error) => this.logger.warn({ err: error }, 'old rows could not be swept; in an hour again'))
        .then(() => this.plan(EVERY_MS));
    }, afterMs).unref();
  }
}
