import { AMBIGUOUS_LOCAL_TIME, INVALID_INTERVAL, NONEXISTENT_LOCAL_TIME, type TimeWanted } from '@digilist/contracts';
import { type FieldError, Refusal, VALIDATION_FAILED } from '@kit/contracts';
import {
  dayOf,
  isoOf,
  type LocalInstant,
  localInstant,
  MINUTES_A_DAY,
  type Minute,
  wallMinuteOf,
} from './domain/clock.js';

const MS = 60_000;
/** What the calendar can hold, with room for buffers at both ends. */
const [EARLIEST, LATEST] = [Date.UTC(2000, 0, 3), Date.UTC(2126, 11, 30)];
const OUT_OF_RANGE = 'Times lie between the years 2000 and 2126.';

interface Named {
  /** What the request calls the two ends. */
  names?: readonly [string, string];
  /** `exact`: both ends lie on whole minutes. `inside`: they are moved to the next whole minutes inside. */
  grain?: 'exact' | 'inside';
}

/** The interval of a request in minutes. @throws Refusal INVALID_INTERVAL */
export function requireInterval(
  startsAt: string,
  endsAt: string,
  longestDays: number,
  { names = ['startsAt', 'endsAt'], grain = 'exact' }: Named = {},
): [from: Minute, until: Minute] {
  const [start, end] = names;
  const from = instant(startsAt, start, grain, Math.ceil);
  const until = instant(endsAt, end, grain, Math.floor);
  return ordered(from, until, longestDays, names);
}

/**
 * The time that somebody wants, whichever way it was said: as instants, or by the clock of the listing.
 * @throws Refusal VALIDATION_FAILED unless it is exactly one of the two, AMBIGUOUS_LOCAL_TIME and NONEXISTENT_LOCAL_TIME
 *   with the instants that could be meant, INVALID_INTERVAL
 */
export function requireTime(wanted: TimeWanted, zone: string, longestDays: number): [from: Minute, until: Minute] {
  const { startsAt, endsAt, localStartsAt, localEndsAt } = wanted;
  const byClock = localStartsAt !== undefined || localEndsAt !== undefined;
  requirePair(wanted, byClock ? LOCAL : INSTANTS, byClock ? INSTANTS : LOCAL);
  if (!byClock) return requireInterval(String(startsAt), String(endsAt), longestDays);
  const [from, until] = requireLocal(zone, LOCAL, [String(localStartsAt), String(localEndsAt)]);
  return ordered(from, until, longestDays, LOCAL);
}

const INSTANTS = ['startsAt', 'endsAt'] as const;
const LOCAL = ['localStartsAt', 'localEndsAt'] as const;
type Names = readonly [keyof TimeWanted, keyof TimeWanted];

function requirePair(wanted: TimeWanted, needed: Names, excluded: Names): void {
  const errors: FieldError[] = [
    ...needed
      .filter((path) => wanted[path] === undefined)
      .map((path) => ({ path, code: 'REQUIRED', message: `${path} is needed: a time has a start and an end.` })),
    ...excluded
      .filter((path) => wanted[path] !== undefined)
      .map((path) => ({
        path,
        code: 'EXCLUDED',
        message: `Say the time in one way: either ${needed.join(' and ')}, or ${excluded.join(' and ')}.`,
      })),
  ];
  if (errors.length > 0) throw new Refusal(VALIDATION_FAILED, { errors });
}

/** What the clock of the listing shows, as instants. Both ends are looked at before anything is refused. */
function requireLocal(zone: string, names: Names, texts: readonly [string, string]): [Minute, Minute] {
  const found = texts.map((text, at) => {
    requireRange(Date.parse(`${text.slice(0, 10)}T00:00:00Z`), names[at] as string);
    const local = localInstant(zone, dayOf(text.slice(0, 10)), wallMinuteOf(text.slice(11)));
    return { path: names[at] as string, localTime: text, local };
  });
  for (const [kind, code] of [
    ['nonexistent', NONEXISTENT_LOCAL_TIME],
    ['ambiguous', AMBIGUOUS_LOCAL_TIME],
  ] as const) {
    const unclear = found.filter(({ local }) => local.kind === kind);
    if (unclear.length === 0) continue;
    throw new Refusal(code, {
      errors: unclear.map(({ path }) => ({ path, code: code.code, message: `${path}: ${code.text.en}` })),
      details: {
        timezone: zone,
        times: unclear.map(({ path, localTime, local }) => ({ path, localTime, candidates: candidatesOf(local) })),
      },
    });
  }
  return found.map(({ local }) => (local as Extract<LocalInstant, { kind: 'unique' }>).minute) as [Minute, Minute];
}

/** Both readings of a time that occurs twice; the last minute before and the first after one that is skipped. */
function candidatesOf(local: LocalInstant): string[] {
  if (local.kind === 'ambiguous') return [isoOf(local.earlier), isoOf(local.later)];
  return local.kind === 'nonexistent' ? [isoOf(local.after - 1), isoOf(local.after)] : [];
}

function ordered(
  from: Minute,
  until: Minute,
  longestDays: number,
  [start, end]: readonly [string, string],
): [from: Minute, until: Minute] {
  if (until <= from) throw problem(end, 'NOT_AFTER_START', `${end} must be after ${start}.`);
  if (until - from > longestDays * MINUTES_A_DAY) throw problem(end, 'TOO_LONG', `At most ${longestDays} days.`);
  return [from, until];
}

function instant(text: string, path: string, grain: 'exact' | 'inside', round: (minutes: number) => Minute): Minute {
  const time = Date.parse(text);
  requireRange(time, path);
  if (grain === 'exact' && time % MS !== 0) throw problem(path, 'WHOLE_MINUTES', 'Times are whole minutes.');
  return round(time / MS);
}

/** Can the calendar hold it? What lies beyond every date (not a number) cannot. */
export const isInCalendar = (time: Date | number): boolean => Number(time) >= EARLIEST && Number(time) <= LATEST;

function requireRange(time: number, path: string): void {
  if (!isInCalendar(time)) throw problem(path, 'OUT_OF_RANGE', OUT_OF_RANGE);
}

const problem = (path: string, code: string, message: string) =>
  new Refusal(INVALID_INTERVAL, { errors: [{ path, code, message }] });
