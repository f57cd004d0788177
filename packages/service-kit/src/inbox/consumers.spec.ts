import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Refusal, SERVICE_UNAVAILABLE } from '@kit/contracts';
import { eventually, natsOptions, query, stopPostgres } from '@kit/testing';
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { statement } from '../database/statement.js';
import type { RunningService } from '../service.js';
import { type NotesWorld, notesWorld } from '../testing/notes-service.js';
import { Consumers, UnreadableMessage } from './consumers.js';

const DURABLE = 'platform_audit';
const INSERT = statement('test-consume-note', `INSERT INTO platform.notes (tenant_id, id, text) VALUES ($1, $2, $3)`);

let world: NotesWorld;
let service: RunningService;
let connection: NatsConnection;
let js: JetStreamClient;
/** Texts whose message fails, and how many times it still does. */
const failing = new Map<string, number>();
const handled: string[] = [];

beforeAll(async () => {
  world = await notesWorld();
  service = await world.start();
  connection = await connect(natsOptions(world.nats, world.nats.credentials.platform as never));
  js = jetstream(connection);
  service.app.get(Consumers).consume<{ text: string }>({
    stream: 'PLATFORM_EVENTS',
    durable: DURABLE,
    handle: async (tx, messages) => {
      for (const { id, payload } of messages) {
        const left = failing.get(payload.text) ?? 0;
        failing.set(payload.text, left - 1);
        await tx.query(INSERT, [tx.tenantId, id, payload.text === 'refused by a column' ? 'a\0b' : payload.text]);
        if (left > 0 && payload.text.startsWith('unreadable')) throw new UnreadableMessage('nobody can read this');
        if (left > 0 && payload.text === 'outage') throw new Refusal(SERVICE_UNAVAILABLE);
        if (left > 0) throw new Error(`${payload.text} fails ${left} more times`);
        handled.push(payload.text);
      }
    },
  });
});
afterAll(async () => {
  await connection?.close();
  await world?.stop();
  await stopPostgres();
});

const publish = (tenantId: string, text: string, id: string = randomUUID()) =>
  js.publish(`platform.audit.${tenantId}`, JSON.stringify({ text }), { msgID: id });

const texts = async (tenantId: string): Promise<string[]> =>
  (
    await query<{ text: string }>(
      world.database.urls.superuser,
      'SELECT text FROM platform.notes WHERE tenant_id = $1',
      [tenantId],
    )
  ).map((row) => row.text);

const deadLetters = (tenantId: string) =>
  query<{ payload: string; error: string }>(
    world.database.urls.superuser,
    'SELECT payload, error FROM platform.dead_letters WHERE tenant_id = $1',
    [tenantId],
  );

it('takes effect once for every message, in the tenant its subject names', async () => {
  const [one, other] = [randomUUID(), randomUUID()];
  await Promise.all(Array.from({ length: 30 }, (_, n) => publish(n % 2 ? one : other, `m${n}`)));
  await eventually(async () => expect((await texts(one)).length + (await texts(other)).length).toBe(30));
  expect(await texts(one)).toHaveLength(15);
});

it('does nothing for a message whose effect has committed before', async () => {
  const tenantId = randomUUID();
  const id = randomUUID();
  await query(
    world.database.urls.superuser,
    `INSERT INTO platform.inbox (tenant_id, consumer, message_id, stream_seq) VALUES ($1, $2, $3, 1)`,
    [tenantId, DURABLE, id],
  );
  await publish(tenantId, 'seen before', id);
  await publish(tenantId, 'new');
  await eventually(async () => expect(await texts(tenantId)).toEqual(['new']));
});

it('tries a failing message again, leaves nothing of the failed attempt and does not hold up the others for long', async () => {
  const tenantId = randomUUID();
  failing.set('sometimes', 2);
  await Promise.all([publish(tenantId, 'sometimes'), publish(tenantId, 'always fine')]);
  await eventually(async () => expect(new Set(await texts(tenantId))).toEqual(new Set(['sometimes', 'always fine'])), {
    within: 15_000,
  });
});

it('parks a poison message as a dead letter, says why, announces it and goes on', async () => {
  const tenantId = randomUUID();
  failing.set('poison', 1_000);
  await publish(tenantId, 'poison');
  await publish(tenantId, 'after');
  await eventually(async () => expect(await deadLetters(tenantId)).toHaveLength(1), { within: 25_000 });
  expect((await deadLetters(tenantId))[0]).toMatchObject({
    payload: '{"text":"poison"}',
    error: expect.stringContaining('poison fails'),
  });
  expect(await texts(tenantId)).toEqual(['after']);
  const announced = await query<{ subject: string }>(
    world.database.urls.superuser,
    'SELECT subject FROM platform.outbox WHERE tenant_id = $1',
    [tenantId],
  );
  expect(announced).toEqual([{ subject: `platform.dead.${DURABLE}` }]);
}, 40_000);

it('parks what it cannot read instead of stumbling over it for ever', async () => {
  const before = (await deadLetters('00000000-0000-7000-8000-000000000000')).length;
  await js.publish(`platform.audit.${randomUUID()}`, 'no json {', { msgID: randomUUID() });
  await eventually(async () =>
    expect(await deadLetters('00000000-0000-7000-8000-000000000000')).toHaveLength(before + 1),
  );
});

it.each(['unreadable', 'unreadable \\u0000', 'refused by a column'])(
  'parks at once what will never be any better: %s',
  async (text) => {
    const tenantId = randomUUID();
    failing.set(text, 1_000);
    await publish(tenantId, text);
    await publish(tenantId, 'after');
    await eventually(async () => expect(await deadLetters(tenantId)).toHaveLength(1), { within: 3_000 });
    await eventually(async () => expect(await texts(tenantId)).toEqual(['after']));
    expect(failing.get(text)).toBeGreaterThan(990);
  },
);

it('parks a message that holds a NUL, which no text column takes', async () => {
  const before = (await deadLetters('00000000-0000-7000-8000-000000000000')).length;
  await js.publish(`platform.audit.${randomUUID()}`, 'no json \0 {', { msgID: randomUUID() });
  await eventually(async () =>
    expect(await deadLetters('00000000-0000-7000-8000-000000000000')).toHaveLength(before + 1),
  );
});

it('blames no message for an outage, however often it is delivered in vain', async () => {
  const tenantId = randomUUID();
  failing.set('outage', 6);
  await publish(tenantId, 'outage');
  await eventually(async () => expect(await texts(tenantId)).toEqual(['outage']), { within: 20_000 });
  expect(await deadLetters(tenantId)).toEqual([]);
}, 30_000);
