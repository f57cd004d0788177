import { statement } from '@kit/service';

/**
 * Writes down what was asked for in vain: as instants, or by the clock of the listing. What names no place of the tenant
 * is left out; without a zone it is that of a listing that has only one.
 * $1 tenant, $2 actor, $3 JSON list of asks
 */
export const WRITE_REFUSED = statement(
  'write-refused-demand',
  `INSERT INTO digilist.refused_demand (tenant_id, org_id, listing_id, zone_id, starts_at, ends_at, quantity, code, asks, created_by)
   SELECT $1, l.org_id, l.id, z.id, at.starts_at, at.ends_at, asked.quantity, asked.code, count(*), $2
   FROM jsonb_to_recordset($3::jsonb) AS asked ("listingId" uuid, "zoneId" uuid, "startsAt" timestamptz, "endsAt" timestamptz,
     "localStartsAt" timestamp, "localEndsAt" timestamp, quantity integer, code text)
   JOIN digilist.listings l ON l.tenant_id = $1 AND l.id = asked."listingId"
   JOIN digilist.zones z ON z.tenant_id = $1 AND z.listing_id = l.id AND z.status = 'active'
     AND (z.id = asked."zoneId" OR asked."zoneId" IS NULL AND z.implicit)
   CROSS JOIN LATERAL (SELECT coalesce(asked."startsAt", asked."localStartsAt" AT TIME ZONE l.timezone) AS starts_at,
     coalesce(asked."endsAt", asked."localEndsAt" AT TIME ZONE l.timezone) AS ends_at) at
   WHERE at.starts_at < at.ends_at AND at.ends_at - at.starts_at <= interval '400 days'
   GROUP BY l.org_id, l.id, z.id, at.starts_at, at.ends_at, asked.quantity, asked.code`,
);
