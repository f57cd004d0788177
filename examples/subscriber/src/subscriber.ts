import type { EventEnvelope, EventType } from '@kit/contracts';
import { jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';

/** The events of DIGILIST, as another account sees them: its JetStream API is imported under this prefix. */
const STREAM = 'DIGILIST_EVENTS';
const API_PREFIX = 'JS.DIGILIST.API';
export const DURABLE = 'subscriber_demo';

export interface SubscriberOptions {
  servers: string;
  user: string;
  password: string;
}

export interface Received<Data = unknown> {
  event: EventEnvelope<Data>;
  /** The server sent it before and saw no acknowledgement. */
  again: boolean;
}

type Handler = (received: Received<never>) => Promise<void> | void;

/**
 * Domain events for a service that is no part of the system. Two ways: `listen` hears what happens from now on,
 * `follow` reads a durable, which keeps its place while nobody reads.
 */
export class Subscriber {
  private readonly handlers = new Map<string, Handler>();
  private handleOthers: Handler = () => {};
  private readonly stops: (() => Promise<void> | void)[] = [];
  private stopped = false;

  private constructor(private readonly nats: NatsConnection) {}

  static async open({ servers, user, password }: SubscriberOptions): Promise<Subscriber> {
    const nats = await connect({
      servers,
      user,
      pass: password,
      name: 'subscriber',
      // A user may read the inbox that bears its name, and no other.
      inboxPrefix: `_INBOX_${user}`,
      maxReconnectAttempts: -1,
    });
    return new Subscriber(nats);
  }

  /** What to do on one type of event; the type of `data` follows from the contract. */
  on<Data extends object>(type: EventType<Data>, handle: (received: Received<Data>) => Promise<void> | void): this {
    this.handlers.set(type.type, handle as Handler);
    return this;
  }

  /** Types without a handler of their own, for example such as did not exist when this was written. */
  onOther(handle: (received: Received<Record<string, unknown>>) => Promise<void> | void): this {
    this.handleOthers = handle as Handler;
    return this;
  }

  /** Hears every event from now on; what happens while nobody listens is missed. */
  async listen(): Promise<void> {
    const subscription = this.nats.subscribe('digilist.evt.>', {
      callback: (error, message) => {
        if (!error) void this.handle(message.json(), false);
      },
    });
    this.stops.push(() => subscription.unsubscribe());
    // The server has it now: nothing that happens after this call is missed.
    await this.nats.flush();
  }

  /**
   * Reads the durable until `close`. An event is acknowledged after its handler is done: one that was under way when the
   * process died comes again. Who stores something stores the event's id with it, in the same transaction.
   */
  async follow(onInterruption: (error: Error) => void = () => {}): Promise<void> {
    while (!this.stopped) {
      try {
        const consumer = await jetstream(this.nats, { apiPrefix: API_PREFIX }).consumers.get(STREAM, DURABLE);
        const messages = await consumer.consume({ max_messages: 100, expires: 5_000, idle_heartbeat: 1_000 });
        const stop = async () => void (await messages.close());
        this.stops.push(stop);
        for await (const message of messages) {
          try {
            await this.handle(message.json(), message.redelivered);
            message.ack();
          } catch (error) {
            onInterruption(error as Error);
            message.nak(1_000);
          }
        }
        this.stops.splice(this.stops.indexOf(stop), 1);
      } catch (error) {
        if (!this.stopped) onInterruption(error as Error);
      }
      // The server is away, or an operator is setting the durable back.
      if (!this.stopped) await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  async close(): Promise<void> {
    this.stopped = true;
    for (const stop of this.stops.splice(0)) await stop();
    await this.nats.drain();
  }

  private async handle(event: EventEnvelope, again: boolean): Promise<void> {
    const handler = this.handlers.get(event.type) ?? this.handleOthers;
    await handler({ event, again } as Received<never>);
  }
}
