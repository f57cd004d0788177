import type { ListingSort } from '@digilist/contracts';
import { statement } from '@kit/service';
import { type NamedStatement, named } from '../../database/named-statement.js';
import {
  ACTOR_PRICES,
  AMENITIES_OF,
  CATEGORIES_OF,
  GROUPS,
  GROUPS_STAMP,
  PRICES,
  REFERENCE,
} from '../listings/index.js';
import { PRIMARY_IMAGE } from '../media/index.js';
import { SAYS_ALL, SCORE, TERMS } from './words.sql.js';

/** What decides which statement is run; everything else is a parameter. */
export interface Shape {
  readonly words: boolean;
  readonly near: boolean;
  /** Any filter but words: a bare list is read most often, and planning for filters that are not there costs more than it. */
  readonly filtered: boolean;
  readonly sort: ListingSort;
  /** `page`: the database cuts the page. `all`: every match comes, because more is asked than it can tell. */
  readonly scope: 'page' | 'all';
  /** Of what the calendar and the prices need: nothing, the references, or the references and who has them when. */
  readonly reads: 'nothing' | 'references' | 'busy';
}

export interface FindValues extends FilterValues {
  readonly afterRank: number | null;
  readonly afterName: string | null;
  readonly afterId: string | null;
  readonly fetch: number;
  readonly cachedIds: readonly string[];
  readonly cachedVersions: readonly number[];
  readonly cachedStamp: number | null;
  readonly from: number | null;
  readonly until: number | null;
}

export interface FilterValues {
  readonly tenantId: string;
  readonly publicStatuses: readonly string[];
  readonly everywhere: boolean;
  readonly orgIds: readonly string[];
  readonly status: string | null;
  readonly q: string | null;
  readonly type: string | null;
  readonly category: string | null;
  readonly amenities: readonly string[] | null;
  readonly capacity: number | null;
  readonly municipality: string | null;
  readonly orgId: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly within: number | null;
}

/** Slug or id, and all that lies below it. */
const CATEGORY = `category (id) AS (
    SELECT c.id FROM digilist.categories c
    WHERE c.tenant_id = @tenantId AND c.status = 'active' AND (c.slug = @category::text OR c.id::text = lower(@category))
    UNION
    SELECT c.id FROM category above JOIN digilist.categories c ON c.tenant_id = @tenantId AND c.parent_id = above.id
  )`;

const AMENITIES_WANTED = `digilist.amenities m WHERE m.tenant_id = @tenantId AND m.status = 'active'`;

/** Great circle on a sphere of the Earth's mean radius. */
const METRES = `round(2 * 6371008.8 * asin(least(1, sqrt(
    sin(radians(l.latitude - @latitude::float8) / 2) ^ 2
    + cos(radians(@latitude::float8)) * cos(radians(l.latitude)) * sin(radians(l.longitude - @longitude::float8) / 2) ^ 2))))::integer`;

const LAST = 2_147_483_647;

/** What comes first in each order; names and ids settle what is equal. */
const RANKS: Readonly<Record<ListingSort, string>> = {
  relevance: `-(${SCORE})`,
  name: '0',
  // Told by the pricing, not by the database.
  price: '0',
  '-price': '0',
  distance: `coalesce(n.metres, ${LAST})`,
  capacity: `coalesce(l.capacity, ${LAST})`,
  '-capacity': `coalesce(-l.capacity, ${LAST})`,
};

const BY_NAME: readonly ListingSort[] = ['name', 'price', '-price'];

/** Which listings `l` match. */
const filters = ({ words, near, filtered }: Shape) => `l.tenant_id = @tenantId
      AND (l.status = ANY (@publicStatuses::text[]) OR @everywhere OR l.org_id = ANY (@orgIds::uuid[]))
      ${filtered ? FILTERS : ''}
      ${near ? 'AND (@within::integer IS NULL OR n.metres <= @within)' : ''}
      ${words ? `AND ${SAYS_ALL}` : ''}`;

/** Subqueries that name no listing are read once, and only where they are asked. */
const FILTERS = `AND (@status::text IS NULL OR l.status = @status)
      AND (@type::text IS NULL OR l.listing_type = @type)
      AND (@municipality::text IS NULL OR l.municipality_code = @municipality)
      AND (@orgId::uuid IS NULL OR l.org_id = @orgId)
      AND (@capacity::integer IS NULL OR l.capacity >= @capacity OR l.id IN (
        SELECT z.listing_id FROM digilist.zones z WHERE z.tenant_id = @tenantId AND z.capacity >= @capacity AND z.status = 'active'))
      AND (@category IS NULL OR l.id IN (
        SELECT lc.listing_id FROM digilist.listing_categories lc
        WHERE lc.tenant_id = @tenantId AND lc.category_id IN (SELECT id FROM category)))
      AND (@amenities::text[] IS NULL OR l.id IN (
        SELECT la.listing_id FROM digilist.listing_amenities la
        WHERE la.tenant_id = @tenantId AND la.amenity_id IN (SELECT m.id FROM ${AMENITIES_WANTED} AND m.key = ANY (@amenities))
        GROUP BY la.listing_id HAVING count(*) = cardinality(@amenities)))`;

