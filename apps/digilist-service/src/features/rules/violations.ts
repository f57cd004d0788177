import { RULE_VIOLATION, RULE_VIOLATIONS } from '@digilist/contracts';
import { type Locale, Refusal } from '@kit/contracts';
import type { ListingReference, Minute } from '../listings/index.js';
import { checkRules } from './domain/check-rules.js';

/** @throws Refusal RULE_VIOLATION with every rule that would be broken */
export function requireRules(
  listing: ListingReference,
  startsAt: Minute,
  endsAt: Minute,
  now: Minute,
  locale: Locale,
): void {
  const violations = checkRules(listing, startsAt, endsAt, now);
  if (violations.length === 0) return;
  throw new Refusal(RULE_VIOLATION, {
    errors: violations.map(({ code, path, values }) => ({
      path,
      code,
      message: RULE_VIOLATIONS[code][locale].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name])),
    })),
    details: { rules: violations.map(({ code, values }) => ({ code, ...values })) },
  });
}
