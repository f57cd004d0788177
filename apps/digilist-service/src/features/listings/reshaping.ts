import { ZONE_COLLISION } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import type { ExpiredBooking } from './cancellations.js';
import {
  type AtomsByZone,
  type Collision,
  type Moves,
  type Occupant,
  planMoves,
  shiftsBetween,
  type Taken,
} from './domain/reshaping.js';
import type { ListingRow } from './listing-access.js';
import {
  ALIGN_EXPIRY,
  BLOCKS_OF_ZONES,
  BOOKINGS_OF_ZONES,
  EXPIRE_HOLDS,
  GIVE_BACK,
  HOLDS_OF_ZONES,
  TAKE_FOR_MANY,
  TAKEN_ON_ATOMS,
} from './occupants.sql.js';
import { PACKAGES_AROUND, SET_ZONE_ATOMS } from './zones.sql.js';

const NAMED = 50;
const MINUTE = 60_000;

interface OccupantRow extends Occupant, Record<string, unknown> {
  expiresAt: Date | null;
}

export interface Reshaped {
  /** How many occupants took or gave back something. */
  readonly moved: number;
  /** Bookings whose hold had run out and that gave way: somebody has to tell about them. */
  readonly expired: readonly ExpiredBooking[];
}

/**
 * Gives the zones of a listing other atoms, and whoever has them from now on with it: all of them, or nothing at all.
 * The zones must be locked, so that nobody else takes their time meanwhile.
 *
 * A booking that took its time under the old shape and has not committed yet waits for the lock of its zone, while
 * taking its new time here may wait for it: PostgreSQL ends one of the two, and the unit of work tries that one again.
 *
 * @throws Refusal ZONE_COLLISION
 */
export async function reshape(
  tx: Tx,
  listing: Pick<ListingRow, 'id' | 'orgId'>,
  before: AtomsByZone,
  after: AtomsByZone,
  { dryRun = false } = {},
): Promise<Reshaped> {
  const packages = await tx.query<{ id: string; partIds: string[] }>(PACKAGES_AROUND, [tx.tenantId, listing.id]);
  const shifts = shiftsBetween(
    withWholes(listing.id, before, packages),
    withWholes(listing.id, after, packages, before),
  );
  if (shifts.length === 0) return { moved: 0, expired: [] };
  const zoneIds = shifts.map(({ zoneId }) => zoneId);
  // Usual for a new part: nothing but the listing as a whole changes, and nobody has blocked that.
  if (zoneIds.every((id) => id === listing.id) && (await blocksOf(tx, listing, [])).length === 0)
    return { moved: 0, expired: [] };
  const gained = [...new Set(shifts.flatMap((shift) => shift.gained))];
  const expired = dryRun ? [] : await expireOn(tx, gained);
  const occupants = await occupantsOf(tx, listing, zoneIds);
  const taken = await tx.query<Taken & Record<string, unknown>>(TAKEN_ON_ATOMS, [tx.tenantId, gained]);
  const plan = planMoves(shifts, occupants, taken);
  if (plan.collisions.length > 0) throw refusal(plan.collisions);
  if (!dryRun) {
    await giveBack(tx, plan);
    await take(tx, plan, occupants);
    const own = shifts.filter(({ zoneId }) => before.has(zoneId));
    const pairs = (atoms: 'lost' | 'gained') =>
      own.flatMap((shift) => shift[atoms].map((atom) => [shift.zoneId, atom]));
    const [lost, come] = [pairs('lost'), pairs('gained')];
    await tx.query(SET_ZONE_ATOMS, [
      tx.tenantId,
      lost.map(([zone]) => zone),
      lost.map(([, atom]) => atom),
      come.map(([zone]) => zone),
      come.map(([, atom]) => atom),
      own.map(({ zoneId }) => zoneId),
      tx.actorId,
    ]);
  }
  return { moved: plan.moves.length, expired };
}

/**
 * Beside the zones: the listing as a whole, by its own id, for blocks of everything; and packages that contain a zone.
 * Who has booked a package keeps what was in it, also of a zone that is retired.
 */
