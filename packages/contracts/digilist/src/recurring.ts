import {
  Flag,
  Id,
  Instant,
  LIMIT_EXCEEDED,
  ListOf,
  LocalDate,
  LocalDates,
  LocalTime,
  Nested,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  STALE_VERSION,
  Text,
  Whole,
} from '@kit/contracts';
import {
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
import { ZONE_UNKNOWN } from './listings.errors.js';
import { PAYMENT_UNDER_WAY, PRICE_DIFFERENCE_DUE } from './payments.errors.js';
import {
  ADD_ON_UNKNOWN,
  DISCOUNT_CODE_INVALID,
  DISCOUNT_CODE_NOT_FOR_SERIES,
  PRICE_NOT_DEFINED,
  PRICING_GROUP_NOT_VERIFIED,
  PRICING_GROUP_UNKNOWN,
} from './pricing.errors.js';
import { QuoteAddOn } from './pricing.js';
import {
  OCCURRENCE_EXISTS,
  OCCURRENCE_PASSED,
  RECURRENCE_EMPTY,
  RECURRENCE_INVALID,
  RECURRENCE_TOO_LONG,
  SERIES_CONFLICT,
} from './recurring.errors.js';
import { Occurrence, OccurrenceTotals } from './recurring-occurrences.js';
import { RULE_VIOLATION } from './rules.errors.js';

/** A series never has more dates than this: a year of days, and what a leap year and a few extra ones need. */
export const MOST_OCCURRENCES = 370;

export const CONFLICT_POLICIES = ['ALL_OR_NOTHING', 'SKIP_CONFLICTS'] as const;
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number];

export const SERIES_STATUSES = ['active', 'cancelled', 'completed'] as const;
export type SeriesStatus = (typeof SERIES_STATUSES)[number];

const RULE = {
  min: 1,
  max: 500,
  description:
    'RFC 5545 recurrence rule without DTSTART: FREQ DAILY, WEEKLY, MONTHLY or YEARLY, INTERVAL, BYDAY (with ordinals), ' +
    'BYMONTHDAY (negative too), BYMONTH, BYSETPOS, WKST, UNTIL or COUNT. Without an end it runs to the last day that ' +
    'the listing lets anybody book, and the answer names that day as UNTIL',
  example: 'FREQ=WEEKLY;BYDAY=TU;COUNT=10',
};
const STARTS = { description: "By the listing's own clock", example: '18:00' };
const ENDS = {
  description: "By the listing's own clock; at or before startsTime it is that time of the next day",
  example: '20:00',
};
const DRY_RUN = { optional: true, description: 'Only tell what would come of it; nothing is written' };

export class CreateRecurringBooking {
  @Id()
  listingId: string;

  @Id({ optional: true, description: 'What is booked inside the listing; may be left out where there is only one' })
  zoneId?: string;

  @Text(RULE)
  rule: string;

  @LocalDate({ description: 'No date before it. It is itself one only if the rule says so', example: '2026-12-01' })
  firstDate: string;

  @LocalTime(STARTS)
  startsTime: string;

  @LocalTime(ENDS)
  endsTime: string;

  @LocalDates({ optional: true, description: 'Dates of the rule that are left out' })
  exceptDates?: string[];

  @LocalDates({ optional: true, description: 'Dates besides those of the rule', example: ['2026-12-20'] })
  extraDates?: string[];

  @OneOf(CONFLICT_POLICIES, {
    optional: true,
    description: 'ALL_OR_NOTHING unless told. SKIP_CONFLICTS books what can be booked and remembers the rest',
  })
  conflictPolicy?: ConflictPolicy;

  @Whole({ min: 1, max: 100_000, optional: true, description: 'How many, where the listing counts; 1 unless told' })
  quantity?: number;

  @Whole({ min: 1, max: 100_000, optional: true, description: 'People expected each time', example: 24 })
  attendees?: number;

  @Text({ max: 1000, optional: true, example: 'Håndballtrening, jenter 14' })
  purpose?: string;

  @Text({ max: 120, optional: true, description: 'What the public calendar may show', example: 'Håndball J14' })
  publicTitle?: string;

  @Text({ min: 1, max: 60, optional: true, description: 'Key of the group whose price is asked for' })
  pricingGroup?: string;

  @Text({
    min: 1,
    max: 60,
    optional: true,
    description: 'Of a percentage: each date costs that much less, and the whole series counts as one use',
    example: 'HOST26',
  })
  discountCode?: string;

  @ListOf(() => QuoteAddOn, { max: 20, optional: true })
  addOns?: QuoteAddOn[];

  @Text({ min: 1, max: 40, optional: true, description: 'Version of the terms that the booker accepts', example: '1' })
  termsVersion?: string;

  @Id({ optional: true, description: 'Organization that the caller is a member of and books for' })
  onBehalfOfOrgId?: string;

  @Flag(DRY_RUN)
  dryRun?: boolean;
}

