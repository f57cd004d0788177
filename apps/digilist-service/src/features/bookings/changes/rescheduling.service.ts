import {
  type Booking,
  bookingRescheduled,
  type RescheduleBooking,
  type TimeWanted,
  ZONE_UNKNOWN,
} from '@digilist/contracts';
import { Refusal, STALE_VERSION, VALIDATION_FAILED } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { run } from '../../../database/named-statement.js';
import { requireBehalf, requireUnrestricted } from '../../../platform/index.js';
import { dateOf, requirePlace } from '../../listings/index.js';
import { type Notice, NotificationsService } from '../../notifications/index.js';
import { Settlements } from '../../payments/index.js';
import { withUsedDiscount } from '../../pricing/index.js';
import { type RuledBooker, requireQuotas } from '../../rules/index.js';
import { factOf, tellExpired } from '../booking-facts.js';
import { BookingMoves, noticeOf } from '../booking-moves.js';
import { readBooking } from '../bookings.queries.js';
import type { LockedBooking } from '../bookings.sql.js';
import { Conflicts } from '../conflicts.js';
import { Decisions } from '../decisions.js';
import { holds, obstacleToChange } from '../domain/lifecycle.js';
import type { Order, Wish } from '../domain/order.js';
import { requireBookersNotice, requireNoObstacle } from '../obstacles.js';
import { orderValues } from '../order-values.js';
import { takeOrder } from '../ordering.js';
import { type Change, changeOf } from './change.js';
import { RESCHEDULE_BOOKING, type RescheduleBookingRow, type Rescheduled } from './reschedule.sql.js';

/** Moves a booking as a whole: to another time, another zone, another quantity. It keeps what it has until it has the new. */
@Injectable()
export class ReschedulingService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly moves: BookingMoves,
    private readonly decisions: Decisions,
    private readonly conflicts: Conflicts,
    private readonly notifications: NotificationsService,
    private readonly settlements: Settlements,
  ) {}

  reschedule(ctx: RequestContext, request: RescheduleBooking): Promise<Booking> {
    return this.work.run(ctx, async (tx) => {
      const booking = await this.moves.lockReachable(tx, ctx, request.id);
      const asStaff = tx.reach.covers(booking.orgId);
      requireNoObstacle(obstacleToChange(booking, tx.now, asStaff), booking);
      await requireUnrestricted(tx, booking.userId);
      const { listingId, discountCode } = booking;
      const place =
        booking.status === 'draft'
          ? await requirePlace(tx, listingId, discountCode)
          : await withUsedDiscount(tx, await requirePlace(tx, listingId), discountCode);
      if (!asStaff) requireBookersNotice(place.listing, 'change', booking, tx.now, ctx.locale);
      const behalf = await requireBehalf(tx, booking.userId, booking.onBehalfOfOrgId);
      const booker = { userId: booking.userId, behalf };
      const wish = wishOf(booking, request);
      const order = await takeOrder(tx, wish, place, booker, ctx.locale, {
        except: [booking.id],
        // What goes on from where it began keeps to the notice of its day: staff may extend or cut short what is running.
        ...(asStaff && { begun: { at: booking.startsAt, asOf: booking.createdAt } }),
      });
      await this.move(tx, ctx, booking, order, booker, request.reason ?? null);
      return readBooking(tx, booking.id, userOf(ctx).userId);
    });
  }

  private async move(
    tx: Tx,
    ctx: RequestContext,
    booking: LockedBooking,
    order: Order,
    booker: RuledBooker,
    reason: string | null,
  ): Promise<void> {
    const total = order.price.total.amount;
    await this.settlements.changed(tx, [{ booking, total }]);
    const change = await changeOf(tx, this.decisions, booking, { ...order, total, attendees: booking.attendees });
    const eventId = tell(tx, booking, order, change, reason);
    const moved = await this.write(tx, booking, order, change, reason);
    tellExpired(tx, moved.expired ?? []);
    if (change.status === 'draft') return;
    await requireQuotas(tx, order.listing, booker, [order], ctx.locale);
    const [startsAt, endsAt] = [dateOf(order.from), dateOf(order.until)];
    const zoneName = order.zone.implicit ? null : order.zone.name;
    const told: Notice = {
      event: change.goesToQueue ? 'booking.requested' : 'booking.rescheduled',
      eventId,
      recipientId: booking.userId,
      ...noticeOf({ ...booking, zoneName, startsAt, endsAt, total }),
      before: { startsAt: booking.startsAt, endsAt: booking.endsAt },
      reason,
    };
    const asked = change.goesToQueue ? await this.decisions.toldOf(tx, told, { ...change, orgId: booking.orgId }) : [];
    await this.notifications.notifyAll(tx, [told, ...asked]);
  }

  private async write(
    tx: Tx,
    booking: LockedBooking,
    order: Order,
    { status, expiresAt, approval, queue }: Change,
    reason: string | null,
  ): Promise<Rescheduled> {
    const outbox = tx.takeOutbox();
    const [moved] = await run<Rescheduled, RescheduleBookingRow>(tx, RESCHEDULE_BOOKING, {
      tenantId: tx.tenantId,
      actorId: tx.actorId,
      actorKind: tx.origin.actor.kind,
      id: booking.id,
      version: booking.version,
      from: booking.status,
      ...orderValues(order),
      status,
      holds: holds(status),
      approval: JSON.stringify(approval),
      expiresAt,
      ...queue,
      reason,
      detail: JSON.stringify(differences(booking, order)),
      messageIds: outbox.ids,
      messageSubjects: outbox.subjects,
      messagePayloads: outbox.payloads,
    });
    if (!moved) throw new Error('moving a booking answered nothing');
    if (moved.outcome === 'occupied' || moved.outcome === 'stock')
      throw await this.conflicts.refusal(tx, order, moved.outcome, moved.atoms ?? []);
    // Somebody divided the listing, or closed it, after it was read; the booking itself is locked.
    if (moved.version === null)
      throw new Refusal(ZONE_UNKNOWN, { detail: 'The listing was changed meanwhile. Look again.' });
    if (moved.version !== booking.version + 1) throw new Refusal(STALE_VERSION);
    return moved;
  }
}

