import type {
  Booking,
  BookingFilter,
  BookingHistory,
  BookingId,
  BookingItems,
  BookingPage,
  BookingSort,
  ListBookings,
  PriceExplanation,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type Reach, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { explainPrice, vatTotals } from '../pricing/index.js';
import {
  type BookingRow,
  GET_BOOKING,
  GET_HISTORY,
  GET_ITEMS,
  type HistoryRow,
  type ItemRow,
  type ListFilter,
  listBookingsStatement,
  type SummaryRow,
} from './bookings.sql.js';
import { asBookersRead } from './decisions.js';

/** Whose a booking is, and who owns what it occupies. */
export interface Belonging {
  orgId: string;
  onBehalfOfOrgId: string | null;
  userId: string;
}

/**
 * Does the permission reach this booking: by the listing's organization, by the one it is booked for, or as the caller's
 * own? Whoever holds the permission anywhere holds it for what is their own.
 */
export const reaches = (reach: Reach, booking: Belonging, callerId: string): boolean =>
  booking.userId === callerId ||
  reach.covers(booking.orgId) ||
  (booking.onBehalfOfOrgId !== null && reach.covers(booking.onBehalfOfOrgId));

@Injectable()
export class BookingsQueries {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext, query: ListBookings): Promise<BookingPage> {
    const { sort = 'newest' } = query;
    const { keys, fetch } = pageStart(query, SORT_KEYS[sort]);
    return this.work.run(ctx, async (tx) => {
      const list = listBookingsStatement(filterOf(tx, query, userOf(ctx).userId), { sort, after: keys, limit: fetch });
      const rows = await tx.query<SummaryRow>(list.statement, list.values);
      return pageOfRows(
        query,
        rows,
        ({ id, startsAt }) => (sort === 'newest' ? [id] : [startsAt, id]),
        (row) => row,
      );
    });
  }

  get(ctx: RequestContext, { id }: BookingId): Promise<Booking> {
    return this.work.run(ctx, (tx) => readBooking(tx, id, userOf(ctx).userId));
  }

  explainPrice(ctx: RequestContext, { id }: BookingId): Promise<PriceExplanation> {
    return this.work.run(ctx, async (tx) => {
      const { price } = await readBooking(tx, id, userOf(ctx).userId);
      const sentences = explainPrice(price, ctx.locale);
      return { sentences, text: sentences.join(' '), vat: vatTotals(price.lines), total: price.total };
    });
  }

  history(ctx: RequestContext, { id }: BookingId): Promise<BookingHistory> {
    return this.work.run(ctx, async (tx) => {
      await readBooking(tx, id, userOf(ctx).userId);
      return { data: await tx.query<HistoryRow>(GET_HISTORY, [tx.tenantId, id]) };
    });
  }

  items(ctx: RequestContext, { id }: BookingId): Promise<BookingItems> {
    return this.work.run(ctx, async (tx) => {
      await readBooking(tx, id, userOf(ctx).userId);
      return { data: await tx.query<ItemRow>(GET_ITEMS, [tx.tenantId, id]) };
    });
  }
}

const SORT_KEYS: Record<BookingSort, Parameters<typeof pageStart>[1]> = {
  newest: ['uuid'],
  startsAt: ['instant', 'uuid'],
};

/** What the caller asks for, within what the caller's permission reaches. */
export function filterOf(tx: Tx, query: BookingFilter, callerId: string): ListFilter {
  const onlyOwn = query.mine === true || (!tx.reach.tenant && tx.reach.orgIds.length === 0);
  return {
    tenantId: tx.tenantId,
    ownerId: onlyOwn ? callerId : null,
    everywhere: tx.reach.tenant,
    orgIds: tx.reach.orgIds,
    callerId,
    status: query.status ?? null,
    listingId: query.listingId ?? null,
    zoneId: query.zoneId ?? null,
    onBehalfOfOrgId: query.onBehalfOfOrgId ?? null,
    recurringBookingId: query.recurringBookingId ?? null,
    from: query.from === undefined ? null : new Date(query.from),
    to: query.to === undefined ? null : new Date(query.to),
  };
}

/** @throws Refusal NOT_FOUND also when it is there, but out of reach */
export async function readBooking(tx: Tx, id: string, callerId: string): Promise<Booking> {
  const booking = await tx.one<BookingRow>(GET_BOOKING, [tx.tenantId, id]);
  if (!reaches(tx.reach, booking, callerId)) throw new Refusal(NOT_FOUND);
  return tx.reach.covers(booking.orgId) ? booking : { ...booking, approval: asBookersRead(booking.approval) };
}
