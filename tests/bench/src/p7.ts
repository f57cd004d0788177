import { query } from '@kit/testing';
import { hash, verify } from '@node-rs/argon2';
import type { Place } from './fill.js';
import { expectStatus, send } from './http.js';
import type { Options } from './main.js';
import { type Cell, cell, cpuOf, load, median, otherCores, rounds } from './measure.js';
import { NO_OP } from './p2.js';
import { fixed, micro, perProcess, type Report, type Result } from './result.js';
import { BOOKERS, freshTokens, PASSWORD, type Target } from './target.js';

const GOAL_EXTRA_MS = 1;
const GOAL_RATE = 0.85;
const GOAL_PING_MS = 10;
const GOAL_DIFFERENCE = 0.1;
/** As PLATFORM hashes. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const CORES = 2;

/** P7: signing in beside the password hash alone, what it leaves to others, and whether the clock tells who exists. */
export async function p7(target: Target, _places: readonly Place[], { smoke, say }: Options): Promise<Report> {
  say('P7: signing in, beside the password hash alone');
  const seconds = smoke ? 2 : 5;
  const known = await hash(PASSWORD, ARGON2);
  // The generator itself is the peer, so its processor time is what counts.
  const alone = async (): Promise<Cell> => {
    const before = process.cpuUsage();
    const measured = await cell({}, () =>
      load({ clients: CORES, seconds }, async () => {
        await verify(known, PASSWORD);
      }),
    );
    const { user, system } = process.cpuUsage(before);
    const spent = (user + system) / 1000 / measured.operations;
    return { ...measured, cpu: { verify: spent }, cpuTotal: spent };
  };
  const storm = () => load({ clients: BOOKERS, seconds }, (_, client) => signIn(target, emailOf(target, client)));
  await load({ clients: BOOKERS, seconds: 0.5 }, (_, client) => signIn(target, emailOf(target, client)));
  const kept = await rounds(
    { ...(smoke ? { count: 1, spare: 0 } : { count: 3, spare: 3 }), say },
    { alone, product: () => cell(target.roots, storm) },
  );
  const { bystander } = await freshTokens(target);
  const ping = async () => {
    await expectStatus(send(target.pool, bystander, 'GET', NO_OP), 200);
  };
  const beside = async () => {
    const pings = cell(target.roots, () => load({ clients: 1, seconds }, ping));
    const [measured] = await Promise.all([pings, storm()]);
    return measured;
  };
  const single = await cell(target.roots, () => load({ clients: 1, seconds }, ping));
  const besides = [await beside(), ...(smoke ? [] : [await beside(), await beside()])];
  const trials = smoke ? 10 : 200;
  return {
    results: [
      ...judge(kept, smoke),
      pingBeside(single, besides, smoke),
      await compared(target, 'sign-in refused', trials, smoke, (email) => attempt(target, email)),
      await compared(target, 'forgotten password', trials, smoke, (email) => forgot(target, email)),
      await compared(target, 'registration', trials, smoke, (email) => register(target, email)),
    ],
    notes: [
      `P7's peer verifies the same argon2id hash (19 MiB, two passes) in this process, ${CORES} at a time; PLATFORM does so behind its bulkhead, two at a time. The generator takes its share of the same cores while the product runs, and none while the peer does.`,
      `P7 asks ${trials} times by turns for an address that has an account and for one that has none; what counts failures is emptied in between.`,
    ],
  };
}

const emailOf = ({ slug }: Target, client: number): string => `booker-${client}@${slug}.example`;

async function post({ pool, slug }: Target, path: string, body: object): Promise<number> {
  const answer = await pool.request({
    method: 'POST',
    path: `/api/v1${path}`,
    headers: { 'content-type': 'application/json', 'x-tenant': slug },
    body: JSON.stringify(body),
  });
  await answer.body.text();
  return answer.statusCode;
}

async function expectAnswer(answer: Promise<number>, status: number): Promise<void> {
  const got = await answer;
  if (got !== status) throw new Error(`answered ${got} instead of ${status}`);
}

