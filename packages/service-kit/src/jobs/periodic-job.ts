import type { DataSource } from 'typeorm';
import type { Logger } from '../logging/logger.js';

/**
 * Something to do every so often, in one process at a time: whoever holds the advisory lock of that name does it, the
 * others skip their turn. First shortly after the start, so that what a stopped system missed is made up for.
 */
export abstract class PeriodicJob {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private stopped = false;

  protected constructor(
    private readonly name: string,
    private readonly everyMs: number,
    /** Of the role that may see all tenants; the lock lives on one of its connections. */
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

  /** One turn, now. Answers false when another process is at it. */
  async turn(now: Date): Promise<boolean> {
    const runner = this.system.createQueryRunner();
    try {
      const [lock] = await runner.query('SELECT pg_try_advisory_lock(hashtext($1)) AS mine', [this.name]);
      if (!lock.mine) return false;
      try {
        await this.run(now);
      } finally {
        await runner.query('SELECT pg_advisory_unlock(hashtext($1))', [this.name]);
      }
      return true;
    } finally {
      await runner.release();
    }
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
