import { Id, Instant, ListOfOneOf, OneOf, Text, Whole } from '@kit/contracts';
import { BOOKING_STATUSES, type BookingStatus } from './bookings.js';
import { seenInCalendar, toldOfBooking } from './calendar.events.js';
import { event } from './context.js';

/** What every fact about a booking tells: enough to act on without asking back. */
export class BookingFact {
  @Id()
  bookingId: string;

  @OneOf(BOOKING_STATUSES, { description: 'Status after the fact', example: 'confirmed' })
  status: BookingStatus;

  @Id()
  listingId: string;

  @Id()
  zoneId: string;

  @Id({ description: 'Organization that owns the listing' })
  orgId: string;

  @Id({ description: 'Who booked' })
  userId: string;

  @Id({ nullable: true })
  onBehalfOfOrgId: string | null;

  @Instant()
  startsAt: string;

  @Instant()
  endsAt: string;

  @Whole({ min: 1 })
  quantity: number;

  @Whole({ min: 0, description: 'To pay in minor units, VAT included', example: 120000 })
  totalAmount: number;

  @Text({ min: 3, max: 3, example: 'NOK' })
  currency: string;
}

export class BookingReasonedFact extends BookingFact {
  @Text({ max: 2000, nullable: true, description: 'As a person gave it' })
  reason: string | null;
}

export class BookingRejectedFact extends BookingReasonedFact {
  @Text({ max: 40, example: 'capacity' })
  reasonCode: string;
}

/** Who called a booking off: the side that booked, or the one that lends out. */
export const CANCELLED_BY = ['booker', 'municipality'] as const;
export type CancelledBy = (typeof CANCELLED_BY)[number];

export class BookingCancelledFact extends BookingReasonedFact {
  @OneOf(CANCELLED_BY, { example: 'booker' })
  by: CancelledBy;
}

export class BookingRescheduledFact extends BookingReasonedFact {
  @Instant({ description: 'Where it was before' })
  previousStartsAt: string;

  @Instant()
  previousEndsAt: string;

  @Id()
  previousZoneId: string;

  @Whole({ min: 1 })
  previousQuantity: number;

  @Whole({ min: 0, description: 'In minor units, VAT included' })
  previousTotalAmount: number;
}

export const UPDATABLE = ['purpose', 'attendees', 'publicTitle', 'showInPublicCalendar'] as const;
export type Updatable = (typeof UPDATABLE)[number];

export class BookingUpdatedFact extends BookingFact {
  @ListOfOneOf(UPDATABLE, { description: 'What was changed; how it is now is read from the booking' })
  changed: Updatable[];
}

const aggregate = 'booking';

export const bookingDrafted = event({
  aggregate,
  fact: 'drafted',
  summary: 'A draft was kept; it holds no time',
  data: BookingFact,
  ...toldOfBooking,
});
export const bookingRequested = event({
  aggregate,
  fact: 'requested',
  summary: 'A booking holds its time and waits for a payment or a decision',
  data: BookingFact,
  ...toldOfBooking,
  ...seenInCalendar,
});
export const bookingConfirmed = event({
  aggregate,
  fact: 'confirmed',
  summary: 'A booking is settled without anybody having to decide',
  data: BookingFact,
  ...toldOfBooking,
  ...seenInCalendar,
});
export const bookingApproved = event({
  aggregate,
  fact: 'approved',
  summary: 'A case handler approved a booking; its status says whether it now waits for a payment',
  data: BookingReasonedFact,
  ...toldOfBooking,
  ...seenInCalendar,
});
export const bookingRejected = event({
  aggregate,
  fact: 'rejected',
  summary: 'A case handler rejected a booking; its time is free',
  data: BookingRejectedFact,
  ...toldOfBooking,
  ...seenInCalendar,
});
export const bookingCancelled = event({
  aggregate,
  fact: 'cancelled',
  summary: 'A booking was cancelled; its time is free',
  data: BookingCancelledFact,
  ...toldOfBooking,
  ...seenInCalendar,
});
export const bookingExpired = event({
  aggregate,
  fact: 'expired',
  summary: 'A booking was not paid in time, or a draft not submitted; its time is free',
  data: BookingFact,
  ...toldOfBooking,
  ...seenInCalendar,
});
export const bookingRescheduled = event({
  aggregate,
  fact: 'rescheduled',
  summary: 'A booking was moved to another time, zone or quantity; its status says whether it now waits for a decision',
  data: BookingRescheduledFact,
  ...toldOfBooking,
  ...seenInCalendar,
});
export const bookingUpdated = event({
  aggregate,
  fact: 'updated',
  summary: 'What a booking tells of itself was changed; its status says whether it now waits for a decision',
  data: BookingUpdatedFact,
  ...toldOfBooking,
  ...seenInCalendar,
});
export const bookingCompleted = event({
  aggregate,
  fact: 'completed',
  summary: 'A booking was carried out',
  data: BookingReasonedFact,
  ...toldOfBooking,
});
export const bookingPaid = event({
  aggregate,
  fact: 'paid',
  summary: 'A booking was paid; its status says whether it is confirmed or now waits for a decision',
  data: BookingFact,
  ...toldOfBooking,
  ...seenInCalendar,
});
export const bookingRefunded = event({
  aggregate,
  fact: 'refunded',
  summary: 'What its booker gets back of a rejected or cancelled booking was given back',
  data: BookingFact,
  ...toldOfBooking,
});
export const bookingNoShow = event({
  aggregate,
  fact: 'no-show',
  summary: 'Nobody came; what was left of the time is free',
  data: BookingReasonedFact,
  ...toldOfBooking,
  ...seenInCalendar,
});

export const bookingReinstated = event({
  aggregate,
  fact: 'reinstated',
  summary: 'An appeal against a rejection was upheld: a booking has its time again and is approved',
  data: BookingFact,
  ...toldOfBooking,
  ...seenInCalendar,
});

export const bookingEvents = [
  bookingDrafted,
  bookingRequested,
  bookingConfirmed,
  bookingApproved,
  bookingRejected,
  bookingCancelled,
  bookingExpired,
  bookingRescheduled,
  bookingUpdated,
  bookingPaid,
  bookingRefunded,
  bookingCompleted,
  bookingNoShow,
  bookingReinstated,
] as const;
