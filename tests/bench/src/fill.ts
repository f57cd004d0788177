import pg from 'pg';
import { copyId, type Target } from './target.js';

export interface Place {
  listingId: string;
  zoneId: string;
}

/** Tables that describe a listing, in the order of their references. */
const OF_A_LISTING = [
  'listings',
  'zones',
  'atoms',
  'zone_parts',
  'zone_atoms',
  'availability_rules',
  'booking_rules',
  'pricing_rules',
];
const COPIED_IDS = new Set(['listing_id', 'zone_id', 'atom_id', 'part_id']);

/**
 * Copies the listing until there are `zones` zones, and gives each as many past and coming bookings as make `allocations`
 * in all. By SQL, as superuser: a million bookings through the use cases would take half an hour. Evenings are taken;
 * what is measured books by day.
 */
export async function fill(
  target: Target,
  { zones, allocations }: { zones: number; allocations: number },
): Promise<Place[]> {
  const client = new pg.Client({ connectionString: target.system.urls.digilist.superuser });
  await client.connect();
  try {
    const copies = Math.ceil(zones / target.zoneIds.length);
    await client.query('SET synchronous_commit = off');
    await client.query('SET session_replication_role = replica');
    await copyListing(client, target, 1, copies);
    await book(client, target, copies, Math.ceil(allocations / (copies * target.zoneIds.length)));
    await client.query('SET session_replication_role = origin');
    await client.query('VACUUM ANALYZE');
    await client.query('CHECKPOINT');
    return Array.from({ length: copies }, (_, n) => n + 1).flatMap((n) =>
      target.zoneIds.map((zoneId) => ({ listingId: copyId(target.listingId, n), zoneId: copyId(zoneId, n) })),
    );
  } finally {
    await client.end();
  }
}

/** The id of the n-th copy of a row; `copyId` makes the same. */
export const copyOf = (id: string): string =>
  `overlay(overlay(md5(${id} || ' ' || n) placing '7' from 13) placing '8' from 17)::uuid`;

/** The listing's copies from the `from`-th to the `to`-th, with all that describes them. */
export async function copyListing(client: pg.Client, target: Target, from: number, to: number): Promise<void> {
  for (const table of OF_A_LISTING) await copy(client, table, target, [from, to]);
}

