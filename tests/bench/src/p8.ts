import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AppName } from '@kit/testing';
import { sleep } from '@kit/testing';
import type { Place } from './fill.js';
import type { Options } from './main.js';
import { median } from './measure.js';
import { fixed, type Report, type Result } from './result.js';
import type { Target } from './target.js';

const GOAL_RATIO = 2;
const GOAL_MEGABYTES = 130;
const APPS: AppName[] = ['gateway', 'digilist', 'platform'];

/** P8: from spawn to ready, and what an idle process holds, beside a NestJS process that does nothing. */
export async function p8(target: Target, _places: readonly Place[], { smoke, say }: Options): Promise<Report> {
  say('P8: starts and memory');
  const repeats = smoke ? 1 : 5;
  const bare: number[] = [];
  const starts = Object.fromEntries(APPS.map((app) => [app, [] as number[]])) as Record<AppName, number[]>;
  for (let repeat = 0; repeat < repeats; repeat++) {
    bare.push(await bareStart());
    for (const app of APPS) {
      await target.system.apps[app].stop();
      const from = performance.now();
      await target.system.apps[app].restart();
      starts[app].push(performance.now() - from);
    }
  }
  await sleep(smoke ? 1_000 : 20_000);
  const base = median(bare);
  const results = APPS.flatMap((app): Result[] => {
    const took = median(starts[app]);
    const megabytes = residentMegabytes(target.system.apps[app].pid);
    return [
      {
        benchmark: 'P8',
        what: `${app}: spawn to ready`,
        limit: `≤ ${GOAL_RATIO} × bare NestJS`,
        peer: `${fixed(base, 0)} ms`,
        measured: `${fixed(took, 0)} ms`,
        ratio: fixed(took / base),
        ok: smoke ? null : took <= GOAL_RATIO * base,
      },
      {
        benchmark: 'P8',
        what: `${app}: memory when idle`,
        limit: `≤ ${GOAL_MEGABYTES} MB`,
        peer: '–',
        measured: `${fixed(megabytes, 0)} MB`,
        ratio: '–',
        ok: smoke ? null : megabytes <= GOAL_MEGABYTES,
      },
    ];
  });
  // What other benchmarks would measure next are other processes now.
  for (const app of APPS) target.roots[app] = target.system.apps[app].pid;
  return { results, notes: [] };
}

/** The bare gateway of P4, against the nats-server that runs anyway: NestJS, Fastify, a NATS client. */
async function bareStart(): Promise<number> {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const from = performance.now();
  const child: ChildProcess = spawn(process.execPath, [path.join(here, 'bare/gateway.js'), 'nats://127.0.0.1:1', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('close', (code) => reject(new Error(`the bare gateway ended with ${code}`)));
  });
  const took = performance.now() - from;
  child.removeAllListeners('close');
  child.kill('SIGKILL');
  return took;
}

function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
