import { cleanText, slugOf, whole } from './clean/values.js';
import { bookingModel, listingType } from './clean/words.js';
import { idOf } from './ids.js';
import type { Row } from './load.js';

/**
 * What is small, and what everything else refers to: tenants, organizations, listings and their zones. It is read whole
 * at the beginning, decided here, and asked by every load: its size is that of the catalogue, not of the bookings.
 */
export interface Catalogue {
  readonly tenants: ReadonlyMap<string, TenantPlace>;
  readonly organizations: ReadonlyMap<string, OrganizationPlace>;
  readonly listings: ReadonlyMap<string, ListingPlace>;
  readonly zones: ReadonlyMap<string, ZonePlace | Refusal>;
}

export interface Refusal {
  readonly refused: string;
}

export interface TenantPlace {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly serviceUserId: string;
  /** Its own organization, for what belongs to none. */
  readonly orgId: string;
  readonly repairs: readonly string[];
}

export interface OrganizationPlace {
  readonly id: string;
  readonly tenantId: string;
  readonly legacyTenantId: string;
  readonly parentId: string | null;
  readonly ancestorIds: readonly string[];
  readonly number: string | null;
  readonly repairs: readonly string[];
}

export interface ListingPlace {
  readonly id: string;
  readonly tenantId: string;
  readonly legacyTenantId: string;
  readonly orgId: string;
  readonly name: string;
  readonly type: string;
  readonly model: string;
  readonly serviceUserId: string;
  /** Of a counted unit; null where one at a time has it. */
  readonly stock: number | null;
  /** What is booked where no zone is named. */
  readonly whole: ZonePlace;
  readonly repairs: readonly string[];
}

export interface ZonePlace {
  readonly id: string;
  readonly legacyListingId: string;
  readonly atoms: readonly string[];
  /** Zones it is made of; a leaf has none and is an atom itself. */
  readonly parts: readonly string[];
  readonly repairs: readonly string[];
}

export interface CatalogueRows {
  readonly tenants: readonly Row[];
  readonly organizations: readonly Row[];
  readonly listings: readonly Row[];
  readonly zones: readonly Row[];
  /** Slugs that are taken in the target, and by whom. */
  readonly slugs: ReadonlyMap<string, string>;
}

export function buildCatalogue(rows: CatalogueRows): Catalogue {
  const tenants = readTenants(rows.tenants, rows.slugs);
  const organizations = readOrganizations(rows.organizations, tenants);
  const { zones, wholes } = readZones(rows.zones, rows.listings);
  const listings = readListings(rows.listings, tenants, organizations, wholes);
  return { tenants, organizations, listings, zones };
}

function readTenants(rows: readonly Row[], slugs: ReadonlyMap<string, string>): Map<string, TenantPlace> {
  const places = new Map<string, TenantPlace>();
  const own = new Set<string>();
  for (const row of rows) {
    const legacyId = row.id as string;
    const id = idOf('tenant', legacyId);
    const name = cleanText(row.name ?? null, 200) ?? cleanText(row.slug ?? null, 200) ?? `Tenant ${legacyId}`;
    const wanted = slugOf(cleanText(row.slug ?? null, 60) ?? name);
    const holder = slugs.get(wanted);
    const free = !own.has(wanted) && (holder === undefined || holder === id) && wanted.length > 1;
    const slug = free ? wanted : `${wanted}-${legacyId}`;
    own.add(slug);
    const repairs = [...(name !== row.name ? ['NAME_CHANGED'] : []), ...(slug !== row.slug ? ['SLUG_CHANGED'] : [])];
    const serviceUserId = idOf('service-user', legacyId);
    places.set(legacyId, { id, slug, name, serviceUserId, orgId: idOf('tenant-organization', legacyId), repairs });
  }
  return places;
}

const MAX_DEPTH = 10;

function readOrganizations(
  rows: readonly Row[],
  tenants: ReadonlyMap<string, TenantPlace>,
): Map<string, OrganizationPlace> {
  const byId = new Map(rows.map((row) => [row.id as string, row]));
  const numbers = new Set<string>();
  const places = new Map<string, OrganizationPlace>();
  for (const row of rows) {
    const tenant = tenants.get(row.tenant_id ?? '');
    if (!tenant) continue;
    const repairs: string[] = [];
    const above = ancestorsOf(row, byId);
    if (above === null) repairs.push('PARENT_DROPPED');
    const ancestorIds = (above ?? []).map((id) => idOf('organization', id));
    const number = (row.org_number ?? '').replace(/\s/g, '');
    const usable = /^[0-9]{9}$/.test(number) && !numbers.has(`${row.tenant_id} ${number}`);
    if (usable) numbers.add(`${row.tenant_id} ${number}`);
    else if (number !== '') repairs.push('NUMBER_DROPPED');
    places.set(row.id as string, {
      id: idOf('organization', row.id as string),
      tenantId: tenant.id,
      legacyTenantId: row.tenant_id as string,
      parentId: ancestorIds.at(-1) ?? null,
      ancestorIds,
      number: usable ? number : null,
      repairs,
    });
  }
  return places;
}

/** From the root down to the parent; null where there is none to hang below (missing, of another tenant, a circle, too deep). */
function ancestorsOf(row: Row, byId: ReadonlyMap<string, Row>): string[] | null {
  const path: string[] = [];
  for (let at = row; at.parent_id; ) {
    const id = at.parent_id;
    const parent = byId.get(id);
    // Broken further up, the root is further up.
    if (!parent || parent.tenant_id !== row.tenant_id) return at === row ? null : path;
    if (id === row.id || path.includes(id) || path.length === MAX_DEPTH) return null;
    path.unshift(id);
    at = parent;
  }
  return path;
}