const signIn = (target: Target, email: string) =>
  expectAnswer(post(target, '/auth/login', { email, password: PASSWORD }), 200);
const attempt = (target: Target, email: string) =>
  expectAnswer(post(target, '/auth/login', { email, password: 'not the password of anybody' }), 401);
const forgot = (target: Target, email: string) => expectAnswer(post(target, '/auth/password/forgot', { email }), 202);
const register = (target: Target, email: string) =>
  expectAnswer(post(target, '/auth/register', { email, name: 'Ny', password: 'tre grå gjess mot nord' }), 202);

function judge(kept: readonly { alone: Cell; product: Cell }[], smoke: boolean): Result[] {
  const [alone, product] = [kept.map((round) => round.alone), kept.map((round) => round.product)];
  const verifyMs = median(alone.map(({ cpuTotal }) => cpuTotal));
  const loginMs = median(product.map(({ cpuTotal }) => cpuTotal));
  const rate = median(kept.map((round) => round.product.perSecond / round.alone.perSecond));
  const { p50, p99 } = product[0] as Cell;
  return [
    {
      benchmark: 'P7',
      what: 'sign in: CPU, all processes',
      limit: `≤ verify + ${GOAL_EXTRA_MS} ms`,
      peer: micro(verifyMs),
      measured: `${micro(loginMs)} = ${perProcess(cpuOf(product))}, ${otherCores([...alone, ...product])}`,
      ratio: fixed(loginMs / verifyMs),
      ok: smoke ? null : loginMs - verifyMs <= GOAL_EXTRA_MS,
    },
    {
      benchmark: 'P7',
      what: `sign in, c = ${BOOKERS}`,
      limit: `≥ ${GOAL_RATE} × verify`,
      peer: `${fixed(median(alone.map(({ perSecond }) => perSecond)), 0)}/s`,
      measured: `${fixed(median(product.map(({ perSecond }) => perSecond)), 0)}/s, p50 ${fixed(p50)} ms, p99 ${fixed(p99)} ms`,
      ratio: fixed(rate),
      ok: smoke ? null : rate >= GOAL_RATE,
    },
  ];
}

function pingBeside(single: Cell, besides: readonly Cell[], smoke: boolean): Result {
  const p99 = median(besides.map((one) => one.p99));
  return {
    benchmark: 'P7',
    what: 'a ping beside the storm of sign-ins: p99',
    limit: `≤ ${GOAL_PING_MS} ms`,
    peer: `${fixed(single.p99)} ms alone`,
    measured: `${fixed(p99)} ms, p50 ${fixed(median(besides.map((one) => one.p50)))} ms`,
    ratio: fixed(p99 / single.p99),
    ok: smoke ? null : p99 <= GOAL_PING_MS,
  };
}

/** The same request for an address that has an account and for one that has none, by turns. */
async function compared(
  target: Target,
  what: string,
  trials: number,
  smoke: boolean,
  ask: (email: string) => Promise<void>,
): Promise<Result> {
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let at = 0; at < trials; at++) {
    await query(target.system.urls.platform.superuser, 'DELETE FROM platform.login_attempts');
    const sides = [
      ['known', emailOf(target, at % BOOKERS)],
      ['unknown', `nobody-${at}@${target.slug}.example`],
    ] as const;
    // Whoever goes first pays for what lies cold, so they take turns at that, too.
    for (const [side, email] of at % 2 ? sides : [...sides].reverse()) {
      const from = performance.now();
      await ask(email);
      times[side].push(performance.now() - from);
    }
  }
  const [known, unknown] = [median(times.known), median(times.unknown)];
  const difference = Math.abs(known / unknown - 1);
  return {
    benchmark: 'P7',
    what: `${what}: known beside unknown address, p50`,
    limit: `within ${GOAL_DIFFERENCE * 100} %`,
    peer: `${fixed(unknown)} ms`,
    measured: `${fixed(known)} ms`,
    ratio: fixed(known / unknown, 3),
    ok: smoke ? null : difference <= GOAL_DIFFERENCE,
  };
}