function found(shape: Shape): string {
  const { words, near, sort, scope } = shape;
  const select = `SELECT l.id, l.version, l.sort_name, ${RANKS[sort]} AS rank, ${near ? 'n.metres' : 'NULL::integer'} AS metres
    FROM ${words ? 'digilist.listing_documents d JOIN digilist.listings l ON l.tenant_id = @tenantId AND l.id = d.id' : 'digilist.listings l'}
      ${near ? `CROSS JOIN LATERAL (SELECT ${METRES} AS metres) n` : ''}
    WHERE ${words ? 'd.tenant_id = @tenantId AND ' : ''}${filters(shape)}`;
  if (scope === 'all') return select;
  if (BY_NAME.includes(sort)) {
    return `${select} AND (@afterId::uuid IS NULL OR (l.sort_name, l.id) > (@afterName::text, @afterId))
    ORDER BY l.sort_name, l.id LIMIT @fetch`;
  }
  return `SELECT * FROM (${select}) o
    WHERE @afterId::uuid IS NULL OR (o.rank, o.sort_name, o.id) > (@afterRank::integer, @afterName::text, @afterId)
    ORDER BY o.rank, o.sort_name, o.id LIMIT @fetch`;
}

/** Atoms of the listings that were found; packages take those of their components. Many are read faster as all there are. */
const FOUND_ATOMS = `CASE WHEN (SELECT count(*) FROM found) <= 300 THEN ARRAY(
      SELECT t.id FROM found f JOIN digilist.atoms t ON t.tenant_id = @tenantId AND t.listing_id = f.id
      UNION ALL
      SELECT za.atom_id FROM found f JOIN digilist.package_items i ON i.tenant_id = @tenantId AND i.listing_id = f.id
      JOIN digilist.zone_atoms za ON za.tenant_id = @tenantId AND za.zone_id = i.zone_id) END`;

/** The tenant's longest: what lies this close to a window can reach into it. */
const LONGEST_BUFFER = `coalesce((SELECT max(greatest(b.buffer_before_minutes, b.buffer_after_minutes))
    FROM digilist.listings b WHERE b.tenant_id = @tenantId), 0)`;

const BUSY = `digilist.busy_time(@tenantId, ${FOUND_ATOMS}, @from::integer - ${LONGEST_BUFFER}, @until::integer + ${LONGEST_BUFFER})`;

/** Versions only rise and rows are never deleted, so their sum changes with every change. */
const CATALOGUE_STAMP = `(SELECT coalesce(sum(c.version), 0)::integer FROM digilist.categories c WHERE c.tenant_id = @tenantId)
    + (SELECT coalesce(sum(m.version), 0)::integer FROM digilist.amenities m WHERE m.tenant_id = @tenantId)`;

const AFTER = `@afterId::uuid IS NULL OR (f.rank, f.sort_name, f.id) > (@afterRank::integer, @afterName::text, @afterId)`;

const KNOWN = `@category IS NULL OR EXISTS (SELECT FROM category) AS "categoryKnown",
    ARRAY(SELECT k.key FROM unnest(@amenities) k (key)
      WHERE NOT EXISTS (SELECT FROM ${AMENITIES_WANTED} AND m.key = k.key)) AS "unknownAmenities"`;

/** The tenant is the first parameter, as GROUPS knows it. */
function find(shape: Shape): NamedStatement<FindValues> {
  const { words, near, filtered, sort, scope, reads } = shape;
  const name = ['find-listings', words && 'q', near && 'near', filtered && 'filtered', sort, scope, reads]
    .filter(Boolean)
    .join('-');
  return named<FindValues>(
    name,
    `WITH RECURSIVE tenant (id) AS (SELECT @tenantId::uuid), ${filtered ? `${CATEGORY}, ` : ''}${words ? `${TERMS}, ` : ''}
    found AS MATERIALIZED (${found(shape)})
  SELECT ${filtered ? KNOWN : `true AS "categoryKnown", '{}'::text[] AS "unknownAmenities"`},
    ${CATALOGUE_STAMP} AS catalogue,
    s.stamp, CASE WHEN s.stamp IS DISTINCT FROM @cachedStamp::integer THEN ${GROUPS} END AS groups,
    (SELECT coalesce(json_agg(json_build_array(f.id, f.version, f.rank, f.sort_name, f.metres
        ${scope === 'all' ? `, ${AFTER}` : ''}) ORDER BY f.rank, f.sort_name, f.id), '[]') FROM found f) AS found,
    ${
      reads === 'nothing'
        ? 'NULL::json'
        : `(SELECT coalesce(json_agg(json_build_array(l.id, ${REFERENCE})), '[]')
      FROM found f LEFT JOIN unnest(@cachedIds::uuid[], @cachedVersions::integer[]) c (id, version) ON c.id = f.id
      JOIN digilist.listings l ON l.tenant_id = @tenantId AND l.id = f.id
      WHERE c.version IS DISTINCT FROM f.version)`
    } AS "references",
    ${reads === 'busy' ? BUSY : 'NULL::text'} AS busy
  FROM (SELECT ${GROUPS_STAMP} AS stamp) s`,
  );
}

