import { statement } from '@kit/service';
import { named } from '../../database/named-statement.js';
import { iso } from '../../database/shapes.js';
import { TELLABLE_HOLD } from '../listings/index.js';

/** Block `k` as the contract shows it. */
const BLOCK = `k.id, k.listing_id AS "listingId", k.org_id AS "orgId", k.zone_id AS "zoneId", k.kind, k.status,
  ${iso('k.starts_at')} AS "startsAt", ${iso('k.ends_at')} AS "endsAt", k.reason, k.reason_text AS "reasonText",
  k.public_note AS "publicNote", k.quantity, k.series_id AS "seriesId", ${iso('k.created_at')} AS "createdAt", ${iso('k.updated_at')} AS "updatedAt", k.version`;

/**
 * The listing, kept as it is until the commit: who composes its zones anew or takes it out of use waits, and so do we.
 * After that it is read: in a statement of its own, which sees what they did.
 */
export const KEEP_LISTING = statement(
  'keep-listing',
  `SELECT l.id, l.org_id AS "orgId", l.version FROM digilist.listings l WHERE l.tenant_id = $1 AND l.id = $2 FOR KEY SHARE`,
);

/** $2 atoms, $3 and $4 from when until when, $5 a block that does not count. Buffers count: nothing may reach into one. */
export const STANDING = statement(
  'standing-in-the-way',
  `SELECT coalesce(a.booking_id, a.hold_id, a.block_id) AS id,
     CASE WHEN a.booking_id IS NOT NULL THEN 'booking' WHEN a.hold_id IS NOT NULL THEN 'hold' ELSE 'block' END AS sort,
     a.atom_id AS "atomId", a.quantity,
     extract(epoch FROM a.starts_at)::float8 * 1000 AS "startsAt",
     extract(epoch FROM a.ends_at)::float8 * 1000 AS "endsAt"
   FROM digilist.allocations a
   WHERE a.tenant_id = $1 AND a.atom_id = ANY ($2::uuid[]) AND a.active
     AND a.starts_at > $3::timestamptz - interval '401 days' AND a.starts_at < $4 AND a.ends_at > $3
     AND (a.expires_at IS NULL OR a.expires_at > now()) AND ($5::uuid IS NULL OR a.block_id IS DISTINCT FROM $5)`,
);

/** $2 holds that give way. */
export const RELEASE_HOLDS = statement(
  'release-holds',
  `UPDATE digilist.holds h SET status = 'released', version = h.version + 1, updated_at = now(), updated_by = $3
   WHERE h.tenant_id = $1 AND h.id = ANY ($2::uuid[]) AND h.status = 'active'
   RETURNING ${TELLABLE_HOLD}`,
);

export interface TakeBlocks {
  tenantId: string;
  actorId: string;
  orgId: string;
  listingId: string;
  zoneId: string | null;
  kind: string;
  reason: string;
  reasonText: string | null;
  publicNote: string | null;
  quantity: number | null;
  seriesId: string | null;
  /** One entry per block, in all three. */
  ids: readonly string[];
  startsAt: readonly Date[];
  endsAt: readonly Date[];
  /** Holds whose time is given back first. */
  freedIds: readonly string[];
  /** What each of the blocks takes, in both. */
  atomIds: readonly string[];
  quantities: readonly number[];
}

/** Their times and the blocks in one statement; nothing but the outcomes when somebody else was faster anywhere. */
const taking = (write: string, row: string) =>
  `WITH wish AS (
     SELECT * FROM unnest(@ids::uuid[], @startsAt::timestamptz[], @endsAt::timestamptz[]) o (id, starts_at, ends_at)
   ), claims AS (
     SELECT array_agg(o.id) AS ids, array_agg(c.atom) AS atoms, array_agg(c.quantity) AS quantities,
       array_agg(o.starts_at) AS starts, array_agg(o.ends_at) AS ends, array_agg(0) AS buffers
     FROM wish o CROSS JOIN unnest(@atomIds::uuid[], @quantities::integer[]) c (atom, quantity)
   ), taken AS MATERIALIZED (
     SELECT t.owner, t.outcome, t.expired
     FROM claims c
     CROSS JOIN LATERAL digilist.take_times(@tenantId, @actorId, @kind, NULL, @freedIds::uuid[],
       c.ids, c.atoms, c.quantities, c.starts, c.ends, c.buffers, c.buffers) t
   ), had AS (
     SELECT wish.* FROM wish WHERE NOT EXISTS (SELECT FROM taken WHERE taken.outcome <> 'taken')
   ), k AS (
     ${write}
     RETURNING ${row}.*
   )
   SELECT taken.outcome, taken.expired, ${BLOCK} FROM taken LEFT JOIN k ON k.id = taken.owner ORDER BY k.starts_at`;

