import {
  type CreateDiscountCode,
  type CreatePricingGroup,
  type CreateQuote,
  createDiscountCode,
  createPricingGroup,
  createQuote,
  type DiscountCodeId,
  getActorPricing,
  getDiscountCode,
  getPricingGroup,
  getPricingRules,
  type ListDiscountCodes,
  type ListingId,
  type ListPricingGroups,
  type ListPricingRuleHistory,
  listDiscountCodes,
  listPricingGroups,
  listPricingRuleHistory,
  type PricingGroupId,
  type PutActorPricing,
  type PutPricingRules,
  putActorPricing,
  putPricingRules,
  type UpdateDiscountCode,
  type UpdatePricingGroup,
  updateDiscountCode,
  updatePricingGroup,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { DiscountsService } from './discounts/discounts.service.js';
import { PricingGroupsService } from './groups/groups.service.js';
import { PricingQueries } from './pricing.queries.js';
import { PricingService } from './pricing.service.js';
import { QuotesService } from './quotes/quotes.service.js';

@Controller()
export class PricingController {
  constructor(
    private readonly pricing: PricingService,
    private readonly queries: PricingQueries,
    private readonly groups: PricingGroupsService,
    private readonly discounts: DiscountsService,
    private readonly quotes: QuotesService,
  ) {}

  @Handles(getPricingRules)
  rules(ctx: RequestContext, request: ListingId) {
    return this.queries.rules(ctx, request);
  }

  @Handles(putPricingRules)
  putRules(ctx: RequestContext, request: PutPricingRules) {
    return this.pricing.putRules(ctx, request);
  }

  @Handles(listPricingRuleHistory)
  history(ctx: RequestContext, request: ListPricingRuleHistory) {
    return this.queries.history(ctx, request);
  }

  @Handles(getActorPricing)
  actorPrices(ctx: RequestContext, request: ListingId) {
    return this.queries.actorPrices(ctx, request);
  }

  @Handles(putActorPricing)
  putActorPrices(ctx: RequestContext, request: PutActorPricing) {
    return this.pricing.putActorPrices(ctx, request);
  }

  @Handles(listPricingGroups)
  listGroups(ctx: RequestContext, request: ListPricingGroups) {
    return this.groups.list(ctx, request);
  }

  @Handles(getPricingGroup)
  group(ctx: RequestContext, request: PricingGroupId) {
    return this.groups.get(ctx, request);
  }

  @Handles(createPricingGroup)
  createGroup(ctx: RequestContext, request: CreatePricingGroup) {
    return this.groups.create(ctx, request);
  }

  @Handles(updatePricingGroup)
  updateGroup(ctx: RequestContext, request: UpdatePricingGroup) {
    return this.groups.update(ctx, request);
  }

  @Handles(listDiscountCodes)
  listCodes(ctx: RequestContext, request: ListDiscountCodes) {
    return this.discounts.list(ctx, request);
  }

  @Handles(getDiscountCode)
  code(ctx: RequestContext, request: DiscountCodeId) {
    return this.discounts.get(ctx, request);
  }

  @Handles(createDiscountCode)
  createCode(ctx: RequestContext, request: CreateDiscountCode) {
    return this.discounts.create(ctx, request);
  }

  @Handles(updateDiscountCode)
  updateCode(ctx: RequestContext, request: UpdateDiscountCode) {
    return this.discounts.update(ctx, request);
  }

  @Handles(createQuote)
  quote(ctx: RequestContext, request: CreateQuote) {
    return this.quotes.create(ctx, request);
  }
}