class SeriesTerms {
  @OneOf(SERIES_STATUSES, { description: 'completed: the last one is over', example: 'active' })
  status: SeriesStatus;

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

  @Id({ nullable: true, description: 'The series that this one goes on with since a change' })
  continues: string | null;

  @Text({ max: 500, example: 'FREQ=WEEKLY;BYDAY=TU;COUNT=10' })
  rule: string;

  @LocalDate({ example: '2026-12-01' })
  firstDate: string;

  @LocalDate({ description: 'The last date of it', example: '2027-02-02' })
  lastDate: string;

  @LocalTime(STARTS)
  startsTime: string;

  @LocalTime(ENDS)
  endsTime: string;

  @Text({ max: 60, example: 'Europe/Oslo' })
  timezone: string;

  @LocalDates()
  exceptDates: string[];

  @LocalDates()
  extraDates: string[];

  @OneOf(CONFLICT_POLICIES)
  conflictPolicy: ConflictPolicy;

  @Whole({ min: 1 })
  quantity: number;

  @Whole({ min: 1, nullable: true })
  attendees: number | null;

  @Text({ max: 1000, nullable: true })
  purpose: string | null;

  @Text({ max: 120, nullable: true })
  publicTitle: string | null;

  @Text({ max: 60 })
  pricingGroup: string;

  @Text({ max: 60, nullable: true })
  discountCode: string | null;
}

export class RecurringBookingSummary extends SeriesTerms {
  @Id()
  id: string;

  @Instant()
  createdAt: string;

  @Whole({ min: 1, description: 'Rises with every change of the series and of any of its bookings' })
  version: number;
}

export class RecurringBookingPage extends pageOf(RecurringBookingSummary) {}

/** A series with everything that is to be known about each of its dates. A dry run answers the same, but for what was made. */
export class RecurringBooking extends SeriesTerms {
  @Id({ nullable: true, description: 'null: a dry run of what would be a new series' })
  id: string | null;

  @Flag({ description: 'true: nothing was written' })
  dryRun: boolean;

  @ListOf(() => Occurrence, { max: 1000, description: 'In the order of their dates' })
  occurrences: Occurrence[];

  @Nested(() => OccurrenceTotals)
  totals: OccurrenceTotals;

  @Whole({
    min: 1,
    nullable: true,
    description: 'Rises with every change of the series and of any of its bookings; null: a dry run',
  })
  version: number | null;
}

export class RecurringBookingId {
  @Id()
  id: string;
}

export class ListRecurringBookings extends PageQuery {
  @OneOf(SERIES_STATUSES, { optional: true })
  status?: SeriesStatus;

  @Id({ optional: true })
  listingId?: string;

  @Flag({ optional: true, description: "Only the caller's own" })
  mine?: boolean;
}

const FROM = {
  optional: true,
  description: 'First date that is meant: this and all that follow. Left out: all that have not begun',
  example: '2027-01-05',
};

export class UpdateRecurringBooking extends RecurringBookingId {
  @LocalDate(FROM)
  from?: string;

  @Text({ ...RULE, optional: true })
  rule?: string;

  @LocalTime({ ...STARTS, optional: true })
  startsTime?: string;

  @LocalTime({ ...ENDS, optional: true })
  endsTime?: string;

  @Id({ optional: true, description: 'Another zone of the same listing' })
  zoneId?: string;

  @LocalDates({ optional: true, description: 'Replaces the dates that are left out' })
  exceptDates?: string[];

  @LocalDates({ optional: true, description: 'Replaces the dates besides those of the rule' })
  extraDates?: string[];

  @OneOf(CONFLICT_POLICIES, {
    optional: true,
    description: 'SKIP_CONFLICTS leaves a booking where it is when its new time cannot be had',
  })
  conflictPolicy?: ConflictPolicy;

  @Whole({ min: 1, max: 100_000, optional: true })
  quantity?: number;

  @Whole({ min: 1, max: 100_000, optional: true })
  attendees?: number;

  @Text({ max: 1000, optional: true })
  purpose?: string;

  @Text({ max: 120, optional: true })
  publicTitle?: string;

  @Text({ min: 1, max: 40, optional: true, description: 'The terms in force, where they have changed since' })
  termsVersion?: string;

  @Text({ min: 1, max: 1000, optional: true, example: 'Treningene er flyttet til torsdager' })
  reason?: string;

  @Flag(DRY_RUN)
  dryRun?: boolean;
}

export class CancelRecurringBooking extends RecurringBookingId {
  @LocalDate(FROM)
  from?: string;

  @Text({ min: 1, max: 1000, example: 'Treningene er avlyst ut våren' })
  reason: string;

  @Flag({ optional: true, description: 'Those that were changed by themselves too; they stay unless told' })
  includeOverridden?: boolean;

  @Flag(DRY_RUN)
  dryRun?: boolean;
}

export class AddOccurrence extends RecurringBookingId {
  @LocalDate({ description: 'A date that was skipped, left out or cancelled, or another one besides the rule' })
  date: string;

