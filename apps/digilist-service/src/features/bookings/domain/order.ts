import {
  type CreateBooking,
  LISTING_NOT_BOOKABLE,
  type Price,
  TERMS_NOT_ACCEPTED,
  TERMS_VERSION_MISMATCH,
} from '@digilist/contracts';
import { type Locale, Refusal } from '@kit/contracts';
import type { Behalf } from '../../../platform/index.js';
import {
  type ListingReference,
  type Minute,
  minuteFloor,
  type Place,
  type ReferenceZone,
  requireInterval,
  requireQuantity,
  requireZone,
} from '../../listings/index.js';
import { priceOrRefuse } from '../../pricing/index.js';
import { requireRules } from '../../rules/index.js';

const LONGEST_DAYS = 400;

/** What is asked for, whether as a new booking or as a draft that is submitted. */
export type Wish = Pick<
  CreateBooking,
  'zoneId' | 'startsAt' | 'endsAt' | 'quantity' | 'pricingGroup' | 'discountCode' | 'addOns' | 'termsVersion' | 'draft'
>;

/** A wish that the listing can grant, if only the time is free. */
export interface Order {
  readonly listing: ListingReference;
  readonly zone: ReferenceZone;
  readonly from: Minute;
  readonly until: Minute;
  readonly quantity: number;
  readonly pricingGroup: string;
  readonly price: Price;
  readonly termsVersion: string | null;
}

/**
 * Everything that can be decided before anybody looks into the calendar.
 * @throws Refusal with the first thing that makes the wish impossible; broken rules all together
 */
export function orderOf(wish: Wish, place: Place, behalf: Behalf | null, now: Date, locale: Locale): Order {
  const { listing } = place;
  const { bookingModel } = listing;
  // A package is several bookings in one, which nobody can place yet.
  if (bookingModel === 'PACKAGE') throw new Refusal(LISTING_NOT_BOOKABLE, { details: { bookingModel } });
  const [from, until] = requireInterval(wish.startsAt, wish.endsAt, LONGEST_DAYS);
  const zone = requireZone(listing, wish.zoneId);
  const { quantity = 1 } = wish;
  requireQuantity(listing, zone, quantity);
  const termsVersion = wish.draft ? null : acceptedTerms(listing, wish.termsVersion);
  requireRules(listing, from, until, minuteFloor(now), locale);
  const { pricingGroup: asked, discountCode, addOns } = wish;
  const { price, pricingGroup } = priceOrRefuse(place, {
    zoneId: zone.id,
    from,
    until,
    quantity,
    pricingGroup: asked,
    behalf,
    discountCode,
    addOns,
  });
  return { listing, zone, from, until, quantity, pricingGroup, price, termsVersion };
}

/** @throws Refusal TERMS_NOT_ACCEPTED, TERMS_VERSION_MISMATCH */
function acceptedTerms(listing: ListingReference, accepted: string | undefined): string | null {
  if (listing.termsVersion === null) return null;
  const details = { termsVersion: listing.termsVersion };
  if (accepted === undefined) throw new Refusal(TERMS_NOT_ACCEPTED, { details });
  if (accepted !== listing.termsVersion) throw new Refusal(TERMS_VERSION_MISMATCH, { details });
  return accepted;
}
