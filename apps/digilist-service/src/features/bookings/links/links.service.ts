import {
  type BookingId,
  type BookingLinkId,
  type BookingLinks,
  type BookingLinkToken,
  type CreateBookingLink,
  type CreatedBookingLink,
  INVALID_STATE,
  MOST_LINKS,
  type SharedBooking,
  TOO_MANY_LINKS,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { newOpaqueToken, originIn, parseOpaqueToken, type RequestContext, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { BookingMoves } from '../booking-moves.js';
import { readBooking } from '../bookings.queries.js';
import { holds } from '../domain/lifecycle.js';
import { DELETE_LINK, INSERT_LINK, LIST_LINKS, type LinkRow, SHARED_BOOKING, type SharedRow } from './links.sql.js';

const USUAL_DAYS = 30;
const DAY_MS = 86_400_000;

/** Links with which anybody sees what is booked, where and when, for as long as somebody lets them. */
@Injectable()
export class BookingLinksService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly moves: BookingMoves,
  ) {}

  create(ctx: RequestContext, { id, validDays = USUAL_DAYS }: CreateBookingLink): Promise<CreatedBookingLink> {
    return this.work.run(ctx, async (tx) => {
      // Locked, so that two at once count each other's links.
      const booking = await this.moves.lockReachable(tx, ctx, id);
      if (!holds(booking.status)) throw new Refusal(INVALID_STATE, { details: { status: booking.status } });
      const token = newOpaqueToken(tx.tenantId);
      const expiresAt = new Date(tx.now.getTime() + validDays * DAY_MS);
      const values = [tx.tenantId, id, token.hash, expiresAt, tx.actorId, MOST_LINKS];
      const [link] = await tx.query<LinkRow>(INSERT_LINK, values);
      if (!link) throw new Refusal(TOO_MANY_LINKS, { details: { most: MOST_LINKS } });
      tx.audit({
        action: 'digilist.booking-link.create',
        entity: { type: 'booking_link', id: link.id },
        orgId: booking.orgId,
        changes: { bookingId: id, expiresAt: link.expiresAt },
      });
      return { ...link, token: token.text, path: `/api/v1/booking-links/${token.text}` };
    });
  }

  list(ctx: RequestContext, { id }: BookingId): Promise<BookingLinks> {
    return this.work.run(ctx, async (tx) => {
      await readBooking(tx, id, userOf(ctx).userId);
      return { data: await tx.query<LinkRow>(LIST_LINKS, [tx.tenantId, id]) };
    });
  }

  revoke(ctx: RequestContext, { id, linkId }: BookingLinkId): Promise<void> {
    return this.work.run(ctx, async (tx) => {
      const { orgId } = await readBooking(tx, id, userOf(ctx).userId);
      const gone = await tx.query(DELETE_LINK, [tx.tenantId, id, linkId]);
      if (gone.length === 0) throw new Refusal(NOT_FOUND);
      tx.audit({
        action: 'digilist.booking-link.revoke',
        entity: { type: 'booking_link', id: linkId },
        orgId,
        changes: { bookingId: id },
      });
    });
  }

  /** Revoked, expired, unknown and malformed ones are all the same: there is nothing there. */
  read(ctx: RequestContext, { token }: BookingLinkToken): Promise<SharedBooking> {
    const parsed = parseOpaqueToken(token);
    if (!parsed) throw new Refusal(NOT_FOUND);
    return this.work.runAs(originIn(parsed.tenantId, ctx), (tx) =>
      tx.one<SharedRow>(SHARED_BOOKING, [tx.tenantId, parsed.hash]),
    );
  }
}
