import {
  type AmenityList,
  type CategoryList,
  type CreateListing,
  createListing,
  type ListingPage,
  listAmenities,
  listCategories,
  listListings,
  putListingAmenities,
  putListingCategories,
  updateAmenity,
  updateCategory,
  updateListing,
} from '@digilist/contracts';
import { stopPostgres } from '@kit/testing';
import fc from 'fast-check';
import { brokenInvariants } from '../../database/invariants.js';
import { foundTown, type Town } from '../../platform/testing/platform-stand-in.js';
import { DigilistWorld } from '../../testing/digilist-world.js';
import { arrive, LISTING_ROLES, Lister } from '../../testing/lister.js';
import { CatalogueModule } from '../catalogue/index.js';
import { ListingsModule } from '../listings/index.js';
import { SearchModule } from './index.js';

const ROLES = {
  ...LISTING_ROLES,
  manager: [...LISTING_ROLES.manager, 'digilist.category.update', 'digilist.amenity.update'],
};

type Row = readonly [
  name: CreateListing['name'],
  category: string,
  more?: { amenities?: string[]; city?: string; street?: string; description?: CreateListing['description'] },
];

/** A small municipality. */
const CORPUS: readonly Row[] = [
  [{ nb: 'Fjordhallen', en: 'Fjord Hall' }, 'idrettshall', { amenities: ['garderobe', 'dusj'], city: 'Fjordvik' }],
  [{ nb: 'Storevik idrettshall' }, 'idrettshall', { amenities: ['garderobe', 'tribune'], city: 'Storevik' }],
  [{ nb: 'Hallingdal møterom' }, 'moterom', { amenities: ['projektor'] }],
  [{ nb: 'Rådhuset møterom 2' }, 'moterom', { amenities: ['projektor', 'horselslynge'], street: 'Torggata 4' }],
  [{ nb: 'Rådhuset møterom 10' }, 'moterom', { amenities: ['projektor'], street: 'Torggata 4' }],
  [{ nb: 'Vikane svømmehall', nn: 'Vikane symjehall', en: 'Vikane swimming pool' }, 'svommehall'],
  [{ nb: 'Kulturskolen øvingsrom' }, 'ovingsrom', { amenities: ['piano', 'kjokken'] }],
  [{ nb: 'Ålesund bibliotek' }, 'auditorium', { description: { nb: 'Stille rom med lesesal og kaffemaskin.' } }],
  [{ nb: 'Ærfuglen grendehus' }, 'grendehus', { amenities: ['kjokken'], description: { nb: 'Egnet til bryllup.' } }],
  [{ nb: 'Østre gymsal' }, 'gymsal'],
  [{ nb: 'Zinken ballbinge' }, 'fotballbane'],
  [{ nb: 'Kajakk' }, 'sportsutstyr', { description: { nb: 'Leies ved bryggen på Storevik.' } }],
  [{ nb: 'Lekeland', en: 'Playground' }, 'uteomrade'],
  [{ nb: 'På hjørnet' }, 'selskapslokale'],
];

let world: DigilistWorld;
let town: Town;
let manager: Lister;
const ids = new Map<string, string>();

const versionOf = async (id: string) =>
  (await world.rows<{ version: number }>('SELECT version FROM digilist.listings WHERE id = $1', [id]))[0]?.version;
const ifMatch = async (id: string) => ({ 'if-match': `"${await versionOf(id)}"` });
const publish = (id: string) => world.rows(`UPDATE digilist.listings SET status = 'published' WHERE id = $1`, [id]);

beforeAll(async () => {
  world = await DigilistWorld.open();
  await world.start([ListingsModule, CatalogueModule, SearchModule]);
  town = await foundTown(world.platform, { roles: ROLES });
  manager = new Lister(world, town, await arrive(world, town, { role: 'manager', scope: 'tenant' }));
  const categories = await manager.must<CategoryList>(listCategories, {});
  const amenities = await manager.must<AmenityList>(listAmenities, {});
  for (const [name, category, { amenities: keys = [], city, street, description } = {}] of CORPUS) {
    const { id } = await manager.must<{ id: string }>(createListing, {
      orgId: town.orgId,
      type: 'SPACE',
      bookingModel: 'TIME_RANGE',
      name,
      ...(description && { description }),
      ...((city ?? street) && { address: { street: street ?? '', postalCode: '5003', city: city ?? 'Fjordvik' } }),
    });
    ids.set(name.nb, id);
    const categoryIds = categories.data.filter(({ slug }) => slug === category).map((each) => each.id);
    expect(categoryIds).toHaveLength(1);
    await manager.must(putListingCategories, { id, categoryIds }, await ifMatch(id));
    const amenityIds = amenities.data.filter(({ key }) => keys.includes(key)).map((each) => each.id);
    await manager.must(putListingAmenities, { id, amenityIds }, await ifMatch(id));
    await publish(id);
  }
});
afterAll(async () => {
  expect(await brokenInvariants((text) => world.rows(text))).toEqual([]);
  await world?.close();
  await stopPostgres();
});

