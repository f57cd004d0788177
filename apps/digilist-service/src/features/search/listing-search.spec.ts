import {
  type AmenityList,
  type CategoryList,
  type ListingPage,
  type ListingSummary,
  listAmenities,
  listCategories,
  listListings,
  putListingAmenities,
  putListingCategories,
} from '@digilist/contracts';
import { stopPostgres } from '@kit/testing';
import { foundTown, type Town } from '../../platform/testing/platform-stand-in.js';
import { DigilistWorld } from '../../testing/digilist-world.js';
import { arrive, LISTING_ROLES, Lister } from '../../testing/lister.js';
import { CatalogueModule } from '../catalogue/index.js';
import { ListingsModule } from '../listings/index.js';
import { PricingModule } from '../pricing/index.js';
import { RulesModule } from '../rules/index.js';
import { SearchModule } from './index.js';

const DAY_MS = 86_400_000;
/** A Tuesday in winter, some weeks ahead or so: far from any change of the clock. */
const TUESDAY = (() => {
  const day = new Date(Date.UTC(new Date().getUTCFullYear() + 1, 0, 15));
  while (day.getUTCDay() !== 2) day.setTime(day.getTime() + DAY_MS);
  return day.toISOString().slice(0, 10);
})();
const on = (time: string) => `${TUESDAY}T${time}:00+01:00`;
const money = (amount: number) => ({ amount, currency: 'NOK' });
const hourly = (amount: number) => [{ name: { nb: 'Timepris' }, unit: 'hour' as const, amount: money(amount) }];

let world: DigilistWorld;
let town: Town;
let manager: Lister;
const ids = new Map<string, string>();
const nameOf = ({ name }: ListingSummary) => name.nb;

async function search(request: object = {}, of = town, by: string | null = null): Promise<ListingPage> {
  const { ok, body } = await world.call(listListings, of, by, request, { 'x-tenant': of.slug });
  if (!ok) throw new Error(JSON.stringify(body));
  return body as unknown as ListingPage;
}
const names = async (request: object = {}) => (await search(request)).data.map(nameOf);
const refusal = async (request: object) => {
  const { body } = await world.call(listListings, town, null, request, { 'x-tenant': town.slug });
  const errors = body.errors as { path: string; code: string }[] | undefined;
  return [body.code, ...(errors ?? []).map(({ path, code }) => `${path} ${code}`)];
};

async function take(name: string, from: string, until: string, quantity = 1): Promise<void> {
  await world.rows(
    `INSERT INTO digilist.allocations (tenant_id, atom_id, atom_number, kind, during, quantity, exclusive, created_by, updated_by)
     SELECT a.tenant_id, a.id, a.number, 'BLOCK', tstzrange($2, $3), $4, a.exclusive, a.created_by, a.created_by
     FROM digilist.atoms a WHERE a.listing_id = $1`,
    [ids.get(name), from, until, quantity],
  );
}

