import {
  type CreateBooking,
  LISTING_NOT_BOOKABLE,
  type Price,
  QUANTITY_INVALID,
  TERMS_NOT_ACCEPTED,
  TERMS_VERSION_MISMATCH,
  ZONE_REQUIRED,
  ZONE_UNKNOWN,
} from '@digilist/contracts';
import { type Locale, Refusal } from '@kit/contracts';
import { requireInterval } from '../../calendar/index.js';
import {
  type ListingReference,
  type Minute,
  minuteFloor,
  type Place,
  type ReferenceAtom,
  type ReferenceZone,
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
  readonly atoms: readonly ReferenceAtom[];
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
export function orderOf(wish: Wish, place: Place, now: Date, locale: Locale): Order {
  const { listing } = place;
  if (listing.status !== 'published' || listing.bookingModel === 'PACKAGE') {
    throw new Refusal(LISTING_NOT_BOOKABLE, { details: { status: listing.status, bookingModel: listing.bookingModel } });
  }
  const [from, until] = requireInterval(wish.startsAt, wish.endsAt, LONGEST_DAYS);
  const zone = zoneOf(listing, wish.zoneId);
  const atoms = listing.atoms.filter((atom) => zone.atomIds.includes(atom.id));
  const quantity = quantityOf(wish.quantity, atoms);
  const termsVersion = wish.draft ? null : acceptedTerms(listing, wish.termsVersion);
  requireRules(listing, from, until, minuteFloor(now), locale);
  const { pricingGroup: asked, discountCode, addOns } = wish;
  const { price, pricingGroup } = priceOrRefuse(place, { zoneId: zone.id, from, until, quantity, pricingGroup: asked, discountCode, addOns });
  return { listing, zone, atoms, from, until, quantity, pricingGroup, price, termsVersion };
}

/** @throws Refusal ZONE_UNKNOWN, ZONE_REQUIRED */
function zoneOf(listing: ListingReference, zoneId: string | undefined): ReferenceZone {
  if (zoneId !== undefined) {
    const named = listing.zones.find(({ id }) => id === zoneId);
    if (!named) throw new Refusal(ZONE_UNKNOWN);
    return named;
  }
  const [only, ...others] = listing.zones;
  if (!only) throw new Refusal(LISTING_NOT_BOOKABLE);
  if (others.length > 0) {
    throw new Refusal(ZONE_REQUIRED, { details: { zones: listing.zones.map(({ id, name }) => ({ id, name })) } });
  }
  return only;
}

/** @throws Refusal QUANTITY_INVALID */
function quantityOf(asked: number | undefined, atoms: readonly ReferenceAtom[]): number {
  const quantity = asked ?? 1;
  const most = Math.min(...atoms.map(({ exclusive, stock }) => (exclusive ? 1 : stock)));
  if (quantity > most) throw new Refusal(QUANTITY_INVALID, { details: { most } });
  return quantity;
}

/** @throws Refusal TERMS_NOT_ACCEPTED, TERMS_VERSION_MISMATCH */
function acceptedTerms(listing: ListingReference, accepted: string | undefined): string | null {
  if (listing.termsVersion === null) return null;
  const details = { termsVersion: listing.termsVersion };
  if (accepted === undefined) throw new Refusal(TERMS_NOT_ACCEPTED, { details });
  if (accepted !== listing.termsVersion) throw new Refusal(TERMS_VERSION_MISMATCH, { details });
  return accepted;
}
