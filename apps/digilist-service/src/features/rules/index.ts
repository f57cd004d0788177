export { bookerFacts, type RuledBooker, requireQuotas } from './booker-facts.js';
export {
  type BookerFacts,
  checkNotice,
  checkRules,
  factsAfter,
  type RuleViolation,
  type RuleWish,
} from './domain/check-rules.js';
export { wordingOf } from './domain/wording.js';
export { raiseListings } from './raised-listings.js';
export { RulesModule } from './rules.module.js';
export { fieldErrorOf, refuseViolations, requireNotice, requireRules } from './violations.js';
