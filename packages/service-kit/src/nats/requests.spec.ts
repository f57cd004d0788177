import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, type NatsServer, natsOptions, startNats } from '@kit/testing';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { Secret } from '../config/config.js';
import { createLogger } from '../logging/logger.js';
import { Nats } from './connection.js';

const SUBJECT = 'platform.rpc.echo';
let server: NatsServer;
let nats: Nats;
let service: NatsConnection;
beforeAll(async () => {
  server = await startNats({ streams: false });
  const { user, password } = server.credentials.gateway;
  const options = { urls: [server.url], user, password: new Secret(password), name: 'requests' };
  nats = await Nats.open(options, createLogger('requests', 'silent'));
  service = await connect({ ...natsOptions(server, server.credentials.platform), reconnectTimeWait: 50 });
}, 30_000);
afterAll(async () => {
  await nats?.close();
  await service?.close();
  await server?.stop();
});

/** Answers what it is asked, except the first `deaf` questions; counts them all. */
function answering(deaf = 0): { asked: number; stop: () => void } {
  const seen = { asked: 0, stop: () => subscription.unsubscribe() };
  const subscription = service.subscribe(SUBJECT, {
    callback: (_error, message) => {
      seen.asked++;
      if (seen.asked > deaf) message.respond(message.data);
    },
  });
  return seen;
}
let echo: ReturnType<typeof answering> | undefined;
afterEach(() => echo?.stop());

const ask = (body: string, options: { timeout?: number; repeatable?: boolean } = {}) =>
  nats.requests.send(SUBJECT, body, headers(), { timeout: 5_000, ...options }).then((answer) => answer.string());

describe('requests', () => {
  it('whom nobody could answer are asked again while a service comes back, whatever they are', async () => {
    const answer = ask('early');
    await nats.connection.flush();
    echo = answering();
    expect(await answer).toBe('early');
    expect(echo.asked).toBe(1);
  });

  it('that nobody answers for a second say so', async () => {
    await service.flush();
    await expect(ask('lonely')).rejects.toThrow('no responders');
  });

  it('that nobody has got say that too when their time ends sooner', async () => {
    await expect(ask('hasty', { timeout: 400 })).rejects.toThrow('no responders');
  });

  it('whose answer comes while this process stands still beyond their time are answered', async () => {
    const answer = ask('stalled', { timeout: 200 });
    // Written at once; the server's answer, that nobody is there, comes meanwhile and waits in the socket.
    void nats.connection.flush();
    const until = Date.now() + 400;
    while (Date.now() < until);
    await expect(answer).rejects.toThrow('no responders');
  });

  it('that may be asked twice are asked again when a node of the cluster has gone; others are not', async () => {
    echo = answering(2);
    await service.flush();
    const safe = ask('read', { repeatable: true });
    const unsafe = ask('write', { timeout: 500 });
    await eventually(() => expect(echo?.asked).toBe(2));
    nats.requests.nodeGone();
    expect(await safe).toBe('read');
    await expect(unsafe).rejects.toThrow('timeout');
    expect(echo.asked).toBe(3);
  });

  it('made while the connection is just lost wait for it; when it stays away they are refused, and later ones at once', async () => {
    echo = answering();
    const lost = (async () => {
      for await (const status of nats.connection.status()) if (status.type === 'disconnect') return;
    })();
    await server.kill();
    await lost;
    const waits = ask('waits');
    await server.restart();
    expect(await waits).toBe('waits');

    await server.kill();
    const began = Date.now();
    await expect(ask('given up')).rejects.toThrow('the connection to NATS is lost');
    expect(Date.now() - began).toBeLessThan(5_000);
    await expect(ask('too late')).rejects.toThrow('the connection to NATS is lost');
    await server.restart();
  }, 30_000);
});
