export { DiscountReturns } from './discounts/discount-returns.job.js';
export {
  type Counted,
  countDiscountAgain,
  giveBackDiscounts,
  requireCounted,
  withUsedDiscount,
} from './discounts/discount-uses.js';
export { explainPrice, vatTotals } from './domain/explanation.js';
export { priceOf } from './domain/quote.js';
export { DEFAULT_GROUP, priceOrRefuse } from './price.js';
export { PricingModule } from './pricing.module.js';
export { QuotesService, requireQuote } from './quotes/quotes.service.js';
export { verificationModule } from './verification/verification.module.js';
