import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createDatabase, eventually, query, stopPostgres, type TestDatabase } from '@kit/testing';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../database/database.js';
import { createLogger } from '../logging/logger.js';
import { Metrics } from '../telemetry/metrics.js';
import { jobTables, migrateJobs } from './job-tables.js';
import { Jobs } from './jobs.js';
import { PeriodicJob } from './periodic-job.js';

const PACE = { pollMs: 200, seenEveryMs: 500, deadAfterMs: 1_500 };
const HOUR = 3_600_000;
const PROCESS = fileURLToPath(new URL('../testing/job-process.mjs', import.meta.url));

let database: TestDatabase;
let system: DataSource;
const started: Jobs[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  database = await createDatabase(
    'platform',
    async (urls) => {
      for (const statement of jobTables('platform')) await query(urls.migrator, statement);
      const owner = await createDataSource({ context: 'platform', url: urls.migrator, poolSize: 1 }).initialize();
      await migrateJobs('platform', owner);
      await owner.destroy();
      await query(
        urls.migrator,
        `CREATE TABLE platform.witness (
           job text NOT NULL, process integer NOT NULL, began_at timestamptz NOT NULL DEFAULT now(), ended_at timestamptz)`,
      );
    },
    { template: 'jobs' },
  );
  system = await createDataSource({ context: 'platform', url: database.urls.system, poolSize: 16 }).initialize();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(started.splice(0).map((jobs) => jobs.stop()));
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
    everyMs = HOUR,
    private readonly work: () => Promise<unknown> = async () => undefined,
  ) {
    super(name, everyMs, system, createLogger('test', 'silent'));
  }
  protected override async run(): Promise<void> {
    this.runs += 1;
    await this.work();
  }
}

async function start(jobs: PeriodicJob[], metrics = new Metrics('test')): Promise<Jobs> {
  const queue = new Jobs('platform', () => jobs, system, createLogger('test', 'silent'), metrics, PACE);
  started.push(queue);
  await queue.start();
  return queue;
}

/** A process of its own, in which the job runs for `takesMs`. */
function processWith(name: string, takesMs: number): ChildProcess {
  const child = fork(PROCESS, [database.urls.system, name, String(HOUR), String(takesMs)], { stdio: 'ignore' });
  children.push(child);
  return child;
}

const says = (child: ChildProcess, word: string) =>
  new Promise<void>((resolve) => child.on('message', (message) => message === word && resolve()));

const witnesses = (name: string) =>
  query<{ process: number }>(
    database.urls.superuser,
    'SELECT process FROM platform.witness WHERE job = $1 ORDER BY began_at',
    [name],
  );

test('of five processes one does the job', async () => {
  const jobs = Array.from({ length: 5 }, () => new Counting('shared'));
  const queues = await Promise.all(jobs.map((job) => start([job])));
  const done = async () => expect((await queues[0]?.overview())?.[0]?.lastOutcome).toBe('ok');
  await eventually(done, { within: 15_000 });
  expect(jobs.reduce((sum, { runs }) => sum + runs, 0)).toBe(1);
});

test('a job comes again after its pause, also when that is shorter than a minute', async () => {
  const job = new Counting('often', 300);
  await start([job]);
  await eventually(async () => expect(job.runs).toBeGreaterThan(3));
});

test('whoever planned a run is there when it is due, however seldom it asks for what others planned', async () => {
  const job = new Counting('in time', 300);
  const seldom = { ...PACE, pollMs: HOUR };
  const queue = new Jobs('platform', () => [job], system, createLogger('test', 'silent'), new Metrics('test'), seldom);
  started.push(queue);
  await queue.start();
  await eventually(async () => expect(job.runs).toBeGreaterThan(3));
  await queue.stop();
  started.splice(0);

  const again = new Counting('in time', 300);
  const heir = new Jobs('platform', () => [again], system, createLogger('test', 'silent'), new Metrics('test'), seldom);
  started.push(heir);
  await heir.start();
  await eventually(async () => expect(again.runs).toBeGreaterThan(1));
});

test('what was due while nothing ran is made up for once, and what is not due yet waits', async () => {
  const first = new Counting('missed');
  const queue = await start([first]);
  await eventually(async () => expect((await queue.overview())[0]?.nextRunAt).not.toBeNull());
  await eventually(async () => expect(first.runs).toBe(1));
  await queue.stop();
  started.splice(0);

  const tooEarly = new Counting('missed');
  const again = await start([tooEarly]);
  expect((await again.overview())[0]).toMatchObject({ runsOfLastDay: 1, lastOutcome: 'ok' });
  await again.stop();
  started.splice(0);
  expect(tooEarly.runs).toBe(0);

  await query(
    database.urls.superuser,
    "UPDATE platform_jobs._private_jobs SET run_at = now() - interval '3 days' WHERE key = 'missed'",
  );
  const late = new Counting('missed');
  await start([late]);
  await eventually(async () => expect(late.runs).toBe(1));
});

