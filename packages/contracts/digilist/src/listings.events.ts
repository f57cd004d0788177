import { anybody, holders, Id, ListOfOneOf, OneOf } from '@kit/contracts';
import { calendarOf } from './calendar.events.js';
import { event } from './context.js';
import { LISTING_TYPES, type ListingTypeKey } from './listing-types.js';
import { LISTING_STATUSES, type ListingStatus } from './listings.js';

export class ListingCreatedData {
  @Id()
  listingId: string;

  @Id()
  orgId: string;

  @OneOf(LISTING_TYPES)
  type: ListingTypeKey;
}

export const LISTING_PARTS = [
  'details',
  'zones',
  'opening_hours',
  'booking_rules',
  'prices',
  'media',
  'components',
  'categories',
  'amenities',
  'refund_terms',
] as const;
export type ListingPart = (typeof LISTING_PARTS)[number];

export class ListingChangedData {
  @Id()
  listingId: string;

  @Id()
  orgId: string;

  @ListOfOneOf(LISTING_PARTS)
  changed: ListingPart[];

  @OneOf(LISTING_STATUSES)
  status: ListingStatus;
}

export class ListingStatusData {
  @Id()
  listingId: string;

  @Id()
  orgId: string;

  @OneOf(LISTING_STATUSES)
  from: ListingStatus;

  @OneOf(LISTING_STATUSES)
  to: ListingStatus;
}

const readers = ({ orgId }: { orgId: string }) => holders('digilist.listing.read', { orgs: [orgId] });

/** What has been published is no secret; a draft, and that there is one, is. */
const isOpen = (status: ListingStatus): boolean => status === 'published' || status === 'maintenance';

/** Parts that decide which time is free. */
const TIMED: readonly ListingPart[] = ['zones', 'opening_hours', 'booking_rules'];

export const listingCreated = event({
  aggregate: 'listing',
  fact: 'created',
  summary: 'A listing was created as a draft.',
  data: ListingCreatedData,
  audience: readers,
});
export const listingChanged = event({
  aggregate: 'listing',
  fact: 'changed',
  summary: 'A listing, its zones, its rules or its prices were changed.',
  data: ListingChangedData,
  audience: readers,
  publicly: ({ listingId, changed, status }) =>
    isOpen(status) && changed.some((part) => TIMED.includes(part))
      ? calendarOf({ listingId, zoneIds: [], startsAt: null, endsAt: null })
      : null,
});
export const listingPublished = event({
  aggregate: 'listing',
  fact: 'published',
  summary: 'A listing can be found and booked.',
  data: ListingStatusData,
  audience: (data) => (isOpen(data.from) || isOpen(data.to) ? anybody : readers(data)),
});
export const listingMaintenanceStarted = event({
  aggregate: 'listing',
  fact: 'maintenance_started',
  summary: 'A listing can be seen but not booked.',
  data: ListingStatusData,
  audience: (data) => (isOpen(data.from) || isOpen(data.to) ? anybody : readers(data)),
});
export const listingArchived = event({
  aggregate: 'listing',
  fact: 'archived',
  summary: 'A listing was taken out of use.',
  data: ListingStatusData,
  audience: (data) => (isOpen(data.from) || isOpen(data.to) ? anybody : readers(data)),
});

export const listingEvents = [
  listingCreated,
  listingChanged,
  listingPublished,
  listingMaintenanceStarted,
  listingArchived,
] as const;
