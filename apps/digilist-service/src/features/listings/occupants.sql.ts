import { statement } from '@kit/service';

const HOLDS_TIME = `('pending', 'awaiting_payment', 'awaiting_approval', 'confirmed')`;

/** What an occupant has of the listing: its kind, the atoms, and where what is kept free around it begins and ends. */
const held = (owner: string, id: string) => `LATERAL (
     SELECT min(a.kind) AS kind, min(a.starts_at) AS outer_start, max(a.ends_at) AS outer_end,
       array_agg(DISTINCT a.atom_id)::text[] AS atoms
     FROM digilist.allocations a
     JOIN digilist.atoms t ON t.tenant_id = $1 AND t.id = a.atom_id AND t.org_id = $3 AND t.listing_id = $4
     WHERE a.tenant_id = $1 AND a.${owner} = ${id} AND a.active) held`;

const columns = (row: string) => `${row}.id, held.kind, ${row}.zone_id AS "zoneId", held.atoms AS "atomIds",
     extract(epoch FROM ${row}.starts_at)::float8 * 1000 AS "startsAt", extract(epoch FROM ${row}.ends_at)::float8 * 1000 AS "endsAt",
     extract(epoch FROM held.outer_start)::float8 * 1000 AS "outerStart", extract(epoch FROM held.outer_end)::float8 * 1000 AS "outerEnd"`;

/*
 * $1 tenant, $2 zones, $3 organization and $4 listing that they belong to, or are packaged from. Who has them from now
 * on, locked: what cancels one of them waits, or was faster and then it is not among them; what moves one is kept out by
 * the lock of its zone. Three statements, because a union cannot lock.
 */

export const BOOKINGS_OF_ZONES = statement(
  'bookings-of-zones',
  `SELECT ${columns('b')}, b.expires_at AS "expiresAt"
   FROM digilist.zones z
   JOIN digilist.bookings b ON b.tenant_id = $1 AND b.listing_id = z.listing_id AND b.zone_id = z.id
   CROSS JOIN ${held('booking_id', 'b.id')}
   WHERE z.tenant_id = $1 AND z.id = ANY ($2::uuid[]) AND b.status IN ${HOLDS_TIME} AND b.ends_at > now()
   ORDER BY b.id FOR NO KEY UPDATE OF b`,
);

export const HOLDS_OF_ZONES = statement(
  'holds-of-zones',
  `SELECT ${columns('h')}, h.expires_at AS "expiresAt"
   FROM digilist.zones z
   JOIN digilist.holds h ON h.tenant_id = $1 AND h.listing_id = z.listing_id AND h.zone_id = z.id
   CROSS JOIN ${held('hold_id', 'h.id')}
   WHERE z.tenant_id = $1 AND z.id = ANY ($2::uuid[]) AND h.status = 'active' AND h.expires_at > now() AND h.ends_at > now()
   ORDER BY h.id FOR NO KEY UPDATE OF h`,
);

/** Blocks of the listing as a whole are among them. */
export const BLOCKS_OF_ZONES = statement(
  'blocks-of-zones',
  `SELECT ${columns('k')}, NULL AS "expiresAt"
   FROM digilist.blocks k
   CROSS JOIN ${held('block_id', 'k.id')}
   WHERE k.tenant_id = $1 AND k.org_id = $3 AND k.listing_id = $4 AND k.status = 'active' AND k.ends_at > now()
     AND (k.zone_id = ANY ($2::uuid[]) OR k.zone_id IS NULL)
   ORDER BY k.id FOR NO KEY UPDATE OF k`,
);

/** $2 atoms: everything that is taken on them from now on. */
export const TAKEN_ON_ATOMS = statement(
  'taken-on-atoms',
  `SELECT coalesce(a.booking_id, a.hold_id, a.block_id, a.id) AS "occupantId", a.kind, a.atom_id AS "atomId", a.buffer,
     extract(epoch FROM a.starts_at)::float8 * 1000 AS "startsAt", extract(epoch FROM a.ends_at)::float8 * 1000 AS "endsAt"
   FROM digilist.allocations a
   WHERE a.tenant_id = $1 AND a.atom_id = ANY ($2::uuid[]) AND a.active AND a.ends_at > now()`,
);

/** $2 atoms. Bookings whose hold has run out give way. */
export const EXPIRE_HOLDS = statement(
  'expire-holds-on-atoms',
  `SELECT digilist.expire_holds($1, $3, $2::uuid[], now(), now() + interval '1100 days') AS expired`,
);

/** $2 occupants and $3 atoms, pairwise: given back. */
export const GIVE_BACK = statement(
  'give-back',
  `UPDATE digilist.allocations a SET status = 'released', version = a.version + 1, updated_at = now(), updated_by = $4
   FROM unnest($2::uuid[], $3::uuid[]) gone (occupant, atom)
   WHERE a.tenant_id = $1 AND a.atom_id = gone.atom AND a.active
     AND (a.booking_id = gone.occupant OR a.hold_id = gone.occupant OR a.block_id = gone.occupant)`,
);

/** Everything that occupants of one kind gain; $4 and the arrays after it have one entry per claim. */
export const TAKE_FOR_MANY = statement(
  'take-for-many',
  `SELECT t.owner, t.outcome, t.atoms::text[] AS atoms, t.expired
   FROM digilist.take_times($1, $2, $3, NULL, '{}', $4::uuid[], $5::uuid[], $6::integer[], $7::timestamptz[], $8::timestamptz[],
     $9::integer[], $10::integer[]) t`,
);

/** A hold on what was gained ends when the others of its owner do. */
export const ALIGN_EXPIRY = statement(
  'align-expiry',
  `UPDATE digilist.allocations a SET expires_at = o.expires_at
   FROM unnest($2::uuid[], $3::timestamptz[]) o (id, expires_at)
   WHERE a.tenant_id = $1 AND (a.booking_id = o.id OR a.hold_id = o.id) AND a.active`,
);
