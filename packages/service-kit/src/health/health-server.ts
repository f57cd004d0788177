import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from '../telemetry/metrics.js';

/** A dependency and whether it answers now. */
export type Check = () => Promise<boolean>;

/** `/health/live`, `/health/ready` and `/metrics` of a service that otherwise speaks only NATS. */
export class HealthServer {
  private readonly server: Server;
  private stopping = false;

  constructor(
    private readonly checks: Record<string, Check>,
    private readonly metrics: Metrics,
    /** What the service can do without for a while: told, but no reason to send requests elsewhere. */
    private readonly dispensable: Record<string, Check> = {},
  ) {
    this.server = createServer((request, response) => {
      const send = (status: number, body: string, type = 'application/json') => {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
      };
      if (request.url === '/health/live') send(200, '{"status":"ok"}');
      else if (request.url === '/health/ready') {
        void this.ready().then(({ ok, degraded, checks }) =>
          send(ok ? 200 : 503, JSON.stringify({ status: ok ? (degraded ? 'degraded' : 'ok') : 'unavailable', checks })),
        );
      } else if (request.url === '/metrics') {
        void this.metrics.text().then((text) => send(200, text, this.metrics.registry.contentType));
      } else send(404, '{"status":"not found"}');
    });
  }

  async ready(): Promise<{ ok: boolean; degraded: boolean; checks: Record<string, boolean> }> {
    const [checks, dispensable] = await Promise.all([outcomes(this.checks), outcomes(this.dispensable)]);
    return {
      ok: !this.stopping && Object.values(checks).every(Boolean),
      degraded: !Object.values(dispensable).every(Boolean),
      checks: { ...checks, ...dispensable },
    };
  }

  /** Port it listens on. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  /** Not ready from now on, so that nobody sends new work. */
  drain(): void {
    this.stopping = true;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

async function outcomes(checks: Record<string, Check>): Promise<Record<string, boolean>> {
  const results = Object.entries(checks).map(
    async ([name, check]) => [name, await check().catch(() => false)] as const,
  );
  return Object.fromEntries(await Promise.all(results));
}