async function copy(
  client: pg.Client,
  table: string,
  { tenantId, listingId }: Target,
  range: readonly [number, number],
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns
     WHERE table_schema = 'digilist' AND table_name = $1 AND is_generated = 'NEVER' AND is_identity = 'NO'`,
    [table],
  );
  const names = rows.map(({ name }) => name);
  const values = names.map((name) => {
    if (name === 'slug') return `r.slug || '-' || n`;
    const copied = name === 'id' || COPIED_IDS.has(name);
    return copied ? copyOf(`r.${name}::text`) : `r.${name}`;
  });
  const belongs: Record<string, string> = {
    listings: 'r.id = $2',
    zone_atoms: 'r.zone_id IN (SELECT id FROM digilist.zones WHERE tenant_id = $1 AND listing_id = $2)',
  };
  await client.query(
    `INSERT INTO digilist.${table} (${names.join(', ')})
     SELECT ${values.join(', ')} FROM digilist.${table} r CROSS JOIN generate_series($3::int, $4::int) n
     WHERE r.tenant_id = $1 AND ${belongs[table] ?? 'r.listing_id = $2'}`,
    [tenantId, listingId, ...range],
  );
}

/** `each` bookings of an hour for every copied zone: two an evening, two thirds of them in the past. */
async function book(client: pg.Client, target: Target, copies: number, each: number): Promise<void> {
  const { rows } = await client.query<{ text: string }>(
    `SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint
     WHERE conname = 'allocations_no_overlap' AND conrelid = 'digilist.allocations'::regclass`,
  );
  // Built at the end instead of grown: half the time.
  await client.query('ALTER TABLE digilist.allocations DROP CONSTRAINT allocations_no_overlap');
  await client.query(
    `CREATE TEMP TABLE wanted AS
     SELECT uuidv7() AS id, z.org_id, z.listing_id, z.id AS zone_id, za.atom_id,
       ($4::uuid[])[1 + abs(hashtext(z.id::text || k)) % cardinality($4::uuid[])] AS user_id,
       date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
         + (k / 2 - $5::int / 3) * interval '1 day' + (17 + 2 * (k % 2)) * interval '1 hour' AS starts_at
     FROM digilist.zones z
     JOIN digilist.zone_atoms za ON za.tenant_id = z.tenant_id AND za.zone_id = z.id
     CROSS JOIN generate_series(0, $5::int - 1) k
     WHERE z.tenant_id = $1 AND NOT z.implicit AND z.status = 'active'
       AND z.listing_id = ANY (SELECT ${copyOf('$2::uuid::text')} FROM generate_series(1, $3::int) n)
     ORDER BY k, random()`,
    [target.tenantId, target.listingId, copies, target.bookers.map(({ id }) => id), each],
  );
  await client.query(
    `INSERT INTO digilist.bookings (tenant_id, id, org_id, listing_id, zone_id, user_id, status, payment_policy, starts_at,
       ends_at, timezone, pricing_group, net, vat, total, price_lines, created_by, updated_by)
     SELECT $1, id, org_id, listing_id, zone_id, user_id, 'confirmed', 'INVOICE', starts_at, starts_at + interval '1 hour',
       'Europe/Oslo', 'private', 10000, 2500, 12500, '[]', user_id, user_id FROM wanted`,
    [target.tenantId],
  );
  await client.query(
    `INSERT INTO digilist.allocations (tenant_id, atom_id, atom_number, booking_id, kind, during, created_by, updated_by)
     SELECT $1, w.atom_id, t.number, w.id, 'BOOKING', tstzrange(starts_at, starts_at + interval '1 hour'), user_id, user_id
     FROM wanted w JOIN digilist.atoms t ON t.tenant_id = $1 AND t.id = w.atom_id`,
    [target.tenantId],
  );
  await client.query(`SET maintenance_work_mem = '512MB'`);
  await client.query(`ALTER TABLE digilist.allocations ADD CONSTRAINT allocations_no_overlap ${rows[0]?.text}`);
}

const BASE_DAYS = 10;
const HOURS_A_DAY = 8;

/** The n-th free hour of the places, by day: even days for what is measured, odd ones for the floor beside it. */
export function slot(places: readonly Place[], n: number): Place & { startsAt: Date; endsAt: Date } {
  const hour = Math.floor(n / places.length);
  const day = new Date();
  day.setUTCHours(0, 0, 0, 0);
  const days = BASE_DAYS + 2 * Math.floor(hour / HOURS_A_DAY);
  const startsAt = new Date(day.getTime() + days * 86_400_000 + (8 + (hour % HOURS_A_DAY)) * 3_600_000);
  // A stride, so that neighbours in time are not neighbours in the index.
  const place = places[(n * 617) % places.length] as Place;
  return { ...place, startsAt, endsAt: new Date(startsAt.getTime() + 3_600_000) };
}

const NIGHT_SLOTS = 12;

/** The n-th half hour of the places, by night, when nothing else is measured: place by place, then slot by slot. */
export function spread(places: readonly Place[], n: number): Place & { startsAt: Date; endsAt: Date } {
  const slot = Math.floor(n / places.length);
  const day = new Date();
  day.setUTCHours(0, 0, 0, 0);
  const days = BASE_DAYS + Math.floor(slot / NIGHT_SLOTS);
  const startsAt = new Date(day.getTime() + days * 86_400_000 + (slot % NIGHT_SLOTS) * 1_800_000);
  return { ...(places[n % places.length] as Place), startsAt, endsAt: new Date(startsAt.getTime() + 1_800_000) };
}
