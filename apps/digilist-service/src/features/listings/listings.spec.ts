import {
  archiveListing,
  createListing,
  createZone,
  getAvailabilityRules,
  getListing,
  type Listing,
  type ListingPage,
  listListings,
  listListingTypes,
  listZones,
  publishListing,
  putAvailabilityRules,
  startMaintenance,
  updateListing,
  type Zone,
} from '@digilist/contracts';
import { eventually, stopPostgres } from '@kit/testing';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { foundTown, foundUnheard, type Town } from '../../platform/testing/platform-stand-in.js';
import { DigilistWorld } from '../../testing/digilist-world.js';
import { arrive, LISTING_ROLES, Lister } from '../../testing/lister.js';
import { BlocksModule } from '../blocks/index.js';
import { BookingsModule } from '../bookings/index.js';
import { PricingModule } from '../pricing/index.js';
import { RulesModule } from '../rules/index.js';
import { SearchModule } from '../search/index.js';
import { ListingsModule } from './index.js';

let world: DigilistWorld;
let town: Town;
let manager: Lister;

beforeAll(async () => {
  world = await DigilistWorld.open();
  await world.start([ListingsModule, RulesModule, PricingModule, BookingsModule, BlocksModule, SearchModule]);
  town = await foundTown(world.platform, { roles: LISTING_ROLES });
  manager = new Lister(world, town, await arrive(world, town, { role: 'manager', scope: 'tenant' }));
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const anonymous = (operation: unknown, request: object, of = town) =>
  world.call(operation, of, null, request, { 'x-tenant': of.slug });
const outboxOf = (id: string) =>
  world.rows<{ subject: string; payload: string }>(
    `SELECT subject, payload FROM digilist.outbox WHERE payload LIKE $1 ORDER BY pos`,
    [`%${id}%`],
  );

describe('a listing', () => {
  it('is created as a draft with a zone of its own, an event and an audit record', async () => {
    const { id, version } = await manager.listing({ capacity: 120, description: { nb: 'Tre baner' } });
    expect(version).toBe(1);
    const { data } = await manager.must<{ data: Zone[] }>(listZones, { id });
    expect(data).toMatchObject([{ implicit: true, kind: 'leaf', capacity: 120, atomIds: [expect.any(String)] }]);
    const subjects = (await outboxOf(id)).map((row) => row.subject);
    expect(subjects).toEqual([
      `digilist.evt.${town.tenantId}.listing.${id}.created.v1`,
      `digilist.audit.${town.tenantId}`,
    ]);
  });

  it('is created for an organization that DIGILIST has not heard of yet, also under an idempotency key', async () => {
    const orgId = foundUnheard(world.platform, town);
    const request = { orgId, type: 'SPACE', bookingModel: 'TIME_RANGE', name: { nb: 'Nybygg' } };
    const key = { 'idempotency-key': uuidv7() };
    const { id } = await manager.must<Listing>(createListing, request, key);
    expect(await manager.must<Listing>(createListing, request, key)).toMatchObject({ id, orgId });
  });

  it('has Bokmål where a language is missing', async () => {
    const { id } = await manager.listing({ name: { nb: 'Rådhussalen', en: 'Town Hall' } });
    const listing = await manager.must<Listing>(getListing, { id });
    expect(listing.name).toEqual({ nb: 'Rådhussalen', nn: 'Rådhussalen', en: 'Town Hall' });
  });

  it.each([
    ['a model its type does not have', { bookingModel: 'QUANTITY' }, 'LISTING_INVALID_TYPE'],
    ['a stock where nothing is counted', { stock: 3 }, 'LISTING_INVALID_TYPE'],
    ['the model SLOT without a length', { bookingModel: 'SLOT' }, 'VALIDATION_FAILED'],
    ['a zone that no clock has', { timezone: 'Europe/Storevik' }, 'VALIDATION_FAILED'],
    ['an organization that does not exist', { orgId: uuidv7() }, 'ORGANIZATION_UNKNOWN'],
    ['a property nobody knows', { colour: 'red' }, 'VALIDATION_FAILED'],
    ['a postal code of letters', { address: { street: 'x', postalCode: 'abcd', city: 'x' } }, 'VALIDATION_FAILED'],
    ['a municipality number of letters', { municipalityCode: 'abcd' }, 'VALIDATION_FAILED'],
    ['half a character in its name', { name: { nb: 'Hall \ud800' } }, 'VALIDATION_FAILED'],
    ['a workflow that does not exist', { approvalWorkflowId: uuidv7() }, 'WORKFLOW_UNKNOWN'],
  ])('is refused with %s, and leaves nothing', async (_, more, code) => {
    const before = await world.rows('SELECT count(*) FROM digilist.listings');
    const request = { orgId: town.orgId, type: 'SPACE', bookingModel: 'TIME_RANGE', name: { nb: 'x' }, ...more };
    expect((await manager.call(createListing, request)).code).toBe(code);
    expect(await world.rows('SELECT count(*) FROM digilist.listings')).toEqual(before);
  });

  it('is changed by whoever has read its present version, and only in what is named', async () => {
    const { id } = await manager.listing({ capacity: 50, description: { nb: 'Før' } });
    const changed = await manager.must<Listing>(
      updateListing,
      { id, capacity: 60, address: null },
      { 'if-match': '"1"' },
    );
    expect(changed).toMatchObject({ version: 2, capacity: 60, description: { nb: 'Før' }, address: null });
    expect((await manager.call(updateListing, { id, capacity: 70 }, { 'if-match': '"1"' })).code).toBe('STALE_VERSION');
    expect((await manager.call(updateListing, { id, capacity: 70 })).code).toBe('PRECONDITION_REQUIRED');
  });

  it('names a workflow of its own organization, of one above it, or none', async () => {
    const workflow = async (orgId: string, listingId: string | null = null) => {
      const id = uuidv7();
      await world.rows(
        `INSERT INTO digilist.approval_workflows (tenant_id, org_id, id, listing_id, name, steps, created_by, updated_by)
         VALUES ($1, $2, $3, $4, '{}', '[]', $3, $3)`,
        [town.tenantId, orgId, id, listingId],
      );
      return id;
    };
    const { id } = await manager.listing({ orgId: town.subOrgId });
    const sibling = await manager.listing({ orgId: town.subOrgId });
    const change = async (approvalWorkflowId: string | null) => {
      const { version } = await manager.must<Listing>(getListing, { id });
      return manager.call(updateListing, { id, approvalWorkflowId }, { 'if-match': `"${version}"` });
    };
    for (const named of [await workflow(town.subOrgId), await workflow(town.orgId), null])
      expect((await change(named)).body).toMatchObject({ approvalWorkflowId: named });
    for (const named of [await workflow(town.otherOrgId), await workflow(town.subOrgId, sibling.id), uuidv7()])
      expect((await change(named)).code).toBe('WORKFLOW_UNKNOWN');
  });

  it('keeps its type and its model for life', async () => {
    const { id } = await manager.listing();
    expect((await manager.call(updateListing, { id, type: 'EVENT' }, { 'if-match': '"1"' })).code).toBe(
      'LISTING_INVALID_TYPE',
    );
    expect((await manager.must<Listing>(updateListing, { id, type: 'SPACE' }, { 'if-match': '"1"' })).version).toBe(2);
  });

  it('is published when it has opening hours and a price, and says what is missing until then', async () => {
    const { id } = await manager.listing();
    const refused = await manager.call(publishListing, { id });
    expect(refused.body).toMatchObject({ code: 'LISTING_NOT_READY', details: { missing: ['OPENING_HOURS', 'PRICE'] } });
    await manager.opening(id, [{ kind: 'weekly', opens: '08:00', closes: '22:00' }]);
    await manager.prices(id, [{ name: { nb: 'Pris' }, unit: 'hour', amount: { amount: 1, currency: 'NOK' } }]);
    expect(await manager.must(publishListing, { id })).toMatchObject({
      status: 'published',
      version: 4,
      publishedAt: expect.any(String),
    });
    expect((await manager.call(publishListing, { id })).code).toBe('LISTING_INVALID_STATE');
    expect((await manager.call(archiveListing, { id }, { 'if-match': '"3"' })).code).toBe('STALE_VERSION');
  });

  it('goes under maintenance and back, and once archived it is never changed again', async () => {
    const id = await manager.hall();
    await manager.must(startMaintenance, { id });
    await manager.must(publishListing, { id });
    const { version } = await manager.must<Listing>(archiveListing, { id });
    for (const operation of [publishListing, startMaintenance, archiveListing]) {
      expect((await manager.call(operation, { id })).code).toBe('LISTING_INVALID_STATE');
    }
    expect((await manager.call(updateListing, { id, capacity: 1 }, { 'if-match': `"${version}"` })).code).toBe(
      'LISTING_INVALID_STATE',
    );
  });
});

describe('who sees and changes a listing', () => {
  it('a visitor sees it once it is published, and before that it answers like one that does not exist', async () => {
    const { id } = await manager.listing();
    const [draft, random] = await Promise.all([anonymous(getListing, { id }), anonymous(getListing, { id: uuidv7() })]);
    expect(draft.body).toEqual(random.body);
    expect(draft.code).toBe('NOT_FOUND');
    const published = await manager.hall();
    expect((await anonymous(getListing, { id: published })).ok).toBe(true);
    expect((await anonymous(listZones, { id })).code).toBe('NOT_FOUND');
    expect((await anonymous(getAvailabilityRules, { id })).code).toBe('NOT_FOUND');
  });

  it('another tenant never sees it', async () => {
    const id = await manager.hall();
    const elsewhere = await foundTown(world.platform, { roles: LISTING_ROLES });
    const stranger = new Lister(world, elsewhere, await arrive(world, elsewhere, { role: 'manager', scope: 'tenant' }));
    expect((await anonymous(getListing, { id }, elsewhere)).code).toBe('NOT_FOUND');
    expect((await stranger.call(getListing, { id })).code).toBe('NOT_FOUND');
    expect((await stranger.call(updateListing, { id, capacity: 1 }, { 'if-match': '"5"' })).code).toBe('NOT_FOUND');
    expect((await stranger.must<ListingPage>(listListings, {})).data).toEqual([]);
  });

  it('a manager of one organization changes its listings and those below it, and no others', async () => {
    const userId = await arrive(world, town, { role: 'manager', scope: 'org', orgId: town.orgId });
    const culture = new Lister(world, town, userId);
    const own = await culture.listing({ orgId: town.subOrgId });
    expect(own.version).toBe(1);
    expect(
      (
        await culture.call(createListing, {
          orgId: town.otherOrgId,
          type: 'SPACE',
          bookingModel: 'TIME_RANGE',
          name: { nb: 'x' },
        })
      ).code,
    ).toBe('FORBIDDEN');
    const other = await manager.listing({ orgId: town.otherOrgId });
    for (const [operation, request] of [
      [updateListing, { capacity: 1 }],
      [putAvailabilityRules, { rules: [] }],
      [publishListing, {}],
      [createZone, { name: { nb: 'x' } }],
    ] as const) {
      expect((await culture.call(operation, { id: other.id, ...request }, { 'if-match': '"1"' })).code).toBe(
        'FORBIDDEN',
      );
    }
    expect((await culture.call(getListing, { id: other.id })).code).toBe('NOT_FOUND');
    const listed = await culture.must<ListingPage>(listListings, { status: 'draft', limit: 200 });
    expect(listed.data.some(({ id }) => id === own.id)).toBe(true);
    expect(listed.data.some(({ orgId }) => orgId === town.otherOrgId)).toBe(false);
  });

  it('a resident changes none', async () => {
    const resident = new Lister(world, town, await arrive(world, town, { role: 'resident', scope: 'user' }));
    expect(
      (
        await resident.call(createListing, {
          orgId: town.orgId,
          type: 'SPACE',
          bookingModel: 'TIME_RANGE',
          name: { nb: 'x' },
        })
      ).code,
    ).toBe('FORBIDDEN');
  });
});

describe('listing types', () => {
  it('names the types with the models that each allows', async () => {
    const { body } = await anonymous(listListingTypes, {});
    expect(body.data).toHaveLength(6);
    expect(body.data).toContainEqual(expect.objectContaining({ key: 'VEHICLE', models: ['TIME_RANGE', 'ALL_DAY'] }));
  });
});

describe('zones', () => {
  it('a hall of three thirds with two halves and the whole: each occupies the atoms of its parts', async () => {
    const { id } = await manager.listing();
    const thirds = [await manager.zone(id, 'A'), await manager.zone(id, 'B'), await manager.zone(id, 'C')];
    const [a, b, c] = thirds.map((zone) => zone.id) as [string, string, string];
    const left = await manager.zone(id, 'Venstre', [a, b]);
    const whole = await manager.zone(id, 'Hele', [left.id, c]);
    expect(whole.atomIds).toEqual(thirds.flatMap((zone) => zone.atomIds).sort());
    const { data } = await manager.must<{ data: Zone[] }>(listZones, { id });
    expect(data.map(({ name, kind, implicit }) => [name.nb, kind, implicit])).toEqual([
      ['A', 'leaf', false],
      ['B', 'leaf', false],
      ['C', 'leaf', false],
      ['Venstre', 'composite', false],
      ['Hele', 'composite', false],
    ]);
    const [row] = await world.rows<{ version: number }>('SELECT version FROM digilist.listings WHERE id = $1', [id]);
    expect(row?.version).toBe(6);
  });

  it('of another listing cannot be part of it', async () => {
    const [{ id }, other] = [await manager.listing(), await manager.listing()];
    const foreign = await manager.zone(other.id, 'X');
    const own = await manager.zone(id, 'A');
    const refused = await manager.call(createZone, { id, name: { nb: 'Y' }, partIds: [own.id, foreign.id] });
    expect(refused.body).toMatchObject({
      code: 'ZONE_INVALID',
      details: { problems: [{ code: 'FOREIGN', partId: foreign.id }] },
    });
  });

  it('cannot be added once the listing is booked as a whole', async () => {
    const id = await manager.hall();
    await world.rows(
      `INSERT INTO digilist.allocations (tenant_id, atom_id, atom_number, kind, during, created_by, updated_by)
       SELECT tenant_id, id, number, 'BLOCK', tstzrange(now() + interval '1 day', now() + interval '2 days'), created_by, created_by
       FROM digilist.atoms WHERE listing_id = $1`,
      [id],
    );
    expect((await manager.call(createZone, { id, name: { nb: 'A' } })).code).toBe('LISTING_HAS_BOOKINGS');
  });

  it('wait for a booking of the whole that is on its way, and are refused when it arrives', async () => {
    const id = await manager.hall();
    const booker = new pg.Client({ connectionString: world.database.urls.app });
    await booker.connect();
    try {
      await booker.query(`BEGIN; SELECT set_config('app.tenant_id', '${town.tenantId}', true)`);
      await booker.query('SELECT FROM digilist.zones WHERE listing_id = $1 FOR KEY SHARE', [id]);
      await booker.query(
        `INSERT INTO digilist.allocations (tenant_id, atom_id, atom_number, kind, during, created_by, updated_by)
         SELECT tenant_id, id, number, 'BLOCK', tstzrange(now() + interval '1 day', now() + interval '2 days'), created_by, created_by
         FROM digilist.atoms WHERE listing_id = $1`,
        [id],
      );
      const zone = manager.call(createZone, { id, name: { nb: 'A' } });
      await eventually(async () => {
        const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
        expect(await world.rows(waiting)).toHaveLength(1);
      });
      await booker.query('COMMIT');
      expect((await zone).code).toBe('LISTING_HAS_BOOKINGS');
    } finally {
      await booker.end();
    }
  });

  it('cannot divide what is counted', async () => {
    const { id } = await manager.listing({ type: 'RESOURCE', bookingModel: 'QUANTITY', stock: 10 });
    expect((await manager.call(createZone, { id, name: { nb: 'A' } })).code).toBe('ZONE_INVALID');
    expect(await world.rows('SELECT exclusive, stock FROM digilist.atoms WHERE listing_id = $1', [id])).toEqual([
      { exclusive: false, stock: 10 },
    ]);
  });

  it('twenty at once become twenty, each with its version of the listing', async () => {
    const { id } = await manager.listing();
    const made = await Promise.all(Array.from({ length: 20 }, (_, at) => manager.zone(id, `Bane ${at}`)));
    expect(new Set(made.flatMap((zone) => zone.atomIds)).size).toBe(20);
    const [row] = await world.rows<{ version: number }>('SELECT version FROM digilist.listings WHERE id = $1', [id]);
    expect(row?.version).toBe(21);
  });
});
