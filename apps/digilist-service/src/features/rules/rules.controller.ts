import {
  getAvailabilityRules,
  getBookingRules,
  type ListingId,
  type PutAvailabilityRules,
  type PutBookingRules,
  putAvailabilityRules,
  putBookingRules,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { RulesQueries } from './rules.queries.js';
import { RulesService } from './rules.service.js';

@Controller()
export class RulesController {
  constructor(
    private readonly rules: RulesService,
    private readonly queries: RulesQueries,
  ) {}

  @Handles(getAvailabilityRules)
  getAvailability(ctx: RequestContext, request: ListingId) {
    return this.queries.availability(ctx, request);
  }

  @Handles(putAvailabilityRules)
  putAvailability(ctx: RequestContext, request: PutAvailabilityRules) {
    return this.rules.putAvailability(ctx, request);
  }

  @Handles(getBookingRules)
  getBooking(ctx: RequestContext, request: ListingId) {
    return this.queries.booking(ctx, request);
  }

  @Handles(putBookingRules)
  putBooking(ctx: RequestContext, request: PutBookingRules) {
    return this.rules.putBooking(ctx, request);
  }
}
