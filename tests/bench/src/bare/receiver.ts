import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// Whoever takes webhooks: reads the body, answers 204, and tells its parent when as many have come as were expected.

let expected = Number.POSITIVE_INFINITY;
let count = 0;
let first = 0;
const paths = new Set<string>();

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume().on('end', () => {
    response.writeHead(204).end();
    if (count++ === 0) first = performance.now();
    paths.add(request.headers['webhook-id'] as string);
    if (count === expected) {
      const seconds = (performance.now() - first) / 1000;
      process.send?.({ count, seconds, different: paths.size, connections });
    }
  });
});
let connections = 0;
server.on('connection', () => {
  connections += 1;
});
process.on('message', (message: number) => {
  [expected, count, connections] = [message, 0, 0];
  paths.clear();
  process.send?.({ ready: true });
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
