import { statement } from '@kit/service';
import { iso, wallTime } from '../../database/shapes.js';

/** Categories and amenities of listing `l`; what is retired is not shown. */
export const CATEGORIES_OF = `(SELECT coalesce(json_agg(json_build_object('id', c.id, 'slug', c.slug, 'name', c.name) ORDER BY c.slug), '[]')
  FROM digilist.listing_categories lc JOIN digilist.categories c ON c.tenant_id = lc.tenant_id AND c.id = lc.category_id AND c.status = 'active'
  WHERE lc.tenant_id = l.tenant_id AND lc.listing_id = l.id)`;
export const AMENITIES_OF = `(SELECT coalesce(json_agg(json_build_object('id', m.id, 'key', m.key, 'name', m.name) ORDER BY m.key), '[]')
  FROM digilist.listing_amenities la JOIN digilist.amenities m ON m.tenant_id = la.tenant_id AND m.id = la.amenity_id AND m.status = 'active'
  WHERE la.tenant_id = l.tenant_id AND la.listing_id = l.id)`;

/** Listing `l` as the contract shows it. */
const LISTING = `json_build_object('id', l.id, 'orgId', l.org_id, 'type', l.listing_type, 'bookingModel', l.booking_model,
  'status', l.status, 'name', l.name, 'slug', l.slug, 'shortDescription', l.short_description,
  'description', nullif(l.description, '{}'::jsonb), 'contact', l.contact, 'accessInstructions', l.access_instructions,
  'accessibility', to_json(l.accessibility),
  'address', CASE WHEN l.street IS NOT NULL THEN json_build_object('street', l.street, 'postalCode', l.postal_code, 'city', l.city) END,
  'municipalityCode', l.municipality_code, 'categories', ${CATEGORIES_OF}, 'amenities', ${AMENITIES_OF},
  'position', CASE WHEN l.latitude IS NOT NULL THEN json_build_object('latitude', l.latitude, 'longitude', l.longitude) END,
  'capacity', l.capacity, 'areaM2', l.area_m2, 'timezone', l.timezone, 'paymentPolicy', l.payment_policy,
  'approvalWorkflowId', l.approval_workflow_id,
  'terms', CASE WHEN l.terms_version IS NOT NULL THEN json_build_object('version', l.terms_version, 'text', l.terms) END,
  'bufferBeforeMinutes', l.buffer_before_minutes, 'bufferAfterMinutes', l.buffer_after_minutes, 'slotMinutes', l.slot_minutes,
  'checkInTime', ${wallTime('l.check_in_time')}, 'checkOutTime', ${wallTime('l.check_out_time')},
  'publishedAt', ${iso('l.published_at')}, 'createdAt', ${iso('l.created_at')}, 'updatedAt', ${iso('l.updated_at')},
  'version', l.version) AS listing`;

/** Columns that a request sets, as jsonb_populate_record reads them. */
const DETAILS = [
  'name',
  'slug',
  'short_description',
  'description',
  'contact',
  'access_instructions',
  'accessibility',
  'street',
  'postal_code',
  'city',
  'municipality_code',
  'latitude',
  'longitude',
  'capacity',
  'area_m2',
  'payment_policy',
  'approval_workflow_id',
  'terms_version',
  'terms',
  'buffer_before_minutes',
  'buffer_after_minutes',
  'slot_minutes',
  'check_in_time',
  'check_out_time',
];

export const LIST_LISTING_TYPES = statement(
  'list-listing-types',
  `SELECT id, key, name, models, version FROM digilist.listing_types WHERE tenant_id = $1 AND status = 'active' ORDER BY id`,
);

/** $2 type, $3 version that is expected. Answers nothing where somebody was faster. */
export const UPDATE_LISTING_TYPE = statement(
  'update-listing-type',
  `UPDATE digilist.listing_types SET models = $4, version = version + 1, updated_at = now(), updated_by = $5
   WHERE tenant_id = $1 AND id = $2 AND version = $3 AND status = 'active' RETURNING id, key, name, models, version`,
);