/** Six listings, each different from the others in what can be asked for. */
beforeAll(async () => {
  world = await DigilistWorld.open();
  await world.start([ListingsModule, RulesModule, PricingModule, CatalogueModule, SearchModule]);
  town = await foundTown(world.platform, { roles: LISTING_ROLES });
  manager = new Lister(world, town, await arrive(world, town, { role: 'manager', scope: 'tenant' }));
  const categories = await manager.must<CategoryList>(listCategories, {});
  const amenities = await manager.must<AmenityList>(listAmenities, {});
  const put = async (name: string, slugs: string[], keys: string[]) => {
    const id = ids.get(name) as string;
    const version = async () =>
      (await world.rows<{ version: number }>('SELECT version FROM digilist.listings WHERE id = $1', [id]))[0]?.version;
    const categoryIds = categories.data.filter(({ slug }) => slugs.includes(slug)).map((each) => each.id);
    await manager.must(putListingCategories, { id, categoryIds }, { 'if-match': `"${await version()}"` });
    const amenityIds = amenities.data.filter(({ key }) => keys.includes(key)).map((each) => each.id);
    await manager.must(putListingAmenities, { id, amenityIds }, { 'if-match': `"${await version()}"` });
  };
  const add = async (name: string, more: object, price = 50_000) => {
    const id = await manager.hall({ name: { nb: name }, ...more });
    if (price !== 50_000) await manager.prices(id, hourly(price));
    ids.set(name, id);
  };
  const at = (latitude: number, longitude: number) => ({ position: { latitude, longitude } });
  await add('Åsen idrettshall', { capacity: 300, municipalityCode: '4601', ...at(60.39, 5.32) });
  await add('Bygdehuset', { capacity: 80, municipalityCode: '4626', ...at(60.4, 5.32) }, 20_000);
  await add('Ørstad møterom', { capacity: 12, municipalityCode: '4601', ...at(60.39, 5.5) }, 10_000);
  await add('Aasane møterom', { capacity: 20, municipalityCode: '4601' }, 30_000);
  await add('Ærfugl gymsal', { municipalityCode: '4601', orgId: town.otherOrgId, ...at(61, 6) });
  const { id } = await manager.listing({
    type: 'RESOURCE',
    bookingModel: 'QUANTITY',
    name: { nb: 'Stoler' },
    stock: 100,
    paymentPolicy: 'FREE',
  });
  await manager.opening(id, [{ kind: 'weekly', opens: '08:00', closes: '22:00' }]);
  await manager.rules(id);
  ids.set('Stoler', id);
  await world.rows(`UPDATE digilist.listings SET status = 'published' WHERE id = $1`, [id]);
  await put('Åsen idrettshall', ['idrettshall'], ['garderobe', 'dusj', 'parkering']);
  await put('Ærfugl gymsal', ['gymsal', 'selskap'], ['garderobe']);
  await put('Bygdehuset', ['grendehus'], ['kjokken', 'parkering']);
  await put('Ørstad møterom', ['moterom'], ['projektor', 'parkering']);
  await manager.listing({ name: { nb: 'Utkast' } });
  await take('Åsen idrettshall', on('18:00'), on('20:00'));
  await take('Stoler', on('18:00'), on('19:00'), 60);
  await take('Stoler', on('19:00'), on('20:00'), 60);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const evening = { freeFrom: on('18:00'), freeTo: on('20:00') };
const ALL = ['Bygdehuset', 'Stoler', 'Ærfugl gymsal', 'Ørstad møterom', 'Aasane møterom', 'Åsen idrettshall'];

describe('each filter', () => {
  it.each<[string, object, string[]]>([
    ['nothing: all, by name as Norwegians sort', {}, ALL],
    ['type', { type: 'RESOURCE' }, ['Stoler']],
    ['category with what lies below it', { category: 'idrett' }, ['Ærfugl gymsal', 'Åsen idrettshall']],
    ['category of several', { category: 'selskap' }, ['Bygdehuset', 'Ærfugl gymsal']],
    ['all amenities of several', { amenity: ['garderobe', 'dusj'] }, ['Åsen idrettshall']],
    ['the same amenity twice', { amenity: ['kjokken', 'kjokken'] }, ['Bygdehuset']],
    ['capacity', { capacity: 80 }, ['Bygdehuset', 'Åsen idrettshall']],
    ['municipality', { municipality: '4626' }, ['Bygdehuset']],
    ['distance', { near: '60.39,5.32', within: 1200 }, ['Bygdehuset', 'Åsen idrettshall']],
    ['price of an hour', { maxPrice: 25_000 }, ['Bygdehuset', 'Stoler', 'Ørstad møterom']],
    ['price of a group', { maxPrice: 31_250, pricingGroup: 'youth_organization' }, ALL],
    ['status that is nobody’s to see', { status: 'draft' }, []],
    ['free', evening, ALL.slice(0, 5)],
    ['free for long enough', { ...evening, freeTo: on('21:30'), minDuration: 90 }, ALL],
    ['free for so many', { ...evening, quantity: 40 }, ['Stoler']],
    ['free for more than are left', { ...evening, quantity: 41 }, []],
    [
      'price of a booking',
      { ...evening, maxPrice: 50_000, pricePer: 'booking' },
      ['Bygdehuset', 'Stoler', 'Ørstad møterom'],
    ],
  ])('%s', async (_name, request, expected) => {
    const found = await names(request);
    expect(found).toEqual(expected);
  });

  it('names a category by its id, too', async () => {
    const { data } = await manager.must<CategoryList>(listCategories, {});
    expect(await names({ category: data.find(({ slug }) => slug === 'kultur')?.id })).toEqual([]);
    expect(await names({ category: data.find(({ slug }) => slug === 'idrett')?.id })).toHaveLength(2);
  });

  it('shows only the listings of an organization', async () => {
    expect(await names({ orgId: town.otherOrgId })).toEqual(['Ærfugl gymsal']);
  });
});

describe('two filters together', () => {
  it.each<[string, object, string[]]>([
    ['words and category', { q: 'garderobe', category: 'idrettshall' }, ['Åsen idrettshall']],
    ['words and free', { q: 'idrettshall', ...evening }, []],
    ['words and price', { q: 'møterom', maxPrice: 20_000 }, ['Ørstad møterom']],
    ['words and distance', { q: 'møterom', near: '60.39,5.32', within: 20_000 }, ['Ørstad møterom']],
    ['category and free', { category: 'idrett', ...evening }, ['Ærfugl gymsal']],
    [
      'amenity and municipality',
      { amenity: ['parkering'], municipality: '4601' },
      ['Ørstad møterom', 'Åsen idrettshall'],
    ],
    ['amenity and free', { amenity: ['parkering'], ...evening }, ['Bygdehuset', 'Ørstad møterom']],
    ['capacity and price', { capacity: 15, maxPrice: 40_000 }, ['Bygdehuset', 'Aasane møterom']],
    ['distance and free', { near: '60.39,5.32', within: 1200, ...evening }, ['Bygdehuset']],
    ['type and free', { type: 'RESOURCE', ...evening, quantity: 40 }, ['Stoler']],
  ])('%s', async (_name, request, expected) => {
    expect(await names(request)).toEqual(expected);
  });
});

describe('each order', () => {
  it.each<[string, object, string[]]>([
    [
      'capacity',
      { sort: 'capacity' },
      ['Ørstad møterom', 'Aasane møterom', 'Bygdehuset', 'Åsen idrettshall', 'Stoler', 'Ærfugl gymsal'],
    ],
    [
      '-capacity',
      { sort: '-capacity' },
      ['Åsen idrettshall', 'Bygdehuset', 'Aasane møterom', 'Ørstad møterom', 'Stoler', 'Ærfugl gymsal'],
    ],
    [
      'price',
      { sort: 'price' },
      ['Stoler', 'Ørstad møterom', 'Bygdehuset', 'Aasane møterom', 'Ærfugl gymsal', 'Åsen idrettshall'],
    ],
    [
      '-price',
      { sort: '-price' },
      ['Ærfugl gymsal', 'Åsen idrettshall', 'Aasane møterom', 'Bygdehuset', 'Ørstad møterom', 'Stoler'],
    ],
    [
      'distance',
      { sort: 'distance', near: '60.39,5.32' },
      ['Åsen idrettshall', 'Bygdehuset', 'Ørstad møterom', 'Ærfugl gymsal', 'Stoler', 'Aasane møterom'],
    ],
    [
      'price of a booking',
      { sort: 'price', pricePer: 'booking', ...evening },
      ['Stoler', 'Ørstad møterom', 'Bygdehuset', 'Aasane møterom', 'Ærfugl gymsal'],
    ],
    ['relevance', { q: 'møterom' }, ['Ørstad møterom', 'Aasane møterom']],
    ['words by name', { q: 'parkering', sort: 'name' }, ['Bygdehuset', 'Ørstad møterom', 'Åsen idrettshall']],
  ])('%s, also page by page', async (_name, request, expected) => {
    expect(await names(request)).toEqual(expected);
    const seen: string[] = [];
    for (let cursor: string | null = null, page = 0; page === 0 || cursor; page++) {
      const { data, nextCursor }: ListingPage = await search({ ...request, limit: 2, ...(cursor && { cursor }) });
      seen.push(...data.map(nameOf));
      cursor = nextCursor;
    }
    expect(seen).toEqual(expected);
  });

  it('neither skips nor repeats what was there all the time, whatever is written between two pages', async () => {
    const place = await foundTown(world.platform, { roles: LISTING_ROLES });
    const lister = new Lister(world, place, await arrive(world, place, { role: 'manager', scope: 'tenant' }));
    const hall = (nb: string, capacity: number) =>
      lister.hall({ name: { nb }, capacity, position: { latitude: 60 + capacity / 1000, longitude: 5 } });
    const there: string[] = [];
    for (const [at, letter] of [...'AFCHEBGD'].entries()) there.push(await hall(`Hus ${letter}`, ((at * 37) % 11) + 1));
    const near = { near: '60.39,5.32', sort: 'distance' };
    const readers = [{}, { sort: '-price' }, { sort: 'capacity' }, { q: 'hus' }, near, evening].map((request) => ({
      request,
      seen: [] as string[],
      cursor: undefined as string | null | undefined,
    }));
    for (let page = 0; readers.some(({ cursor }) => cursor !== null); page++) {
      for (const reader of readers.filter(({ cursor }) => cursor !== null)) {
        const cursor = reader.cursor ? { cursor: reader.cursor } : {};
        const answer = await search({ ...reader.request, limit: 3, ...cursor }, place);
        reader.seen.push(...answer.data.map(({ id }) => id));
        reader.cursor = answer.nextCursor;
      }
      for (const nb of ['Hus Aa', 'Hus DD']) await hall(`${nb} ${page}`, ((page * 3) % 11) + 1);
    }
    for (const { seen } of readers) {
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual(expect.arrayContaining(there));
    }
  }, 60_000);
});

describe('what a list shows', () => {
  it('is what somebody who chooses wants to know', async () => {
    const [hall] = (await search({ q: 'Åsen', near: '60.4,5.32', ...evening, freeTo: on('22:00'), minDuration: 60 }))
      .data;
    expect(hall).toMatchObject({
      id: ids.get('Åsen idrettshall'),
      categories: [{ slug: 'idrettshall' }],
      amenities: [{ key: 'dusj' }, { key: 'garderobe' }, { key: 'parkering' }],
      image: null,
      priceFrom: { amount: { amount: 62_500, currency: 'NOK' }, unit: 'hour' },
      distance: 1112,
      free: { startsAt: new Date(on('20:00')).toISOString(), endsAt: new Date(on('21:00')).toISOString() },
    });
  });

  it('shows when each is free next', async () => {
    const { data } = await search({ nextFree: true });
    for (const { free } of data) {
      expect(Date.parse(free?.startsAt ?? '')).toBeGreaterThanOrEqual(Date.now() - 60_000);
      expect(Date.parse(free?.startsAt ?? '')).toBeLessThan(Date.now() + DAY_MS);
    }
    expect((await search()).data.every(({ free }) => free === null)).toBe(true);
  });

  it('counts all matches by type, category with what is below it, and amenity', async () => {
    const { facets, data } = await search({ facets: true, limit: 1, ...evening });
    expect(data).toHaveLength(1);
    expect(facets?.types).toEqual([
      { type: 'SPACE', count: 4 },
      { type: 'RESOURCE', count: 1 },
    ]);
    const categories = Object.fromEntries(facets?.categories.map(({ slug, count }) => [slug, count]) ?? []);
    expect(categories).toMatchObject({ idrett: 1, gymsal: 1, selskap: 2, grendehus: 1, moterom: 1 });
    expect(facets?.amenities[0]).toMatchObject({ key: 'parkering', count: 2 });
    for (const { slug, count } of (await search({ facets: true })).facets?.categories ?? []) {
      expect((await search({ category: slug })).data).toHaveLength(count);
    }
  });

  it('is never older than the last change', async () => {
    const place = await foundTown(world.platform, { roles: LISTING_ROLES });
    const lister = new Lister(world, place, await arrive(world, place, { role: 'manager', scope: 'tenant' }));
    const id = await lister.hall({ name: { nb: 'Hallen' } });
    const shown = async () => (await search({}, place)).data[0];
    expect(await shown()).toMatchObject({ priceFrom: { amount: money(62_500) }, categories: [] });
    await lister.prices(id, hourly(8_000));
    expect(await shown()).toMatchObject({ priceFrom: { amount: money(10_000) } });
    const { data } = await lister.must<CategoryList>(listCategories, {});
    await lister.must(
      putListingCategories,
      { id, categoryIds: [data[0]?.id] },
      { 'if-match': `"${(await shown())?.version}"` },
    );
    expect((await shown())?.categories[0]?.name.nb).toBe('Idrett');
    await world.rows(
      `UPDATE digilist.categories SET name = '{"nb": "Sport", "nn": "Sport", "en": "Sport"}', version = version + 1 WHERE id = $1`,
      [data[0]?.id],
    );
    expect((await shown())?.categories[0]?.name.nb).toBe('Sport');
  });

  it('shows drafts to who may see them, and what is under maintenance to all, but not as free', async () => {
    expect((await search({ status: 'draft' }, town, manager.userId)).data.map(nameOf)).toEqual(['Utkast']);
    const place = await foundTown(world.platform, { roles: LISTING_ROLES });
    const lister = new Lister(world, place, await arrive(world, place, { role: 'manager', scope: 'tenant' }));
    const id = await lister.hall({ name: { nb: 'Hallen' } });
    await world.rows(`UPDATE digilist.listings SET status = 'maintenance', version = version + 1 WHERE id = $1`, [id]);
    expect((await search({}, place)).data).toHaveLength(1);
    expect((await search(evening, place)).data).toHaveLength(0);
  });
});

describe('what is refused', () => {
  it.each<[string, object, string[]]>([
    ['no coordinates', { near: 'Bergen' }, ['VALIDATION_FAILED', 'near MATCHES']],
    ['coordinates off the globe', { near: '91,5' }, ['VALIDATION_FAILED', 'near MATCHES']],
    ['a distance from nowhere', { within: 100 }, ['VALIDATION_FAILED', 'within NEEDS_NEAR']],
    ['an order by distance from nowhere', { sort: 'distance' }, ['VALIDATION_FAILED', 'sort NEEDS_NEAR']],
    ['relevance for nothing', { sort: 'relevance' }, ['VALIDATION_FAILED', 'sort NEEDS_WORDS']],
    ['a time without an end', { freeFrom: on('18:00') }, ['VALIDATION_FAILED', 'freeTo NEEDED']],
    ['a duration without a time', { minDuration: 60 }, ['VALIDATION_FAILED', 'minDuration NEEDS_TIME']],
    ['the price of no booking', { pricePer: 'booking' }, ['VALIDATION_FAILED', 'pricePer NEEDS_TIME']],
    [
      'a time that ends before it begins',
      { freeFrom: on('18:00'), freeTo: on('17:00') },
      ['INVALID_INTERVAL', 'freeTo NOT_AFTER_START'],
    ],
    ['an unknown category', { category: 'finnes-ikke' }, ['CATEGORY_UNKNOWN']],
    ['an unknown amenity', { amenity: ['dusj', 'finnes-ikke'] }, ['AMENITY_UNKNOWN']],
    ['an unknown group', { pricingGroup: 'royals' }, ['PRICING_GROUP_UNKNOWN']],
    ['a cursor of another list', { cursor: 'nonsense' }, ['VALIDATION_FAILED', 'cursor CURSOR']],
  ])('%s', async (_name, request, expected) => {
    expect(await refusal(request)).toEqual(expected);
  });
});
