import { expect, test } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import { natsOptions, startNats } from './nats.js';

test('a server lets in as many products as it is told of, each under its own name and no other', async () => {
  const server = await startNats({ products: ['reports', 'lending'] });
  const of = (user: string) =>
    natsOptions(server, (server.credentials as Record<string, { user: string; password: string }>)[user] as never);
  const platform = await connect(of('platform'));
  const heard: string[] = [];
  platform.subscribe('platform.internal.>', {
    callback: (_, message) => {
      heard.push(message.subject);
      message.respond('yes');
    },
  });
  await platform.flush();
  for (const product of ['digilist', 'reports', 'lending']) {
    const connection = await connect(of(product));
    const ask = (as: string) =>
      connection.request(`platform.internal.${as}.product.register.v1`, '', { timeout: 1_000 });
    expect((await ask(product)).string()).toBe('yes');
    await expect(ask('somebody')).rejects.toThrow();
    const ack = await connection.request(`${product}.evt.x.thing.1.done.v1`, '{}', { timeout: 2_000 });
    expect(ack.json()).toMatchObject({ stream: `${product.toUpperCase()}_EVENTS` });
    await connection.close();
  }
  expect(heard).toHaveLength(3);
  await platform.close();
  await server.stop();
}, 30_000);
