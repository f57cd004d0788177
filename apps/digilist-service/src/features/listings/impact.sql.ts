import { IMPACT_NAMED } from '@digilist/contracts';
import { type Statement, statement } from '@kit/service';
import { iso } from '../../database/shapes.js';

/** $1 tenant, $2 listing, $3 its time zone, $4 whether the bookers are named. */
const impact = (name: string, which: string): Statement =>
  statement(
    name,
    `WITH b AS MATERIALIZED (
       SELECT b.* FROM digilist.bookings b
       WHERE b.tenant_id = $1 AND b.status IN ('pending', 'awaiting_payment', 'awaiting_approval', 'confirmed')
         AND b.ends_at > now() AND (b.expires_at IS NULL OR b.expires_at > now()) AND ${which}
     )
     SELECT json_build_object(
       'count', (SELECT count(*)::integer FROM b),
       'bookings', (SELECT coalesce(json_agg(json_build_object('id', f.id, 'zoneId', f.zone_id, 'status', f.status,
           'startsAt', ${iso('f.starts_at')}, 'endsAt', ${iso('f.ends_at')}, 'quantity', f.quantity,
           'recurringBookingId', f.recurring_booking_id, 'userId', CASE WHEN $4 THEN f.user_id END) ORDER BY f.starts_at, f.id), '[]')
         FROM (SELECT * FROM b ORDER BY b.starts_at, b.id LIMIT ${IMPACT_NAMED}) f),
       'months', (SELECT coalesce(json_agg(json_build_object('month', m.month, 'bookings', m.bookings) ORDER BY m.month), '[]')
         FROM (SELECT to_char(b.starts_at AT TIME ZONE $3, 'YYYY-MM') AS month, count(*)::integer AS bookings FROM b GROUP BY 1) m),
       'seriesIds', (SELECT coalesce(json_agg(DISTINCT b.recurring_booking_id), '[]') FROM b WHERE b.recurring_booking_id IS NOT NULL)
     ) AS impact, (SELECT array_agg(b.id)::text[] FROM b) AS ids`,
  );

/** Also bookings of packages: whoever has an atom of the listing needs it. */
export const IMPACT_ON_LISTING = impact(
  'impact-on-listing',
  `b.id IN (
     SELECT own.id FROM digilist.bookings own WHERE own.tenant_id = $1 AND own.listing_id = $2 AND own.ends_at > now()
     UNION
     SELECT a.booking_id FROM digilist.atoms t
     JOIN digilist.allocations a ON a.tenant_id = $1 AND a.atom_id = t.id AND a.active AND a.ends_at > now()
     WHERE t.tenant_id = $1 AND t.listing_id = $2)`,
);

/** $5 zone. */
export const IMPACT_ON_ZONE = impact(
  'impact-on-zone',
  `(b.listing_id = $2 AND b.zone_id = $5 OR b.id IN (
     SELECT p.id FROM digilist.package_items i
     JOIN digilist.bookings p ON p.tenant_id = $1 AND p.listing_id = i.listing_id AND p.ends_at > now()
     WHERE i.tenant_id = $1 AND i.component_id = $2 AND i.zone_id = $5))`,
);

/** $5 bookings. */
export const IMPACT_OF_BOOKINGS = impact('impact-of-bookings', `b.id = ANY ($5::uuid[]) AND $2::uuid IS NOT NULL`);