async function found(q: string, more: object = {}): Promise<string[]> {
  const reply = await world.call(listListings, town, null, { q, limit: 200, ...more }, { 'x-tenant': town.slug });
  if (!reply.ok) throw new Error(JSON.stringify(reply.body));
  return (reply.body as unknown as ListingPage).data.map(({ name }) => name.nb);
}

describe('words', () => {
  it.each([
    // The name first, then what is a part of a name, then the category.
    ['hall', ['Fjordhallen', 'Hallingdal møterom', 'Storevik idrettshall', 'Vikane svømmehall']],
    ['idrettshall', ['Storevik idrettshall', 'Fjordhallen']],
    ['idrettshaller', ['Storevik idrettshall', 'Fjordhallen']],
    ['møterommet', ['Hallingdal møterom', 'Rådhuset møterom 10', 'Rådhuset møterom 2']],
    ['rådhuset 10', ['Rådhuset møterom 10']],
    // Categories and those above them, amenities, addresses, descriptions.
    ['idrett', ['Storevik idrettshall', 'Fjordhallen', 'Vikane svømmehall', 'Zinken ballbinge', 'Østre gymsal']],
    ['hørselslynge', ['Rådhuset møterom 2']],
    ['torggata', ['Rådhuset møterom 10', 'Rådhuset møterom 2']],
    ['storevik', ['Storevik idrettshall', 'Kajakk']],
    ['bryllup', ['Ærfuglen grendehus']],
    ['lesesal', ['Ålesund bibliotek']],
    // All of the words, wherever they stand.
    ['møterom hørselslynge', ['Rådhuset møterom 2']],
    ['kjøkken piano', ['Kulturskolen øvingsrom']],
    ['møterom på rådhuset', ['Rådhuset møterom 10', 'Rådhuset møterom 2']],
    ['bryllup svømmehall', []],
    // The last word may still be on its way.
    ['biblio', ['Ålesund bibliotek']],
    ['rådhuset mø', ['Rådhuset møterom 10', 'Rådhuset møterom 2']],
    ['bryll', ['Ærfuglen grendehus']],
    // Compounds, also torn apart as they should not be.
    ['idretts hall', ['Storevik idrettshall', 'Fjordhallen', 'Vikane svømmehall']],
    ['binge', ['Zinken ballbinge']],
    // A word that says nothing is all that there is.
    ['på', ['På hjørnet']],
    ['100%_', []],
    ['!!!', []],
  ])('%s', async (q, expected) => {
    expect(await found(q)).toEqual(expected);
  });
});

describe('languages', () => {
  it.each([
    ['symjehall', ['Vikane svømmehall']],
    ['swimming', ['Vikane svømmehall']],
    ['pools', ['Vikane svømmehall']],
    ['playgrounds', ['Lekeland']],
    ['meeting rooms', ['Hallingdal møterom', 'Rådhuset møterom 10', 'Rådhuset møterom 2', 'Ålesund bibliotek']],
    ['kitchen', ['Kulturskolen øvingsrom', 'Ærfuglen grendehus']],
  ])('%s', async (q, expected) => {
    expect(await found(q)).toEqual(expected);
  });
});

