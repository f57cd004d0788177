import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@kit/testing';
import pg from 'pg';
import type { Place } from './fill.js';
import type { Options } from './main.js';
import { type Cell, cell, cpuOf, median, otherCores, rounds } from './measure.js';
import { fixed, micro, perProcess, type Report } from './result.js';
import type { Target } from './target.js';

const GOAL_RATIO = 0.5;
const ENDPOINTS = 20;
/** As many as one endpoint gets at once. */
const PER_ENDPOINT = 8;
const EVENT = 'platform.organization.created.v1';

interface Counted {
  count: number;
  seconds: number;
  different: number;
  connections: number;
}

/** P10: webhooks of a queue that is full, beside the same bodies sent to the same receiver by a bare loop of POSTs. */
export async function p10Webhooks(target: Target, _places: readonly Place[], { smoke, say }: Options): Promise<Report> {
  const receiver = await Receiver.start();
  const owner = new pg.Client({ connectionString: target.system.urls.platform.superuser });
  await owner.connect();
  const { platform } = target.admin;
  const ids: string[] = [];
  try {
    for (let n = 0; n < ENDPOINTS; n++) {
      const { id } = await platform.createWebhook({
        url: `${receiver.origin}/${n}`,
        eventTypes: [EVENT],
        ratePerSecond: 1_000,
      });
      ids.push(id);
    }
    const events = smoke ? 20 : 500;
    const total = events * ENDPOINTS;
    const hold = () => owner.query("UPDATE platform.webhook_endpoints SET held_until = now() + interval '1 hour'");
    const left = async () => {
      const { rows } = await owner.query(
        `SELECT count(*)::int AS count FROM platform.webhook_deliveries WHERE status IN ('pending', 'sending')`,
      );
      return rows[0].count as number;
    };
    const until = (count: number) =>
      eventually(
        async () => {
          const now = await left();
          if (now !== count) throw new Error(`${now} deliveries wait instead of ${count}`);
          return now;
        },
        { within: 120_000, every: 100 },
      );
    await hold();
    say(`P10: ${events} events for ${ENDPOINTS} webhooks`);
    for (let n = 0; n < events; n++) await platform.createOrganization({ name: `Unit ${n}`, kind: 'unit' });
    await until(total);

    const connections: number[] = [];
    const fanOut = async () => {
      await hold();
      // What a replay does; the first time around nothing has been sent.
      await owner.query(
        `UPDATE platform.webhook_deliveries SET status = 'pending', round = round + 1, attempt = 0, next_attempt_at = now(),
           delivered_at = NULL WHERE status = 'delivered'`,
      );
      await owner.query('CHECKPOINT');
      return cell(
        target.roots,
        async () => {
          const counted = await receiver.expect(total, () =>
            owner.query('UPDATE platform.webhook_endpoints SET held_until = NULL'),
          );
          if (counted.different !== total) throw new Error(`${counted.different} of ${total} deliveries came`);
          connections.push(counted.connections);
          return { operations: total, seconds: counted.seconds };
        },
        async () => void (await until(0)),
      );
    };
    const bare = async () => {
      const before = process.cpuUsage();
      const measured = await cell({}, async () => {
        const { seconds } = await receiver.expect(total, () => post(receiver.origin, total));
        return { operations: total, seconds };
      });
      const { user, system } = process.cpuUsage(before);
      const spent = (user + system) / 1000 / total;
      return { ...measured, cpu: { post: spent }, cpuTotal: spent };
    };
    await fanOut();
    const kept = await rounds({ ...(smoke ? { count: 1, spare: 0 } : { count: 3, spare: 2 }), say }, { bare, fanOut });
    return { results: [resultOf(kept, smoke)], notes: [notesOf(total, connections)] };
  } finally {
    for (const id of ids) await platform.removeWebhook({ id });
    await owner.end();
    receiver.stop();
  }
}

function resultOf(kept: readonly { bare: Cell; fanOut: Cell }[], smoke: boolean): Report['results'][number] {
  const [bare, fanOut] = [kept.map((round) => round.bare), kept.map((round) => round.fanOut)];
  const ratio = median(kept.map((round) => round.fanOut.perSecond / round.bare.perSecond));
  const rate = (cells: readonly Cell[]) => `${fixed(median(cells.map(({ perSecond }) => perSecond)), 0)}/s`;
  const each = (cells: readonly Cell[]) => micro(median(cells.map(({ cpuTotal }) => cpuTotal)));
  const { platform = 0, postgres = 0 } = cpuOf(fanOut);
  return {
    benchmark: 'P10',
    what: `webhooks delivered, ${ENDPOINTS} endpoints, ${PER_ENDPOINT} at once each`,
    limit: `≥ ${GOAL_RATIO} of a bare POST`,
    peer: `${rate(bare)}, ${each(bare)} each`,
    measured: `${rate(fanOut)}, ${each(fanOut)} each = ${perProcess({ platform, postgres })}, ${otherCores([...bare, ...fanOut])}`,
    ratio: fixed(ratio),
    ok: smoke ? null : ratio >= GOAL_RATIO,
  };
}

const notesOf = (total: number, connections: readonly number[]): string =>
  `P10 sends ${total} webhooks a round; the receiver saw ${connections.join(', ')} new connections. The queue is filled by real events and held until the round begins; the peer posts a body of the same size from this process, over as many sockets, by Node's own client.`;

const BODY = JSON.stringify({
  type: EVENT,
  timestamp: '2026-01-01T00:00:00.000Z',
  data: { organizationId: '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f', parentId: null, kind: 'unit' },
  aggregateId: '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f',
  version: 1,
});
const ID = '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f_01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f';

async function post(origin: string, total: number): Promise<void> {
  const sockets = ENDPOINTS * PER_ENDPOINT;
  const agent = new Agent({ keepAlive: true, maxSockets: sockets, maxFreeSockets: sockets });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(BODY), 'webhook-id': ID };
  let next = 0;
  const client = async (_: unknown, at: number) => {
    while (next++ < total) {
      await new Promise<void>((resolve, reject) => {
        const outgoing = request(`${origin}/${at % ENDPOINTS}`, { method: 'POST', agent, headers });
        outgoing.on('response', (answer) => answer.resume().on('end', resolve));
        outgoing.on('error', reject);
        outgoing.end(BODY);
      });
    }
  };
  await Promise.all(Array.from({ length: sockets }, client));
  agent.destroy();
}

/** A process of its own, so that its work is nobody's time but its own. */
class Receiver {
  private constructor(
    private readonly child: ChildProcess,
    readonly origin: string,
  ) {}

  static async start(): Promise<Receiver> {
    const child = fork(path.join(path.dirname(fileURLToPath(import.meta.url)), 'bare/receiver.js'));
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new Receiver(child, `http://127.0.0.1:${port}`);
  }

  /** What came, once `count` have come of what `begin` let loose. */
  async expect(count: number, begin: () => Promise<unknown>): Promise<Counted> {
    const ready = once(this.child, 'message');
    this.child.send(count);
    await ready;
    const all = once(this.child, 'message', { signal: AbortSignal.timeout(180_000) });
    const begun = begin();
    const [counted] = (await all) as [Counted];
    await begun;
    return counted;
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }
}
