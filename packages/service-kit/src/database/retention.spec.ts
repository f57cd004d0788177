import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { query, stopPostgres } from '@kit/testing';
import pg from 'pg';
import type { RunningService } from '../service.js';
import { type NotesWorld, notesWorld } from '../testing/notes-service.js';
import { RETENTION_DAYS, Retention } from './retention.js';

let world: NotesWorld;
let retention: Retention;

beforeAll(async () => {
  world = await notesWorld();
  const service: RunningService = await world.start();
  retention = service.app.get(Retention);
});
afterAll(async () => {
  await world?.stop();
  await stopPostgres();
});

const run = (text: string, values: unknown[] = []) =>
  query<{ id: string }>(world.database.urls.superuser, text, values);
/** Rows of an age in days, in all three tables; `pending` leaves those of the outbox unpublished. */
const rows = async (days: number, count: number, { pending = false } = {}): Promise<string> => {
  const tenantId = randomUUID();
  const at = `now() - interval '${days} days'`;
  await run(
    `INSERT INTO platform.outbox (tenant_id, id, subject, payload, created_at, published_at)
     SELECT $1::uuid, uuidv7(), 'platform.evt.' || $1::text || '.x', '{}', ${at}, ${pending ? 'NULL' : at}
     FROM generate_series(1, $2)`,
    [tenantId, count],
  );
  await run(
    `INSERT INTO platform.inbox SELECT $1::uuid, 'consumer', uuidv7(), n, ${at} FROM generate_series(1, $2) n`,
    [tenantId, count],
  );
  await run(
    `INSERT INTO platform.idempotency_keys SELECT $1::uuid, 'p', 'o', 'k' || n, 'f', 'ok', '{}', NULL, ${at}
     FROM generate_series(1, $2) n`,
    [tenantId, count],
  );
  return tenantId;
};
const left = async (tenantId: string): Promise<Record<string, number>> =>
  Object.fromEntries(
    await Promise.all(
      Object.keys(RETENTION_DAYS).map(async (table) => [
        table,
        (await run(`SELECT FROM platform.${table} WHERE tenant_id = $1`, [tenantId])).length,
      ]),
    ),
  );

it('takes away what is older than it has to be, in the tables of all tenants, and nothing else', async () => {
  const [young, old, ancient] = [await rows(6, 3), await rows(32, 3), await rows(66, 3)];
  expect(await retention.sweep(new Date())).toEqual({ outbox: 6, inbox: 3, idempotency_keys: 6 });
  expect(await left(young)).toEqual({ outbox: 3, inbox: 3, idempotency_keys: 3 });
  expect(await left(old)).toEqual({ outbox: 0, inbox: 3, idempotency_keys: 0 });
  expect(await left(ancient)).toEqual({ outbox: 0, inbox: 0, idempotency_keys: 0 });
});

it('keeps what is not published, however old, and goes on until nothing is left to take', async () => {
  await world.nats.kill();
  const pending = await rows(400, 2, { pending: true });
  const many = await rows(70, 2_100);
  expect(await retention.sweep(new Date())).toMatchObject({ outbox: 2_100, idempotency_keys: 2_102 });
  expect(await left(pending)).toMatchObject({ outbox: 2 });
  expect(await left(many)).toEqual({ outbox: 0, inbox: 0, idempotency_keys: 0 });
  await world.nats.restart();
});

it('leaves the work to whoever is at it', async () => {
  const old = await rows(40, 1);
  const busy = new pg.Client({ connectionString: world.database.urls.superuser });
  await busy.connect();
  await busy.query("SELECT pg_advisory_lock(hashtext('platform.retention'))");
  expect(await retention.sweep(new Date())).toEqual({ outbox: 0, inbox: 0, idempotency_keys: 0 });
  await busy.end();
  expect(await retention.sweep(new Date())).toMatchObject({ outbox: 1 });
  expect(await left(old)).toMatchObject({ outbox: 0 });
});
