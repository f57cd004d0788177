import { APPROVAL_IMPOSSIBLE, BOOKING_STARTED, bookingReinstated } from '@digilist/contracts';
import { Refusal, STALE_VERSION } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { run } from '../../database/named-statement.js';
import { requireUnrestricted } from '../../platform/index.js';
import { Applications, type Telling } from '../approvals/index.js';
import { claimsOf, isBookable, minuteFloor, readPlace } from '../listings/index.js';
import { NotificationsService } from '../notifications/index.js';
import { countDiscountAgain } from '../pricing/index.js';
import { factOf, tellExpired } from './booking-facts.js';
import { BookingMoves, noticeOf } from './booking-moves.js';
import { type LockedBooking, READ_BOOKINGS } from './bookings.sql.js';
import { Conflicts } from './conflicts.js';
import { calendarValues } from './order-values.js';
import {
  OBSTACLES_TO_APPROVAL,
  type ObstaclesToApproval,
  REINSTATE_BOOKING,
  type ReinstateBooking,
  type Reinstated,
} from './reinstate.sql.js';

/** What decisions do to bookings. */
@Injectable()
export class BookingApplications extends Applications {
  constructor(
    private readonly moves: BookingMoves,
    private readonly conflicts: Conflicts,
    private readonly notifications: NotificationsService,
  ) {
    super();
  }

  lock(tx: Tx, bookingId: string): Promise<LockedBooking> {
    return this.moves.lock(tx, bookingId);
  }

  readMany(tx: Tx, bookingIds: readonly string[]): Promise<LockedBooking[]> {
    return tx.query<LockedBooking>(READ_BOOKINGS, [tx.tenantId, bookingIds]);
  }

  async requirePossible(tx: Tx, booking: LockedBooking): Promise<void> {
    if (booking.startsAt <= tx.now)
      throw new Refusal(BOOKING_STARTED, { details: { startsAt: booking.startsAt.toISOString() } });
    await requireUnrestricted(tx, booking.userId);
    const [found] = await tx.query<ObstaclesToApproval>(OBSTACLES_TO_APPROVAL, [tx.tenantId, booking.id]);
    const { listingStatus, zoneStatus, applicantActive, organizationActive, holdsTime } = found as ObstaclesToApproval;
    if (!LET_OUT.includes(listingStatus)) throw impossible('listing', { listingStatus });
    if (zoneStatus !== 'active') throw impossible('zone', { zoneStatus });
    if (!applicantActive) throw impossible('applicant');
    if (!organizationActive) throw impossible('organization');
    if (!holdsTime && booking.status === 'awaiting_approval') throw impossible('time');
  }

  approve(tx: Tx, booking: LockedBooking, reason: string | null): Promise<void> {
    return this.moves.approve(tx, booking, reason);
  }

  reject(tx: Tx, booking: LockedBooking, reasonCode: string, reason: string): Promise<void> {
    return this.moves.reject(tx, booking, reasonCode, reason);
  }

  async reinstate(tx: Tx, booking: LockedBooking, reason: string | null): Promise<void> {
    const place = await readPlace(tx, booking.listingId);
    const listing = place?.listing;
    const zone = listing?.zones.find(({ id }) => id === booking.zoneId);
    if (!listing || !zone || !isBookable(listing)) throw impossible('listing');
    const wanted = {
      listing,
      zone,
      quantity: booking.quantity,
      from: minuteFloor(booking.startsAt),
      until: minuteFloor(booking.endsAt),
    };
    const version = booking.version + 1;
    const status = 'awaiting_approval';
    const [taken] = await run<Reinstated, ReinstateBooking>(tx, REINSTATE_BOOKING, {
      tenantId: tx.tenantId,
      actorId: tx.actorId,
      actorKind: tx.origin.actor.kind,
      id: booking.id,
      version: booking.version,
      startsAt: booking.startsAt,
      endsAt: booking.endsAt,
      from: booking.status,
      reason,
      ...calendarValues({ listing, zone, claims: claimsOf(listing, zone, booking.quantity) }),
    });
    if (!taken) throw new Error('reinstating a booking answered nothing');
    if (taken.outcome !== 'taken') throw await this.conflicts.refusal(tx, wanted, taken.outcome, taken.atoms ?? []);
    // Somebody divided the listing, or closed it, after it was read; the booking itself is locked.
    if (taken.version === null) throw impossible('listing');
    if (taken.version !== version) throw new Refusal(STALE_VERSION);
    tellExpired(tx, taken.expired ?? []);
    const counted = booking.discountCode !== null && (await countDiscountAgain(tx, booking.id));
    tx.audit({
      action: 'digilist.booking.reinstate',
      entity: { type: 'booking', id: booking.id },
      orgId: booking.orgId,
      changes: {
        from: booking.status,
        to: status,
        ...(booking.discountCode !== null && { discountCounted: counted }),
      },
      ...(reason !== null && { reason }),
    });
    tx.emit(bookingReinstated, { id: booking.id, version, data: factOf({ ...booking, status }) });
    await this.moves.approve(tx, { ...booking, status, version, paymentPolicy: taken.paymentPolicy }, reason);
  }

  async tell(tx: Tx, tellings: readonly (Telling & { readonly application: LockedBooking })[]): Promise<void> {
    const notices = tellings.flatMap(({ application, recipientIds, ...telling }) =>
      recipientIds.map((recipientId) => ({ ...telling, recipientId, ...noticeOf(application) })),
    );
    await this.notifications.notifyAll(tx, notices);
  }
}

/** A place that is out of use for a while is let out all the same: what falls into that while was called off then. */
const LET_OUT = ['published', 'maintenance'];

const impossible = (reason: string, details: Record<string, unknown> = {}): Refusal =>
  new Refusal(APPROVAL_IMPOSSIBLE, { details: { reason, ...details } });