test('a job that shall come more often than before does not wait for its old time', async () => {
  const daily = await start([new Counting('hastened', 24 * HOUR)]);
  await eventually(async () => expect((await daily.overview())[0]?.lastOutcome).toBe('ok'));
  const hourly = await start([new Counting('hastened', HOUR)]);
  const next = (await hourly.overview())[0]?.nextRunAt?.getTime() ?? 0;
  expect(next - Date.now()).toBeGreaterThan(HOUR - 60_000);
  expect(next - Date.now()).toBeLessThan(HOUR + 60_000);
});

test('a job that fails is shown with its error, is counted, and comes again at its next turn', async () => {
  const metrics = new Metrics('test');
  const job = new Counting('failing', 300, () => Promise.reject(new Error('the register is closed')));
  const queue = await start([job], metrics);
  await eventually(async () => expect(job.runs).toBeGreaterThan(1));
  const [seen] = await queue.overview();
  expect(seen).toMatchObject({ name: 'failing', lastOutcome: 'failed', lastError: 'the register is closed' });
  expect(seen?.failuresOfLastDay).toBe(seen?.runsOfLastDay);
  expect(await metrics.registry.metrics()).toMatch(
    /job_runs_total\{job="failing",outcome="failed",service="test"\} \d/,
  );
});

test('it is seen where a job runs', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const queue = await start([new Counting('seen', HOUR, () => held)]);
  await eventually(async () =>
    expect((await queue.overview())[0]).toMatchObject({
      runningOn: expect.stringMatching(/:\d+$/),
      runningSince: expect.any(Date),
      nextRunAt: null,
    }),
  );
  release();
  await eventually(async () =>
    expect((await queue.overview())[0]).toMatchObject({ runningOn: null, lastOutcome: 'ok' }),
  );
});

test('who stops finishes what runs and takes nothing more', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const job = new Counting('stopped', 100, () => held);
  const queue = await start([job]);
  await eventually(async () => expect(job.runs).toBe(1));
  let stopped = false;
  const stopping = queue.stop().then(() => {
    stopped = true;
  });
  started.splice(0);
  expect(stopped).toBe(false);
  release();
  await stopping;
  expect(job.runs).toBe(1);
  const [planned] = await query(
    database.urls.superuser,
    "SELECT locked_by FROM platform_jobs.jobs WHERE key = 'stopped'",
  );
  expect(planned).toEqual({ locked_by: null });
});

test('many jobs in one process do not wait for one that takes long, and share its connections', async () => {
  const jobs = Array.from(
    { length: 10 },
    (_, n) => new Counting(`one-of-ten-${n}`, HOUR, () => system.query('SELECT 1')),
  );
  const slow = new Counting('slow', HOUR, () => new Promise((resolve) => setTimeout(resolve, 2_000)));
  await start([slow, ...jobs]);
  await eventually(async () => expect(jobs.map(({ runs }) => runs)).toEqual(Array(10).fill(1)));
});

test('what a killed process was at is taken up by another', async () => {
  const killed = processWith('orphan', HOUR);
  await says(killed, 'at it');
  const heir = processWith('orphan', 0);
  await says(heir, 'ready');
  killed.kill('SIGKILL');
  await says(heir, 'at it');
  await eventually(async () =>
    expect(await witnesses('orphan')).toEqual([{ process: killed.pid }, { process: heir.pid }]),
  );
});

test('a process that was paused for long ends its run without a say in what comes next', async () => {
  const paused = processWith('paused', 500);
  await says(paused, 'at it');
  paused.kill('SIGSTOP');
  const heir = processWith('paused', 3_000);
  await says(heir, 'at it');
  paused.kill('SIGCONT');
  await eventually(async () =>
    expect(await query(database.urls.superuser, "SELECT FROM platform_jobs.runs WHERE job = 'paused'")).toHaveLength(1),
  );
  // The heir still has it, and only its end plans the next run.
  const planned = "SELECT key, locked_by IS NULL AS free FROM platform_jobs.jobs WHERE task_identifier = 'paused'";
  expect(await query(database.urls.superuser, planned)).toEqual([{ key: 'paused', free: false }]);
  await eventually(
    async () => expect(await query(database.urls.superuser, planned)).toEqual([{ key: 'paused', free: true }]),
    { within: 10_000 },
  );
  expect(await witnesses('paused')).toHaveLength(2);
});

test('a queue whose connections were cut goes on by itself', async () => {
  const job = new Counting('cut-off', 300);
  await start([job]);
  await eventually(async () => expect(job.runs).toBeGreaterThan(0));
  await query(
    database.urls.superuser,
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'platform_system' AND datname = current_database()",
  );
  const before = job.runs;
  await eventually(async () => expect(job.runs).toBeGreaterThan(before + 1), { within: 15_000 });
});

test('neither the service’s role nor anybody else but the system role enters the schema of the jobs', async () => {
  await expect(query(database.urls.app, 'SELECT FROM platform_jobs.jobs')).rejects.toThrow(
    'permission denied for schema',
  );
});
