import {
  anonymous,
  Id,
  ListOf,
  ListOfOneOf,
  Nested,
  NOT_FOUND,
  Nothing,
  OneOf,
  permission,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import { LocalizedName } from './listings.text.js';

export const LISTING_TYPES = ['SPACE', 'RESOURCE', 'EVENT', 'SERVICE', 'VEHICLE', 'OTHER'] as const;
export type ListingTypeKey = (typeof LISTING_TYPES)[number];

export const BOOKING_MODELS = ['TIME_RANGE', 'SLOT', 'ALL_DAY', 'QUANTITY', 'CAPACITY', 'PACKAGE'] as const;
export type BookingModel = (typeof BOOKING_MODELS)[number];

export class ListingType {
  @Id()
  id: string;

  @OneOf(LISTING_TYPES)
  key: ListingTypeKey;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @ListOfOneOf(BOOKING_MODELS, { description: 'Booking models that a listing of this type may have' })
  models: BookingModel[];

  @Whole({ min: 1 })
  version: number;
}

export class UpdateListingType {
  @Id()
  id: string;

  @ListOfOneOf(BOOKING_MODELS, {
    max: 6,
    description: 'At least one. For listings made from now on; others keep theirs',
  })
  models: BookingModel[];
}

export class ListingTypeList {
  @ListOf(() => ListingType)
  data: ListingType[];
}

export const LISTINGS_ARE_PUBLIC =
  'Residents look around before they sign in; unpublished listings are shown only to those who may see them.';

export const listListingTypes = operation({
  id: 'listListingTypes',
  subject: 'listing-type.list.v1',
  summary: 'Types of listings, with the booking models each allows',
  http: { method: 'GET', path: '/listing-types' },
  request: Nothing,
  response: ListingTypeList,
  access: anonymous(LISTINGS_ARE_PUBLIC),
  module: 'digilist.listings',
});

export const updateListingType = operation({
  id: 'updateListingType',
  subject: 'listing-type.update.v1',
  summary: 'Change which booking models a type of listing allows',
  http: { method: 'PATCH', path: '/listing-types/{id}' },
  request: UpdateListingType,
  response: ListingType,
  access: permission('digilist.listing-type.update'),
  module: 'digilist.listings',
  errors: [NOT_FOUND],
  version: 'required',
});

export const listingTypeOperations = [listListingTypes, updateListingType] as const;
