import {
  type BookingApproval,
  bookingConfirmed,
  bookingRequested,
  type NotificationEvent,
  type RecurringBookingFact,
  ZONE_UNKNOWN,
} from '@digilist/contracts';
import { type EventType, Refusal } from '@kit/contracts';
import type { RequestContext, Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { run } from '../../database/named-statement.js';
import { Usage } from '../../platform/index.js';
import {
  Decisions,
  type Expired,
  factOf,
  type Ground,
  holdUntil,
  NOBODY_DECIDES,
  noticeOf,
  type Opinion,
  type Order,
  orderValues,
  statusOnChange,
  statusOnSubmit,
  type Tellable,
  tellExpired,
} from '../bookings/index.js';
import { dateOf, dateText, isoOf } from '../listings/index.js';
import { type Notice, NotificationsService } from '../notifications/index.js';
import { type RuledBooker, requireQuotas } from '../rules/index.js';
import { conflict, type Verdict } from './domain/plan.js';
import { LET_EXPIRE, type OccurrenceRow, TAKE_DAYS, type TakeDays, type TakenDay } from './recurring.sql.js';
import type { Due, Kept } from './series-values.js';

const METER = 'digilist.bookings';

/** Takes the times of many bookings at once, and writes and tells what there is to write and tell of them. */
@Injectable()
export class SeriesWriting {
  constructor(
    private readonly decisions: Decisions,
    private readonly usage: Usage,
    private readonly notifications: NotificationsService,
  ) {}

  /**
   * What becomes of the days that are free: who has to decide, and the status that follows.
   * @param moving bookings that are there already, by their date
   */
  async due(
    tx: Tx,
    { listing }: Ground,
    attendees: number | null,
    verdicts: readonly Verdict[],
    moving: ReadonlyMap<string, OccurrenceRow> = new Map(),
  ): Promise<Due[]> {
    const free = verdicts.flatMap(({ day, order }) => (order ? [{ date: dateText(day), order }] : []));
    const opinions = await this.decisions.aboutAll(
      tx,
      listing,
      free.map(({ order }) => ({ ...order, total: order.price.total.amount, attendees, recurring: true })),
    );
    return free.map(({ date, order }, at): Due => {
      const { approval, queueAs } = opinions[at] as Opinion;
      const moved = moving.get(date) ?? null;
      const { paymentPolicy } = moved ?? listing;
      const standing = { paymentPolicy, needsApproval: approval.required, total: order.price.total.amount };
      const status = moved ? statusOnChange(moved.status, standing) : statusOnSubmit(standing);
      // Who waits for a decision that is not needed any more goes on waiting for it, with the reasons it was asked for.
      if (moved && status === 'awaiting_approval' && !approval.required)
        return {
          id: moved.id,
          date,
          order,
          status,
          expiresAt: moved.expiresAt,
          approval: null,
          queue: NOBODY_DECIDES,
          moved,
        };
      // Nobody holds a time for longer by moving it.
      const expiresAt = status === moved?.status ? moved.expiresAt : holdUntil(status, tx.now);
      return { id: moved?.id ?? uuidv7(), date, order, status, expiresAt, approval, queue: queueAs(status), moved };
    });
  }

  /**
   * Takes all their times in one statement, after giving back what `freed` had. Answers those that somebody else was
   * faster to take.
   * @throws Refusal ZONE_UNKNOWN
   */
  async take(
    tx: Tx,
    { claims }: Ground,
    due: readonly Due[],
    freed: readonly string[],
  ): Promise<Map<string, TakenDay>> {
    const [first] = due;
    if (!first) return new Map();
    const { zoneIds, zoneShapes } = orderValues(first.order);
    const each = due.flatMap((one) => claims.map((claim) => ({ one, claim })));
    const alike = due.every(({ expiresAt }) => expiresAt?.getTime() === first.expiresAt?.getTime());
    const taken = await run<TakenDay, TakeDays>(tx, TAKE_DAYS, {
      tenantId: tx.tenantId,
      actorId: tx.actorId,
      expiresAt: alike ? first.expiresAt : null,
      freedIds: freed,
      zoneIds,
      zoneShapes,
      owners: each.map(({ one }) => one.id),
      atomIds: each.map(({ claim }) => claim.atomId),
      quantities: each.map(({ claim }) => claim.quantity),
      starts: each.map(({ one }) => dateOf(one.order.from)),
      ends: each.map(({ one }) => dateOf(one.order.until)),
      before: each.map(({ claim }) => claim.bufferBeforeMinutes),
      after: each.map(({ claim }) => claim.bufferAfterMinutes),
    });
    tellExpired(
      tx,
      taken.flatMap(({ expired }) => (expired ?? []) as Expired[]),
    );
    // Somebody divided the listing, or closed it, after it was read.
    if (taken.some(({ unchanged }) => !unchanged))
      throw new Refusal(ZONE_UNKNOWN, { detail: 'The listing was changed meanwhile. Look again.' });
    if (!alike) {
      const ending = due.filter(({ expiresAt }) => expiresAt !== null);
      await tx.query(LET_EXPIRE, [tx.tenantId, ending.map(({ id }) => id), ending.map(({ expiresAt }) => expiresAt)]);
    }
    return new Map(taken.filter(({ outcome }) => outcome !== 'taken').map((lost) => [lost.owner, lost]));
  }

  /** Tells of new bookings. Answers what the statement that writes them needs. */
  tellPlaced(tx: Tx, series: Kept, due: readonly Due[]): string {
    let eventId = '';
    for (const each of due) {
      const event = each.status === 'confirmed' ? bookingConfirmed : bookingRequested;
      eventId = tx.emit(event, { id: each.id, version: 1, data: factOf(tellableOf(series, each)) });
    }
    return eventId;
  }

  /** The fact and the audit record of the series itself. */
  tellSeries(
    tx: Tx,
    event: EventType<RecurringBookingFact>,
    action: string,
    series: Kept,
    revision: number,
    told: { bookingIds: readonly string[]; skippedDates: readonly string[]; reason?: string },
  ): void {
    const { id, status, listingId, zoneId, orgId, userId, onBehalfOfOrgId, continues, rule, firstDate, lastDate } =
      series;
    const { bookingIds, skippedDates, reason } = told;
    tx.audit({
      action,
      entity: { type: 'recurring_booking', id },
      orgId,
      changes: { status, rule, firstDate, lastDate, continues, bookingIds, skippedDates },
      ...(reason !== undefined && { reason }),
    });
    tx.emit(event, {
      id,
      version: revision,
      data: {
        recurringBookingId: id,
        status,
        listingId,
        zoneId,
        orgId,
        userId,
        onBehalfOfOrgId,
        continues,
        rule,
        firstDate,
        lastDate,
        skippedDates: [...skippedDates],
        bookingIds: [...bookingIds],
      },
    });
  }

  /**
   * What follows once the rows are there: quotas are counted again, the licence counts new bookings, and the booker hears
   * of everything in one message.
   */
  async finish(
    tx: Tx,
    ctx: RequestContext,
    {
      ground,
      booker,
      due,
      placed,
      eventId,
      event,
    }: {
      ground: Ground;
      booker: RuledBooker;
      /** Placed or moved. */
      due: readonly Due[];
      placed: number;
      eventId: string;
      event: Extract<NotificationEvent, `bookings.${string}`>;
    },
  ): Promise<void> {
    const [first] = due;
    if (!first) return;
    await requireQuotas(
      tx,
      ground.listing,
      booker,
      due.map(({ order }) => order),
      ctx.locale,
    );
    if (placed > 0) await this.usage.consume(tx, METER, placed);
    const times = due.map(({ id, order }) => timeOf(id, ground, order));
    const told: Notice = {
      event: due.length === 1 ? (event.replace('bookings.', 'booking.') as NotificationEvent) : event,
      eventId,
      recipientId: booker.userId,
      ...(times[0] as (typeof times)[number]),
      ...(due.length > 1 && { bookings: times }),
    };
    // Who decides is asked once, however many dates wait.
    const waiting = due.find(
      ({ queue, approval, moved }) =>
        queue.approvalId !== null && approval !== null && moved?.status !== 'awaiting_approval',
    );
    const asked = waiting
      ? await this.decisions.toldOf(tx, told, {
          orgId: ground.listing.orgId,
          approval: waiting.approval as BookingApproval,
          queue: waiting.queue,
        })
      : [];
    await this.notifications.notifyAll(tx, [told, ...asked]);
  }
}

function timeOf(id: string, { listing, zone }: Ground, order: Order) {
  return noticeOf({
    id,
    listingName: listing.name,
    zoneName: zone.implicit ? null : zone.name,
    startsAt: dateOf(order.from),
    endsAt: dateOf(order.until),
    timezone: listing.timezone,
    total: order.price.total.amount,
    currency: order.price.total.currency,
  });
}

export const tellableOf = (series: Kept, { id, status, order }: Due): Tellable => ({
  id,
  status,
  listingId: series.listingId,
  zoneId: order.zone.id,
  orgId: series.orgId,
  userId: series.userId,
  onBehalfOfOrgId: series.onBehalfOfOrgId,
  startsAt: isoOf(order.from),
  endsAt: isoOf(order.until),
  quantity: order.quantity,
  total: order.price.total.amount,
  currency: order.price.total.currency,
});

/** The verdicts once it turned out that somebody was faster. */
export const afterRace = (
  verdicts: readonly Verdict[],
  due: readonly Due[],
  lost: ReadonlyMap<string, TakenDay>,
  locale: RequestContext['locale'],
): Verdict[] => {
  const dates = new Map(due.flatMap(({ id, date }) => (lost.has(id) ? [[date, lost.get(id) as TakenDay]] : [])));
  return verdicts.map((verdict) => {
    const taken = dates.get(dateText(verdict.day));
    if (!taken) return verdict;
    return {
      ...verdict,
      outcome: 'conflict',
      order: null,
      reasons: [conflict(taken.outcome, taken.atoms ?? [], locale)],
    };
  });
};
