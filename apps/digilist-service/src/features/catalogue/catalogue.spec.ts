import {
  type Amenity,
  type AmenityList,
  type Category,
  type CategoryList,
  createAmenity,
  createCategory,
  getAmenity,
  getCategory,
  getListing,
  type Listing,
  listAmenities,
  listCategories,
  putListingAmenities,
  putListingCategories,
  updateAmenity,
  updateCategory,
} from '@digilist/contracts';
import { stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { brokenInvariants } from '../../database/invariants.js';
import { foundTown, type Town } from '../../platform/testing/platform-stand-in.js';
import { DigilistWorld } from '../../testing/digilist-world.js';
import { arrive, LISTING_ROLES, Lister } from '../../testing/lister.js';
import { ListingsModule } from '../listings/index.js';
import { PricingModule } from '../pricing/index.js';
import { RulesModule } from '../rules/index.js';
import { CatalogueModule } from './index.js';

const ROLES = {
  ...LISTING_ROLES,
  manager: [...LISTING_ROLES.manager, 'digilist.category.update', 'digilist.amenity.update'],
};

let world: DigilistWorld;
let town: Town;
let manager: Lister;

beforeAll(async () => {
  world = await DigilistWorld.open();
  await world.start([ListingsModule, RulesModule, PricingModule, CatalogueModule]);
  town = await foundTown(world.platform, { roles: ROLES });
  manager = new Lister(world, town, await arrive(world, town, { role: 'manager', scope: 'tenant' }));
});
afterAll(async () => {
  expect(await brokenInvariants((text) => world.rows(text))).toEqual([]);
  await world?.close();
  await stopPostgres();
});

const ifMatch = (version: number) => ({ 'if-match': `"${version}"` });
let made = 0;
const category = (more: object = {}) =>
  manager.must<Category>(createCategory, { slug: `kategori-${++made}`, name: { nb: `Kategori ${made}` }, ...more });
const amenity = (more: object = {}) =>
  manager.must<Amenity>(createAmenity, { key: `fasilitet-${++made}`, name: { nb: `Fasilitet ${made}` }, ...more });
const change = (operation: unknown, row: { id: string; version: number }, request: object) =>
  manager.call(operation, { id: row.id, ...request }, ifMatch(row.version));
const anonymously = async <Answer>(operation: unknown, request: object = {}) =>
  (await world.call(operation, town, null, request, { 'x-tenant': town.slug })).body as unknown as Answer;

describe('a new municipality', () => {
  it('finds a tree of categories and a list of amenities in its own language, without signing in', async () => {
    const { data } = await anonymously<CategoryList>(listCategories);
    const bySlug = new Map(data.map((each) => [each.slug, each]));
    expect(bySlug.get('svommehall')).toMatchObject({
      name: { nb: 'Svømmehall', nn: 'Symjehall', en: 'Swimming hall' },
      parentId: bySlug.get('idrett')?.id,
    });
    const slugs = data.map(({ slug }) => slug);
    for (const { slug, parentId } of data) {
      const parent = data.find(({ id }) => id === parentId);
      if (parent) expect(slugs.indexOf(parent.slug)).toBeLessThan(slugs.indexOf(slug));
    }
    const amenities = await anonymously<AmenityList>(listAmenities);
    expect(amenities.data.map(({ key }) => key)).toEqual(expect.arrayContaining(['horselslynge', 'rullestoltilgang']));
  });
});

describe('the tree of categories', () => {
  it('takes new ones and renames, moves and reads them', async () => {
    const parent = await category({ slug: 'klatring' });
    const child = await category({ parentId: parent.id, position: 3 });
    expect(child).toMatchObject({ parentId: parent.id, position: 3, status: 'active', version: 1 });
    const renamed = await change(updateCategory, child, { name: { nb: 'Buldring' }, parentId: null });
    expect(renamed.body).toMatchObject({
      name: { nb: 'Buldring', nn: 'Buldring', en: 'Buldring' },
      parentId: null,
      position: 3,
      version: 2,
    });
    expect(await anonymously(getCategory, { id: child.id })).toEqual(renamed.body);
    expect((await change(updateCategory, child, {})).code).toBe('STALE_VERSION');
    expect((await manager.call(createCategory, { slug: 'klatring', name: { nb: 'x' } })).code).toBe(
      'CATEGORY_SLUG_TAKEN',
    );
    const other = await category();
    expect((await change(updateCategory, other, { slug: 'klatring' })).code).toBe('CATEGORY_SLUG_TAKEN');
    const lost = { slug: 'borte', name: { nb: 'x' }, parentId: uuidv7() };
    expect((await manager.call(createCategory, lost)).code).toBe('CATEGORY_UNKNOWN');
    expect((await change(updateCategory, { id: uuidv7(), version: 1 }, {})).code).toBe('NOT_FOUND');
  });

  it('never becomes a circle, not even by two moves at once', async () => {
    const [a, b] = [await category(), await category()];
    const moves = await Promise.all([
      change(updateCategory, a, { parentId: b.id }),
      change(updateCategory, b, { parentId: a.id }),
    ]);
    expect(moves.map(({ ok }) => ok).sort()).toEqual([false, true]);
    expect(moves.find(({ ok }) => !ok)?.code).toBe('CATEGORY_CYCLE');
  });

  it('retires only what has nothing below it, and restores only below what is shown', async () => {
    const parent = await category();
    const child = await category({ parentId: parent.id });
    expect((await change(updateCategory, parent, { status: 'retired' })).code).toBe('CATEGORY_HAS_CHILDREN');
    const gone = await change(updateCategory, child, { status: 'retired' });
    expect(gone.ok).toBe(true);
    expect((await change(updateCategory, parent, { status: 'retired' })).ok).toBe(true);
    const shown = await anonymously<CategoryList>(listCategories);
    expect(shown.data.some(({ id }) => id === parent.id || id === child.id)).toBe(false);
    const retired = await anonymously<CategoryList>(listCategories, { status: 'retired' });
    expect(retired.data.map(({ id }) => id)).toEqual(expect.arrayContaining([parent.id, child.id]));
    expect((await change(updateCategory, { id: child.id, version: 2 }, { status: 'active' })).code).toBe(
      'CATEGORY_UNKNOWN',
    );
    expect((await change(updateCategory, { id: parent.id, version: 2 }, { status: 'active' })).ok).toBe(true);
    expect((await change(updateCategory, { id: child.id, version: 2 }, { status: 'active' })).ok).toBe(true);
  });
});

describe('amenities', () => {
  it('are made, renamed, retired and restored', async () => {
    const one = await amenity({ key: 'badstue' });
    expect((await manager.call(createAmenity, { key: 'badstue', name: { nb: 'x' } })).code).toBe('AMENITY_KEY_TAKEN');
    const renamed = await change(updateAmenity, one, { name: { nb: 'Badstue', en: 'Sauna' }, status: 'retired' });
    expect(renamed.body).toMatchObject({ name: { nb: 'Badstue', en: 'Sauna' }, status: 'retired', version: 2 });
    expect(await anonymously(getAmenity, { id: one.id })).toEqual(renamed.body);
    expect((await change(updateAmenity, one, { status: 'active' })).code).toBe('STALE_VERSION');
    expect((await anonymously<AmenityList>(listAmenities)).data.some(({ id }) => id === one.id)).toBe(false);
  });
});

describe('a listing', () => {
  const listingOf = (id: string) => manager.must<Listing>(getListing, { id });

  it('has several categories and amenities, set as a whole under its version', async () => {
    const listing = await manager.listing();
    const [a, b] = [await category({ slug: 'aa' }), await category({ slug: 'bb' })];
    const set = await change(putListingCategories, listing, { categoryIds: [b.id, a.id, a.id] });
    expect(set.body).toMatchObject({ categories: [{ slug: 'aa' }, { slug: 'bb' }], version: 2 });
    const shower = await amenity();
    await change(putListingAmenities, { id: listing.id, version: 2 }, { amenityIds: [shower.id] });
    expect(await listingOf(listing.id)).toMatchObject({
      categories: [{ id: a.id }, { id: b.id }],
      amenities: [{ id: shower.id }],
      version: 3,
    });
    expect((await change(putListingCategories, listing, { categoryIds: [] })).code).toBe('STALE_VERSION');
    await change(putListingCategories, { id: listing.id, version: 3 }, { categoryIds: [b.id] });
    expect((await listingOf(listing.id)).categories.map(({ id }) => id)).toEqual([b.id]);
  });

  it('keeps what is retired, without showing it, until it is restored', async () => {
    const listing = await manager.listing();
    const one = await category();
    await change(putListingCategories, listing, { categoryIds: [one.id] });
    await change(updateCategory, one, { status: 'retired' });
    expect((await listingOf(listing.id)).categories).toEqual([]);
    await change(putListingCategories, { id: listing.id, version: 2 }, { categoryIds: [] });
    await change(updateCategory, { id: one.id, version: 2 }, { status: 'active' });
    expect((await listingOf(listing.id)).categories.map(({ id }) => id)).toEqual([one.id]);
  });

  it('takes nothing that is unknown, retired or another tenant’s', async () => {
    const listing = await manager.listing();
    const retired = await category();
    await change(updateCategory, retired, { status: 'retired' });
    const elsewhere = await foundTown(world.platform, { roles: ROLES });
    const stranger = new Lister(world, elsewhere, await arrive(world, elsewhere, { role: 'manager', scope: 'tenant' }));
    const { data } = await stranger.must<CategoryList>(listCategories, {});
    for (const id of [uuidv7(), retired.id, data[0]?.id]) {
      expect((await change(putListingCategories, listing, { categoryIds: [id] })).code).toBe('CATEGORY_UNKNOWN');
    }
    expect((await change(putListingAmenities, listing, { amenityIds: [uuidv7()] })).code).toBe('AMENITY_UNKNOWN');
    expect((await stranger.call(getCategory, { id: retired.id })).code).toBe('NOT_FOUND');
  });
});

describe('who may', () => {
  it('staff of one organization sort its listings, but do not change what the tenant has in common', async () => {
    const userId = await arrive(world, town, { role: 'manager', scope: 'org', orgId: town.orgId });
    const culture = new Lister(world, town, userId);
    const one = await category();
    expect((await culture.call(createCategory, { slug: 'egen', name: { nb: 'Egen' } })).code).toBe('FORBIDDEN');
    expect((await culture.call(updateCategory, { id: one.id }, ifMatch(1))).code).toBe('FORBIDDEN');
    expect((await culture.call(createAmenity, { key: 'egen', name: { nb: 'Egen' } })).code).toBe('FORBIDDEN');
    const own = await culture.listing();
    const other = await manager.listing({ orgId: town.otherOrgId });
    const request = { categoryIds: [one.id] };
    expect((await culture.call(putListingCategories, { id: own.id, ...request }, ifMatch(1))).ok).toBe(true);
    expect((await culture.call(putListingCategories, { id: other.id, ...request }, ifMatch(1))).code).toBe('FORBIDDEN');
    expect((await culture.call(putListingAmenities, { id: other.id, amenityIds: [] }, ifMatch(1))).code).toBe(
      'FORBIDDEN',
    );
  });
});
