import { type GetListingCalendar, getListingCalendar } from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { PublicCalendarQueries } from './public-calendar.queries.js';

@Controller()
export class PublicCalendarController {
  constructor(private readonly queries: PublicCalendarQueries) {}

  @Handles(getListingCalendar)
  listing(ctx: RequestContext, request: GetListingCalendar) {
    return this.queries.listing(ctx, request);
  }
}
