import { type GetListingAvailability, getListingAvailability } from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { CalendarQueries } from './calendar.queries.js';

@Controller()
export class CalendarController {
  constructor(private readonly queries: CalendarQueries) {}

  @Handles(getListingAvailability)
  listing(ctx: RequestContext, request: GetListingAvailability) {
    return this.queries.listing(ctx, request);
  }
}
