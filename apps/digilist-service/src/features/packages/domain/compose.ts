import type { BookingModel, ListingStatus, PackageItem } from '@digilist/contracts';
import type { FieldError } from '@kit/contracts';

/** A listing that is to be part of a package. */
export interface Component {
  readonly id: string;
  readonly orgId: string;
  readonly bookingModel: BookingModel;
  readonly status: ListingStatus;
  /** What a booking can name, and how many there are of it; null: a zone without anything in it. */
  readonly zones: readonly { readonly id: string; readonly stock: number | null }[];
}

export interface ComposedItem {
  readonly listingId: string;
  readonly zoneId: string;
  readonly quantity: number;
}

/** Items with their zones, or everything that is wrong with them. */
export function compose(
  items: readonly PackageItem[],
  components: ReadonlyMap<string, Component>,
): { items: ComposedItem[]; errors: FieldError[] } {
  const composed: ComposedItem[] = [];
  const errors: FieldError[] = [];
  const zones = new Set<string>();
  items.forEach((item, at) => {
    const problem = (field: string, code: string, message: string) =>
      errors.push({ path: `items.${at}.${field}`, code, message });
    const { listingId, quantity = 1 } = item;
    const component = components.get(listingId);
    if (!component) return problem('listingId', 'UNKNOWN', 'There is no such listing.');
    if (component.bookingModel === 'PACKAGE')
      return problem('listingId', 'IS_PACKAGE', 'A package does not consist of packages: name what is in it.');
    if (component.status === 'archived') return problem('listingId', 'ARCHIVED', 'The listing is archived.');
    const [only, ...others] = component.zones;
    if (item.zoneId === undefined && others.length > 0)
      return problem('zoneId', 'REQUIRED', 'The listing has several zones: say which one.');
    const zone = item.zoneId === undefined ? only : component.zones.find(({ id }) => id === item.zoneId);
    if (!zone) return problem('zoneId', 'UNKNOWN', 'There is no such zone in the listing.');
    if (zones.has(zone.id)) return problem('zoneId', 'DUPLICATE', 'It is in the package already: raise its quantity.');
    zones.add(zone.id);
    if (quantity > (zone.stock ?? 0)) return problem('quantity', 'ABOVE_STOCK', `There are ${zone.stock ?? 0} of it.`);
    composed.push({ listingId, zoneId: zone.id, quantity });
  });
  return { items: composed, errors };
}
