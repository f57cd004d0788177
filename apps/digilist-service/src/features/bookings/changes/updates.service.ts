import { type Booking, bookingUpdated, UPDATABLE, type Updatable, type UpdateBooking } from '@digilist/contracts';
import { Refusal, STALE_VERSION } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { run } from '../../../database/named-statement.js';
import { type ListingReference, minuteFloor, readPlace } from '../../listings/index.js';
import { type Notice, NotificationsService } from '../../notifications/index.js';
import { factOf } from '../booking-facts.js';
import { BookingMoves, noticeOf } from '../booking-moves.js';
import { readBooking } from '../bookings.queries.js';
import type { LockedBooking } from '../bookings.sql.js';
import { Decisions } from '../decisions.js';
import { obstacleToChange } from '../domain/lifecycle.js';
import { requireBookersNotice, requireNoObstacle } from '../obstacles.js';
import { type Change, changeOf, newlyAsked, unchanged } from './change.js';
import { UPDATE_BOOKING, type UpdateBookingRow } from './update.sql.js';

type Described = Pick<LockedBooking, Updatable>;

/** Changes what a booking tells of itself. Its time and its price stay. */
@Injectable()
export class UpdatesService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly moves: BookingMoves,
    private readonly decisions: Decisions,
    private readonly notifications: NotificationsService,
  ) {}

  update(ctx: RequestContext, { id, ...request }: UpdateBooking): Promise<Booking> {
    return this.work.run(ctx, async (tx) => {
      const booking = await this.moves.lockReachable(tx, ctx, id);
      const asStaff = tx.reach.covers(booking.orgId);
      requireNoObstacle(obstacleToChange(booking, tx.now, asStaff), booking);
      const wanted = { ...described(booking), ...request };
      const changed = UPDATABLE.filter((name) => wanted[name] !== booking[name]);
      if (changed.length > 0) await this.write(tx, ctx, booking, wanted, changed, asStaff);
      return readBooking(tx, id, userOf(ctx).userId);
    });
  }

  private async write(
    tx: Tx,
    ctx: RequestContext,
    booking: LockedBooking,
    wanted: Described,
    changed: Updatable[],
    asStaff: boolean,
  ): Promise<void> {
    const moreCome = (wanted.attendees ?? 0) > (booking.attendees ?? 0);
    // What the listing has to be prepared for is a change like any other; a title is not.
    const place = moreCome ? await readPlace(tx, booking.listingId) : null;
    if (place && !asStaff) requireBookersNotice(place.listing, 'change', booking, tx.now, ctx.locale);
    const { status, expiresAt, approval, queue, goesToQueue } = place
      ? await this.changeBy(tx, place.listing, booking, wanted.attendees)
      : unchanged(booking);
    const eventId = tell(tx, { ...booking, status }, changed);
    const [updated] = await run<{ version: number }, UpdateBookingRow>(tx, UPDATE_BOOKING, {
      tenantId: tx.tenantId,
      actorId: tx.actorId,
      actorKind: tx.origin.actor.kind,
      id: booking.id,
      version: booking.version,
      orgId: booking.orgId,
      from: booking.status,
      status,
      ...wanted,
      approval: JSON.stringify(approval),
      expiresAt,
      detail: JSON.stringify(
        Object.fromEntries(changed.map((name) => [name, { from: booking[name], to: wanted[name] }])),
      ),
      ...queue,
    });
    if (!updated) throw new Refusal(STALE_VERSION);
    if (!goesToQueue) return;
    const recipientId = booking.userId;
    const told: Notice = { event: 'booking.requested', eventId, recipientId, ...noticeOf(booking) };
    const asked = await this.decisions.toldOf(tx, told, { orgId: booking.orgId, approval, queue });
    await this.notifications.notifyAll(tx, [told, ...asked]);
  }

  /** More people may need a decision that fewer did not. Nothing else that was decided is asked again. */
  private async changeBy(
    tx: Tx,
    listing: ListingReference,
    booking: LockedBooking,
    attendees: number | null,
  ): Promise<Change> {
    const proposal = {
      listing,
      from: minuteFloor(booking.startsAt),
      until: minuteFloor(booking.endsAt),
      total: booking.total,
      pricingGroup: booking.pricingGroup,
      attendees,
    };
    const change = await changeOf(tx, this.decisions, booking, proposal);
    return newlyAsked(change.approval, booking.approval, 'attendees_above') ? change : unchanged(booking);
  }
}

const described = ({ purpose, attendees, publicTitle, showInPublicCalendar }: LockedBooking): Described => ({
  purpose,
  attendees,
  publicTitle,
  showInPublicCalendar,
});

/** Puts the fact and its audit record into the outbox. Answers the event's id. */
function tell(tx: Tx, booking: LockedBooking, changed: Updatable[]): string {
  tx.audit({
    action: 'digilist.booking.update',
    entity: { type: 'booking', id: booking.id },
    orgId: booking.orgId,
    changes: { changed, status: booking.status },
  });
  const data = { ...factOf(booking), changed };
  return tx.emit(bookingUpdated, { id: booking.id, version: booking.version + 1, data });
}
