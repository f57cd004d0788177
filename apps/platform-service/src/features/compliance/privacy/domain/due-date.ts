/** The time GDPR article 12 (3) gives for an answer, and what an extension adds to it. */
export const MONTHS = 1;
export const MONTHS_EXTENDED = 3;

/**
 * End of the last day: the day with the date of the receipt, `months` later, on the wall clock of the tenant; where the
 * month is too short its last day (Regulation 1182/71, article 3).
 */
export function dueAt(receivedAt: Date, months: number, timezone: string): Date {
  const { year, month, day } = localDate(receivedAt, timezone);
  const lastOfMonth = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return startOfDay(year, month + months, Math.min(day, lastOfMonth) + 1, timezone);
}

/** First instant of a local day; a month or day past the end counts on. Where midnight does not exist, the first that does. */
function startOfDay(year: number, month: number, day: number, timezone: string): Date {
  const wall = Date.UTC(year, month - 1, day);
  let guess = wall - offset(wall, timezone);
  guess = wall - offset(guess, timezone);
  return new Date(guess);
}

function offset(instant: number, timezone: string): number {
  const { year, month, day, hour, minute, second } = parts(new Date(instant), timezone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}

const localDate = (instant: Date, timezone: string) => parts(instant, timezone);

function parts(instant: Date, timeZone: string) {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const found = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = found;
  return { year, month, day, hour, minute, second };
}
