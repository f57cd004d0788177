import {
  type BlockKind,
  type BlockReason,
  INVALID_INTERVAL,
  LISTING_INVALID_STATE,
  MAX_BLOCK_DAYS,
  QUANTITY_INVALID,
  type TimeWanted,
  ZONE_UNKNOWN,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { requireOrg, type Tx } from '@kit/service';
import {
  dateOf,
  type ListingReference,
  minuteFloor,
  readPlace,
  requireAlive,
  requireTime,
  requireVisible,
} from '../listings/index.js';
import { KEEP_LISTING } from './blocks.sql.js';
import { repeated } from './domain/repeats.js';
import type { Time, Wanted } from './domain/room.js';

/** What a block shall be like. */
export interface BlockWish {
  readonly zoneId: string | null;
  readonly time: TimeWanted;
  /** Repeats it; null: once. */
  readonly rule: string | null;
  readonly kind: BlockKind;
  readonly reason: BlockReason;
  readonly reasonText: string | null;
  readonly publicNote: { nb: string; nn?: string; en?: string } | null;
  readonly quantity: number | null;
}

/** A wish that makes sense, and what it takes. */
export interface BlockPlan extends BlockWish {
  readonly listing: ListingReference;
  /** In order, apart from each other; at least one. */
  readonly times: readonly Time[];
  readonly claims: readonly Wanted[];
}

/**
 * The listing as it is and stays until the commit.
 * @throws Refusal NOT_FOUND, FORBIDDEN, LISTING_INVALID_STATE
 */
export async function keepListing(tx: Tx, listingId: string): Promise<ListingReference> {
  await tx.one(KEEP_LISTING, [tx.tenantId, listingId]);
  const place = await readPlace(tx, listingId);
  if (!place) throw new Refusal(NOT_FOUND);
  const { listing } = place;
  await requireVisible(tx, listing);
  requireOrg(tx.reach, listing.orgId);
  requireAlive(listing);
  if (listing.bookingModel === 'PACKAGE')
    throw new Refusal(LISTING_INVALID_STATE, {
      detail: 'A package has no time of its own: block what it consists of.',
    });
  return listing;
}

/** @throws Refusal ZONE_UNKNOWN, INVALID_INTERVAL, QUANTITY_INVALID and what local times and rules are refused with */
export function planOf(listing: ListingReference, wish: BlockWish, now: Date): BlockPlan {
  const [from, until] = requireTime(wish.time, listing.timezone, MAX_BLOCK_DAYS);
  requireFuture(until, now);
  const atoms = atomsOf(listing, wish.zoneId);
  const { quantity } = wish;
  const claims = listing.atoms
    .filter(({ id }) => atoms.has(id))
    .map(({ id, exclusive, stock }) => ({ atomId: id, exclusive, stock, quantity: quantity ?? stock }));
  const tooMany = claims.find((claim) => claim.quantity > claim.stock);
  if (tooMany) throw new Refusal(QUANTITY_INVALID, { details: { quantity, stock: tooMany.stock } });
  const spans = wish.rule === null ? [[from, until] as const] : repeated(wish.rule, listing.timezone, from, until);
  const times = spans.map(([start, end]) => ({ startsAt: dateOf(start), endsAt: dateOf(end) }));
  return { ...wish, listing, times, claims };
}

function requireFuture(until: number, now: Date): void {
  if (until > minuteFloor(now)) return;
  const errors = [{ path: 'endsAt', code: 'PASSED', message: 'The time is over already.' }];
  throw new Refusal(INVALID_INTERVAL, { errors });
}

/** Everything that belongs to the listing, or to one of its zones. */
function atomsOf({ zones }: ListingReference, zoneId: string | null): ReadonlySet<string> {
  const meant = zoneId === null ? zones : zones.filter(({ id }) => id === zoneId);
  if (meant.length === 0) throw new Refusal(ZONE_UNKNOWN);
  return new Set(meant.flatMap(({ atomIds }) => atomIds));
}