interface Wholes {
  readonly zones: Map<string, ZonePlace | Refusal>;
  readonly wholes: Map<string, ZonePlace>;
}

const isCounted = (model: string): boolean => model === 'QUANTITY' || model === 'CAPACITY';

function readZones(rows: readonly Row[], listings: readonly Row[]): Wholes {
  const models = new Map(listings.map((row) => [row.id as string, modelOf(row).model]));
  const zones = new Map<string, ZonePlace | Refusal>();
  const wholes = new Map<string, ZonePlace>();
  const ofListing = new Map<string, Row[]>();
  for (const row of rows) {
    const model = models.get(row.listing_id ?? '');
    if (model === undefined) zones.set(row.id as string, { refused: 'ORPHAN_LISTING' });
    // What is counted has no parts: its bookings take from the stock.
    else if (isCounted(model)) zones.set(row.id as string, { refused: 'ZONE_OF_COUNTED' });
    else ofListing.set(row.listing_id as string, [...(ofListing.get(row.listing_id as string) ?? []), row]);
  }
  for (const listing of listings) {
    const id = listing.id as string;
    const own = ofListing.get(id) ?? [];
    const parentOf = parentsOf(own);
    const childrenOf = (parent: string | null) => own.filter((row) => parentOf.get(row.id as string) === parent);
    const place = (row: Row): ZonePlace => {
      const parts = childrenOf(row.id as string).map(place);
      const made: ZonePlace = {
        id: idOf('zone', row.id as string),
        legacyListingId: id,
        atoms:
          parts.length === 0 ? [idOf('atom', row.id as string)] : [...new Set(parts.flatMap(({ atoms }) => atoms))],
        parts: parts.map((part) => part.id),
        repairs: (row.parent_id ?? null) === parentOf.get(row.id as string) ? [] : ['PARENT_DROPPED'],
      };
      zones.set(row.id as string, made);
      return made;
    };
    const roots = childrenOf(null).map(place);
    const atoms =
      roots.length === 0 ? [idOf('atom-of-listing', id)] : [...new Set(roots.flatMap((root) => root.atoms))];
    const parts = roots.map((root) => root.id);
    wholes.set(id, { id: idOf('whole', id), legacyListingId: id, atoms, parts, repairs: [] });
  }
  return { zones, wholes };
}

/** Parents within the listing, without the circles. */
function parentsOf(rows: readonly Row[]): Map<string, string | null> {
  const ids = new Map(rows.map((row) => [row.id as string, row]));
  const parents = new Map<string, string | null>();
  for (const row of rows) {
    const seen = new Set<string>([row.id as string]);
    let circle = false;
    for (let at = row.parent_id; at && ids.has(at) && !circle; at = ids.get(at)?.parent_id ?? null) {
      circle = seen.has(at);
      seen.add(at);
    }
    parents.set(row.id as string, row.parent_id && ids.has(row.parent_id) && !circle ? row.parent_id : null);
  }
  return parents;
}

/** What each type of listing can be booked by, as every new tenant begins. */
const MODELS: Record<string, readonly string[]> = {
  SPACE: ['TIME_RANGE', 'SLOT', 'ALL_DAY'],
  RESOURCE: ['QUANTITY', 'CAPACITY'],
  EVENT: ['CAPACITY'],
  SERVICE: ['TIME_RANGE', 'SLOT'],
  VEHICLE: ['TIME_RANGE', 'ALL_DAY'],
  OTHER: ['TIME_RANGE', 'SLOT', 'ALL_DAY', 'QUANTITY', 'CAPACITY'],
};

function modelOf(row: Row): { type: string; model: string; repairs: string[] } {
  const model = bookingModel(row.model ?? null);
  const type = listingType(row.type ?? null);
  const repairs = model === null ? ['MODEL_UNKNOWN'] : [];
  const known = model ?? 'TIME_RANGE';
  if (type !== null && MODELS[type]?.includes(known)) return { type, model: known, repairs };
  return { type: 'OTHER', model: known, repairs: [...repairs, 'TYPE_CHANGED'] };
}

function readListings(
  rows: readonly Row[],
  tenants: ReadonlyMap<string, TenantPlace>,
  organizations: ReadonlyMap<string, OrganizationPlace>,
  wholes: ReadonlyMap<string, ZonePlace>,
): Map<string, ListingPlace> {
  const places = new Map<string, ListingPlace>();
  for (const row of rows) {
    const id = row.id as string;
    const tenant = tenants.get(row.tenant_id ?? '');
    const whole_ = wholes.get(id);
    if (!tenant || !whole_) continue;
    const { type, model, repairs } = modelOf(row);
    const owner = organizations.get(row.organization_id ?? '');
    const own = owner?.tenantId === tenant.id ? owner : undefined;
    if (!own) repairs.push('OWNER_REPLACED');
    const name = cleanText(row.title ?? null, 200);
    if (name === null) repairs.push('NAME_CHANGED');
    const said = whole((model === 'CAPACITY' ? row.capacity : row.quantity) ?? null);
    const stock = isCounted(model) ? (said !== null && said > 0 ? said : 1) : null;
    if (stock !== null && stock !== said) repairs.push('STOCK_UNKNOWN');
    places.set(id, {
      id: idOf('listing', id),
      tenantId: tenant.id,
      legacyTenantId: row.tenant_id as string,
      orgId: own?.id ?? tenant.orgId,
      name: name ?? `Uten navn ${id.slice(0, 8)}`,
      type,
      model,
      serviceUserId: tenant.serviceUserId,
      stock,
      whole: whole_,
      repairs,
    });
  }
  return places;
}
