import { BOOKING_RULE_FIELDS } from '@digilist/contracts';
import { statement } from '@kit/service';

const DAY = (column: string) => `${column} - date '1970-01-01'`;
const WALL = (column: string) => `(extract(hour FROM ${column}) * 60 + extract(minute FROM ${column}))::integer`;

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** What a row of booking rules or of a template sets, as JSON; what it leaves open is not there. */
export const RULES_OF = (row: string) =>
  `json_strip_nulls(json_build_object(${BOOKING_RULE_FIELDS.map((field) => `'${field}', ${row}.${snake(field)}`).join(', ')}))`;

/** Does quota `q` hold for listing `l`? */
export const QUOTA_HOLDS = `q.tenant_id = l.tenant_id AND q.status = 'active' AND (
      (q.all_listings AND q.org_id = l.org_id) OR EXISTS (SELECT FROM digilist.booking_quota_listings ql
        WHERE ql.tenant_id = l.tenant_id AND ql.quota_id = q.id AND ql.listing_id = l.id))`;

/** What listing `l` costs, as PriceRule[] and ActorPrice[]. */
export const PRICES = `(SELECT coalesce(json_agg(json_build_object('id', p.id, 'version', p.version, 'zoneId', p.zone_id, 'kind', p.kind,
      'key', p.key, 'name', p.name, 'unit', p.unit, 'amount', p.amount, 'currency', p.currency,
      'vatBasisPoints', p.vat_basis_points, 'priority', p.priority, 'weekdays', to_jsonb(p.weekdays),
      'from', ${WALL('p.from_time')}, 'to', ${WALL('p.to_time')},
      'firstDay', ${DAY('p.first_date')}, 'lastDay', ${DAY('p.last_date')}) ORDER BY p.id), '[]')
    FROM digilist.pricing_rules p
    WHERE p.tenant_id = l.tenant_id AND p.org_id = l.org_id AND p.listing_id = l.id AND p.status = 'active')`;
export const ACTOR_PRICES = `(SELECT coalesce(json_agg(json_build_object('id', c.id, 'version', c.version, 'zoneId', c.zone_id,
      'group', c.pricing_group, 'unit', c.unit, 'amount', c.amount, 'discountBasisPoints', c.discount_basis_points) ORDER BY c.id), '[]')
    FROM digilist.actor_pricing c
    WHERE c.tenant_id = l.tenant_id AND c.org_id = l.org_id AND c.listing_id = l.id AND c.status = 'active')`;

/** Everything of listing `l` that ListingReference holds, as JSON. The function is planned once, and costs nothing where it is not called. */
export const REFERENCE = 'digilist.listing_reference(l.tenant_id, l.id)';

/** $1 tenant. */
export const GROUPS = `(SELECT coalesce(json_agg(json_build_object('id', g.id, 'version', g.version, 'key', g.key, 'name', g.name,
    'discountBasisPoints', g.discount_basis_points, 'vatExempt', g.vat_exempt,
    'verification', g.verification, 'organizationKinds', to_jsonb(g.organization_kinds)) ORDER BY g.position, g.id), '[]')
  FROM digilist.pricing_groups g WHERE g.tenant_id = $1 AND g.status = 'active')`;

/** Rows are never deleted and versions only rise, so their sum changes with every change. */
export const GROUPS_STAMP = `(SELECT coalesce(sum(g.version), 0)::integer FROM digilist.pricing_groups g WHERE g.tenant_id = $1)`;

/** The code that can be used for listing `l` at present. */
const DISCOUNT = (code: string): string => `CASE WHEN ${code}::text IS NOT NULL THEN (
       SELECT json_build_object('id', d.id, 'version', d.version, 'code', d.code, 'kind', d.kind, 'value', d.value,
         'minimumAmount', d.minimum_amount, 'pricingGroups', to_jsonb(d.pricing_groups))
       FROM digilist.discount_codes d
       WHERE d.tenant_id = $1 AND d.code = ${code} AND d.status = 'active' AND (d.max_uses IS NULL OR d.used < d.max_uses)
         AND (d.valid_from IS NULL OR d.valid_from <= now()) AND (d.valid_until IS NULL OR d.valid_until > now())
         AND (SELECT count(*) = 0 OR bool_or(i.listing_id = l.id) FROM digilist.discount_code_listings i
           WHERE i.tenant_id = $1 AND i.discount_code_id = d.id)
     ) END`;

/**
 * $1 tenant, $2 listing, $3 version and $4 stamp of the groups that are in the cache (null: none), $5 discount code.
 * The heavy parts are built only where the cache is behind.
 */
export const READ_PLACE = statement(
  'read-place',
  `SELECT l.version,
     CASE WHEN l.version IS DISTINCT FROM $3::integer THEN ${REFERENCE} END AS reference,
     s.stamp, CASE WHEN s.stamp IS DISTINCT FROM $4::integer THEN ${GROUPS} END AS groups,
     ${DISCOUNT('$5')} AS discount
   FROM digilist.listings l CROSS JOIN (SELECT ${GROUPS_STAMP} AS stamp) s
   WHERE l.tenant_id = $1 AND l.id = $2`,
);

/**
 * $1 tenant, $2 listing, $3 discount code: is the cache behind? PostgreSQL prepares the heavy parts of READ_PLACE for
 * execution even where it does not build them, and that costs three times as much as this.
 */
export const PLACE_VERSIONS = statement(
  'place-versions',
  `SELECT l.version, ${GROUPS_STAMP} AS stamp, ${DISCOUNT('$3')} AS discount
   FROM digilist.listings l WHERE l.tenant_id = $1 AND l.id = $2`,
);

/** $1 tenant, $2 ids and $3 versions of the cached listings, $4 stamp of the cached groups. */
export const BOOKABLE_LISTINGS = `SELECT json_build_object(
    'stamp', s.stamp, 'groups', CASE WHEN s.stamp IS DISTINCT FROM $4::integer THEN ${GROUPS} END,
    'listings', (SELECT coalesce(json_agg(json_build_array(l.id, CASE WHEN c.version IS DISTINCT FROM l.version THEN ${REFERENCE} END)
        ORDER BY l.sort_name, l.id), '[]')
      FROM digilist.listings l
      LEFT JOIN unnest($2::uuid[], $3::integer[]) c (id, version) ON c.id = l.id
      WHERE l.tenant_id = $1 AND l.status = 'published')) AS bookable
  FROM (SELECT ${GROUPS_STAMP} AS stamp) s`;
