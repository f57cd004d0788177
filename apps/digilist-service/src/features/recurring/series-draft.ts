import { OCCURRENCE_PASSED, type Occurrence, type Updatable, type UpdateRecurringBooking } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import type { RequestContext, Tx } from '@kit/service';
import { v7 as uuidv7 } from 'uuid';
import { type Ground, holds } from '../bookings/index.js';
import { type Day, dateText, dayOf, minuteFloor, type Place } from '../listings/index.js';
import { checkNotice, fieldErrorOf, type RuledBooker } from '../rules/index.js';
import { bookedOccurrence, byDate, counts, occurrencesOf, plannedOccurrence } from './answers.js';
import { changesOf, type DateChange } from './domain/changes.js';
import { seriesDays, splitAt } from './domain/dates.js';
import { type TimedDay, timedDay, type Verdict } from './domain/plan.js';
import { recurrenceText } from './domain/recurrence.js';
import { endedPattern, endOf, patternOf, patternTerms } from './domain/series.js';
import { alternativesFor } from './planning.js';
import { type OccurrenceRow, type SeriesRow } from './recurring.sql.js';
import { type Due, type Kept } from './series-values.js';

export type Change = DateChange<OccurrenceRow>;

/** Everything about a change that is known before anything is written. */
export interface Draft {
  readonly series: SeriesRow;
  readonly bookings: readonly OccurrenceRow[];
  /** What ends before the change; null: nothing of it has begun, so it changes as a whole. */
  readonly before: Kept | null;
  readonly after: Kept;
  readonly changed: readonly Updatable[];
  readonly changes: readonly Change[];
  readonly from: Day;
}

export interface Decided extends Draft {
  readonly ground: Ground | null;
  readonly booker: RuledBooker;
  readonly verdicts: readonly Verdict[];
  /** Bookings whose new time cannot be had: they stay, and are exceptions from now on. */
  readonly left: ReadonlySet<string>;
}

export const cancelledOf = (change: Change): OccurrenceRow[] => (change.kind === 'cancel' ? [change.booking] : []);
export const updatedOf = (change: Change): OccurrenceRow[] => (change.kind === 'update' ? [change.booking] : []);
export const describedBy = (after: Kept, name: Updatable): unknown =>
  name === 'showInPublicCalendar' ? after.publicTitle !== null : after[name];

export const movingOf = (
  changes: readonly Change[],
  left: ReadonlySet<string> = new Set(),
): Map<string, OccurrenceRow> =>
  new Map(
    changes.flatMap((change) =>
      change.kind === 'move' && !left.has(change.booking.id) ? [[change.booking.date, change.booking] as const] : [],
    ),
  );

/** A booking that stays is not taken anew, even where its new time has become free meanwhile. */
export const keeping = (
  verdicts: readonly Verdict[],
  moving: ReadonlyMap<string, OccurrenceRow>,
  left: ReadonlySet<string>,
) =>
  verdicts.map((verdict) => {
    const booking = moving.get(dateText(verdict.day));
    return booking && left.has(booking.id) ? { ...verdict, order: null } : verdict;
  });

export function differences({ order, moved }: Due): Record<string, { from: unknown; to: unknown }> {
  const was = moved as OccurrenceRow;
  const pairs = {
    startsAt: [was.startsAt.toISOString(), new Date(order.from * 60_000).toISOString()],
    endsAt: [was.endsAt.toISOString(), new Date(order.until * 60_000).toISOString()],
    zoneId: [was.zoneId, order.zone.id],
    quantity: [was.quantity, order.quantity],
    total: [was.total, order.price.total.amount],
  };
  return Object.fromEntries(
    Object.entries(pairs).flatMap(([name, [from, to]]) => (from === to ? [] : [[name, { from, to }]])),
  );
}

