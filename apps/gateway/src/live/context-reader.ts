import { Refusal, TENANT_UNKNOWN } from '@kit/contracts';
import type { FeedReader, Feeds, LiveEvent } from './feeds.js';
import type { Listener, LiveServices } from './services.js';

/** So many events wait here for their turn; what is more is read from the stream, where it is kept anyway. */
const QUEUE = 500;
const PAUSE_MS = { first: 250, most: 5_000 };

export interface ReaderOptions {
  readonly context: string;
  readonly tenantId: string;
  readonly listener: Listener;
  readonly services: LiveServices;
  readonly feeds: Feeds;
  /** Id of the last event that the listener has; null: from now on. */
  readonly after: string | null;
  /** Shows what the listener may see of an event. @throws Refusal */
  show(live: LiveEvent): Promise<void>;
  /** Everything up to this event has been dealt with. */
  reached(id: string): void;
  /** Events between the last that was seen and now are not kept any more. */
  reset(): void;
  /** Everything up to now has been shown. */
  upToDate(): void;
  /** The services do not want this listener any more. */
  refused(refusal: Refusal): void;
  /** Resolves when the listener can take more. */
  room(): Promise<void>;
}

/**
 * The events of one context for one listener, each once and in the order of the stream: what was missed from the service,
 * then what comes. Whenever something may be missing (the connection was lost, too much came at once, a service could
 * not be asked) it goes back to the service with the last id it dealt with.
 */
export class ContextReader implements FeedReader {
  private queue: LiveEvent[] = [];
  private behind = true;
  private last: string | null;
  private position: number | undefined;
  private stopped = false;
  private wake: (() => void) | null = null;
  private leave: () => void = () => undefined;

  constructor(private readonly options: ReaderOptions) {
    this.last = options.after;
  }

  start(): void {
    const { feeds, context, tenantId, listener } = this.options;
    this.leave = feeds.join(context, listener.region, tenantId, this);
    void this.run();
  }

  stop(): void {
    this.stopped = true;
    this.leave();
    this.wake?.();
  }

  hear(live: LiveEvent): void {
    if (this.queue.length >= QUEUE) {
      this.missed();
      return;
    }
    this.queue.push(live);
    this.wake?.();
  }

  missed(): void {
    this.queue = [];
    this.behind = true;
    this.wake?.();
  }

  private async run(): Promise<void> {
    for (let pause: number = PAUSE_MS.first; !this.stopped; ) {
      try {
        if (this.behind) await this.catchUp();
        else await this.next();
        pause = PAUSE_MS.first;
      } catch (error) {
        if (this.stopped) return;
        if (error instanceof Refusal && isFinal(error)) {
          this.options.refused(error);
          return;
        }
        // What was in hand is read again when the service answers.
        this.behind = true;
        await new Promise((resolve) => setTimeout(resolve, pause));
        pause = Math.min(pause * 2, PAUSE_MS.most);
      }
    }
  }

  private async next(): Promise<void> {
    const live = this.queue.shift();
    if (!live) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      this.wake = null;
      return;
    }
    if (live.position > (this.position ?? 0)) await this.deal(live);
  }

  private async deal(live: LiveEvent): Promise<void> {
    await this.options.room();
    if (this.stopped) return;
    await this.options.show(live);
    this.reach(live.event.id, live.position);
  }

  private async catchUp(): Promise<void> {
    const { services, feeds, context, listener } = this.options;
    // What comes while this is read is in the queue; what is read as well is left out there by its position.
    this.behind = false;
    const request = { after: this.last, ...(this.position !== undefined && { at: this.position }) };
    const page = await services.events(context, listener, request);
    if (page.reset) this.options.reset();
    for (const { event, position } of page.events) await this.deal(feeds.read(event, position));
    if (this.stopped) return;
    this.reach(page.last, page.position);
    if (page.more) this.behind = true;
    if (!this.behind) this.options.upToDate();
  }

  private reach(id: string, position: number): void {
    this.last = id;
    this.position = position;
    this.options.reached(id);
  }
}

/** Whether asking again is pointless. A tenant that is new may not have got around everywhere yet. */
const isFinal = ({ kind, code }: Refusal): boolean =>
  (kind === 'unauthenticated' || kind === 'forbidden' || kind === 'not_found') && code !== TENANT_UNKNOWN.code;
