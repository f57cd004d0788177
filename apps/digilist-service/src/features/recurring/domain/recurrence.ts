import type { FieldError } from '@kit/contracts';
import { type Day, dateText, dayOf, type WallMinute, wallTime, weekdayOf } from '../../listings/index.js';

/**
 * Recurrence rules of RFC 5545 as far as dates go: FREQ from DAILY to YEARLY with INTERVAL, BYMONTH, BYMONTHDAY, BYDAY,
 * BYSETPOS, WKST and COUNT or UNTIL. Everything here counts calendar days, so no time zone can bend it; clocks come in
 * where a date becomes a time.
 */
export interface Recurrence {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly byMonth: readonly number[];
  /** Negative ones count from the end of the month. */
  readonly byMonthDay: readonly number[];
  readonly byDay: readonly WeekdayPart[];
  readonly bySetPosition: readonly number[];
  /** 1 is Monday. */
  readonly weekStart: number;
  readonly count: number | null;
  /** Included. */
  readonly until: Day | null;
}

export const FREQUENCIES = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;
export type Frequency = (typeof FREQUENCIES)[number];

export interface WeekdayPart {
  /** 1 is Monday. */
  readonly weekday: number;
  /** Which of them in the month or year, negative from its end; null: each. */
  readonly nth: number | null;
}

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
/** Parts of the standard that say more than a municipality can book, or times, which stand beside the rule. */
const UNSUPPORTED = ['BYWEEKNO', 'BYYEARDAY', 'BYHOUR', 'BYMINUTE', 'BYSECOND', 'RSCALE', 'SKIP'];
const MOST_INTERVAL = 1_000;
const MOST_COUNT = 9_999;

type Parsed =
  | { readonly ok: true; readonly recurrence: Recurrence }
  | { readonly ok: false; readonly problems: FieldError[] };

/**
 * Reads a rule, and names everything about it that cannot be done.
 * @param starts and `zone`: an UNTIL that is an instant ends the series at the last start that is not after it
 */
export function parseRecurrence(text: string, zone: string, starts: WallMinute): Parsed {
  const problems: FieldError[] = [];
  const problem = (part: string, code: string, message: string) => {
    problems.push({ path: part === '' ? 'rule' : `rule.${part}`, code, message });
  };
  const parts = partsOf(text, problem);
  const numbers = (part: string, most: number, negative: boolean): number[] =>
    (parts.get(part)?.split(',') ?? []).map((value) => {
      const number = /^[+-]?\d{1,4}$/.test(value) ? Number(value) : 0;
      if (number === 0 || Math.abs(number) > most || (number < 0 && !negative))
        problem(
          part,
          'VALUE_INVALID',
          `${part} holds ${negative ? `1 to ${most} or -1 to -${most}` : `1 to ${most}`}.`,
        );
      return number;
    });
  const one = (part: string, most: number): number | null => {
    const found = numbers(part, most, false);
    if (found.length > 1) problem(part, 'VALUE_INVALID', `${part} holds one number.`);
    return found[0] ?? null;
  };
  const frequency = frequencyOf(parts.get('FREQ'), problem);
  const weekStart = parts.has('WKST') ? WEEKDAYS.indexOf(parts.get('WKST') as string) + 1 : 1;
  if (weekStart === 0) problem('WKST', 'VALUE_INVALID', `WKST is one of ${WEEKDAYS.join(', ')}.`);
  const recurrence: Recurrence = {
    frequency,
    interval: one('INTERVAL', MOST_INTERVAL) ?? 1,
    byMonth: numbers('BYMONTH', 12, false),
    byMonthDay: numbers('BYMONTHDAY', 31, true),
    byDay: weekdaysOf(parts.get('BYDAY'), problem),
    bySetPosition: numbers('BYSETPOS', 366, true),
    weekStart,
    count: one('COUNT', MOST_COUNT),
    until: untilOf(parts.get('UNTIL'), zone, starts, problem),
  };
  if (problems.length === 0) requireSense(recurrence, problem);
  return problems.length === 0 ? { ok: true, recurrence } : { ok: false, problems };
}

type Problem = (part: string, code: string, message: string) => void;

