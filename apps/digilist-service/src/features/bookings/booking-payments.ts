import { NOT_FOUND, Refusal } from '@kit/contracts';
import { type RequestContext, type Tx, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { run } from '../../database/named-statement.js';
import { readPlace } from '../listings/index.js';
import { type Notice, NotificationsService } from '../notifications/index.js';
import { type AboutBooking, PayableBookings } from '../payments/index.js';
import { BookingMoves, noticeOf } from './booking-moves.js';
import { reaches } from './bookings.queries.js';
import {
  type LockedBooking,
  PROLONG_HOLDS,
  QUEUE_BOOKINGS,
  type QueueBookings,
  READ_BOOKINGS,
} from './bookings.sql.js';
import { Decisions, entryOf, type QueueEntry } from './decisions.js';
import { obstacleToCancel, statusOnPayment } from './domain/lifecycle.js';
import { requireBookersNotice } from './obstacles.js';

/** What money does to bookings. */
@Injectable()
export class BookingPayments extends PayableBookings {
  constructor(
    private readonly moves: BookingMoves,
    private readonly decisions: Decisions,
    private readonly notifications: NotificationsService,
  ) {
    super();
  }

  lockMany(tx: Tx, ids: readonly string[]): Promise<LockedBooking[]> {
    return this.moves.lockMany(tx, ids);
  }

  async read(tx: Tx, ctx: RequestContext, id: string): Promise<LockedBooking> {
    const [booking] = await tx.query<LockedBooking>(READ_BOOKINGS, [tx.tenantId, [id]]);
    if (!booking || !reaches(tx.reach, booking, userOf(ctx).userId)) throw new Refusal(NOT_FOUND);
    return booking;
  }

  async canCancel(tx: Tx, ctx: RequestContext, booking: LockedBooking): Promise<boolean> {
    const asStaff = tx.reach.covers(booking.orgId);
    if (obstacleToCancel(booking, tx.now, asStaff) !== null) return false;
    if (asStaff || booking.status !== 'confirmed') return true;
    const place = await readPlace(tx, booking.listingId);
    try {
      if (place) requireBookersNotice(place.listing, 'cancel', booking, tx.now, ctx.locale);
      return true;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }

  async pay(tx: Tx, bookings: readonly LockedBooking[]): Promise<void> {
    const next = (booking: LockedBooking) =>
      statusOnPayment({ paymentPolicy: booking.paymentPolicy, needsApproval: booking.approval.required });
    const confirmed = bookings.filter((booking) => next(booking) === 'confirmed');
    const undecided = bookings.filter((booking) => next(booking) === 'awaiting_approval');
    await this.moves.paid(tx, confirmed, 'confirmed');
    const eventIds = await this.moves.paid(tx, undecided, 'awaiting_approval');
    await this.queue(tx, undecided, eventIds);
  }

  refunded(tx: Tx, bookings: readonly LockedBooking[]): Promise<void> {
    return this.moves.refunded(tx, bookings);
  }

  async holdUntil(tx: Tx, bookings: readonly LockedBooking[], until: Date): Promise<void> {
    const ids = bookings.map(({ id }) => id);
    await tx.query(PROLONG_HOLDS, [tx.tenantId, ids, until, tx.actorId]);
  }

  notice(booking: LockedBooking): AboutBooking {
    return noticeOf(booking);
  }

  /** By the stages that were found when it was placed. Those who decide are told. */
  private async queue(
    tx: Tx,
    bookings: readonly LockedBooking[],
    eventIds: ReadonlyMap<string, string>,
  ): Promise<void> {
    if (bookings.length === 0) return;
    const queued = bookings.map((booking) => ({ booking, queue: entryOf(tx, booking, booking.approval) }));
    const each = <Value>(pick: (entry: QueueEntry) => Value) => queued.map(({ queue }) => pick(queue));
    await run<Record<string, never>, QueueBookings>(tx, QUEUE_BOOKINGS, {
      tenantId: tx.tenantId,
      actorId: tx.actorId,
      approvalIds: each(({ approvalId }) => approvalId),
      bookingIds: bookings.map(({ id }) => id),
      orgIds: bookings.map(({ orgId }) => orgId),
      workflowIds: each(({ workflowId }) => workflowId),
      levels: each(({ level }) => level),
      priorities: each(({ priority }) => priority),
      reasons: bookings.map(({ approval }) => JSON.stringify(approval.reasons)),
      dueAts: each(({ dueAt }) => dueAt),
    });
    for (const { booking, queue } of queued) {
      const { orgId, approval } = booking;
      const told: Notice = {
        event: 'booking.requested',
        eventId: eventIds.get(booking.id) as string,
        recipientId: booking.userId,
        ...noticeOf(booking),
      };
      await this.notifications.notifyAll(tx, await this.decisions.toldOf(tx, told, { orgId, approval, queue }));
    }
  }
}
