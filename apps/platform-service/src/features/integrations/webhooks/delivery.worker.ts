import { LOGGER, type Logger, QueueWorker, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { DeliveryClock } from './clock.js';
import { DeliveryResults } from './delivery-results.js';
import { type ClaimedDelivery, DeliverySender } from './delivery-sender.js';
import { CLAIM_DELIVERIES } from './worker.sql.js';

const POLL_MS = 1_000;
/** Requests that this process has open at once. */
const MAX_IN_FLIGHT = 300;
/** Requests that one endpoint gets at once, from all processes together. */
const PER_ENDPOINT = 8;
/** Longer than a request can take, or a slow receiver would get everything twice. */
const CLAIM_SECONDS = 60;

/**
 * Delivers the webhooks of all tenants: at least once, always under the same id. Nothing waits for a slow receiver but
 * what is meant for that receiver: sending goes on while others are still being waited for.
 */
@Injectable()
export class DeliveryWorker extends QueueWorker<ClaimedDelivery> {
  private readonly inFlight = new Set<Promise<void>>();

  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: DataSource,
    private readonly sender: DeliverySender,
    private readonly results: DeliveryResults,
    private readonly clock: DeliveryClock,
    @Inject(LOGGER) log: Logger,
  ) {
    super('webhook deliveries', log, POLL_MS);
    results.recorded(() => this.wake());
  }

  override async onModuleDestroy(): Promise<void> {
    await super.onModuleDestroy();
    await Promise.all(this.inFlight);
    await this.results.flush();
  }

  protected override async claim(): Promise<ClaimedDelivery[]> {
    // An endpoint that is being written about is passed by, so together is slower than one after the other.
    await this.results.flush();
    const room = MAX_IN_FLIGHT - this.inFlight.size;
    if (room <= 0) return [];
    const values = [this.clock.now(), room, CLAIM_SECONDS, PER_ENDPOINT];
    return this.database.query(CLAIM_DELIVERIES, values);
  }

  /** Does not wait: whoever is slow must not keep the next claim. */
  protected override async work(delivery: ClaimedDelivery): Promise<void> {
    const sending = this.send(delivery).finally(() => this.inFlight.delete(sending));
    this.inFlight.add(sending);
  }

  private async send(delivery: ClaimedDelivery): Promise<void> {
    try {
      this.results.add(await this.sender.send(delivery));
    } catch (error) {
      this.log.error({ err: error, delivery: delivery.id }, 'a webhook could not be sent; it comes again');
    }
  }
}
