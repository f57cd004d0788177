import {
  type BookingId,
  type CancelBooking,
  type CreateBooking,
  cancelBooking,
  createBooking,
  explainBookingPrice,
  getBooking,
  getBookingHistory,
  type ListBookings,
  listBookings,
  type SubmitBooking,
  submitBooking,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { Demand } from '../reports/index.js';
import { BookingsQueries } from './bookings.queries.js';
import { BookingsService } from './bookings.service.js';

@Controller()
export class BookingsController {
  constructor(
    private readonly bookings: BookingsService,
    private readonly queries: BookingsQueries,
    private readonly demand: Demand,
  ) {}

  @Handles(createBooking)
  create(ctx: RequestContext, request: CreateBooking) {
    return this.demand.ofBooking(ctx, request, this.bookings.create(ctx, request));
  }

  @Handles(submitBooking)
  submit(ctx: RequestContext, request: SubmitBooking) {
    return this.bookings.submit(ctx, request);
  }

  @Handles(cancelBooking)
  cancel(ctx: RequestContext, request: CancelBooking) {
    return this.bookings.cancel(ctx, request);
  }

  @Handles(listBookings)
  list(ctx: RequestContext, request: ListBookings) {
    return this.queries.list(ctx, request);
  }

  @Handles(getBooking)
  get(ctx: RequestContext, request: BookingId) {
    return this.queries.get(ctx, request);
  }

  @Handles(explainBookingPrice)
  explainPrice(ctx: RequestContext, request: BookingId) {
    return this.queries.explainPrice(ctx, request);
  }

  @Handles(getBookingHistory)
  history(ctx: RequestContext, request: BookingId) {
    return this.queries.history(ctx, request);
  }
}
