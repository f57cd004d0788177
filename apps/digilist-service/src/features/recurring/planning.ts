import { type Occurrence, type OccurrenceAlternative, SERIES_CONFLICT } from '@digilist/contracts';
import { type Locale, Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import type { Ground } from '../bookings/index.js';
import {
  alternativesIn,
  covers,
  freeRuns,
  freeTime,
  isPublicHoliday,
  openCalendar,
  type Spans,
  spansOf,
} from '../calendar/index.js';
import {
  claimsOf,
  isoOf,
  type ListingReference,
  localDay,
  type Minute,
  minuteCeil,
  stockOf,
} from '../listings/index.js';
import { type BookerFacts, bookerFacts, type RuledBooker } from '../rules/index.js';
import { BusyTimes, type OwnedBusy, type Span } from './domain/busy-times.js';
import { judge, type TimedDay, type Verdict } from './domain/plan.js';
import { type BusyStay, READ_BUSY_DAYS } from './recurring.sql.js';

/** What is to be decided. */
export interface Question {
  readonly ground: Ground;
  readonly booker: RuledBooker;
  readonly days: readonly TimedDay[];
  /** Bookings whose time is given back for it, and that don't count for quotas. */
  readonly given: readonly string[];
  readonly locale: Locale;
}

/** What is known about the booker and about who has the place; enough to decide as often as one likes. */
export interface Outlook {
  readonly facts: BookerFacts;
  readonly busy: readonly OwnedBusy[];
}

/** Looks around once: two statements at most, however many days there are. */
export async function look(tx: Tx, { ground, booker, days, given }: Omit<Question, 'locale'>): Promise<Outlook> {
  const { listing, claims } = ground;
  const spans = days.flatMap(({ span }) => span ?? []);
  const atomIds = claims.map(({ atomId }) => atomId);
  const [facts, busy] = await Promise.all([
    bookerFacts(tx, listing, booker, spans, given),
    busyAround(tx, atomIds, spans, margin(claims), given),
  ]);
  return { facts, busy };
}

/** Decides on each of the days, as it stands now; writes nothing. */
export async function plan(tx: Tx, question: Question): Promise<Verdict[]> {
  const { ground, days, given, locale } = question;
  const { facts, busy } = await look(tx, question);
  return judge(days, ground, facts, new BusyTimes(busy, new Set(given)), tx.now, locale);
}

const margin = (claims: readonly { bufferBeforeMinutes: number; bufferAfterMinutes: number }[]): number =>
  Math.max(
    0,
    ...claims.flatMap(({ bufferBeforeMinutes, bufferAfterMinutes }) => [bufferBeforeMinutes, bufferAfterMinutes]),
  );

export async function busyAround(
  tx: Tx,
  atomIds: readonly string[],
  spans: readonly Span[],
  around: number,
  told: readonly string[],
): Promise<OwnedBusy[]> {
  if (spans.length === 0) return [];
  const windows = spansOf(
    spans.map(({ from, until }) => [from - around, until + around] as const).sort((a, b) => a[0] - b[0]),
  );
  const { busy } = await tx.one<{ busy: BusyStay[] }>(READ_BUSY_DAYS, [
    tx.tenantId,
    atomIds,
    windows.filter((_, at) => at % 2 === 0),
    windows.filter((_, at) => at % 2 === 1),
    told,
  ]);
  return busy.map(([atom, from, until, buffer, quantity, owner]) => ({
    atom,
    from,
    until,
    buffer,
    quantity,
    owner: owner === null ? null : (told[owner - 1] as string),
  }));
}

/** Is everything to be had that was asked for? What is left out on purpose was not asked for. */
export const allFree = (verdicts: readonly Verdict[]): boolean =>
  verdicts.every(({ outcome }) => outcome === 'free' || outcome === 'skipped');

/** @throws Refusal SERIES_CONFLICT with the report of all dates */
export function seriesConflict(occurrences: readonly Occurrence[]): Refusal {
  const missing = occurrences.filter(
    ({ outcome }) => outcome !== 'free' && outcome !== 'placed' && outcome !== 'skipped',
  );
  return new Refusal(SERIES_CONFLICT, {
    details: { dates: missing.map(({ date }) => date), occurrences },
  });
}

const MOST_ZONES = 3;

/** For each day whose time is taken: other zones that are free then, and other times of that date. One statement for all. */
export async function alternativesFor(
  tx: Tx,
  { listing, zone, quantity }: Pick<Ground, 'listing' | 'zone' | 'quantity'>,
  verdicts: readonly Verdict[],
  given: readonly string[],
): Promise<ReadonlyMap<number, OccurrenceAlternative[]>> {
  const taken = verdicts.flatMap(({ day, outcome, span }) => (outcome === 'conflict' && span ? [{ day, span }] : []));
  if (taken.length === 0) return new Map();
  const wide = taken.map(({ day, span }) => ({ day, span, date: wholeDate(listing, day, span) }));
  const claims = listing.zones.flatMap((each) => claimsOf(listing, each, quantity));
  const atomIds = [...new Set(claims.map(({ atomId }) => atomId))];
  const known = await busyAround(
    tx,
    atomIds,
    wide.map(({ date }) => date),
    margin(claims),
    given,
  );
  const busy = new BusyTimes(known, new Set(given));
  // What the series takes itself is taken as well.
  for (const { outcome, span } of verdicts)
    if (outcome === 'free' && span) busy.take(claimsOf(listing, zone, quantity), span);
  const now = minuteCeil(tx.now);
  return new Map(
    wide.map(({ day, span, date }) => {
      const elsewhere = listing.zones.filter(
        (other) =>
          other.id !== zone.id &&
          stockOf(listing, other) >= quantity &&
          covers(
            freeTime([span.from, span.until], claimsOf(listing, other, quantity), (atom) => busy.stays.get(atom) ?? []),
            span.from,
            span.until,
          ),
      );
      const calendar = openCalendar(listing, date.from, date.until, now);
      const runs: Spans = freeRuns(listing, zone, quantity, calendar, busy.stays);
      const later = alternativesIn(listing, isPublicHoliday, runs, span);
      return [
        day,
        [
          ...elsewhere.slice(0, MOST_ZONES).map(({ id }) => alternative(id, span.from, span.until)),
          ...later.map(([from, until]) => alternative(zone.id, from, until)),
        ],
      ];
    }),
  );
}

const alternative = (zoneId: string, from: Minute, until: Minute): OccurrenceAlternative => ({
  zoneId,
  startsAt: isoOf(from),
  endsAt: isoOf(until),
});

/** All of the local date, and what of the night belongs to it. */
function wholeDate({ timezone }: ListingReference, day: number, { from, until }: Span): Span {
  const { starts, length } = localDay(timezone, day);
  return { from: Math.min(starts, from), until: Math.max(starts + length, until) };
}