function partsOf(text: string, problem: Problem): Map<string, string> {
  const parts = new Map<string, string>();
  for (const part of text.toUpperCase().split(';')) {
    const [, name, value] = /^([A-Z-]+)=(.+)$/.exec(part) ?? [];
    if (name === undefined || value === undefined)
      problem('', 'UNREADABLE', `"${part}" is no part of a rule: write it like FREQ=WEEKLY;BYDAY=TU;COUNT=10.`);
    else if (parts.has(name)) problem(name, 'GIVEN_TWICE', `${name} is given twice.`);
    else if (UNSUPPORTED.includes(name)) problem(name, 'NOT_SUPPORTED', `${name} is not supported here.`);
    else if (!KNOWN.includes(name)) problem(name, 'UNKNOWN', `${name} is no part of a recurrence rule.`);
    else parts.set(name, value);
  }
  return parts;
}

const KNOWN = ['FREQ', 'INTERVAL', 'BYMONTH', 'BYMONTHDAY', 'BYDAY', 'BYSETPOS', 'WKST', 'COUNT', 'UNTIL'];

function frequencyOf(value: string | undefined, problem: Problem): Frequency {
  const found = FREQUENCIES.find((frequency) => frequency === value);
  if (found) return found;
  const all = FREQUENCIES.join(', ');
  if (value === undefined) problem('FREQ', 'REQUIRED', `FREQ says how often: ${all}.`);
  else problem('FREQ', 'NOT_SUPPORTED', `FREQ is one of ${all}.`);
  return 'DAILY';
}

function weekdaysOf(value: string | undefined, problem: Problem): WeekdayPart[] {
  return (value?.split(',') ?? []).map((text) => {
    const [, nth, name] = /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/.exec(text) ?? [];
    const number = nth === undefined ? null : Number(nth);
    if (name === undefined || number === 0 || Math.abs(number ?? 1) > 53)
      problem('BYDAY', 'VALUE_INVALID', `"${text}" is no weekday: write MO, 1MO for the first or -1MO for the last.`);
    return { weekday: WEEKDAYS.indexOf(name ?? 'MO') + 1, nth: number };
  });
}

function untilOf(value: string | undefined, zone: string, starts: WallMinute, problem: Problem): Day | null {
  if (value === undefined) return null;
  const [, year, month, day, hours, minutes] = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\dZ)?$/.exec(value) ?? [];
  const date = `${year}-${month}-${day}`;
  const at = year === undefined ? Number.NaN : Date.parse(`${date}T${hours ?? '00'}:${minutes ?? '00'}:00Z`);
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== date) {
    problem('UNTIL', 'VALUE_INVALID', 'UNTIL is a date (20270630) or an instant in UTC (20270630T215959Z).');
    return null;
  }
  if (hours === undefined) return dayOf(date);
  const wall = wallTime(zone, at / 60_000);
  return starts <= wall.minute ? wall.day : wall.day - 1;
}

/** Combinations that the standard leaves out, or without meaning. */
function requireSense(recurrence: Recurrence, problem: Problem): void {
  const { frequency, byMonth, byMonthDay, byDay, bySetPosition, count, until } = recurrence;
  if (count !== null && until !== null)
    problem('UNTIL', 'COUNT_OR_UNTIL', 'A rule ends by COUNT or by UNTIL, not by both.');
  if (frequency === 'WEEKLY' && byMonthDay.length > 0)
    problem('BYMONTHDAY', 'NOT_SUPPORTED', 'BYMONTHDAY does not go with FREQ=WEEKLY: use FREQ=MONTHLY.');
  const ordinals = byDay.flatMap(({ nth }) => (nth === null ? [] : [Math.abs(nth)]));
  if (ordinals.length > 0 && (frequency === 'DAILY' || frequency === 'WEEKLY'))
    problem(
      'BYDAY',
      'NOT_SUPPORTED',
      'The first or last weekday of what? Numbers in BYDAY go with MONTHLY and YEARLY.',
    );
  else if (ordinals.some((nth) => nth > 5) && (frequency === 'MONTHLY' || byMonth.length > 0))
    problem('BYDAY', 'VALUE_INVALID', 'No month has more than five of a weekday.');
  if (bySetPosition.length > 0 && byMonth.length + byMonthDay.length + byDay.length === 0)
    problem(
      'BYSETPOS',
      'NOT_SUPPORTED',
      'BYSETPOS picks from what BYMONTH, BYMONTHDAY or BYDAY give: name one of them.',
    );
}

