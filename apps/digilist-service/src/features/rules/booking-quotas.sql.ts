import { statement } from '@kit/service';

/** The listings `l` that quota `q` is for, whatever its status. */
const FOR = `(q.all_listings AND l.org_id = q.org_id) OR EXISTS (SELECT FROM digilist.booking_quota_listings ql
      WHERE ql.tenant_id = q.tenant_id AND ql.quota_id = q.id AND ql.listing_id = l.id)`;

/** Quota `q` in the shape of the contract. */
const QUOTA = `json_build_object('id', q.id, 'orgId', q.org_id, 'name', q.name, 'per', q.per, 'measure', q.measure, 'most', q.most,
     'period', q.period, 'firstDate', q.first_date, 'lastDate', q.last_date, 'status', q.status, 'version', q.version,
     'listingIds', CASE WHEN NOT q.all_listings THEN (SELECT coalesce(json_agg(ql.listing_id ORDER BY ql.listing_id), '[]')
       FROM digilist.booking_quota_listings ql WHERE ql.tenant_id = q.tenant_id AND ql.quota_id = q.id) END,
     'listings', CASE WHEN q.status = 'retired' THEN 0 ELSE
       (SELECT count(*) FROM digilist.listings l WHERE l.tenant_id = q.tenant_id AND (${FOR})) END)`;

/** A listing that is being created holds a share of its organization's row: who waits for it here does not miss it. */
export const LOCK_ORGANIZATION = statement(
  'lock-organization-of-quota',
  `SELECT id FROM digilist.platform_organizations
   WHERE tenant_id = $1 AND id = $2 AND NOT deleted AND status = 'active' FOR UPDATE`,
);

/** $1 tenant · $2 ids */
export const LOCK_LISTINGS = statement(
  'lock-listings-of-quota',
  `SELECT l.id, l.org_id AS "orgId" FROM digilist.listings l
   WHERE l.tenant_id = $1 AND l.id = ANY ($2::uuid[]) ORDER BY l.id FOR NO KEY UPDATE`,
);

/** $1 tenant · $2 organization · $3 id · $4 terms · $5 listings or null · $6 actor */
export const INSERT_QUOTA = statement(
  'insert-booking-quota',
  `WITH q AS (
     INSERT INTO digilist.booking_quotas (tenant_id, org_id, id, name, per, measure, most, period, first_date, last_date,
       all_listings, created_by, updated_by)
     SELECT $1, $2, $3, r.name, r.per, r.measure, r.most, r.period, r."firstDate", r."lastDate", $5::uuid[] IS NULL, $6, $6
     FROM jsonb_to_record($4::jsonb) r (name jsonb, per text, measure text, most integer, period text, "firstDate" date, "lastDate" date)
     RETURNING tenant_id, id
   )
   INSERT INTO digilist.booking_quota_listings (tenant_id, quota_id, listing_id, created_by)
   SELECT q.tenant_id, q.id, listing.id, $6 FROM q, unnest($5::uuid[]) listing (id)`,
);

/** $1 tenant · $2 quota · $3 actor */
export const RAISE_LISTINGS_OF_QUOTA = statement(
  'raise-listings-of-booking-quota',
  `WITH concerned AS (
     SELECT l.id FROM digilist.listings l JOIN digilist.booking_quotas q ON q.tenant_id = $1 AND q.id = $2
     WHERE l.tenant_id = $1 AND (${FOR}) ORDER BY l.id FOR NO KEY UPDATE OF l
   )
   UPDATE digilist.listings l SET version = l.version + 1, updated_at = now(), updated_by = $3
   FROM concerned c WHERE l.tenant_id = $1 AND l.id = c.id
   RETURNING l.id, l.org_id AS "orgId", l.status, l.version`,
);

export const LOCK_QUOTA = statement(
  'lock-booking-quota',
  `SELECT q.id, q.org_id AS "orgId", q.status, q.version, q.all_listings AS "allListings",
     ARRAY(SELECT DISTINCT l.org_id FROM digilist.booking_quota_listings ql
       JOIN digilist.listings l ON l.tenant_id = $1 AND l.id = ql.listing_id
       WHERE ql.tenant_id = $1 AND ql.quota_id = q.id)::text[] AS "listingOrgIds"
   FROM digilist.booking_quotas q
   WHERE q.tenant_id = $1 AND q.id = $2 FOR NO KEY UPDATE`,
);

/** $1 tenant · $2 id · $3 terms · $4 actor */
export const UPDATE_QUOTA = statement(
  'update-booking-quota',
  `UPDATE digilist.booking_quotas q SET name = r.name, per = r.per, measure = r.measure, most = r.most, period = r.period,
     first_date = r."firstDate", last_date = r."lastDate", version = q.version + 1, updated_at = now(), updated_by = $4
   FROM jsonb_to_record($3::jsonb) r (name jsonb, per text, measure text, most integer, period text, "firstDate" date, "lastDate" date)
   WHERE q.tenant_id = $1 AND q.id = $2`,
);

export const RETIRE_QUOTA = statement(
  'retire-booking-quota',
  `UPDATE digilist.booking_quotas q SET status = 'retired', version = q.version + 1, updated_at = now(), updated_by = $3
   WHERE q.tenant_id = $1 AND q.id = $2`,
);

/** $2 tenant-wide reach · $3 organizations */
const READABLE = 'q.tenant_id = $1 AND ($2 OR q.org_id = ANY ($3::uuid[]))';

/** $4 id */
export const GET_QUOTA = statement(
  'get-booking-quota',
  `SELECT ${QUOTA} AS quota FROM digilist.booking_quotas q WHERE ${READABLE} AND q.id = $4`,
);

/** $4 organization or null · $5 holds for this listing, or null · $6 status or null · $7 after this id · $8 how many */
export const LIST_QUOTAS = statement(
  'list-booking-quotas',
  `SELECT q.id, ${QUOTA} AS quota FROM digilist.booking_quotas q
   WHERE ${READABLE}
     AND ($4::uuid IS NULL OR q.org_id = $4)
     AND ($5::uuid IS NULL OR EXISTS (SELECT FROM digilist.listings l
       WHERE l.tenant_id = $1 AND l.id = $5::uuid AND q.status = 'active' AND (${FOR})))
     AND ($6::text IS NULL OR q.status = $6) AND ($7::uuid IS NULL OR q.id > $7)
   ORDER BY q.id LIMIT $8`,
);
