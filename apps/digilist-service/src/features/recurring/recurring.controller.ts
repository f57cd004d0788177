import {
  type AddOccurrence,
  addOccurrence,
  type CancelRecurringBooking,
  type CreateRecurringBooking,
  cancelRecurringBooking,
  createRecurringBooking,
  getRecurringBooking,
  type ListRecurringBookings,
  listRecurringBookings,
  type RecurringBookingId,
  type UpdateRecurringBooking,
  updateRecurringBooking,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { Demand } from '../reports/index.js';
import { RecurringQueries } from './recurring.queries.js';
import { RecurringService } from './recurring.service.js';
import { SeriesChangesService } from './series-changes.service.js';

@Controller()
export class RecurringController {
  constructor(
    private readonly recurring: RecurringService,
    private readonly changes: SeriesChangesService,
    private readonly queries: RecurringQueries,
    private readonly demand: Demand,
  ) {}

  @Handles(createRecurringBooking)
  create(ctx: RequestContext, request: CreateRecurringBooking) {
    return this.demand.ofSeries(ctx, request, this.recurring.create(ctx, request));
  }

  @Handles(listRecurringBookings)
  list(ctx: RequestContext, request: ListRecurringBookings) {
    return this.queries.list(ctx, request);
  }

  @Handles(getRecurringBooking)
  get(ctx: RequestContext, request: RecurringBookingId) {
    return this.queries.get(ctx, request);
  }

  @Handles(updateRecurringBooking)
  update(ctx: RequestContext, request: UpdateRecurringBooking) {
    return this.changes.update(ctx, request);
  }

  @Handles(cancelRecurringBooking)
  cancel(ctx: RequestContext, request: CancelRecurringBooking) {
    return this.recurring.cancel(ctx, request);
  }

  @Handles(addOccurrence)
  add(ctx: RequestContext, request: AddOccurrence) {
    return this.recurring.add(ctx, request);
  }
}
