import {
  anonymous,
  Decimal,
  Email,
  Id,
  Instant,
  LIMIT_EXCEEDED,
  ListOf,
  ListOfOneOf,
  LocalTime,
  Nested,
  NOT_FOUND,
  OneOf,
  permission,
  Slug,
  STALE_VERSION,
  Text,
  Whole,
} from '@kit/contracts';
import { AmenityRef } from './amenities.js';
import { WORKFLOW_UNKNOWN } from './approvals.errors.js';
import { CategoryRef } from './categories.js';
import { operation } from './context.js';
import {
  BOOKING_MODELS,
  type BookingModel,
  LISTING_TYPES,
  LISTINGS_ARE_PUBLIC,
  type ListingTypeKey,
} from './listing-types.js';
import {
  LISTING_INVALID_STATE,
  LISTING_INVALID_TYPE,
  LISTING_NOT_READY,
  ORGANIZATION_UNKNOWN,
  SLUG_TAKEN,
} from './listings.errors.js';
import { FourDigits, LocalizedName, LocalizedSummary, LocalizedText } from './listings.text.js';

export const LISTING_STATUSES = ['draft', 'published', 'maintenance', 'archived'] as const;
export type ListingStatus = (typeof LISTING_STATUSES)[number];

export const PAYMENT_POLICIES = ['PAY_AND_CONFIRM', 'APPROVE_THEN_PAY', 'PAY_THEN_APPROVE', 'INVOICE', 'FREE'] as const;
export type PaymentPolicy = (typeof PAYMENT_POLICIES)[number];

export class Address {
  @Text({ max: 200, example: 'Strandgata 1' })
  street: string;

  @FourDigits({ example: '5003' })
  postalCode: string;

  @Text({ max: 100, example: 'Fjordvik' })
  city: string;
}

export class Position {
  @Decimal({ min: -90, max: 90, example: 60.39 })
  latitude: number;

  @Decimal({ min: -180, max: 180, example: 5.32 })
  longitude: number;
}

export class Terms {
  @Text({ min: 1, max: 40, description: 'A booking names the version it accepts', example: '2026-1' })
  version: string;

  @Nested(() => LocalizedText)
  text: LocalizedText;
}

/** Whom to ask about the place: an office or a caretaker. */
export class Contact {
  @Text({ min: 1, max: 120, optional: true, example: 'Idrettskontoret' })
  name?: string;

  @Email({ optional: true, example: 'idrett@fjordvik.example' })
  email?: string;

  @Text({ min: 3, max: 40, optional: true, example: '+47 55 00 00 00' })
  phone?: string;

  @Text({ min: 8, max: 500, optional: true, example: 'https://fjordvik.example/idrett' })
  url?: string;
}

export const ACCESSIBILITY_FEATURES = [
  'step_free_access',
  'wheelchair_accessible',
  'accessible_toilet',
  'accessible_parking',
  'lift',
  'automatic_doors',
  'hearing_loop',
  'visual_guidance',
  'quiet_room',
  'assistance_dogs',
] as const;
export type AccessibilityFeature = (typeof ACCESSIBILITY_FEATURES)[number];

const MINUTES_A_DAY = 1440;

/** What can be changed as long as the listing lives. */
class ListingDetails {
  @Slug({ optional: true, description: 'Its name in addresses, unique in the tenant', example: 'fjordhallen' })
  slug?: string;

  @Nested(() => LocalizedSummary, { optional: true, nullable: true, description: 'For lists and cards' })
  shortDescription?: LocalizedSummary | null;

  @Nested(() => LocalizedText, { optional: true })
  description?: LocalizedText;

  @Nested(() => Contact, { optional: true, nullable: true })
  contact?: Contact | null;

  @Nested(() => LocalizedText, {
    optional: true,
    nullable: true,
    description: 'How to get in: shown only to those with a confirmed booking and to staff',
  })
  accessInstructions?: LocalizedText | null;

