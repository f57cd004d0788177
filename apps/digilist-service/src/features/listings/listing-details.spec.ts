import {
  BOOKING_MODELS,
  createListing,
  getListing,
  LISTING_TYPES,
  type Listing,
  type ListingType,
  listListingTypes,
  updateListing,
  updateListingType,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { foundTown, type Town } from '../../platform/testing/platform-stand-in.js';
import { DigilistWorld } from '../../testing/digilist-world.js';
import { arrive, LISTING_ROLES, Lister } from '../../testing/lister.js';
import { ListingsModule } from './index.js';

let world: DigilistWorld;
let town: Town;
let manager: Lister;
let types: ListingType[];

beforeAll(async () => {
  world = await DigilistWorld.open();
  await world.start([ListingsModule]);
  const roles = { ...LISTING_ROLES, administrator: ['digilist.*.*'] };
  town = await foundTown(world.platform, { roles });
  manager = new Lister(world, town, await arrive(world, town, { role: 'administrator', scope: 'tenant' }));
  types = (await manager.must<{ data: ListingType[] }>(listListingTypes, {})).data;
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const pairs = LISTING_TYPES.flatMap((type) => BOOKING_MODELS.map((bookingModel) => [type, bookingModel] as const));
const create = (more: object) =>
  manager.call(createListing, {
    orgId: town.orgId,
    type: 'SPACE',
    bookingModel: 'TIME_RANGE',
    name: { nb: 'Salen' },
    ...more,
  });

describe('six types and six models', () => {
  it.each(pairs)('a %s is booked as %s exactly when the type allows it, and stays both', async (type, bookingModel) => {
    const allowed = types.find(({ key }) => key === type)?.models.includes(bookingModel) === true;
    const reply = await create({ type, bookingModel, ...(bookingModel === 'SLOT' && { slotMinutes: 60 }) });
    expect(reply.ok ? 'created' : reply.code).toBe(allowed ? 'created' : 'LISTING_INVALID_TYPE');
    if (!reply.ok) return;
    expect(reply.body).toMatchObject({ type, bookingModel });
    const { id } = reply.body;
    const change = (request: object) => manager.call(updateListing, { id, ...request }, { 'if-match': '"1"' });
    const otherType = LISTING_TYPES.find((other) => other !== type);
    const otherModel = BOOKING_MODELS.find((other) => other !== bookingModel);
    expect((await change({ type: otherType })).code).toBe('LISTING_INVALID_TYPE');
    expect((await change({ bookingModel: otherModel })).code).toBe('LISTING_INVALID_TYPE');
    expect((await change({ type, bookingModel })).ok).toBe(true);
  });

  it('which models a type allows is for the administrator of the tenant to change, for what is made from then on', async () => {
    const event = types.find(({ key }) => key === 'EVENT') as ListingType;
    const change = (by: Lister, models: string[], version = event.version) =>
      by.call(updateListingType, { id: event.id, models }, { 'if-match': `"${version}"` });
    const ofOrg = await arrive(world, town, { role: 'administrator', scope: 'org', orgId: town.orgId });
    expect((await change(new Lister(world, town, ofOrg), ['SLOT'])).code).toBe('FORBIDDEN');
    expect((await change(manager, [])).code).toBe('VALIDATION_FAILED');
    expect((await change(manager, ['SLOT', 'SLOT'])).code).toBe('VALIDATION_FAILED');
    expect((await change(manager, ['SLOT'])).body).toMatchObject({ models: ['SLOT'], version: event.version + 1 });
    expect((await change(manager, ['SLOT'])).code).toBe('STALE_VERSION');
    expect(
      (await manager.call(updateListingType, { id: uuidv7(), models: ['SLOT'] }, { 'if-match': '"1"' })).code,
    ).toBe('NOT_FOUND');
    expect((await create({ type: 'EVENT', bookingModel: 'CAPACITY' })).code).toBe('LISTING_INVALID_TYPE');
    expect((await create({ type: 'EVENT', bookingModel: 'SLOT', slotMinutes: 30 })).ok).toBe(true);
  });
});

describe('what a listing tells', () => {
  it('in any language, with Bokmål where one is missing; whom to ask, how to get in, and for whom it is made', async () => {
    const details = {
      shortDescription: { nb: 'Liten sal', en: 'Small hall' },
      contact: { name: 'Kulturkontoret', email: 'kultur@fjordvik.example', phone: '+47 55 00 00 00' },
      accessInstructions: { nb: 'Kode ved døra' },
      accessibility: ['hearing_loop', 'step_free_access', 'hearing_loop'],
    };
    const { body } = await create(details);
    expect(body).toMatchObject({
      shortDescription: { nb: 'Liten sal', nn: 'Liten sal', en: 'Small hall' },
      contact: details.contact,
      accessInstructions: { nb: 'Kode ved døra', nn: 'Kode ved døra' },
      accessibility: ['hearing_loop', 'step_free_access'],
    });
    const cleared = { id: body.id, shortDescription: null, contact: null, accessInstructions: null, accessibility: [] };
    expect((await manager.call(updateListing, cleared, { 'if-match': '"1"' })).body).toMatchObject({
      shortDescription: null,
      contact: null,
      accessInstructions: null,
      accessibility: [],
    });
    expect((await create({ name: { en: 'Hall' } })).code).toBe('VALIDATION_FAILED');
    expect((await create({ accessibility: ['flying'] })).code).toBe('VALIDATION_FAILED');
  });

  it('its name in addresses is its own in the tenant: made of its name, or chosen', async () => {
    const first = await manager.must<Listing>(createListing, {
      orgId: town.orgId,
      type: 'SPACE',
      bookingModel: 'TIME_RANGE',
      name: { nb: 'Øvre sal' },
    });
    const second = (await create({ name: { nb: 'Øvre sal' } })).body as unknown as Listing;
    expect([first.slug, second.slug]).toEqual(['ovre-sal', expect.stringMatching(/^ovre-sal-[0-9a-f]{6}$/)]);
    expect((await create({ slug: 'ovre-sal' })).code).toBe('SLUG_TAKEN');
    expect((await create({ slug: 'Øvre sal' })).code).toBe('VALIDATION_FAILED');
    const rename = (slug: string) => manager.call(updateListing, { id: second.id, slug }, { 'if-match': '"1"' });
    expect((await rename('ovre-sal')).code).toBe('SLUG_TAKEN');
    expect((await rename('nedre-sal')).body).toMatchObject({ slug: 'nedre-sal' });
    expect((await manager.must<Listing>(getListing, { id: first.id })).slug).toBe('ovre-sal');
    const elsewhere = await foundTown(world.platform, { roles: LISTING_ROLES });
    const stranger = new Lister(world, elsewhere, await arrive(world, elsewhere, { role: 'manager', scope: 'tenant' }));
    expect(await stranger.listing({ slug: 'ovre-sal' } as object)).toMatchObject({ slug: 'ovre-sal' });
  });

  it('one name that many ask for at once is given to one of them', async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => create({ slug: 'ettertraktet' })));
    expect(replies.map(({ ok, code }) => (ok ? 'created' : code)).toSorted()).toEqual([
      ...Array(7).fill('SLUG_TAKEN'),
      'created',
    ]);
  });

  it('and one that two listings change to at once, too', async () => {
    const made = (await Promise.all(Array.from({ length: 4 }, () => create({})))).map(({ body }) => body.id);
    const replies = await Promise.all(
      made.map((id) => manager.call(updateListing, { id, slug: 'omstridt' }, { 'if-match': '"1"' })),
    );
    expect(replies.map(({ ok, code }) => (ok ? 'changed' : code)).toSorted()).toEqual([
      ...Array(3).fill('SLUG_TAKEN'),
      'changed',
    ]);
  });
});