/** The same rule in one way of writing; what is usual is left out. */
export function recurrenceText(recurrence: Recurrence): string {
  const { frequency, interval, byMonth, byMonthDay, byDay, bySetPosition, weekStart, count, until } = recurrence;
  const list = (name: string, values: readonly (number | string)[]) =>
    values.length > 0 ? `${name}=${values.join(',')}` : null;
  return [
    `FREQ=${frequency}`,
    interval === 1 ? null : `INTERVAL=${interval}`,
    list('BYMONTH', byMonth),
    list('BYMONTHDAY', byMonthDay),
    list(
      'BYDAY',
      byDay.map(({ weekday, nth }) => `${nth ?? ''}${WEEKDAYS[weekday - 1]}`),
    ),
    list('BYSETPOS', bySetPosition),
    weekStart === 1 ? null : `WKST=${WEEKDAYS[weekStart - 1]}`,
    count === null ? null : `COUNT=${count}`,
    until === null ? null : `UNTIL=${dateText(until).replaceAll('-', '')}`,
  ]
    .filter((part) => part !== null)
    .join(';');
}

/** Days of a rule from its first day on, in order: at most `most` of them, and none after `last`. */
export function daysOf(rule: Recurrence, first: Day, last: Day, most: number): Day[] {
  const recurrence = withDefaults(rule, first);
  const until = Math.min(last, recurrence.until ?? last);
  const wanted = Math.min(most, recurrence.count ?? most);
  const days: Day[] = [];
  for (let nth = 0; ; nth++) {
    const [from, to] = periodOf(recurrence, first, nth);
    if (from > until) return days;
    const set: Day[] = [];
    for (let day = from; day <= to; day++) if (matches(recurrence, day)) set.push(day);
    for (const day of picked(recurrence.bySetPosition, set)) {
      if (day < first) continue;
      if (day > until || days.length === wanted) return days;
      days.push(day);
    }
  }
}

/** What a rule does not say, its first day says. */
function withDefaults(rule: Recurrence, first: Day): Recurrence {
  const { frequency, byDay, byMonthDay, byMonth } = rule;
  if (byDay.length > 0 || byMonthDay.length > 0 || frequency === 'DAILY') return rule;
  if (frequency === 'WEEKLY') return { ...rule, byDay: [{ weekday: weekdayOf(first), nth: null }] };
  const { month, day } = civil(first);
  const ofMonth = { ...rule, byMonthDay: [day] };
  return frequency === 'YEARLY' && byMonth.length === 0 ? { ...ofMonth, byMonth: [month] } : ofMonth;
}

/** First and last day of the nth day, week, month or year that the rule looks at. */
function periodOf({ frequency, interval, weekStart }: Recurrence, first: Day, nth: number): [Day, Day] {
  const { year, month } = civil(first);
  const steps = nth * interval;
  switch (frequency) {
    case 'DAILY':
      return [first + steps, first + steps];
    case 'WEEKLY': {
      const monday = first - ((weekdayOf(first) - weekStart + 7) % 7) + 7 * steps;
      return [monday, monday + 6];
    }
    case 'MONTHLY':
      return [dayNumber(year, month + steps, 1), dayNumber(year, month + steps + 1, 1) - 1];
    case 'YEARLY':
      return [dayNumber(year + steps, 1, 1), dayNumber(year + steps + 1, 1, 1) - 1];
  }
}

function matches({ frequency, byMonth, byMonthDay, byDay }: Recurrence, day: Day): boolean {
  const { year, month, day: ofMonth } = civil(day);
  if (byMonth.length > 0 && !byMonth.includes(month)) return false;
  const monthLength = dayNumber(year, month + 1, 1) - dayNumber(year, month, 1);
  if (byMonthDay.length > 0 && !byMonthDay.includes(ofMonth) && !byMonthDay.includes(ofMonth - monthLength - 1))
    return false;
  if (byDay.length === 0) return true;
  const weekday = weekdayOf(day);
  const inYear = frequency === 'YEARLY' && byMonth.length === 0;
  const before = inYear ? day - dayNumber(year, 1, 1) : ofMonth - 1;
  const after = inYear ? dayNumber(year + 1, 1, 1) - 1 - day : monthLength - ofMonth;
  return byDay.some(
    (part) =>
      part.weekday === weekday &&
      (part.nth === null || part.nth === Math.floor(before / 7) + 1 || part.nth === -Math.floor(after / 7) - 1),
  );
}

function picked(positions: readonly number[], set: readonly Day[]): readonly Day[] {
  if (positions.length === 0) return set;
  return set.filter((_, at) => positions.includes(at + 1) || positions.includes(at - set.length));
}

const MS_A_DAY = 86_400_000;
const dayNumber = (year: number, month: number, day: number): Day => Date.UTC(year, month - 1, day) / MS_A_DAY;

function civil(day: Day): { year: number; month: number; day: number } {
  const date = new Date(day * MS_A_DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}
