import { type FreeZonePage, searchAvailability } from '@digilist/contracts';
import { stopPostgres } from '@kit/testing';
import { foundTown, type Town } from '../../platform/testing/platform-stand-in.js';
import { DigilistWorld } from '../../testing/digilist-world.js';
import { arrive, LISTING_ROLES, Lister } from '../../testing/lister.js';
import { ListingsModule } from '../listings/index.js';
import { PricingModule } from '../pricing/index.js';
import { RulesModule } from '../rules/index.js';
import { SearchModule } from './index.js';

const DAY_MS = 86_400_000;
/** A Tuesday in winter: far from any change of the clock. */
const TUESDAY = (() => {
  const day = new Date(Date.UTC(new Date().getUTCFullYear() + 1, 0, 15));
  while (day.getUTCDay() !== 2) day.setTime(day.getTime() + DAY_MS);
  return day.toISOString().slice(0, 10);
})();
const on = (time: string) => `${TUESDAY}T${time}:00+01:00`;
const window = { from: on('18:00'), to: on('20:00') };

let world: DigilistWorld;
let town: Town;

beforeAll(async () => {
  world = await DigilistWorld.open();
  await world.start([ListingsModule, RulesModule, PricingModule, SearchModule]);
  town = await foundTown(world.platform, { roles: LISTING_ROLES });
  const lister = new Lister(world, town, await arrive(world, town, { role: 'manager', scope: 'tenant' }));
  const at = (latitude: number) => ({ position: { latitude, longitude: 5 } });
  const hall = await lister.hall({ name: { nb: 'Arenaen' }, capacity: 200, ...at(60) });
  const [a, b] = [await lister.zone(hall, 'A'), await lister.zone(hall, 'B')];
  await lister.zone(hall, 'Hele', [a.id, b.id]);
  const room = await lister.hall({ name: { nb: 'Møterommet' }, capacity: 12, ...at(60.01) });
  await lister.prices(room, [{ name: { nb: 'Timepris' }, unit: 'hour', amount: { amount: 10_000, currency: 'NOK' } }]);
  await world.rows(
    `INSERT INTO digilist.allocations (tenant_id, atom_id, atom_number, kind, during, created_by, updated_by)
     SELECT t.tenant_id, t.id, t.number, 'BLOCK', tstzrange($2, $3), t.created_by, t.created_by
     FROM digilist.atoms t WHERE t.id = ANY ($1)`,
    [a.atomIds, on('18:30'), on('19:00')],
  );
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

async function search(request: object): Promise<FreeZonePage> {
  const extra = { 'x-tenant': town.slug };
  const { body, ok } = await world.call(searchAvailability, town, null, { ...window, ...request }, extra);
  if (!ok) throw new Error(JSON.stringify(body));
  return body as unknown as FreeZonePage;
}
const shown = async (request: object = {}) =>
  (await search(request)).data.map((zone) => `${zone.listingName.nb}/${zone.zoneName.nb} ${zone.price?.amount}`);

describe('the search for a free time', () => {
  it.each<[string, object, string[]]>([
    ['all the time', {}, ['Arenaen/B 125000', 'Møterommet/Møterommet 25000']],
    [
      'for long enough',
      { minDuration: 60 },
      ['Arenaen/A 62500', 'Arenaen/B 62500', 'Arenaen/Hele 62500', 'Møterommet/Møterommet 12500'],
    ],
    ['for a group', { pricingGroup: 'youth_organization' }, ['Arenaen/B 62500', 'Møterommet/Møterommet 12500']],
    ['for so many people', { capacity: 100 }, ['Arenaen/B 125000']],
    ['of a type', { type: 'EVENT' }, []],
    ['by words', { q: 'møterom' }, ['Møterommet/Møterommet 25000']],
    ['for no more than', { maxPrice: 50_000 }, ['Møterommet/Møterommet 25000']],
    ['nearby', { near: '60,5', within: 500 }, ['Arenaen/B 125000']],
    ['by price', { sort: 'price' }, ['Møterommet/Møterommet 25000', 'Arenaen/B 125000']],
    ['by distance', { near: '60.01,5', sort: 'distance' }, ['Møterommet/Møterommet 25000', 'Arenaen/B 125000']],
    ['of more than there are', { quantity: 2 }, []],
  ])('%s', async (_name, request, expected) => {
    expect(await shown(request)).toEqual(expected);
  });

  it.each([
    ['name', ['A', 'B', 'Hele', 'Møterommet']],
    ['price', ['Møterommet', 'A', 'B', 'Hele']],
    ['-price', ['A', 'B', 'Hele', 'Møterommet']],
    ['-capacity', ['A', 'B', 'Hele', 'Møterommet']],
  ])('by %s, zone by zone, without gap or repetition', async (sort, expected) => {
    const seen: string[] = [];
    for (let cursor: string | null = null, page = 0; page === 0 || cursor; page++) {
      const { data, nextCursor }: FreeZonePage = await search({
        sort,
        minDuration: 60,
        limit: 1,
        ...(cursor && { cursor }),
      });
      seen.push(...data.map((zone) => zone.zoneName.nb));
      cursor = nextCursor;
    }
    expect(seen).toEqual(expected);
  });

  it.each<[object, string]>([
    [{ pricingGroup: 'royals' }, 'PRICING_GROUP_UNKNOWN'],
    [{ category: 'finnes-ikke' }, 'CATEGORY_UNKNOWN'],
    [{ amenity: ['finnes-ikke'] }, 'AMENITY_UNKNOWN'],
    [{ to: on('17:00') }, 'INVALID_INTERVAL'],
    [{ within: 100 }, 'VALIDATION_FAILED'],
  ])('refuses %j', async (request, code) => {
    const extra = { 'x-tenant': town.slug };
    expect((await world.call(searchAvailability, town, null, { ...window, ...request }, extra)).code).toBe(code);
  });
});
