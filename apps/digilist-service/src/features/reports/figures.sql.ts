import { type Statement, statement } from '@kit/service';

/**
 * Each report: `figures` are its rows with a key that puts them in order.
 * $1 tenant, $2 everywhere, $3 organizations, $4 one listing, $5 and $6 days, $7 key of the last row before, $8 how many
 */
const report = (name: string, figures: string): Statement =>
  statement(
    `report-${name}`,
    `WITH figures AS (${figures})
     SELECT f.*, l.name AS listing FROM figures f
     LEFT JOIN digilist.listings l ON l.tenant_id = $1 AND l.id = f."listingId"
     WHERE $7::text IS NULL OR f.key > $7 COLLATE "C" ORDER BY f.key LIMIT $8`,
  );

const keyOf = (...parts: string[]): string => `concat_ws('|', ${parts.join(', ')}) COLLATE "C" AS key`;

/** Seen from the organization that owns the listing. */
const reached = (of: string): string => `($2::boolean OR ${of}.org_id = ANY ($3::uuid[]))`;

const of = (listing: string) => `($4::uuid IS NULL OR ${listing} = $4)`;

/** Begun in the period, by the clock of the listing. The second pair is what an index can use. */
const BEGUN = `b.starts_at >= $5::date::timestamp AT TIME ZONE b.timezone AND b.starts_at < $6::date::timestamp AT TIME ZONE b.timezone
  AND b.starts_at >= $5::date - interval '1 day' AND b.starts_at < $6::date + interval '1 day'`;

const MINUTES = `(sum(extract(epoch FROM b.ends_at - b.starts_at)) / 60)::float8 AS minutes`;

/** What is sold is a credit in the books, and what is taken back a debit. */
const SALES = "l.account IN ('revenue', 'fees_kept')";
const TAKEN_BACK = "e.kind IN ('refund_promised', 'refund_withdrawn', 'invoice_credited')";
const sum = (sign: '' | '-', condition: string) =>
  `coalesce(${sign}sum(l.amount) FILTER (WHERE ${condition}), 0)::float8`;

export const INCOME = report(
  'income',
  `SELECT ${keyOf('m.month', "coalesce(b.listing_id::text, '~')", "coalesce(b.pricing_group, '~')", "coalesce(lpad(l.vat_basis_points::text, 5, '0'), '~')", 'e.currency')},
     m.month, b.listing_id AS "listingId", b.pricing_group AS "group", l.vat_basis_points AS "vatBasisPoints", e.currency,
     ${sum('-', SALES)} AS net, ${sum('-', "l.account = 'vat_payable'")} AS vat,
     ${sum('', `${TAKEN_BACK} AND l.account IN ('revenue', 'fees_kept', 'vat_payable')`)} AS refunded,
     ${sum('', "l.account = 'receivable'")} AS outstanding
   FROM digilist.platform_tenants t
   JOIN digilist.ledger_entries e ON e.tenant_id = $1
     AND e.created_at >= $5::date::timestamp AT TIME ZONE t.timezone AND e.created_at < $6::date::timestamp AT TIME ZONE t.timezone
   JOIN digilist.ledger_lines l ON l.tenant_id = $1 AND l.entry_id = e.id
     AND l.account IN ('revenue', 'fees_kept', 'vat_payable', 'receivable')
   LEFT JOIN digilist.bookings b ON b.tenant_id = $1 AND b.id = l.booking_id
   CROSS JOIN LATERAL (SELECT to_char(date_trunc('month', e.created_at AT TIME ZONE t.timezone), 'YYYY-MM-DD') AS month) m
   WHERE t.tenant_id = $1 AND ${reached('e')} AND ${of('b.listing_id')}
   GROUP BY m.month, b.listing_id, b.pricing_group, l.vat_basis_points, e.currency`,
);

export const ATTENDANCE = report(
  'attendance',
  `SELECT ${keyOf('b.listing_id', 'b.pricing_group')}, b.listing_id AS "listingId", b.pricing_group AS "group",
     count(*)::integer AS bookings, ${MINUTES},
     (count(*) FILTER (WHERE b.status = 'completed'))::integer AS completed,
     (count(*) FILTER (WHERE b.status = 'no_show'))::integer AS "noShows"
   FROM digilist.bookings b
   WHERE b.tenant_id = $1 AND b.status IN ('confirmed', 'completed', 'no_show') AND ${BEGUN} AND ${reached('b')} AND ${of('b.listing_id')}
   GROUP BY b.listing_id, b.pricing_group`,
);

/** What was only drafted was never asked for. Who ended it: the history says. */
export const CANCELLATIONS = report(
  'cancellations',
  `SELECT ${keyOf('b.listing_id', 'e.cause', 'e.lead_time')}, b.listing_id AS "listingId", e.cause, e.lead_time AS "leadTime",
     count(*)::integer AS bookings, ${MINUTES}
   FROM digilist.bookings b
   CROSS JOIN LATERAL (
     SELECT h.* FROM digilist.booking_history h
     WHERE h.tenant_id = $1 AND h.booking_id = b.id AND h.to_status IN ('cancelled', 'rejected', 'expired')
     ORDER BY h.id DESC LIMIT 1) h
   CROSS JOIN LATERAL (
     SELECT CASE h.to_status WHEN 'cancelled' THEN CASE WHEN h.created_by = b.user_id THEN 'booker' ELSE 'municipality' END
       ELSE h.to_status END AS cause,
       CASE WHEN b.starts_at - h.created_at < interval '24 hours' THEN 'under_24h'
         WHEN b.starts_at - h.created_at < interval '72 hours' THEN '24h_to_72h'
         WHEN b.starts_at - h.created_at < interval '168 hours' THEN '72h_to_168h' ELSE 'over_168h' END AS lead_time) e
   WHERE b.tenant_id = $1 AND b.status IN ('cancelled', 'rejected', 'expired', 'refunded') AND h.from_status IS DISTINCT FROM 'draft'
     AND ${BEGUN} AND ${reached('b')} AND ${of('b.listing_id')}
   GROUP BY b.listing_id, e.cause, e.lead_time`,
);
