import { statement } from '@kit/service';
import { iso } from '../../../database/shapes.js';
import type { DiscountCode } from '../../listings/index.js';

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
 * The uses that bookings ($2) live on: their own, and that of the series they belong to. A series that was divided lives on
 * the use of the one it continues.
 */
const THEIR_USES = `RECURSIVE series AS (
     SELECT b.recurring_booking_id AS id FROM digilist.bookings b
     WHERE b.tenant_id = $1 AND b.id = ANY ($2::uuid[]) AND b.recurring_booking_id IS NOT NULL
     UNION
     SELECT s.continues FROM series JOIN digilist.recurring_bookings s ON s.tenant_id = $1 AND s.id = series.id
     WHERE s.continues IS NOT NULL
   ), theirs AS (
     SELECT u.* FROM digilist.discount_uses u WHERE u.tenant_id = $1 AND u.booking_id = ANY ($2::uuid[])
     UNION ALL
     SELECT u.* FROM series JOIN digilist.discount_uses u ON u.tenant_id = $1 AND u.recurring_booking_id = series.id
   )`;

/**
 * Codes are locked in their order, and before their uses are looked at by another statement: of two that end the last two
 * dates of a series the second one sees what the first one did. Placing locks a code before it writes its use, too.
 */
export const LOCK_CODES_OF = statement(
  'lock-discount-codes-of-bookings',
  `WITH ${THEIR_USES}
   SELECT d.id FROM digilist.discount_codes d
   WHERE d.tenant_id = $1 AND d.id IN (SELECT theirs.discount_code_id FROM theirs) ORDER BY d.id FOR NO KEY UPDATE`,
);

/** $2 bookings, $3 actor. The use of a series comes back with the last of its dates, and not once one of them was used. */
export const GIVE_BACK_USES = statement(
  'give-back-discount-uses',
  `WITH ${THEIR_USES}, family AS (
     SELECT theirs.id AS use_id, theirs.recurring_booking_id AS id FROM theirs
     WHERE theirs.recurring_booking_id IS NOT NULL AND theirs.given_back_at IS NULL
     UNION
     SELECT family.use_id, s.id FROM family JOIN digilist.recurring_bookings s ON s.tenant_id = $1 AND s.continues = family.id
   ), given AS (
     UPDATE digilist.discount_uses u SET given_back_at = now(), version = u.version + 1, updated_at = now(), updated_by = $3
     FROM theirs WHERE u.tenant_id = $1 AND u.id = theirs.id AND u.given_back_at IS NULL
       AND NOT EXISTS (SELECT FROM family JOIN digilist.bookings b ON b.tenant_id = $1 AND b.recurring_booking_id = family.id
         WHERE family.use_id = u.id AND b.status NOT IN ('rejected', 'expired', 'cancelled', 'refunded'))
     RETURNING u.discount_code_id
   )
   UPDATE digilist.discount_codes d SET used = d.used - g.uses
   FROM (SELECT discount_code_id, count(*) AS uses FROM given GROUP BY 1) g
   WHERE d.tenant_id = $1 AND d.id = g.discount_code_id`,
);

/** $2 bookings, $3 actor. Counts uses that were given back once more, where the code has any left. */
export const COUNT_AGAIN = statement(
  'count-discount-uses-again',
  `WITH ${THEIR_USES}, counted AS (
     UPDATE digilist.discount_codes d SET used = d.used + 1
     FROM theirs
     WHERE d.tenant_id = $1 AND d.id = theirs.discount_code_id AND theirs.given_back_at IS NOT NULL
       AND (d.max_uses IS NULL OR d.used < d.max_uses)
       AND (d.max_uses_per_person IS NULL OR d.max_uses_per_person > (SELECT count(*) FROM digilist.discount_uses own
         WHERE own.tenant_id = $1 AND own.discount_code_id = d.id AND own.user_id = theirs.user_id AND own.given_back_at IS NULL))
     RETURNING theirs.id
   ), again AS (
     UPDATE digilist.discount_uses u SET given_back_at = NULL, version = u.version + 1, updated_at = now(), updated_by = $3
     FROM counted WHERE u.tenant_id = $1 AND u.id = counted.id
     RETURNING u.id
   )
   SELECT EXISTS (SELECT FROM theirs WHERE theirs.given_back_at IS NULL) OR EXISTS (SELECT FROM again) AS counted`,
);

/** $1 tenant · $2 code. As it is, whether or not it could be used today: whoever has used it keeps it. */
export const USED_DISCOUNT = statement(
  'used-discount',
  `SELECT d.id, d.version, d.code, d.kind, d.value::float8 AS value, NULL AS "minimumAmount", '{}'::text[] AS "pricingGroups"
   FROM digilist.discount_codes d
   WHERE d.tenant_id = $1 AND d.code = $2`,
);
export type UsedDiscount = DiscountCode & Record<string, unknown>;

/** $2 code, $3 user. */
export const COUNT_OWN_USES = statement(
  'count-own-discount-uses',
  `SELECT count(*)::integer AS uses FROM digilist.discount_codes d
   JOIN digilist.discount_uses u ON u.tenant_id = $1 AND u.discount_code_id = d.id
   WHERE d.tenant_id = $1 AND d.code = $2 AND u.user_id = $3 AND u.given_back_at IS NULL`,
);

/**
 * Across tenants: bookings that gave way to somebody else, whose statement knows nothing of codes, and whose use may have to
 * be given back. $1 no older than.
 */
export const USES_OF_EXPIRED = `
  SELECT u.tenant_id AS "tenantId", t.service_user_id AS "actorId", array_agg(b.id) AS "bookingIds"
  FROM digilist.platform_tenants t
  JOIN digilist.discount_uses u ON u.tenant_id = t.id AND u.given_back_at IS NULL AND u.created_at > $1
  CROSS JOIN LATERAL (
    SELECT one.id FROM digilist.bookings one
    WHERE one.tenant_id = u.tenant_id AND one.id = u.booking_id AND one.status = 'expired'
    UNION ALL
    SELECT one.id FROM digilist.bookings one
    WHERE one.tenant_id = u.tenant_id AND one.recurring_booking_id = u.recurring_booking_id AND one.status = 'expired'
      AND NOT EXISTS (SELECT FROM digilist.bookings other
        WHERE other.tenant_id = u.tenant_id AND other.recurring_booking_id = u.recurring_booking_id
          AND other.status NOT IN ('rejected', 'expired', 'cancelled', 'refunded'))
  ) b
  GROUP BY 1, 2`;
