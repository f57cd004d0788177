import { anonymous, Flag, FORBIDDEN, Id, ListOf, Nested, NOT_FOUND, permission, Whole } from '@kit/contracts';
import { operation } from './context.js';
import { LISTINGS_ARE_PUBLIC } from './listing-types.js';
import { LISTING_INVALID_STATE } from './listings.errors.js';
import { ListingId } from './listings.js';
import { LocalizedName } from './listings.text.js';
import { NOT_A_PACKAGE, PACKAGE_INVALID } from './packages.errors.js';

/** A zone of another listing that is booked along with the package. */
export class PackageItem {
  @Id({ description: 'The other listing; not a package itself' })
  listingId: string;

  @Id({ optional: true, description: 'Its zone; may be left out where there is only one' })
  zoneId?: string;

  @Whole({ min: 1, max: 100_000, optional: true, description: 'How many, where it is counted; 1 unless told' })
  quantity?: number;
}

export class PackageComponent {
  @Id()
  listingId: string;

  @Nested(() => LocalizedName)
  listingName: LocalizedName;

  @Id()
  zoneId: string;

  @Nested(() => LocalizedName)
  zoneName: LocalizedName;

  @Whole({ min: 1 })
  quantity: number;

  @Flag({ description: 'Published and in use. The package can be booked while all its components can' })
  bookable: boolean;
}

export class PackageItems {
  @ListOf(() => PackageComponent, { max: 50 })
  items: PackageComponent[];

  @Whole({ min: 1, description: 'Version of the listing' })
  version: number;
}

export class PutPackageItems {
  @Id({ description: 'The package' })
  id: string;

  @ListOf(() => PackageItem, { max: 50, description: 'Replaces all items' })
  items: PackageItem[];
}

export const getPackageItems = operation({
  id: 'getPackageItems',
  subject: 'package-item.list.v1',
  summary: 'What a package consists of',
  http: { method: 'GET', path: '/listings/{id}/package-items' },
  request: ListingId,
  response: PackageItems,
  access: anonymous(LISTINGS_ARE_PUBLIC),
  module: 'digilist.listings',
  errors: [NOT_FOUND, NOT_A_PACKAGE],
  version: 'answers',
});

export const putPackageItems = operation({
  id: 'putPackageItems',
  subject: 'package-item.put.v1',
  summary: 'Set what a package consists of',
  http: { method: 'PUT', path: '/listings/{id}/package-items' },
  request: PutPackageItems,
  response: PackageItems,
  access: permission('digilist.listing.update'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, FORBIDDEN, NOT_A_PACKAGE, PACKAGE_INVALID, LISTING_INVALID_STATE],
  version: 'required',
});

export const packageOperations = [getPackageItems, putPackageItems] as const;
