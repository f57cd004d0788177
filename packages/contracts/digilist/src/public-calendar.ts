import { anonymous, Flag, Id, Ids, Instant, ListOf, Nested, NOT_FOUND, OneOf, Text, Whole } from '@kit/contracts';
import { BOOKING_STATUSES, type BookingStatus } from './bookings.js';
import { INVALID_INTERVAL } from './calendar.errors.js';
import { MAX_WINDOW_DAYS } from './calendar.js';
import { operation } from './context.js';
import { ZONE_UNKNOWN } from './listings.errors.js';

export const CALENDAR_ENTRY_KINDS = ['booked', 'blocked', 'maintenance', 'closed'] as const;
export type CalendarEntryKind = (typeof CALENDAR_ENTRY_KINDS)[number];

export class GetListingCalendar {
  @Id()
  id: string;

  @Instant()
  from: string;

  @Instant({ description: `At most ${MAX_WINDOW_DAYS} days after from`, example: '2026-12-08T18:00:00+01:00' })
  to: string;

  @Id({ optional: true, description: 'Only what takes something of this zone' })
  zoneId?: string;

  @Flag({ optional: true, description: 'Also when it is closed' })
  closed?: boolean;
}

/** For who may see who occupies the calendar, and for nobody else. */
export class CalendarBooking {
  @OneOf(BOOKING_STATUSES)
  status: BookingStatus;

  @Text({ max: 500, description: 'Name of who booked it' })
  bookedBy: string;

  @Text({ max: 500, nullable: true, description: 'Organization it is booked for' })
  organization: string | null;

  @Text({ max: 10_000, nullable: true })
  purpose: string | null;
}

export class CalendarEntry {
  @Ids({ max: 1000, description: 'Zones it takes something of' })
  zoneIds: string[];

  @Instant()
  startsAt: string;

  @Instant({ example: '2026-12-01T20:00:00+01:00' })
  endsAt: string;

  @OneOf(CALENDAR_ENTRY_KINDS)
  kind: CalendarEntryKind;

  @Whole({ min: 1, nullable: true, description: 'How many it takes, where the listing counts' })
  quantity: number | null;

  @Text({
    max: 10_000,
    nullable: true,
    description: 'Where who booked or blocked it wants it to be seen',
    example: null,
  })
  title: string | null;

  @Flag({ description: 'The caller’s own booking' })
  mine: boolean;

  @Id({ nullable: true, description: 'Of the caller’s own booking, and for who may see who occupies the calendar' })
  bookingId: string | null;

  @Nested(() => CalendarBooking, { nullable: true })
  booking: CalendarBooking | null;
}

export class ListingCalendar {
  @Id()
  listingId: string;

  @Text({ description: 'Zone of the clock on its wall', example: 'Europe/Oslo' })
  timezone: string;

  @ListOf(() => CalendarEntry, { max: 20_000, description: 'By start' })
  entries: CalendarEntry[];
}

export const getListingCalendar = operation({
  id: 'getListingCalendar',
  subject: 'calendar.get.v1',
  summary: 'When a listing is taken: who may know sees by whom, everybody else only that it is',
  http: { method: 'GET', path: '/listings/{id}/calendar' },
  request: GetListingCalendar,
  response: ListingCalendar,
  access: anonymous('Residents look at the calendar before they sign in. The answer shows when, never who.'),
  module: 'digilist.booking',
  errors: [NOT_FOUND, INVALID_INTERVAL, ZONE_UNKNOWN],
});

export const publicCalendarOperations = [getListingCalendar] as const;
