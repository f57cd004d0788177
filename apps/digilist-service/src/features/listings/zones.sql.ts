import { statement } from '@kit/service';

/** Zone `z` as the contract shows it. */
const ZONE = `json_build_object('id', z.id, 'listingId', z.listing_id, 'name', z.name, 'kind', z.kind, 'implicit', z.implicit,
  'partIds', (SELECT coalesce(json_agg(p.part_id ORDER BY p.part_id), '[]') FROM digilist.zone_parts p
    WHERE p.tenant_id = z.tenant_id AND p.listing_id = z.listing_id AND p.zone_id = z.id),
  'atomIds', (SELECT coalesce(json_agg(a.atom_id ORDER BY a.atom_id), '[]') FROM digilist.zone_atoms a
    WHERE a.tenant_id = z.tenant_id AND a.zone_id = z.id),
  'capacity', z.capacity, 'areaM2', z.area_m2, 'position', z.position,
  'stock', (SELECT t.stock FROM digilist.zone_atoms a JOIN digilist.atoms t ON t.tenant_id = a.tenant_id AND t.id = a.atom_id
    WHERE a.tenant_id = z.tenant_id AND a.zone_id = z.id AND NOT t.exclusive),
  'version', z.version) AS zone`;

export const LIST_ZONES = statement(
  'list-zones',
  `SELECT ${ZONE} FROM digilist.zones z
   WHERE z.tenant_id = $1 AND z.org_id = $2 AND z.listing_id = $3 AND z.status = 'active' ORDER BY z.position, z.id`,
);

/** $2 listing, $3 zone; retired ones answer like those that are not there. */
export const GET_ZONE = statement(
  'get-zone',
  `SELECT ${ZONE} FROM digilist.zones z WHERE z.tenant_id = $1 AND z.listing_id = $2 AND z.id = $3 AND z.status = 'active'`,
);

/** Waits for bookings of the listing that are on their way, also as a part of packages, and makes later ones look again. */
export const LOCK_ZONES = statement(
  'lock-zones',
  `SELECT z.id FROM digilist.zones z
   WHERE z.tenant_id = $1 AND z.org_id = $2 AND z.listing_id = $3 AND z.status = 'active' ORDER BY z.id FOR UPDATE`,
);

/** The graph of a listing as it stands, and whether its implicit atom is taken from now on. */
export const READ_ZONE_GRAPH = statement(
  'read-zone-graph',
  `SELECT z.id, z.implicit, z.version,
     (SELECT za.atom_id FROM digilist.zone_atoms za WHERE za.tenant_id = $1 AND za.zone_id = z.id AND z.kind = 'leaf') AS "atomId",
     ARRAY(SELECT p.part_id FROM digilist.zone_parts p
       WHERE p.tenant_id = $1 AND p.listing_id = $3 AND p.zone_id = z.id)::text[] AS "partIds",
     ARRAY(SELECT za.atom_id FROM digilist.zone_atoms za WHERE za.tenant_id = $1 AND za.zone_id = z.id)::text[] AS "atomIds",
     z.implicit AND EXISTS (SELECT FROM digilist.zone_atoms za
       JOIN digilist.allocations a ON a.tenant_id = $1 AND a.atom_id = za.atom_id AND a.active AND a.ends_at > now()
       WHERE za.tenant_id = $1 AND za.zone_id = z.id) AS taken
   FROM digilist.zones z
   WHERE z.tenant_id = $1 AND z.org_id = $2 AND z.listing_id = $3 AND z.status = 'active' ORDER BY z.id`,
);

/** Zones of other listings (packages) that contain zones of this one. */
export const PACKAGES_AROUND = statement(
  'packages-around',
  `SELECT p.id, array_agg(i.zone_id)::text[] AS "partIds"
   FROM digilist.package_items i
   JOIN digilist.zones p ON p.tenant_id = $1 AND p.org_id = i.org_id AND p.listing_id = i.listing_id AND p.status = 'active'
   WHERE i.tenant_id = $1 AND i.component_id = $2 GROUP BY p.id`,
);

export const RETIRE_IMPLICIT_ZONE = statement(
  'retire-implicit-zone',
  `UPDATE digilist.zones SET status = 'retired', version = version + 1, updated_at = now(), updated_by = $4
   WHERE tenant_id = $1 AND org_id = $2 AND listing_id = $3 AND implicit AND status = 'active'`,
);

/** $5 name, $6 kind, $7 capacity, $8 area, $9 actor, $10 parts, $11 atoms: those of the parts, or the one a leaf takes over; a leaf without gets its own. */
export const INSERT_ZONE = statement(
  'insert-zone',
  `WITH z AS (
     INSERT INTO digilist.zones (tenant_id, org_id, listing_id, id, name, kind, capacity, area_m2, position, created_by, updated_by)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, count(*), $9, $9 FROM digilist.zones o
     WHERE o.tenant_id = $1 AND o.org_id = $2 AND o.listing_id = $3
     RETURNING *
   ), a AS (
     INSERT INTO digilist.atoms (tenant_id, org_id, listing_id, created_by, updated_by)
     SELECT $1, $2, $3, $9, $9 FROM z WHERE z.kind = 'leaf' AND cardinality($11::uuid[]) = 0 RETURNING id
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
     'capacity', z.capacity, 'areaM2', z.area_m2, 'stock', NULL, 'position', z.position, 'version', z.version) AS zone FROM z`,
);

/** The implicit zone becomes one that is made of $5, which takes over its atom. */
export const CONVERT_IMPLICIT_ZONE = statement(
  'convert-implicit-zone',
  `WITH z AS (
     UPDATE digilist.zones SET kind = 'composite', implicit = false, version = version + 1, updated_at = now(), updated_by = $4
     WHERE tenant_id = $1 AND org_id = $2 AND listing_id = $3 AND implicit AND status = 'active' RETURNING id
   )
   INSERT INTO digilist.zone_parts (tenant_id, listing_id, zone_id, part_id, created_by) SELECT $1, $3, z.id, $5, $4 FROM z`,
);

