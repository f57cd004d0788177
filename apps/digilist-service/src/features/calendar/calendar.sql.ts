import { statement } from '@kit/service';
import { BOOKABLE_LISTINGS, REFERENCE } from '../listings/index.js';

const instant = (minutes: string) => `to_timestamp((${minutes}) * 60::float8)`;
/** Worked out beforehand: coalesce and CASE are not leakproof, and beside a column they would cost the index. */
const reckoned = (minutes: string) => `(SELECT ${instant(minutes)})`;
const minute = (column: string, round: 'floor' | 'ceil') => `${round}(extract(epoch FROM ${column}) / 60)::bigint`;
const bytes = (array: string) => `coalesce(encode(array_send(${array}), 'base64'), '')`;

/**
 * Allocations that touch a window, packed as domain/packed-busy.ts describes. Plain comparisons on starts_at and ends_at,
 * because && cannot use an index under row-level security; stays longer than a day have an index of their own, which
 * gives all others a lower edge. A hold that has expired is free.
 */
const busy = ({ from, until, only }: { from: string; until: string; only: string }) => {
  const touching = (a: string, edge: string, kind: string) =>
    `digilist.allocations ${a}
     WHERE ${a}.tenant_id = $1 ${only.replaceAll('@', a)} AND ${a}.active AND ${kind}
       AND ${a}.starts_at >= ${from} - interval '${edge}'
       AND ${a}.starts_at < ${until} AND ${a}.ends_at > ${from}
       AND (${a}.expires_at IS NULL OR ${a}.expires_at > now())`;
  return `SELECT concat_ws('|', ${bytes('taken.exclusive')}, ${bytes('taken.counted')}, ${bytes('taken.quantities')},
      (SELECT coalesce(json_agg(json_build_array(o.atom_number, ${minute('o.starts_at', 'floor')}, ${minute('o.ends_at', 'ceil')},
        o.buffer::integer, o.quantity) ORDER BY o.starts_at), '[]') FROM ${touching('o', '400 days', 'o.long_stay')}))
    FROM (
      SELECT array_agg(s.packed) FILTER (WHERE s.exclusive) AS exclusive, array_agg(s.packed) FILTER (WHERE NOT s.exclusive) AS counted,
        array_agg(s.quantity) FILTER (WHERE NOT s.exclusive) AS quantities
      FROM ${touching('s', '1 day', 'NOT s.long_stay')}
    ) taken`;
};

/** $1 tenant, $2 atoms, $3 and $4 window in minutes since the epoch, with what new buffers need around it. */
export const READ_BUSY = statement(
  'read-busy',
  `SELECT (${busy({ from: instant('$3::integer'), until: instant('$4::integer'), only: 'AND @.atom_id = ANY ($2::uuid[])' })}) AS busy`,
);

/** A package keeps free what its components do. */
const OWN_BUFFER = `CASE WHEN l.booking_model <> 'PACKAGE' THEN greatest(l.buffer_before_minutes, l.buffer_after_minutes)
  ELSE coalesce((SELECT max(greatest(c.buffer_before_minutes, c.buffer_after_minutes)) FROM digilist.package_items i
    JOIN digilist.listings c ON c.tenant_id = $1 AND c.id = i.component_id
    WHERE i.tenant_id = $1 AND i.org_id = l.org_id AND i.listing_id = l.id), 0) END`;

/** $1 tenant, $2 listing, $3 version that is cached, $4 and $5 window. One listing and who has it when. */
export const READ_LISTING_AVAILABILITY = statement(
  'read-listing-availability',
  `SELECT CASE WHEN l.version IS DISTINCT FROM $3::integer THEN ${REFERENCE} END AS reference,
     (${busy({
       from: reckoned(`$4::integer - ${OWN_BUFFER}`),
       until: reckoned(`$5::integer + ${OWN_BUFFER}`),
       only: `AND @.atom_id = ANY (ARRAY(
         SELECT t.id FROM digilist.atoms t WHERE t.tenant_id = $1 AND t.org_id = l.org_id AND t.listing_id = l.id
         UNION ALL
         SELECT za.atom_id FROM digilist.package_items i
         JOIN digilist.zone_atoms za ON za.tenant_id = $1 AND za.zone_id = i.zone_id
         WHERE i.tenant_id = $1 AND i.org_id = l.org_id AND i.listing_id = l.id))`,
     })}) AS busy
   FROM digilist.listings l WHERE l.tenant_id = $1 AND l.id = $2`,
);

/** The tenant's longest: what lies this close to a window can reach into it. */
const LONGEST_BUFFER = `coalesce((SELECT max(greatest(b.buffer_before_minutes, b.buffer_after_minutes))
  FROM digilist.listings b WHERE b.tenant_id = $1), 0)`;

/** $1 to $4 as BOOKABLE_LISTINGS says, $5 and $6 window. Every published listing and who has which when. */
export const SEARCH_AVAILABILITY = statement(
  'search-availability',
  `SELECT (${BOOKABLE_LISTINGS}) AS bookable,
     (${busy({ from: reckoned(`$5::integer - ${LONGEST_BUFFER}`), until: reckoned(`$6::integer + ${LONGEST_BUFFER}`), only: '' })}) AS busy`,
);
