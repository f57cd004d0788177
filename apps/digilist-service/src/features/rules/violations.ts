import { RULE_VIOLATION } from '@digilist/contracts';
import { type Locale, Refusal } from '@kit/contracts';
import type { ListingReference, Minute } from '../listings/index.js';
import { type BookerFacts, checkNotice, checkRules, type RuleViolation, type RuleWish } from './domain/check-rules.js';
import { wordingOf } from './domain/wording.js';

/** @throws Refusal RULE_VIOLATION with every rule that would be broken */
export function requireRules(
  listing: ListingReference,
  wish: RuleWish,
  facts: BookerFacts | null,
  now: Minute,
  locale: Locale,
): void {
  refuseViolations(checkRules(listing, wish, facts, now), listing.timezone, locale);
}

/**
 * For bookers, not for staff: they may change and cancel a confirmed booking until its notice begins.
 *
 * @throws Refusal RULE_VIOLATION (CHANGE_TOO_LATE or CANCEL_TOO_LATE)
 */
export function requireNotice(
  listing: ListingReference,
  what: 'change' | 'cancel',
  startsAt: Minute,
  now: Minute,
  locale: Locale,
): void {
  const violation = checkNotice(listing, what, startsAt, now);
  if (violation) refuseViolations([violation], listing.timezone, locale);
}

/** A violation as an entry of `errors[]`, in the language of the caller and on the clock of the listing. */
export const fieldErrorOf = (violation: RuleViolation, timezone: string, locale: Locale) => ({
  path: violation.path,
  code: violation.code,
  message: wordingOf(violation, locale, timezone),
});

export function refuseViolations(violations: readonly RuleViolation[], timezone: string, locale: Locale): void {
  if (violations.length === 0) return;
  throw new Refusal(RULE_VIOLATION, {
    errors: violations.map((violation) => fieldErrorOf(violation, timezone, locale)),
    details: { rules: violations.map(({ code, values }) => ({ code, ...values })) },
  });
}