/** Works out what is to change; looks at nothing but the series and its own bookings. */
export function draftOf(
  tx: Tx,
  ctx: RequestContext,
  request: UpdateRecurringBooking,
  series: SeriesRow,
  bookings: readonly OccurrenceRow[],
  { listing }: Place,
): Draft {
  const pattern = patternOf(series);
  const old = seriesDays(pattern).map((day) => timedDay(day, series, series, ctx.locale));
  const all = byDate(bookings);
  const from = Math.max(request.from ? dayOf(request.from) : pattern.firstDay, lastBegun(old, all, tx.now) + 1);
  const goesOn =
    old.some(({ day }) => day >= from) || bookings.some((each) => counts(each) && each.date >= dateText(from));
  if (!goesOn) throw new Refusal(OCCURRENCE_PASSED);
  const split = old.some(({ day }) => day < from);
  const halves = splitAt(pattern, from);
  const base = split ? halves.after : pattern;
  const startsTime = request.startsTime ?? series.startsTime;
  const written = {
    rule: request.rule ?? recurrenceText(base.recurrence),
    firstDate: dateText(split && request.rule ? from : base.firstDay),
    startsTime,
    exceptDates: request.exceptDates ?? base.exceptDays.map(dateText),
    extraDates: request.extraDates ?? base.extraDays.map(dateText),
    timezone: series.timezone,
  };
  const next = endedPattern(written, listing, minuteFloor(tx.now));
  const hours = { startsTime, endsTime: request.endsTime ?? series.endsTime };
  const days = seriesDays(next)
    .filter(({ day }) => day >= from)
    .map((day) => timedDay(day, hours, series, ctx.locale));
  const changed = (['purpose', 'attendees', 'publicTitle'] as const).filter(
    (name) => request[name] !== undefined && request[name] !== series[name],
  );
  const after: Kept = {
    ...series,
    ...patternTerms(next),
    ...hours,
    id: split ? uuidv7() : series.id,
    status: 'active',
    continues: split ? series.id : series.continues,
    zoneId: request.zoneId ?? series.zoneId,
    quantity: request.quantity ?? series.quantity,
    attendees: request.attendees ?? series.attendees,
    purpose: request.purpose ?? series.purpose,
    publicTitle: request.publicTitle ?? series.publicTitle,
    conflictPolicy: request.conflictPolicy ?? series.conflictPolicy,
    endsAt: lastEnd(days, bookings, from, series.timezone),
  };
  const before = split ? beforeOf(series, halves.before, ctx) : null;
  const asStaff = tx.reach.covers(series.orgId);
  const changes = changesOf(
    {
      live: new Map([...all].filter(([, booking]) => counts(booking))),
      calledOff: new Set([...all.values()].filter((booking) => !counts(booking)).map(({ date }) => date)),
      dates: new Set(old.filter(({ excepted }) => !excepted).map(({ day }) => dateText(day))),
    },
    {
      days,
      from,
      zoneId: after.zoneId,
      quantity: after.quantity,
      describes: changed.length > 0,
      elsewhere: ['startsTime', 'endsTime', 'zoneId', 'quantity'].some(
        (name) => after[name as keyof Kept] !== series[name],
      ),
    },
    (booking) => {
      if (!holds(booking.status) || booking.startsAt <= tx.now) return [];
      if (asStaff || booking.status !== 'confirmed') return null;
      const violation = checkNotice(listing, 'change', minuteFloor(booking.startsAt), minuteFloor(tx.now));
      if (!violation) return null;
      const { code: rule, message } = fieldErrorOf(violation, series.timezone, ctx.locale);
      return [{ code: 'RULE_VIOLATION', rule, message, details: { ...violation.values } }];
    },
  );
  return { series, bookings, before, after, changed, changes, from };
}

const beforeOf = (series: SeriesRow, pattern: ReturnType<typeof splitAt>['before'], ctx: RequestContext): Kept => {
  const days = seriesDays(pattern).map((day) => timedDay(day, series, series, ctx.locale));
  return { ...series, ...patternTerms(pattern), endsAt: endOf(days, series.timezone) };
};

