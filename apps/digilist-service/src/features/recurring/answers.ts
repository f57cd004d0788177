import type {
  Occurrence,
  OccurrenceAlternative,
  OccurrenceChange,
  OccurrenceTotals,
  RecurringBooking,
} from '@digilist/contracts';
import { type Locale, money } from '@kit/contracts';
import { holds } from '../bookings/index.js';
import { type Day, dateText, isoOf } from '../listings/index.js';
import { seriesDays } from './domain/dates.js';
import { timedDay, type Verdict } from './domain/plan.js';
import { patternOf } from './domain/series.js';
import type { OccurrenceRow, SeriesRow } from './recurring.sql.js';

const CURRENCY = 'NOK';

const NOTHING = {
  change: null,
  reasons: [],
  alternatives: [],
  price: null,
  bookingId: null,
  bookingStatus: null,
  overridden: false,
} satisfies Partial<Occurrence>;

/** A day as it was judged. */
export const plannedOccurrence = (
  { day, span, outcome, reasons, order }: Verdict,
  alternatives: ReadonlyMap<Day, OccurrenceAlternative[]>,
  change: OccurrenceChange | null,
): Occurrence => ({
  ...NOTHING,
  date: dateText(day),
  startsAt: span && isoOf(span.from),
  endsAt: span && isoOf(span.until),
  outcome,
  change,
  reasons: [...reasons],
  alternatives: alternatives.get(day) ?? [],
  price: order?.price.total ?? null,
});

/** A day that has a booking. */
export const bookedOccurrence = (booking: OccurrenceRow, change: OccurrenceChange | null = null): Occurrence => ({
  ...NOTHING,
  date: booking.date,
  startsAt: booking.startsAt.toISOString(),
  endsAt: booking.endsAt.toISOString(),
  outcome: 'placed',
  change,
  price: money(booking.total, booking.currency),
  bookingId: booking.id,
  bookingStatus: booking.status,
  overridden: booking.overridden,
});

/** Every date of a series as it stands. */
export function occurrencesOf(series: SeriesRow, bookings: readonly OccurrenceRow[], locale: Locale): Occurrence[] {
  const booked = byDate(bookings);
  const skipped = new Map(series.skipped.map((each) => [each.date, each]));
  const days = seriesDays(patternOf(series));
  const found = new Map<string, Occurrence>();
  for (const day of days) {
    const date = dateText(day.day);
    // Where it would have been: the clock of the listing alone says so.
    const { span } = timedDay({ ...day, excepted: false }, series, series, locale);
    const { outcome = 'skipped', reasons = [] } = skipped.get(date) ?? {};
    found.set(date, {
      ...NOTHING,
      date,
      startsAt: span && isoOf(span.from),
      endsAt: span && isoOf(span.until),
      outcome,
      reasons: [...reasons],
    });
  }
  for (const [date, booking] of booked) found.set(date, bookedOccurrence(booking));
  return [...found.values()].sort((a, b) => (a.date < b.date ? -1 : 1));
}

/** Of each date the booking that counts: one that holds its time, else the latest. */
export function byDate(bookings: readonly OccurrenceRow[]): Map<string, OccurrenceRow> {
  const found = new Map<string, OccurrenceRow>();
  for (const booking of bookings) {
    const known = found.get(booking.date);
    if (!known || counts(booking) || !counts(known)) found.set(booking.date, booking);
  }
  return found;
}

/** Whether a booking is one of its series: what was called off leaves its date free. */
export const counts = ({ status }: Pick<OccurrenceRow, 'status'>): boolean =>
  holds(status) || status === 'completed' || status === 'no_show';

export function totalsOf(occurrences: readonly Occurrence[]): OccurrenceTotals {
  const count = (outcome: Occurrence['outcome']) => occurrences.filter((each) => each.outcome === outcome).length;
  const paid = occurrences.filter(
    ({ outcome, bookingStatus }) =>
      outcome === 'free' || (outcome === 'placed' && (bookingStatus === null || counts({ status: bookingStatus }))),
  );
  const total = paid.reduce((sum, { price }) => sum + (price?.amount ?? 0), 0);
  return {
    occurrences: occurrences.length,
    free: count('free'),
    placed: count('placed'),
    conflict: count('conflict'),
    rule: count('rule'),
    localTime: count('local_time'),
    skipped: count('skipped'),
    price: money(total, CURRENCY),
  };
}

/** What callers see as the version of a series: every change of it or of one of its bookings makes it larger. */
export const stampOf = (
  { revision, passedOn }: Pick<SeriesRow, 'revision' | 'passedOn'>,
  bookings: readonly Pick<OccurrenceRow, 'version'>[],
): number => revision + passedOn + bookings.reduce((sum, { version }) => sum + version, 0);

type Shown = Omit<RecurringBooking, 'id' | 'dryRun' | 'occurrences' | 'totals' | 'version'>;

export const answerOf = (
  series: Shown,
  occurrences: Occurrence[],
  made: Pick<RecurringBooking, 'id' | 'version' | 'dryRun'>,
): RecurringBooking => ({
  id: made.id,
  dryRun: made.dryRun,
  status: series.status,
  listingId: series.listingId,
  zoneId: series.zoneId,
  orgId: series.orgId,
  userId: series.userId,
  onBehalfOfOrgId: series.onBehalfOfOrgId,
  continues: series.continues,
  rule: series.rule,
  firstDate: series.firstDate,
  lastDate: series.lastDate,
  startsTime: series.startsTime,
  endsTime: series.endsTime,
  timezone: series.timezone,
  exceptDates: series.exceptDates,
  extraDates: series.extraDates,
  conflictPolicy: series.conflictPolicy,
  quantity: series.quantity,
  attendees: series.attendees,
  purpose: series.purpose,
  publicTitle: series.publicTitle,
  pricingGroup: series.pricingGroup,
  discountCode: series.discountCode,
  occurrences,
  totals: totalsOf(occurrences),
  version: made.version,
});
