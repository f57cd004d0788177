import { type ConsumerConfig, DeliverPolicy, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

/**
 * Sets a durable back: it is made again with another start. For who runs the system, whose user may make durables; a
 * subscriber that is connected carries on with the one of the same name.
 */
export async function replay(
  operator: NatsConnection,
  { context, durable, from }: { context: string; durable: string; from: Date | 'all' },
): Promise<void> {
  const { consumers } = await jetstreamManager(operator, { checkAPI: false });
  const stream = `${context.toUpperCase()}_EVENTS`;
  const { config } = await consumers.info(stream, durable);
  const { opt_start_seq: _seq, opt_start_time: _time, ...rest } = config;
  const start: Partial<ConsumerConfig> =
    from === 'all'
      ? { deliver_policy: DeliverPolicy.All }
      : { deliver_policy: DeliverPolicy.StartTime, opt_start_time: from.toISOString() };
  await consumers.delete(stream, durable);
  await consumers.add(stream, { ...rest, ...start });
}
