export { type Cancellation, Cancellations } from './cancellations.js';
export { type Claim, claimsOf } from './domain/claims.js';
export * from './domain/clock.js';
export { isCounted } from './domain/lifecycle.js';
export type * from './domain/reference.js';
export { requireInterval } from './interval.js';
export { changeListing, type ListingRow, requireListing, requireVisible } from './listing-access.js';
export { allLanguages } from './listings.mapper.js';
export { ListingsModule } from './listings.module.js';
export { requirePlace, requireQuantity, requireZone } from './place.js';
export { BOOKABLE_LISTINGS, REFERENCE } from './reference.sql.js';
export {
  type Bookable,
  type BookableAnswer,
  bookableListings,
  oneListing,
  type Place,
  type PriceGroups,
  type RawReference,
  readPlace,
} from './references.js';
