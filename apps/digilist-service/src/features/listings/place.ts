import { LISTING_NOT_BOOKABLE, QUANTITY_INVALID, ZONE_REQUIRED, ZONE_UNKNOWN } from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { stockOf } from './domain/claims.js';
import type { ListingReference, ReferenceZone } from './domain/reference.js';
import { requireVisible } from './listing-access.js';
import { type Place, readPlace } from './references.js';

/** A place that can be booked at present. @throws Refusal NOT_FOUND, LISTING_NOT_BOOKABLE */
export async function requirePlace(tx: Tx, listingId: string, discountCode: string | null = null): Promise<Place> {
  const place = await readPlace(tx, listingId, discountCode);
  if (!place) throw new Refusal(NOT_FOUND);
  await requireBookable(tx, place);
  return place;
}

/** @throws Refusal NOT_FOUND, LISTING_NOT_BOOKABLE */
export async function requireBookable(tx: Tx, { listing }: Place): Promise<void> {
  if (isBookable(listing)) return;
  await requireVisible(tx, listing);
  throw new Refusal(LISTING_NOT_BOOKABLE, { details: whyNotBookable(listing) });
}

/** Published; and so is all that a package consists of. */
export const isBookable = ({ status, bookingModel, components }: ListingReference): boolean =>
  status === 'published' &&
  (bookingModel !== 'PACKAGE' || (components.length > 0 && components.every(({ bookable }) => bookable)));

export function whyNotBookable({ status, components }: ListingReference): Record<string, unknown> {
  const out = components.filter(({ bookable }) => !bookable).map(({ listingId, zoneId }) => ({ listingId, zoneId }));
  return { status, ...(status === 'published' && { components: out }) };
}

/** The zone that is meant; it need not be named where there is only one. @throws Refusal ZONE_REQUIRED, ZONE_UNKNOWN */
export function requireZone(listing: ListingReference, zoneId: string | undefined): ReferenceZone {
  const { zones } = listing;
  if (zoneId === undefined) {
    const [only, ...others] = zones;
    if (only && others.length === 0) return only;
    throw new Refusal(ZONE_REQUIRED, { details: { zones: zones.map(({ id, name }) => ({ id, name })) } });
  }
  const zone = zones.find(({ id }) => id === zoneId);
  if (!zone) throw new Refusal(ZONE_UNKNOWN);
  return zone;
}

/** More than one only where units are counted, and never more than there are. @throws Refusal QUANTITY_INVALID */
export function requireQuantity(listing: ListingReference, zone: ReferenceZone, quantity: number): void {
  const stock = stockOf(listing, zone);
  if (quantity > stock) throw new Refusal(QUANTITY_INVALID, { details: { quantity, stock } });
}
