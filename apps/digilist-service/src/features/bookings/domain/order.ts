import { type CreateBooking, type Price, TERMS_NOT_ACCEPTED, TERMS_VERSION_MISMATCH } from '@digilist/contracts';
import { type Locale, Refusal } from '@kit/contracts';
import type { Behalf } from '../../../platform/index.js';
import {
  type Claim,
  claimsOf,
  type ListingReference,
  type Minute,
  minuteFloor,
  type Place,
  type ReferenceZone,
  requireQuantity,
  requireTime,
  requireZone,
} from '../../listings/index.js';
import { DEFAULT_GROUP, priceOrRefuse } from '../../pricing/index.js';
import { type BookerFacts, requireRules } from '../../rules/index.js';

const LONGEST_DAYS = 400;

/** What is asked for, but for when: as a new booking, a draft that is submitted, or a series. */
export type Wish = Pick<
  CreateBooking,
  'zoneId' | 'quantity' | 'pricingGroup' | 'discountCode' | 'addOns' | 'quoteId' | 'termsVersion' | 'draft'
>;

/** What holds of a wish whenever it is for: decided once, however many times follow. */
export interface Ground {
  readonly place: Place;
  readonly listing: ListingReference;
  readonly zone: ReferenceZone;
  readonly quantity: number;
  readonly claims: readonly Claim[];
  readonly behalf: Behalf | null;
  readonly pricingGroup: string;
  readonly discountCode: string | undefined;
  readonly addOns: CreateBooking['addOns'];
  readonly termsVersion: string | null;
}

/** A wish that the listing can grant, if only the time is free. */
export interface Order {
  readonly listing: ListingReference;
  readonly zone: ReferenceZone;
  readonly from: Minute;
  readonly until: Minute;
  readonly quantity: number;
  /** What it takes of the calendar. */
  readonly claims: readonly Claim[];
  readonly pricingGroup: string;
  readonly price: Price;
  /** The quote whose price it is; null: what it costs now. */
  readonly quoteId: string | null;
  readonly termsVersion: string | null;
}

/** A price that somebody was quoted and that still holds. */
export interface QuotedPrice {
  readonly quoteId: string;
  readonly price: Price;
}

export interface Span {
  readonly from: Minute;
  readonly until: Minute;
}

/** When a wish is for. @throws Refusal as requireTime does */
export function spanOf(
  wish: Parameters<typeof requireTime>[0],
  { timezone }: Pick<ListingReference, 'timezone'>,
): Span {
  const [from, until] = requireTime(wish, timezone, LONGEST_DAYS);
  return { from, until };
}

/** @throws Refusal ZONE_REQUIRED, ZONE_UNKNOWN, QUANTITY_INVALID, TERMS_NOT_ACCEPTED, TERMS_VERSION_MISMATCH */
export function groundOf(wish: Wish, place: Place, behalf: Behalf | null): Ground {
  const { listing } = place;
  const zone = requireZone(listing, wish.zoneId);
  const { quantity = 1, pricingGroup = DEFAULT_GROUP, discountCode, addOns } = wish;
  requireQuantity(listing, zone, quantity);
  return {
    place,
    listing,
    zone,
    quantity,
    claims: claimsOf(listing, zone, quantity),
    behalf,
    pricingGroup,
    discountCode,
    addOns,
    termsVersion: wish.draft ? null : acceptedTerms(listing, wish.termsVersion),
  };
}

/**
 * Everything that can be decided about one time before anybody looks into the calendar. Asks nobody anything: a series
 * calls it for each of its dates.
 *
 * @param facts about the booker, read for all times at once; null leaves the rules about persons out
 * @param quoted the price that holds instead of what it costs now
 * @throws Refusal RULE_VIOLATION with all broken rules together, or why there is no price
 */
export function orderAt(
  ground: Ground,
  span: Span,
  facts: BookerFacts | null,
  now: Date,
  locale: Locale,
  quoted: QuotedPrice | null = null,
): Order {
  const { listing, zone, quantity, claims, behalf, termsVersion, pricingGroup } = ground;
  requireRules(listing, { ...span, behalf, pricingGroup: ground.pricingGroup }, facts, minuteFloor(now), locale);
  const { price } = quoted ?? priceAt(ground, span);
  const quoteId = quoted?.quoteId ?? null;
  return { listing, zone, ...span, quantity, claims, pricingGroup, price, quoteId, termsVersion };
}

/** @throws Refusal why there is no price */
export const priceAt = ({ place, zone, quantity, pricingGroup, behalf, discountCode, addOns }: Ground, span: Span) =>
  priceOrRefuse(place, { zoneId: zone.id, ...span, quantity, pricingGroup, behalf, discountCode, addOns });

/** @throws Refusal TERMS_NOT_ACCEPTED, TERMS_VERSION_MISMATCH */
export function acceptedTerms(listing: ListingReference, accepted: string | undefined): string | null {
  if (listing.termsVersion === null) return null;
  const details = { termsVersion: listing.termsVersion };
  if (accepted === undefined) throw new Refusal(TERMS_NOT_ACCEPTED, { details });
  if (accepted !== listing.termsVersion) throw new Refusal(TERMS_VERSION_MISMATCH, { details });
  return accepted;
}
