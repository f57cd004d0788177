import {
  type Day,
  localDay,
  type Minute,
  MINUTES_A_DAY,
  type OpeningRule,
  ruleInstant,
  wallTime,
  weekdayOf,
} from '../../listings/index.js';
import { intersect, type Spans, spansOf, subtract } from './intervals.js';

/** Whether a calendar day is a public holiday. */
export type IsHoliday = (day: Day) => boolean;

/** When it is open between two instants. */
export function openingSpans(
  rules: readonly OpeningRule[],
  zone: string,
  isHoliday: IsHoliday,
  from: Minute,
  until: Minute,
): Spans {
  const open: [Minute, Minute][] = [];
  const shut: [Minute, Minute][] = [];
  const last = wallTime(zone, until - 1).day;
  for (let day = wallTime(zone, from).day; day <= last; day++) {
    for (const rule of rulesOf(rules, day, isHoliday(day))) {
      if (rule.opens !== null && rule.closes !== null) open.push(instants(zone, day, rule.opens, rule.closes));
    }
    for (const rule of rules) {
      if (rule.kind === 'blackout' && appliesOn(rule, day)) {
        shut.push(instants(zone, day, rule.opens ?? 0, rule.closes ?? MINUTES_A_DAY));
      }
    }
  }
  return intersect(subtract(spansOf(open), spansOf(shut)), [from, until]);
}

/** The rules that decide a day: those of the highest kind that says anything about it. */
export function rulesOf(rules: readonly OpeningRule[], day: Day, holiday: boolean): readonly OpeningRule[] {
  const exceptions = rules.filter((rule) => rule.kind === 'exception' && appliesOn(rule, day));
  if (exceptions.length > 0) return exceptions;
  const holidays = holiday ? rules.filter((rule) => rule.kind === 'public_holiday' && appliesOn(rule, day)) : [];
  if (holidays.length > 0) return holidays;
  // A season speaks for every day in it: a weekday it does not name is closed.
  const season = rules.filter((rule) => rule.kind === 'season' && inDates(rule, day));
  if (season.length > 0) return season.filter((rule) => appliesOn(rule, day));
  return rules.filter((rule) => rule.kind === 'weekly' && appliesOn(rule, day));
}

const inDates = (rule: OpeningRule, day: Day): boolean =>
  (rule.firstDay === null || rule.firstDay <= day) && (rule.lastDay === null || day <= rule.lastDay);

const appliesOn = (rule: OpeningRule, day: Day): boolean =>
  inDates(rule, day) && rule.weekdays.includes(weekdayOf(day));

function instants(zone: string, day: Day, opens: number, closes: number): [Minute, Minute] {
  const { starts, length } = localDay(zone, day);
  if (length === MINUTES_A_DAY) return [starts + opens, starts + closes];
  // On the days when the clock is changed: of two candidates the first opens and the last closes.
  return [ruleInstant(zone, day, opens, 'first'), ruleInstant(zone, day, closes, 'last')];
}
