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

interface Problem {
  readonly field: keyof PackageItem;
  readonly code: string;
  readonly message: string;
}

/** Items with their zones, or everything that is wrong with them. */
export function compose(
  items: readonly PackageItem[],
  components: ReadonlyMap<string, Component>,
): { items: ComposedItem[]; errors: FieldError[] } {
  const composed: ComposedItem[] = [];
  const errors: FieldError[] = [];
  const zones = new Set<string>();
  for (const [at, item] of items.entries()) {
    const result = composedItem(item, components.get(item.listingId), zones);
    if ('code' in result) {
      const { field, code, message } = result;
      errors.push({ path: `items.${at}.${field}`, code, message });
    } else {
      zones.add(result.zoneId);
      composed.push(result);
    }
  }
  return { items: composed, errors };
}

function composedItem(
  { listingId, zoneId, quantity = 1 }: PackageItem,
  component: Component | undefined,
  before: ReadonlySet<string>,
): ComposedItem | Problem {
  const problem = (field: Problem['field'], code: string, message: string) => ({ field, code, message });
  if (!component) return problem('listingId', 'UNKNOWN', 'There is no such listing.');
  if (component.bookingModel === 'PACKAGE')
    return problem('listingId', 'IS_PACKAGE', 'A package does not consist of packages: name what is in it.');
  if (component.status === 'archived') return problem('listingId', 'ARCHIVED', 'The listing is archived.');
  const [only, ...others] = component.zones;
  if (zoneId === undefined && others.length > 0)
    return problem('zoneId', 'REQUIRED', 'The listing has several zones: say which one.');
  const zone = zoneId === undefined ? only : component.zones.find(({ id }) => id === zoneId);
  if (!zone) return problem('zoneId', 'UNKNOWN', 'There is no such zone in the listing.');
  if (before.has(zone.id)) return problem('zoneId', 'DUPLICATE', 'It is in the package already: raise its quantity.');
  const stock = zone.stock ?? 0;
  if (quantity > stock) return problem('quantity', 'ABOVE_STOCK', `There are ${stock} of it.`);
  return { listingId, zoneId: zone.id, quantity };
}
