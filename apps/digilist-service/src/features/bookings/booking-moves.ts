import {
  type BookingFact,
  type BookingStatus,
  bookingApproved,
  bookingCancelled,
  bookingCompleted,
  bookingExpired,
  bookingNoShow,
  bookingPaid,
  bookingRefunded,
  bookingRejected,
  type CancelledBy,
  INVALID_STATE,
  type NotificationEvent,
} from '@digilist/contracts';
import { type EventType, money, NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import { type RequestContext, type Tx, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { run } from '../../database/named-statement.js';
import type { Cancellation, Cancellations, ExpiredBooking } from '../listings/index.js';
import { momentText, moneyText, type Notice, NotificationsService } from '../notifications/index.js';
import { Settlements } from '../payments/index.js';
import { giveBackDiscounts } from '../pricing/index.js';
import { factOf, tellExpired } from './booking-facts.js';
import { reaches } from './bookings.queries.js';
import {
  LOCK_BOOKINGS,
  type LockedBooking,
  MOVE_BOOKINGS,
  type MoveBookings,
  WITHDRAW_APPROVALS,
} from './bookings.sql.js';
import { freeFrom, holdUntil, mayBecome, payableUntil, statusOnApproval } from './domain/lifecycle.js';

/** A step that bookings take together, and what to tell about it. */
interface Move<Data extends BookingFact> {
  to: BookingStatus;
  /** As everybody concerned may read it. */
  reason: string | null;
  /** As only the owner's own people read it, where it differs. */
  internalReason?: string;
  event: EventType<Data>;
  /** What the event tells beyond the booking itself. */
  told: Omit<Data, keyof BookingFact>;
  action: string;
  /** Null: nobody is told personally. */
  notice: { one: NotificationEvent; many?: NotificationEvent } | null;
  /** When it ends by itself, where that is not as usual. */
  expiresAt?: Date | null;
  /** Of a cancellation: on whose side it was. */
  by?: CancelledBy;
}

const CANCELLED: Record<CancelledBy, { one: NotificationEvent; many: NotificationEvent }> = {
  booker: { one: 'booking.cancelled', many: 'bookings.cancelled' },
  municipality: { one: 'booking.called_off', many: 'bookings.called_off' },
};

/**
 * The only way bookings go on after they were placed: status, calendar, history, audit, event and notification together.
 * A move takes the same few statements for one booking and for a thousand.
 */
@Injectable()
export class BookingMoves implements Cancellations {
  constructor(
    private readonly notifications: NotificationsService,
    private readonly settlements: Settlements,
  ) {}

  /** @throws Refusal INVALID_STATE */
  async approve(tx: Tx, booking: LockedBooking, reason: string | null): Promise<void> {
    // Paid once is paid: what it came to cost more was refused, and what staff gave back of it is not asked for again.
    const due = (await this.settlements.paidOf(tx, booking)) > 0 ? 0 : booking.total;
    const to = statusOnApproval({ ...booking, total: due });
    await this.move(tx, [booking], {
      to,
      reason,
      event: bookingApproved,
      told: { reason },
      action: 'digilist.booking.approve',
      // Whoever still has to pay is told by when.
      notice: { one: to === 'awaiting_payment' ? 'booking.payment_due' : 'booking.approved' },
      expiresAt: to === 'awaiting_payment' ? payableUntil(booking.startsAt, tx.now) : null,
    });
  }

  async reject(tx: Tx, booking: LockedBooking, reasonCode: string, reason: string): Promise<void> {
    await this.move(tx, [booking], {
      to: 'rejected',
      reason,
      event: bookingRejected,
      told: { reason, reasonCode },
      action: 'digilist.booking.reject',
      notice: { one: 'booking.rejected' },
    });
  }

  /**
   * Cancels those of the bookings that can still be cancelled, and answers them as they were. The caller decides who may
   * cancel what; a booker hears of it once per call, however many of their bookings it meets.
   */
  async cancelMany(tx: Tx, ids: readonly string[], cancellation: Cancellation): Promise<LockedBooking[]> {
    const bookings = await this.lockMany(tx, ids);
    const open = bookings.filter(({ status }) => mayBecome(status, 'cancelled'));
    await this.cancel(tx, open, cancellation);
    return open;
  }

  /** @throws Refusal INVALID_STATE when one of them cannot be cancelled any more */
  async cancel(tx: Tx, bookings: readonly LockedBooking[], cancellation: Cancellation): Promise<void> {
    const { reason, by, publicReason = reason } = cancellation;
    await this.move(tx, bookings, {
      to: 'cancelled',
      reason: publicReason,
      internalReason: reason,
      event: bookingCancelled,
      told: { reason: publicReason, by },
      action: 'digilist.booking.cancel',
      notice: CANCELLED[by],
      by,
    });
  }

  /** Answers the ids of the events, by booking. */
  paid(
    tx: Tx,
    bookings: readonly LockedBooking[],
    to: Extract<BookingStatus, 'confirmed' | 'awaiting_approval'>,
  ): Promise<Map<string, string>> {
    return this.move(tx, bookings, {
      to,
      reason: null,
      event: bookingPaid,
      told: {},
      action: 'digilist.booking.pay',
      // Who applied was told so before paying.
      notice: to === 'confirmed' ? { one: 'booking.confirmed', many: 'bookings.confirmed' } : null,
    });
  }

  async refunded(tx: Tx, bookings: readonly LockedBooking[]): Promise<void> {
    await this.move(tx, bookings, {
      to: 'refunded',
      reason: null,
      event: bookingRefunded,
      told: {},
      action: 'digilist.booking.refund',
      notice: null,
    });
  }

  async complete(tx: Tx, bookings: readonly LockedBooking[], reason: string | null): Promise<void> {
    await this.move(tx, bookings, {
      to: 'completed',
      reason,
      event: bookingCompleted,
      told: { reason },
      action: 'digilist.booking.complete',
      notice: null,
    });
  }

  async noShow(tx: Tx, booking: LockedBooking, reason: string | null): Promise<void> {
    await this.move(tx, [booking], {
      to: 'no_show',
      reason,
      event: bookingNoShow,
      told: { reason },
      action: 'digilist.booking.no-show',
      notice: null,
    });
  }

  async expire(tx: Tx, bookings: readonly LockedBooking[]): Promise<void> {
    const expiry = {
      to: 'expired',
      reason: null,
      event: bookingExpired,
      told: {},
      action: 'digilist.booking.expire',
    } as const;
    const isDraft = ({ status }: LockedBooking) => status === 'draft';
    await this.move(tx, bookings.filter(isDraft), { ...expiry, notice: null });
    await this.move(
      tx,
      bookings.filter((booking) => !isDraft(booking)),
      { ...expiry, notice: { one: 'booking.expired' } },
    );
  }

  tellExpired(tx: Tx, expired: readonly ExpiredBooking[]): void {
    tellExpired(tx, expired);
  }

  /**
   * Reads a booking and keeps others from changing it until the commit.
   * @throws Refusal NOT_FOUND
   */
  async lock(tx: Tx, id: string): Promise<LockedBooking> {
    const [booking] = await this.lockMany(tx, [id]);
    if (!booking) throw new Refusal(NOT_FOUND);
    return booking;
  }

  /**
   * The same, when the caller's permission reaches it and nobody changed it since the caller read it.
   * @throws Refusal NOT_FOUND, STALE_VERSION
   */
  async lockReachable(tx: Tx, ctx: RequestContext, id: string): Promise<LockedBooking> {
    const booking = await this.lock(tx, id);
    if (!reaches(tx.reach, booking, userOf(ctx).userId)) throw new Refusal(NOT_FOUND);
    if (ctx.ifMatch !== null && ctx.ifMatch !== booking.version) throw new Refusal(STALE_VERSION);
    return booking;
  }

  /** The same for many, in the order of their ids; those that do not exist are left out. */
  lockMany(tx: Tx, ids: readonly string[]): Promise<LockedBooking[]> {
    return ids.length === 0 ? Promise.resolve([]) : tx.query<LockedBooking>(LOCK_BOOKINGS, [tx.tenantId, ids]);
  }

  /** @throws Refusal INVALID_STATE when one of the bookings may not go there: then none does */
  private async move<Data extends BookingFact>(
    tx: Tx,
    bookings: readonly LockedBooking[],
    move: Move<Data>,
  ): Promise<Map<string, string>> {
    if (bookings.length === 0) return new Map();
    const { to, reason } = move;
    const stuck = bookings.find(({ status }) => !mayBecome(status, to));
    if (stuck) throw new Refusal(INVALID_STATE, { details: { status: stuck.status } });
    const { expiresAt = holdUntil(to, tx.now) } = move;
    const moved = await run<{ id: string; version: number }, MoveBookings>(tx, MOVE_BOOKINGS, {
      tenantId: tx.tenantId,
      actorId: tx.actorId,
      actorKind: tx.origin.actor.kind,
      ids: bookings.map(({ id }) => id),
      versions: bookings.map(({ version }) => version),
      from: bookings.map(({ status }) => status),
      to,
      freeFrom: freeFrom(to, tx.now),
      expiresAt,
      reason,
    });
    if (moved.length !== bookings.length) throw new Refusal(STALE_VERSION);
    const undecided = bookings.filter(({ status }) => UNDECIDED.includes(status) && !DECIDED.includes(to));
    if (undecided.length > 0)
      await tx.query(WITHDRAW_APPROVALS, [tx.tenantId, undecided.map(({ id }) => id), tx.actorId]);
    const eventIds = new Map(bookings.map((booking) => [booking.id, tell(tx, booking, move)]));
    if (move.notice !== null)
      await this.notifications.notifyAll(tx, noticesOf(bookings, eventIds, move.notice, reason, expiresAt));
    if (to === 'cancelled' || to === 'rejected' || to === 'expired') {
      await this.settlements.ended(tx, bookings, { to, by: move.by ?? null }, reason);
      if (to !== 'cancelled' || move.by === 'municipality') await giveBackDiscounts(tx, withCode(bookings));
    }
    return eventIds;
  }
}

const withCode = (bookings: readonly LockedBooking[]): string[] =>
  bookings.flatMap(({ id, discountCode }) => (discountCode === null ? [] : [id]));

/** Statuses in which something is to be decided: an application, or an appeal. */
const UNDECIDED: readonly BookingStatus[] = ['awaiting_approval', 'rejected'];
/** Statuses that leave an approval alone: whoever decided closes it, and being paid back ends no appeal. */
const DECIDED: readonly BookingStatus[] = ['awaiting_payment', 'confirmed', 'rejected', 'refunded'];

/** Puts the fact and its audit record into the outbox. Answers the event's id. */
function tell<Data extends BookingFact>(tx: Tx, booking: LockedBooking, move: Move<Data>): string {
  const { to, reason, internalReason = reason } = move;
  tx.audit({
    action: move.action,
    entity: { type: 'booking', id: booking.id },
    orgId: booking.orgId,
    changes: { from: booking.status, to },
    ...(internalReason !== null && { reason: internalReason }),
  });
  const data = { ...factOf({ ...booking, status: to }), ...move.told } as Data;
  return tx.emit(move.event, { id: booking.id, version: booking.version + 1, data });
}

/** One for each booker: of their booking, or of all of theirs in the order of time. */
function noticesOf(
  bookings: readonly LockedBooking[],
  eventIds: ReadonlyMap<string, string>,
  { one, many }: NonNullable<Move<BookingFact>['notice']>,
  reason: string | null,
  expiresAt: Date | null,
): Notice[] {
  const notice = (event: NotificationEvent, booking: LockedBooking): Notice => ({
    event,
    eventId: eventIds.get(booking.id) as string,
    recipientId: booking.userId,
    ...noticeOf(booking),
    reason,
    ...(expiresAt && { details: toPay(booking, expiresAt) }),
  });
  if (many === undefined) return bookings.map((booking) => notice(one, booking));
  const ofBooker = new Map<string, LockedBooking[]>();
  for (const booking of [...bookings].sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime()))
    ofBooker.set(booking.userId, [...(ofBooker.get(booking.userId) ?? []), booking]);
  return [...ofBooker.values()].map((theirs) => {
    const first = theirs[0] as LockedBooking;
    return theirs.length === 1 ? notice(one, first) : { ...notice(many, first), bookings: theirs.map(noticeOf) };
  });
}

const toPay = ({ total, currency, timezone }: LockedBooking, until: Date) => ({
  amount: moneyText(money(total, currency)),
  due: momentText(until, timezone),
});

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
