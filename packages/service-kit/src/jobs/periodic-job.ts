import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { Logger } from '../logging/logger.js';

const LEASE_SECONDS = 30;
const RENEW_MS = 10_000;

/**
 * Something to do every so often, in one process at a time: whoever holds the lease of that name does it, the others skip
 * their turn. A lease keeps no connection busy, and runs out by itself when its holder dies; a holder that was paused for
 * longer than that may find another at work beside it. First shortly after the start, so that what a stopped system
 * missed is made up for.
 */
export abstract class PeriodicJob {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  /** The lease tells processes apart, and not two turns of one. */
  private last: Promise<unknown> = Promise.resolve();
  private stopped = false;
  private readonly holder = randomUUID();

  protected constructor(
    private readonly name: string,
    private readonly everyMs: number,
    /** Of the role that may see all tenants. */
    protected readonly system: DataSource,
    protected readonly log: Logger,
  ) {}

  /** The work. `now` is the time of the turn. It must be safe to be cut off anywhere and done again. */
  protected abstract run(now: Date): Promise<void>;

  onApplicationBootstrap(): void {
    this.plan(Math.min(this.everyMs, 1_000));
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  /** One turn, as soon as none is under way here. Answers false when another process is at it. */
  turn(now: Date): Promise<boolean> {
    const turn = this.last.then(() => this.leased(now));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async leased(now: Date): Promise<boolean> {
    if (!(await this.lease())) return false;
    const renewal = setInterval(() => {
      this.lease().catch((error) => this.log.warn({ err: error, job: this.name }, 'a lease could not be renewed'));
    }, RENEW_MS).unref();
    try {
      await this.run(now);
    } finally {
      clearInterval(renewal);
      await this.system.query(`DELETE FROM ${this.table} WHERE name = $1 AND holder = $2`, [this.name, this.holder]);
    }
    return true;
  }

  private get table(): string {
    return `${(this.system.options as { schema?: string }).schema}.relay_lease`;
  }

  /** Takes or renews the lease. False when somebody else holds it. */
  private async lease(): Promise<boolean> {
    const held: unknown[] = await this.system.query(
      `INSERT INTO ${this.table} AS lease (name, holder, expires_at)
       VALUES ($1, $2, now() + interval '${LEASE_SECONDS} seconds')
       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
         WHERE lease.holder = excluded.holder OR lease.expires_at < now()
       RETURNING 1`,
      [this.name, this.holder],
    );
    return held.length > 0;
  }

  private plan(afterMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.turn(new Date())
        .then(() => undefined)
        .catch((error) => this.log.warn({ err: error, job: this.name }, 'a job failed; at its next turn again'))
        .finally(() => this.plan(this.everyMs));
    }, afterMs).unref();
  }
}