  @Text({ min: 1, max: 40, optional: true, description: 'The terms in force, where they have changed since' })
  termsVersion?: string;

  @Flag(DRY_RUN)
  dryRun?: boolean;
}

/** Reasons that one date can have; they stand in its occurrence, and refuse the request where it is all or nothing. */
const OF_A_DATE = [SLOT_CONFLICT, AMBIGUOUS_LOCAL_TIME, NONEXISTENT_LOCAL_TIME, PRICE_NOT_DEFINED];

const PLANNING_ERRORS = [
  NOT_FOUND,
  INVALID_INTERVAL,
  SERIES_CONFLICT,
  RECURRENCE_INVALID,
  RECURRENCE_EMPTY,
  RECURRENCE_TOO_LONG,
  LISTING_NOT_BOOKABLE,
  QUANTITY_INVALID,
  ZONE_UNKNOWN,
  ORG_NOT_MEMBER,
  PROCESSING_RESTRICTED,
  PRICING_GROUP_UNKNOWN,
  PRICING_GROUP_NOT_VERIFIED,
  ADD_ON_UNKNOWN,
  TERMS_NOT_ACCEPTED,
  TERMS_VERSION_MISMATCH,
  LIMIT_EXCEEDED,
  // Where somebody else was faster to use up a quota.
  RULE_VIOLATION,
];

export const createRecurringBooking = operation({
  id: 'createRecurringBooking',
  subject: 'recurring-booking.create.v1',
  summary: 'Book a listing, or one zone of it, again and again',
  http: { method: 'POST', path: '/recurring-bookings', status: 201, query: ['dryRun'] },
  request: CreateRecurringBooking,
  response: RecurringBooking,
  access: permission('digilist.recurring-booking.create'),
  module: 'digilist.booking',
  errors: [...PLANNING_ERRORS, ZONE_REQUIRED, DISCOUNT_CODE_INVALID, DISCOUNT_CODE_NOT_FOR_SERIES],
  idempotent: true,
  version: 'answers',
});

export const listRecurringBookings = operation({
  id: 'listRecurringBookings',
  subject: 'recurring-booking.list.v1',
  summary: "Series within the caller's reach, newest first",
  http: { method: 'GET', path: '/recurring-bookings' },
  request: ListRecurringBookings,
  response: RecurringBookingPage,
  access: permission('digilist.recurring-booking.read'),
  module: 'digilist.booking',
});

export const getRecurringBooking = operation({
  id: 'getRecurringBooking',
  subject: 'recurring-booking.get.v1',
  summary: 'One series with every date of it',
  http: { method: 'GET', path: '/recurring-bookings/{id}' },
  request: RecurringBookingId,
  response: RecurringBooking,
  access: permission('digilist.recurring-booking.read'),
  module: 'digilist.booking',
  errors: [NOT_FOUND],
  version: 'answers',
});

export const updateRecurringBooking = operation({
  id: 'updateRecurringBooking',
  subject: 'recurring-booking.update.v1',
  summary: 'Change a date and all that follow, or all that have not begun',
  http: { method: 'PATCH', path: '/recurring-bookings/{id}', query: ['dryRun'] },
  request: UpdateRecurringBooking,
  response: RecurringBooking,
  access: permission('digilist.recurring-booking.update'),
  module: 'digilist.booking',
  errors: [...PLANNING_ERRORS, INVALID_STATE, OCCURRENCE_PASSED, PRICE_DIFFERENCE_DUE, PAYMENT_UNDER_WAY],
  version: 'required',
});

export const cancelRecurringBooking = operation({
  id: 'cancelRecurringBooking',
  subject: 'recurring-booking.cancel.v1',
  summary: 'Cancel a date and all that follow, or all that have not begun',
  http: { method: 'POST', path: '/recurring-bookings/{id}/cancel', query: ['dryRun'] },
  request: CancelRecurringBooking,
  response: RecurringBooking,
  access: permission('digilist.recurring-booking.cancel'),
  module: 'digilist.booking',
  errors: [NOT_FOUND, INVALID_STATE, OCCURRENCE_PASSED, STALE_VERSION],
  idempotent: true,
  version: 'answers',
});

export const addOccurrence = operation({
  id: 'addOccurrence',
  subject: 'recurring-booking.add-occurrence.v1',
  summary: 'Add one date to a series, or take back one that was left out',
  http: { method: 'POST', path: '/recurring-bookings/{id}/occurrences', status: 201, query: ['dryRun'] },
  request: AddOccurrence,
  response: RecurringBooking,
  access: permission('digilist.recurring-booking.update'),
  module: 'digilist.booking',
  errors: [...PLANNING_ERRORS, ...OF_A_DATE, INVALID_STATE, OCCURRENCE_EXISTS, STALE_VERSION],
  idempotent: true,
  version: 'answers',
});

export const recurringOperations = [
  createRecurringBooking,
  listRecurringBookings,
  getRecurringBooking,
  updateRecurringBooking,
  cancelRecurringBooking,
  addOccurrence,
] as const;
