import { LOGGER, type Logger, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { isPermanent, nextAttemptIn } from './domain/retry.js';
import { Mailer } from './mailer.js';
import { CLAIM_DELIVERIES, type ClaimedDelivery, MARK_FAILED, MARK_SENT } from './notifications.sql.js';

const BATCH = 10;
/** Longer than the mailer may take for a batch, or a slow mail server would get everything twice. */
const CLAIM_SECONDS = 60;
const POLL_MS = 2_000;

/**
 * Sends what committed transactions have left to send. At least once: a process that dies between the mail server's
 * "ok" and our own note of it leaves a mail that is sent again, under the same Message-ID, by which mail systems know it.
 */
@Injectable()
export class DeliveryWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private wanted = false;
  private stopped = false;

  constructor(
    /** Deliveries of all tenants: no request ever runs here. */
    @Inject(SYSTEM_DATABASE) private readonly database: DataSource,
    private readonly mailer: Mailer,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.wake(), POLL_MS);
    this.wake();
  }

  /** Finishes the mails under way; the rest waits for the next start. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearInterval(this.timer);
    await this.running;
    this.mailer.close();
  }

  /** There may be something to send. */
  wake(): void {
    this.wanted = true;
    if (this.running || this.stopped) return;
    this.running = this.drain().finally(() => {
      this.running = null;
      if (this.wanted) this.wake();
    });
  }

  private async drain(): Promise<void> {
    try {
      while (this.wanted && !this.stopped) {
        this.wanted = false;
        const claimed = await this.claim();
        if (claimed.length === BATCH) this.wanted = true;
        await Promise.all(claimed.map((delivery) => this.send(delivery)));
      }
    } catch (error) {
      this.wanted = false;
      this.log.warn({ err: error }, 'deliveries could not be read; trying again');
    }
  }

  private async claim(): Promise<ClaimedDelivery[]> {
    // TypeORM answers [rows, count] for an UPDATE.
    const [rows] = (await this.database.query(CLAIM_DELIVERIES, [BATCH, CLAIM_SECONDS])) as [ClaimedDelivery[], number];
    return rows;
  }

  private async send(delivery: ClaimedDelivery): Promise<void> {
    const { tenantId, id, attempts } = delivery;
    let messageId: string;
    try {
      messageId = await this.mailer.send(delivery);
    } catch (error) {
      await this.failed(delivery, error);
      return;
    }
    await this.database.query(MARK_SENT, [tenantId, id, attempts, messageId]);
  }

  private async failed({ tenantId, id, attempts }: ClaimedDelivery, error: unknown): Promise<void> {
    const wait = nextAttemptIn(attempts, isPermanent(error));
    const log = { err: error, delivery: id, attempts };
    if (wait === null) this.log.error(log, 'a mail could not be delivered and is given up');
    else this.log.warn({ ...log, retryInSeconds: wait }, 'a mail could not be delivered yet');
    await this.database.query(MARK_FAILED, [
      tenantId,
      id,
      attempts,
      String((error as Error).message).slice(0, 500),
      wait,
    ]);
  }
}
