import { anonymous, Id, Instant, ListOf, Nested, NOT_FOUND, Text, Whole } from '@kit/contracts';
import { INVALID_INTERVAL } from './calendar.errors.js';
import { operation } from './context.js';
import { ZONE_UNKNOWN } from './listings.errors.js';
import { LocalizedName } from './listings.text.js';

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

  @ListOf(() => Interval, { max: 40_000, description: 'When it is open and nobody has it, in order' })
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

export const calendarOperations = [getListingAvailability] as const;