function lastBegun(old: readonly TimedDay[], booked: ReadonlyMap<string, OccurrenceRow>, now: Date): Day {
  const begun = old
    .filter(({ day, span }) => {
      const booking = booked.get(dateText(day));
      if (booking && counts(booking) && !booking.overridden) return booking.startsAt <= now;
      return span !== null && span.from * 60_000 <= now.getTime();
    })
    .map(({ day }) => day);
  return Math.max(Number.NEGATIVE_INFINITY, ...begun);
}

function lastEnd(days: readonly TimedDay[], bookings: readonly OccurrenceRow[], from: Day, timezone: string): Date {
  const own = bookings.filter((booking) => counts(booking) && booking.date >= dateText(from));
  const latest = Math.max(...own.map(({ endsAt }) => endsAt.getTime()), 0);
  return days.length === 0 ? new Date(latest) : new Date(Math.max(latest, endOf(days, timezone).getTime()));
}

/** Every date from the change on, with what the change does to it. */
export async function report(
  tx: Tx,
  ctx: RequestContext,
  { series, bookings, after, changes, ground, left, from, before }: Decided,
  verdicts: readonly Verdict[],
  written: ReadonlyMap<string, Due>,
): Promise<Occurrence[]> {
  const given = [...movingOf(changes, left).values(), ...changes.flatMap(cancelledOf)].map(({ id }) => id);
  const alternatives = ground ? await alternativesFor(tx, ground, verdicts, given) : new Map();
  const judged = new Map(verdicts.map((verdict) => [dateText(verdict.day), verdict]));
  const tried = (date: string) => series.skipped.every((skipped) => skipped.date !== date) || judged.has(date);
  const stays = bookings.filter((booking) => before === null || booking.date >= dateText(from));
  const skipped = series.skipped.filter(({ date }) => !tried(date));
  const found = new Map(
    occurrencesOf({ ...series, ...after, skipped, addOns: [...after.addOns] }, stays, ctx.locale).map((each) => [
      each.date,
      each,
    ]),
  );
  for (const change of changes) {
    const date = change.kind === 'place' ? dateText(change.day.day) : change.booking.date;
    const verdict = judged.get(date);
    const due = written.get(date);
    if (change.kind === 'keep')
      found.set(date, { ...bookedOccurrence(change.booking, 'keep'), reasons: [...change.reasons] });
    else if (change.kind === 'update') found.set(date, bookedOccurrence(change.booking, 'update'));
    else if (change.kind === 'cancel')
      found.set(date, bookedOccurrence({ ...change.booking, status: 'cancelled' }, 'cancel'));
    else if (verdict) {
      const planned = plannedOccurrence(verdict, alternatives, verdict.order ? change.kind : null);
      if (due) found.set(date, { ...planned, outcome: 'placed', bookingId: due.id, bookingStatus: due.status });
      else if (change.kind === 'place') found.set(date, planned);
      else if (left.has(change.booking.id))
        found.set(date, {
          ...bookedOccurrence({ ...change.booking, overridden: true }, 'keep'),
          reasons: planned.reasons,
          alternatives: planned.alternatives,
        });
      else found.set(date, { ...planned, bookingId: change.booking.id, bookingStatus: change.booking.status });
    }
  }
  return [...found.values()].sort((a, b) => (a.date < b.date ? -1 : 1));
}

/** As stampOf will find it. */
export function versionOf(
  { series, bookings, before, changes, from }: Decided,
  written: readonly Due[],
  cancelled: readonly OccurrenceRow[],
): number {
  const raised = new Set([
    ...written.map(({ id }) => id),
    ...cancelled.map(({ id }) => id),
    ...changes.flatMap(updatedOf).map(({ id }) => id),
  ]);
  const own = bookings.filter((booking) => before === null || booking.date >= dateText(from));
  const sum = own.reduce((all, { id, version }) => all + version + (raised.has(id) ? 1 : 0), 0);
  const placed = written.filter(({ moved }) => moved === null).length;
  return (before ? 1 : series.revision + 1 + series.passedOn) + sum + placed;
}
