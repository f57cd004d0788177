import { MOST_OCCURRENCES, RECURRENCE_EMPTY, RECURRENCE_INVALID, RECURRENCE_TOO_LONG } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { type Day, dateText, type WallMinute } from '../../listings/index.js';
import { daysOf, parseRecurrence, type Recurrence } from './recurrence.js';

/** Which days a series is for, as RFC 5545 has it: those of the rule, without the exceptions, with the additions. */
export interface Pattern {
  readonly recurrence: Recurrence;
  readonly firstDay: Day;
  readonly exceptDays: readonly Day[];
  readonly extraDays: readonly Day[];
}

export interface SeriesDay {
  readonly day: Day;
  /** Left out on purpose. */
  readonly excepted: boolean;
}

/** Nobody plans further ahead, and a rule that hardly ever matches is not looked for any longer. */
const MOST_DAYS = 30 * 366;

/** @throws Refusal RECURRENCE_INVALID with everything about the rule that cannot be done */
export function requireRecurrence(rule: string, timezone: string, starts: WallMinute): Recurrence {
  const parsed = parseRecurrence(rule, timezone, starts);
  if (!parsed.ok) throw new Refusal(RECURRENCE_INVALID, { errors: parsed.problems });
  return parsed.recurrence;
}

/** Every series ends: one that does not say when ends with the last day that may be booked when it is made. */
export const endedBy = (recurrence: Recurrence, lastBookable: Day): Recurrence =>
  recurrence.count === null && recurrence.until === null ? { ...recurrence, until: lastBookable } : recurrence;

/**
 * The days of a series in order, the excepted ones among them. COUNT counts them too, as the standard has it.
 * @throws Refusal RECURRENCE_EMPTY, RECURRENCE_TOO_LONG
 */
export function seriesDays({ recurrence, firstDay, exceptDays, extraDays }: Pattern): SeriesDay[] {
  const last = firstDay + MOST_DAYS;
  const ofRule = daysOf(recurrence, firstDay, last, MOST_OCCURRENCES + 1);
  const all = [...new Set([...ofRule, ...extraDays])].sort((a, b) => a - b);
  const cutOff =
    (recurrence.until !== null && recurrence.until > last) ||
    (recurrence.count !== null &&
      ofRule.length > 0 &&
      ofRule.length < Math.min(recurrence.count, MOST_OCCURRENCES + 1));
  if (all.length > MOST_OCCURRENCES || cutOff) {
    const details = { limit: MOST_OCCURRENCES, lastDate: dateText(all[MOST_OCCURRENCES - 1] ?? last), years: 30 };
    throw new Refusal(RECURRENCE_TOO_LONG, { details });
  }
  const excepted = new Set(exceptDays);
  if (all.every((day) => excepted.has(day))) throw new Refusal(RECURRENCE_EMPTY);
  return all.map((day) => ({ day, excepted: excepted.has(day) }));
}

/**
 * One pattern as two: what lies before a day, and what goes on from it in step with what came before. Each of them may
 * turn out to have no days.
 */
export function splitAt(pattern: Pattern, from: Day): { before: Pattern; after: Pattern } {
  const { recurrence, firstDay, exceptDays, extraDays } = pattern;
  const days = daysOf(recurrence, firstDay, firstDay + MOST_DAYS, MOST_OCCURRENCES + 1);
  const begun = days.filter((day) => day < from);
  const next = days[begun.length];
  const ended = { ...recurrence, count: null, until: from - 1 };
  const counted = recurrence.count === null ? recurrence : { ...recurrence, count: recurrence.count - begun.length };
  return {
    before: {
      recurrence: next === undefined ? recurrence : ended,
      firstDay,
      exceptDays: exceptDays.filter((day) => day < from),
      extraDays: extraDays.filter((day) => day < from),
    },
    after: {
      recurrence: next === undefined ? ended : counted,
      firstDay: next ?? from,
      exceptDays: exceptDays.filter((day) => day >= from),
      extraDays: extraDays.filter((day) => day >= from),
    },
  };
}
