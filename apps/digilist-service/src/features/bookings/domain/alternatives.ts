import type { Spans } from '../../calendar/index.js';
import { type Minute, wallTime } from '../../listings/index.js';

/** How far around the wanted time alternatives are looked for. */
export const SEARCH_DAYS = 7;
const MOST = 3;

/** Up to three free times of the same length, the nearest to the wanted one first, one from each gap in the calendar. */
export function alternativesIn(
  free: Spans,
  wanted: { from: Minute; until: Minute },
  { stepMinutes, timezone }: { stepMinutes: number; timezone: string },
): [Minute, Minute][] {
  const duration = wanted.until - wanted.from;
  const starts: Minute[] = [];
  for (let at = 0; at < free.length; at += 2) {
    const start = nearestStart(
      free[at] as Minute,
      (free[at + 1] as Minute) - duration,
      wanted.from,
      stepMinutes,
      timezone,
    );
    if (start !== null) starts.push(start);
  }
  return starts
    .sort((a, b) => Math.abs(a - wanted.from) - Math.abs(b - wanted.from) || a - b)
    .slice(0, MOST)
    .map((start) => [start, start + duration]);
}

/** The start on the grid within [earliest, latest] that is nearest to the wanted one. */
function nearestStart(earliest: Minute, latest: Minute, wanted: Minute, step: number, timezone: string): Minute | null {
  if (latest < earliest) return null;
  const target = Math.min(Math.max(wanted, earliest), latest);
  const off = wallTime(timezone, target).minute % step;
  const below = target - off;
  const above = off === 0 ? target : target + step - off;
  const fits = [below, above].filter((start) => earliest <= start && start <= latest);
  fits.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted));
  return fits[0] ?? null;
}
