import type { Consumer } from '@nats-io/jetstream';
import type { Metrics } from '../telemetry/metrics.js';

/** How far durables are behind their streams, as the server says; all instances of a service tell the same. */
export class ConsumerLag {
  private readonly followed = new Map<string, Consumer>();

  constructor(metrics: Metrics) {
    const gauge = (name: string, help: string) => metrics.gauge(name, help, ['consumer']);
    const pending = gauge('consumer_pending_messages', 'Messages of the stream that the consumer has not been given');
    const unacknowledged = gauge(
      'consumer_ack_pending_messages',
      'Messages given to the consumer and not acknowledged',
    );
    const redelivered = gauge('consumer_redelivered_messages', 'Messages not acknowledged that were given again');
    const gauges = [pending, unacknowledged, redelivered];
    metrics.asked(gauges, async () => {
      const known = await Promise.all(
        [...this.followed].map(async ([durable, consumer]) => [durable, await consumer.info()] as const),
      );
      for (const [consumer, info] of known) {
        pending.set({ consumer }, info.num_pending);
        unacknowledged.set({ consumer }, info.num_ack_pending);
        redelivered.set({ consumer }, info.num_redelivered);
      }
    });
  }

  follow(durable: string, consumer: Consumer): void {
    this.followed.set(durable, consumer);
  }
}
