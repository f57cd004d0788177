import {
  AMBIGUOUS_LOCAL_TIME,
  INVALID_INTERVAL,
  NONEXISTENT_LOCAL_TIME,
  type OccurrenceOutcome,
  type OccurrenceReason,
  PRICE_NOT_DEFINED,
  RULE_VIOLATION,
  SLOT_CONFLICT,
} from '@digilist/contracts';
import { type Locale, Refusal } from '@kit/contracts';
import { type Ground, type Order, orderAt, spanOf } from '../../bookings/index.js';
import { type Day, dateText, type ListingReference } from '../../listings/index.js';
import { type BookerFacts, factsAfter } from '../../rules/index.js';
import type { BusyTimes, Span } from './busy-times.js';
import type { SeriesDay } from './dates.js';

/** When a series is each time, by the clock of the listing. `endsTime` at or before `startsTime` is the next day's. */
export interface Hours {
  readonly startsTime: string;
  readonly endsTime: string;
}

/** A day of a series and what the clock makes of it. */
export interface TimedDay extends SeriesDay {
  /** Null: left out, or the clock gives no single answer. */
  readonly span: Span | null;
  readonly reasons: readonly OccurrenceReason[];
}

/** What would come of a day if it were booked now. */
export interface Verdict extends TimedDay {
  readonly outcome: Exclude<OccurrenceOutcome, 'placed'>;
  /** There where the outcome is free. */
  readonly order: Order | null;
}

export function timedDay(
  day: SeriesDay,
  hours: Hours,
  listing: Pick<ListingReference, 'timezone'>,
  locale: Locale,
): TimedDay {
  if (day.excepted) return { ...day, span: null, reasons: [] };
  try {
    return { ...day, span: spanOf(localTimes(day.day, hours), listing), reasons: [] };
  } catch (error) {
    return { ...day, span: null, reasons: reasonsOf(error, OF_THE_CLOCK, locale) };
  }
}

const localTimes = (day: Day, { startsTime, endsTime }: Hours) => ({
  localStartsAt: `${dateText(day)}T${startsTime}`,
  localEndsAt: `${dateText(endsTime <= startsTime ? day + 1 : day)}T${endsTime}`,
});

/**
 * Decides day after day, each as a single booking would be decided after those before it were booked: the clock, the
 * rules and the price, who has the time. Both the dry run and the real one are made of this.
 */
export function judge(
  days: readonly TimedDay[],
  ground: Ground,
  facts: BookerFacts | null,
  busy: BusyTimes,
  now: Date,
  locale: Locale,
): Verdict[] {
  let known = facts;
  return days.map((day): Verdict => {
    if (day.excepted) return { ...day, outcome: 'skipped', order: null };
    if (day.span === null) return { ...day, outcome: 'local_time', order: null };
    try {
      const order = orderAt(ground, day.span, known, now, locale);
      const taken = busy.inTheWay(ground.claims, day.span);
      if (taken)
        return { ...day, outcome: 'conflict', order: null, reasons: [conflict(taken.reason, taken.atomIds, locale)] };
      busy.take(ground.claims, day.span);
      if (known !== null)
        known = factsAfter(known, ground.listing, {
          ...day.span,
          behalf: ground.behalf,
          pricingGroup: ground.pricingGroup,
        });
      return { ...day, outcome: 'free', order };
    } catch (error) {
      return { ...day, outcome: 'rule', order: null, reasons: reasonsOf(error, OF_THE_RULES, locale) };
    }
  });
}

export const conflict = (reason: string, atomIds: readonly string[], locale: Locale): OccurrenceReason => ({
  code: SLOT_CONFLICT.code,
  rule: null,
  message: SLOT_CONFLICT.text[locale],
  details: { reason, atomIds: [...atomIds].sort() },
});

const OF_THE_CLOCK = [AMBIGUOUS_LOCAL_TIME, NONEXISTENT_LOCAL_TIME];
const OF_THE_RULES = [RULE_VIOLATION, PRICE_NOT_DEFINED, INVALID_INTERVAL];

/** A refusal that is about this one date; any other is about the whole request, and thrown again. */
function reasonsOf(error: unknown, ofADate: readonly { code: string }[], locale: Locale): OccurrenceReason[] {
  if (!(error instanceof Refusal) || !ofADate.some(({ code }) => code === error.code)) throw error;
  const { code, reason, errors = [], details = {} } = error;
  const rules = Array.isArray(details.rules) ? (details.rules as Record<string, unknown>[]) : null;
  if (rules === null) return [{ code, rule: null, message: reason.text[locale], details }];
  return errors.map(({ code: rule, message }, at) => ({ code, rule, message, details: rules[at] ?? {} }));
}
