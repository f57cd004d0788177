import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server on the outside that takes webhooks, and answers each path as it is told. */
export async function startReceiver() {
  const received: Received[] = [];
  const answers = new Map<string, (response: ServerResponse, count: number) => void>();
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '/';
      received.push({ path, headers: request.headers, body: Buffer.concat(chunks).toString() });
      const answer = answers.get(path);
      if (answer) answer(response, received.filter((one) => one.path === path).length);
      else response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    received,
    at: (path: string) => received.filter((one) => one.path === path),
    first(path: string): { headers: Record<string, string>; body: string } {
      const found = received.find((one) => one.path === path);
      if (!found) throw new Error(`nothing was sent to ${path}`);
      return { headers: found.headers as Record<string, string>, body: found.body };
    },
    /** What a path answers from now on. */
    answer: (path: string, answer: (response: ServerResponse, count: number) => void) => answers.set(path, answer),
    status: (path: string, status: number, headers: Record<string, string> = {}) =>
      answers.set(path, (response) => response.writeHead(status, headers).end('said')),
    /** Ends whatever still waits for an answer. */
    hangUp: () => server.closeAllConnections(),
    stop() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

/** Environment in which PLATFORM may send to a receiver on this machine. */
export const REACHES_RECEIVER = {
  PLATFORM_ALLOW_PRIVATE_TARGETS: '127.0.0.0/8',
  PLATFORM_ALLOW_HTTP_TARGETS: 'true',
  PLATFORM_TARGET_PORTS: '*',
};
