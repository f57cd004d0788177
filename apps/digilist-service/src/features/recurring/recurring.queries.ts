import type {
  ListRecurringBookings,
  RecurringBooking,
  RecurringBookingId,
  RecurringBookingPage,
  RecurringBookingSummary,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { reaches } from '../bookings/index.js';
import { answerOf, occurrencesOf, stampOf } from './answers.js';
import {
  GET_OCCURRENCES,
  GET_SERIES,
  listSeriesStatement,
  type OccurrenceRow,
  type SeriesRow,
} from './recurring.sql.js';

@Injectable()
export class RecurringQueries {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext, query: ListRecurringBookings): Promise<RecurringBookingPage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const callerId = userOf(ctx).userId;
      const onlyOwn = query.mine === true || (!tx.reach.tenant && tx.reach.orgIds.length === 0);
      const list = listSeriesStatement({
        tenantId: tx.tenantId,
        ownerId: onlyOwn ? callerId : null,
        everywhere: tx.reach.tenant,
        orgIds: tx.reach.orgIds,
        callerId,
        status: query.status ?? null,
        listingId: query.listingId ?? null,
        beforeId: (keys?.[0] as string | undefined) ?? null,
        limit: fetch,
      });
      const rows = await tx.query<RecurringBookingSummary & Record<string, unknown>>(list.statement, list.values);
      return pageOfRows(
        query,
        rows,
        ({ id }) => [id],
        (row) => row,
      );
    });
  }

  get(ctx: RequestContext, { id }: RecurringBookingId): Promise<RecurringBooking> {
    return this.work.run(ctx, async (tx) => {
      const [[series], bookings] = await Promise.all([
        tx.query<SeriesRow>(GET_SERIES, [tx.tenantId, id]),
        tx.query<OccurrenceRow>(GET_OCCURRENCES, [tx.tenantId, id]),
      ]);
      if (!series || !reaches(tx.reach, series, userOf(ctx).userId)) throw new Refusal(NOT_FOUND);
      const made = { id, version: stampOf(series, bookings), dryRun: false };
      return answerOf(series, occurrencesOf(series, bookings, ctx.locale), made);
    });
  }
}
