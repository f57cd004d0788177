import { statement } from '@kit/service';
import { REFERENCE } from '../listings/index.js';

/**
 * Listings that were ever offered, from where a page goes on, and each reference that is not cached.
 *
 * $1 tenant, $2 and $3 cached listings and their versions, $4 everywhere, $5 organizations, $6 one listing, $7 and $8
 * where the page before ended, $9 how many
 */
export const LISTINGS_TO_REPORT = statement(
  'listings-to-report',
  `SELECT coalesce(json_agg(json_build_array(l.id, CASE WHEN c.version IS DISTINCT FROM l.version THEN ${REFERENCE} END)
     ORDER BY l.sort_name, l.id), '[]') AS listings
   FROM (
     SELECT l.tenant_id, l.id, l.version, l.sort_name FROM digilist.listings l
     WHERE l.tenant_id = $1 AND l.status <> 'draft' AND ($4::boolean OR l.org_id = ANY ($5::uuid[]))
       AND ($6::uuid IS NULL OR l.id = $6) AND ($7::text IS NULL OR (l.sort_name, l.id) > ($7, $8::uuid))
     ORDER BY l.sort_name, l.id LIMIT $9) l
   LEFT JOIN unnest($2::uuid[], $3::integer[]) c (id, version) ON c.id = l.id`,
);

const minute = (column: string) => `(extract(epoch FROM ${column}) / 60)::integer`;

const STAY = (atom: string, taking: string, of: string) =>
  `SELECT ${atom} AS "atomId", ${taking} AS taking, ${minute(`${of}.starts_at`)} AS "from", ${minute(`${of}.ends_at`)} AS until, ${of}.quantity`;

const TAKING = `CASE WHEN a.kind <> 'BOOKING' THEN 'blocked' WHEN b.status = 'completed' THEN 'completed'
  WHEN b.status IN ('confirmed', 'no_show') THEN 'agreed' ELSE 'requested' END`;

/** Stays that are not long begin at most three days before what they reach into. */
const takings = (kind: string) => `
  ${STAY('a.atom_id', TAKING, 'a')}
  FROM unnest($2::uuid[]) AS wanted (atom_id)
  JOIN digilist.allocations a ON a.tenant_id = $1 AND a.atom_id = wanted.atom_id AND a.active AND NOT a.buffer AND ${kind}
  LEFT JOIN digilist.bookings b ON b.tenant_id = $1 AND b.id = a.booking_id
  WHERE a.starts_at < $4 AND a.ends_at > $3 AND a.kind <> 'HOLD' AND (a.expires_at IS NULL OR a.expires_at > $5::timestamptz)`;

/**
 * Who had which atom when, and when nobody came: a line for each atom and kind of taking, since thousands of rows cost the
 * driver more than the database. $1 tenant, $2 atoms, $3 and $4 from and until, $5 now
 */
export const STAYS = statement(
  'stays-to-report',
  `SELECT s."atomId", s.taking, json_agg(json_build_array(s."from", s.until, s.quantity)) AS stays
   FROM (
     ${takings("NOT a.long_stay AND a.starts_at > $3::timestamptz - interval '3 days'")}
     UNION ALL ${takings('a.long_stay')}
     UNION ALL
     ${STAY('z.atom_id', "'absent'", 'b')}
     FROM digilist.zone_atoms z
     JOIN digilist.bookings b ON b.tenant_id = $1 AND b.zone_id = z.zone_id AND b.status = 'no_show'
       AND b.starts_at < $4 AND b.ends_at > $3
     WHERE z.tenant_id = $1 AND z.atom_id = ANY ($2::uuid[])) s
   GROUP BY s."atomId", s.taking`,
);

/** What was asked for in vain. $1 tenant, $2 listings, $3 and $4 from and until */
export const REFUSED = statement(
  'refused-demand-to-report',
  `SELECT zone_id AS "zoneId", ${minute('starts_at')} AS "from", ${minute('ends_at')} AS until, sum(quantity * asks)::integer AS asked
   FROM digilist.refused_demand
   WHERE tenant_id = $1 AND listing_id = ANY ($2::uuid[]) AND starts_at < $4 AND ends_at > $3
   GROUP BY zone_id, starts_at, ends_at`,
);
