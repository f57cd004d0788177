import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { collectProcessMetrics } from './process-metrics.js';

/** Metrics of one process. RED per operation, and how far the background work is behind. */
export class Metrics {
  readonly registry = new Registry();

  readonly requests = new Histogram({
    name: 'rpc_server_duration_seconds',
    help: 'Time to answer an operation',
    labelNames: ['operation', 'code'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.registry],
  });
  readonly inFlight = new Gauge({
    name: 'rpc_server_in_flight',
    help: 'Operations being handled now',
    registers: [this.registry],
  });
  readonly outboxPublished = new Counter({
    name: 'outbox_published_total',
    help: 'Messages published from the outbox',
    registers: [this.registry],
  });
  readonly outboxLag = new Gauge({
    name: 'outbox_lag_seconds',
    help: 'Age of the oldest message that is not published',
    registers: [this.registry],
  });
  readonly consumed = new Counter({
    name: 'consumer_messages_total',
    help: 'Messages consumed',
    labelNames: ['consumer', 'outcome'],
    registers: [this.registry],
  });

  readonly jobRuns = new Counter({
    name: 'job_runs_total',
    help: 'Runs of periodic jobs in this process',
    labelNames: ['job', 'outcome'],
    registers: [this.registry],
  });
  readonly jobDuration = new Histogram({
    name: 'job_duration_seconds',
    help: 'Time a run of a periodic job takes',
    labelNames: ['job'],
    buckets: [0.01, 0.1, 1, 10, 60, 600],
    registers: [this.registry],
  });
  readonly jobSuccess = new Gauge({
    name: 'job_last_success_timestamp_seconds',
    help: 'When this process last ran a periodic job without failing',
    labelNames: ['job'],
    registers: [this.registry],
  });

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
    collectProcessMetrics(this.registry);
  }

  /** A figure of a feature of its own. */
  gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [this.registry] });
  }
}
