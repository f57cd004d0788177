import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const PROBE_EVERY_MS = 100;
/** In a row. A gateway must go on serving for longer than that after it has said no. */
const UNREADY_AFTER = 3;
const PROBE_TIMEOUT_MS = 1_000;

interface Upstream {
  readonly url: URL;
  readonly agent: http.Agent;
  /** How often in a row it was not ready. */
  unready: number;
  timer: NodeJS.Timeout | null;
}

/**
 * A load balancer as production has one: connections to the gateways are kept open, a gateway that says it is not ready
 * gets no new request, and no request is sent twice: whatever a gateway does wrong reaches the client.
 */
export class Balancer {
  private readonly upstreams = new Map<string, Upstream>();
  private turn = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Balancer> {
    const server = http.createServer();
    const balancer = new Balancer(server);
    server.on('request', (request, response) => balancer.forward(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on it gets requests while it says it is ready. */
  async add(url: string): Promise<void> {
    const upstream: Upstream = {
      url: new URL(url),
      agent: new http.Agent({ keepAlive: true }),
      unready: UNREADY_AFTER,
      timer: null,
    };
    this.upstreams.set(url, upstream);
    await this.probe(upstream);
  }

  remove(url: string): void {
    const upstream = this.upstreams.get(url);
    this.upstreams.delete(url);
    if (upstream?.timer) clearTimeout(upstream.timer);
    upstream?.agent.destroy();
  }

  async stop(): Promise<void> {
    for (const url of [...this.upstreams.keys()]) this.remove(url);
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async probe(upstream: Upstream): Promise<void> {
    const { url } = upstream;
    const ready = await fetch(new URL('/health/ready', url), { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).then(
      async (response) => {
        await response.body?.cancel();
        return response.ok;
      },
      () => false,
    );
    upstream.unready = ready ? 0 : upstream.unready + 1;
    if (this.upstreams.get(url.origin) === upstream)
      upstream.timer = setTimeout(() => void this.probe(upstream), PROBE_EVERY_MS);
  }

  private forward(request: IncomingMessage, response: ServerResponse): void {
    const ready = [...this.upstreams.values()].filter(({ unready }) => unready < UNREADY_AFTER);
    const upstream = ready[this.turn++ % ready.length];
    if (!upstream) {
      response.writeHead(502, { 'content-type': 'text/plain' }).end('no gateway is ready');
      return;
    }
    const { hostname, port } = upstream.url;
    const { method, url: path, headers } = request;
    const onward = http.request({ hostname, port, agent: upstream.agent, method, path, headers: withoutHops(headers) });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, withoutHops(answer.headers));
      // An event stream starts with its headers.
      response.flushHeaders();
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    onward.on('error', (error) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502, { 'content-type': 'text/plain' }).end(`${upstream.url.origin}: ${error.message}`);
    });
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }
}

/** What is said of a connection concerns only its two ends. */
function withoutHops(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  const { connection: _connection, 'keep-alive': _keepAlive, 'transfer-encoding': _encoding, ...rest } = headers;
  return rest;
}
