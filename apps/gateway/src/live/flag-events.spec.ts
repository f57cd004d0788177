import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import type { RunningGateway } from '../gateway.js';
import { startWorld, type World } from '../testing/world.js';
import { FLAGS_CHANGED } from './flag-events.js';

let world: World;
let gateway: RunningGateway;

beforeAll(async () => {
  world = await startWorld();
  gateway = await world.gateway();
});
afterAll(() => world.stop());

async function publish(user: 'platform' | 'digilist'): Promise<void> {
  const { password } = world.server.credentials[user];
  const connection = await connect({ servers: world.server.url, user, pass: password, inboxPrefix: `_INBOX_${user}` });
  connection.publish(FLAGS_CHANGED);
  await connection.flush();
  await connection.close();
}

describe('a page that listens for changes of feature flags', () => {
  it('hears that it should ask again, from PLATFORM and from nobody else, until the gateway stops', async () => {
    const other = await world.gateway();
    const { body, headers } = await fetch(`${other.url}/ofrep/v1/events`);
    expect(headers.get('content-type')).toBe('text/event-stream');
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe('retry: 3000\n\n');
    await publish('digilist');
    await publish('platform');
    expect((await reader?.read())?.value).toBe('data: {"type":"refetchEvaluation"}\n\n');
    await other.stop();
    expect((await reader?.read())?.done).toBe(true);
  });

  it('is sent elsewhere with another method', async () => {
    const refused = await fetch(`${gateway.url}/ofrep/v1/events`, { method: 'POST' });
    expect(refused.status).toBe(405);
  });
});
