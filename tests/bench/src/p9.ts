import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root, urlFor } from '@kit/local-servers';
import { query } from '@kit/testing';
import { cpuMs } from './cpu.js';
import type { Place } from './fill.js';
import type { Options } from './main.js';
import { fixed, type Report, type Result } from './result.js';
import type { Target } from './target.js';

const GOAL_FIRST = 8_000;
const GOAL_AGAIN = 20_000;
const GOAL_MEGABYTES = 300;
const DIST = path.join(root, 'packages/legacy-migration/dist');

interface Migrated {
  rowsRead: number;
  seconds: number;
  rowsPerSecond: number;
  peakMemoryMb: number;
  processorSeconds: number;
  ok: boolean;
  rejects: unknown[];
  clashes: unknown[];
}

/** P9: taking over the former system, beside plain COPY of the same rows into tables without an index. */
export async function p9(target: Target, _places: readonly Place[], { smoke, rows, say }: Options): Promise<Report> {
  const wanted = rows ?? (smoke ? 20_000 : 1_000_000);
  const { postgres, urls } = target.system;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-p9-'));
  const databases: string[] = [];
  const database = async (name: string) => {
    await query(postgres.url, `CREATE DATABASE ${name}`);
    databases.push(name);
    return urlFor(postgres.url, { database: name });
  };
  const migrate = async (from: string) => {
    const before = cpuMs({ postgres: target.roots.postgres as number }).postgres;
    const args = ['--from', from, '--platform-to', urls.platform.system, '--digilist-to', urls.digilist.system];
    await run('cli.js', [...args, '--report', folder], {
      PLATFORM_DATABASE_MIGRATOR_URL: urls.platform.migrator,
      DIGILIST_DATABASE_MIGRATOR_URL: urls.digilist.migrator,
    });
    const report = JSON.parse(readFileSync(path.join(folder, 'report.json'), 'utf8')) as Migrated;
    return {
      ...report,
      postgresSeconds: (cpuMs({ postgres: target.roots.postgres as number }).postgres - before) / 1_000,
    };
  };
  try {
    say(`P9: ${wanted} rows of a former system`);
    const from = await database('bench_legacy');
    await run('fixture/cli.js', ['--to', from, '--rows', String(wanted)]);
    const floor = JSON.parse(
      await run('fixture/floor.js', ['--from', from, '--to', await database('bench_floor')]),
    ) as { rows: number; seconds: number };
    say('P9: taking them over');
    const first = await migrate(from);
    say('P9: once more');
    const again = await migrate(from);
    const peer = floor.rows / floor.seconds;
    const line = (
      what: string,
      { rowsRead, rowsPerSecond, processorSeconds, postgresSeconds }: typeof first,
      goal: number,
    ): Result => ({
      benchmark: 'P9',
      what: `${what}, ${rowsRead} rows`,
      limit: `≥ ${goal} rows/s`,
      peer: `${fixed(peer, 0)} rows/s`,
      measured: `${rowsPerSecond} rows/s; processor ${perRow(processorSeconds, rowsRead)} + PostgreSQL ${perRow(postgresSeconds, rowsRead)}`,
      ratio: fixed(rowsPerSecond / peer, 3),
      ok: smoke ? null : rowsPerSecond >= goal,
    });
    const memory: Result = {
      benchmark: 'P9',
      what: 'memory at its highest',
      limit: `≤ ${GOAL_MEGABYTES} MB, however many rows`,
      peer: '–',
      measured: `${first.peakMemoryMb} MB, once more ${again.peakMemoryMb} MB`,
      ratio: '–',
      ok: smoke ? null : Math.max(first.peakMemoryMb, again.peakMemoryMb) <= GOAL_MEGABYTES,
    };
    const sound: Result = {
      benchmark: 'P9',
      what: 'everything adds up',
      limit: 'yes',
      peer: '–',
      measured: `${first.rejects.length} rejects, ${first.clashes.length} clashes`,
      ratio: '–',
      ok: first.ok && again.ok,
    };
    return {
      results: [line('first run', first, GOAL_FIRST), line('once more', again, GOAL_AGAIN), memory, sound],
      notes: [],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    for (const name of databases) await query(postgres.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }
}

const perRow = (seconds: number, rows: number): string => `${Math.round((seconds * 1e6) / rows)} µs`;

/** A program of the migration; answers its last line. */
async function run(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(process.execPath, ['--max-old-space-size=256', path.join(DIST, script), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text) => {
    output = (output + text).slice(-10_000);
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${script} ended with ${code}:\n${output}`);
  return output.trim().split('\n').at(-1) ?? '';
}
