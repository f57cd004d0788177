import {
  type CreateQuote,
  createQuote,
  getPricingRules,
  type ListingId,
  listPricingGroups,
  type PutPricingRules,
  putPricingRules,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { PricingQueries } from './pricing.queries.js';
import { PricingService } from './pricing.service.js';

@Controller()
export class PricingController {
  constructor(
    private readonly pricing: PricingService,
    private readonly queries: PricingQueries,
  ) {}

  @Handles(listPricingGroups)
  groups(ctx: RequestContext) {
    return this.queries.groups(ctx);
  }

  @Handles(getPricingRules)
  rules(ctx: RequestContext, request: ListingId) {
    return this.queries.rules(ctx, request);
  }

  @Handles(putPricingRules)
  putRules(ctx: RequestContext, request: PutPricingRules) {
    return this.pricing.putRules(ctx, request);
  }

  @Handles(createQuote)
  quote(ctx: RequestContext, request: CreateQuote) {
    return this.pricing.quote(ctx, request);
  }
}
