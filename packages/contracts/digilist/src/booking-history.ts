import { Id, Instant, Json, ListOf, Nested, NOT_FOUND, OneOf, permission, Text, Whole } from '@kit/contracts';
import { BOOKING_STATUSES, BookingId, type BookingStatus } from './bookings.js';
import { operation } from './context.js';
import { LocalizedName } from './listings.text.js';
import { Price } from './pricing.js';

/** What an entry of the history tells: a step of the status, or something that changed besides. */
export const BOOKING_CHANGES = ['status', 'rescheduled', 'updated'] as const;
export type BookingChange = (typeof BOOKING_CHANGES)[number];

/** Who acts: a person, or the system by itself. */
export const ACTOR_KINDS = ['user', 'job', 'anonymous', 'service'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

export class BookingHistoryEntry {
  @Id()
  id: string;

  @OneOf(BOOKING_CHANGES, { example: 'status' })
  change: BookingChange;

  @OneOf(BOOKING_STATUSES, { nullable: true, description: 'null: this is where it began' })
  from: BookingStatus | null;

  @OneOf(BOOKING_STATUSES, { description: 'The same as `from` when something else was changed' })
  to: BookingStatus;

  @Json({ description: 'What was changed, each property with its value before and after', example: {} })
  detail: Record<string, unknown>;

  @OneOf(ACTOR_KINDS, { example: 'user' })
  actorKind: ActorKind;

  @Id({ description: 'Who did it; for what happens by itself the service user of the tenant' })
  actorId: string;

  @Text({ max: 2000, nullable: true })
  reason: string | null;

  @Instant()
  at: string;
}

export class BookingHistory {
  @ListOf(() => BookingHistoryEntry)
  data: BookingHistoryEntry[];
}

/** What was booked and what it cost, as it was then: later changes of the listing or the prices leave it alone. */
export class BookingItem {
  @Id()
  id: string;

  @Id()
  listingId: string;

  @Whole({ min: 1, description: 'The listing was this version then' })
  listingVersion: number;

  @Nested(() => LocalizedName)
  listingName: LocalizedName;

  @Id()
  zoneId: string;

  @Nested(() => LocalizedName)
  zoneName: LocalizedName;

  @Whole({ min: 1 })
  quantity: number;

  @Text({ max: 60 })
  pricingGroup: string;

  @Nested(() => Price)
  price: Price;

  @Instant()
  createdAt: string;
}

export class BookingItems {
  @ListOf(() => BookingItem, { description: 'One for each time it was priced; the last one holds' })
  data: BookingItem[];
}

export const getBookingHistory = operation({
  id: 'getBookingHistory',
  subject: 'booking.history.v1',
  summary: 'What has happened to a booking, oldest first',
  http: { method: 'GET', path: '/bookings/{id}/history' },
  request: BookingId,
  response: BookingHistory,
  access: permission('digilist.booking.read'),
  module: 'digilist.booking',
  errors: [NOT_FOUND],
});

export const listBookingItems = operation({
  id: 'listBookingItems',
  subject: 'booking.list-items.v1',
  summary: 'What was booked and at what price, as it was each time',
  http: { method: 'GET', path: '/bookings/{id}/items' },
  request: BookingId,
  response: BookingItems,
  access: permission('digilist.booking.read'),
  module: 'digilist.booking',
  errors: [NOT_FOUND],
});

export const bookingHistoryOperations = [getBookingHistory, listBookingItems] as const;
