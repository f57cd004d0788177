import { statement } from '@kit/service';
import { BOOKABLE_LISTINGS, REFERENCE } from '../listings/index.js';

/** $1 tenant, $2 atoms, $3 and $4 window in minutes since the epoch, with what new buffers need around it. */
export const READ_BUSY = statement('read-busy', 'SELECT digilist.busy_time($1, $2::uuid[], $3, $4) AS busy');

/** A package keeps free what its components do. */
const OWN_BUFFER = `CASE WHEN l.booking_model <> 'PACKAGE' THEN greatest(l.buffer_before_minutes, l.buffer_after_minutes)
  ELSE coalesce((SELECT max(greatest(c.buffer_before_minutes, c.buffer_after_minutes)) FROM digilist.package_items i
    JOIN digilist.listings c ON c.tenant_id = $1 AND c.id = i.component_id
    WHERE i.tenant_id = $1 AND i.org_id = l.org_id AND i.listing_id = l.id), 0) END`;

/** $1 tenant, $2 listing, $3 version that is cached, $4 and $5 window. One listing and who has it when. */
export const READ_LISTING_AVAILABILITY = statement(
  'read-listing-availability',
  `SELECT CASE WHEN l.version IS DISTINCT FROM $3::integer THEN ${REFERENCE} END AS reference,
     digilist.busy_time($1, ARRAY(
         SELECT t.id FROM digilist.atoms t WHERE t.tenant_id = $1 AND t.org_id = l.org_id AND t.listing_id = l.id
         UNION ALL
         SELECT za.atom_id FROM digilist.package_items i
         JOIN digilist.zone_atoms za ON za.tenant_id = $1 AND za.zone_id = i.zone_id
         WHERE i.tenant_id = $1 AND i.org_id = l.org_id AND i.listing_id = l.id),
       $4::integer - ${OWN_BUFFER}, $5::integer + ${OWN_BUFFER}) AS busy
   FROM digilist.listings l WHERE l.tenant_id = $1 AND l.id = $2`,
);

/** The tenant's longest: what lies this close to a window can reach into it. */
const LONGEST_BUFFER = `coalesce((SELECT max(greatest(b.buffer_before_minutes, b.buffer_after_minutes))
  FROM digilist.listings b WHERE b.tenant_id = $1), 0)`;

/** $1 to $4 as BOOKABLE_LISTINGS says, $5 and $6 window. Every published listing and who has which when. */
export const SEARCH_AVAILABILITY = statement(
  'search-availability',
  `SELECT (${BOOKABLE_LISTINGS}) AS bookable,
     digilist.busy_time($1, NULL, $5::integer - ${LONGEST_BUFFER}, $6::integer + ${LONGEST_BUFFER}) AS busy`,
);
