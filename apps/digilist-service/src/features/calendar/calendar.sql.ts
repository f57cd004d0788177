import { statement } from '@kit/service';
import { BOOKABLE_LISTINGS, REFERENCE } from '../listings/index.js';

/**
 * Allocations that touch a window, packed as domain/packed-busy.ts describes. Plain comparisons on starts_at and ends_at,
 * because && cannot use an index under row-level security; stays longer than three days have an index of their own, which
 * gives all others a lower edge. A hold that has expired is free.
 */
const busy = ({ from, until, only }: { from: string; until: string; only: string }) => {
  const part = (a: string, edge: string, kind: string) =>
    `SELECT ${a}.atom_id, ${a}.packed, ${a}.exclusive, ${a}.quantity FROM digilist.allocations ${a}
     WHERE ${a}.tenant_id = $1 ${only.replaceAll('@', a)} AND ${a}.active AND ${kind}
       AND ${a}.starts_at >= to_timestamp(${from} * 60::float8) - interval '${edge}'
       AND ${a}.starts_at < to_timestamp(${until} * 60::float8) AND ${a}.ends_at > to_timestamp(${from} * 60::float8)
       AND (${a}.expires_at IS NULL OR ${a}.expires_at > now())`;
  return `SELECT string_agg(concat_ws(':', taken.atom_id::text, taken.packed, taken.quantities), ';') FROM (
    SELECT each.atom_id, array_agg(each.packed)::text AS packed,
      (array_agg(each.quantity) FILTER (WHERE NOT each.exclusive))::text AS quantities
    FROM (
      ${part('s', '3 days', 'NOT s.long_stay')}
      UNION ALL
      ${part('o', '400 days', 'o.long_stay')}
    ) each GROUP BY each.atom_id
  ) taken`;
};

/** $1 tenant, $2 atoms, $3 and $4 window in minutes since the epoch. */
export const READ_BUSY = statement(
  'read-busy',
  `SELECT (${busy({ from: '$3::integer', until: '$4::integer', only: 'AND @.atom_id = ANY ($2::uuid[])' })}) AS busy`,
);

/** $1 tenant, $2 listing, $3 version that is cached, $4 and $5 window. One listing and who has it when. */
export const READ_LISTING_AVAILABILITY = statement(
  'read-listing-availability',
  `SELECT CASE WHEN l.version IS DISTINCT FROM $3::integer THEN ${REFERENCE} END AS reference,
     (${busy({
       from: '$4::integer',
       until: '$5::integer',
       only: `AND @.atom_id = ANY (ARRAY(SELECT t.id FROM digilist.atoms t
       WHERE t.tenant_id = $1 AND t.org_id = l.org_id AND t.listing_id = l.id))`,
     })}) AS busy
   FROM digilist.listings l WHERE l.tenant_id = $1 AND l.id = $2`,
);

/** $1 to $4 as BOOKABLE_LISTINGS says, $5 and $6 window. Every published listing and who has which when. */
export const SEARCH_AVAILABILITY = statement(
  'search-availability',
  `SELECT (${BOOKABLE_LISTINGS}) AS bookable, (${busy({ from: '$5::integer', until: '$6::integer', only: '' })}) AS busy`,
);
