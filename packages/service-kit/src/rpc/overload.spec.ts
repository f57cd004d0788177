import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Operation } from '@kit/contracts';
import { natsOptions, query, stopPostgres } from '@kit/testing';
import { connect, type NatsConnection, headers as natsHeaders } from '@nats-io/transport-node';
import { type NotesWorld, notesWorld, writeNote } from '../testing/notes-service.js';

let world: NotesWorld;
let gateway: NatsConnection;

beforeAll(async () => {
  world = await notesWorld();
  await world.start({ maxInFlight: 2 });
  gateway = await connect(natsOptions(world.nats, world.nats.credentials.gateway as never));
});
afterAll(async () => {
  await gateway?.close();
  await world?.stop();
  await stopPostgres();
});

it('more requests at once than a service handles are refused, not piled up, and leave nothing behind', async () => {
  const { token, tenantId } = await world.person();
  const headers = natsHeaders();
  headers.set('authorization', `Bearer ${token}`);
  const { subject } = writeNote as unknown as Operation;
  const send = async (text: string) => {
    const message = await gateway.request(subject, JSON.stringify({ text }), { timeout: 5_000, headers });
    return message.headers?.get('x-status') === 'ok' ? 'OK' : message.json<{ code: string }>().code;
  };
  const codes = await Promise.all(Array.from({ length: 50 }, (_, n) => send(`m${n}`)));
  const accepted = codes.filter((code) => code === 'OK').length;
  expect(accepted).toBeGreaterThanOrEqual(2);
  expect(codes.filter((code) => code === 'OVERLOADED')).toHaveLength(50 - accepted);
  const text = 'SELECT FROM platform.notes WHERE tenant_id = $1';
  expect(await query(world.database.urls.superuser, text, [tenantId])).toHaveLength(accepted);
  expect(await send('afterwards')).toBe('OK');
});
