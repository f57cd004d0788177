import {
  byType,
  type EventEnvelope,
  type EventType,
  OVERLOADED,
  RATE_LIMITED,
  Refusal,
  SERVICE_UNAVAILABLE,
  VALIDATION_FAILED,
} from '@kit/contracts';
import type { Logger, Nats, RpcClient } from '@kit/service/edge';
import { sessionEnded } from '@platform/contracts';
import type { Regions } from '../edge/regions.js';
import { Bookmark } from './bookmark.js';
import { Connection } from './connection.js';
import { Feeds } from './feeds.js';
import { type Listener, LiveServices } from './services.js';
import type { ServerSentEvents } from './sse.js';
import { Standing } from './standing.js';
import { isWithin, Wanted } from './wanted.js';

const BEAT_MS = 15_000;
const BUSY_SECONDS = 30;
/** Clients of a gateway that stops come back spread over this time. */
const SPREAD_MS = 3_000;

export interface Asked extends Listener {
  readonly expiresAt: number | null;
  /** Whose connections are counted together. */
  readonly key: string;
  readonly types?: readonly string[];
  readonly about?: readonly string[];
  readonly after?: string;
}

export interface LiveOptions {
  readonly events: readonly EventType[];
  readonly deadlineMs: number;
  /** Connections of this process, of one user, and of one address without a token; 0: any number. */
  readonly limit: number;
  readonly userLimit: number;
  readonly addressLimit: number;
}

/** Everybody who listens here to what happens. */
export class LiveEvents {
  private readonly contexts: readonly string[];
  private readonly services: LiveServices;
  private readonly feeds: Feeds;
  private readonly connections = new Set<Connection>();
  private readonly counts = new Map<string, number>();
  /** Whoever has not signed in may see the same in a tenant. */
  private readonly strangers = new Map<string, { standing: Standing; users: number }>();
  private timer: NodeJS.Timeout | null = null;
  private admitted = 0;
  private stopping = false;

  constructor(
    private readonly nats: Nats,
    rpc: RpcClient,
    logger: Logger,
    regions: Regions,
    private readonly options: LiveOptions,
  ) {
    this.contexts = [...new Set(options.events.map(({ context }) => context))];
    this.services = new LiveServices(rpc, this.contexts, options.deadlineMs, regions);
    this.feeds = new Feeds(nats, byType(options.events), logger, regions);
  }

  get size(): number {
    return this.connections.size;
  }

  start(): void {
    this.feeds.start();
    this.nats.connection.subscribe(SESSION_ENDED, {
      callback: (error, message) => {
        if (!error) this.endSession(message.json<EventEnvelope>().subject);
      },
    });
    this.timer = setInterval(() => {
      for (const connection of this.connections) connection.beat();
    }, BEAT_MS);
    this.timer.unref();
  }

  /** Ends every connection; the clients come back, to whoever serves then. */
  stop(): void {
    this.stopping = true;
    if (this.timer) clearInterval(this.timer);
    for (const connection of this.connections) connection.end('gateway_stops', Math.ceil(Math.random() * SPREAD_MS));
  }

  /**
   * Lets somebody listen. `open` begins the answer, once nothing stands in the way.
   * @throws Refusal OVERLOADED, RATE_LIMITED, or what the services refuse
   */
  async admit(asked: Asked, open: () => ServerSentEvents): Promise<void> {
    this.requireKnown(asked.types ?? []);
    const { listener, leave } = this.count(asked);
    const standing = this.standingOf(listener);
    const release = () => {
      leave();
      this.forget(listener);
    };
    try {
      const tenantId = await this.enter(standing);
      if (this.stopping) throw new Refusal(SERVICE_UNAVAILABLE, { retryAfter: 1 });
      const stream = open();
      stream.onClose(release);
      if (stream.closed) return;
      const connection = new Connection(stream, {
        tenantId,
        listener,
        standing,
        expiresAt: asked.expiresAt,
        wanted: new Wanted(asked),
        bookmark: Bookmark.parse(asked.after, this.contexts),
        services: this.services,
        feeds: this.feeds,
      });
      this.connections.add(connection);
      stream.onClose(() => this.connections.delete(connection));
      connection.start();
    } catch (error) {
      release();
      throw error;
    }
  }

  /** A type that is misspelt would never come, and nobody would know why. */
  private requireKnown(types: readonly string[]): void {
    const errors = types
      .filter((type) => !this.options.events.some((event) => isWithin(event.type, type)))
      .map((type) => ({ path: 'types', code: 'UNKNOWN_TYPE', message: `no type of event begins with "${type}"` }));
    if (errors.length > 0) throw new Refusal(VALIDATION_FAILED, { errors });
  }

  private count({ key, userId, sessionId, token, tenantSlug, region }: Asked): {
    listener: Listener;
    leave: () => void;
  } {
    const { limit, userLimit, addressLimit } = this.options;
    const allowed = userId === null ? addressLimit : userLimit;
    if (limit > 0 && this.admitted >= limit) throw new Refusal(OVERLOADED, { retryAfter: BUSY_SECONDS });
    const own = this.counts.get(key) ?? 0;
    if (allowed > 0 && own >= allowed) throw new Refusal(RATE_LIMITED, { retryAfter: BUSY_SECONDS });
    this.admitted++;
    this.counts.set(key, own + 1);
    const leave = () => {
      this.admitted--;
      const left = (this.counts.get(key) ?? 1) - 1;
      if (left > 0) this.counts.set(key, left);
      else this.counts.delete(key);
    };
    return { listener: { userId, sessionId, token, tenantSlug, region }, leave };
  }

  /** Whether the caller is let in, as the services say that answer; one that is away is waited for later. */
  private async enter(standing: Standing): Promise<string> {
    const answers = await Promise.allSettled(this.contexts.map((context) => standing.enter(context)));
    const refusals = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
    const invalid = refusals.find((error) => error instanceof Refusal && error.kind === 'unauthenticated');
    if (invalid) throw invalid;
    const entered = answers.find((answer) => answer.status === 'fulfilled');
    if (entered) return entered.value;
    throw refusals[0] ?? new Refusal(SERVICE_UNAVAILABLE);
  }

  private standingOf(listener: Listener): Standing {
    if (listener.tenantSlug === null || listener.token !== null) return new Standing(this.services, listener);
    const shared = this.strangers.get(listener.tenantSlug) ?? {
      standing: new Standing(this.services, listener),
      users: 0,
    };
    shared.users++;
    this.strangers.set(listener.tenantSlug, shared);
    return shared.standing;
  }

  private forget({ tenantSlug, token }: Listener): void {
    const shared = tenantSlug === null || token !== null ? undefined : this.strangers.get(tenantSlug);
    if (shared && --shared.users === 0) this.strangers.delete(tenantSlug as string);
  }

  private endSession(sessionId: string): void {
    for (const connection of this.connections) if (connection.sessionId === sessionId) connection.end('session_ended');
  }
}

const SESSION_ENDED = `${sessionEnded.context}.live.*.${sessionEnded.aggregate}.*.${sessionEnded.fact}.v${sessionEnded.version}`;
