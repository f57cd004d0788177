import type { BookingWorld } from './booking-world.js';

/** Moves a booking into the past, calendar and all, as if time had gone on: it began so many hours ago, for so long. */
export const begin = (world: BookingWorld, id: string, { hoursAgo, hours = 2 }: { hoursAgo: number; hours?: number }) =>
  world.rows(
    `WITH shift AS (
       SELECT b.id, b.starts_at, b.ends_at, date_trunc('hour', now()) - make_interval(hours => $2) AS starts,
         date_trunc('hour', now()) - make_interval(hours => $2) + make_interval(hours => $3) AS ends
       FROM digilist.bookings b WHERE b.id = $1
     ), moved AS (
       UPDATE digilist.bookings b SET starts_at = s.starts, ends_at = s.ends, created_at = s.starts - interval '2 days'
       FROM shift s WHERE b.id = s.id
     )
     UPDATE digilist.allocations a
     SET during = CASE
       WHEN a.ends_at = s.starts_at THEN tstzrange(s.starts - (a.ends_at - a.starts_at), s.starts, '[)')
       WHEN a.starts_at = s.ends_at THEN tstzrange(s.ends, s.ends + (a.ends_at - a.starts_at), '[)')
       ELSE tstzrange(s.starts, s.ends, '[)') END
     FROM shift s WHERE a.booking_id = s.id AND a.active`,
    [id, hoursAgo, hours],
  );
