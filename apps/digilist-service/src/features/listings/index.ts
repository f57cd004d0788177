export { type Cancellation, Cancellations, type ExpiredBooking } from './cancellations.js';
export { type Claim, claimsOf, stockOf } from './domain/claims.js';
export * from './domain/clock.js';
export { isCounted } from './domain/lifecycle.js';
export type * from './domain/reference.js';
export { stayDays } from './domain/stay.js';
export { holdFact, TELLABLE_HOLD, type TellableHold, tellReleased } from './hold-facts.js';
export { type Impact, impactOn } from './impact.js';
export { isInCalendar, requireInterval, requireTime } from './interval.js';
export {
  changeListing,
  type ListingRow,
  maySeeWho,
  PUBLIC_STATUSES,
  requireAlive,
  requireListing,
  requireVisible,
  seesUnpublished,
} from './listing-access.js';
export { allLanguages } from './listings.mapper.js';
export { ListingsModule } from './listings.module.js';
export { AMENITIES_OF, CATEGORIES_OF } from './listings.sql.js';
export { cancellation, OutOfUseService, requireReason } from './out-of-use.service.js';
export { isBookable, requireBookable, requirePlace, requireQuantity, requireZone, whyNotBookable } from './place.js';
export {
  ACTOR_PRICES,
  BOOKABLE_LISTINGS,
  GROUPS,
  GROUPS_STAMP,
  PRICES,
  QUOTA_HOLDS,
  REFERENCE,
  RULES_OF,
} from './reference.sql.js';
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
export { UpkeepModule } from './upkeep.module.js';