export const GET_LISTING_TYPE = statement(
  'get-listing-type',
  `SELECT version FROM digilist.listing_types WHERE tenant_id = $1 AND id = $2 AND status = 'active'`,
);

/** What must hold before a listing is created: the organization is there, and which models its type allows. */
export const READ_LISTING_GROUND = statement(
  'read-listing-ground',
  `SELECT EXISTS (SELECT FROM digilist.platform_organizations o
       WHERE o.tenant_id = $1 AND o.id = $2 AND NOT o.deleted AND o.status = 'active') AS organization,
     (SELECT t.models FROM digilist.listing_types t WHERE t.tenant_id = $1 AND t.key = $3 AND t.status = 'active') AS models`,
);

/** $1 tenant, $2 workflow, $3 organization and $4 listing (null: a new one) that it shall hold for. */
export const WORKFLOW_HOLDS_FOR = statement(
  'workflow-holds-for',
  `SELECT EXISTS (
     SELECT FROM digilist.approval_workflows w
     JOIN digilist.platform_organizations o ON o.tenant_id = $1 AND o.id = $3 AND (w.org_id = o.id OR w.org_id = ANY (o.ancestor_ids))
     WHERE w.tenant_id = $1 AND w.id = $2 AND w.status = 'active' AND (w.listing_id IS NULL OR w.listing_id = $4::uuid)
   ) AS holds`,
);

/** What the licence limits: an archived listing takes no room. */
export const COUNT_LISTINGS = statement(
  'count-listings',
  `SELECT count(*)::int AS used FROM digilist.listings WHERE tenant_id = $1 AND status <> 'archived'`,
);

/**
 * The listing, its implicit zone and that zone's atom (a package has none of its own); nothing when another listing has the slug. $4 type, $5 model,
 * $6 time zone, $7 actor, $8 the details as columns, $9 is whether the atom is exclusive, $10 its stock.
 */
export const INSERT_LISTING = statement(
  'insert-listing',
  `WITH l AS (
     INSERT INTO digilist.listings
       (tenant_id, id, org_id, listing_type, booking_model, timezone, created_by, updated_by, ${DETAILS.join(', ')})
     SELECT $1, $2, $3, $4, $5, $6, $7, $7, ${DETAILS.map((column) => `r.${column}`).join(', ')}
     FROM jsonb_populate_record(NULL::digilist.listings, $8::jsonb) r
     ON CONFLICT ON CONSTRAINT listings_slug DO NOTHING
     RETURNING *
   ), a AS (
     INSERT INTO digilist.atoms (tenant_id, org_id, listing_id, exclusive, stock, created_by, updated_by)
     SELECT l.tenant_id, l.org_id, l.id, $9, $10, $7, $7 FROM l WHERE l.booking_model <> 'PACKAGE' RETURNING id
   ), z AS (
     INSERT INTO digilist.zones (tenant_id, org_id, listing_id, name, kind, implicit, capacity, created_by, updated_by)
     SELECT l.tenant_id, l.org_id, l.id, l.name, 'leaf', true, l.capacity, $7, $7 FROM l RETURNING id
   ), za AS (
     INSERT INTO digilist.zone_atoms (tenant_id, zone_id, atom_id, created_by) SELECT $1, z.id, a.id, $7 FROM z, a
   )
   SELECT ${LISTING} FROM l`,
);

export const LOCK_LISTING = statement(
  'lock-listing',
  `SELECT id, org_id AS "orgId", status, version, listing_type AS type, booking_model AS "bookingModel",
     payment_policy AS "paymentPolicy", timezone FROM digilist.listings WHERE tenant_id = $1 AND id = $2 FOR UPDATE`,
);

