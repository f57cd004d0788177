import type { ListingReference, ReferenceZone } from './reference.js';

/** What a booking of a zone takes of one atom. */
export interface Claim {
  readonly atomId: string;
  readonly exclusive: boolean;
  /** How many there are; 1 where the atom is exclusive. */
  readonly stock: number;
  readonly quantity: number;
  readonly bufferBeforeMinutes: number;
  readonly bufferAfterMinutes: number;
}

/** Everything that a booking of the zone takes, in the order of the atoms. The calendar shows and takes nothing else. */
export function claimsOf(listing: ListingReference, zone: ReferenceZone, quantity: number): readonly Claim[] {
  const { bufferBeforeMinutes, bufferAfterMinutes } = listing;
  return listing.atoms
    .filter(({ id }) => zone.atomIds.includes(id))
    .map(({ id, exclusive, stock }) => ({
      atomId: id,
      exclusive,
      stock,
      quantity: exclusive ? 1 : quantity,
      // What is counted is handed over the counter: nothing is kept free around it.
      bufferBeforeMinutes: exclusive ? bufferBeforeMinutes : 0,
      bufferAfterMinutes: exclusive ? bufferAfterMinutes : 0,
    }));
}
