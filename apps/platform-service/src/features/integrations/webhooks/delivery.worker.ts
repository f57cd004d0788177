import { LOGGER, type Logger, QueueWorker, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { DeliveryClock } from './clock.js';
import { DeliveryResults } from './delivery-results.js';
import { type Attempt, type ClaimedDelivery, DeliverySender } from './delivery-sender.js';
import { Hand } from './domain/hand.js';
import { CLAIM_DELIVERIES, RELEASE_DELIVERIES } from './worker.sql.js';

const POLL_MS = 1_000;
/** Requests that this process has open at once. */
const MAX_OPEN = 300;
/** Requests that one endpoint gets at once, from all processes together. */
const PER_ENDPOINT = 8;
/** What this process holds of one endpoint that is well, and of all: a claim costs as much for one as for dozens. */
const AHEAD = 64;
const MAX_HELD = 1_000;
/** Longer than a request can take, or a slow receiver would get everything twice. */
const CLAIM_SECONDS = 60;
/** What has waited longer is given back: its endpoint may be disabled meanwhile, and the claim must outlast the request. */
const BEGIN_WITHIN_MS = 5_000;
/** Between two claims while there is still enough to send. */
const CLAIM_EVERY_MS = 25;

/**
 * Delivers the webhooks of all tenants: at least once, always under the same id. Nothing waits for a slow receiver but
 * what is meant for that receiver: sending goes on while others are still being waited for.
 */
@Injectable()
export class DeliveryWorker extends QueueWorker<ClaimedDelivery> {
  private readonly hand = new Hand<ClaimedDelivery>(MAX_OPEN, PER_ENDPOINT);
  private readonly sending = new Set<Promise<void>>();
  private nextClaim: NodeJS.Timeout | null = null;
  private claimedAt = 0;
  private stopping = false;

  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: DataSource,
    private readonly sender: DeliverySender,
    private readonly results: DeliveryResults,
    private readonly clock: DeliveryClock,
    @Inject(LOGGER) log: Logger,
  ) {
    super('webhook deliveries', log, POLL_MS);
    results.recorded((batch) => this.recorded(batch));
  }

  override async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    await super.onModuleDestroy();
    if (this.nextClaim) clearTimeout(this.nextClaim);
    await this.release(this.hand.putBack());
    await Promise.all(this.sending);
    await this.results.flush();
  }

  protected override async claim(): Promise<ClaimedDelivery[]> {
    // An endpoint that is being written about is passed by, so together is slower than one after the other.
    await this.results.flush();
    const room = MAX_HELD - this.hand.size;
    if (room <= 0 || this.hand.open >= MAX_OPEN) return [];
    const wait = this.claimedAt + CLAIM_EVERY_MS - performance.now();
    if (wait > 0 && this.hand.waiting > this.hand.open) {
      this.nextClaim ??= setTimeout(() => this.claimNow(), wait);
      return [];
    }
    this.claimedAt = performance.now();
    const held = this.hand.byEndpoint();
    const values = [this.clock.now(), room, CLAIM_SECONDS, PER_ENDPOINT, AHEAD, [...held.keys()], [...held.values()]];
    return this.database.query(CLAIM_DELIVERIES, values);
  }

  private claimNow(): void {
    this.nextClaim = null;
    this.wake();
  }

  /** Does not wait: whoever is slow must not keep the next claim. */
  protected override async work(delivery: ClaimedDelivery): Promise<void> {
    this.hand.add(delivery, performance.now() + BEGIN_WITHIN_MS);
    this.begin();
  }

  private begin(): void {
    while (!this.stopping) {
      const next = this.hand.next();
      if (!next) return;
      if (next.until < performance.now()) this.giveBack(next.item);
      else this.send(next.item);
    }
  }

  private send(delivery: ClaimedDelivery): void {
    const sending: Promise<void> = this.sendOnce(delivery).finally(() => {
      this.sending.delete(sending);
      this.hand.ended(delivery);
      this.begin();
    });
    this.sending.add(sending);
  }

  private async sendOnce(delivery: ClaimedDelivery): Promise<void> {
    try {
      const attempt = await this.sender.send(delivery);
      this.results.add(attempt);
      // How to go on with one that fails is for the next claim to say.
      if (attempt.verdict.problem !== null) await this.release(this.hand.putBack(delivery.endpointId));
    } catch (error) {
      this.log.error({ err: error, delivery: delivery.id }, 'a webhook could not be sent; it comes again');
      this.hand.written([delivery]);
    }
  }

  private recorded(batch: readonly Attempt[]): void {
    this.hand.written(batch.map(({ delivery }) => delivery));
    this.wake();
  }

  private giveBack(delivery: ClaimedDelivery): void {
    this.hand.ended(delivery);
    this.hand.written([delivery]);
    void this.release([delivery, ...this.hand.putBack(delivery.endpointId)]);
  }

  private async release(deliveries: readonly ClaimedDelivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    try {
      await this.database.query(RELEASE_DELIVERIES, [
        this.clock.now(),
        deliveries.map(({ tenantId }) => tenantId),
        deliveries.map(({ id }) => id),
        deliveries.map(({ round }) => round),
        deliveries.map(({ attempt }) => attempt),
      ]);
    } catch (error) {
      this.log.warn(
        { err: error },
        'webhooks that were claimed could not be given back; they come when the claim ends',
      );
    }
  }
}
