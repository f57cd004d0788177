import {
  type Day,
  localDay,
  MINUTES_A_DAY,
  type Minute,
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
  const open: Minute[] = [];
  const last = wallTime(zone, until - 1).day;
  for (let day = wallTime(zone, from).day; day <= last; day++) {
    const spans = openingOn(rules, zone, isHoliday, day);
    // Open through midnight: what touches becomes one.
    const joins = open.length > 0 && open.at(-1) === spans[0];
    if (joins) open.pop();
    for (let at = joins ? 1 : 0; at < spans.length; at++) open.push(spans[at] as Minute);
  }
  return intersect(open, [from, until]);
}

function readDay(rules: readonly OpeningRule[], zone: string, isHoliday: IsHoliday, day: Day): Spans {
  const open: [Minute, Minute][] = [];
  for (const rule of rulesOf(rules, day, isHoliday(day))) {
    if (rule.opens !== null && rule.closes !== null) open.push(instants(zone, day, rule.opens, rule.closes));
  }
  return subtract(spansOf(open), spansOf(blackoutsOn(rules, zone, day)));
}

/** When it is shut on a day, whatever else says that it is open. */
export function blackoutsOn(rules: readonly OpeningRule[], zone: string, day: Day): [Minute, Minute][] {
  return rules
    .filter((rule) => rule.kind === 'blackout' && appliesOn(rule, day))
    .map((rule) => instants(zone, day, rule.opens ?? 0, rule.closes ?? MINUTES_A_DAY));
}

/** Does it open at all on a day, blackouts aside? */
export const opensOn = (rules: readonly OpeningRule[], isHoliday: IsHoliday, day: Day): boolean =>
  rulesOf(rules, day, isHoliday(day)).some((rule) => rule.opens !== null);

interface Remembered {
  readonly zone: string;
  readonly isHoliday: IsHoliday;
  readonly days: Map<Day, Spans>;
}

const remembered = new WeakMap<readonly OpeningRule[], Remembered>();
const DAYS_KEPT = 500;

/** When it is open on a day. A set of rules never changes, a new version is a new set: so days are remembered. */
export function openingOn(rules: readonly OpeningRule[], zone: string, isHoliday: IsHoliday, day: Day): Spans {
  let known = remembered.get(rules);
  if (!known || known.zone !== zone || known.isHoliday !== isHoliday || known.days.size > DAYS_KEPT) {
    known = { zone, isHoliday, days: new Map() };
    remembered.set(rules, known);
  }
  const found = known.days.get(day);
  if (found) return found;
  const spans = readDay(rules, zone, isHoliday, day);
  known.days.set(day, spans);
  return spans;
}

/** The rules that decide a day: those of the highest kind that says anything about it. */
export function rulesOf(rules: readonly OpeningRule[], day: Day, holiday: boolean): readonly OpeningRule[] {
  const exceptions = rules.filter((rule) => rule.kind === 'exception' && appliesOn(rule, day));
  if (exceptions.length > 0) return narrowest(exceptions);
  const holidays = holiday ? rules.filter((rule) => rule.kind === 'public_holiday' && appliesOn(rule, day)) : [];
  if (holidays.length > 0) return holidays;
  // A season speaks for every day in it: a weekday it does not name is closed.
  const season = rules.filter((rule) => rule.kind === 'season' && inDates(rule, day));
  if (season.length > 0) return narrowest(season).filter((rule) => appliesOn(rule, day));
  return rules.filter((rule) => rule.kind === 'weekly' && appliesOn(rule, day));
}

const daysOf = (rule: OpeningRule): number => (rule.lastDay ?? Infinity) - (rule.firstDay ?? -Infinity);

/** Of dates that overlap, those of the fewest days decide: the week of the fair within the summer. */
function narrowest(rules: readonly OpeningRule[]): readonly OpeningRule[] {
  const fewest = Math.min(...rules.map(daysOf));
  return rules.filter((rule) => daysOf(rule) === fewest);
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