  @ListOfOneOf(ACCESSIBILITY_FEATURES, { optional: true, example: ['step_free_access', 'hearing_loop'] })
  accessibility?: AccessibilityFeature[];

  @Nested(() => Address, { optional: true, nullable: true })
  address?: Address | null;

  @FourDigits({ optional: true, nullable: true, description: 'Official municipality number', example: '4601' })
  municipalityCode?: string | null;

  @Nested(() => Position, { optional: true, nullable: true })
  position?: Position | null;

  @Whole({ min: 1, max: 100_000, optional: true, nullable: true, description: 'People it holds', example: 120 })
  capacity?: number | null;

  @Whole({ min: 1, max: 10_000_000, optional: true, nullable: true, description: 'Square metres', example: 968 })
  areaM2?: number | null;

  @OneOf(PAYMENT_POLICIES, { optional: true, example: 'INVOICE' })
  paymentPolicy?: PaymentPolicy;

  @Id({ optional: true, nullable: true, description: 'Workflow that decides bookings; null: the usual conditions' })
  approvalWorkflowId?: string | null;

  @Nested(() => Terms, { optional: true, nullable: true })
  terms?: Terms | null;

  @Whole({ min: 0, max: MINUTES_A_DAY, optional: true, description: 'Kept free before each booking', example: 15 })
  bufferBeforeMinutes?: number;

  @Whole({ min: 0, max: MINUTES_A_DAY, optional: true, description: 'Kept free after each booking', example: 15 })
  bufferAfterMinutes?: number;

  @Whole({
    min: 5,
    max: MINUTES_A_DAY,
    optional: true,
    nullable: true,
    description: 'Length of a slot, for the model SLOT',
  })
  slotMinutes?: number | null;

  @LocalTime({
    optional: true,
    nullable: true,
    description: 'For the model ALL_DAY: when a stay begins on its first day; 00:00 unless told',
    example: '15:00',
  })
  checkInTime?: string | null;

  @LocalTime({
    optional: true,
    nullable: true,
    description:
      'When it ends: on its last day, or on the day after where that is not later than check-in; 24:00 unless told',
    example: '11:00',
  })
  checkOutTime?: string | null;
}

export class CreateListing extends ListingDetails {
  @Id({ description: 'Organization that owns it' })
  orgId: string;

  @OneOf(LISTING_TYPES, { example: 'SPACE' })
  type: ListingTypeKey;

  @OneOf(BOOKING_MODELS, { example: 'TIME_RANGE' })
  bookingModel: BookingModel;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @Text({ max: 60, optional: true, description: 'IANA zone of its clock', example: 'Europe/Oslo' })
  timezone?: string;

  @Whole({
    min: 1,
    max: 100_000,
    optional: true,
    description: 'How many there are, for QUANTITY and CAPACITY',
    example: 10,
  })
  stock?: number;
}

export class UpdateListing extends ListingDetails {
  @Id()
  id: string;

  @Nested(() => LocalizedName, { optional: true })
  name?: LocalizedName;

  @OneOf(LISTING_TYPES, { optional: true, description: 'Cannot be changed: any other than its own is refused' })
  type?: ListingTypeKey;

  @OneOf(BOOKING_MODELS, { optional: true, description: 'Cannot be changed: any other than its own is refused' })
  bookingModel?: BookingModel;
}

export class Listing {
  @Id()
  id: string;

  @Id()
  orgId: string;

  @OneOf(LISTING_TYPES)
  type: ListingTypeKey;

  @OneOf(BOOKING_MODELS)
  bookingModel: BookingModel;

  @OneOf(LISTING_STATUSES)
  status: ListingStatus;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @Text({ max: 63, nullable: true, description: 'Its name in addresses', example: 'fjordhallen' })
  slug: string | null;

  @Nested(() => LocalizedSummary, { nullable: true })
  shortDescription: LocalizedSummary | null;

