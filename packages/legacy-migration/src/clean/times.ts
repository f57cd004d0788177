/** How a wall-clock time became an instant, where that was not plain. */
export type TimeRepair = 'TIME_AMBIGUOUS' | 'TIME_SKIPPED';

export interface ReadTime {
  /** Milliseconds. */
  readonly at: number;
  readonly repair?: TimeRepair;
}

const DAY = 86_400_000;
const WALL = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;
const INSTANT = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;

const formats = new Map<string, Intl.DateTimeFormat>();
/** Per zone and day: the offset if it is the same all day, else null. Asking Intl costs microseconds, and rows are millions. */
const quietDays = new Map<string, Map<number, number | null>>();

/** @throws RangeError for a zone that does not exist */
function offsetAt(zone: string, at: number): number {
  let format = formats.get(zone);
  if (!format) {
    const numeric = 'numeric' as const;
    const fields = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric };
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...fields });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

function quietOffset(zone: string, wall: number): number | null {
  let days = quietDays.get(zone);
  if (!days) {
    days = new Map();
    quietDays.set(zone, days);
  }
  const day = Math.floor(wall / DAY);
  let offset = days.get(day);
  if (offset === undefined) {
    // Half a day of margin on both sides: the day is counted in UTC, the clock is not.
    const [before, after] = [offsetAt(zone, (day - 0.5) * DAY), offsetAt(zone, (day + 1.5) * DAY)];
    offset = before === after ? before : null;
    days.set(day, offset);
  }
  return offset;
}

/**
 * The instant of a wall-clock time. On the night the clock goes back a time happens twice: `prefer` says which is meant (a
 * beginning the first, an end the last, so that nothing that was taken becomes free). One that the clock skipped in spring
 * is as much later as the clock jumped.
 */
export function instantOfWall(text: string | null, zone: string, prefer: 'first' | 'last' = 'first'): ReadTime | null {
  const match = text === null ? null : WALL.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction = '0'] = match;
  const wall =
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) +
    Math.floor(Number(`0.${fraction}`) * 1000);
  const quiet = quietOffset(zone, wall);
  if (quiet !== null) return { at: wall - quiet };
  const offsets = [offsetAt(zone, wall - DAY), offsetAt(zone, wall + DAY)];
  const real = [...new Set(offsets)].map((offset) => wall - offset).filter((at) => at + offsetAt(zone, at) === wall);
  real.sort((a, b) => a - b);
  const [first] = real;
  if (first === undefined) return { at: wall - (offsets[0] as number), repair: 'TIME_SKIPPED' };
  if (real.length === 1) return { at: first };
  return { at: prefer === 'first' ? first : (real.at(-1) as number), repair: 'TIME_AMBIGUOUS' };
}

/** An instant as a session in UTC writes it. */
export function readInstant(text: string | null): number | null {
  const match = text === null ? null : INSTANT.exec(text);
  if (!match) return null;
  const [, date, time, fraction = '0'] = match;
  return Date.parse(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
}

export const iso = (at: number): string => new Date(at).toISOString();

/** The date that the clock in the zone shows. */
export function localDate(at: number, zone: string): string {
  const quiet = quietOffset(zone, at);
  return iso(at + (quiet ?? offsetAt(zone, at))).slice(0, 10);
}
