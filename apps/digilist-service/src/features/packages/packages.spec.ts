import {
  createBooking,
  getListingAvailability,
  getPackageItems,
  type ListingAvailability,
  type PackageItem,
  publishListing,
  putPackageItems,
  startMaintenance,
  updateListing,
} from '@digilist/contracts';
import { stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { foundTown } from '../../platform/testing/platform-stand-in.js';
import type { Reply } from '../../testing/digilist-world.js';
import { arrive, LISTING_ROLES, Lister } from '../../testing/lister.js';
import { on, PlacingWorld, utc } from '../../testing/placing-world.js';
import { BlocksModule } from '../blocks/index.js';
import { BookingsModule } from '../bookings/index.js';
import { CalendarModule } from '../calendar/index.js';
import { ListingsModule } from '../listings/index.js';
import { PricingModule } from '../pricing/index.js';
import { RulesModule } from '../rules/index.js';
import { PackagesModule } from './index.js';

let place: PlacingWorld;

beforeAll(async () => {
  place = await PlacingWorld.open([
    ListingsModule,
    RulesModule,
    PricingModule,
    CalendarModule,
    BookingsModule,
    BlocksModule,
    PackagesModule,
  ]);
});
afterAll(async () => {
  await place?.world.close();
  await stopPostgres();
});

const versionOf = async (id: string) => {
  const rows = await place.world.rows<{ version: number }>('SELECT version FROM digilist.listings WHERE id = $1', [id]);
  return rows[0]?.version as number;
};
const put = async (id: string, items: PackageItem[], by: Lister = place.manager): Promise<Reply> =>
  by.call(putPackageItems, { id, items }, { 'if-match': `"${await versionOf(id)}"` });
const book = (listingId: string, from: string, until: string, more: object = {}) =>
  place.as(place.kari, createBooking, { listingId, startsAt: on(from), endsAt: on(until), ...more });
const shownFree = async (id: string, quantity = 1) => {
  const window = { id, from: on('00:00'), to: on('23:59'), quantity };
  const { body } = await place.as(null, getListingAvailability, window);
  return (body as unknown as ListingAvailability).zones[0]?.free.map(({ startsAt, endsAt }) => [startsAt, endsAt]);
};
const span = (from: string, until: string) => [utc(on(from)), utc(on(until))];

/** A hall with halves, balls that are counted, and a package of one half and two balls. */
async function feast(options: { bufferMinutes?: number } = {}) {
  const { manager } = place;
  const { bufferMinutes = 0 } = options;
  const hall = await manager.hall({
    name: { nb: 'Hallen' },
    bufferBeforeMinutes: bufferMinutes,
    bufferAfterMinutes: bufferMinutes,
  });
  const [a, b] = [await manager.zone(hall, 'A'), await manager.zone(hall, 'B')];
  const balls = await manager.hall({ type: 'RESOURCE', bookingModel: 'QUANTITY', stock: 5, name: { nb: 'Baller' } });
  const id = await manager.hall({ type: 'EVENT', bookingModel: 'PACKAGE', name: { nb: 'Bursdag' } });
  const items = [
    { listingId: hall, zoneId: a.id },
    { listingId: balls, quantity: 2 },
  ];
  const answer = await put(id, items);
  expect(answer.code).toBeUndefined();
  return { id, hall, a: a.id, b: b.id, balls, answer };
}

describe('what a package consists of', () => {
  it('is set as a whole and read by anybody, with what can be booked of it', async () => {
    const { id, hall, a, balls, answer } = await feast();
    expect(answer.body.items).toEqual([
      {
        listingId: hall,
        listingName: expect.objectContaining({ nb: 'Hallen' }),
        zoneId: a,
        zoneName: expect.objectContaining({ nb: 'A' }),
        quantity: 1,
        bookable: true,
      },
      expect.objectContaining({ listingId: balls, quantity: 2, bookable: true }),
    ]);
    expect((await place.as(null, getPackageItems, { id })).body).toEqual(answer.body);
    expect((await put(id, [{ listingId: balls }])).body).toMatchObject({ items: [{ listingId: balls, quantity: 1 }] });
  });

  it('has no atom of its own', async () => {
    const { id } = await feast();
    expect(await place.world.rows('SELECT id FROM digilist.atoms WHERE listing_id = $1', [id])).toEqual([]);
  });

  it('is no package, nothing unknown and nothing of another tenant: every item that is wrong is named', async () => {
    const { id, balls } = await feast();
    const other = await feast();
    const elsewhere = await foundTown(place.world.platform, { roles: LISTING_ROLES });
    const stranger = new Lister(
      place.world,
      elsewhere,
      await arrive(place.world, elsewhere, { role: 'manager', scope: 'tenant' }),
    );
    const foreign = await stranger.hall();
    const refused = await put(id, [
      { listingId: other.id },
      { listingId: id },
      { listingId: foreign },
      { listingId: uuidv7() },
      { listingId: balls, quantity: 6 },
    ]);
    expect(refused.code).toBe('PACKAGE_INVALID');
    expect(
      (refused.body.errors as { path: string; code: string }[]).map(({ path, code }) => `${path} ${code}`),
    ).toEqual([
      'items.0.listingId IS_PACKAGE',
      'items.1.listingId IS_PACKAGE',
      'items.2.listingId UNKNOWN',
      'items.3.listingId UNKNOWN',
      'items.4.quantity ABOVE_STOCK',
    ]);
    expect((await place.as(null, getPackageItems, { id })).body.items).toHaveLength(2);
  });

  it('belongs to whoever may change all of it', async () => {
    const { id, hall } = await feast();
    const theirs = await place.manager.hall({ orgId: place.town.otherOrgId });
    const userId = await arrive(place.world, place.town, { role: 'manager', scope: 'org', orgId: place.town.orgId });
    const culture = new Lister(place.world, place.town, userId);
    expect((await put(id, [{ listingId: hall, zoneId: (await feast()).a }, { listingId: theirs }], culture)).code).toBe(
      'PACKAGE_INVALID',
    );
    expect((await put(id, [{ listingId: theirs }], culture)).code).toBe('FORBIDDEN');
    expect((await put(id, [{ listingId: theirs }])).ok).toBe(true);
  });

  it('is only of packages, of the version that was read, and not of what is archived', async () => {
    const { id, hall } = await feast();
    expect((await put(hall, [])).code).toBe('NOT_A_PACKAGE');
    expect((await place.as(null, getPackageItems, { id: hall })).code).toBe('NOT_A_PACKAGE');
    expect((await place.manager.call(putPackageItems, { id, items: [] }, { 'if-match': '"1"' })).code).toBe(
      'STALE_VERSION',
    );
    expect((await place.manager.call(putPackageItems, { id, items: [] })).code).toBe('PRECONDITION_REQUIRED');
  });
});

describe('a package', () => {
  it('is booked with all it consists of, and shown as free when all of it is', async () => {
    const { id, hall, a, b, balls } = await feast();
    await book(hall, '10:00', '12:00', { zoneId: a });
    await book(balls, '14:00', '16:00', { quantity: 4 });
    await book(hall, '18:00', '20:00', { zoneId: b });
    expect(await shownFree(id)).toEqual([span('08:00', '10:00'), span('12:00', '14:00'), span('16:00', '22:00')]);
    const booked = await book(id, '18:00', '20:00');
    expect(booked.code).toBeUndefined();
    expect((await book(hall, '19:00', '20:00', { zoneId: a })).code).toBe('SLOT_CONFLICT');
    expect((await book(balls, '18:00', '19:00', { quantity: 4 })).code).toBe('SLOT_CONFLICT');
    expect((await book(balls, '18:00', '19:00', { quantity: 3 })).ok).toBe(true);
    const [item] = await place.world.rows<{ snapshot: { components: object[] } }>(
      'SELECT snapshot FROM digilist.booking_items WHERE booking_id = $1',
      [booked.body.id],
    );
    expect(item?.snapshot.components).toMatchObject([
      { listingId: hall, zoneId: a },
      { listingId: balls, quantity: 2 },
    ]);
  });

  it('that cannot be had names the components that are taken, and leaves nothing behind', async () => {
    const { id, hall, a, balls } = await feast();
    await book(hall, '10:00', '12:00', { zoneId: a });
    const refused = await book(id, '11:00', '13:00');
    expect(refused.code).toBe('SLOT_CONFLICT');
    expect(refused.body.details).toMatchObject({
      reason: 'occupied',
      zones: [],
      components: [{ listingId: hall, zoneId: a, name: { nb: 'Hallen' }, zoneName: { nb: 'A' } }],
      alternatives: expect.arrayContaining([{ startsAt: utc(on('12:00')), endsAt: utc(on('14:00')) }]),
    });
    await book(balls, '15:00', '17:00', { quantity: 4 });
    expect((await book(id, '15:00', '16:00')).body.details).toMatchObject({
      reason: 'stock',
      components: [{ listingId: balls }],
    });
    expect((await book(hall, '15:00', '16:00', { zoneId: a })).ok).toBe(true);
    expect((await book(balls, '11:00', '13:00', { quantity: 5 })).ok).toBe(true);
  });

  it('has one winner of 20 that race it and its parts, and no half of it is ever taken', async () => {
    const { id, hall, a, balls } = await feast();
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        at % 2 === 0 ? book(id, '10:00', '12:00') : book(hall, '11:00', '13:00', { zoneId: a }),
      ),
    );
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
    const packages = replies.filter(({ ok }, at) => ok && at % 2 === 0).length;
    expect((await book(balls, '10:00', '12:00', { quantity: 5 - 2 * packages })).ok).toBe(true);
  });

  it('keeps the buffers of its components, not its own', async () => {
    const { id, hall, a } = await feast({ bufferMinutes: 30 });
    await book(id, '10:00', '12:00');
    expect((await book(hall, '12:00', '13:00', { zoneId: a })).code).toBe('SLOT_CONFLICT');
    expect((await book(hall, '12:30', '13:30', { zoneId: a })).ok).toBe(true);
  });

  it('is had as often as its components allow', async () => {
    const { manager } = place;
    const balls = await manager.hall({ type: 'RESOURCE', bookingModel: 'QUANTITY', stock: 5 });
    const id = await manager.hall({ type: 'EVENT', bookingModel: 'PACKAGE' });
    await put(id, [{ listingId: balls, quantity: 2 }]);
    expect((await book(id, '10:00', '12:00', { quantity: 3 })).code).toBe('QUANTITY_INVALID');
    expect((await book(id, '10:00', '12:00', { quantity: 2 })).ok).toBe(true);
    expect((await book(id, '10:00', '12:00')).body.details).toMatchObject({ reason: 'stock' });
    expect((await book(balls, '10:00', '12:00')).ok).toBe(true);
  });

  it('is not bookable while it is empty, or anything in it is out of use', async () => {
    const { manager } = place;
    const empty = await manager.hall({ type: 'EVENT', bookingModel: 'PACKAGE' });
    expect((await book(empty, '10:00', '12:00')).code).toBe('LISTING_NOT_BOOKABLE');
    const { id, hall, a } = await feast();
    await manager.must(startMaintenance, { id: hall });
    const refused = await book(id, '10:00', '12:00');
    expect(refused.code).toBe('LISTING_NOT_BOOKABLE');
    expect(refused.body.details).toMatchObject({ components: [{ listingId: hall, zoneId: a }] });
    expect(await shownFree(id)).toEqual([]);
    expect((await place.as(null, getPackageItems, { id })).body.items).toMatchObject([
      { bookable: false },
      { bookable: true },
    ]);
    await manager.must(publishListing, { id: hall });
    expect((await book(id, '10:00', '12:00')).ok).toBe(true);
  });

  it('is behind as soon as a component changes: its version rises with it, and others hear of it', async () => {
    const { id, hall, a } = await feast();
    await book(id, '08:00', '09:00');
    const before = await versionOf(id);
    await place.manager.must(
      updateListing,
      { id: hall, bufferAfterMinutes: 60 },
      { 'if-match': `"${await versionOf(hall)}"` },
    );
    expect(await versionOf(id)).toBe(before + 1);
    await book(id, '10:00', '12:00');
    expect((await book(hall, '12:30', '13:30', { zoneId: a })).code).toBe('SLOT_CONFLICT');
    const told = await place.world.rows<{ payload: string }>(
      `SELECT payload FROM digilist.outbox WHERE subject LIKE '%.listing.' || $1 || '.changed.v1' ORDER BY pos DESC LIMIT 1`,
      [id],
    );
    expect(JSON.parse(told[0]?.payload ?? '{}')).toMatchObject({
      aggregateversion: before + 1,
      data: { listingId: id, changed: ['components'] },
    });
  });

  it('is open only while its components are', async () => {
    const { id, hall } = await feast();
    await place.manager.opening(hall, [{ kind: 'weekly', opens: '08:00', closes: '16:00' }]);
    const refused = await book(id, '15:00', '17:00');
    expect(refused.code).toBe('RULE_VIOLATION');
    expect((refused.body.details as { rules: object[] }).rules).toMatchObject([
      { code: 'OUTSIDE_OPENING_HOURS', components: [{ listingId: hall }] },
    ]);
    expect(await shownFree(id)).toEqual([span('08:00', '16:00')]);
  });
});
