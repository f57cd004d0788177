import {
  anonymous,
  Flag,
  Id,
  Instant,
  ListOf,
  Money,
  Nested,
  OneOf,
  PageQuery,
  pageOf,
  Text,
  Texts,
  Whole,
} from '@kit/contracts';
import { Matches } from 'class-validator';
import { AmenityRef } from './amenities.js';
import { INVALID_INTERVAL } from './calendar.errors.js';
import { Interval, MAX_WINDOW_DAYS } from './calendar.js';
import { AMENITY_UNKNOWN, CATEGORY_UNKNOWN } from './catalogue.errors.js';
import { CategoryRef } from './categories.js';
import { operation } from './context.js';
import {
  BOOKING_MODELS,
  type BookingModel,
  LISTING_TYPES,
  LISTINGS_ARE_PUBLIC,
  type ListingTypeKey,
} from './listing-types.js';
import { LISTING_STATUSES, type ListingStatus, Position } from './listings.js';
import { FourDigits, LocalizedName } from './listings.text.js';
import { PrimaryImage } from './media.js';
import { PRICING_GROUP_UNKNOWN } from './pricing.errors.js';
import { PRICE_UNITS, type PriceUnit } from './pricing.js';

export const LISTING_SORTS = ['relevance', 'name', 'price', '-price', 'distance', 'capacity', '-capacity'] as const;
export type ListingSort = (typeof LISTING_SORTS)[number];

/** What a price filter and a sorting by price compare. */
export const PRICE_MEASURES = ['hour', 'booking'] as const;
export type PriceMeasure = (typeof PRICE_MEASURES)[number];

const LATITUDE = '-?(90(\\.0{1,10})?|[1-8]?\\d(\\.\\d{1,10})?)';
const LONGITUDE = '-?(180(\\.0{1,10})?|(1[0-7]|[1-9])?\\d(\\.\\d{1,10})?)';
const COORDINATES = new RegExp(`^${LATITUDE},${LONGITUDE}$`);

/** What both searches take. */
class ListingFilters extends PageQuery {
  @Text({
    min: 1,
    max: 100,
    optional: true,
    description:
      'Words of the name, categories, amenities, the address or the description; misspelled ones are found too',
    example: 'idrettshall',
  })
  q?: string;

  @OneOf(LISTING_TYPES, { optional: true })
  type?: ListingTypeKey;

  @Text({
    min: 1,
    max: 63,
    optional: true,
    description: 'Slug or id of a category; what lies below it is included',
    example: 'idrett',
  })
  category?: string;

  @Texts({
    max: 20,
    length: 63,
    optional: true,
    description: 'Keys of amenities, all of which it shall have; repeat it for several',
    example: ['garderobe', 'dusj'],
  })
  amenity?: string[];

  @Whole({ min: 1, max: 100_000, optional: true, description: 'Holds at least so many people', example: 20 })
  capacity?: number;

  @FourDigits({ optional: true, description: 'Official municipality number', example: '4601' })
  municipality?: string;

  @Id({ optional: true, description: 'Organization that owns it' })
  orgId?: string;

  @Text({
    max: 50,
    optional: true,
    description: 'latitude,longitude from where distances count',
    example: '60.39,5.32',
  })
  @Matches(COORDINATES, { message: '$property must read latitude,longitude in degrees' })
  near?: string;

  @Whole({ min: 1, max: 1_000_000, optional: true, description: 'Not farther than so many metres; needs near' })
  within?: number;

  @Whole({
    min: 0,
    max: 1_000_000_000,
    optional: true,
    description: 'At most so much, in minor units with VAT, for the pricing group',
    example: 50_000,
  })
  maxPrice?: number;

  @Text({ min: 1, max: 60, optional: true, description: 'Group whose prices count; private unless told' })
  pricingGroup?: string;

  @Whole({ min: 1, max: 100_000, optional: true, description: 'Free for so many, where the listing counts' })
  quantity?: number;

  @OneOf(LISTING_SORTS, {
    optional: true,
    description: 'relevance with q, else name. Names in Norwegian order; a leading minus sorts down',
  })
  sort?: ListingSort;
}

export class ListListings extends ListingFilters {
  @OneOf(LISTING_STATUSES, { optional: true, description: 'Others than published only for those who may see them' })
  status?: ListingStatus;

  @Instant({ optional: true, description: 'Only what is free from here; needs freeTo' })
  freeFrom?: string;

  @Instant({
    optional: true,
    description: `At most ${MAX_WINDOW_DAYS} days later`,
    example: '2026-12-01T20:00:00+01:00',
  })
  freeTo?: string;

  @Whole({
    min: 5,
    max: 44_640,
    optional: true,
    description: 'Free for so long somewhere in between; all the time unless told',
  })
  minDuration?: number;

  @OneOf(PRICE_MEASURES, {
    optional: true,
    description:
      'What maxPrice and a sorting by price compare. hour (unless told): the cheapest hour. booking: the free time that ' +
      'was found, of minDuration; needs freeFrom and freeTo',
  })
  pricePer?: PriceMeasure;

