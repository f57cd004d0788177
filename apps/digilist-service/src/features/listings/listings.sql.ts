import { statement } from '@kit/service';
import { iso } from '../../database/shapes.js';

/** Listing `l` as the contract shows it. */
const LISTING = `json_build_object('id', l.id, 'orgId', l.org_id, 'type', l.listing_type, 'bookingModel', l.booking_model,
  'status', l.status, 'name', l.name, 'description', nullif(l.description, '{}'::jsonb),
  'address', CASE WHEN l.street IS NOT NULL THEN json_build_object('street', l.street, 'postalCode', l.postal_code, 'city', l.city) END,
  'municipalityCode', l.municipality_code,
  'position', CASE WHEN l.latitude IS NOT NULL THEN json_build_object('latitude', l.latitude, 'longitude', l.longitude) END,
  'capacity', l.capacity, 'areaM2', l.area_m2, 'timezone', l.timezone, 'paymentPolicy', l.payment_policy,
  'approvalWorkflowId', l.approval_workflow_id,
  'terms', CASE WHEN l.terms_version IS NOT NULL THEN json_build_object('version', l.terms_version, 'text', l.terms) END,
  'bufferBeforeMinutes', l.buffer_before_minutes, 'bufferAfterMinutes', l.buffer_after_minutes, 'slotMinutes', l.slot_minutes,
  'publishedAt', ${iso('l.published_at')}, 'createdAt', ${iso('l.created_at')}, 'updatedAt', ${iso('l.updated_at')},
  'version', l.version) AS listing`;

const ZONE = `json_build_object('id', z.id, 'listingId', z.listing_id, 'name', z.name, 'kind', z.kind, 'implicit', z.implicit,
  'partIds', (SELECT coalesce(json_agg(p.part_id ORDER BY p.part_id), '[]') FROM digilist.zone_parts p
    WHERE p.tenant_id = z.tenant_id AND p.listing_id = z.listing_id AND p.zone_id = z.id),
  'atomIds', (SELECT coalesce(json_agg(a.atom_id ORDER BY a.atom_id), '[]') FROM digilist.zone_atoms a
    WHERE a.tenant_id = z.tenant_id AND a.zone_id = z.id),
  'capacity', z.capacity, 'areaM2', z.area_m2, 'version', z.version) AS zone`;

