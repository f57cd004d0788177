import { Id, Instant, NOT_FOUND, OneOf, permission, Whole } from '@kit/contracts';
import {
  LISTING_NOT_BOOKABLE,
  PROCESSING_RESTRICTED,
  QUANTITY_INVALID,
  SLOT_CONFLICT,
  ZONE_REQUIRED,
} from './bookings.errors.js';
import { AMBIGUOUS_LOCAL_TIME, INVALID_INTERVAL, NONEXISTENT_LOCAL_TIME } from './calendar.errors.js';
import { operation } from './context.js';
import { HOLD_NOT_ACTIVE, TOO_MANY_HOLDS } from './holds.errors.js';
import { ZONE_UNKNOWN } from './listings.errors.js';
import { RULE_VIOLATION } from './rules.errors.js';
import { TimeWanted } from './time-wanted.js';

/** How long a hold keeps its time. */
export const HOLD_MINUTES = 15;
/** How many holds one person may have at once. */
export const MOST_HOLDS = 5;

export const HOLD_STATUSES = ['active', 'used', 'released', 'expired'] as const;
export type HoldStatus = (typeof HOLD_STATUSES)[number];

export class CreateHold extends TimeWanted {
  @Id()
  listingId: string;

  @Id({ optional: true, description: 'What is held inside the listing; may be left out where there is only one' })
  zoneId?: string;

  @Whole({ min: 1, max: 100_000, optional: true, description: 'How many, where the listing counts; 1 unless told' })
  quantity?: number;
}

export class Hold {
  @Id()
  id: string;

  @OneOf(HOLD_STATUSES, { description: 'used: a booking has taken over its time' })
  status: HoldStatus;

  @Id()
  listingId: string;

  @Id()
  zoneId: string;

  @Instant({ example: '2026-12-01T17:00:00.000Z' })
  startsAt: string;

  @Instant({ example: '2026-12-01T19:00:00.000Z' })
  endsAt: string;

  @Whole({ min: 1 })
  quantity: number;

  @Instant({ description: 'When the time is free again, unless it is booked before' })
  expiresAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class HoldId {
  @Id()
  id: string;
}

export const createHold = operation({
  id: 'createHold',
  subject: 'hold.create.v1',
  summary: `Keep a time for ${HOLD_MINUTES} minutes while the booking is filled in`,
  http: { method: 'POST', path: '/holds', status: 201 },
  request: CreateHold,
  response: Hold,
  access: permission('digilist.booking.create'),
  module: 'digilist.booking',
  errors: [
    NOT_FOUND,
    SLOT_CONFLICT,
    RULE_VIOLATION,
    INVALID_INTERVAL,
    AMBIGUOUS_LOCAL_TIME,
    NONEXISTENT_LOCAL_TIME,
    LISTING_NOT_BOOKABLE,
    QUANTITY_INVALID,
    ZONE_UNKNOWN,
    ZONE_REQUIRED,
    PROCESSING_RESTRICTED,
    TOO_MANY_HOLDS,
  ],
  idempotent: true,
  version: 'answers',
});

export const getHold = operation({
  id: 'getHold',
  subject: 'hold.get.v1',
  summary: "One of the caller's holds",
  http: { method: 'GET', path: '/holds/{id}' },
  request: HoldId,
  response: Hold,
  access: permission('digilist.booking.create'),
  module: 'digilist.booking',
  errors: [NOT_FOUND],
  version: 'answers',
});

export const releaseHold = operation({
  id: 'releaseHold',
  subject: 'hold.release.v1',
  summary: 'Let a held time go; doing so twice changes nothing',
  http: { method: 'DELETE', path: '/holds/{id}', status: 204 },
  request: HoldId,
  response: null,
  access: permission('digilist.booking.create'),
  module: 'digilist.booking',
  errors: [NOT_FOUND, HOLD_NOT_ACTIVE],
});

export const holdOperations = [createHold, getHold, releaseHold] as const;