/** $4 zones in which $5 is made a part of each; $6 actor. */
export const ADD_PART = statement(
  'add-part',
  `INSERT INTO digilist.zone_parts (tenant_id, listing_id, zone_id, part_id, created_by)
   SELECT $1, $2, zone.id, $4, $5 FROM unnest($3::uuid[]) zone (id)`,
);

/** $4 parts the zone consists of from now on; $5 actor. */
export const REPLACE_PARTS = statement(
  'replace-parts',
  `WITH gone AS (
     DELETE FROM digilist.zone_parts p
     WHERE p.tenant_id = $1 AND p.listing_id = $2 AND p.zone_id = $3 AND p.part_id <> ALL ($4::uuid[])
   )
   INSERT INTO digilist.zone_parts (tenant_id, listing_id, zone_id, part_id, created_by)
   SELECT $1, $2, $3, part.id, $5 FROM unnest($4::uuid[]) part (id)
   ON CONFLICT (tenant_id, listing_id, zone_id, part_id) DO NOTHING`,
);

/** Atoms that zones lose ($2, $3) and gain ($4, $5), pairwise; $6 zones that have another shape with it, $7 actor. */
export const SET_ZONE_ATOMS = statement(
  'set-zone-atoms',
  `WITH gone AS (
     DELETE FROM digilist.zone_atoms za USING unnest($2::uuid[], $3::uuid[]) lost (zone_id, atom_id)
     WHERE za.tenant_id = $1 AND za.zone_id = lost.zone_id AND za.atom_id = lost.atom_id
   ), come AS (
     INSERT INTO digilist.zone_atoms (tenant_id, zone_id, atom_id, created_by)
     SELECT $1, gained.zone_id, gained.atom_id, $7 FROM unnest($4::uuid[], $5::uuid[]) gained (zone_id, atom_id)
   )
   UPDATE digilist.zones z SET shape = z.shape + 1, version = z.version + 1, updated_at = now(), updated_by = $7
   WHERE z.tenant_id = $1 AND z.id = ANY ($6::uuid[])`,
);

/** Who has read any zone of the listing must look again before taking its time. */
export const RESHAPE_ALL = statement(
  'reshape-all',
  `UPDATE digilist.zones z SET shape = z.shape + 1
   WHERE z.tenant_id = $1 AND z.org_id = $2 AND z.listing_id = $3 AND z.status = 'active'`,
);

/** $4 what changes, as columns; a key that is missing leaves its column alone. */
export const UPDATE_ZONE = statement(
  'update-zone',
  `UPDATE digilist.zones z SET name = r.name, capacity = r.capacity, area_m2 = r.area_m2, position = r.position,
     version = z.version + 1, updated_at = now(), updated_by = $5
   FROM digilist.zones o CROSS JOIN LATERAL jsonb_populate_record(o, $4::jsonb) r
   WHERE z.tenant_id = $1 AND z.listing_id = $2 AND z.id = $3 AND o.tenant_id = $1 AND o.id = $3`,
);

export const RETIRE_ZONE = statement(
  'retire-zone',
  `UPDATE digilist.zones SET status = 'retired', version = version + 1, updated_at = now(), updated_by = $4
   WHERE tenant_id = $1 AND listing_id = $2 AND id = $3`,
);

/** Locks the counted atom of a zone, as those who take from it do. */
export const LOCK_COUNTED = statement(
  'lock-counted',
  `SELECT t.id, t.stock FROM digilist.atoms t
   WHERE t.tenant_id = $1 AND NOT t.exclusive
     AND t.id IN (SELECT za.atom_id FROM digilist.zone_atoms za WHERE za.tenant_id = $1 AND za.zone_id = $2)
   FOR NO KEY UPDATE`,
);

/** When the most of a counted atom are out from now on, and how many; blocks of all there are do not count. */
export const FUTURE_PEAK = statement(
  'future-peak',
  `SELECT running.load::integer AS peak, to_char(running.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
   FROM (
     SELECT e.at, sum(e.change) OVER (ORDER BY e.at, e.change ROWS UNBOUNDED PRECEDING) AS load
     FROM digilist.allocations a
     LEFT JOIN digilist.blocks k ON k.tenant_id = $1 AND k.id = a.block_id
     CROSS JOIN LATERAL (VALUES (greatest(a.starts_at, now()), a.quantity), (a.ends_at, -a.quantity)) e (at, change)
     WHERE a.tenant_id = $1 AND a.atom_id = $2 AND a.active AND a.ends_at > now()
       AND (a.expires_at IS NULL OR a.expires_at > now()) AND (k.id IS NULL OR k.quantity IS NOT NULL)
   ) running ORDER BY running.load DESC, running.at LIMIT 1`,
);

/** $3 new stock, $4 actor. Blocks of all there are follow. */
export const SET_STOCK = statement(
  'set-stock',
  `WITH t AS (
     UPDATE digilist.atoms SET stock = $3, version = version + 1, updated_at = now(), updated_by = $4
     WHERE tenant_id = $1 AND id = $2 RETURNING id
   )
   UPDATE digilist.allocations a SET quantity = $3, version = a.version + 1, updated_at = now(), updated_by = $4
   FROM t, digilist.blocks k
   WHERE a.tenant_id = $1 AND a.atom_id = t.id AND a.active AND a.ends_at > now()
     AND k.tenant_id = $1 AND k.id = a.block_id AND k.quantity IS NULL`,
);
