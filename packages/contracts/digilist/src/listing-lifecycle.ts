import { Flag, Id, Instant, Nested, NOT_FOUND, OneOf, permission, STALE_VERSION, Text } from '@kit/contracts';
import { Block } from './blocks.js';
import { BOOKING_EFFECTS, type BookingEffect, BookingImpact } from './booking-impact.js';
import { SLOT_CONFLICT } from './bookings.errors.js';
import { INVALID_INTERVAL } from './calendar.errors.js';
import { operation } from './context.js';
import { LISTING_HAS_BOOKINGS, LISTING_INVALID_STATE } from './listings.errors.js';
import { Listing } from './listings.js';

class TakeOutOfUse {
  @Id()
  id: string;

  @OneOf(BOOKING_EFFECTS, {
    optional: true,
    description: 'What becomes of bookings that have not ended: refuse (unless told), keep, or cancel',
    example: 'refuse',
  })
  bookings?: BookingEffect;

  @Text({ min: 1, max: 2000, optional: true, description: 'Why, for the record' })
  reason?: string;

  @Text({
    min: 1,
    max: 2000,
    optional: true,
    description: 'Told to everybody whose booking is cancelled; needed for that',
    example: 'Gulvet må slipes etter vannlekkasjen.',
  })
  publicReason?: string;

  @Flag({ optional: true, description: 'Only answers what would happen' })
  dryRun?: boolean;
}

export class StartMaintenance extends TakeOutOfUse {
  @Instant({
    optional: true,
    description: 'With to: only this time is taken; without: the listing, until published again',
  })
  from?: string;

  @Instant({ optional: true, example: '2026-12-03T18:00:00+01:00' })
  to?: string;
}

export class ArchiveListing extends TakeOutOfUse {}

/** The listing afterwards (as it is, where nothing was done), and the bookings that it concerned. */
export class ListingTransition extends Listing {
  @Flag({ description: 'Nothing was done: this is what would happen' })
  dryRun: boolean;

  @Nested(() => BookingImpact, { description: 'Bookings concerned, as they stood before' })
  impact: BookingImpact;

  @Nested(() => Block, { nullable: true, description: 'The time that was taken, where a time was named' })
  block: Block | null;
}

export const startMaintenance = operation({
  id: 'startMaintenance',
  subject: 'listing.maintenance.v1',
  summary: 'Take a listing out of use, for a time or until it is published again: it can be seen but not booked',
  http: { method: 'POST', path: '/listings/{id}/maintenance', query: ['dryRun'] },
  request: StartMaintenance,
  response: ListingTransition,
  access: permission('digilist.listing.publish'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, STALE_VERSION, LISTING_INVALID_STATE, LISTING_HAS_BOOKINGS, SLOT_CONFLICT, INVALID_INTERVAL],
  idempotent: true,
  version: 'answers',
});

export const archiveListing = operation({
  id: 'archiveListing',
  subject: 'listing.archive.v1',
  summary: 'Archive a listing: nothing new can be booked, and it never comes back',
  http: { method: 'POST', path: '/listings/{id}/archive', query: ['dryRun'] },
  request: ArchiveListing,
  response: ListingTransition,
  access: permission('digilist.listing.archive'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, STALE_VERSION, LISTING_INVALID_STATE, LISTING_HAS_BOOKINGS],
  idempotent: true,
  version: 'answers',
});

export const listingLifecycleOperations = [startMaintenance, archiveListing] as const;
