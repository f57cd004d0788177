import {
  Flag,
  Id,
  Instant,
  LIMIT_EXCEEDED,
  ListOf,
  ListOfOneOf,
  Money,
  Nested,
  NOT_FOUND,
  OneOf,
  type PageQuery,
  pageOf,
  permission,
  STALE_VERSION,
  Text,
  Whole,
} from '@kit/contracts';
import { BookingApproval } from './approval-reasons.js';
import {
  BOOKING_STARTED,
  INVALID_STATE,
  LISTING_NOT_BOOKABLE,
  ORG_NOT_MEMBER,
  PROCESSING_RESTRICTED,
  QUANTITY_INVALID,
  SLOT_CONFLICT,
  TERMS_NOT_ACCEPTED,
  TERMS_VERSION_MISMATCH,
  ZONE_REQUIRED,
} from './bookings.errors.js';
import { AMBIGUOUS_LOCAL_TIME, INVALID_INTERVAL, NONEXISTENT_LOCAL_TIME } from './calendar.errors.js';
import { operation } from './context.js';
import { HOLD_MISMATCH, HOLD_NOT_ACTIVE, HOLD_UNKNOWN } from './holds.errors.js';
import { ZONE_UNKNOWN } from './listings.errors.js';
import {
  ADD_ON_UNKNOWN,
  DISCOUNT_CODE_INVALID,
  PRICE_NOT_DEFINED,
  PRICING_GROUP_NOT_VERIFIED,
  PRICING_GROUP_UNKNOWN,
  QUOTE_EXPIRED,
  QUOTE_MISMATCH,
  QUOTE_UNKNOWN,
} from './pricing.errors.js';
import { Price, QuoteAddOn } from './pricing.js';
import { RULE_VIOLATION } from './rules.errors.js';
import { TimeWanted } from './time-wanted.js';

export const BOOKING_STATUSES = [
  'draft',
  'pending',
  'awaiting_payment',
  'awaiting_approval',
  'confirmed',
  'rejected',
  'cancelled',
  'completed',
  'no_show',
  'refunded',
  'expired',
] as const;
export type BookingStatus = (typeof BOOKING_STATUSES)[number];

export class CreateBooking extends TimeWanted {
  @Id()
  listingId: string;

  @Id({ optional: true, description: 'What is booked inside the listing; may be left out where there is only one' })
  zoneId?: string;

  @Whole({ min: 1, max: 100_000, optional: true, description: 'How many, where the listing counts; 1 unless told' })
  quantity?: number;

  @Text({
    min: 1,
    max: 60,
    optional: true,
    description: 'Key of the group whose price is asked for',
    example: 'sports_club',
  })
  pricingGroup?: string;

  @Text({ min: 1, max: 60, optional: true, example: 'HOST26' })
  discountCode?: string;

  @ListOf(() => QuoteAddOn, { max: 20, optional: true })
  addOns?: QuoteAddOn[];

  @Id({ optional: true, description: 'A quote of the caller for exactly this: its price is what is booked' })
  quoteId?: string;

  @Text({ max: 1000, optional: true, example: 'Håndballtrening, jenter 14' })
  purpose?: string;

  @Whole({ min: 1, max: 100_000, optional: true, description: 'People expected', example: 24 })
  attendees?: number;

  @Text({
    min: 1,
    max: 40,
    optional: true,
    description: 'Version of the terms that the booker accepts; required but for drafts',
    example: '1',
  })
  termsVersion?: string;

  @Id({ optional: true, description: 'Organization that the caller is a member of and books for' })
  onBehalfOfOrgId?: string;

  @Id({ optional: true, description: "A hold of the caller's on the same zone: the booking takes over its time" })
  holdId?: string;

  @Flag({ optional: true, description: 'Only keep it: a draft holds no time and is submitted later' })
  draft?: boolean;

  @Text({ min: 1, max: 120, optional: true, description: 'What the public calendar may call it', example: 'Seriekamp' })
  publicTitle?: string;

  @Flag({ optional: true, description: 'The public calendar shows its title instead of just that the time is taken' })
  showInPublicCalendar?: boolean;
}

/** none: there is nothing to pay here, or not yet; what is invoiced is not paid here. */
export const BOOKING_PAYMENT_STATUSES = ['none', 'due', 'paid', 'partially_refunded', 'refunded'] as const;
export type BookingPaymentStatus = (typeof BOOKING_PAYMENT_STATUSES)[number];

