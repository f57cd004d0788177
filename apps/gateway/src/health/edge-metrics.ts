import { collectProcessMetrics } from '@kit/service/edge';
import { Gauge, Histogram, Registry } from 'prom-client';

/** Rate, errors and duration of every operation, as clients see them. */
export class EdgeMetrics {
  readonly registry = new Registry();

  private readonly requests = new Histogram({
    name: 'http_server_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer',
    labelNames: ['operation', 'method', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.registry],
  });
  private readonly children = new Map<string, { observe(seconds: number): void }>();

  /** Requests being handled now. */
  inFlight = 0;
  /** Connections that listen to events. */
  listening: () => number = () => 0;
  connected: () => boolean = () => false;

  constructor() {
    this.known('http_server_in_flight', 'Requests being handled now', () => this.inFlight);
    this.known('http_server_listening', 'Connections that listen to events', () => this.listening());
    this.known('nats_connected', 'Whether the process is connected to NATS', () => (this.connected() ? 1 : 0));
    this.registry.setDefaultLabels({ service: 'gateway' });
    collectProcessMetrics(this.registry);
  }

  private known(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  observe(operation: string, method: string, status: number, seconds: number): void {
    const key = `${operation} ${method} ${status}`;
    let child = this.children.get(key);
    if (!child) {
      child = this.requests.labels({ operation, method, status: String(status) });
      this.children.set(key, child);
    }
    child.observe(seconds);
  }
}
