import { query } from '@kit/testing';
import type { Place } from './fill.js';
import { expectStatus, send } from './http.js';
import type { Options } from './main.js';
import { type Cell, cell, cpuOf, load, median, otherCores } from './measure.js';
import { fixed, micro, perProcess, type Report } from './result.js';
import { freshTokens, type Target, TERMS } from './target.js';

const SOCKETS = 64;
const GOAL_RATIO = 1.3;
const FIRST_DAY = 400;

/** The cheapest request that goes the same way: authenticated, authorised, one SELECT that finds nothing. */
export const NO_OP = '/notifications?limit=1';

/** P2: everybody wants the same hour at once. */
export async function p2(target: Target, _places: readonly Place[], { smoke, say }: Options): Promise<Report> {
  const [attempts, repeats] = smoke ? [200, 2] : [1_000, 20];
  say(`P2: ${attempts} attempts on one slot over ${SOCKETS} sockets, ${repeats} times`);
  const before = await databaseFacts(target);
  const hot: Cell[] = [];
  const noOp: Cell[] = [];
  const outcomes: { created: number; conflicts: number; other: string[] }[] = [];
  // One pair more than counted: the first finds everything cold.
  for (let repeat = 0; repeat <= repeats; repeat++) {
    const tokens = await freshTokens(target);
    const asking = { clients: SOCKETS, seconds: 120, limit: attempts };
    noOp.push(
      await cell(target.roots, () =>
        load(asking, async () => {
          await expectStatus(send(target.pool, tokens.bystander, 'GET', NO_OP), 200);
        }),
      ),
    );
    const outcome = { created: 0, conflicts: 0, other: [] as string[] };
    const startsAt = new Date();
    startsAt.setUTCHours(9, 0, 0, 0);
    startsAt.setUTCDate(startsAt.getUTCDate() + FIRST_DAY + repeat);
    const wish = {
      listingId: target.listingId,
      zoneId: target.zoneIds[0],
      startsAt: startsAt.toISOString(),
      endsAt: new Date(startsAt.getTime() + 3_600_000).toISOString(),
      termsVersion: TERMS,
    };
    hot.push(
      await cell(target.roots, () =>
        load(asking, async (_, client) => {
          const token = tokens.bookers[client % tokens.bookers.length] as string;
          const { status, body } = await send(target.pool, token, 'POST', '/bookings', wish);
          if (status === 201) outcome.created++;
          else if (status === 409 && body.includes('SLOT_CONFLICT')) outcome.conflicts++;
          else outcome.other.push(`${status} ${body.slice(0, 200)}`);
        }),
      ),
    );
    outcomes.push(outcome);
  }
  const after = await databaseFacts(target);
  const [counted, cold] = [hot.slice(1), noOp.slice(1)];
  const ratio = median(counted.map(({ seconds }, at) => seconds / (cold[at] as Cell).seconds));
  const right = outcomes.filter(
    ({ created, conflicts, other }) => created === 1 && conflicts === attempts - 1 && other.length === 0,
  );
  const other = outcomes.flatMap((outcome) => outcome.other);
  const reconnects = [...before.backends].filter((pid) => !after.backends.has(pid)).length;
  const goal = smoke ? GOAL_RATIO * 10 : GOAL_RATIO;
  const milliseconds = (cells: readonly Cell[]) => `${fixed(median(cells.map(({ seconds }) => seconds * 1000)), 0)} ms`;
  const cpu = (cells: readonly Cell[]) => micro(median(cells.map(({ cpuTotal }) => cpuTotal)));
  return {
    results: [
      {
        benchmark: 'P2',
        what: `${attempts} attempts on one slot, ${SOCKETS} sockets`,
        limit: `one 201, ${attempts - 1} × 409`,
        peer: '–',
        measured: `${right.length} of ${outcomes.length} times${other.length > 0 ? `; also ${other[0]}` : ''}`,
        ratio: '–',
        ok: right.length === outcomes.length,
      },
      {
        benchmark: 'P2',
        what: 'deadlocks; lost connections of the pool',
        limit: '0; 0',
        peer: '–',
        measured: `${after.deadlocks - before.deadlocks}; ${reconnects}`,
        ratio: '–',
        ok: after.deadlocks === before.deadlocks && reconnects === 0,
      },
      {
        benchmark: 'P2',
        what: 'time until all are answered',
        limit: `≤ ${goal} × a no-op`,
        peer: `${milliseconds(cold)} (${cpu(cold)} each)`,
        measured: `${milliseconds(counted)} (${cpu(counted)} each = ${perProcess(cpuOf(counted))}), ${otherCores([...counted, ...cold])}`,
        ratio: fixed(ratio),
        ok: ratio <= goal,
      },
    ],
    notes: [
      `P2's no-op is GET ${NO_OP} of somebody who has none: token, licence, permission, one SELECT, through the same processes. A refused attempt also says which times near it are free, which the no-op does not.`,
    ],
  };
}

async function databaseFacts({ system }: Target): Promise<{ deadlocks: number; backends: Set<number> }> {
  const rows = await query<{ deadlocks: number; backends: number[] | null }>(
    system.urls.digilist.superuser,
    `SELECT (SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()) AS deadlocks,
       (SELECT array_agg(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'digilist') AS backends`,
  );
  return { deadlocks: rows[0]?.deadlocks ?? Number.NaN, backends: new Set(rows[0]?.backends ?? []) };
}
