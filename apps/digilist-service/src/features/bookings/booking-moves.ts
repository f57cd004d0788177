import {
  BOOKING_STARTED,
  type BookingFact,
  type BookingStatus,
  bookingApproved,
  bookingCancelled,
  bookingExpired,
  bookingRejected,
  INVALID_STATE,
  type NotificationEvent,
} from '@digilist/contracts';
import { type EventType, money, NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { run } from '../../database/named-statement.js';
import { Applications } from '../approvals/index.js';
import { NotificationsService } from '../notifications/index.js';
import { factOf } from './booking-facts.js';
import { LOCK_BOOKING, type LockedBooking, MOVE_BOOKING, WITHDRAW_APPROVAL } from './bookings.sql.js';
import { holds, holdUntil, mayBecome, statusOnApproval } from './domain/lifecycle.js';

/** A step of a booking's life that somebody took, and what to tell about it. */
interface Move<Data extends BookingFact> {
  to: BookingStatus;
  reason: string | null;
  event: EventType<Data>;
  /** What the event tells beyond the booking itself. */
  told: Omit<Data, keyof BookingFact>;
  action: string;
  /** Null: nobody is told personally. */
  notice: NotificationEvent | null;
}

/** The only way a booking goes on after it was placed: status, calendar, history, audit, event and notification together. */
@Injectable()
export class BookingMoves extends Applications {
  constructor(private readonly notifications: NotificationsService) {
    super();
  }

  async approve(tx: Tx, booking: LockedBooking, reason: string | null): Promise<void> {
    if (booking.startsAt <= tx.now)
      throw new Refusal(BOOKING_STARTED, { details: { startsAt: booking.startsAt.toISOString() } });
    await this.move(tx, booking, {
      to: statusOnApproval(booking),
      reason,
      event: bookingApproved,
      told: { reason },
      action: 'digilist.booking.approve',
      notice: 'booking.approved',
    });
  }

  async reject(tx: Tx, booking: LockedBooking, reasonCode: string, reason: string): Promise<void> {
    await this.move(tx, booking, {
      to: 'rejected',
      reason,
      event: bookingRejected,
      told: { reason, reasonCode },
      action: 'digilist.booking.reject',
      notice: 'booking.rejected',
    });
  }

  async cancel(tx: Tx, booking: LockedBooking, reason: string): Promise<void> {
    await this.move(tx, booking, {
      to: 'cancelled',
      reason,
      event: bookingCancelled,
      told: { reason },
      action: 'digilist.booking.cancel',
      notice: 'booking.cancelled',
    });
    if (booking.status === 'awaiting_approval')
      await tx.query(WITHDRAW_APPROVAL, [tx.tenantId, booking.id, tx.actorId]);
  }

  async expire(tx: Tx, booking: LockedBooking): Promise<void> {
    await this.move(tx, booking, {
      to: 'expired',
      reason: null,
      event: bookingExpired,
      told: {},
      action: 'digilist.booking.expire',
      notice: null,
    });
  }

  /**
   * Reads a booking and keeps others from changing it until the commit.
   * @throws Refusal NOT_FOUND
   */
  async lock(tx: Tx, id: string): Promise<LockedBooking> {
    const [booking] = await tx.query<LockedBooking>(LOCK_BOOKING, [tx.tenantId, id]);
    if (!booking) throw new Refusal(NOT_FOUND);
    return booking;
  }

  /** @throws Refusal INVALID_STATE when the booking may not go there */
  private async move<Data extends BookingFact>(tx: Tx, booking: LockedBooking, move: Move<Data>): Promise<number> {
    const { to, reason } = move;
    if (!mayBecome(booking.status, to)) throw new Refusal(INVALID_STATE, { details: { status: booking.status } });
    const [moved] = await run<{ version: number }, Parameters<typeof MOVE_BOOKING.values>[0]>(tx, MOVE_BOOKING, {
      tenantId: tx.tenantId,
      actorId: tx.actorId,
      actorKind: tx.origin.actor.kind,
      id: booking.id,
      version: booking.version,
      from: booking.status,
      to,
      release: !holds(to),
      expiresAt: holdUntil(to, tx.now),
      reason,
      detail: '{}',
    });
    if (!moved) throw new Refusal(STALE_VERSION);
    const data = { ...factOf({ ...booking, status: to }), ...move.told } as Data;
    const eventId = tx.emit(move.event, { id: booking.id, version: moved.version, data });
    tx.audit({
      action: move.action,
      entity: { type: 'booking', id: booking.id },
      orgId: booking.orgId,
      changes: { from: booking.status, to },
      ...(reason !== null && { reason }),
    });
    if (move.notice === null) return moved.version;
    await this.notifications.notify(tx, {
      event: move.notice,
      eventId,
      recipientId: booking.userId,
      ...noticeOf(booking),
      reason,
    });
    return moved.version;
  }
}

/** What a notification tells about a booking. */
export function noticeOf(
  booking: Pick<
    LockedBooking,
    'id' | 'listingName' | 'zoneName' | 'startsAt' | 'endsAt' | 'timezone' | 'total' | 'currency'
  >,
) {
  return {
    bookingId: booking.id,
    listingName: inAll(booking.listingName),
    zoneName: booking.zoneName && inAll(booking.zoneName),
    startsAt: booking.startsAt,
    endsAt: booking.endsAt,
    timeZone: booking.timezone,
    total: money(booking.total, booking.currency),
  };
}

/** Bokmål stands in for what was not translated. */
const inAll = ({ nb, nn, en }: { nb: string; nn?: string; en?: string }) => ({ nb, nn: nn ?? nb, en: en ?? nb });