function withWholes(
  listingId: string,
  zones: AtomsByZone,
  packages: readonly { id: string; partIds: readonly string[] }[],
  retired: AtomsByZone = new Map(),
): AtomsByZone {
  const union = (ids: Iterable<string>) =>
    [...new Set([...ids].flatMap((id) => zones.get(id) ?? retired.get(id) ?? []))].sort();
  return new Map([
    ...zones,
    [listingId, union(zones.keys())],
    ...packages.map(({ id, partIds }) => [id, union(partIds)] as const),
  ]);
}

async function expireOn(tx: Tx, atoms: readonly string[]): Promise<ExpiredBooking[]> {
  const { expired } = await tx.one<{ expired: ExpiredBooking[] | null }>(EXPIRE_HOLDS, [
    tx.tenantId,
    atoms,
    tx.actorId,
  ]);
  return expired ?? [];
}

async function occupantsOf(
  tx: Tx,
  listing: Pick<ListingRow, 'id' | 'orgId'>,
  zoneIds: readonly string[],
): Promise<OccupantRow[]> {
  const values = [tx.tenantId, zoneIds, listing.orgId, listing.id];
  const bookings = await tx.query<OccupantRow>(BOOKINGS_OF_ZONES, values);
  const holds = await tx.query<OccupantRow>(HOLDS_OF_ZONES, values);
  const blocks = await blocksOf(tx, listing, zoneIds);
  return [...bookings, ...holds, ...blocks]
    .filter(({ kind }) => kind !== null)
    .map((occupant) => ({ ...occupant, zoneId: occupant.zoneId ?? listing.id }));
}

const blocksOf = (tx: Tx, { id, orgId }: Pick<ListingRow, 'id' | 'orgId'>, zoneIds: readonly string[]) =>
  tx.query<OccupantRow>(BLOCKS_OF_ZONES, [tx.tenantId, zoneIds, orgId, id]);

async function giveBack(tx: Tx, { moves }: Moves): Promise<void> {
  const pairs = moves.flatMap(({ occupant, lost }) => lost.map((atom) => [occupant.id, atom] as const));
  if (pairs.length === 0) return;
  await tx.query(GIVE_BACK, [tx.tenantId, pairs.map(([id]) => id), pairs.map(([, atom]) => atom), tx.actorId]);
}

/** Occupants of one kind in one statement each: there are five kinds, however many occupants. */
async function take(tx: Tx, { moves }: Moves, occupants: readonly OccupantRow[]): Promise<void> {
  const claims = moves.flatMap(({ occupant, gained }) => gained.map((atomId) => ({ occupant, atomId })));
  for (const kind of new Set(claims.map(({ occupant }) => occupant.kind))) {
    const wanted = claims.filter(({ occupant }) => occupant.kind === kind);
    const outcomes = await tx.query<{ owner: string; outcome: string; atoms: string[] | null }>(TAKE_FOR_MANY, [
      tx.tenantId,
      tx.actorId,
      kind,
      wanted.map(({ occupant }) => occupant.id),
      wanted.map(({ atomId }) => atomId),
      wanted.map(() => 1),
      wanted.map(({ occupant }) => new Date(occupant.startsAt)),
      wanted.map(({ occupant }) => new Date(occupant.endsAt)),
      wanted.map(({ occupant }) => Math.round((occupant.startsAt - occupant.outerStart) / MINUTE)),
      wanted.map(({ occupant }) => Math.round((occupant.outerEnd - occupant.endsAt) / MINUTE)),
    ]);
    const lost = outcomes.filter(({ outcome }) => outcome !== 'taken');
    if (lost.length > 0) throw new Refusal(ZONE_COLLISION, { details: { lost: lost.slice(0, NAMED) } });
  }
  const expiring = occupants.filter(({ expiresAt }) => expiresAt !== null);
  if (expiring.length === 0) return;
  const values = [tx.tenantId, expiring.map(({ id }) => id), expiring.map(({ expiresAt }) => expiresAt)];
  await tx.query(ALIGN_EXPIRY, values);
}

const iso = (time: number) => new Date(time).toISOString();

function refusal(collisions: readonly Collision[]): Refusal {
  const named = collisions.slice(0, NAMED).map(({ atomId, parties }) => ({
    atomId,
    between: parties.map(({ id, kind, startsAt, endsAt }) => ({
      id,
      kind,
      startsAt: iso(startsAt),
      endsAt: iso(endsAt),
    })),
  }));
  return new Refusal(ZONE_COLLISION, { details: { count: collisions.length, collisions: named } });
}
