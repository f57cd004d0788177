import { BOOKING_NOT_OVER, BOOKING_NOT_STARTED, BOOKING_STARTED, INVALID_STATE } from '@digilist/contracts';
import { type ErrorCode, type Locale, Refusal } from '@kit/contracts';
import { type ListingReference, minuteFloor } from '../listings/index.js';
import { requireNotice } from '../rules/index.js';
import type { LockedBooking } from './bookings.sql.js';
import type { Obstacle } from './domain/lifecycle.js';

const CODES: Record<Obstacle, ErrorCode> = { INVALID_STATE, BOOKING_STARTED, BOOKING_NOT_STARTED, BOOKING_NOT_OVER };

/** @throws Refusal the obstacle, with what the booking looks like */
export function requireNoObstacle(obstacle: Obstacle | null, { status, startsAt, endsAt }: LockedBooking): void {
  if (obstacle === null) return;
  const details = { status, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() };
  throw new Refusal(CODES[obstacle], { details });
}

/**
 * Bookers change and cancel what is confirmed until the notice that the listing asks for.
 * @throws Refusal RULE_VIOLATION
 */
export function requireBookersNotice(
  listing: ListingReference,
  what: 'change' | 'cancel',
  { status, startsAt }: LockedBooking,
  now: Date,
  locale: Locale,
): void {
  if (status === 'confirmed') requireNotice(listing, what, minuteFloor(startsAt), minuteFloor(now), locale);
}
