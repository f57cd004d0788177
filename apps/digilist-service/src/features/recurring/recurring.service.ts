import {
  type AddOccurrence,
  type CancelRecurringBooking,
  type CreateRecurringBooking,
  DISCOUNT_CODE_NOT_FOR_SERIES,
  INVALID_STATE,
  OCCURRENCE_EXISTS,
  OCCURRENCE_PASSED,
  type Occurrence,
  type RecurringBooking,
  recurringBookingCancelled,
  recurringBookingChanged,
  recurringBookingCreated,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal, STALE_VERSION, VALIDATION_FAILED } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { run } from '../../database/named-statement.js';
import { requireBehalf, requireUnrestricted, Usage } from '../../platform/index.js';
import { BookingMoves, groundOf, holds, reaches } from '../bookings/index.js';
import { dateText, dayOf, minuteFloor, readPlace, requirePlace } from '../listings/index.js';
import { type Counted, requireCounted, withUsedDiscount } from '../pricing/index.js';
import { checkNotice, fieldErrorOf } from '../rules/index.js';
import { answerOf, counts, occurrencesOf, plannedOccurrence, stampOf } from './answers.js';
import { seriesDays, splitAt } from './domain/dates.js';
import { timedDay, type Verdict } from './domain/plan.js';
import { endedPattern, endOf, patternOf, patternTerms, withDay } from './domain/series.js';
import { CREATE_SERIES, PLACE_OCCURRENCES, type PlaceOccurrences } from './occurrences.sql.js';
import { allFree, alternativesFor, plan, seriesConflict } from './planning.js';
import {
  LOCK_OCCURRENCES,
  LOCK_SERIES,
  type OccurrenceRow,
  type SeriesRow,
  UPDATE_SERIES,
  type WriteSeries,
} from './recurring.sql.js';
import { type Kept, messagesOf, occurrenceValues, seriesValues } from './series-values.js';
import { afterRace, SeriesWriting } from './writing.js';

