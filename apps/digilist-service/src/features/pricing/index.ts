export { priceOf } from './domain/quote.js';
export { DEFAULT_GROUP, priceOrRefuse } from './price.js';
export { PricingModule } from './pricing.module.js';
