import type { EventEnvelope, EventType } from '@kit/contracts';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { replay } from './replay.js';

/** Data of an event type, or of several. */
export type DataOf<Type> = Type extends EventType<infer Data> ? Data : never;

export interface SubscribeOptions<Type extends EventType> {
  /** Of one context. Whatever else is published there is passed over. */
  events: readonly Type[];
  /**
   * What to do with an event; `again` when it was delivered before. It is acknowledged once this is done: an event that
   * was under way when the process died comes again, under the same id.
   */
  handle(event: EventEnvelope<DataOf<Type>>, again: boolean): Promise<void> | void;
  /** Keeps the place while nobody reads. Without it: what happens from now on, and nothing is kept. */
  durable?: string;
  /** Read again from a time, or everything that is kept. The durable is set back, which only an operator may. */
  from?: { at: Date | 'all'; operator: NatsConnection };
  /** The server is away, or a handler failed; it goes on by itself. */
  onInterruption?(error: Error): void;
}

export interface Subscription {
  /** Ends when `close` has been called and the last handler is done. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

const RETRY_MS = 500;
const LATER_MS = 1_000;

/** Whether an event is of a type; narrows what it tells. */
export const is = <Data extends object>(type: EventType<Data>, event: EventEnvelope): event is EventEnvelope<Data> =>
  event.type === type.type;

/** Domain events for a service that is no part of the system. */
export async function subscribe<Type extends EventType>(
  connection: NatsConnection,
  options: SubscribeOptions<Type>,
): Promise<Subscription> {
  const context = contextOf(options.events);
  const wanted = new Set(options.events.map(({ type }) => type));
  const take = async (event: EventEnvelope, again: boolean): Promise<void> => {
    if (wanted.has(event.type)) await options.handle(event as EventEnvelope<DataOf<Type>>, again);
  };
  const interrupted = (error: unknown) => options.onInterruption?.(error as Error);
  const { durable, from } = options;
  if (durable === undefined) {
    if (from) throw new Error('only a durable can be read again: name it');
    return listen(connection, context, take, interrupted);
  }
  if (from) await replay(from.operator, { context, durable, from: from.at });
  return follow(connection, { context, durable, take, interrupted });
}

type Take = (event: EventEnvelope, again: boolean) => Promise<void>;
type Interrupted = (error: unknown) => void;

async function listen(
  connection: NatsConnection,
  context: string,
  take: Take,
  interrupted: Interrupted,
): Promise<Subscription> {
  let last: Promise<void> = Promise.resolve();
  const subscription = connection.subscribe(`${context}.evt.>`, {
    callback: (error, message) => {
      // One after the other: their order means something.
      if (!error) last = last.then(() => take(message.json(), false)).catch(interrupted);
    },
  });
  // The server has it now: nothing that happens after this call is missed.
  await connection.flush();
  const closed = subscription.closed.then(() => last);
  return {
    closed,
    close: async () => {
      subscription.unsubscribe();
      await closed;
    },
  };
}

function follow(
  connection: NatsConnection,
  { context, durable, take, interrupted }: { context: string; durable: string; take: Take; interrupted: Interrupted },
): Subscription {
  // Another account's JetStream, as the configuration of the server imports it.
  const stream = jetstream(connection, { apiPrefix: `JS.${context.toUpperCase()}.API` });
  let stopped = false;
  let stop: () => Promise<unknown> = async () => undefined;
  const run = async (): Promise<void> => {
    while (!stopped) {
      try {
        const consumer = await stream.consumers.get(`${context.toUpperCase()}_EVENTS`, durable);
        const messages = await consumer.consume({ max_messages: 100, expires: 5_000, idle_heartbeat: 1_000 });
        stop = () => messages.close();
        if (stopped) await stop();
        for await (const message of messages) {
          try {
            await take(message.json(), message.redelivered);
            message.ack();
          } catch (error) {
            interrupted(error);
            message.nak(LATER_MS);
          }
        }
      } catch (error) {
        if (!stopped) interrupted(error);
      }
      // The server is away, or an operator is setting the durable back.
      if (!stopped) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  };
  const closed = run();
  return {
    closed,
    close: async () => {
      stopped = true;
      await stop();
      await closed;
      // Acknowledgements are on their way.
      if (!connection.isClosed()) await connection.flush().catch(interrupted);
    },
  };
}

function contextOf(events: readonly EventType[]): string {
  const contexts = [...new Set(events.map(({ context }) => context))];
  if (contexts.length !== 1) throw new Error(`events of one context are wanted, not of ${contexts.length}`);
  return contexts[0] as string;
}
