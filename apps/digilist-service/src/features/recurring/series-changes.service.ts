import {
  bookingRescheduled,
  bookingUpdated,
  OCCURRENCE_PASSED,
  type Occurrence,
  type RecurringBooking,
  recurringBookingChanged,
  recurringBookingCreated,
  type Updatable,
  type UpdateRecurringBooking,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import type { RequestContext, Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { run } from '../../database/named-statement.js';
import { requireBehalf, requireUnrestricted, Usage } from '../../platform/index.js';
import { BookingMoves, factOf, type Ground, groundOf, holds } from '../bookings/index.js';
import { type Day, dateText, dayOf, minuteFloor, type Place, readPlace, requirePlace } from '../listings/index.js';
import { checkNotice, fieldErrorOf, type RuledBooker } from '../rules/index.js';
import { answerOf, bookedOccurrence, byDate, counts, occurrencesOf, plannedOccurrence } from './answers.js';
import { BusyTimes } from './domain/busy-times.js';
import { changesOf, type DateChange } from './domain/changes.js';
import { seriesDays, splitAt } from './domain/dates.js';
import { judge, type TimedDay, timedDay, type Verdict } from './domain/plan.js';
import { recurrenceText } from './domain/recurrence.js';
import { endedPattern, endOf, patternOf, patternTerms } from './domain/series.js';
import { allFree, alternativesFor, look, seriesConflict } from './planning.js';
import { RecurringService, requireClock, wishOf } from './recurring.service.js';
import {
  ADOPT_OCCURRENCES,
  INSERT_SERIES,
  MARK_OVERRIDDEN,
  MOVE_OCCURRENCES,
  type OccurrenceRow,
  PLACE_OCCURRENCES,
  type SeriesRow,
  UPDATE_OCCURRENCES,
  UPDATE_SERIES,
} from './recurring.sql.js';
import {
  afterRace,
  type Due,
  type Kept,
  occurrenceValues,
  SeriesWriting,
  seriesValues,
  tellableOf,
  UNTOLD,
} from './writing.js';

type Change = DateChange<OccurrenceRow>;

/** Everything about a change that is known before anything is written. */
interface Draft {
  readonly series: SeriesRow;
  readonly bookings: readonly OccurrenceRow[];
  /** What ends before the change; null: nothing of it has begun, so it changes as a whole. */
  readonly before: Kept | null;
  readonly after: Kept;
  readonly changed: readonly Updatable[];
  readonly changes: readonly Change[];
  readonly from: Day;
}

interface Decided extends Draft {
  readonly ground: Ground | null;
  readonly booker: RuledBooker;
  readonly verdicts: readonly Verdict[];
  /** Bookings whose new time cannot be had: they stay, and are exceptions from now on. */
  readonly left: ReadonlySet<string>;
}

const CHANGED = 'Serien er endret.';

/** Changes a series from a date on: first a plan, then, unless it was only asked for, all of it at once. */
@Injectable()
export class SeriesChangesService {
  constructor(
    private readonly usage: Usage,
    private readonly recurring: RecurringService,
    private readonly writing: SeriesWriting,
    private readonly moves: BookingMoves,
  ) {}

  update(ctx: RequestContext, request: UpdateRecurringBooking): Promise<RecurringBooking> {
    requireClock(request.startsTime);
    return this.usage.run(ctx, async (tx) => {
      const { series, bookings } = await this.recurring.locked(tx, ctx, request.id);
      const place = await readPlace(tx, series.listingId);
      if (!place) throw new Refusal(NOT_FOUND);
      const draft = draftOf(tx, ctx, request, series, bookings, place);
      const decided = await this.decide(tx, ctx, request, draft);
      const { after, before } = decided;
      if (request.dryRun) {
        const occurrences = await report(tx, ctx, decided, decided.verdicts, new Map());
        return answerOf(after, occurrences, { id: before ? null : series.id, version: null, dryRun: true });
      }
      return this.commit(tx, ctx, request, decided);
    });
  }

  private async decide(tx: Tx, ctx: RequestContext, request: UpdateRecurringBooking, draft: Draft): Promise<Decided> {
    const { series, changes, after } = draft;
    const days = changes.flatMap((change) => (change.kind === 'place' || change.kind === 'move' ? [change.day] : []));
    const behalf = await requireBehalf(tx, series.userId, series.onBehalfOfOrgId);
    const booker = { userId: series.userId, behalf };
    if (days.length === 0) return { ...draft, ground: null, booker, verdicts: [], left: new Set() };
    await requireUnrestricted(tx, series.userId);
    const ground = groundOf(
      wishOf({ ...series, zoneId: after.zoneId, quantity: after.quantity }, request.termsVersion),
      await requirePlace(tx, series.listingId),
      behalf,
    );
    days.sort((a, b) => a.day - b.day);
    const moving = movingOf(changes);
    const given = new Set([...moving.values(), ...changes.flatMap(cancelledOf)].map(({ id }) => id));
    const { facts, busy } = await look(tx, { ground, booker, days, given: [...given] });
    const left = new Set<string>();
    for (;;) {
      const verdicts = judge(days, ground, facts, new BusyTimes(busy, given), tx.now, ctx.locale);
      const lost = verdicts.flatMap(({ day, outcome }) => {
        const booking = moving.get(dateText(day));
        return booking && outcome !== 'free' && !left.has(booking.id) ? [booking.id] : [];
      });
      // What stays where it is may be in the way of others: decided again, until nothing more stays.
      if (lost.length === 0 || after.conflictPolicy === 'ALL_OR_NOTHING')
        return {
          ...draft,
          after: { ...after, termsVersion: ground.termsVersion },
          ground,
          booker,
          verdicts: keeping(verdicts, moving, left),
          left,
        };
      for (const id of lost) {
        left.add(id);
        given.delete(id);
      }
    }
  }

  private async commit(
    tx: Tx,
    ctx: RequestContext,
    request: UpdateRecurringBooking,
    decided: Decided,
  ): Promise<RecurringBooking> {
    const { series, before, after, ground, verdicts, changes, booker, left } = decided;
    const complete = (judged: readonly Verdict[]) => after.conflictPolicy === 'SKIP_CONFLICTS' || allFree(judged);
    if (!complete(verdicts)) throw seriesConflict(await report(tx, ctx, decided, verdicts, new Map()));
    const cancelled = changes.flatMap(cancelledOf);
    const reason = request.reason ?? CHANGED;
    await this.moves.cancelMany(
      tx,
      cancelled.map(({ id }) => id),
      {
        reason,
        by: tx.reach.covers(series.orgId) ? 'municipality' : 'booker',
      },
    );
    const moving = movingOf(changes, left);
    const due = ground ? await this.writing.due(tx, ground, after.attendees, verdicts, moving) : [];
    const freed = [...moving.values()].map(({ id }) => id);
    const lost = ground ? await this.writing.take(tx, ground, due, freed) : new Map();
    const judged = afterRace(verdicts, due, lost, ctx.locale);
    // Who has given back the old time must have the new one: there is no way to stay any more.
    if (!complete(judged) || freed.some((id) => lost.has(id)))
      throw seriesConflict(await report(tx, ctx, decided, judged, new Map()));
    const written = due.filter(({ id }) => !lost.has(id));
    await this.write(tx, ctx, decided, judged, written, reason);
    const placed = written.filter(({ moved }) => moved === null);
    const eventId = this.tell(tx, decided, written, judged, reason);
    if (ground) {
      const event = written.some(({ status, moved }) => status !== 'confirmed' && moved?.status === 'confirmed')
        ? 'bookings.requested'
        : 'bookings.rescheduled';
      await this.writing.finish(tx, ctx, { ground, booker, due: written, placed: placed.length, eventId, event });
    }
    const occurrences = await report(tx, ctx, decided, judged, new Map(written.map((each) => [each.date, each])));
    const version = versionOf(decided, written, cancelled);
    return answerOf(after, occurrences, { id: before ? after.id : series.id, version, dryRun: false });
  }

  private async write(
    tx: Tx,
    ctx: RequestContext,
    { series, bookings, before, after, ground, changes, changed, left, from }: Decided,
    judged: readonly Verdict[],
    written: readonly Due[],
    reason: string,
  ): Promise<void> {
    const touched = new Set([...written.map(({ id }) => id), ...changes.flatMap(updatedOf).map(({ id }) => id)]);
    const going = bookings.filter((booking) => booking.date >= dateText(from));
    const tried = new Set(judged.map(({ day }) => dateText(day)));
    const remembered = series.skipped.filter(({ date }) => !tried.has(date));
    const failed = judged.filter(({ outcome, day }) => outcome !== 'free' && !movingOf(changes).has(dateText(day)));
    const skipped = (verdicts: readonly Verdict[], later: boolean) =>
      JSON.stringify([
        ...remembered.filter(({ date }) => before === null || date >= dateText(from) === later),
        ...JSON.parse(seriesValues(tx, after, verdicts).skipped),
      ]);
    if (before) {
      const passedOn = going.reduce((sum, { version }) => sum + version, 0);
      const values = { ...seriesValues(tx, before, []), skipped: skipped([], false) };
      await run(tx, UPDATE_SERIES, { ...values, status: 'active', passedOn });
      await run(tx, INSERT_SERIES, { ...seriesValues(tx, after, []), skipped: skipped(failed, true) });
    } else {
      const values = { ...seriesValues(tx, after, []), skipped: skipped(failed, true) };
      await run(tx, UPDATE_SERIES, { ...values, status: 'active', passedOn: 0 });
    }
    const [placed, moved] = [written.filter((each) => !each.moved), written.filter((each) => each.moved)];
    if (ground && placed.length > 0)
      await run(tx, PLACE_OCCURRENCES, {
        ...occurrenceValues(tx, after, ground, placed),
        ...UNTOLD,
        userId: series.userId,
        onBehalfOfOrgId: series.onBehalfOfOrgId,
        termsVersion: ground.termsVersion,
        ip: ctx.ip,
        userAgent: ctx.userAgent,
      });
    if (ground && moved.length > 0)
      await run(tx, MOVE_OCCURRENCES, {
        ...occurrenceValues(tx, after, ground, moved),
        ...UNTOLD,
        actorKind: tx.origin.actor.kind,
        versions: moved.map((each) => (each.moved as OccurrenceRow).version),
        from: moved.map((each) => (each.moved as OccurrenceRow).status),
        details: moved.map((each) => JSON.stringify({ series: after.id, reason, ...differences(each) })),
      });
    const updated = changes.flatMap(updatedOf);
    if (updated.length > 0)
      await run(tx, UPDATE_OCCURRENCES, {
        tenantId: tx.tenantId,
        actorId: tx.actorId,
        actorKind: tx.origin.actor.kind,
        seriesId: after.id,
        ids: updated.map(({ id }) => id),
        details: updated.map((booking) =>
          JSON.stringify(
            Object.fromEntries(changed.map((name) => [name, { from: booking[name], to: describedBy(after, name) }])),
          ),
        ),
        attendees: after.attendees,
        purpose: after.purpose,
        publicTitle: after.publicTitle,
      });
    const adopted = before ? going.filter(({ id }) => !touched.has(id)).map(({ id }) => id) : [];
    if (adopted.length > 0) await tx.query(ADOPT_OCCURRENCES, [tx.tenantId, adopted, after.id]);
    if (left.size > 0) await tx.query(MARK_OVERRIDDEN, [tx.tenantId, [...left]]);
  }

  private tell(
    tx: Tx,
    { series, before, after, changes, changed }: Decided,
    written: readonly Due[],
    judged: readonly Verdict[],
    reason: string,
  ): string {
    let eventId = this.writing.tellPlaced(
      tx,
      after,
      written.filter(({ moved }) => moved === null),
    );
    for (const each of written) {
      if (!each.moved) continue;
      const was = each.moved;
      eventId = tx.emit(bookingRescheduled, {
        id: each.id,
        version: was.version + 1,
        data: {
          ...factOf(tellableOf(after, each)),
          reason,
          previousStartsAt: was.startsAt.toISOString(),
          previousEndsAt: was.endsAt.toISOString(),
          previousZoneId: was.zoneId,
          previousQuantity: was.quantity,
          previousTotalAmount: was.total,
        },
      });
    }
    for (const booking of changes.flatMap(updatedOf))
      tx.emit(bookingUpdated, {
        id: booking.id,
        version: booking.version + 1,
        data: { ...factOf(booking), changed: [...changed] },
      });
    const bookingIds = [
      ...written.map(({ id }) => id),
      ...changes.flatMap((change) => [...updatedOf(change), ...cancelledOf(change)].map(({ id }) => id)),
    ];
    const skippedDates = judged.filter(({ outcome }) => outcome !== 'free').map(({ day }) => dateText(day));
    const action = 'digilist.recurring-booking.update';
    const old = before ?? after;
    this.writing.tellSeries(tx, recurringBookingChanged, action, old, series.revision + 1, {
      bookingIds,
      skippedDates,
      reason,
    });
    if (before)
      this.writing.tellSeries(tx, recurringBookingCreated, 'digilist.recurring-booking.continue', after, 1, {
        bookingIds,
        skippedDates,
        reason,
      });
    return eventId;
  }
}

const cancelledOf = (change: Change): OccurrenceRow[] => (change.kind === 'cancel' ? [change.booking] : []);
const updatedOf = (change: Change): OccurrenceRow[] => (change.kind === 'update' ? [change.booking] : []);
const describedBy = (after: Kept, name: Updatable): unknown =>
  name === 'showInPublicCalendar' ? after.publicTitle !== null : after[name];

const movingOf = (changes: readonly Change[], left: ReadonlySet<string> = new Set()): Map<string, OccurrenceRow> =>
  new Map(
    changes.flatMap((change) =>
      change.kind === 'move' && !left.has(change.booking.id) ? [[change.booking.date, change.booking] as const] : [],
    ),
  );

/** A booking that stays is not taken anew, even where its new time has become free meanwhile. */
const keeping = (verdicts: readonly Verdict[], moving: ReadonlyMap<string, OccurrenceRow>, left: ReadonlySet<string>) =>
  verdicts.map((verdict) => {
    const booking = moving.get(dateText(verdict.day));
    return booking && left.has(booking.id) ? { ...verdict, order: null } : verdict;
  });

function differences({ order, moved }: Due): Record<string, { from: unknown; to: unknown }> {
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
function draftOf(
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
async function report(
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
function versionOf(
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
