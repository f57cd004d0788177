import { type Place, spread } from './fill.js';
import { expectStatus, send } from './http.js';
import type { Options } from './main.js';
import { type Cell, cell, cpuOf, load, median, otherCores, rounds } from './measure.js';
import { fixed, micro, perProcess, type Report } from './result.js';
import { freshTokens, type Target, TERMS } from './target.js';

const GOAL_RATIO = 0.85;
const CLIENTS = 16;

/** P2b: everybody books the same zone, at different times, beside the same bookings spread over all zones. */
export async function p2b(target: Target, places: readonly Place[], { smoke, say }: Options): Promise<Report> {
  say(`P2b: ${CLIENTS} clients on one zone at different times, and spread over ${places.length}`);
  const [first] = places as [Place];
  const side = (over: readonly Place[]) => {
    // Every round books times of its own.
    let next = 0;
    return async (): Promise<Cell> => {
      const tokens = await freshTokens(target);
      const from = next;
      return cell(target.roots, () =>
        load({ clients: CLIENTS, seconds: smoke ? 2 : 6 }, async (n, client) => {
          const { startsAt, endsAt, ...place } = spread(over, from + n);
          next = Math.max(next, from + n + 1);
          const token = tokens.bookers[client % tokens.bookers.length] as string;
          const wish = {
            ...place,
            startsAt: startsAt.toISOString(),
            endsAt: endsAt.toISOString(),
            termsVersion: TERMS,
          };
          await expectStatus(send(target.pool, token, 'POST', '/bookings', wish), 201);
        }),
      );
    };
  };
  const kept = await rounds(
    { ...(smoke ? { count: 1, spare: 0 } : { count: 3, spare: 3 }), say },
    { spread: side(places.slice(1)), one: side([first]) },
  );
  const [one, over] = [kept.map((round) => round.one), kept.map((round) => round.spread)];
  const ratio = median(kept.map((round) => round.one.perSecond / round.spread.perSecond));
  const goal = smoke ? GOAL_RATIO / 3 : GOAL_RATIO;
  const rate = (cells: readonly Cell[]) => `${fixed(median(cells.map(({ perSecond }) => perSecond)), 0)}/s`;
  const cpu = (cells: readonly Cell[]) => micro(median(cells.map(({ cpuTotal }) => cpuTotal)));
  return {
    results: [
      {
        benchmark: 'P2b',
        what: `all ${CLIENTS} clients on one zone, different times`,
        limit: `≥ ${fixed(goal)} × spread`,
        peer: `${rate(over)} (${cpu(over)} each)`,
        measured: `${rate(one)} (${cpu(one)} each = ${perProcess(cpuOf(one))}), ${otherCores([...one, ...over])}`,
        ratio: fixed(ratio),
        ok: ratio >= goal,
      },
    ],
    notes: [],
  };
}
