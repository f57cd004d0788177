import type { BookingModel, ListingStatus, PaymentPolicy } from '@digilist/contracts';

/** Where a listing may go from where it stands. */
export const LISTING_TRANSITIONS: Readonly<Record<ListingStatus, readonly ListingStatus[]>> = {
  draft: ['published', 'archived'],
  published: ['maintenance', 'archived'],
  maintenance: ['published', 'archived'],
  archived: [],
};

export const mayBecome = (from: ListingStatus, to: ListingStatus): boolean => LISTING_TRANSITIONS[from].includes(to);

export type Missing = 'OPENING_HOURS' | 'PRICE' | 'ZONE';

/** What a listing still lacks before residents may book it. */
export function missingToPublish(listing: {
  paymentPolicy: PaymentPolicy;
  openingRules: number;
  prices: number;
  activeZones: number;
}): Missing[] {
  const missing: Missing[] = [];
  if (listing.activeZones === 0) missing.push('ZONE');
  if (listing.openingRules === 0) missing.push('OPENING_HOURS');
  if (listing.prices === 0 && listing.paymentPolicy !== 'FREE') missing.push('PRICE');
  return missing;
}

/** Models whose units are counted instead of taken whole. */
export const isCounted = (model: BookingModel): boolean => model === 'QUANTITY' || model === 'CAPACITY';
