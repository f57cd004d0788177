import type { BookingLink, SharedBooking } from '@digilist/contracts';
import { statement } from '@kit/service';
import { iso } from '../../../database/shapes.js';

const LINK = `k.id, k.created_by AS "createdBy", ${iso('k.created_at')} AS "createdAt", ${iso('k.expires_at')} AS "expiresAt"`;

/** $1 tenant · $2 booking · $3 hash · $4 expires at · $5 actor · $6 how many at most. None when there are as many already. */
export const INSERT_LINK = statement(
  'insert-booking-link',
  `WITH over AS (
     DELETE FROM digilist.booking_links k WHERE k.tenant_id = $1 AND k.booking_id = $2 AND k.expires_at <= now()
   )
   INSERT INTO digilist.booking_links AS k (tenant_id, booking_id, secret_hash, expires_at, created_by)
   SELECT $1, $2, $3, $4, $5
   WHERE (SELECT count(*) FROM digilist.booking_links f
     WHERE f.tenant_id = $1 AND f.booking_id = $2 AND f.expires_at > now()) < $6
   RETURNING ${LINK}`,
);

/** $1 tenant · $2 booking */
export const LIST_LINKS = statement(
  'list-booking-links',
  `SELECT ${LINK} FROM digilist.booking_links k
   WHERE k.tenant_id = $1 AND k.booking_id = $2 AND k.expires_at > now() ORDER BY k.id`,
);
export type LinkRow = BookingLink & Record<string, unknown>;

/** $1 tenant · $2 booking · $3 link */
export const DELETE_LINK = statement(
  'delete-booking-link',
  'DELETE FROM digilist.booking_links WHERE tenant_id = $1 AND booking_id = $2 AND id = $3 RETURNING id',
);

/** $1 tenant · $2 hash. Nothing that says whose it is; and nothing at all of a tenant that is closed. */
export const SHARED_BOOKING = statement(
  'shared-booking',
  `SELECT b.status, l.name AS "listingName", CASE WHEN z.implicit THEN NULL ELSE z.name END AS "zoneName",
     CASE WHEN l.street IS NOT NULL THEN
       jsonb_build_object('street', l.street, 'postalCode', l.postal_code, 'city', l.city) END AS address,
     ${iso('b.starts_at')} AS "startsAt", ${iso('b.ends_at')} AS "endsAt", b.timezone,
     CASE WHEN b.show_in_public_calendar THEN b.public_title END AS "publicTitle"
   FROM digilist.booking_links k
   JOIN digilist.platform_tenants t ON t.tenant_id = k.tenant_id AND t.status = 'active' AND NOT t.deleted
   JOIN digilist.bookings b ON b.tenant_id = k.tenant_id AND b.id = k.booking_id
   JOIN digilist.listings l ON l.tenant_id = b.tenant_id AND l.id = b.listing_id
   JOIN digilist.zones z ON z.tenant_id = b.tenant_id AND z.id = b.zone_id
   WHERE k.tenant_id = $1 AND k.secret_hash = $2 AND k.expires_at > now()`,
);
export type SharedRow = SharedBooking & Record<string, unknown>;
