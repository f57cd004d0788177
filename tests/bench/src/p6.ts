import type { Place } from './fill.js';
import { expectStatus, send } from './http.js';
import type { Options } from './main.js';
import { type Cell, cell, cpuOf, load, median, otherCores, rounds } from './measure.js';
import { fixed, micro, perProcess, type Report } from './result.js';
import { freshTokens, type Target, TERMS } from './target.js';

const GOAL_POSTGRES_MS = 6;
const GOAL_ANSWER_MS = 500;
const OCCURRENCES = 52;
const HOURS = ['01:00', '02:00', '03:00', '04:00', '05:00'];

/** P6: a weekly series of 52, beside 52 single bookings of the same times. */
export async function p6(target: Target, places: readonly Place[], { smoke, say }: Options): Promise<Report> {
  say(`P6: a series of ${OCCURRENCES}, beside as many single bookings`);
  // Not the zone that everybody wanted in P2b, and not its days.
  const zones = places.slice(1, smoke ? 20 : 400);
  const first = new Date();
  first.setUTCDate(first.getUTCDate() + 60);
  // Each series and each set of singles has a zone and an hour of its own.
  let next = 0;
  const place = (): Place & { date: string; starts: string; ends: string } => {
    const n = next++;
    const hour = Math.floor(n / zones.length);
    if (hour >= HOURS.length - 1) throw new Error('P6 has run out of zones');
    return {
      ...(zones[n % zones.length] as Place),
      date: first.toISOString().slice(0, 10),
      starts: HOURS[hour] as string,
      ends: HOURS[hour + 1] as string,
    };
  };
  const limit = smoke ? 3 : 25;
  const series = async (): Promise<Cell> => {
    const { bookers } = await freshTokens(target);
    return cell(target.roots, () =>
      load({ clients: 1, seconds: 120, limit }, async () => {
        const { date, starts, ends, ...where } = place();
        await expectStatus(
          send(target.pool, bookers[0] as string, 'POST', '/recurring-bookings', {
            ...where,
            rule: `FREQ=WEEKLY;COUNT=${OCCURRENCES}`,
            firstDate: date,
            startsTime: starts,
            endsTime: ends,
            termsVersion: TERMS,
          }),
          201,
        );
      }),
    );
  };
  const singles = async (): Promise<Cell> => {
    const { bookers } = await freshTokens(target);
    return cell(target.roots, async () => {
      const sets = Math.ceil(limit / 5);
      const { latencies, seconds } = await load({ clients: 1, seconds: 120, limit: sets }, async () => {
        const { date, starts, ends, ...where } = place();
        for (let week = 0; week < OCCURRENCES; week++) {
          const day = new Date(Date.parse(`${date}T00:00:00Z`) + week * 7 * 86_400_000).toISOString().slice(0, 10);
          const wish = {
            ...where,
            localStartsAt: `${day}T${starts}`,
            localEndsAt: `${day}T${ends}`,
            termsVersion: TERMS,
          };
          await expectStatus(send(target.pool, bookers[1] as string, 'POST', '/bookings', wish), 201);
        }
      });
      return { operations: sets, latencies, seconds };
    });
  };
  const kept = await rounds({ ...(smoke ? { count: 1, spare: 0 } : { count: 3, spare: 3 }), say }, { singles, series });
  const [one, many] = [kept.map((round) => round.series), kept.map((round) => round.singles)];
  const cpu = (cells: readonly Cell[]) => micro(median(cells.map(({ cpuTotal }) => cpuTotal)));
  const postgres = median(one.map((each) => each.cpu.postgres as number));
  const ratio = median(kept.map((round) => round.series.cpuTotal / round.singles.cpuTotal));
  return {
    results: [
      {
        benchmark: 'P6',
        what: `series of ${OCCURRENCES}: PostgreSQL`,
        limit: `≤ ${GOAL_POSTGRES_MS} ms`,
        peer: '–',
        measured: `${fixed(postgres)} ms; ${perProcess(cpuOf(one))}, ${otherCores(one)}`,
        ratio: fixed(postgres / GOAL_POSTGRES_MS),
        ok: smoke ? null : postgres <= GOAL_POSTGRES_MS,
      },
      {
        benchmark: 'P6',
        what: `answer to a series of ${OCCURRENCES}, p50`,
        limit: `≤ ${GOAL_ANSWER_MS} ms`,
        peer: '–',
        measured: `${fixed(median(one.map(({ p50 }) => p50)), 1)} ms`,
        ratio: '–',
        ok: median(one.map(({ p50 }) => p50)) <= GOAL_ANSWER_MS,
      },
      {
        benchmark: 'P6',
        what: `beside ${OCCURRENCES} single bookings: CPU`,
        limit: '≤ 0.5 ×',
        peer: cpu(many),
        measured: cpu(one),
        ratio: fixed(ratio),
        ok: smoke ? null : ratio <= 0.5,
      },
    ],
    notes: [],
  };
}
