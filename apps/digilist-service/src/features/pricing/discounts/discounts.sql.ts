import { statement } from '@kit/service';
import { iso } from '../../../database/shapes.js';

const CODE = `d.id, d.code, d.kind, d.value::float8 AS value, d.max_uses AS "maxUses",
     d.max_uses_per_person AS "maxUsesPerPerson", d.used, ${iso('d.valid_from')} AS "validFrom", ${iso('d.valid_until')} AS "validUntil",
     d.minimum_amount::float8 AS "minimumAmount", d.pricing_groups AS "pricingGroups", d.status, d.version,
     ARRAY(SELECT i.listing_id FROM digilist.discount_code_listings i
       WHERE i.tenant_id = d.tenant_id AND i.discount_code_id = d.id ORDER BY i.listing_id) AS "listingIds"`;

/** $2 status, $3 id that the page begins below, $4 how many. */
export const LIST_DISCOUNT_CODES = statement(
  'list-discount-codes',
  `SELECT ${CODE} FROM digilist.discount_codes d
   WHERE d.tenant_id = $1 AND d.status = $2 AND ($3::uuid IS NULL OR d.id < $3) ORDER BY d.id DESC LIMIT $4`,
);

export const GET_DISCOUNT_CODE = statement(
  'get-discount-code',
  `SELECT ${CODE} FROM digilist.discount_codes d WHERE d.tenant_id = $1 AND d.id = $2`,
);

export const LOCK_DISCOUNT_CODE = statement('lock-discount-code', `${GET_DISCOUNT_CODE.text} FOR UPDATE OF d`);

/** $2 id, $3 code, $4 kind, $5 value, $6 uses, $7 per person, $8 from, $9 until, $10 least, $11 groups, $12 actor. */
export const INSERT_DISCOUNT_CODE = statement(
  'insert-discount-code',
  `INSERT INTO digilist.discount_codes (tenant_id, id, code, kind, value, max_uses, max_uses_per_person, valid_from, valid_until,
     minimum_amount, pricing_groups, created_by, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) ON CONFLICT (tenant_id, code) DO NOTHING RETURNING id`,
);

/** $3 value, $4 uses, $5 per person, $6 from, $7 until, $8 least, $9 groups, $10 status, $11 actor. */
export const UPDATE_DISCOUNT_CODE = statement(
  'update-discount-code',
  `UPDATE digilist.discount_codes d SET value = $3, max_uses = $4, max_uses_per_person = $5, valid_from = $6, valid_until = $7,
     minimum_amount = $8, pricing_groups = $9, status = $10, version = d.version + 1, updated_at = now(), updated_by = $11
   WHERE d.tenant_id = $1 AND d.id = $2`,
);

/** $2 code, $3 listings that it shall be for, $4 actor. */
export const PUT_CODE_LISTINGS = statement(
  'put-code-listings',
  `WITH gone AS (
     DELETE FROM digilist.discount_code_listings i
     WHERE i.tenant_id = $1 AND i.discount_code_id = $2 AND i.listing_id <> ALL ($3::uuid[])
   )
   INSERT INTO digilist.discount_code_listings (tenant_id, discount_code_id, listing_id, created_by)
   SELECT DISTINCT $1::uuid, $2::uuid, l.id, $4::uuid FROM unnest($3::uuid[]) l (id)
   ON CONFLICT (tenant_id, discount_code_id, listing_id) DO NOTHING`,
);

/** Which of the listings ($2) and of the groups ($3) the tenant does not have. */
export const UNKNOWN_TO_CODES = statement(
  'unknown-to-codes',
  `SELECT ARRAY(SELECT n.id::text FROM unnest($2::uuid[]) n (id) WHERE NOT EXISTS (SELECT FROM digilist.listings l
       WHERE l.tenant_id = $1 AND l.id = n.id)) AS listings,
     ARRAY(SELECT n.key FROM unnest($3::text[]) n (key) WHERE NOT EXISTS (SELECT FROM digilist.pricing_groups g
       WHERE g.tenant_id = $1 AND g.key = n.key)) AS groups`,
);

/**
 * $2 bookings, $3 actor. Codes are locked in their order before their uses are touched: two that give back the same codes
 * wait for each other, and placing locks a code before it writes its use.
 */
export const GIVE_BACK_USES = statement(
  'give-back-discount-uses',
  `WITH codes AS MATERIALIZED (
     SELECT d.id FROM digilist.discount_codes d
     WHERE d.tenant_id = $1 AND d.id IN (SELECT u.discount_code_id FROM digilist.discount_uses u
       WHERE u.tenant_id = $1 AND u.booking_id = ANY ($2::uuid[]) AND u.given_back_at IS NULL)
     ORDER BY d.id FOR NO KEY UPDATE
   ), given AS (
     UPDATE digilist.discount_uses u SET given_back_at = now(), version = u.version + 1, updated_at = now(), updated_by = $3
     FROM codes WHERE u.tenant_id = $1 AND u.discount_code_id = codes.id AND u.booking_id = ANY ($2::uuid[])
       AND u.given_back_at IS NULL
     RETURNING u.discount_code_id
   )
   UPDATE digilist.discount_codes d SET used = d.used - g.uses
   FROM (SELECT discount_code_id, count(*) AS uses FROM given GROUP BY 1) g
   WHERE d.tenant_id = $1 AND d.id = g.discount_code_id`,
);

/** $2 code, $3 user. */
export const COUNT_OWN_USES = statement(
  'count-own-discount-uses',
  `SELECT count(*)::integer AS uses FROM digilist.discount_codes d
   JOIN digilist.discount_uses u ON u.tenant_id = $1 AND u.discount_code_id = d.id
   WHERE d.tenant_id = $1 AND d.code = $2 AND u.user_id = $3 AND u.given_back_at IS NULL`,
);

/** Across tenants: uses for bookings that gave way to somebody else, whose statement knows nothing of codes. $1 no older than. */
export const USES_OF_EXPIRED = `
  SELECT u.tenant_id AS "tenantId", t.service_user_id AS "actorId", array_agg(u.booking_id) AS "bookingIds"
  FROM digilist.platform_tenants t
  JOIN digilist.discount_uses u ON u.tenant_id = t.id AND u.given_back_at IS NULL AND u.created_at > $1
  JOIN digilist.bookings b ON b.tenant_id = u.tenant_id AND b.id = u.booking_id AND b.status = 'expired'
  GROUP BY 1, 2`;