  @Nested(() => LocalizedText, { nullable: true })
  description: LocalizedText | null;

  @Nested(() => Contact, { nullable: true })
  contact: Contact | null;

  @Nested(() => LocalizedText, {
    nullable: true,
    description: 'null for everybody but staff and those with a confirmed booking that has not ended',
  })
  accessInstructions: LocalizedText | null;

  @ListOfOneOf(ACCESSIBILITY_FEATURES)
  accessibility: AccessibilityFeature[];

  @Nested(() => Address, { nullable: true })
  address: Address | null;

  @Text({ max: 4, nullable: true })
  municipalityCode: string | null;

  @ListOf(() => CategoryRef)
  categories: CategoryRef[];

  @ListOf(() => AmenityRef)
  amenities: AmenityRef[];

  @Nested(() => Position, { nullable: true })
  position: Position | null;

  @Whole({ nullable: true })
  capacity: number | null;

  @Whole({ nullable: true })
  areaM2: number | null;

  @Text({ max: 60, example: 'Europe/Oslo' })
  timezone: string;

  @OneOf(PAYMENT_POLICIES)
  paymentPolicy: PaymentPolicy;

  @Id({ nullable: true })
  approvalWorkflowId: string | null;

  @Nested(() => Terms, { nullable: true })
  terms: Terms | null;

  @Whole()
  bufferBeforeMinutes: number;

  @Whole()
  bufferAfterMinutes: number;

  @Whole({ nullable: true })
  slotMinutes: number | null;

  @LocalTime({ nullable: true, example: '15:00' })
  checkInTime: string | null;

  @LocalTime({ nullable: true, example: '11:00' })
  checkOutTime: string | null;

  @Instant({ nullable: true })
  publishedAt: string | null;

  @Instant()
  createdAt: string;

  @Instant()
  updatedAt: string;

  @Whole({ min: 1, description: 'Rises with every change of the listing, its zones, rules and prices' })
  version: number;
}

export class ListingId {
  @Id()
  id: string;
}

export const createListing = operation({
  id: 'createListing',
  subject: 'listing.create.v1',
  summary: 'Create a listing, as a draft',
  http: { method: 'POST', path: '/listings', status: 201 },
  request: CreateListing,
  response: Listing,
  access: permission('digilist.listing.create'),
  module: 'digilist.listings',
  errors: [LISTING_INVALID_TYPE, ORGANIZATION_UNKNOWN, WORKFLOW_UNKNOWN, SLUG_TAKEN, LIMIT_EXCEEDED],
  idempotent: true,
  version: 'answers',
});

export const getListing = operation({
  id: 'getListing',
  subject: 'listing.get.v1',
  summary: 'One listing',
  http: { method: 'GET', path: '/listings/{id}' },
  request: ListingId,
  response: Listing,
  access: anonymous(LISTINGS_ARE_PUBLIC),
  module: 'digilist.listings',
  errors: [NOT_FOUND],
  version: 'answers',
});

export const updateListing = operation({
  id: 'updateListing',
  subject: 'listing.update.v1',
  summary: 'Change a listing',
  http: { method: 'PATCH', path: '/listings/{id}' },
  request: UpdateListing,
  response: Listing,
  access: permission('digilist.listing.update'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, LISTING_INVALID_TYPE, LISTING_INVALID_STATE, WORKFLOW_UNKNOWN, SLUG_TAKEN],
  version: 'required',
});

export const publishListing = operation({
  id: 'publishListing',
  subject: 'listing.publish.v1',
  summary: 'Publish a listing, so that it can be found and booked; also again, after maintenance',
  http: { method: 'POST', path: '/listings/{id}/publish' },
  request: ListingId,
  response: Listing,
  access: permission('digilist.listing.publish'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, STALE_VERSION, LISTING_INVALID_STATE, LISTING_NOT_READY],
  version: 'answers',
});

export const listingOperations = [createListing, getListing, updateListing, publishListing] as const;