export class BookingPayment {
  @OneOf(BOOKING_PAYMENT_STATUSES, { example: 'paid' })
  status: BookingPaymentStatus;

  @Nested(() => Money, { description: 'To be paid now' })
  due: Money;

  @Nested(() => Money)
  paid: Money;

  @Nested(() => Money, { description: 'Given back by now' })
  refunded: Money;
}

export class BookingSummary {
  @Id()
  id: string;

  @OneOf(BOOKING_STATUSES, { example: 'confirmed' })
  status: BookingStatus;

  @Id()
  listingId: string;

  @Id()
  zoneId: string;

  @Id({ description: 'Organization that owns the listing' })
  orgId: string;

  @Id({ description: 'Who booked' })
  userId: string;

  @Id({ nullable: true, description: 'Organization that it was booked for' })
  onBehalfOfOrgId: string | null;

  @Instant({ example: '2026-12-01T17:00:00.000Z' })
  startsAt: string;

  @Instant({ example: '2026-12-01T19:00:00.000Z' })
  endsAt: string;

  @Whole({ min: 1 })
  quantity: number;

  @Whole({ min: 1, nullable: true })
  attendees: number | null;

  @Text({ max: 1000, nullable: true })
  purpose: string | null;

  @Text({ max: 120, nullable: true, description: 'What the public calendar may call it' })
  publicTitle: string | null;

  @Flag({ description: 'The public calendar shows its title instead of just that the time is taken' })
  showInPublicCalendar: boolean;

  @Id({ nullable: true, description: 'The series it belongs to' })
  recurringBookingId: string | null;

  @Flag({ description: 'It was changed by itself: changes of the whole series leave it alone' })
  overridden: boolean;

  @Nested(() => Money, { description: 'To pay, VAT included' })
  total: Money;

  @Nested(() => BookingPayment)
  payment: BookingPayment;

  @Instant({
    nullable: true,
    description: 'When it ends by itself: a hold that is not paid, a draft that is not submitted; null: never',
  })
  holdExpiresAt: string | null;

  @Instant()
  createdAt: string;

  @Instant()
  updatedAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class Booking extends BookingSummary {
  @Text({ max: 60, nullable: true })
  pricingGroup: string | null;

  @Text({ max: 60, nullable: true })
  discountCode: string | null;

  @Nested(() => Price)
  price: Price;

  @Text({ max: 40, nullable: true, description: 'Version of the terms that was accepted' })
  termsVersion: string | null;

  @Nested(() => BookingApproval)
  approval: BookingApproval;
}

/** What the booker gets back. */
export class CancellationRefund {
  @Nested(() => Money)
  amount: Money;

  @OneOf(['none', 'pending'], { description: 'pending: on its way; the booking is refunded when it has arrived' })
  status: 'none' | 'pending';
}

export class CancelledBooking extends Booking {
  @Nested(() => CancellationRefund)
  refund: CancellationRefund;
}

export class BookingPage extends pageOf(BookingSummary) {}

export class BookingId {
  @Id()
  id: string;
}

/** Which of the bookings within reach. */
export class BookingFilter {
  @ListOfOneOf(BOOKING_STATUSES, { optional: true, description: 'Any of these', example: ['confirmed'] })
  status?: BookingStatus[];

  @Id({ optional: true })
  listingId?: string;

  @Id({ optional: true })
  zoneId?: string;

  @Id({ optional: true, description: 'Booked for this organization' })
  onBehalfOfOrgId?: string;

  @Id({ optional: true, description: 'Of this series' })
  recurringBookingId?: string;

  @Instant({ optional: true, description: 'Only bookings that end after this' })
  from?: string;

  @Instant({ optional: true, description: 'Only bookings that start before this' })
  to?: string;

  @Flag({ optional: true, description: "Only the caller's own" })
  mine?: boolean;
}

export const BOOKING_SORTS = ['newest', 'startsAt'] as const;
export type BookingSort = (typeof BOOKING_SORTS)[number];

export class ListBookings extends BookingFilter implements PageQuery {
  @OneOf(BOOKING_SORTS, { optional: true, description: 'newest: last made first (usual); startsAt: first begun first' })
  sort?: BookingSort;

  @Whole({ min: 1, max: 200, optional: true, description: 'At most this many; 50 unless told', example: 50 })
  limit?: number;

