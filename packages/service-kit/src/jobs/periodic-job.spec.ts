import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDatabase, eventually, query, stopPostgres, type TestDatabase } from '@kit/testing';
import { DataSource } from 'typeorm';
import { createDataSource } from '../database/database.js';
import { kitTables } from '../database/ddl.js';
import { createLogger } from '../logging/logger.js';
import { PeriodicJob } from './periodic-job.js';

let database: TestDatabase;
let system: DataSource;

beforeAll(async () => {
  database = await createDatabase('platform', async (urls) => {
    for (const statement of kitTables('platform')) await query(urls.migrator, statement);
  });
  system = await createDataSource({ context: 'platform', url: database.urls.system, poolSize: 1 }).initialize();
});
afterAll(async () => {
  await system?.destroy();
  await database?.drop();
  await stopPostgres();
});

class Counting extends PeriodicJob {
  runs = 0;
  constructor(
    name: string,
    private readonly work: () => Promise<void> = async () => undefined,
  ) {
    super(name, 3_600_000, system, createLogger('test', 'silent'));
  }
  protected override async run(): Promise<void> {
    this.runs += 1;
    await this.work();
  }
}

test('of many processes one does the job, the others skip their turn; the next turn is anybody’s', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = new Counting('job', () => held);
  const others = Array.from({ length: 5 }, () => new Counting('job'));
  const turn = first.turn(new Date());
  await eventually(async () => expect(first.runs).toBe(1));
  expect(await Promise.all(others.map((other) => other.turn(new Date())))).toEqual(Array(5).fill(false));
  release();
  expect(await turn).toBe(true);
  expect(await others[0]?.turn(new Date())).toBe(true);
});

test('many jobs at once share a pool of one connection: none keeps it while it works', async () => {
  const jobs = Array.from({ length: 10 }, (_, n) => new Counting(`job-${n}`, () => system.query('SELECT 1')));
  expect(await Promise.all(jobs.map((job) => job.turn(new Date())))).toEqual(Array(10).fill(true));
});

test('what fails gives the lease back, and what died leaves it until it runs out', async () => {
  const failing = new Counting('failing', () => Promise.reject(new Error('no')));
  await expect(failing.turn(new Date())).rejects.toThrow('no');
  expect(await new Counting('failing').turn(new Date())).toBe(true);
  await system.query(
    "INSERT INTO platform.relay_lease (name, holder, expires_at) VALUES ('dead', gen_random_uuid(), now() + interval '10 s')",
  );
  expect(await new Counting('dead').turn(new Date())).toBe(false);
  await system.query("UPDATE platform.relay_lease SET expires_at = now() - interval '1 s' WHERE name = 'dead'");
  expect(await new Counting('dead').turn(new Date())).toBe(true);
});
