import type { DataSource } from 'typeorm';
import { jobSchema, poolOf } from '../jobs/job-tables.js';
import type { Metrics } from './metrics.js';

/** Counted no further: whoever has more waiting needs no exact figure, and counting must not add to the trouble. */
const MOST = 100_000;
const JOB_LATE = '5 minutes';

export interface Watched {
  readonly context: string;
  readonly metrics: Metrics;
  readonly dataSource: DataSource;
  /** Sees all tenants. Its pool is small, but free when requests fill the other one. */
  readonly systemDatabase: DataSource;
  readonly nats: { readonly connected: boolean };
}

/** How far the background work of a service is behind, and what it has of connections. Every instance tells the same. */
export function watchBacklog({ context, metrics, dataSource, systemDatabase, nats }: Watched): void {
  metrics.known('nats_connected', 'Whether the process is connected to NATS', () => (nats.connected ? 1 : 0));
  watchPools(metrics, { app: dataSource, system: systemDatabase });
  watchOutbox(context, metrics, systemDatabase);
  watchDeadLetters(context, metrics, systemDatabase);
  watchJobs(context, metrics, systemDatabase);
}

function watchPools(metrics: Metrics, pools: Record<string, DataSource>): void {
  const connections = metrics.gauge('db_client_connections', 'Connections to the database', ['pool', 'state']);
  const most = metrics.gauge('db_client_connections_max', 'Connections that the pool may open', ['pool']);
  const pending = metrics.gauge('db_client_connections_pending', 'Callers that wait for a connection', ['pool']);
  metrics.asked([], async () => {
    for (const [pool, source] of Object.entries(pools)) {
      const { totalCount, idleCount, waitingCount, options } = poolOf(source);
      connections.set({ pool, state: 'idle' }, idleCount);
      connections.set({ pool, state: 'used' }, totalCount - idleCount);
      most.set({ pool }, options.max ?? 0);
      pending.set({ pool }, waitingCount);
    }
  });
}

function watchOutbox(context: string, metrics: Metrics, system: DataSource): void {
  const waiting = metrics.gauge('outbox_messages_waiting', 'Messages of the outbox that are not published');
  const lag = metrics.gauge('outbox_lag_seconds', 'Age of the oldest message that is not published');
  metrics.asked([waiting, lag], async () => {
    const [row] = await system.query(
      `SELECT count(*)::integer AS waiting, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS lag
       FROM (SELECT created_at FROM ${context}.outbox WHERE published_at IS NULL ORDER BY pos LIMIT ${MOST}) AS oldest`,
    );
    waiting.set(row.waiting);
    lag.set(row.lag);
  });
}

function watchDeadLetters(context: string, metrics: Metrics, system: DataSource): void {
  const letters = metrics.gauge('dead_letters', 'Messages that could not be handled and wait for a person', [
    'consumer',
  ]);
  metrics.asked([letters], async () => {
    const rows = await system.query(
      `SELECT consumer, count(*)::integer AS waiting FROM ${context}.dead_letters GROUP BY consumer`,
    );
    letters.reset();
    for (const { consumer, waiting } of rows) letters.set({ consumer }, waiting);
  });
}

function watchJobs(context: string, metrics: Metrics, system: DataSource): void {
  const late = metrics.gauge('jobs_overdue', `Periodic jobs that should have begun more than ${JOB_LATE} ago`);
  metrics.asked([late], async () => {
    const [row] = await system.query(
      `SELECT count(*)::integer AS late FROM ${jobSchema(context)}.jobs
       WHERE locked_at IS NULL AND run_at < now() - interval '${JOB_LATE}'`,
    );
    late.set(row.late);
  });
}
