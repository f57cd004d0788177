import type { DataSource } from 'typeorm';
import type { Logger } from '../logging/logger.js';

/**
 * Something to do every so often, in one process at a time. `Jobs` finds the providers of this class and has the queue
 * run them: see there for what happens when a process dies, pauses or was not there when a run was due.
 */
export abstract class PeriodicJob {
  /** The queue tells processes apart; this, what one process does by itself and what it is asked to. */
  private last: Promise<unknown> = Promise.resolve();

  protected constructor(
    readonly name: string,
    readonly everyMs: number,
    /** Of the role that may see all tenants. */
    protected readonly system: DataSource,
    protected readonly log: Logger,
  ) {}

  /** The work. `now` is the time of the turn. It must be safe to be cut off anywhere and done again. */
  protected abstract run(now: Date): Promise<void>;

  /** One run, here, as soon as none is under way in this process. */
  turn(now: Date): Promise<void> {
    const turn = this.last.then(() => this.run(now));
    this.last = turn.catch(() => undefined);
    return turn;
  }
}
