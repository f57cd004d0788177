import {
  anonymous,
  Id,
  Instant,
  ListOf,
  Money,
  Nested,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  Text,
  Whole,
} from '@kit/contracts';
import { INVALID_INTERVAL } from './calendar.errors.js';
import { operation } from './context.js';
import { LISTING_TYPES, type ListingTypeKey } from './listing-types.js';
import { ZONE_UNKNOWN } from './listings.errors.js';
import { FourDigits, LocalizedName } from './listings.text.js';
import { PRICING_GROUP_UNKNOWN } from './pricing.errors.js';

/** Longest window a calendar is read for at once. */
export const MAX_WINDOW_DAYS = 62;

export class Interval {
  @Instant({ description: 'Included' })
  startsAt: string;

  @Instant({ description: 'Not included', example: '2026-12-01T20:00:00+01:00' })
  endsAt: string;
}

export class GetListingAvailability {
  @Id()
  id: string;

  @Instant()
  from: string;

  @Instant({ description: `At most ${MAX_WINDOW_DAYS} days after from`, example: '2026-12-08T18:00:00+01:00' })
  to: string;

  @Id({ optional: true, description: 'Only this zone' })
  zoneId?: string;

  @Whole({ min: 1, max: 100_000, optional: true, description: 'Free for so many, where the listing counts' })
  quantity?: number;
}

export class ZoneAvailability {
  @Id()
  zoneId: string;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @ListOf(() => Interval, { max: 10_000, description: 'When it is open and nobody has it, in order' })
  free: Interval[];
}

export class ListingAvailability {
  @Id()
  listingId: string;

  @Text({ description: 'Zone of the clock on its wall', example: 'Europe/Oslo' })
  timezone: string;

  @ListOf(() => ZoneAvailability)
  zones: ZoneAvailability[];
}

export class SearchAvailability extends PageQuery {
  @Instant()
  from: string;

  @Instant({ description: `At most ${MAX_WINDOW_DAYS} days after from`, example: '2026-12-01T20:00:00+01:00' })
  to: string;

  @OneOf(LISTING_TYPES, { optional: true })
  type?: ListingTypeKey;

  @FourDigits({ optional: true, description: 'Official municipality number', example: '4601' })
  municipality?: string;

  @Whole({ min: 1, max: 100_000, optional: true, description: 'Holds at least so many people', example: 20 })
  capacity?: number;

  @Whole({
    min: 5,
    max: 44_640,
    optional: true,
    description: 'Free for so long somewhere in the window; the whole window unless told',
  })
  minDuration?: number;

  @Text({ min: 1, max: 60, optional: true, description: 'Group whose price is shown', example: 'sports_club' })
  pricingGroup?: string;
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

  @ListOf(() => Interval, { max: 10_000, description: 'Free within the window, each long enough' })
  free: Interval[];

  @Nested(() => Money, {
    nullable: true,
    description: 'What the first of them (of the asked duration) costs, VAT included; an indication',
  })
  price: Money | null;
}

export class FreeZonePage extends pageOf(FreeZone) {}

const PUBLIC = 'Residents look for a free time before they sign in. The answer shows when, never who.';

export const getListingAvailability = operation({
  id: 'getListingAvailability',
  subject: 'availability.get.v1',
  summary: 'When the zones of a listing are free',
  http: { method: 'GET', path: '/listings/{id}/availability' },
  request: GetListingAvailability,
  response: ListingAvailability,
  access: anonymous(PUBLIC),
  module: 'digilist.booking',
  errors: [NOT_FOUND, INVALID_INTERVAL, ZONE_UNKNOWN],
});

export const searchAvailability = operation({
  id: 'searchAvailability',
  subject: 'availability.search.v1',
  summary: 'What is free between two instants, with an indication of its price',
  http: { method: 'GET', path: '/availability' },
  request: SearchAvailability,
  response: FreeZonePage,
  access: anonymous(PUBLIC),
  module: 'digilist.booking',
  errors: [INVALID_INTERVAL, PRICING_GROUP_UNKNOWN],
});

export const calendarOperations = [getListingAvailability, searchAvailability] as const;
