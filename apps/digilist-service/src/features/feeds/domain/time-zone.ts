import {
  type ClockChange,
  clockChanges,
  dateOf,
  dateText,
  localInstant,
  MINUTES_A_DAY,
  type Minute,
  offsetAt,
  wallTime,
} from '../../listings/index.js';
import { contentLine, offsetValue, utcValue, wallValue } from './content-lines.js';

/**
 * What a zone's clock does between two instants (RFC 5545 3.6.5): every change as it comes, from the same source that all
 * our times come from. A rule that repeats for ever would go on after the law has changed.
 */
export function timeZone(zone: string, from: Minute, until: Minute): string {
  const changes = clockChanges(zone, from, until);
  const [first] = changes;
  const start = offsetAt(zone, from);
  // A clock that is never set has been as it is since before anything that is shown; so has one that is set only later.
  const always: ClockChange = { at: -start, before: start, after: start };
  const known = first === undefined || first.at > from ? [always, ...changes] : changes;
  const standard = Math.min(...known.flatMap(({ before, after }) => [before, after]));
  return [
    contentLine('BEGIN', 'VTIMEZONE'),
    contentLine('TZID', zone),
    ...known.map((change) => observance(change, standard)),
    contentLine('END', 'VTIMEZONE'),
  ].join('');
}

function observance({ at, before, after }: ClockChange, standard: number): string {
  const kind = after > standard ? 'DAYLIGHT' : 'STANDARD';
  // As the clock showed it that was about to be set.
  const shown = at + before;
  const day = Math.floor(shown / MINUTES_A_DAY);
  return [
    contentLine('BEGIN', kind),
    contentLine('DTSTART', wallValue(dateText(day), shown - day * MINUTES_A_DAY)),
    contentLine('TZOFFSETFROM', offsetValue(before)),
    contentLine('TZOFFSETTO', offsetValue(after)),
    contentLine('END', kind),
  ].join('');
}

/**
 * An instant by the clock of its zone; by UTC in the hour that this clock shows twice: the standard means the first of them,
 * and programs read it as either.
 */
export function zonedLine(name: string, zone: string, minute: Minute): string {
  const { day, minute: wall } = wallTime(zone, minute);
  const local = localInstant(zone, day, wall);
  if (local.kind === 'ambiguous') return contentLine(name, utcValue(dateOf(minute)));
  return contentLine(`${name};TZID=${zone}`, wallValue(dateText(day), wall));
}