/** Puts the fact and its audit record where the writing statement takes them along. Answers the event's id. */
function tell(tx: Tx, booking: LockedBooking, order: Order, { status }: Change, reason: string | null): string {
  tx.audit({
    action: 'digilist.booking.reschedule',
    entity: { type: 'booking', id: booking.id },
    orgId: booking.orgId,
    changes: { from: booking.status, to: status, ...differences(booking, order) },
    ...(reason !== null && { reason }),
  });
  const now = {
    ...booking,
    status,
    zoneId: order.zone.id,
    startsAt: dateOf(order.from),
    endsAt: dateOf(order.until),
    quantity: order.quantity,
    total: order.price.total.amount,
    currency: order.price.total.currency,
  };
  return tx.emit(bookingRescheduled, {
    id: booking.id,
    version: booking.version + 1,
    data: {
      ...factOf(now),
      reason,
      previousStartsAt: booking.startsAt.toISOString(),
      previousEndsAt: booking.endsAt.toISOString(),
      previousZoneId: booking.zoneId,
      previousQuantity: booking.quantity,
      previousTotalAmount: booking.total,
    },
  });
}

/** Each property that became another one, before and after. */
function differences(booking: LockedBooking, order: Order): Record<string, { from: unknown; to: unknown }> {
  const before = {
    startsAt: booking.startsAt.toISOString(),
    endsAt: booking.endsAt.toISOString(),
    zoneId: booking.zoneId,
    quantity: booking.quantity,
    total: booking.total,
  };
  const after = {
    startsAt: dateOf(order.from).toISOString(),
    endsAt: dateOf(order.until).toISOString(),
    zoneId: order.zone.id,
    quantity: order.quantity,
    total: order.price.total.amount,
  };
  const names = Object.keys(before) as (keyof typeof before)[];
  return Object.fromEntries(
    names.filter((name) => before[name] !== after[name]).map((name) => [name, { from: before[name], to: after[name] }]),
  );
}

/**
 * What the booking is to be: as it is, but for what is asked for.
 * @throws Refusal VALIDATION_FAILED when nothing is asked for
 */
function wishOf(booking: LockedBooking, request: RescheduleBooking): Wish & TimeWanted {
  const {
    startsAt,
    endsAt,
    localStartsAt,
    localEndsAt,
    zoneId = booking.zoneId,
    quantity = booking.quantity,
  } = request;
  const time = { startsAt, endsAt, localStartsAt, localEndsAt };
  const timed = Object.values(time).some((value) => value !== undefined);
  if (!timed && request.zoneId === undefined && request.quantity === undefined) {
    const message = 'Say what is to change: a time, a zone or a quantity.';
    throw new Refusal(VALIDATION_FAILED, { errors: [{ path: 'startsAt', code: 'REQUIRED', message }] });
  }
  const { pricingGroup, addOns, discountCode } = booking;
  return {
    ...(timed ? time : { startsAt: booking.startsAt.toISOString(), endsAt: booking.endsAt.toISOString() }),
    zoneId,
    quantity,
    pricingGroup,
    addOns,
    ...(discountCode !== null && { discountCode }),
    // The terms were accepted when it was booked.
    draft: true,
  };
}
