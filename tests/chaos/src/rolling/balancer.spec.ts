import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '@kit/testing';
import { Balancer } from './balancer.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A gateway of which only the manners count. */
async function gateway(serve: http.RequestListener, ready: () => boolean = () => true): Promise<string> {
  const server = http.createServer((request, response) => {
    if (request.url === '/health/ready') response.writeHead(ready() ? 200 : 503).end();
    else serve(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function balancer(...urls: string[]): Promise<Balancer> {
  const started = await Balancer.start();
  closing.push(() => started.stop());
  for (const url of urls) await started.add(url);
  return started;
}

it('a connection that a gateway breaks reaches the client as a failure, and is not asked of another', async () => {
  let asked = 0;
  const breaking = await gateway((request) => {
    asked++;
    request.socket.destroy();
  });
  const { url } = await balancer(breaking, breaking);
  expect((await fetch(`${url}/api`)).status).toBe(502);
  expect(asked).toBe(1);
});

it('who says it is not ready gets nothing any more, and something again once it is', async () => {
  let ready = true;
  const [one, other] = await Promise.all([
    gateway(
      (_, response) => response.end('one'),
      () => ready,
    ),
    gateway((_, response) => response.end('other')),
  ]);
  const { url } = await balancer(one, other);
  const answers = async () =>
    new Set(await Promise.all([1, 2, 3, 4].map(async () => (await fetch(`${url}/api`)).text())));
  expect(await answers()).toEqual(new Set(['one', 'other']));
  ready = false;
  await eventually(async () => expect(await answers()).toEqual(new Set(['other'])));
  ready = true;
  await eventually(async () => expect(await answers()).toEqual(new Set(['one', 'other'])));
});
