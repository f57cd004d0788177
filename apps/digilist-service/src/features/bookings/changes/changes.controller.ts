import {
  type BookingId,
  completeBooking,
  type EndBooking,
  listBookingItems,
  markBookingNoShow,
  type RescheduleBooking,
  rescheduleBooking,
  type UpdateBooking,
  updateBooking,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { BookingsQueries } from '../bookings.queries.js';
import { OutcomesService } from './outcomes.service.js';
import { ReschedulingService } from './rescheduling.service.js';
import { UpdatesService } from './updates.service.js';

@Controller()
export class BookingChangesController {
  constructor(
    private readonly rescheduling: ReschedulingService,
    private readonly updates: UpdatesService,
    private readonly outcomes: OutcomesService,
    private readonly queries: BookingsQueries,
  ) {}

  @Handles(rescheduleBooking)
  reschedule(ctx: RequestContext, request: RescheduleBooking) {
    return this.rescheduling.reschedule(ctx, request);
  }

  @Handles(updateBooking)
  update(ctx: RequestContext, request: UpdateBooking) {
    return this.updates.update(ctx, request);
  }

  @Handles(completeBooking)
  complete(ctx: RequestContext, request: EndBooking) {
    return this.outcomes.complete(ctx, request);
  }

  @Handles(markBookingNoShow)
  noShow(ctx: RequestContext, request: EndBooking) {
    return this.outcomes.noShow(ctx, request);
  }

  @Handles(listBookingItems)
  items(ctx: RequestContext, request: BookingId) {
    return this.queries.items(ctx, request);
  }
}