  @Text({ max: 500, optional: true, description: 'nextCursor of the page before' })
  cursor?: string;
}

export class SubmitBooking extends BookingId {
  @Text({ min: 1, max: 40, optional: true, description: 'Version of the terms that the booker accepts', example: '1' })
  termsVersion?: string;
}

export class CancelBooking extends BookingId {
  @Text({ min: 1, max: 1000, example: 'Treningen er avlyst' })
  reason: string;

  @Text({
    min: 1,
    max: 1000,
    optional: true,
    description: 'Told to the booker instead of the reason, when the owner of the place calls a booking off',
    example: 'Hallen er stengt denne dagen.',
  })
  publicReason?: string;
}

/** Why a time is refused, as `details` of SLOT_CONFLICT carries it. */
export const CONFLICT_REASONS = ['occupied', 'stock'] as const;
export type ConflictReason = (typeof CONFLICT_REASONS)[number];

export const PLACING_ERRORS = [
  NOT_FOUND,
  SLOT_CONFLICT,
  RULE_VIOLATION,
  INVALID_INTERVAL,
  LISTING_NOT_BOOKABLE,
  QUANTITY_INVALID,
  ZONE_UNKNOWN,
  ORG_NOT_MEMBER,
  PROCESSING_RESTRICTED,
  PRICING_GROUP_UNKNOWN,
  PRICING_GROUP_NOT_VERIFIED,
  PRICE_NOT_DEFINED,
  ADD_ON_UNKNOWN,
  DISCOUNT_CODE_INVALID,
  TERMS_NOT_ACCEPTED,
  TERMS_VERSION_MISMATCH,
  LIMIT_EXCEEDED,
];

export const createBooking = operation({
  id: 'createBooking',
  subject: 'booking.create.v1',
  summary: 'Book a listing, or one zone of it, for a time',
  http: { method: 'POST', path: '/bookings', status: 201 },
  request: CreateBooking,
  response: Booking,
  access: permission('digilist.booking.create'),
  module: 'digilist.booking',
  errors: [
    ...PLACING_ERRORS,
    ZONE_REQUIRED,
    AMBIGUOUS_LOCAL_TIME,
    NONEXISTENT_LOCAL_TIME,
    HOLD_UNKNOWN,
    HOLD_NOT_ACTIVE,
    HOLD_MISMATCH,
    QUOTE_UNKNOWN,
    QUOTE_EXPIRED,
    QUOTE_MISMATCH,
  ],
  idempotent: true,
  version: 'answers',
});

export const submitBooking = operation({
  id: 'submitBooking',
  subject: 'booking.submit.v1',
  summary: 'Submit a draft: from here on it holds its time',
  http: { method: 'POST', path: '/bookings/{id}/submit' },
  request: SubmitBooking,
  response: Booking,
  access: permission('digilist.booking.submit'),
  module: 'digilist.booking',
  errors: [...PLACING_ERRORS, INVALID_STATE, STALE_VERSION],
  idempotent: true,
  version: 'answers',
});

export const cancelBooking = operation({
  id: 'cancelBooking',
  subject: 'booking.cancel.v1',
  summary: 'Cancel a booking and free its time',
  http: { method: 'POST', path: '/bookings/{id}/cancel' },
  request: CancelBooking,
  response: CancelledBooking,
  access: permission('digilist.booking.cancel'),
  module: 'digilist.booking',
  errors: [NOT_FOUND, INVALID_STATE, BOOKING_STARTED, RULE_VIOLATION, STALE_VERSION],
  idempotent: true,
  version: 'answers',
});

export const listBookings = operation({
  id: 'listBookings',
  subject: 'booking.list.v1',
  summary: "Bookings within the caller's reach",
  http: { method: 'GET', path: '/bookings' },
  request: ListBookings,
  response: BookingPage,
  access: permission('digilist.booking.read'),
  module: 'digilist.booking',
});

export const getBooking = operation({
  id: 'getBooking',
  subject: 'booking.get.v1',
  summary: 'One booking with its price lines',
  http: { method: 'GET', path: '/bookings/{id}' },
  request: BookingId,
  response: Booking,
  access: permission('digilist.booking.read'),
  module: 'digilist.booking',
  errors: [NOT_FOUND],
  version: 'answers',
});

export const bookingOperations = [createBooking, submitBooking, cancelBooking, listBookings, getBooking] as const;
