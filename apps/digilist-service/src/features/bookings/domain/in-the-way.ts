import type { LocalizedName } from '@digilist/contracts';
import type { ListingReference, ReferenceZone } from '../../listings/index.js';

export interface InTheWay {
  /** The smallest zones of the listing that hold what is taken; none for a package. */
  zones: { zoneId: string; name: LocalizedName }[];
  /** The components of a package that are taken; none for anything else. */
  components: { listingId: string; zoneId: string; name: LocalizedName; zoneName: LocalizedName | null }[];
}

/** What people know the atoms by that were in the way. */
export function inTheWay(
  { components, zones }: Pick<ListingReference, 'components' | 'zones'>,
  atoms: readonly string[],
): InTheWay {
  const smallest = atoms.flatMap((atom) => smallestWith(zones, atom) ?? []);
  return {
    zones: [...new Map(smallest.map(({ id, name }) => [id, { zoneId: id, name }])).values()],
    components: components
      .filter((component) => component.atoms.some(({ id }) => atoms.includes(id)))
      .map(({ listingId, zoneId, name, zoneName }) => ({ listingId, zoneId, name, zoneName })),
  };
}

function smallestWith(zones: readonly ReferenceZone[], atom: string): ReferenceZone | undefined {
  return zones
    .filter(({ atomIds }) => atomIds.includes(atom))
    .reduce<ReferenceZone | undefined>(
      (least, zone) => (least && least.atomIds.length <= zone.atomIds.length ? least : zone),
      undefined,
    );
}