describe('what is not written as it should be', () => {
  it.each([
    ['idretshall', 'Storevik idrettshall'],
    ['idretsahll', 'Storevik idrettshall'],
    ['møtrom', 'Hallingdal møterom'],
    ['svømmehel', 'Vikane svømmehall'],
    ['svømehall', 'Vikane svømmehall'],
    ['svommehall', 'Vikane svømmehall'],
    ['svoemmehall', 'Vikane svømmehall'],
    ['AALESUND', 'Ålesund bibliotek'],
    ['alesund bibliotk', 'Ålesund bibliotek'],
    ['aerfuglen', 'Ærfuglen grendehus'],
    ['ostre gymsal', 'Østre gymsal'],
    ['kajak', 'Kajakk'],
    ['kulturskoln', 'Kulturskolen øvingsrom'],
    ['grendhus', 'Ærfuglen grendehus'],
    ['horselsslynge', 'Rådhuset møterom 2'],
  ])('%s finds %s', async (q, expected) => {
    expect((await found(q))[0]).toBe(expected);
  });

  it('is not guessed where a listing has the very word', async () => {
    expect(await found('kajakk')).toEqual(['Kajakk']);
  });
});

describe('what is found', () => {
  it('follows every change of the listing and of the catalogue', async () => {
    const id = ids.get('Lekeland') as string;
    await manager.must(updateListing, { id, name: { nb: 'Trampolinen' } }, await ifMatch(id));
    expect(await found('trampoline')).toEqual(['Trampolinen']);
    expect(await found('lekeland')).toEqual([]);

    const { data } = await manager.must<CategoryList>(listCategories, {});
    const outdoor = data.find(({ slug }) => slug === 'uteomrade');
    const change = async (operation: unknown, row: { id: string; version: number } | undefined, request: object) =>
      manager.must<{ id: string; version: number }>(
        operation,
        { id: row?.id, ...request },
        { 'if-match': `"${row?.version}"` },
      );
    const renamed = await change(updateCategory, outdoor, { name: { nb: 'Friluftsliv' } });
    expect(await found('friluftsliv')).toEqual(['Trampolinen']);
    const retired = await change(updateCategory, renamed, { status: 'retired' });
    expect(await found('friluftsliv')).toEqual([]);
    await change(updateCategory, retired, {
      status: 'active',
      parentId: data.find(({ slug }) => slug === 'idrett')?.id,
    });
    expect(await found('idrett')).toContain('Trampolinen');

    const amenities = await manager.must<AmenityList>(listAmenities, {});
    await change(
      updateAmenity,
      amenities.data.find(({ key }) => key === 'piano'),
      { name: { nb: 'Flygel' } },
    );
    expect(await found('flygel')).toEqual(['Kulturskolen øvingsrom']);
  });

  it('is only what the caller may see', async () => {
    const { id } = await manager.listing({ name: { nb: 'Hemmelig bunker' } });
    expect(await found('bunker')).toEqual([]);
    const page = await manager.must<ListingPage>(listListings, { q: 'bunker' });
    expect(page.data.map((each) => each.id)).toEqual([id]);
  });
});

it('every published listing is found by each word of its own name', async () => {
  const word = fc
    .string({ unit: fc.constantFrom(..."abdefghijklmnoprstuvyæøåéüß0123456789-/&.' "), minLength: 1, maxLength: 12 })
    .filter((text) => /[\p{L}\p{N}]/u.test(text));
  const names = fc.sample(fc.array(word, { minLength: 1, maxLength: 4 }), { numRuns: 60, seed: 20261122 });
  const stops = ['og', 'på', 'vår', 'the', 'and', 'i', 'et', 'ikke'];
  const elsewhere = await foundTown(world.platform, { roles: ROLES });
  const lister = new Lister(world, elsewhere, await arrive(world, elsewhere, { role: 'manager', scope: 'tenant' }));
  const all = [...names.map((parts) => parts.join(' ').trim()), ...stops.map((stop) => `${stop} huset`), 'Vår', 'IT'];
  const made = await Promise.all(
    all.map(async (nb) => {
      const { id } = await lister.listing({ orgId: elsewhere.orgId, name: { nb } });
      await publish(id);
      return { id, nb };
    }),
  );
  const missed: string[] = [];
  for (const { id, nb } of made) {
    for (const each of nb.split(/\s+/).filter((text) => /[\p{L}\p{N}]/u.test(text))) {
      const page = await world.call(
        listListings,
        elsewhere,
        null,
        { q: each, limit: 200 },
        { 'x-tenant': elsewhere.slug },
      );
      const { data } = page.body as unknown as ListingPage;
      if (!data?.some((listing) => listing.id === id)) missed.push(`${nb} by ${each}`);
    }
  }
  expect(missed).toEqual([]);
});
