import type { ListingReference, ReferenceAtom, ReferenceZone } from './reference.js';

/** What a booking of a zone takes of one atom. */
export interface Claim {
  readonly atomId: string;
  /** What the calendar calls the atom. */
  readonly atomNumber: number;
  readonly exclusive: boolean;
  /** How many there are; 1 where the atom is exclusive. */
  readonly stock: number;
  readonly quantity: number;
  readonly bufferBeforeMinutes: number;
  readonly bufferAfterMinutes: number;
}

type Claimed = Pick<
  ListingReference,
  'bookingModel' | 'atoms' | 'components' | 'bufferBeforeMinutes' | 'bufferAfterMinutes'
>;

/**
 * Everything that a booking of the zone takes, in the order of the atoms; a package takes what its components are, with
 * their own buffers. The calendar shows and takes nothing else.
 */
export function claimsOf(listing: Claimed, zone: Pick<ReferenceZone, 'atomIds'>, quantity: number): readonly Claim[] {
  if (listing.bookingModel === 'PACKAGE') {
    return merged(
      listing.components.flatMap((component) =>
        component.atoms.map((atom) => claim(atom, component, quantity * component.quantity)),
      ),
    );
  }
  return listing.atoms.filter(({ id }) => zone.atomIds.includes(id)).map((atom) => claim(atom, listing, quantity));
}

/** How many can be had at most, were nobody else there. */
export function stockOf(listing: Claimed, zone: Pick<ReferenceZone, 'atomIds'>): number {
  const rooms = claimsOf(listing, zone, 1).map(({ stock, quantity }) => Math.floor(stock / quantity));
  return rooms.length === 0 ? 0 : Math.min(...rooms);
}

const claim = (
  { id, number, exclusive, stock }: ReferenceAtom,
  { bufferBeforeMinutes, bufferAfterMinutes }: Pick<Claimed, 'bufferBeforeMinutes' | 'bufferAfterMinutes'>,
  quantity: number,
): Claim => ({
  atomId: id,
  atomNumber: number,
  exclusive,
  stock,
  quantity: exclusive ? 1 : quantity,
  // What is counted is handed over the counter: nothing is kept free around it.
  bufferBeforeMinutes: exclusive ? bufferBeforeMinutes : 0,
  bufferAfterMinutes: exclusive ? bufferAfterMinutes : 0,
});

/** Components may share an atom: it is taken once, and as often as they count it together. */
function merged(claims: readonly Claim[]): Claim[] {
  const byAtom = new Map<string, Claim>();
  for (const each of claims) {
    const known = byAtom.get(each.atomId);
    byAtom.set(
      each.atomId,
      known
        ? {
            ...each,
            quantity: each.exclusive ? 1 : known.quantity + each.quantity,
            bufferBeforeMinutes: Math.max(known.bufferBeforeMinutes, each.bufferBeforeMinutes),
            bufferAfterMinutes: Math.max(known.bufferAfterMinutes, each.bufferAfterMinutes),
          }
        : each,
    );
  }
  return [...byAtom.values()].sort((a, b) => (a.atomId < b.atomId ? -1 : 1));
}
