import { Flag, Id, NOT_FOUND, permission, STALE_VERSION, Text, Whole } from '@kit/contracts';
import {
  BOOKING_NOT_OVER,
  BOOKING_NOT_STARTED,
  BOOKING_STARTED,
  INVALID_STATE,
  LISTING_NOT_BOOKABLE,
  ORG_NOT_MEMBER,
  PROCESSING_RESTRICTED,
  QUANTITY_INVALID,
  SLOT_CONFLICT,
} from './bookings.errors.js';
import { Booking, BookingId } from './bookings.js';
import { AMBIGUOUS_LOCAL_TIME, INVALID_INTERVAL, NONEXISTENT_LOCAL_TIME } from './calendar.errors.js';
import { operation } from './context.js';
import { ZONE_UNKNOWN } from './listings.errors.js';
import { PAYMENT_UNDER_WAY, PRICE_DIFFERENCE_DUE } from './payments.errors.js';
import {
  ADD_ON_UNKNOWN,
  DISCOUNT_CODE_INVALID,
  PRICE_NOT_DEFINED,
  PRICING_GROUP_NOT_VERIFIED,
  PRICING_GROUP_UNKNOWN,
} from './pricing.errors.js';
import { RULE_VIOLATION } from './rules.errors.js';
import { TimeWanted } from './time-wanted.js';

export class RescheduleBooking extends TimeWanted {
  @Id()
  id: string;

  @Id({ optional: true, description: 'Another zone of the same listing; the present one unless told' })
  zoneId?: string;

  @Whole({ min: 1, max: 100_000, optional: true, description: 'The present quantity unless told' })
  quantity?: number;

  @Text({ min: 1, max: 1000, optional: true, example: 'Kampen er flyttet' })
  reason?: string;
}

export class UpdateBooking extends BookingId {
  @Text({ min: 1, max: 1000, optional: true, nullable: true, example: 'Håndballkamp, jenter 14' })
  purpose?: string | null;

  @Whole({ min: 1, max: 100_000, optional: true, nullable: true, description: 'People expected', example: 24 })
  attendees?: number | null;

  @Text({ min: 1, max: 120, optional: true, nullable: true, description: 'What the public calendar may call it' })
  publicTitle?: string | null;

  @Flag({ optional: true, description: 'The public calendar shows its title instead of just that the time is taken' })
  showInPublicCalendar?: boolean;
}

export class EndBooking extends BookingId {
  @Text({ min: 1, max: 1000, optional: true, example: 'Ingen kom' })
  reason?: string;
}

export const rescheduleBooking = operation({
  id: 'rescheduleBooking',
  subject: 'booking.reschedule.v1',
  summary: 'Move a booking to another time, zone or quantity: all of it, or it stays where it is',
  http: { method: 'POST', path: '/bookings/{id}/reschedule' },
  request: RescheduleBooking,
  response: Booking,
  access: permission('digilist.booking.reschedule'),
  module: 'digilist.booking',
  errors: [
    NOT_FOUND,
    INVALID_STATE,
    BOOKING_STARTED,
    STALE_VERSION,
    SLOT_CONFLICT,
    RULE_VIOLATION,
    INVALID_INTERVAL,
    AMBIGUOUS_LOCAL_TIME,
    NONEXISTENT_LOCAL_TIME,
    LISTING_NOT_BOOKABLE,
    QUANTITY_INVALID,
    ZONE_UNKNOWN,
    ORG_NOT_MEMBER,
    PROCESSING_RESTRICTED,
    PRICING_GROUP_UNKNOWN,
    PRICING_GROUP_NOT_VERIFIED,
    PRICE_NOT_DEFINED,
    ADD_ON_UNKNOWN,
    PRICE_DIFFERENCE_DUE,
    PAYMENT_UNDER_WAY,
    DISCOUNT_CODE_INVALID,
  ],
  idempotent: true,
  version: 'answers',
});

export const updateBooking = operation({
  id: 'updateBooking',
  subject: 'booking.update.v1',
  summary: 'Change what a booking is for, how many come, or how the public calendar shows it',
  http: { method: 'PATCH', path: '/bookings/{id}' },
  request: UpdateBooking,
  response: Booking,
  access: permission('digilist.booking.update'),
  module: 'digilist.booking',
  errors: [NOT_FOUND, INVALID_STATE, BOOKING_STARTED, RULE_VIOLATION],
  version: 'required',
});

export const completeBooking = operation({
  id: 'completeBooking',
  subject: 'booking.complete.v1',
  summary: 'Say that a booking was carried out; a day after its end this happens by itself',
  http: { method: 'POST', path: '/bookings/{id}/complete' },
  request: EndBooking,
  response: Booking,
  access: permission('digilist.booking.complete'),
  module: 'digilist.booking',
  errors: [NOT_FOUND, INVALID_STATE, BOOKING_NOT_OVER, STALE_VERSION],
  idempotent: true,
  version: 'answers',
});

export const markBookingNoShow = operation({
  id: 'markBookingNoShow',
  subject: 'booking.no-show.v1',
  summary: 'Say that nobody came; what is left of the time is free again',
  http: { method: 'POST', path: '/bookings/{id}/no-show' },
  request: EndBooking,
  response: Booking,
  access: permission('digilist.booking.no-show'),
  module: 'digilist.booking',
  errors: [NOT_FOUND, INVALID_STATE, BOOKING_NOT_STARTED, STALE_VERSION],
  idempotent: true,
  version: 'answers',
});

export const bookingChangeOperations = [rescheduleBooking, updateBooking, completeBooking, markBookingNoShow] as const;
