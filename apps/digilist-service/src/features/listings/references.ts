import { DEFAULT_BOOKING_RULES, DEFAULT_REFUND_LADDER } from '@digilist/contracts';
import type { Tx } from '@kit/service';
import type { BookingRuleSet, DiscountCode, ListingReference, PriceGroup } from './domain/reference.js';
import { PLACE_VERSIONS, READ_PLACE } from './reference.sql.js';

export type RawReference = Omit<ListingReference, 'bookingRules' | 'refundLadder'> & {
  bookingRules: Partial<BookingRuleSet> | null;
  refundLadder: ListingReference['refundLadder'] | null;
};

/** What the statement for all published listings answers. */
export interface BookableAnswer {
  stamp: number;
  groups: PriceGroup[] | null;
  listings: [id: string, reference: RawReference | null][];
}

interface TenantReferences {
  readonly listings: Map<string, ListingReference>;
  stamp: number | null;
  groups: PriceGroups;
}

export type PriceGroups = ReadonlyMap<string, PriceGroup>;

export interface Place {
  readonly listing: ListingReference;
  readonly groups: PriceGroups;
  /** The code that was asked for; null when it cannot be used. */
  readonly discount: DiscountCode | null;
}

const TENANTS_KEPT = 200;
const LISTINGS_KEPT = 12_000;

/**
 * Reference data by version. Each read asks the database for the current versions in the same statement, so what it
 * answers is never older than the transaction that asks; only what has not changed is spared.
 */
const tenants = new Map<string, TenantReferences>();

function known(tenantId: string): TenantReferences {
  const found = tenants.get(tenantId);
  if (found) return found;
  if (tenants.size >= TENANTS_KEPT) tenants.delete(tenants.keys().next().value as string);
  const made: TenantReferences = { listings: new Map(), stamp: null, groups: new Map() };
  tenants.set(tenantId, made);
  return made;
}

function keep(tenant: TenantReferences, { bookingRules, refundLadder, ...raw }: RawReference): ListingReference {
  if (tenant.listings.size >= LISTINGS_KEPT) tenant.listings.clear();
  const reference = Object.freeze({
    ...raw,
    bookingRules: { ...DEFAULT_BOOKING_RULES, ...bookingRules },
    refundLadder: refundLadder ?? DEFAULT_REFUND_LADDER,
  });
  tenant.listings.set(reference.id, reference);
  return reference;
}

function keepGroups(tenant: TenantReferences, stamp: number, groups: readonly PriceGroup[]): PriceGroups {
  tenant.stamp = stamp;
  tenant.groups = new Map(groups.map((group) => [group.key, group]));
  return tenant.groups;
}

interface PlaceVersions extends Record<string, unknown> {
  version: number;
  stamp: number;
  discount: DiscountCode | null;
}

interface PlaceRow extends PlaceVersions {
  reference: RawReference | null;
  groups: PriceGroup[] | null;
}

/** All that decides on a booking of the listing but who has it when, in one round trip when it is cached; null when there is no such listing. */
export async function readPlace(tx: Tx, listingId: string, discountCode: string | null = null): Promise<Place | null> {
  const tenant = known(tx.tenantId);
  const cached = tenant.listings.get(listingId);
  // Other reads may replace the cache meanwhile: this one uses what it was answered against.
  const { stamp, groups } = tenant;
  if (cached && stamp !== null) {
    const [row] = await tx.query<PlaceVersions>(PLACE_VERSIONS, [tx.tenantId, listingId, discountCode]);
    if (!row) return null;
    if (row.version === cached.version && row.stamp === stamp)
      return { listing: cached, groups, discount: row.discount };
  }
  const [row] = await tx.query<PlaceRow>(READ_PLACE, [
    tx.tenantId,
    listingId,
    cached?.version ?? null,
    stamp,
    discountCode,
  ]);
  if (!row) return null;
  return {
    listing: row.reference ? keep(tenant, row.reference) : (cached as ListingReference),
    groups: row.groups ? keepGroups(tenant, row.stamp, row.groups) : groups,
    discount: row.discount,
  };
}

export interface Bookable {
  /** In the order of the answer. */
  readonly listings: readonly ListingReference[];
  readonly groups: PriceGroups;
}

/**
 * For statements that contain BOOKABLE_LISTINGS, or answer like it: its parameters after the tenant, and what its answer
 * means. `ids`: only these listings can be in the answer.
 */
export function bookableListings(
  tenantId: string,
  ids?: readonly string[],
): {
  values: [ids: string[], versions: number[], stamp: number | null];
  /** What is sent as cached. An answer may leave out what is still as it was. */
  cached: ReadonlyMap<string, ListingReference>;
  merge(answer: BookableAnswer): Bookable;
} {
  const tenant = known(tenantId);
  const { stamp, groups } = tenant;
  const cached = ids ? among(tenant.listings, ids) : new Map(tenant.listings);
  const listings = [...cached.values()];
  return {
    values: [listings.map(({ id }) => id), listings.map(({ version }) => version), stamp],
    cached,
    merge: (answer) => ({
      listings: answer.listings.map(([id, raw]) => (raw ? keep(tenant, raw) : (cached.get(id) as ListingReference))),
      groups: answer.groups ? keepGroups(tenant, answer.stamp, answer.groups) : groups,
    }),
  };
}

function among<Value>(all: ReadonlyMap<string, Value>, ids: readonly string[]): Map<string, Value> {
  const found = new Map<string, Value>();
  for (const id of ids) {
    const value = all.get(id);
    if (value !== undefined) found.set(id, value);
  }
  return found;
}

/** For statements that contain ONE_LISTING. */
export function oneListing(
  tenantId: string,
  listingId: string,
): {
  version: number | null;
  merge(raw: RawReference | null): ListingReference;
} {
  const tenant = known(tenantId);
  const cached = tenant.listings.get(listingId);
  return {
    version: cached?.version ?? null,
    merge: (raw) => (raw ? keep(tenant, raw) : (cached as ListingReference)),
  };
}
