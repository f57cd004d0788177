import { type EventEnvelope, type EventsByType, publicPartOf, subjects } from '@kit/contracts';
import type { Logger, Nats } from '@kit/service/edge';
import type { Msg, Subscription } from '@nats-io/transport-node';
import type { Region, Regions } from '../edge/regions.js';

/** An event as it comes, read once for everybody who listens. */
export interface LiveEvent {
  /** Place in the order of all events of its context. */
  readonly position: number;
  readonly event: EventEnvelope;
  /** What anybody may know of it. */
  readonly publicPart: EventEnvelope | null;
}

export interface FeedReader {
  hear(live: LiveEvent): void;
  /** Something may have been missed. */
  missed(): void;
}

interface Feed {
  readonly subscription: Subscription;
  readonly readers: Set<FeedReader>;
}

/** Events as the services' streams tell them once they are kept; only of tenants that somebody here listens to. */
export class Feeds {
  private readonly feeds = new Map<string, Feed>();

  constructor(
    private readonly nats: Nats,
    private readonly types: EventsByType,
    private readonly logger: Logger,
    private readonly regions: Regions,
  ) {}

  start(): void {
    void this.watch();
  }

  /**
   * From now on `reader` hears what happens: whatever a service is asked after this call tells what happened before.
   * (Both go over one connection, and the server takes them in this order.)
   */
  join(context: string, region: Region, tenantId: string, reader: FeedReader): () => void {
    const subject = this.regions.subject(region, context, subjects.live(context, tenantId));
    const feed = this.feeds.get(subject) ?? this.open(subject);
    feed.readers.add(reader);
    return () => {
      feed.readers.delete(reader);
      if (feed.readers.size > 0 || this.feeds.get(subject) !== feed) return;
      this.feeds.delete(subject);
      feed.subscription.unsubscribe();
    };
  }

  read(event: EventEnvelope, position: number): LiveEvent {
    return { position, event, publicPart: publicPartOf(event, this.types) };
  }

  private open(subject: string): Feed {
    const readers = new Set<FeedReader>();
    const subscription = this.nats.connection.subscribe(subject, {
      callback: (error, message) => {
        if (error) this.logger.error({ err: error, subject }, 'live events cannot be heard');
        else this.tell(readers, message);
      },
    });
    const feed = { subscription, readers };
    this.feeds.set(subject, feed);
    return feed;
  }

  private tell(readers: ReadonlySet<FeedReader>, message: Msg): void {
    const position = Number(message.headers?.get('Nats-Sequence'));
    const event = message.json<EventEnvelope>();
    const live = this.read(event, position);
    for (const reader of readers) reader.hear(live);
  }

  private async watch(): Promise<void> {
    for await (const status of this.nats.connection.status()) {
      if (status.type !== 'reconnect' && status.type !== 'slowConsumer') continue;
      for (const { readers } of this.feeds.values()) for (const reader of readers) reader.missed();
    }
  }
}