/**
 * $2 listing, $3 actor. Packages that contain it rise with it: what is remembered of them is behind, too. Whoever changes
 * a listing holds its lock before those of its packages, which are locked in the order of their ids.
 */
export const RAISE_VERSION = statement(
  'raise-listing-version',
  `WITH containing AS MATERIALIZED (
     SELECT p.id FROM digilist.listings p
     WHERE p.tenant_id = $1 AND p.id IN (SELECT i.listing_id FROM digilist.package_items i WHERE i.tenant_id = $1 AND i.component_id = $2)
     ORDER BY p.id FOR NO KEY UPDATE
   ), raised AS (
     UPDATE digilist.listings p SET version = p.version + 1, updated_at = now(), updated_by = $3
     FROM containing WHERE p.tenant_id = $1 AND p.id = containing.id RETURNING p.id, p.org_id, p.status, p.version
   )
   UPDATE digilist.listings l SET version = l.version + 1, updated_at = now(), updated_by = $3
   WHERE l.tenant_id = $1 AND l.id = $2
   RETURNING l.version, (SELECT coalesce(json_agg(json_build_object('id', r.id, 'orgId', r.org_id, 'status', r.status, 'version', r.version)), '[]')
     FROM raised r) AS packages`,
);

/** $3 holds what changes, as columns; a key that is missing leaves its column alone. */
export const UPDATE_LISTING = statement(
  'update-listing',
  `UPDATE digilist.listings l SET ${DETAILS.map((column) => `${column} = r.${column}`).join(', ')}
   FROM digilist.listings o CROSS JOIN LATERAL jsonb_populate_record(o, $3::jsonb) r
   WHERE l.tenant_id = $1 AND l.id = $2 AND o.tenant_id = $1 AND o.id = $2
   RETURNING ${LISTING}`,
);

export const SET_LISTING_STATUS = statement(
  'set-listing-status',
  `UPDATE digilist.listings l SET status = $3,
     published_at = CASE WHEN $3 = 'published' THEN coalesce(l.published_at, now()) ELSE l.published_at END
   WHERE l.tenant_id = $1 AND l.id = $2 RETURNING ${LISTING}`,
);

export const COUNT_FOR_PUBLISHING = statement(
  'count-for-publishing',
  `SELECT
     (SELECT count(*)::integer FROM digilist.availability_rules r WHERE r.tenant_id = $1 AND r.org_id = $2 AND r.listing_id = $3
        AND r.kind <> 'blackout' AND r.opens IS NOT NULL) AS "openingRules",
     (SELECT count(*)::integer FROM digilist.pricing_rules p WHERE p.tenant_id = $1 AND p.org_id = $2 AND p.listing_id = $3
        AND p.kind = 'period' AND p.status = 'active') AS prices,
     (SELECT count(*)::integer FROM digilist.zones z WHERE z.tenant_id = $1 AND z.org_id = $2 AND z.listing_id = $3
        AND z.status = 'active') AS "activeZones"`,
);

export const GET_LISTING = statement(
  'get-listing',
  `SELECT ${LISTING} FROM digilist.listings l WHERE l.tenant_id = $1 AND l.id = $2`,
);

/** $2 package: the organizations that own what it consists of. */
export const OWNERS_OF_COMPONENTS = statement(
  'owners-of-components',
  `SELECT DISTINCT c.org_id AS "orgId" FROM digilist.package_items i
   JOIN digilist.listings c ON c.tenant_id = $1 AND c.id = i.component_id
   WHERE i.tenant_id = $1 AND i.listing_id = $2`,
);

/** $3 somebody: have they a confirmed booking here that is not over? */
export const HAS_BOOKED = statement(
  'has-booked',
  `SELECT EXISTS (SELECT FROM digilist.bookings b
     WHERE b.tenant_id = $1 AND b.listing_id = $2 AND b.user_id = $3 AND b.status = 'confirmed' AND b.ends_at > now()) AS booked`,
);
