import type { Logger } from '../logging/logger.js';
import { detached } from '../telemetry/detached.js';

/**
 * Works off a queue that lies in a table: claims a batch, works on it, and again until there is nothing left. Woken by
 * whoever added to the queue, and by itself every `pollMs` for what others added or what has become due.
 *
 * A subclass claims rows with `FOR UPDATE SKIP LOCKED` and a time until which the claim holds, so that any number of
 * processes share the work and what a dead one had in hand is taken up again.
 */
export abstract class QueueWorker<Item> {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private wanted = false;
  private stopped = false;

  protected constructor(
    private readonly queue: string,
    protected readonly log: Logger,
    private readonly pollMs = 2_000,
  ) {}

  /** Items to work on now; an empty list ends the round. */
  protected abstract claim(): Promise<readonly Item[]>;

  /** Works on one item and records what came of it. What it throws is logged; the claim runs out and the item comes again. */
  protected abstract work(item: Item): Promise<void>;

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.wake(), this.pollMs);
    this.wake();
  }

  /** Finishes what is under way; the rest waits for the next start. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearInterval(this.timer);
    await this.running;
  }

  /** There may be something to do. */
  wake(): void {
    this.wanted = true;
    if (this.running || this.stopped) return;
    this.running = detached(() => this.drain()).finally(() => {
      this.running = null;
      if (this.wanted) this.wake();
    });
  }

  private async drain(): Promise<void> {
    try {
      while (this.wanted && !this.stopped) {
        this.wanted = false;
        const items = await this.claim();
        if (items.length > 0) this.wanted = true;
        await Promise.all(items.map((item) => this.attempt(item)));
      }
    } catch (error) {
      this.wanted = false;
      this.log.warn({ err: error, queue: this.queue }, 'the queue could not be read; trying again');
    }
  }

  private async attempt(item: Item): Promise<void> {
    try {
      await this.work(item);
    } catch (error) {
      this.log.error(
        { err: error, queue: this.queue },
        'an item of the queue failed; it comes again when its claim ends',
      );
    }
  }
}
