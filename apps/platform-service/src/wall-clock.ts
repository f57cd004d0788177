/** What the wall clock of a time zone shows. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Making one costs more than all that is asked of it. */
const formats = new Map<string, Intl.DateTimeFormat>();

export function wallTime(instant: Date, timezone: string): WallTime {
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timezone, format);
  }
  const found = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = found;
  return { year, month, day, hour, minute, second };
}

/** Instant at which the wall clock shows what `wall` shows in UTC. A time that the clock leaps over is the one after it. */
export function atWallTime(wall: number, timezone: string): Date {
  // The offset is that of the answer, not of the guess: two rounds settle it on either side of a clock change.
  let guess = wall - offset(wall, timezone);
  guess = wall - offset(guess, timezone);
  return new Date(guess);
}

/** First instant of a local day; `month` and `day` may run over. */
export const startOfDay = (year: number, month: number, day: number, timezone: string): Date =>
  atWallTime(Date.UTC(year, month - 1, day), timezone);

function offset(instant: number, timezone: string): number {
  const { year, month, day, hour, minute, second } = wallTime(new Date(instant), timezone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}
