import type { Consumer } from '@nats-io/jetstream';
import type { Metrics } from '../telemetry/metrics.js';

/** How far durables are behind their streams, as the server says; all instances of a service tell the same. */
export class ConsumerLag {
  /** By stream and durable: two streams may have a durable of one name. */
  private readonly followed = new Map<string, { labels: { stream: string; consumer: string }; consumer: Consumer }>();

  constructor(metrics: Metrics) {
    const gauge = (name: string, help: string) => metrics.gauge(name, help, ['stream', 'consumer']);
    const pending = gauge('consumer_pending_messages', 'Messages of the stream that the consumer has not been given');
    const unacknowledged = gauge(
      'consumer_ack_pending_messages',
      'Messages given to the consumer and not acknowledged',
    );
    const redelivered = gauge('consumer_redelivered_messages', 'Messages not acknowledged that were given again');
    const gauges = [pending, unacknowledged, redelivered];
    metrics.asked(gauges, async () => {
      const known = await Promise.all(
        [...this.followed.values()].map(async ({ labels, consumer }) => ({ labels, info: await consumer.info() })),
      );
      for (const { labels, info } of known) {
        pending.set(labels, info.num_pending);
        unacknowledged.set(labels, info.num_ack_pending);
        redelivered.set(labels, info.num_redelivered);
      }
    });
  }

  follow(stream: string, durable: string, consumer: Consumer): void {
    this.followed.set(`${stream} ${durable}`, { labels: { stream, consumer: durable }, consumer });
  }
}
