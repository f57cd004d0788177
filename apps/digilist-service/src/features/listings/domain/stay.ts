import { type Minute, wallTime } from './clock.js';
import type { ListingReference } from './reference.js';

/** How many days (or nights) of a listing that is booked by the day lie between two instants; at least one. */
export function stayDays(
  { timezone, checkIn, checkOut }: Pick<ListingReference, 'timezone' | 'checkIn' | 'checkOut'>,
  from: Minute,
  until: Minute,
): number {
  const touched = wallTime(timezone, until - 1).day - wallTime(timezone, from).day + 1;
  // Whoever leaves in the morning does not stay for that day.
  return Math.max(1, checkOut > checkIn ? touched : touched - 1);
}
