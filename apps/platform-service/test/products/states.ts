import { natsOptions } from '@kit/testing';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { PlatformWorld } from '../world.js';

export interface HeardState {
  aggregate: string;
  tenantId: string;
  data: Record<string, unknown> | null;
}

/** What a product hears on PLATFORM's state stream, through the durable that is prepared for it. */
export async function statesHeardBy(world: PlatformWorld, key: string) {
  const account = new Map(Object.entries(world.nats.credentials)).get(key);
  if (!account) throw new Error(`nats-server lets in no ${key}`);
  const connection = await connect(natsOptions(world.nats, account));
  const stream = jetstream(connection, { apiPrefix: 'JS.PLATFORM.API' });
  const consumer = await stream.consumers.get('PLATFORM_STATE', `${key}_projections`);
  const heard: HeardState[] = [];
  const messages = await consumer.consume();
  const reading = (async () => {
    for await (const message of messages) {
      const { tenantId, data } = message.json<Omit<HeardState, 'aggregate'>>();
      heard.push({ aggregate: message.subject.split('.')[3] ?? '', tenantId, data });
      message.ack();
    }
  })();
  return {
    of: (aggregate: string, tenantId: string) =>
      heard.filter((state) => state.aggregate === aggregate && state.tenantId === tenantId).map(({ data }) => data),
    async close() {
      await messages.close();
      await reading;
      await connection.close();
    },
  };
}
