import { statement } from '@kit/service';

/** $1 tenant · $2 package */
export const LIST_PACKAGE_ITEMS = statement(
  'list-package-items',
  `SELECT i.component_id AS "listingId", c.name AS "listingName", i.zone_id AS "zoneId", z.name AS "zoneName", i.quantity,
     c.status = 'published' AND z.status = 'active' AS bookable
   FROM digilist.package_items i
   JOIN digilist.listings c ON c.tenant_id = $1 AND c.id = i.component_id
   JOIN digilist.zones z ON z.tenant_id = $1 AND z.id = i.zone_id
   WHERE i.tenant_id = $1 AND i.listing_id = $2 ORDER BY i.position, i.id`,
);

/**
 * $1 tenant · $2 listings that become components, with the zones that a booking can name and how many there are of each.
 * They stay as they are until the commit; before the package is locked, as whoever changes one of them locks, too.
 */
export const LOCK_COMPONENTS = statement(
  'lock-components',
  `SELECT l.id, l.org_id AS "orgId", l.booking_model AS "bookingModel", l.status,
     (SELECT coalesce(json_agg(json_build_object('id', z.id, 'stock', (SELECT min(a.stock) FROM digilist.zone_atoms za
         JOIN digilist.atoms a ON a.tenant_id = $1 AND a.id = za.atom_id WHERE za.tenant_id = $1 AND za.zone_id = z.id))
         ORDER BY z.position, z.id), '[]')
       FROM digilist.zones z
       WHERE z.tenant_id = $1 AND z.org_id = l.org_id AND z.listing_id = l.id AND z.status = 'active') AS zones
   FROM digilist.listings l WHERE l.tenant_id = $1 AND l.id = ANY ($2::uuid[]) ORDER BY l.id FOR SHARE OF l`,
);

export const CLEAR_PACKAGE_ITEMS = statement(
  'clear-package-items',
  'DELETE FROM digilist.package_items WHERE tenant_id = $1 AND org_id = $2 AND listing_id = $3',
);

/** $4 listings, $5 zones, $6 quantities, in order; $7 actor. */
export const INSERT_PACKAGE_ITEMS = statement(
  'insert-package-items',
  `INSERT INTO digilist.package_items (tenant_id, org_id, listing_id, component_id, zone_id, quantity, position, created_by, updated_by)
   SELECT $1, $2, $3, i.component_id, i.zone_id, i.quantity, i.at, $7, $7
   FROM unnest($4::uuid[], $5::uuid[], $6::integer[]) WITH ORDINALITY i (component_id, zone_id, quantity, at)`,
);