@Injectable()
export class RecurringService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly usage: Usage,
    private readonly writing: SeriesWriting,
    private readonly moves: BookingMoves,
  ) {}

  create(ctx: RequestContext, request: CreateRecurringBooking): Promise<RecurringBooking> {
    requireClock(request.startsTime);
    return this.usage.run(ctx, async (tx) => {
      const { userId } = userOf(ctx);
      const [place] = await Promise.all([
        requirePlace(tx, request.listingId, request.discountCode ?? null),
        requireUnrestricted(tx, userId),
      ]);
      // The same amount off each date would be a multiple of it, and off one of them nobody's.
      if (place.discount?.kind === 'fixed') throw new Refusal(DISCOUNT_CODE_NOT_FOR_SERIES);
      const behalf = await requireBehalf(tx, userId, request.onBehalfOfOrgId ?? null);
      const booker = { userId, behalf };
      const { listing } = place;
      const ground = groundOf(request, place, behalf);
      const { startsTime, endsTime, exceptDates = [], extraDates = [], rule, firstDate } = request;
      const written = { rule, firstDate, startsTime, exceptDates, extraDates, timezone: listing.timezone };
      const pattern = endedPattern(written, listing, minuteFloor(tx.now));
      const days = seriesDays(pattern).map((day) => timedDay(day, request, listing, ctx.locale));
      const series: Kept = {
        id: uuidv7(),
        status: 'active',
        continues: null,
        listingId: listing.id,
        zoneId: ground.zone.id,
        orgId: listing.orgId,
        userId,
        onBehalfOfOrgId: behalf?.orgId ?? null,
        ...patternTerms(pattern),
        startsTime,
        endsTime,
        timezone: listing.timezone,
        conflictPolicy: request.conflictPolicy ?? 'ALL_OR_NOTHING',
        quantity: ground.quantity,
        attendees: request.attendees ?? null,
        purpose: request.purpose ?? null,
        publicTitle: request.publicTitle ?? null,
        pricingGroup: ground.pricingGroup,
        discountCode: request.discountCode ?? null,
        addOns: request.addOns ?? [],
        termsVersion: ground.termsVersion,
        endsAt: endOf(days, listing.timezone),
      };
      const verdicts = await plan(tx, { ground, booker, days, given: [], locale: ctx.locale });
      const report = async (judged: readonly Verdict[]) => {
        const alternatives = await alternativesFor(tx, ground, judged, []);
        return judged.map((verdict) => plannedOccurrence(verdict, alternatives, verdict.order ? 'place' : null));
      };
      if (request.dryRun) return answerOf(series, await report(verdicts), { id: null, version: null, dryRun: true });

      const due = await this.writing.due(tx, ground, series.attendees, verdicts);
      const mayPlace = due.length > 0 && (series.conflictPolicy === 'SKIP_CONFLICTS' || allFree(verdicts));
      const lost = mayPlace ? await this.writing.take(tx, ground, due, []) : new Map();
      const judged = afterRace(verdicts, due, lost, ctx.locale);
      const placed = due.filter(({ id }) => !lost.has(id));
      const complete = series.conflictPolicy === 'SKIP_CONFLICTS' || allFree(judged);
      if (!mayPlace || !complete || placed.length === 0) throw seriesConflict(await report(judged));

      const eventId = this.writing.tellPlaced(tx, series, placed);
      this.writing.tellSeries(tx, recurringBookingCreated, 'digilist.recurring-booking.create', series, 1, {
        bookingIds: placed.map(({ id }) => id),
        skippedDates: judged.filter(({ outcome }) => outcome !== 'free').map(({ day }) => dateText(day)),
      });
      const [used] = await run<Counted, WriteSeries & PlaceOccurrences>(tx, CREATE_SERIES, {
        ...seriesValues(tx, series, judged),
        ...occurrenceValues(tx, series, ground, placed),
        ...messagesOf(tx),
        ip: ctx.ip,
        userAgent: ctx.userAgent,
        userId,
        onBehalfOfOrgId: series.onBehalfOfOrgId,
        termsVersion: ground.termsVersion,
      });
      if (series.discountCode !== null) await requireCounted(tx, series.discountCode, userId, used as Counted);
      const event = placed.every(({ status }) => status === 'confirmed') ? 'bookings.confirmed' : 'bookings.requested';
      await this.writing.finish(tx, ctx, { ground, booker, due: placed, placed: placed.length, eventId, event });
      const bookings = new Map(placed.map((each) => [each.date, each]));
      const occurrences = (await report(judged)).map((each): Occurrence => {
        const booking = bookings.get(each.date);
        return booking ? { ...each, outcome: 'placed', bookingId: booking.id, bookingStatus: booking.status } : each;
      });
      return answerOf(series, occurrences, { id: series.id, version: 1 + placed.length, dryRun: false });
    });
  }

  /** One more date of a series, or one that is back. */
  add(ctx: RequestContext, request: AddOccurrence): Promise<RecurringBooking> {
    return this.usage.run(ctx, async (tx) => {
      const { series, bookings } = await this.locked(tx, ctx, request.id);
      const { date } = request;
      if (bookings.some((booking) => booking.date === date && counts(booking)))
        throw new Refusal(OCCURRENCE_EXISTS, { details: { date } });
      const place = await withUsedDiscount(tx, await requirePlace(tx, series.listingId), series.discountCode);
      await requireUnrestricted(tx, series.userId);
      const behalf = await requireBehalf(tx, series.userId, series.onBehalfOfOrgId);
      const booker = { userId: series.userId, behalf };
      const ground = groundOf(wishOf(series, request.termsVersion), place, behalf);
      const pattern = withDay(patternOf(series), dayOf(date));
      const day = timedDay({ day: dayOf(date), excepted: false }, series, place.listing, ctx.locale);
      const [verdict] = await plan(tx, { ground, booker, days: [day], given: [], locale: ctx.locale });
      const verdicts = verdict ? [verdict] : [];
      const terms = patternTerms(pattern);
      const endsAt = new Date(Math.max(series.endsAt.getTime(), endOf([day], series.timezone).getTime()));
      const kept: Kept = { ...series, ...terms, endsAt, termsVersion: ground.termsVersion };
      const others = occurrencesOf(series, bookings, ctx.locale).filter((each) => each.date !== date);
      const report = async (judged: readonly Verdict[]) => {
        const alternatives = await alternativesFor(tx, ground, judged, []);
        const added = judged.map((each) => plannedOccurrence(each, alternatives, each.order ? 'place' : null));
        return [...others, ...added].sort((a, b) => (a.date < b.date ? -1 : 1));
      };
      if (request.dryRun) return answerOf(kept, await report(verdicts), { id: series.id, version: null, dryRun: true });

      const due = await this.writing.due(tx, ground, series.attendees, verdicts);
      const lost = await this.writing.take(tx, ground, due, []);
      const judged = afterRace(verdicts, due, lost, ctx.locale);
      if (!allFree(judged)) throw seriesConflict((await report(judged)).filter((each) => each.date === date));
      const eventId = this.writing.tellPlaced(tx, kept, due);
      this.writing.tellSeries(
        tx,
        recurringBookingChanged,
        'digilist.recurring-booking.add',
        kept,
        series.revision + 1,
        {
          bookingIds: due.map(({ id }) => id),
          skippedDates: series.skipped.map((each) => each.date).filter((each) => each !== date),
        },
      );
      await run(tx, UPDATE_SERIES, {
        ...seriesValues(tx, kept, []),
        skipped: JSON.stringify(series.skipped.filter((each) => each.date !== date)),
        status: 'active',
        passedOn: 0,
      });
      await run(tx, PLACE_OCCURRENCES, {
        ...occurrenceValues(tx, kept, ground, due),
        ...messagesOf(tx),
        userId: series.userId,
        onBehalfOfOrgId: series.onBehalfOfOrgId,
        termsVersion: ground.termsVersion,
        ip: ctx.ip,
        userAgent: ctx.userAgent,
      });
      const event = due.every(({ status }) => status === 'confirmed') ? 'bookings.confirmed' : 'bookings.requested';
      await this.writing.finish(tx, ctx, { ground, booker, due, placed: due.length, eventId, event });
      const occurrences = (await report(judged)).map((each): Occurrence => {
        const booking = due.find((one) => one.date === each.date);
        return booking ? { ...each, outcome: 'placed', bookingId: booking.id, bookingStatus: booking.status } : each;
      });
      const version = stampOf({ ...series, revision: series.revision + 1 }, [
        ...bookings,
        ...due.map(() => ({ version: 1 })),
      ]);
      return answerOf(kept, occurrences, { id: series.id, version, dryRun: false });
    });
  }

  cancel(ctx: RequestContext, request: CancelRecurringBooking): Promise<RecurringBooking> {
    return this.work.run(ctx, async (tx) => {
      const { series, bookings } = await this.locked(tx, ctx, request.id);
      const asStaff = tx.reach.covers(series.orgId);
      const place = asStaff ? null : await readPlace(tx, series.listingId);
      const now = minuteFloor(tx.now);
      const meant = bookings.filter(
        (booking) =>
          holds(booking.status) &&
          booking.startsAt > tx.now &&
          booking.date >= (request.from ?? '') &&
          (request.includeOverridden || !booking.overridden),
      );
      const notice = (booking: OccurrenceRow) =>
        place && booking.status === 'confirmed'
          ? checkNotice(place.listing, 'cancel', minuteFloor(booking.startsAt), now)
          : null;
      const gone = new Set(meant.filter((booking) => notice(booking) === null).map(({ id }) => id));
      const { kept, status } = shortened(series, bookings, request.from ?? null, ctx.locale);
      if (gone.size === 0 && kept.lastDate === series.lastDate) throw new Refusal(OCCURRENCE_PASSED);
      const report = (after: (booking: OccurrenceRow) => OccurrenceRow) =>
        occurrencesOf(
          { ...series, ...kept, status, skipped: series.skipped.filter(({ date }) => date <= kept.lastDate) },
          bookings.map(after),
          ctx.locale,
        ).map((each): Occurrence => {
          const booking = bookings.find(({ id }) => id === each.bookingId);
          if (!booking || !meant.includes(booking)) return each;
          const violation = notice(booking);
          if (!violation) return { ...each, change: 'cancel' };
          const { code, message } = fieldErrorOf(violation, series.timezone, ctx.locale);
          const reason = { code: 'RULE_VIOLATION', rule: code, message, details: { ...violation.values } };
          return { ...each, change: 'keep', reasons: [reason] };
        });
      const told = { ...kept, status, id: series.id };
      if (request.dryRun)
        return answerOf(
          told,
          report((booking) => booking),
          { id: series.id, version: null, dryRun: true },
        );
      await this.moves.cancelMany(tx, [...gone], { reason: request.reason, by: asStaff ? 'municipality' : 'booker' });
      this.writing.tellSeries(
        tx,
        recurringBookingCancelled,
        'digilist.recurring-booking.cancel',
        told,
        series.revision + 1,
        {
          bookingIds: [...gone],
          skippedDates: series.skipped.map(({ date }) => date),
          reason: request.reason,
        },
      );
      await run(tx, UPDATE_SERIES, {
        ...seriesValues(tx, told, []),
        skipped: JSON.stringify(series.skipped.filter(({ date }) => date <= kept.lastDate)),
        status,
        passedOn: 0,
      });
      const after = (booking: OccurrenceRow): OccurrenceRow =>
        gone.has(booking.id) ? { ...booking, status: 'cancelled', version: booking.version + 1 } : booking;
      const version = stampOf({ ...series, revision: series.revision + 1 }, bookings.map(after));
      return answerOf(told, report(after), { id: series.id, version, dryRun: false });
    });
  }

  /**
   * A series with all its bookings, kept from changing until the commit.
   * @throws Refusal NOT_FOUND, STALE_VERSION, INVALID_STATE when it was cancelled
   */
  async locked(tx: Tx, ctx: RequestContext, id: string): Promise<{ series: SeriesRow; bookings: OccurrenceRow[] }> {
    const [series] = await tx.query<SeriesRow>(LOCK_SERIES, [tx.tenantId, id]);
    if (!series || !reaches(tx.reach, series, userOf(ctx).userId)) throw new Refusal(NOT_FOUND);
    const bookings = await tx.query<OccurrenceRow>(LOCK_OCCURRENCES, [tx.tenantId, id]);
    if (ctx.ifMatch !== null && ctx.ifMatch !== stampOf(series, bookings)) throw new Refusal(STALE_VERSION);
    if (series.status === 'cancelled') throw new Refusal(INVALID_STATE, { details: { status: series.status } });
    return { series, bookings };
  }
}

