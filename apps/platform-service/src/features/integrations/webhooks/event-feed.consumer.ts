import { Consumers, LOGGER, type Logger, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { EventStreamDefinition } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { Regions } from '../../../regions.js';
import { Catalogue } from './catalogue.js';
import { DeliveryWorker } from './delivery.worker.js';
import { FanOut } from './fan-out.js';
import { EVENT_STREAMS } from './webhooks.sql.js';

const OWN_STREAM: EventStreamDefinition = { stream: 'PLATFORM_EVENTS', durable: 'platform_webhooks' };

/** Events in: from PLATFORM itself and from every product that says where its own lie. */
@Injectable()
export class EventFeed implements OnApplicationBootstrap {
  private readonly followed = new Set<string>();

  constructor(
    private readonly consumers: Consumers,
    private readonly fanOut: FanOut,
    private readonly worker: DeliveryWorker,
    private readonly catalogue: Catalogue,
    private readonly regions: Regions,
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Takes up the streams of all products that ever registered; they need not be there themselves. */
  async onApplicationBootstrap(): Promise<void> {
    this.follow('platform', OWN_STREAM);
    const products: { key: string; stream: EventStreamDefinition }[] = await this.system.query(EVENT_STREAMS);
    for (const { key, stream } of products) this.follow(key, stream);
    this.log.info({ products: products.map(({ key }) => key) }, 'event streams are followed');
  }

  /** Starts to consume a product's event stream; a stream that is consumed already is left as it is. */
  follow(product: string, { stream, durable }: EventStreamDefinition): void {
    this.catalogue.forget();
    const name = `${stream} ${durable}`;
    if (this.followed.has(name)) return;
    this.followed.add(name);
    for (const place of this.regions.durablesOf(product, durable)) {
      this.consumers.consume({
        stream,
        durable: place.durable,
        handle: async (tx, messages) => {
          await this.regions.requireOwn(tx, place);
          await this.fanOut.take(tx, product, messages);
        },
        committed: () => this.worker.wake(),
      });
    }
  }
}
