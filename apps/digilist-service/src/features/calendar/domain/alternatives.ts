import { type ListingReference, type Minute, wallTime } from '../../listings/index.js';
import type { Spans } from './intervals.js';
import type { IsHoliday } from './opening-hours.js';
import { type Opened, unitCount, unitsOf, unitsWithin, wholeUnits } from './units.js';

const MOST = 3;

interface Wanted {
  readonly from: Minute;
  readonly until: Minute;
}

/** Up to three times of the same length (as many slots, as many days) in the free ones, nearest to the wanted one first. */
export function alternativesIn(
  listing: Opened & Pick<ListingReference, 'bookingRules'>,
  isHoliday: IsHoliday,
  free: Spans,
  wanted: Wanted,
): [Minute, Minute][] {
  if (free.length === 0) return [];
  const units = unitsOf(listing, isHoliday, free[0] as Minute, free.at(-1) as Minute);
  const { timezone, bookingRules } = listing;
  const found =
    units === null
      ? oneFromEachGap(free, wanted, { timezone, stepMinutes: bookingRules.stepMinutes })
      : unitsInARow(listing, units, free, unitCount(listing, wanted.from, wanted.until));
  return found.sort(([a], [b]) => Math.abs(a - wanted.from) - Math.abs(b - wanted.from) || a - b).slice(0, MOST);
}

/** Every way to have so many units in a row. */
function unitsInARow(listing: Opened, units: readonly Minute[], free: Spans, count: number): [Minute, Minute][] {
  const found: [Minute, Minute][] = [];
  const runs = wholeUnits(listing, units, free);
  for (let run = 0; run < runs.length; run += 2) {
    const own = unitsWithin(units, runs.slice(run, run + 2));
    for (let at = 0; at + 2 * count <= own.length; at += 2) {
      found.push([own[at] as Minute, own[at + 2 * count - 1] as Minute]);
    }
  }
  return found;
}

/** Of each gap in the calendar the place that is nearest. */
export function oneFromEachGap(
  free: Spans,
  wanted: Wanted,
  { stepMinutes, timezone }: { stepMinutes: number; timezone: string },
): [Minute, Minute][] {
  const duration = wanted.until - wanted.from;
  const found: [Minute, Minute][] = [];
  for (let at = 0; at < free.length; at += 2) {
    const latest = (free[at + 1] as Minute) - duration;
    const start = nearestStart(free[at] as Minute, latest, wanted.from, stepMinutes, timezone);
    if (start !== null) found.push([start, start + duration]);
  }
  return found;
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