/** A day begins at 00:00; 24:00 only ends one. @throws Refusal VALIDATION_FAILED */
export function requireClock(startsTime: string | undefined): void {
  if (startsTime !== '24:00') return;
  const message = 'startsTime is 00:00 to 23:59; write 00:00 of the next day.';
  throw new Refusal(VALIDATION_FAILED, { errors: [{ path: 'startsTime', code: 'OUT_OF_RANGE', message }] });
}

/** What each booking of a series asks for. */
export const wishOf = (
  {
    zoneId,
    quantity,
    pricingGroup,
    discountCode,
    addOns,
    termsVersion,
  }: Pick<SeriesRow, 'zoneId' | 'quantity' | 'pricingGroup' | 'discountCode' | 'addOns' | 'termsVersion'>,
  accepted: string | undefined,
) => {
  const terms = accepted ?? termsVersion;
  return {
    zoneId,
    quantity,
    pricingGroup,
    ...(discountCode !== null && { discountCode }),
    addOns,
    ...(terms !== null && { termsVersion: terms }),
  };
};

/** What is left of a series of which all is called off from a date on: what came before, or nothing. */
function shortened(
  series: SeriesRow,
  bookings: readonly OccurrenceRow[],
  from: string | null,
  locale: RequestContext['locale'],
): { kept: SeriesRow; status: 'active' | 'cancelled' } {
  if (from === null || !bookings.some((booking) => counts(booking) && booking.date < from))
    return { kept: series, status: 'cancelled' };
  const pattern = patternOf(series);
  // What was changed by itself may stand on a date that the series has left out since.
  if (seriesDays(pattern).every(({ day, excepted }) => excepted || day >= dayOf(from)))
    return { kept: series, status: 'cancelled' };
  const { before } = splitAt(pattern, dayOf(from));
  const days = seriesDays(before).map((day) => timedDay(day, series, series, locale));
  return { kept: { ...series, ...patternTerms(before), endsAt: endOf(days, series.timezone) }, status: 'active' };
}
