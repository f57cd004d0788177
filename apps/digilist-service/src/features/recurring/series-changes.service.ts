import {
  bookingRescheduled,
  bookingUpdated,
  type RecurringBooking,
  recurringBookingChanged,
  recurringBookingCreated,
  type UpdateRecurringBooking,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import type { RequestContext, Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { run } from '../../database/named-statement.js';
import { requireBehalf, requireUnrestricted, Usage } from '../../platform/index.js';
import { BookingMoves, factOf, groundOf } from '../bookings/index.js';
import { dateText, type Place, readPlace, requireBookable } from '../listings/index.js';
import { Settlements } from '../payments/index.js';
import { withUsedDiscount } from '../pricing/index.js';
import { answerOf } from './answers.js';
import { BusyTimes } from './domain/busy-times.js';
import { judge, type Verdict } from './domain/plan.js';
import {
  ADOPT_OCCURRENCES,
  MARK_OVERRIDDEN,
  MOVE_OCCURRENCES,
  PLACE_OCCURRENCES,
  UPDATE_OCCURRENCES,
} from './occurrences.sql.js';
import { allFree, look, seriesConflict } from './planning.js';
import { RecurringService, requireClock, wishOf } from './recurring.service.js';
import { INSERT_SERIES, type OccurrenceRow, UPDATE_SERIES } from './recurring.sql.js';
import {
  cancelledOf,
  type Decided,
  type Draft,
  describedBy,
  differences,
  draftOf,
  keeping,
  movingOf,
  report,
  updatedOf,
  versionOf,
} from './series-draft.js';
import { type Due, occurrenceValues, seriesValues, UNTOLD } from './series-values.js';
import { afterRace, SeriesWriting, tellableOf } from './writing.js';

const CHANGED = 'Serien er endret.';

/** Changes a series from a date on: first a plan, then, unless it was only asked for, all of it at once. */
@Injectable()
export class SeriesChangesService {
  constructor(
    private readonly usage: Usage,
    private readonly recurring: RecurringService,
    private readonly writing: SeriesWriting,
    private readonly moves: BookingMoves,
    private readonly settlements: Settlements,
  ) {}

  update(ctx: RequestContext, request: UpdateRecurringBooking): Promise<RecurringBooking> {
    requireClock(request.startsTime);
    return this.usage.run(ctx, async (tx) => {
      const { series, bookings } = await this.recurring.locked(tx, ctx, request.id);
      const place = await readPlace(tx, series.listingId);
      if (!place) throw new Refusal(NOT_FOUND);
      const draft = draftOf(tx, ctx, request, series, bookings, place);
      const decided = await this.decide(tx, ctx, request, draft, place);
      const { after, before } = decided;
      if (request.dryRun) {
        const occurrences = await report(tx, ctx, decided, decided.verdicts, new Map());
        return answerOf(after, occurrences, { id: before ? null : series.id, version: null, dryRun: true });
      }
      return this.commit(tx, ctx, request, decided);
    });
  }

  private async decide(
    tx: Tx,
    ctx: RequestContext,
    request: UpdateRecurringBooking,
    draft: Draft,
    place: Place,
  ): Promise<Decided> {
    const { series, changes, after } = draft;
    const days = changes.flatMap((change) => (change.kind === 'place' || change.kind === 'move' ? [change.day] : []));
    const behalf = await requireBehalf(tx, series.userId, series.onBehalfOfOrgId);
    const booker = { userId: series.userId, behalf };
    if (days.length === 0) return { ...draft, ground: null, booker, verdicts: [], left: new Set() };
    await requireUnrestricted(tx, series.userId);
    await requireBookable(tx, place);
    const ground = groundOf(
      wishOf({ ...series, zoneId: after.zoneId, quantity: after.quantity }, request.termsVersion),
      await withUsedDiscount(tx, place, series.discountCode),
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
    await this.settlements.changed(
      tx,
      written.flatMap(({ moved, order }) =>
        moved === null ? [] : [{ booking: moved, total: order.price.total.amount }],
      ),
    );
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
