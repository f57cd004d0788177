import { Temporal } from 'temporal-polyfill';

/**
 * The clock on the listing's wall. Instants are whole minutes since the epoch, days are calendar days since 1970-01-01,
 * wall-clock times are minutes since midnight (1440 is 24:00). Nothing here reads the time zone of the process.
 */
export type Minute = number;
export type Day = number;
export type WallMinute = number;

export const MINUTES_A_DAY = 1440;
const MS = 60_000;
const DAYS_KEPT = 4_000;

export const minuteFloor = (instant: Date | number): Minute => Math.floor(Number(instant) / MS);
export const minuteCeil = (instant: Date | number): Minute => Math.ceil(Number(instant) / MS);
export const dateOf = (minute: Minute): Date => new Date(minute * MS);

const texts = new Map<Minute, string>();
const TEXTS_KEPT = 50_000;

/** RFC 3339 in UTC. Remembered: an availability answer holds tens of thousands of them, and most are full hours. */
export function isoOf(minute: Minute): string {
  const known = texts.get(minute);
  if (known !== undefined) return known;
  if (texts.size >= TEXTS_KEPT) texts.clear();
  const text = new Date(minute * MS).toISOString();
  texts.set(minute, text);
  return text;
}

export const dayOf = (date: string): Day => Date.parse(`${date}T00:00:00Z`) / (MINUTES_A_DAY * MS);
export const dateText = (day: Day): string => new Date(day * MINUTES_A_DAY * MS).toISOString().slice(0, 10);
export const wallMinuteOf = (time: string): WallMinute => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** 1 is Monday, 7 is Sunday. */
export const weekdayOf = (day: Day): number => ((((day + 3) % 7) + 7) % 7) + 1;

export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return /^[A-Za-z]/.test(zone);
  } catch {
    return false;
  }
}

interface LocalDay {
  readonly starts: Minute;
  /** 1440 but on the days when the clock is changed. */
  readonly length: number;
}

const days = new Map<string, Map<Day, LocalDay>>();

/** When a calendar day begins and how long it is. Remembered: opening hours ask for the same days again and again. */
export function localDay(zone: string, day: Day): LocalDay {
  const known = days.get(zone) ?? new Map<Day, LocalDay>();
  days.set(zone, known);
  const found = known.get(day);
  if (found) return found;
  if (known.size >= DAYS_KEPT) known.clear();
  const starts = startOfDay(zone, day);
  const made = { starts, length: startOfDay(zone, day + 1) - starts };
  known.set(day, made);
  return made;
}

const plainDate = (day: Day) => Temporal.PlainDate.from(dateText(day));
const startOfDay = (zone: string, day: Day): Minute => plainDate(day).toZonedDateTime(zone).epochMilliseconds / MS;

/** What a wall-clock time means on a day. */
export type LocalInstant =
  | { readonly kind: 'unique'; readonly minute: Minute }
  /** The clock is set back: both are candidates. */
  | { readonly kind: 'ambiguous'; readonly earlier: Minute; readonly later: Minute }
  /** The clock is set forward over it; `after` is the instant it jumps. */
  | { readonly kind: 'nonexistent'; readonly after: Minute };

export function localInstant(zone: string, day: Day, wall: WallMinute): LocalInstant {
  const { starts, length } = localDay(zone, day);
  if (wall === MINUTES_A_DAY) return { kind: 'unique', minute: starts + length };
  if (length === MINUTES_A_DAY) return { kind: 'unique', minute: starts + wall };
  const plain = plainDate(day).toPlainDateTime({ hour: Math.floor(wall / 60), minute: wall % 60 });
  const early = plain.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const late = plain.toZonedDateTime(zone, { disambiguation: 'later' });
  if (early.epochMilliseconds === late.epochMilliseconds)
    return { kind: 'unique', minute: early.epochMilliseconds / MS };
  if (early.toPlainDateTime().equals(plain)) {
    return { kind: 'ambiguous', earlier: early.epochMilliseconds / MS, later: late.epochMilliseconds / MS };
  }
  const jump = early.getTimeZoneTransition('next');
  return { kind: 'nonexistent', after: (jump ?? late).epochMilliseconds / MS };
}

/** For rules, which must mean something on every day: a time that is skipped is the jump, of two the first or the last is taken. */
export function ruleInstant(zone: string, day: Day, wall: WallMinute, take: 'first' | 'last'): Minute {
  const local = localInstant(zone, day, wall);
  if (local.kind === 'unique') return local.minute;
  if (local.kind === 'nonexistent') return local.after;
  return take === 'first' ? local.earlier : local.later;
}

export interface WallTime {
  readonly day: Day;
  readonly minute: WallMinute;
}

/** What the clock on the wall shows at an instant. */
export function wallTime(zone: string, minute: Minute): WallTime {
  let day = Math.floor(minute / MINUTES_A_DAY);
  let local = localDay(zone, day);
  while (minute < local.starts) local = localDay(zone, --day);
  while (minute >= local.starts + local.length) local = localDay(zone, ++day);
  if (local.length === MINUTES_A_DAY) return { day, minute: minute - local.starts };
  const shown = Temporal.Instant.fromEpochMilliseconds(minute * MS).toZonedDateTimeISO(zone);
  return { day, minute: shown.hour * 60 + shown.minute };
}

export interface ClockChange {
  readonly at: Minute;
  /** Minutes ahead of UTC. */
  readonly before: number;
  readonly after: number;
}

/** When the clock was last set before an instant, and every time it is set until another one. */
export function clockChanges(zone: string, from: Minute, until: Minute): ClockChange[] {
  const start = Temporal.Instant.fromEpochMilliseconds(from * MS).toZonedDateTimeISO(zone);
  const changes: ClockChange[] = [];
  let change = start.add({ minutes: 1 }).getTimeZoneTransition('previous') ?? start.getTimeZoneTransition('next');
  for (; change !== null && change.epochMilliseconds < until * MS; change = change.getTimeZoneTransition('next')) {
    const before = change.subtract({ minutes: 1 });
    changes.push({
      at: change.epochMilliseconds / MS,
      before: offsetOf(before),
      after: offsetOf(change),
    });
  }
  return changes;
}

export const offsetAt = (zone: string, minute: Minute): number =>
  offsetOf(Temporal.Instant.fromEpochMilliseconds(minute * MS).toZonedDateTimeISO(zone));

const offsetOf = ({ offsetNanoseconds }: Temporal.ZonedDateTime): number =>
  Math.round(offsetNanoseconds / 1_000_000 / MS);
