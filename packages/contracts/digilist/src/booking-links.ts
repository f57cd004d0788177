import {
  anonymous,
  Id,
  Instant,
  ListOf,
  Nested,
  NOT_FOUND,
  OneOf,
  permission,
  STALE_VERSION,
  Text,
  Whole,
} from '@kit/contracts';
import { INVALID_STATE, TOO_MANY_LINKS } from './bookings.errors.js';
import { BOOKING_STATUSES, BookingId, type BookingStatus } from './bookings.js';
import { operation } from './context.js';
import { Address } from './listings.js';
import { LocalizedName } from './listings.text.js';

/** Links of one booking that are in force at the same time. */
export const MOST_LINKS = 20;

export class CreateBookingLink extends BookingId {
  @Whole({ min: 1, max: 365, optional: true, description: 'Days until it ends by itself; 30 unless told', example: 30 })
  validDays?: number;
}

export class BookingLink {
  @Id()
  id: string;

  @Id({ description: 'Who made it' })
  createdBy: string;

  @Instant()
  createdAt: string;

  @Instant({ description: 'When it ends by itself' })
  expiresAt: string;
}

export class CreatedBookingLink extends BookingLink {
  @Text({ max: 200, description: 'Shown this once: only its hash is kept' })
  token: string;

  @Text({
    max: 300,
    description: 'Where it is read, by whoever has it',
    example: '/api/v1/booking-links/01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f.q3vG',
  })
  path: string;
}

export class BookingLinks {
  @ListOf(() => BookingLink, { description: 'Those in force' })
  data: BookingLink[];
}

export class BookingLinkId extends BookingId {
  @Id()
  linkId: string;
}

export class BookingLinkToken {
  @Text({ min: 1, max: 200 })
  token: string;
}

/** What, where and when; nothing about whose it is. */
export class SharedBooking {
  @OneOf(BOOKING_STATUSES, { example: 'confirmed' })
  status: BookingStatus;

  @Nested(() => LocalizedName)
  listingName: LocalizedName;

  @Nested(() => LocalizedName, { nullable: true, description: 'null where the listing is booked as a whole' })
  zoneName: LocalizedName | null;

  @Nested(() => Address, { nullable: true })
  address: Address | null;

  @Instant({ example: '2026-12-01T17:00:00.000Z' })
  startsAt: string;

  @Instant({ example: '2026-12-01T19:00:00.000Z' })
  endsAt: string;

  @Text({ max: 60, description: 'Of the clock on the wall there', example: 'Europe/Oslo' })
  timezone: string;

  @Text({ max: 120, nullable: true, description: 'As the public calendar shows it' })
  publicTitle: string | null;
}

export const createBookingLink = operation({
  id: 'createBookingLink',
  subject: 'booking-link.create.v1',
  summary: 'A link with which anybody can see what is booked, where and when',
  http: { method: 'POST', path: '/bookings/{id}/links', status: 201 },
  request: CreateBookingLink,
  response: CreatedBookingLink,
  access: permission('digilist.booking.share'),
  module: 'digilist.booking',
  errors: [NOT_FOUND, INVALID_STATE, STALE_VERSION, TOO_MANY_LINKS],
});

export const listBookingLinks = operation({
  id: 'listBookingLinks',
  subject: 'booking-link.list.v1',
  summary: 'Links of a booking that are in force',
  http: { method: 'GET', path: '/bookings/{id}/links' },
  request: BookingId,
  response: BookingLinks,
  access: permission('digilist.booking.share'),
  module: 'digilist.booking',
  errors: [NOT_FOUND],
});

export const revokeBookingLink = operation({
  id: 'revokeBookingLink',
  subject: 'booking-link.revoke.v1',
  summary: 'End a link; from here on it answers as if it had never been',
  http: { method: 'DELETE', path: '/bookings/{id}/links/{linkId}', status: 204 },
  request: BookingLinkId,
  response: null,
  access: permission('digilist.booking.share'),
  module: 'digilist.booking',
  errors: [NOT_FOUND],
});

export const readBookingLink = operation({
  id: 'readBookingLink',
  subject: 'booking-link.read.v1',
  summary: 'What is booked, where and when, for whoever has the link',
  http: { method: 'GET', path: '/booking-links/{token}', tenantIn: { property: 'token', as: 'secret' } },
  request: BookingLinkToken,
  response: SharedBooking,
  access: anonymous('the link is the proof, and says whose it is', { tenant: false }),
  errors: [NOT_FOUND],
});

export const bookingLinkOperations = [createBookingLink, listBookingLinks, revokeBookingLink, readBookingLink] as const;
