import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { collectProcessMetrics } from './process-metrics.js';

/** What takes longer to learn is left out this time: whoever asks for metrics must get those that there are. */
const ASK_MS = 2_000;

/** Metrics of one process. RED per operation, and how far the background work is behind. */
export class Metrics {
  readonly registry = new Registry();
  private readonly questions: { gauges: readonly Gauge[]; ask: () => Promise<void> }[] = [];

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
  readonly connectionWait = new Histogram({
    name: 'db_client_connection_wait_seconds',
    help: 'Time a transaction waits for a connection of the pool',
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 3],
    registers: [this.registry],
  });
  readonly outboxPublished = new Counter({
    name: 'outbox_published_total',
    help: 'Messages published from the outbox',
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
  gauge<Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  /** A figure that is known whenever somebody looks. */
  known(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  /** Figures that the database or NATS is asked for when somebody looks; without an answer there are none. */
  asked(gauges: readonly Gauge[], ask: () => Promise<void>): void {
    this.questions.push({ gauges, ask });
  }

  /** All of them, as Prometheus reads them. */
  async text(): Promise<string> {
    await Promise.all(
      this.questions.map(async ({ gauges, ask }) => {
        if (!(await inTime(ask()))) for (const gauge of gauges) gauge.reset();
      }),
    );
    return this.registry.metrics();
  }
}

async function inTime(answer: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ASK_MS, false);
  });
  const answered = answer.then(
    () => true,
    () => false,
  );
  return Promise.race([answered, late]).finally(() => clearTimeout(timer));
}