export const LIST_LISTING_TYPES = statement(
  'list-listing-types',
  `SELECT id, key, name, models FROM digilist.listing_types WHERE tenant_id = $1 AND status = 'active' ORDER BY id`,
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

/** The listing, its implicit zone and that zone's atom. $25 is whether the atom is exclusive, $26 its stock. */
export const INSERT_LISTING = statement(
  'insert-listing',
  `WITH l AS (
     INSERT INTO digilist.listings (tenant_id, id, org_id, listing_type, booking_model, name, description, street, postal_code, city,
       municipality_code, latitude, longitude, capacity, area_m2, timezone, payment_policy, approval_workflow_id,
       terms_version, terms, buffer_before_minutes, buffer_after_minutes, slot_minutes, created_by, updated_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $24)
     RETURNING *
   ), a AS (
     INSERT INTO digilist.atoms (tenant_id, org_id, listing_id, exclusive, stock, created_by, updated_by)
     SELECT l.tenant_id, l.org_id, l.id, $25, $26, $24, $24 FROM l RETURNING id
   ), z AS (
     INSERT INTO digilist.zones (tenant_id, org_id, listing_id, name, kind, implicit, capacity, created_by, updated_by)
     SELECT l.tenant_id, l.org_id, l.id, l.name, 'leaf', true, l.capacity, $24, $24 FROM l RETURNING id
   ), za AS (
     INSERT INTO digilist.zone_atoms (tenant_id, zone_id, atom_id, created_by) SELECT $1, z.id, a.id, $24 FROM z, a
   )
   SELECT ${LISTING} FROM l`,
);

export const LOCK_LISTING = statement(
  'lock-listing',
  `SELECT id, org_id AS "orgId", status, version, listing_type AS type, booking_model AS "bookingModel",
     payment_policy AS "paymentPolicy" FROM digilist.listings WHERE tenant_id = $1 AND id = $2 FOR UPDATE`,
);

export const RAISE_VERSION = statement(
  'raise-listing-version',
  `UPDATE digilist.listings l SET version = l.version + 1, updated_at = now(), updated_by = $3
   WHERE l.tenant_id = $1 AND l.id = $2 RETURNING l.version`,
);

/** $3 holds what changes, as columns; a key that is missing leaves its column alone. */
export const UPDATE_LISTING = statement(
  'update-listing',
  `UPDATE digilist.listings l SET
     name = r.name, description = coalesce(r.description, '{}'), street = r.street, postal_code = r.postal_code, city = r.city,
     municipality_code = r.municipality_code, latitude = r.latitude, longitude = r.longitude, capacity = r.capacity,
     area_m2 = r.area_m2, payment_policy = r.payment_policy, approval_workflow_id = r.approval_workflow_id,
     terms_version = r.terms_version, terms = r.terms, buffer_before_minutes = r.buffer_before_minutes,
     buffer_after_minutes = r.buffer_after_minutes, slot_minutes = r.slot_minutes
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

/**
 * $2 statuses that anybody sees, $3 all statuses everywhere, $4 organizations whose others are seen too; filters $5 words,
 * $6 type, $7 municipality, $8 capacity, $9 organization, $10 status; keyset $11, $12; $13 how many.
 */
export const LIST_LISTINGS = statement(
  'list-listings',
  `SELECT l.sort_name AS "sortName", l.id, json_build_object('id', l.id, 'orgId', l.org_id, 'type', l.listing_type,
     'bookingModel', l.booking_model, 'status', l.status, 'name', l.name, 'city', l.city,
     'municipalityCode', l.municipality_code, 'capacity', l.capacity, 'version', l.version) AS listing
   FROM digilist.listings l
   WHERE l.tenant_id = $1 AND (l.status = ANY ($2::text[]) OR $3 OR l.org_id = ANY ($4::uuid[]))
     AND ($5::text[] IS NULL OR NOT EXISTS (SELECT FROM unnest($5::text[]) w (word) WHERE strpos(l.search_text, w.word) = 0))
     AND ($6::text IS NULL OR l.listing_type = $6)
     AND ($7::text IS NULL OR l.municipality_code = $7)
     AND ($8::integer IS NULL OR l.capacity >= $8)
     AND ($9::uuid IS NULL OR l.org_id = $9)
     AND ($10::text IS NULL OR l.status = $10)
     AND ($11::text IS NULL OR (l.sort_name, l.id) > ($11, $12::uuid))
   ORDER BY l.sort_name, l.id LIMIT $13`,
);

export const LIST_ZONES = statement(
  'list-zones',
  `SELECT ${ZONE} FROM digilist.zones z
   WHERE z.tenant_id = $1 AND z.org_id = $2 AND z.listing_id = $3 AND z.status = 'active' ORDER BY z.position, z.id`,
);

/** Waits for bookings of the listing as a whole that are on their way, and makes those that come later look again. */
export const LOCK_IMPLICIT_ZONE = statement(
  'lock-implicit-zone',
  `SELECT z.id FROM digilist.zones z
   WHERE z.tenant_id = $1 AND z.org_id = $2 AND z.listing_id = $3 AND z.implicit AND z.status = 'active' FOR UPDATE`,
);

/** The graph of a listing as it stands, and whether its implicit atom is taken from now on. */
export const READ_ZONE_GRAPH = statement(
  'read-zone-graph',
  `SELECT z.id, z.implicit, z.kind,
     (SELECT za.atom_id FROM digilist.zone_atoms za WHERE za.tenant_id = $1 AND za.zone_id = z.id AND z.kind = 'leaf') AS "atomId",
     ARRAY(SELECT p.part_id FROM digilist.zone_parts p
       WHERE p.tenant_id = $1 AND p.listing_id = $3 AND p.zone_id = z.id)::text[] AS "partIds",
     z.implicit AND EXISTS (SELECT FROM digilist.zone_atoms za
       JOIN digilist.allocations a ON a.tenant_id = $1 AND a.atom_id = za.atom_id AND a.active AND a.ends_at > now()
       WHERE za.tenant_id = $1 AND za.zone_id = z.id) AS taken
   FROM digilist.zones z
   WHERE z.tenant_id = $1 AND z.org_id = $2 AND z.listing_id = $3 AND z.status = 'active' ORDER BY z.id`,
);

export const RETIRE_IMPLICIT_ZONE = statement(
  'retire-implicit-zone',
  `UPDATE digilist.zones SET status = 'retired', version = version + 1, updated_at = now(), updated_by = $4
   WHERE tenant_id = $1 AND org_id = $2 AND listing_id = $3 AND implicit AND status = 'active'`,
);

/** $5 name, $6 kind, $7 capacity, $8 area, $9 actor, $10 parts, $11 atoms of the parts (a leaf gets an atom of its own). */
export const INSERT_ZONE = statement(
  'insert-zone',
  `WITH z AS (
     INSERT INTO digilist.zones (tenant_id, org_id, listing_id, id, name, kind, capacity, area_m2, position, created_by, updated_by)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, count(*), $9, $9 FROM digilist.zones o
     WHERE o.tenant_id = $1 AND o.org_id = $2 AND o.listing_id = $3
     RETURNING *
   ), a AS (
     INSERT INTO digilist.atoms (tenant_id, org_id, listing_id, created_by, updated_by)
     SELECT $1, $2, $3, $9, $9 FROM z WHERE z.kind = 'leaf' RETURNING id
   ), p AS (
     INSERT INTO digilist.zone_parts (tenant_id, listing_id, zone_id, part_id, created_by)
     SELECT $1, $3, z.id, part.id, $9 FROM z, unnest($10::uuid[]) part (id) RETURNING part_id
   ), za AS (
     INSERT INTO digilist.zone_atoms (tenant_id, zone_id, atom_id, created_by)
     SELECT $1, z.id, atom.id, $9 FROM z, (SELECT id FROM a UNION ALL SELECT * FROM unnest($11::uuid[])) atom RETURNING atom_id
   )
   SELECT json_build_object('id', z.id, 'listingId', z.listing_id, 'name', z.name, 'kind', z.kind, 'implicit', z.implicit,
     'partIds', (SELECT coalesce(json_agg(part_id ORDER BY part_id), '[]') FROM p),
     'atomIds', (SELECT coalesce(json_agg(atom_id ORDER BY atom_id), '[]') FROM za),
     'capacity', z.capacity, 'areaM2', z.area_m2, 'version', z.version) AS zone FROM z`,
);