const finds = new Map<string, NamedStatement<FindValues>>();

export function findListings(shape: Shape): NamedStatement<FindValues> {
  const key = JSON.stringify(shape);
  const known = finds.get(key) ?? find(shape);
  finds.set(key, known);
  return known;
}

/** $2 listings. What a list shows of each, and what its price is told from. */
export const READ_CARDS = statement(
  'read-listing-cards',
  `SELECT l.version, json_build_object('id', l.id, 'orgId', l.org_id, 'type', l.listing_type, 'bookingModel', l.booking_model,
     'status', l.status, 'name', l.name, 'city', l.city, 'municipalityCode', l.municipality_code,
     'position', CASE WHEN l.latitude IS NOT NULL AND l.longitude IS NOT NULL
       THEN json_build_object('latitude', l.latitude, 'longitude', l.longitude) END,
     'capacity', l.capacity, 'categories', ${CATEGORIES_OF}, 'amenities', ${AMENITIES_OF}, 'image', ${PRIMARY_IMAGE},
     'version', l.version) AS summary,
     json_build_object('timezone', l.timezone, 'slotMinutes', l.slot_minutes, 'paymentPolicy', l.payment_policy,
       'prices', ${PRICES}, 'actorPrices', ${ACTOR_PRICES}) AS tariff
   FROM digilist.listings l WHERE l.tenant_id = $1 AND l.id = ANY ($2::uuid[])`,
);

/** $2 listings. A category counts those below it, each listing once. */
export const COUNT_FACETS = statement(
  'count-facets',
  `WITH RECURSIVE filed (listing_id, id) AS (
     SELECT lc.listing_id, c.id FROM digilist.listing_categories lc
     JOIN digilist.categories c ON c.tenant_id = $1 AND c.id = lc.category_id AND c.status = 'active'
     WHERE lc.tenant_id = $1 AND lc.listing_id = ANY ($2::uuid[])
     UNION
     SELECT f.listing_id, p.id FROM filed f
     JOIN digilist.categories c ON c.tenant_id = $1 AND c.id = f.id
     JOIN digilist.categories p ON p.tenant_id = $1 AND p.id = c.parent_id AND p.status = 'active'
   )
   SELECT
     (SELECT coalesce(json_agg(json_build_object('type', t.listing_type, 'count', t.count) ORDER BY t.count DESC, t.listing_type), '[]')
      FROM (SELECT l.listing_type, count(*) FROM digilist.listings l
        WHERE l.tenant_id = $1 AND l.id = ANY ($2::uuid[]) GROUP BY l.listing_type) t) AS types,
     (SELECT coalesce(json_agg(json_build_object('id', c.id, 'slug', c.slug, 'name', c.name, 'count', n.count)
        ORDER BY n.count DESC, c.slug), '[]')
      FROM (SELECT f.id, count(*) FROM filed f GROUP BY f.id) n
      JOIN digilist.categories c ON c.tenant_id = $1 AND c.id = n.id) AS categories,
     (SELECT coalesce(json_agg(json_build_object('id', m.id, 'key', m.key, 'name', m.name, 'count', n.count)
        ORDER BY n.count DESC, m.key), '[]')
      FROM (SELECT la.amenity_id, count(*) FROM digilist.listing_amenities la
        WHERE la.tenant_id = $1 AND la.listing_id = ANY ($2::uuid[]) GROUP BY la.amenity_id) n
      JOIN digilist.amenities m ON m.tenant_id = $1 AND m.id = n.amenity_id AND m.status = 'active') AS amenities`,
);

/** $2 listings, $3 cached ids, $4 their versions, $5 and $6 window: these listings, and who has them when. */
export const READ_FREE_NEXT = statement(
  'read-free-next',
  `WITH found AS MATERIALIZED (SELECT l.id FROM digilist.listings l WHERE l.tenant_id = $1 AND l.id = ANY ($2::uuid[]))
   SELECT (SELECT coalesce(json_agg(json_build_array(l.id, ${REFERENCE})), '[]')
       FROM digilist.listings l LEFT JOIN unnest($3::uuid[], $4::integer[]) c (id, version) ON c.id = l.id
       WHERE l.tenant_id = $1 AND l.id IN (SELECT id FROM found) AND c.version IS DISTINCT FROM l.version) AS "references",
     ${BUSY.replaceAll('@tenantId', '$1').replace('@from', '$5').replace('@until', '$6')} AS busy`,
);
