import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly payload: string;
}

/** The public address on this machine: takes what providers send, and answers what `handle` says. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** Answers the status. */
  handle: (received: Received) => number | Promise<number> = () => 204;
  private readonly server: Server;

  private constructor() {
    this.server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const headers = request.headers as Record<string, string | undefined>;
      const received = { path: request.url ?? '/', headers, payload: Buffer.concat(chunks).toString() };
      this.received.push(received);
      response.writeHead(await this.handle(received)).end();
    });
  }

  static async open(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    await new Promise<void>((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What was received about a payment. */
  about(reference: string): Received[] {
    return this.received.filter(({ payload }) => payload.includes(reference));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