export const PLACE_BLOCKS = named<TakeBlocks>(
  'place-blocks',
  taking(
    `INSERT INTO digilist.blocks (tenant_id, id, org_id, listing_id, zone_id, kind, starts_at, ends_at, reason,
       reason_text, public_note, quantity, series_id, created_by, updated_by)
     SELECT @tenantId, had.id, @orgId, @listingId, @zoneId, @kind, had.starts_at, had.ends_at, @reason, @reasonText, @publicNote,
       @quantity, @seriesId, @actorId, @actorId
     FROM had`,
    'blocks',
  ),
);

/** The same for one that is there and has given its time back. */
export const MOVE_BLOCK = named<TakeBlocks>(
  'move-block',
  taking(
    `UPDATE digilist.blocks b SET zone_id = @zoneId, kind = @kind, starts_at = had.starts_at, ends_at = had.ends_at,
       reason = @reason, reason_text = @reasonText, public_note = @publicNote, quantity = @quantity, series_id = @seriesId,
       version = b.version + 1, updated_at = now(), updated_by = @actorId
     FROM had WHERE b.tenant_id = @tenantId AND b.id = had.id AND b.org_id = @orgId AND b.listing_id = @listingId`,
    'b',
  ),
);

/** $3 reason, $4 its text, $5 public note, $6 actor: the words only, where the time stays. */
export const DESCRIBE_BLOCK = statement(
  'describe-block',
  `UPDATE digilist.blocks k SET reason = $3, reason_text = $4, public_note = $5, version = k.version + 1, updated_at = now(), updated_by = $6
   WHERE k.tenant_id = $1 AND k.id = $2 RETURNING ${BLOCK}`,
);

/** $2 blocks. */
export const RELEASE_BLOCKS = statement(
  'release-blocks',
  `UPDATE digilist.allocations a SET status = 'released', version = a.version + 1, updated_at = now(), updated_by = $3
   WHERE a.tenant_id = $1 AND a.block_id = ANY ($2::uuid[]) AND a.active`,
);

/** $2 blocks. */
export const REMOVE_BLOCKS = statement(
  'remove-blocks',
  `UPDATE digilist.blocks k SET status = 'removed', version = k.version + 1, updated_at = now(), updated_by = $3
   WHERE k.tenant_id = $1 AND k.id = ANY ($2::uuid[]) RETURNING ${BLOCK}`,
);

/** $2 series, $3 from when on: those in force, locked. */
export const LOCK_FOLLOWING = statement(
  'lock-following-blocks',
  `SELECT k.id FROM digilist.blocks k
   WHERE k.tenant_id = $1 AND k.series_id = $2 AND k.starts_at >= $3 AND k.status = 'active'
   ORDER BY k.starts_at FOR NO KEY UPDATE`,
);

export const GET_BLOCK = statement(
  'get-block',
  `SELECT ${BLOCK} FROM digilist.blocks k WHERE k.tenant_id = $1 AND k.id = $2`,
);

export const LOCK_BLOCK = statement(
  'lock-block',
  `SELECT ${BLOCK} FROM digilist.blocks k WHERE k.tenant_id = $1 AND k.id = $2 FOR NO KEY UPDATE`,
);

/** $2 everywhere, $3 organizations; $4 listing, $5 ending after, $6 beginning before, $7 kind; keyset $8, $9; $10 how many; $11 series. */
export const LIST_BLOCKS = statement(
  'list-blocks',
  `SELECT ${BLOCK} FROM digilist.blocks k
   WHERE k.tenant_id = $1 AND k.status = 'active' AND ($2 OR k.org_id = ANY ($3::uuid[]))
     AND ($4::uuid IS NULL OR k.listing_id = $4)
     AND ($5::timestamptz IS NULL OR k.ends_at > $5) AND ($6::timestamptz IS NULL OR k.starts_at < $6)
     AND ($7::text IS NULL OR k.kind = $7)
     AND ($11::uuid IS NULL OR k.series_id = $11)
     AND ($8::timestamptz IS NULL OR (k.starts_at, k.id) > ($8, $9::uuid))
   ORDER BY k.starts_at, k.id LIMIT $10`,
);
