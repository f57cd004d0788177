import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNatsServer } from '@kit/local-servers';
import { eventually, freePort } from '@kit/testing';
import { Pool } from 'undici';
import type { Place } from './fill.js';
import { expectStatus, send } from './http.js';
import type { Options } from './main.js';
import { type Cell, cell, cpuOf, load, median, otherCores, rounds } from './measure.js';
import { NO_OP } from './p2.js';
import { fixed, micro, perProcess, type Report, type Result } from './result.js';
import { freshTokens, type Target } from './target.js';

const GOAL_RATIO = 1.5;
const CLIENTS = 16;

/** P4: what the way through gateway, NATS and service costs, beside the same way in bare NestJS. */
export async function p4(target: Target, _places: readonly Place[], { smoke, say }: Options): Promise<Report> {
  say('P4: a list of 6 KB and a ping, beside bare NestJS');
  const bare = await startBare();
  try {
    const list = await sixKilobytes(target);
    const seconds = smoke ? 2 : 4;
    const plan = smoke ? { count: 1, spare: 0 } : { count: 3, spare: 3 };
    const ours = async (get: string, clients: number): Promise<Cell> => {
      const { bystander } = await freshTokens(target);
      const ask = async () => {
        await expectStatus(send(target.pool, bystander, 'GET', get), 200);
      };
      await load({ clients, seconds: 0.5 }, ask);
      return cell(target.roots, () => load({ clients, seconds }, ask));
    };
    const theirs = async (get: string, clients: number): Promise<Cell> => {
      const ask = async () => {
        const answer = await bare.pool.request({ method: 'GET', path: get });
        await answer.body.text();
      };
      await load({ clients, seconds: 0.5 }, ask);
      return cell(bare.roots, () => load({ clients, seconds }, ask));
    };
    const results: Result[] = [];
    for (const [name, path, get] of [
      ['ping', NO_OP, '/ping'],
      ['list of 6 KB', list, '/list'],
    ] as const) {
      const kept = await rounds(
        { ...plan, say },
        {
          bare: () => theirs(get, CLIENTS),
          product: () => ours(path, CLIENTS),
        },
      );
      const single = [await theirs(get, 1), await ours(path, 1)] as const;
      results.push(...judge(name, kept, single, smoke));
    }
    return {
      results,
      notes: [
        `P4's ping is GET ${NO_OP}, its list GET ${list}, both with token, licence and permission checked and one SELECT under row-level security. The bare peer has no token, no validation and no database, so PostgreSQL stands beside the ratio, not in it.`,
      ],
    };
  } finally {
    await bare.stop();
  }
}

/** As many listings as make about six kilobytes. */
async function sixKilobytes(target: Target): Promise<string> {
  const { bystander } = await freshTokens(target);
  for (let limit = 5; limit <= 100; limit++) {
    const get = `/listings?limit=${limit}`;
    const body = await expectStatus(send(target.pool, bystander, 'GET', get), 200);
    if (Buffer.byteLength(body) >= 5_800) return get;
  }
  throw new Error('there are too few listings: run P1 first, or fill the tenant');
}

function judge(
  name: string,
  kept: readonly { bare: Cell; product: Cell }[],
  [bareSingle, single]: readonly [Cell, Cell],
  smoke: boolean,
): Result[] {
  const [bare, product] = [kept.map((round) => round.bare), kept.map((round) => round.product)];
  const withoutDatabase = ({ cpu, cpuTotal }: Cell) => cpuTotal - (cpu.postgres ?? 0);
  const ratio = median(kept.map((round) => withoutDatabase(round.product) / round.bare.cpuTotal));
  const goal = smoke ? GOAL_RATIO * 5 : GOAL_RATIO;
  const { postgres = 0, ...others } = cpuOf(product);
  const barely = median(bare.map(({ cpuTotal }) => cpuTotal));
  return [
    {
      benchmark: 'P4',
      what: `${name}: CPU, PostgreSQL apart`,
      limit: `≤ ${goal} × bare`,
      peer: `${micro(barely)} = ${perProcess(cpuOf(bare))}`,
      measured: `${micro(median(product.map(withoutDatabase)))} = ${perProcess(others)}; PostgreSQL ${micro(postgres)}, ${otherCores([...bare, ...product])}`,
      ratio: fixed(ratio),
      ok: ratio <= goal,
    },
    {
      benchmark: 'P4',
      what: `${name}: p50 at c = 1`,
      limit: '≤ 1 ms more',
      peer: `${fixed(bareSingle.p50)} ms`,
      measured: `${fixed(single.p50)} ms`,
      ratio: fixed(single.p50 / bareSingle.p50),
      ok: smoke ? null : single.p50 - bareSingle.p50 <= 1,
    },
  ];
}

/** The smallest NestJS gateway and service that do nothing but answer, on a nats-server without accounts. */
async function startBare() {
  const [natsPort, port] = [await freePort(), await freePort()];
  const nats = spawn(await findNatsServer(), ['-a', '127.0.0.1', '-p', `${natsPort}`], { stdio: 'ignore' });
  const children: ChildProcess[] = [nats];
  const stop = () => {
    for (const child of children.reverse()) child.kill();
  };
  try {
    const here = path.dirname(fileURLToPath(import.meta.url));
    const start = (file: string, ...args: string[]) => {
      const child = spawn(process.execPath, [path.join(here, file), ...args], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      children.push(child);
      return child;
    };
    const url = `nats://127.0.0.1:${natsPort}`;
    const service = start('bare/service.js', url);
    const edge = start('bare/gateway.js', url, `${port}`);
    const pool = new Pool(`http://127.0.0.1:${port}`, { connections: CLIENTS, pipelining: 1 });
    await eventually(
      async () => {
        const { statusCode, body } = await pool.request({ method: 'GET', path: '/ping' });
        await body.text();
        if (statusCode !== 200) throw new Error(`bare NestJS answered ${statusCode}`);
      },
      { within: 20_000, every: 100 },
    );
    return {
      pool,
      roots: { gateway: edge.pid as number, service: service.pid as number, nats: nats.pid as number },
      stop: async () => {
        await pool.destroy();
        stop();
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}
