import { Id, Ids, Instant, ListOf, OneOf, Text, Whole } from '@kit/contracts';
import { BOOKING_STATUSES, type BookingStatus } from './bookings.js';

/** What becomes of bookings that a change stands against. */
export const BOOKING_EFFECTS = ['refuse', 'keep', 'cancel'] as const;
export type BookingEffect = (typeof BOOKING_EFFECTS)[number];

/** How many of the bookings are named. */
export const IMPACT_NAMED = 50;

export class AffectedBooking {
  @Id()
  id: string;

  @Id()
  zoneId: string;

  @OneOf(BOOKING_STATUSES, { example: 'confirmed' })
  status: BookingStatus;

  @Instant()
  startsAt: string;

  @Instant()
  endsAt: string;

  @Whole({ min: 1 })
  quantity: number;

  @Id({ nullable: true, description: 'Series that it belongs to' })
  recurringBookingId: string | null;

  @Id({ nullable: true, description: 'Who booked; null for those who may not read bookings or the calendar here' })
  userId: string | null;
}

export class AffectedMonth {
  @Text({ min: 7, max: 7, description: 'On the clock of the listing', example: '2026-12' })
  month: string;

  @Whole({ min: 1 })
  bookings: number;
}

/** Bookings that a change concerns: counted in full, the earliest of them named. */
export class BookingImpact {
  @Whole({ min: 0 })
  count: number;

  @ListOf(() => AffectedBooking, { max: IMPACT_NAMED, description: `The first ${IMPACT_NAMED}, by time` })
  bookings: AffectedBooking[];

  @ListOf(() => AffectedMonth, { max: 500 })
  months: AffectedMonth[];

  @Ids({ max: 10_000, description: 'Series that some of them belong to' })
  seriesIds: string[];
}