  @Flag({ optional: true, description: 'Count the matches by type, category and amenity' })
  facets?: boolean;

  @Flag({ optional: true, description: 'Show when each is free next, within 31 days' })
  nextFree?: boolean;
}

/** The lowest price that the listing asks for one unit, VAT included. */
export class PriceFrom {
  @Nested(() => Money)
  amount: Money;

  @OneOf(PRICE_UNITS)
  unit: PriceUnit;
}

export class ListingSummary {
  @Id()
  id: string;

  @Id()
  orgId: string;

  @OneOf(LISTING_TYPES)
  type: ListingTypeKey;

  @OneOf(BOOKING_MODELS)
  bookingModel: BookingModel;

  @OneOf(LISTING_STATUSES)
  status: ListingStatus;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @Text({ max: 100, nullable: true })
  city: string | null;

  @Text({ max: 4, nullable: true })
  municipalityCode: string | null;

  @Nested(() => Position, { nullable: true })
  position: Position | null;

  @Whole({ nullable: true })
  capacity: number | null;

  @ListOf(() => CategoryRef)
  categories: CategoryRef[];

  @ListOf(() => AmenityRef)
  amenities: AmenityRef[];

  @Nested(() => PrimaryImage, { nullable: true })
  image: PrimaryImage | null;

  @Nested(() => PriceFrom, { nullable: true, description: 'null: no price is set' })
  priceFrom: PriceFrom | null;

  @Whole({ nullable: true, description: 'Metres from near; null without near or where the listing has no position' })
  distance: number | null;

  @Nested(() => Interval, {
    nullable: true,
    description:
      'With freeFrom: the first time in between that can be booked for as long as asked. With nextFree: when it is free ' +
      'next. Else null',
  })
  free: Interval | null;

  @Whole({ min: 1 })
  version: number;
}

export class TypeCount {
  @OneOf(LISTING_TYPES)
  type: ListingTypeKey;

  @Whole({ min: 1 })
  count: number;
}

export class CategoryCount extends CategoryRef {
  @Whole({ min: 1, description: 'With what lies below it' })
  count: number;
}

export class AmenityCount extends AmenityRef {
  @Whole({ min: 1 })
  count: number;
}

/** How many of all matches, not just of this page. */
export class ListingFacets {
  @ListOf(() => TypeCount)
  types: TypeCount[];

  @ListOf(() => CategoryCount)
  categories: CategoryCount[];

  @ListOf(() => AmenityCount)
  amenities: AmenityCount[];
}

export class ListingPage extends pageOf(ListingSummary) {
  @Nested(() => ListingFacets, { nullable: true, description: 'null unless asked for' })
  facets: ListingFacets | null;
}

export class SearchAvailability extends ListingFilters {
  @Instant()
  from: string;

  @Instant({ description: `At most ${MAX_WINDOW_DAYS} days after from`, example: '2026-12-01T20:00:00+01:00' })
  to: string;

  @Whole({
    min: 5,
    max: 44_640,
    optional: true,
    description: 'Free for so long somewhere in the window; the whole window unless told',
  })
  minDuration?: number;
}

export class FreeZone {
  @Id()
  listingId: string;

  @Nested(() => LocalizedName)
  listingName: LocalizedName;

  @OneOf(LISTING_TYPES)
  type: ListingTypeKey;

  @Id()
  zoneId: string;

  @Nested(() => LocalizedName)
  zoneName: LocalizedName;

  @Whole({ nullable: true, description: 'People it holds' })
  capacity: number | null;

  @Whole({ nullable: true, description: 'Metres from near' })
  distance: number | null;

  @ListOf(() => Interval, { max: 10_000, description: 'Free within the window, each long enough' })
  free: Interval[];

  @Nested(() => Money, {
    nullable: true,
    description: 'What the first of them (of the asked duration) costs, VAT included; an indication',
  })
  price: Money | null;
}

export class FreeZonePage extends pageOf(FreeZone) {}

export const listListings = operation({
  id: 'listListings',
  subject: 'listing.list.v1',
  summary: 'Search the listings',
  http: { method: 'GET', path: '/listings' },
  request: ListListings,
  response: ListingPage,
  access: anonymous(LISTINGS_ARE_PUBLIC),
  module: 'digilist.listings',
  errors: [INVALID_INTERVAL, CATEGORY_UNKNOWN, AMENITY_UNKNOWN, PRICING_GROUP_UNKNOWN],
});

export const searchAvailability = operation({
  id: 'searchAvailability',
  subject: 'availability.search.v1',
  summary: 'What is free between two instants, with an indication of its price',
  http: { method: 'GET', path: '/availability' },
  request: SearchAvailability,
  response: FreeZonePage,
  access: anonymous('Residents look for a free time before they sign in. The answer shows when, never who.'),
  module: 'digilist.booking',
  errors: [INVALID_INTERVAL, CATEGORY_UNKNOWN, AMENITY_UNKNOWN, PRICING_GROUP_UNKNOWN],
});

export const listingSearchOperations = [listListings, searchAvailability] as const;
