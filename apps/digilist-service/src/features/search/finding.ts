import type { ListingSort } from '@digilist/contracts';
import { pageStart, type RequestContext, type Tx } from '@kit/service';
import { run } from '../../database/named-statement.js';
import { type BusyByAtom, unpackBusy } from '../calendar/index.js';
import {
  bookableListings,
  type ListingReference,
  type PriceGroup,
  type PriceGroups,
  PUBLIC_STATUSES,
  type RawReference,
  seesUnpublished,
} from '../listings/index.js';
import { isByPrice } from './rank-of-price.js';
import { type FilterValues, findListings, type Shape } from './search.sql.js';
import { nearOf, requireKnown, sortOf, type WantedTime } from './wanted.js';

/** The filters that both searches take. */
export interface Filters {
  readonly limit?: number;
  readonly cursor?: string;
  readonly q?: string;
  readonly type?: string;
  readonly category?: string;
  readonly amenity?: readonly string[];
  readonly capacity?: number;
  readonly municipality?: string;
  readonly orgId?: string;
  readonly status?: string;
  readonly near?: string;
  readonly within?: number;
  readonly pricingGroup?: string;
  readonly sort?: ListingSort;
}

/** A listing that matches, in the order of the answer. */
export interface Match {
  readonly id: string;
  readonly version: number;
  readonly rank: number;
  readonly sortName: string;
  /** Metres. */
  readonly distance: number | null;
  /** Comes after the row that the cursor names. */
  readonly after: boolean;
}

export interface Found {
  readonly matches: readonly Match[];
  /** Undefined unless references were asked for. */
  referenceOf(id: string): ListingReference | undefined;
  readonly busy: BusyByAtom;
  readonly groups: PriceGroups;
  readonly group: PriceGroup;
  /** State of the catalogue; changes with every change of it. */
  readonly catalogue: number;
}

type OwnValues = Omit<FilterValues, 'latitude' | 'longitude'>;

interface FoundRow extends Record<string, unknown> {
  categoryKnown: boolean;
  unknownAmenities: string[];
  catalogue: number;
  stamp: number;
  groups: PriceGroup[] | null;
  found: [string, number, number, string, number | null, boolean?][];
  /** Those that the cache lacks. */
  references: [string, RawReference][] | null;
  busy: string | null;
}

/** Sort keys of a cursor, the last of which says which of a listing's zones. */
export const CURSOR = ['integer', 'text', 'uuid', 'integer'] as const;

/**
 * Everything that decides what is in the answer, and in which order, in one statement: however many listings there are,
 * and all of it as it was at one instant.
 *
 * @throws Refusal CATEGORY_UNKNOWN, AMENITY_UNKNOWN, PRICING_GROUP_UNKNOWN
 */
export async function find(
  tx: Tx,
  ctx: RequestContext,
  filters: Filters,
  { scope, reads, time }: Pick<Shape, 'scope' | 'reads'> & { time: WantedTime | null },
): Promise<Found> {
  const sort = sortOf(filters);
  const near = nearOf(filters.near);
  const own = await filterValues(tx, ctx, filters);
  const shape: Shape = { words: own.q !== null, near: near !== null, filtered: isFiltered(own), sort, scope, reads };
  const { keys, fetch } = pageStart(filters, CURSOR);
  const cached = bookableListings(tx.tenantId, reads === 'nothing' ? [] : undefined);
  const [cachedIds, cachedVersions, cachedStamp] = cached.values;
  const values = {
    ...own,
    latitude: near?.latitude ?? null,
    longitude: near?.longitude ?? null,
    // The database does not know prices: there it goes on by name alone.
    afterRank: isByPrice(sort) ? 0 : ((keys?.[0] as number) ?? null),
    afterName: (keys?.[1] as string) ?? null,
    afterId: (keys?.[2] as string) ?? null,
    fetch,
    cachedIds,
    cachedVersions,
    cachedStamp,
    from: time?.from ?? null,
    until: time?.until ?? null,
  };
  const [row] = await run<FoundRow, typeof values>(tx, findListings(shape), values);
  const { stamp, groups: fresh, found, references: raw, busy, catalogue } = row as FoundRow;
  const { listings, groups } = cached.merge({ stamp, groups: fresh, listings: raw ?? [] });
  const renewed = new Map(listings.map((listing) => [listing.id, listing]));
  return {
    matches: found.map(([id, version, rank, sortName, distance, after = true]) => ({
      id,
      version,
      rank,
      sortName,
      distance,
      after,
    })),
    referenceOf: (id) => renewed.get(id) ?? cached.cached.get(id),
    busy: unpackBusy(busy),
    groups,
    group: requireKnown(filters, row as FoundRow, groups),
    catalogue,
  };
}

const isFiltered = ({ status, type, category, amenities, capacity, municipality, orgId }: OwnValues): boolean =>
  [status, type, category, amenities, capacity, municipality, orgId].some((value) => value !== null);

async function filterValues(tx: Tx, ctx: RequestContext, filters: Filters): Promise<OwnValues> {
  const everything = ctx.principal.kind === 'user' ? await seesUnpublished(tx) : null;
  return {
    tenantId: tx.tenantId,
    publicStatuses: PUBLIC_STATUSES,
    everywhere: everything?.tenant ?? false,
    orgIds: everything?.orgIds ?? [],
    status: filters.status ?? null,
    q: filters.q ?? null,
    type: filters.type ?? null,
    category: filters.category ?? null,
    amenities: filters.amenity && filters.amenity.length > 0 ? [...new Set(filters.amenity)] : null,
    capacity: filters.capacity ?? null,
    municipality: filters.municipality ?? null,
    orgId: filters.orgId ?? null,
    within: filters.within ?? null,
  };
}
