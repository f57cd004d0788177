import { Module } from '@nestjs/common';
import { DiscountReturns } from './discounts/discount-returns.job.js';
import { DiscountsService } from './discounts/discounts.service.js';
import { PricingGroupsService } from './groups/groups.service.js';
import { PricingController } from './pricing.controller.js';
import { PricingQueries } from './pricing.queries.js';
import { PricingService } from './pricing.service.js';
import { QuoteRetention } from './quotes/quote-retention.job.js';
import { QuotesService } from './quotes/quotes.service.js';

@Module({
  controllers: [PricingController],
  providers: [
    PricingService,
    PricingQueries,
    PricingGroupsService,
    DiscountsService,
    QuotesService,
    QuoteRetention,
    DiscountReturns,
  ],
  exports: [QuotesService],
})
export class PricingModule {}
