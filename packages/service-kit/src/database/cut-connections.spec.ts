import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDatabase, query, stopPostgres, type TestDatabase } from '@kit/testing';
import type { DataSource } from 'typeorm';
import { poolOf } from '../jobs/job-tables.js';
import { createDataSource } from './database.js';

let database: TestDatabase;
let source: DataSource;
beforeAll(async () => {
  database = await createDatabase('platform');
  source = await createDataSource({ context: 'platform', url: database.urls.system, poolSize: 1 }).initialize();
});
afterAll(async () => {
  await source?.destroy();
  await database?.drop();
  await stopPostgres();
});

test('a connection that is cut between two statements of whoever holds it ends neither the process nor the pool', async () => {
  const client = await poolOf(source).connect();
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  const ended = new Promise((resolve) => client.once('end', resolve));
  await query(database.urls.superuser, 'SELECT pg_terminate_backend($1)', [rows[0].pid]);
  await ended;
  await expect(client.query('SELECT 1')).rejects.toThrow();
  client.release();
  expect(await source.query('SELECT 1 AS answered')).toEqual([{ answered: 1 }]);
});
