import {
  type Booking,
  type BookingApproval,
  type BookingPayment,
  type BookingStatus,
  bookingConfirmed,
  bookingDrafted,
  bookingRequested,
  type QuoteAddOn,
  ZONE_UNKNOWN,
} from '@digilist/contracts';
import { money, Refusal } from '@kit/contracts';
import type { RequestContext, Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { run } from '../../database/named-statement.js';
import { Usage } from '../../platform/index.js';
import { isoOf, tellReleased } from '../listings/index.js';
import { type Notice, NotificationsService } from '../notifications/index.js';
import { requireCounted } from '../pricing/index.js';
import { requireQuotas } from '../rules/index.js';
import { factOf, type Tellable, tellExpired } from './booking-facts.js';
import { noticeOf } from './booking-moves.js';
import type { LockedBooking } from './bookings.sql.js';
import { Conflicts } from './conflicts.js';
import { asBookersRead, Decisions, NOBODY_DECIDES, type QueueEntry } from './decisions.js';
import { holdUntil, statusOnSubmit } from './domain/lifecycle.js';
import type { Order } from './domain/order.js';
import { coversHold, holdRefusal } from './hold-use.js';
import { orderValues } from './order-values.js';
import { PLACE_BOOKING, type PlaceBooking, type Placed, SUBMIT_BOOKING } from './place-booking.sql.js';

const METER = 'digilist.bookings';

/** Who books, and what the price and the calendar do not need to know. */
export interface Booker {
  draft: boolean;
  /** The draft that becomes a booking; null: a new one. */
  submitted: LockedBooking | null;
  /** A hold of the booker's whose time the booking takes over. */
  holdId: string | null;
  userId: string;
  onBehalfOfOrgId: string | null;
  attendees: number | null;
  purpose: string | null;
  publicTitle: string | null;
  showInPublicCalendar: boolean;
  discountCode: string | null;
  addOns: readonly QuoteAddOn[];
}

interface Decision {
  status: BookingStatus;
  /** When it ends by itself. */
  expiresAt: Date | null;
  approval: BookingApproval;
  queue: QueueEntry;
}

/** Turns an order into a booking: decides its first status, takes its time, counts it and tells about it. */
@Injectable()
export class Placing {
  constructor(
    private readonly decisions: Decisions,
    private readonly usage: Usage,
    private readonly conflicts: Conflicts,
    private readonly notifications: NotificationsService,
  ) {}

  /** @throws Refusal SLOT_CONFLICT, DISCOUNT_CODE_INVALID, ZONE_UNKNOWN, LIMIT_EXCEEDED */
  async place(tx: Tx, ctx: RequestContext, order: Order, booker: Booker): Promise<Booking> {
    const decision = await this.decide(tx, order, booker);
    const id = booker.submitted?.id ?? uuidv7();
    const version = (booker.submitted?.version ?? 0) + 1;
    const booking = tellableOf(id, order, booker, decision.status);
    const eventId = this.tell(tx, booking, version, decision);
    const placed = await this.write(tx, ctx, order, booker, decision, id);
    tellExpired(tx, placed.expired ?? []);
    if (placed.held !== null && !coversHold(order, placed.held)) tellReleased(tx, [placed.held]);
    if (!booker.draft) {
      const { userId, onBehalfOfOrgId } = booker;
      const behalf = onBehalfOfOrgId === null ? null : { orgId: onBehalfOfOrgId };
      await requireQuotas(tx, order.listing, { userId, behalf }, [order], ctx.locale);
      // After the time is taken: who holds the meter's row waits for nobody, and a refused attempt never touches it.
      await Promise.all([this.usage.consume(tx, METER), this.notify(tx, order, booking, decision, eventId)]);
    }
    return answerOf(order, booker, decision, booking, placed);
  }

  /** Who has to decide, and what status that and the payment policy make of it. */
  private async decide(tx: Tx, order: Order, booker: Booker): Promise<Decision> {
    if (booker.draft) {
      const approval = { required: false, reasons: [], steps: [] };
      return { status: 'draft', expiresAt: holdUntil('draft', tx.now), approval, queue: NOBODY_DECIDES };
    }
    const { listing, price } = order;
    const { approval, queueAs } = await this.decisions.about(tx, {
      ...order,
      total: price.total.amount,
      attendees: booker.attendees,
      recurring: false,
    });
    const status = statusOnSubmit({
      paymentPolicy: listing.paymentPolicy,
      needsApproval: approval.required,
      total: price.total.amount,
    });
    return { status, expiresAt: holdUntil(status, tx.now), approval, queue: queueAs(status) };
  }

  /** Puts the fact and its audit record where the writing statement takes them along. Answers the event's id. */
  private tell(tx: Tx, booking: Tellable, version: number, { status, approval }: Decision): string {
    const event = status === 'draft' ? bookingDrafted : status === 'confirmed' ? bookingConfirmed : bookingRequested;
    tx.audit({
      action: version === 1 ? 'digilist.booking.create' : 'digilist.booking.submit',
      entity: { type: 'booking', id: booking.id },
      orgId: booking.orgId,
      changes: { status, approval: approval.reasons.map(({ step }) => step) },
    });
    return tx.emit(event, { id: booking.id, version, data: factOf(booking) });
  }

  private async write(
    tx: Tx,
    ctx: RequestContext,
    order: Order,
    booker: Booker,
    decision: Decision,
    id: string,
  ): Promise<Placed> {
    const outbox = tx.takeOutbox();
    const [placed] = await run<Placed, PlaceBooking>(tx, booker.submitted ? SUBMIT_BOOKING : PLACE_BOOKING, {
      tenantId: tx.tenantId,
      actorId: tx.actorId,
      id,
      version: booker.submitted?.version ?? 0,
      ...orderValues(order),
      holdId: booker.holdId,
      userId: booker.userId,
      onBehalfOfOrgId: booker.onBehalfOfOrgId,
      status: decision.status,
      paymentPolicy: order.listing.paymentPolicy,
      attendees: booker.attendees,
      purpose: booker.purpose,
      publicTitle: booker.publicTitle,
      showInPublicCalendar: booker.showInPublicCalendar,
      discountCode: booker.discountCode,
      addOns: JSON.stringify(booker.addOns),
      quoteId: order.quoteId,
      approval: JSON.stringify(decision.approval),
      expiresAt: decision.expiresAt,
      termsVersion: order.termsVersion,
      ip: ctx.ip,
      userAgent: ctx.userAgent,
      freedIds: [],
      ...decision.queue,
      messageIds: outbox.ids,
      messageSubjects: outbox.subjects,
      messagePayloads: outbox.payloads,
    });
    if (!placed) throw new Error('placing a booking answered nothing');
    if (booker.holdId !== null && placed.held === null) throw await holdRefusal(tx, booker.holdId, booker.userId);
    if (placed.outcome === 'occupied' || placed.outcome === 'stock')
      throw await this.conflicts.refusal(tx, order, placed.outcome, placed.atoms ?? []);
    // Somebody divided the listing, or closed it, after it was read.
    if (!placed.placed) throw new Refusal(ZONE_UNKNOWN, { detail: 'The listing was changed meanwhile. Look again.' });
    if (booker.discountCode !== null && !booker.draft)
      await requireCounted(tx, booker.discountCode, booker.userId, placed);
    return placed;
  }

  /** The booker, and whoever has to decide. */
  private async notify(
    tx: Tx,
    { listing, zone }: Order,
    booking: Tellable,
    { approval, queue }: Decision,
    eventId: string,
  ): Promise<void> {
    const told: Notice = {
      event: booking.status === 'confirmed' ? 'booking.confirmed' : 'booking.requested',
      eventId,
      recipientId: booking.userId,
      ...noticeOf({
        ...booking,
        listingName: listing.name,
        zoneName: zone.implicit ? null : zone.name,
        startsAt: new Date(booking.startsAt),
        endsAt: new Date(booking.endsAt),
        timezone: listing.timezone,
      }),
    };
    const asked = await this.decisions.toldOf(tx, told, { orgId: listing.orgId, approval, queue });
    await this.notifications.notifyAll(tx, [told, ...asked]);
  }
}

const tellableOf = (id: string, order: Order, booker: Booker, status: BookingStatus): Tellable => ({
  id,
  status,
  listingId: order.listing.id,
  zoneId: order.zone.id,
  orgId: order.listing.orgId,
  userId: booker.userId,
  onBehalfOfOrgId: booker.onBehalfOfOrgId,
  startsAt: isoOf(order.from),
  endsAt: isoOf(order.until),
  quantity: order.quantity,
  total: order.price.total.amount,
  currency: order.price.total.currency,
});

/** Of a booking that was just placed. */
function nothingPaid({ status, total, currency }: Pick<Tellable, 'status' | 'total' | 'currency'>): BookingPayment {
  const due = status === 'awaiting_payment';
  const nothing = money(0, currency);
  return {
    status: due ? 'due' : 'none',
    due: due ? money(total, currency) : nothing,
    paid: nothing,
    refunded: nothing,
  };
}

function answerOf(
  order: Order,
  booker: Booker,
  { approval, expiresAt }: Decision,
  booking: Tellable,
  placed: Placed,
): Booking {
  const { total, currency, ...told } = booking;
  return {
    ...told,
    startsAt: isoOf(order.from),
    endsAt: isoOf(order.until),
    attendees: booker.attendees,
    purpose: booker.purpose,
    publicTitle: booker.publicTitle,
    showInPublicCalendar: booker.showInPublicCalendar,
    recurringBookingId: null,
    overridden: false,
    total: money(total, currency),
    payment: nothingPaid(booking),
    holdExpiresAt: expiresAt?.toISOString() ?? null,
    createdAt: placed.createdAt as string,
    updatedAt: placed.updatedAt as string,
    version: placed.version as number,
    pricingGroup: order.pricingGroup,
    discountCode: booker.discountCode,
    price: order.price,
    termsVersion: order.termsVersion,
    approval: asBookersRead(approval),
  };
}
