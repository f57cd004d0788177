import type { StateMessage } from '@kit/contracts';
import { AckPolicy, type Consumer, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { aggregateOf } from './projections.consumer.js';

const STREAM = 'PLATFORM_STATE';
const AT_ONCE = 2_000;
/** What the server keeps of us goes when nobody has asked for so long. */
const FORGOTTEN_NS = 300_000_000_000;

export interface State {
  readonly aggregate: string;
  readonly message: StateMessage;
}

/** Everything PLATFORM has said, read from the start, beside the durable of the service. Needs the user of the admin step. */
export class StateStream {
  private constructor(private readonly consumer: Consumer) {}

  static async open(connection: NatsConnection): Promise<StateStream> {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const { name } = await manager.consumers.add(STREAM, {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.All,
      mem_storage: true,
      inactive_threshold: FORGOTTEN_NS,
    });
    return new StateStream(await jetstream(connection, { checkAPI: false }).consumers.get(STREAM, name));
  }

  /** Hands over what there is now and was not handed over yet. Answers how much that was. */
  async readOn(take: (states: State[]) => Promise<void>): Promise<number> {
    let read = 0;
    for (;;) {
      const { num_pending: left } = await this.consumer.info();
      if (left === 0) return read;
      const states: State[] = [];
      const messages = await this.consumer.fetch({ max_messages: Math.min(left, AT_ONCE), expires: 5_000 });
      for await (const message of messages)
        states.push({ aggregate: aggregateOf(message.subject), message: message.json<StateMessage>() });
      await take(states);
      read += states.length;
    }
  }

  async close(): Promise<void> {
    await this.consumer.delete().catch(() => false); // it would be forgotten by itself
  }
}
