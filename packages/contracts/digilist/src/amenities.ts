import {
  anonymous,
  Id,
  Ids,
  ListOf,
  Nested,
  NOT_FOUND,
  OneOf,
  permission,
  Slug,
  STALE_VERSION,
  Text,
  Whole,
} from '@kit/contracts';
import { AMENITY_KEY_TAKEN, AMENITY_UNKNOWN, CATALOGUE_FULL } from './catalogue.errors.js';
import { CATALOGUE_STATUSES, type CatalogueStatus } from './categories.js';
import { operation } from './context.js';
import { LISTINGS_ARE_PUBLIC } from './listing-types.js';
import { LISTING_INVALID_STATE } from './listings.errors.js';
import { LocalizedName } from './listings.text.js';

const MAX_AMENITIES_OF_LISTING = 100;

/** An amenity as a listing shows it. */
export class AmenityRef {
  @Id()
  id: string;

  @Text({ max: 63, example: 'projektor' })
  key: string;

  @Nested(() => LocalizedName)
  name: LocalizedName;
}

export class Amenity extends AmenityRef {
  @OneOf(CATALOGUE_STATUSES)
  status: CatalogueStatus;

  @Whole({ min: 1 })
  version: number;
}

export class AmenityList {
  @ListOf(() => Amenity)
  data: Amenity[];
}

export class ListAmenities {
  @OneOf(CATALOGUE_STATUSES, { optional: true, description: 'active unless told' })
  status?: CatalogueStatus;
}

export class AmenityId {
  @Id()
  id: string;
}

export class CreateAmenity {
  @Slug({ description: 'How filters name it', example: 'klatrevegg' })
  key: string;

  @Nested(() => LocalizedName)
  name: LocalizedName;
}

export class UpdateAmenity {
  @Id()
  id: string;

  @Nested(() => LocalizedName, { optional: true })
  name?: LocalizedName;

  @OneOf(CATALOGUE_STATUSES, { optional: true, description: 'Listings keep what is retired, but it is not shown' })
  status?: CatalogueStatus;
}

export class PutListingAmenities {
  @Id({ description: 'The listing' })
  id: string;

  @Ids({ max: MAX_AMENITIES_OF_LISTING, description: 'All amenities it shall have' })
  amenityIds: string[];
}

export class ListingAmenities {
  @ListOf(() => AmenityRef)
  amenities: AmenityRef[];

  @Whole({ min: 1, description: 'Version of the listing' })
  version: number;
}

export const listAmenities = operation({
  id: 'listAmenities',
  subject: 'amenity.list.v1',
  summary: 'What listings can offer, by name',
  http: { method: 'GET', path: '/amenities' },
  request: ListAmenities,
  response: AmenityList,
  access: anonymous(LISTINGS_ARE_PUBLIC),
  module: 'digilist.listings',
});

export const getAmenity = operation({
  id: 'getAmenity',
  subject: 'amenity.get.v1',
  summary: 'One amenity',
  http: { method: 'GET', path: '/amenities/{id}' },
  request: AmenityId,
  response: Amenity,
  access: anonymous(LISTINGS_ARE_PUBLIC),
  module: 'digilist.listings',
  errors: [NOT_FOUND],
  version: 'answers',
});

export const createAmenity = operation({
  id: 'createAmenity',
  subject: 'amenity.create.v1',
  summary: 'Create an amenity',
  http: { method: 'POST', path: '/amenities', status: 201 },
  request: CreateAmenity,
  response: Amenity,
  access: permission('digilist.amenity.update'),
  module: 'digilist.listings',
  errors: [AMENITY_KEY_TAKEN, CATALOGUE_FULL],
  idempotent: true,
  version: 'answers',
});

export const updateAmenity = operation({
  id: 'updateAmenity',
  subject: 'amenity.update.v1',
  summary: 'Change, retire or restore an amenity',
  http: { method: 'PATCH', path: '/amenities/{id}' },
  request: UpdateAmenity,
  response: Amenity,
  access: permission('digilist.amenity.update'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, STALE_VERSION],
  version: 'required',
});

export const putListingAmenities = operation({
  id: 'putListingAmenities',
  subject: 'listing-amenity.put.v1',
  summary: 'Say which amenities a listing has',
  http: { method: 'PUT', path: '/listings/{id}/amenities' },
  request: PutListingAmenities,
  response: ListingAmenities,
  access: permission('digilist.listing.update'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, LISTING_INVALID_STATE, AMENITY_UNKNOWN],
  version: 'required',
});

export const amenityOperations = [
  listAmenities,
  getAmenity,
  createAmenity,
  updateAmenity,
  putListingAmenities,
] as const;
