import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually, query, stopPostgres } from '@kit/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Authority } from '../auth/authority.js';
import { Secret } from '../config/config.js';
import { createDataSource } from '../database/database.js';
import { jobOrigin } from '../database/origin.js';
import type { Queryable, Statement } from '../database/statement.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { createLogger } from '../logging/logger.js';
import { Nats } from '../nats/connection.js';
import { Metrics } from '../telemetry/metrics.js';
import { type NotesWorld, notesWorld } from '../testing/notes-service.js';
import { Relay } from './relay.js';

const NOBODY = {} as Authority;
const logger = createLogger('relay', 'silent');
const metrics = new Metrics('relay');

let world: NotesWorld;
let dataSource: DataSource;
let nats: Nats;
let work: UnitOfWork;
let relay: Relay | null = null;

beforeAll(async () => {
  world = await notesWorld();
  dataSource = await createDataSource({ context: 'platform', url: world.database.urls.app }).initialize();
  const { user, password } = world.nats.credentials.platform as { user: string; password: string };
  nats = await Nats.open({ urls: [world.nats.url], user, password: new Secret(password), name: 'relay' }, logger);
  work = new UnitOfWork('platform', dataSource, NOBODY, () => undefined);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await relay?.stop();
  relay = null;
  await query(world.database.urls.superuser, 'DELETE FROM platform.relay_lease; DELETE FROM platform.outbox');
});
afterAll(async () => {
  await nats?.close();
  await dataSource?.destroy();
  await world?.stop();
  await stopPostgres();
});

const committed = async (count: number): Promise<string> => {
  const tenantId = randomUUID();
  await work.runAs(jobOrigin(tenantId, 'test'), async (tx) => {
    for (let n = 0; n < count; n++) tx.put(uuidv7(), `platform.evt.${tenantId}.note.n${n}.written.v1`, { n });
  });
  return tenantId;
};
const unpublished = async (tenantId: string): Promise<number> => {
  const text = 'SELECT FROM platform.outbox WHERE tenant_id = $1 AND published_at IS NULL';
  return (await query(world.database.urls.superuser, text, [tenantId])).length;
};
const streamed = async (tenantId: string): Promise<number> => {
  const manager = await jetstreamManager(nats.connection, { checkAPI: false });
  const info = await manager.streams.info('PLATFORM_EVENTS', { subjects_filter: `platform.evt.${tenantId}.>` });
  return Object.keys(info.state.subjects ?? {}).length;
};

/** The unit of work of a process that is paused behind its reading of the outbox until its lease has gone to another. */
const paused = (wake: { pauses: number }): UnitOfWork => {
  const overtaken = async (statement: Statement, values: readonly unknown[], queryable: Queryable) => {
    const rows = await queryable.query(statement, values);
    if (statement.name !== 'platform-relay-claim' || wake.pauses-- <= 0) return rows;
    await query(
      world.database.urls.superuser,
      "UPDATE platform.relay_lease SET holder = uuidv7(), epoch = epoch + 1, expires_at = now() + interval '1 hour'",
    );
    const later = Date.now() + 11_000;
    jest.spyOn(Date, 'now').mockImplementation(() => later);
    return rows;
  };
  return {
    relay: (read: (queryable: Queryable) => Promise<unknown>) =>
      work.relay((queryable) =>
        read({
          query: (statement: Statement, values: readonly unknown[] = []) => overtaken(statement, values, queryable),
        } as Queryable),
      ),
  } as unknown as UnitOfWork;
};

describe('the relay', () => {
  it.each([1, 2, 250])('publishes what was committed: %i messages', async (count) => {
    const tenantId = await committed(count);
    relay = new Relay('platform', work, nats, logger, metrics, 60_000);
    relay.start();
    await eventually(async () => expect(await unpublished(tenantId)).toBe(0));
    expect(await streamed(tenantId)).toBe(count);
  });

  it.each([1, 20])('sends nothing of %i messages that it read before its lease went to another', async (count) => {
    const tenantId = await committed(count);
    const wake = { pauses: 1 };
    relay = new Relay('platform', paused(wake), nats, logger, metrics, 60_000);
    relay.start();
    await eventually(async () => expect(wake.pauses).toBe(0));
    await relay.stop();
    expect(await streamed(tenantId)).toBe(0);
    expect(await unpublished(tenantId)).toBe(count);
  });
});

describe('the outbox', () => {
  it.each([
    ['a wildcard', 'platform.evt.*.note.n1.written.v1', {}],
    ['a space', 'platform.evt.a b.note', {}],
    ['an empty token', 'platform.evt..note', {}],
    ['an id in capitals, which no consumer would know again', 'platform.evt.ABC.note', {}],
    ['more than NATS takes', 'platform.evt.a.note', 'æ'.repeat(2_200_000)],
  ])('takes no message with %s: one that cannot leave would hold up all behind it', async (_, subject, payload) => {
    const attempt = work.runAs(jobOrigin(randomUUID(), 'test'), async (tx) => tx.put(uuidv7(), subject, payload));
    await expect(attempt).rejects.toThrow(/subject|too large/);
  });
});
