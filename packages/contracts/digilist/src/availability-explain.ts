import { anonymous, Flag, Id, Instant, Json, ListOf, Nested, NOT_FOUND, Text, Whole } from '@kit/contracts';
import { AMBIGUOUS_LOCAL_TIME, INVALID_INTERVAL, NONEXISTENT_LOCAL_TIME } from './calendar.errors.js';
import { Interval } from './calendar.js';
import { operation } from './context.js';
import { LocalizedName } from './listings.text.js';
import { QuoteAddOn } from './pricing.js';
import { TimeWanted } from './time-wanted.js';

/** What would be booked, as CreateBooking says it. */
export class ExplainAvailability extends TimeWanted {
  @Id()
  listingId: string;

  @Id({ optional: true, description: 'May be left out where there is only one' })
  zoneId?: string;

  @Whole({ min: 1, max: 100_000, optional: true, description: 'How many, where the listing counts; 1 unless told' })
  quantity?: number;

  @Text({ min: 1, max: 60, optional: true, example: 'sports_club' })
  pricingGroup?: string;

  @Text({ min: 1, max: 60, optional: true, example: 'HOST26' })
  discountCode?: string;

  @ListOf(() => QuoteAddOn, { max: 20, optional: true })
  addOns?: QuoteAddOn[];

  @Text({ min: 1, max: 40, optional: true, description: 'Looked at only when given: a booking needs it' })
  termsVersion?: string;

  @Id({ optional: true, description: 'Organization that the caller would book for' })
  onBehalfOfOrgId?: string;

  @Id({ optional: true, description: "A hold of the caller's: its time counts as free" })
  holdId?: string;
}

/** One thing that stands in the way, whatever else does. */
export class AvailabilityReason {
  @Text({
    max: 60,
    description: 'As POST /bookings would say it: a broken rule, or the code of its refusal',
    example: 'OUTSIDE_OPENING_HOURS',
  })
  code: string;

  @Text({ max: 60, nullable: true, description: 'Property of the request that it is about', example: 'startsAt' })
  path: string | null;

  @Text({ max: 4000, description: 'For people, in the language of the caller' })
  message: string;

  @Json({
    description:
      'For machines: what the rule says, what closes the day (closedBy), who is there when (busy), how many are left (left), which zones and components are in the way',
  })
  details: Record<string, unknown>;
}

export class FreeZoneAlternative {
  @Id()
  zoneId: string;

  @Nested(() => LocalizedName)
  name: LocalizedName;
}

export class FreeListingAlternative {
  @Id()
  listingId: string;

  @Nested(() => LocalizedName)
  listingName: LocalizedName;

  @Id()
  zoneId: string;

  @Nested(() => LocalizedName)
  zoneName: LocalizedName;

  @Whole({ nullable: true, description: 'People it holds' })
  capacity: number | null;
}

/** What could be had instead; empty when it can be booked. */
export class Alternatives {
  @ListOf(() => Interval, { max: 3, description: 'The nearest free times of the same length in the same zone' })
  times: Interval[];

  @ListOf(() => FreeZoneAlternative, { max: 3, description: 'Other zones of the listing that are free then' })
  zones: FreeZoneAlternative[];

  @ListOf(() => FreeListingAlternative, {
    max: 3,
    description: 'Listings of the same type that hold as many people and are free then',
  })
  listings: FreeListingAlternative[];
}

export class Explanation {
  @Flag({ description: 'POST /bookings would succeed now' })
  bookable: boolean;

  @Id()
  listingId: string;

  @Id({ nullable: true, description: 'Null: it is not clear which is meant' })
  zoneId: string | null;

  @Instant({ example: '2026-12-01T17:00:00.000Z' })
  startsAt: string;

  @Instant({ example: '2026-12-01T19:00:00.000Z' })
  endsAt: string;

  @ListOf(() => AvailabilityReason, { description: 'Everything that stands in the way, all at once' })
  reasons: AvailabilityReason[];

  @Nested(() => Alternatives)
  alternatives: Alternatives;
}

export const explainAvailability = operation({
  id: 'explainAvailability',
  subject: 'availability.explain.v1',
  summary: 'Can it be booked now, and if not: every reason, and what could be had instead',
  http: { method: 'POST', path: '/availability/explain' },
  request: ExplainAvailability,
  response: Explanation,
  access: anonymous(
    'Residents look for a free time before they sign in. Who is signed in also learns what concerns them; who occupies a time is told only to those who may know.',
  ),
  module: 'digilist.booking',
  errors: [NOT_FOUND, INVALID_INTERVAL, AMBIGUOUS_LOCAL_TIME, NONEXISTENT_LOCAL_TIME],
  readOnly: true,
});

export const explainOperations = [explainAvailability] as const;
