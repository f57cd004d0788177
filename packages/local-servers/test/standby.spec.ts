import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  type PostgresServer,
  type PostgresStandby,
  requireStandby,
  startPostgres,
  startStandby,
} from '@kit/local-servers';
import pg from 'pg';

let primary: PostgresServer;
let standby: PostgresStandby;
beforeAll(async () => {
  primary = await startPostgres({ password: "it's a secret" });
  standby = await startStandby(primary.url);
}, 60_000);
afterAll(async () => {
  await standby?.stop();
  await primary?.stop();
}, 60_000);

async function on<T extends pg.QueryResultRow>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

it('a standby has every acknowledged commit of a primary that was killed, takes its place, and is stood by in turn', async () => {
  await requireStandby(primary.url, [standby.name]);
  await on(primary.url, 'CREATE TABLE kept (n int)');
  for (let n = 0; n < 20; n++) await on(primary.url, `INSERT INTO kept VALUES (${n})`);
  await expect(on(standby.url, 'INSERT INTO kept VALUES (0)')).rejects.toThrow('read-only transaction');
  await primary.kill();
  await standby.promote();
  expect(await on(standby.url, 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 20 }]);
  await on(standby.url, 'INSERT INTO kept VALUES (20)');

  const next = await startStandby(standby.url, { name: 'next' });
  try {
    await requireStandby(standby.url, ['next']);
    await on(standby.url, 'INSERT INTO kept VALUES (21)');
    const [history] = await on<{ timeline: number }>(
      next.url,
      'SELECT timeline_id AS timeline FROM pg_control_checkpoint()',
    );
    expect(history?.timeline).toBe(2);
  } finally {
    await next.stop();
  }
}, 120_000);
