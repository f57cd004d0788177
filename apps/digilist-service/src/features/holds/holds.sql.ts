import type { Hold, HoldStatus } from '@digilist/contracts';
import { statement } from '@kit/service';
import { named } from '../../database/named-statement.js';
import { iso } from '../../database/shapes.js';
import type { Expired } from '../bookings/index.js';
import { TELLABLE_HOLD, type TellableHold } from '../listings/index.js';

/** Hold `h` as the contract shows it: one that has run out is expired, whether somebody has noticed or not. */
const HOLD = `h.id, CASE WHEN h.status = 'active' AND h.expires_at <= now() THEN 'expired' ELSE h.status END AS status,
  h.listing_id AS "listingId", h.zone_id AS "zoneId", ${iso('h.starts_at')} AS "startsAt", ${iso('h.ends_at')} AS "endsAt",
  h.quantity, ${iso('h.expires_at')} AS "expiresAt", h.version`;

export type HoldRow = Hold & Record<string, unknown>;

/** $1 tenant · $2 user. Those who hold several times at once wait for each other, so that they are counted. */
export const LOCK_HOLDER = statement(
  'lock-holder',
  `SELECT pg_advisory_xact_lock(hashtextextended($1::text || $2::text || 'holds', 0))::text AS locked`,
);

export interface PlaceHold {
  tenantId: string;
  userId: string;
  id: string;
  orgId: string;
  listingId: string;
  zoneId: string;
  zoneIds: readonly string[];
  zoneShapes: readonly number[];
  startsAt: Date;
  endsAt: Date;
  quantity: number;
  expiresAt: Date;
  /** How many holds a person may have at once. */
  most: number;
  atomIds: readonly string[];
  claimQuantities: readonly number[];
  claimBuffersBefore: readonly number[];
  claimBuffersAfter: readonly number[];
}

export interface PlacedHold extends Record<string, unknown> {
  /** Null: the person holds too many times already. */
  outcome: 'taken' | 'occupied' | 'stock' | null;
  atoms: string[] | null;
  expired: Expired[] | null;
  /** False: the time was taken, but a zone is not what it was any more. */
  placed: boolean;
}

/** A hold and its time, as PLACE_BOOKING takes it for a booking. */
export const PLACE_HOLD = named<PlaceHold>(
  'place-hold',
  `WITH room AS MATERIALIZED (
     SELECT ARRAY[cardinality(@atomIds::uuid[])] AS claims
     WHERE (SELECT count(*) FROM digilist.holds o WHERE o.tenant_id = @tenantId AND o.user_id = @userId
       AND o.status = 'active' AND o.expires_at > now()) < @most::integer
   ), taken AS MATERIALIZED (
     SELECT t.outcome, t.atoms, t.expired
     FROM room CROSS JOIN LATERAL digilist.take_times(@tenantId, @userId, 'HOLD', @expiresAt, '{}'::uuid[],
       array_fill(@id::uuid, room.claims), @atomIds::uuid[], @claimQuantities::integer[],
       array_fill(@startsAt::timestamptz, room.claims), array_fill(@endsAt::timestamptz, room.claims),
       @claimBuffersBefore::integer[], @claimBuffersAfter::integer[]) t
   ), unchanged AS MATERIALIZED (
     SELECT z.id
     FROM taken CROSS JOIN unnest(@zoneIds::uuid[], @zoneShapes::integer[]) AS n (id, shape)
     JOIN digilist.zones z ON z.tenant_id = @tenantId AND z.id = n.id AND z.status = 'active' AND z.shape = n.shape
     WHERE taken.outcome = 'taken' ORDER BY z.id FOR KEY SHARE OF z
   ), placed AS (
     INSERT INTO digilist.holds (tenant_id, id, org_id, listing_id, zone_id, user_id, starts_at, ends_at, quantity, expires_at,
       created_by, updated_by)
     SELECT @tenantId, @id, @orgId, @listingId, @zoneId, @userId, @startsAt, @endsAt, @quantity, @expiresAt, @userId, @userId
     FROM taken
     WHERE taken.outcome = 'taken' AND (SELECT count(*) FROM unchanged) = cardinality(@zoneIds::uuid[])
     RETURNING id
   )
   SELECT taken.outcome, taken.atoms, taken.expired, placed.id IS NOT NULL AS placed
   FROM (SELECT) one LEFT JOIN taken ON true LEFT JOIN placed ON true`,
);

/** $1 tenant · $2 hold · $3 user */
export const GET_HOLD = statement(
  'get-hold',
  `SELECT ${HOLD} FROM digilist.holds h WHERE h.tenant_id = $1 AND h.id = $2 AND h.user_id = $3`,
);

export interface Released extends Record<string, unknown> {
  released: TellableHold | null;
  /** Null: the person has no such hold. */
  before: HoldStatus | null;
}

/** $1 tenant · $2 hold · $3 user. Its time is free with the commit; one that has run out already is only marked. */
export const RELEASE_HOLD = statement(
  'release-hold',
  `WITH released AS (
     UPDATE digilist.holds h SET status = 'released', version = h.version + 1, updated_at = now(), updated_by = $3
     WHERE h.tenant_id = $1 AND h.id = $2 AND h.user_id = $3 AND h.status = 'active'
     RETURNING ${TELLABLE_HOLD}
   ), freed AS (
     UPDATE digilist.allocations a SET status = 'released', version = a.version + 1, updated_at = now(), updated_by = $3
     FROM released WHERE a.tenant_id = $1 AND a.hold_id = released.id AND a.active
   )
   SELECT (SELECT row_to_json(released) FROM released) AS released, (SELECT h.status FROM digilist.holds h
     WHERE h.tenant_id = $1 AND h.id = $2 AND h.user_id = $3) AS before`,
);

/** Tenants with holds that ran out, and the user who acts there by himself. Across tenants: for the system's pool. */
export const TENANTS_WITH_RUN_OUT_HOLDS = `
  SELECT DISTINCT h.tenant_id AS "tenantId", t.service_user_id AS "actorId"
  FROM digilist.holds h
  JOIN digilist.platform_tenants t ON t.id = h.tenant_id
  WHERE h.status = 'active' AND h.expires_at <= now()`;

/** $1 tenant · $2 how many at once · $3 actor. What somebody else has at hand is left to them; its time is free already. */
export const EXPIRE_RUN_OUT = statement(
  'expire-run-out-holds',
  `WITH due AS (
     SELECT h.id FROM digilist.holds h
     WHERE h.tenant_id = $1 AND h.status = 'active' AND h.expires_at <= now()
     ORDER BY h.id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
   )
   UPDATE digilist.holds h SET status = 'expired', version = h.version + 1, updated_at = now(), updated_by = $3
   FROM due WHERE h.tenant_id = $1 AND h.id = due.id
   RETURNING ${TELLABLE_HOLD}`,
);

/**
 * $1 now · $2 how many at once. Ended holds and their rows in the calendar, a day after: until then whoever asks is told
 * what became of them. Across tenants: for the system's pool.
 */
export const SWEEP_HOLDS = `
  WITH ended AS (
    SELECT h.tenant_id, h.id FROM digilist.holds h
    WHERE h.expires_at < $1::timestamptz - interval '1 day' ORDER BY h.tenant_id, h.id LIMIT $2 FOR UPDATE SKIP LOCKED
  ), rows AS (
    DELETE FROM digilist.allocations a USING ended e WHERE a.tenant_id = e.tenant_id AND a.hold_id = e.id
  )
  DELETE FROM digilist.holds h USING ended e WHERE h.tenant_id = e.tenant_id AND h.id = e.id RETURNING h.id`;
