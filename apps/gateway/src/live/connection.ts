import { audienceOf, type EventEnvelope, type Refusal, shown } from '@kit/contracts';
import type { Bookmark } from './bookmark.js';
import { ContextReader } from './context-reader.js';
import type { Feeds, LiveEvent } from './feeds.js';
import type { Listener, LiveServices } from './services.js';
import type { ServerSentEvents } from './sse.js';
import type { Standing } from './standing.js';
import type { Wanted } from './wanted.js';

export interface ConnectionOptions {
  readonly tenantId: string;
  readonly listener: Listener;
  /** Milliseconds since 1970 at which the token ends; null: there is none. */
  readonly expiresAt: number | null;
  readonly wanted: Wanted;
  readonly bookmark: Bookmark;
  readonly standing: Standing;
  readonly services: LiveServices;
  readonly feeds: Feeds;
}

/** One listener: what they asked for, as far as they may see it, until they go or have to. */
export class Connection {
  private readonly readers: ContextReader[] = [];
  private readonly late = new Set<string>();
  private readonly expiry: NodeJS.Timeout | null;
  private marked = '';

  constructor(
    readonly stream: ServerSentEvents,
    private readonly options: ConnectionOptions,
  ) {
    const { expiresAt, listener } = options;
    this.expiry = expiresAt === null ? null : setTimeout(() => this.end('token_expired'), expiresAt - Date.now());
    this.expiry?.unref();
    stream.onClose(() => this.stop());
    for (const context of options.services.contexts.filter((name) => options.wanted.concerns(name))) {
      this.late.add(context);
      this.readers.push(
        new ContextReader({
          context,
          listener,
          tenantId: options.tenantId,
          services: options.services,
          feeds: options.feeds,
          after: options.bookmark.of(context),
          room: () => stream.room(),
          show: (live) => this.show(context, live),
          reached: (id) => options.bookmark.set(context, id),
          reset: () => stream.send({ event: 'reset', data: { context } }),
          upToDate: () => this.upToDate(context),
          refused: (refusal) => this.end(reasonOf(refusal)),
        }),
      );
    }
  }

  get sessionId(): string | null {
    return this.options.listener.sessionId;
  }

  start(): void {
    for (const reader of this.readers) reader.start();
  }

  beat(): void {
    const mark = this.mark();
    this.stream.beat(mark === this.marked ? '' : mark);
    this.marked = mark;
  }

  end(reason: string, retryMs?: number): void {
    this.stream.end(reason, retryMs);
    this.stop();
  }

  private stop(): void {
    if (this.expiry) clearTimeout(this.expiry);
    for (const reader of this.readers) reader.stop();
  }

  /** The most that this listener may know of it and has asked for. */
  private async show(context: string, { event, publicPart }: LiveEvent): Promise<void> {
    const { wanted, standing } = this.options;
    if (wanted.takes(event) && (await standing.may(context, audienceOf(event)))) this.send(context, event);
    else if (publicPart !== null && wanted.takes(publicPart) && (await standing.may(context, audienceOf(publicPart))))
      this.send(context, publicPart);
  }

  private send(context: string, event: EventEnvelope): void {
    this.options.bookmark.set(context, event.id);
    this.marked = this.mark();
    this.stream.send({ id: this.marked, data: shown(event) });
  }

  /** Tells once, when nothing can be missed any more, since when that is so. */
  private upToDate(context: string): void {
    if (!this.late.delete(context) || this.late.size > 0) return;
    const { tenantId, listener } = this.options;
    this.marked = this.mark();
    this.stream.send({ event: 'ready', id: this.marked, data: { tenantId, userId: listener.userId } });
  }

  private mark(): string {
    return this.options.bookmark.toString();
  }
}

const reasonOf = ({ kind }: Refusal): string => (kind === 'unauthenticated' ? 'session_ended' : 'not_allowed');
