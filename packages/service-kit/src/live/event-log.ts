import { type EventEnvelope, NO_EVENT, subjects } from '@kit/contracts';
import { type JetStreamManager, jetstreamManager, type StoredMsg } from '@nats-io/jetstream';
import { away } from '../database/trouble.js';
import type { Nats } from '../nats/connection.js';

/** Events per page, and their characters: a page travels as one message. */
const PAGE = 200;
const PAGE_CHARACTERS = 300_000;
/** The clock that made the id of an event and that of the stream may differ by this much; mostly it is next to nothing. */
const SKEWS_MS = [200, 5_000];
/** So far is an event looked for from where its id says that it must be: an id that somebody made up costs no more. */
const SEARCH = 2_000;
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export interface LoggedEvent {
  readonly position: number;
  readonly event: EventEnvelope;
}

export interface LogPage {
  readonly events: readonly LoggedEvent[];
  /** Last event of the page; without one, where the page began. */
  readonly last: string;
  readonly position: number;
  readonly more: boolean;
  /** The event to go on after is not there (any more). */
  readonly reset: boolean;
}

/** The events of a tenant as the stream of this service keeps them: in one order, for as long as it keeps them. */
export class EventLog {
  private readonly stream: string;
  private manager: Promise<JetStreamManager> | null = null;

  constructor(
    private readonly context: string,
    private readonly nats: Nats,
  ) {
    this.stream = `${context.toUpperCase()}_EVENTS`;
  }

  /**
   * What came after an event. `at` is its place, when it is known: it spares the search.
   * @throws Refusal SERVICE_UNAVAILABLE
   */
  async after(tenantId: string, after: string | null, at?: number): Promise<LogPage> {
    const filter = subjects.events(this.context, tenantId);
    try {
      if (after === null) return await this.end(filter);
      if (after === NO_EVENT) return await this.page(filter, 1, NO_EVENT, 0);
      const position = await this.find(filter, after, at);
      if (position === null) return { ...(await this.end(filter)), reset: true };
      return await this.page(filter, position + 1, after, position);
    } catch (error) {
      throw away(error);
    }
  }

  private async end(filter: string): Promise<LogPage> {
    const manager = await this.open();
    const last = await manager.direct.getMessage(this.stream, { last_by_subj: filter });
    const place = last ? { last: idOf(last), position: last.seq } : { last: NO_EVENT, position: 0 };
    return { events: [], ...place, more: false, reset: false };
  }

  private async page(filter: string, from: number, before: string, position: number): Promise<LogPage> {
    const events: LoggedEvent[] = [];
    let characters = 0;
    let more = false;
    await this.read({ seq: from }, filter, PAGE, (message) => {
      const text = message.string();
      if (events.length > 0 && characters + text.length > PAGE_CHARACTERS) {
        more = true;
        return false;
      }
      characters += text.length;
      events.push({ position: message.seq, event: JSON.parse(text) as EventEnvelope });
      more = message.pending > 0;
      return true;
    });
    const last = events.at(-1);
    return { events, last: last?.event.id ?? before, position: last?.position ?? position, more, reset: false };
  }

  /** An id says when it was made; the event can only have been kept after that. */
  private async find(filter: string, id: string, at: number | undefined): Promise<number | null> {
    if (!UUID_V7.test(id)) return null;
    let found: number | null = null;
    const look = (message: StoredMsg) => {
      if (idOf(message) === id) found = message.seq;
      return found === null;
    };
    if (at !== undefined) await this.read({ seq: at }, filter, 1, look);
    const made = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
    for (const skew of SKEWS_MS) {
      if (found === null) await this.read({ start_time: new Date(Math.max(made - skew, 0)) }, filter, SEARCH, look);
    }
    return found;
  }

  /** Hands over messages until there are none, there were enough, or `take` answers false. */
  private async read(
    start: { seq: number } | { start_time: Date },
    filter: string,
    batch: number,
    take: (message: StoredMsg) => boolean,
  ): Promise<void> {
    const manager = await this.open();
    const messages = await manager.direct.getBatch(this.stream, { ...start, next_by_subj: filter, batch });
    try {
      for await (const message of messages) if (!take(message)) break;
    } catch (error) {
      // How the server says that there is nothing from there on.
      if ((error as Error).message !== 'message not found') throw error;
    } finally {
      messages.stop();
    }
  }

  private open(): Promise<JetStreamManager> {
    this.manager ??= jetstreamManager(this.nats.connection, { checkAPI: false }).catch((error: unknown) => {
      this.manager = null;
      throw error;
    });
    return this.manager;
  }
}

const idOf = (message: StoredMsg): string => message.header.get('Nats-Msg-Id');
