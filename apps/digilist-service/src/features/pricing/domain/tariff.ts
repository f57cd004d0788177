import { isPublicHoliday } from '../../calendar/index.js';
import {
  clockChanges,
  type Day,
  localDay,
  MINUTES_A_DAY,
  type Minute,
  type PriceRule,
  ruleInstant,
  type WallMinute,
  wallTime,
  weekdayOf,
} from '../../listings/index.js';

const PUBLIC_HOLIDAY = 8;

/** A part of the time for which one rule holds. */
export interface TariffPart {
  readonly rule: PriceRule;
  readonly from: Minute;
  readonly until: Minute;
}

export type Tariff =
  | { readonly ok: true; readonly parts: readonly TariffPart[] }
  /** No rule holds from here on. */
  | { readonly ok: false; readonly from: Minute };

/** Splits [from, until) where another period rule begins to hold, in the listing's own time. */
export function tariffParts(
  rules: readonly PriceRule[],
  zoneId: string,
  zone: string,
  from: Minute,
  until: Minute,
): Tariff {
  const candidates = rules.filter((rule) => rule.kind === 'period' && (rule.zoneId === null || rule.zoneId === zoneId));
  candidates.sort(byPrecedence);
  const parts: TariffPart[] = [];
  const cuts = boundaries(candidates, zone, from, until);
  for (let at = 0; at + 1 < cuts.length; at++) {
    const start = cuts[at] as Minute;
    const end = cuts[at + 1] as Minute;
    const { day, minute } = wallTime(zone, start);
    const rule = candidates.find((candidate) => holds(candidate, day, minute));
    if (!rule) return { ok: false, from: start };
    const last = parts.at(-1);
    if (last && last.rule === rule && last.until === start) parts[parts.length - 1] = { ...last, until: end };
    else parts.push({ rule, from: start, until: end });
  }
  return { ok: true, parts };
}

/** A higher priority wins, then the rule for the zone, then the narrower window; the id settles what is left. */
function byPrecedence(a: PriceRule, b: PriceRule): number {
  return (
    b.priority - a.priority ||
    Number(b.zoneId !== null) - Number(a.zoneId !== null) ||
    narrowness(b) - narrowness(a) ||
    (a.id < b.id ? -1 : 1)
  );
}

const narrowness = (rule: PriceRule): number =>
  Number(rule.from !== null) + Number(rule.weekdays !== null) + Number(rule.firstDay !== null || rule.lastDay !== null);

function holds(rule: PriceRule, day: Day, minute: WallMinute): boolean {
  return (
    (rule.weekdays === null || isAmong(rule.weekdays, day)) &&
    (rule.firstDay === null || rule.firstDay <= day) &&
    (rule.lastDay === null || day <= rule.lastDay) &&
    (rule.from === null || rule.from <= minute) &&
    (rule.to === null || minute < rule.to)
  );
}

/** A public holiday is its weekday as well: which of two rules wins then is for their priority to say. */
const isAmong = (weekdays: readonly number[], day: Day): boolean =>
  weekdays.includes(weekdayOf(day)) || (weekdays.includes(PUBLIC_HOLIDAY) && isPublicHoliday(day));

/** When the clock is set: a window that has ended may be shown again. */
function clockChangesOn(zone: string, day: Day): Minute[] {
  const { starts, length } = localDay(zone, day);
  return length === MINUTES_A_DAY ? [] : clockChanges(zone, starts, starts + length).map(({ at }) => at);
}

/** Every instant at which the answer may change: midnights, the edges of the rules' windows, and clocks that are set. */
function boundaries(rules: readonly PriceRule[], zone: string, from: Minute, until: Minute): Minute[] {
  const walls = new Set<WallMinute>([MINUTES_A_DAY]);
  for (const rule of rules) {
    if (rule.from !== null) walls.add(rule.from);
    if (rule.to !== null) walls.add(rule.to);
  }
  const cuts = new Set<Minute>([from, until]);
  const last = wallTime(zone, until - 1).day;
  for (let day = wallTime(zone, from).day; day <= last; day++) {
    for (const at of clockChangesOn(zone, day)) if (from < at && at < until) cuts.add(at);
    for (const wall of walls) {
      // A time that the clock shows twice begins a part twice.
      for (const take of ['first', 'last'] as const) {
        const at = ruleInstant(zone, day, wall, take);
        if (from < at && at < until) cuts.add(at);
      }
    }
  }
  return [...cuts].sort((a, b) => a - b);
}
