import {
  archiveListing,
  type BookingImpact,
  createBooking,
  getBooking,
  getListing,
  type ListingTransition,
  publishListing,
  startMaintenance,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { BookingWorld, bodyOf, day, detailsOf } from '../../testing/booking-world.js';
import { buildHall } from '../../testing/hall.js';
import { BlocksModule } from '../blocks/index.js';
import { BookingsModule } from '../bookings/index.js';
import { ListingsModule } from './index.js';

let world: BookingWorld;
let manager: string;

beforeAll(async () => {
  world = await BookingWorld.open([ListingsModule, BookingsModule, BlocksModule]);
  manager = await world.person('manager', 'tenant');
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const hall = (options: object = {}) => buildHall(world.digilist, world.town, options);
const ask = (operation: unknown, request: object, headers: Record<string, string> = {}) =>
  world.call(operation, request, { by: manager, headers });
const impactOf = (details: Record<string, unknown>) => details.impact as BookingImpact;
const holding = (listingId: string) =>
  world.rows<{ id: string; status: string }>(
    `SELECT id, status FROM digilist.bookings WHERE listing_id = $1 ORDER BY starts_at`,
    [listingId],
  );

describe.each([
  ['maintenance', startMaintenance, 'maintenance'],
  ['the archive', archiveListing, 'archived'],
] as const)('on its way into %s', (_where, operation, status) => {
  it('a listing that is booked is refused, and the bookings are named', async () => {
    const at = await hall();
    const [first, second] = [
      bodyOf(await world.book(at)),
      bodyOf(await world.book(at, { startsAt: day(40), endsAt: day(40, 12) })),
    ];
    const refused = await ask(operation, { id: at.listingId });
    expect(refused.code).toBe('LISTING_HAS_BOOKINGS');
    const impact = impactOf(detailsOf(refused));
    expect(impact).toMatchObject({ count: 2, seriesIds: [] });
    expect(impact.bookings.map(({ id, userId }) => [id, userId])).toEqual([
      [first.id, world.resident],
      [second.id, world.resident],
    ]);
    expect(impact.months.map(({ bookings }) => bookings)).toEqual([1, 1]);
    expect((await world.call(getListing, { id: at.listingId })).body.status).toBe('published');
  });

  it('a dry run tells the same and does nothing', async () => {
    const at = await hall();
    const booking = bodyOf(await world.book(at));
    const { body, ok } = await ask(operation, {
      id: at.listingId,
      bookings: 'cancel',
      publicReason: 'Vannskade',
      dryRun: true,
    });
    const told = body as unknown as ListingTransition;
    expect(ok).toBe(true);
    expect(told).toMatchObject({ dryRun: true, status: 'published', version: 1, block: null });
    expect(told.impact.bookings.map(({ id }) => id)).toEqual([booking.id]);
    expect((await holding(at.listingId)).map((row) => row.status)).toEqual(['confirmed']);
  });

  it('bookings may stay: they keep their time, and nobody books any more', async () => {
    const at = await hall();
    const booking = bodyOf(await world.book(at));
    expect((await ask(operation, { id: at.listingId, bookings: 'keep' })).body).toMatchObject({
      status,
      impact: { count: 1 },
    });
    expect(bodyOf(await world.call(getBooking, { id: booking.id })).status).toBe('confirmed');
    expect((await world.book(at, { startsAt: day(1), endsAt: day(1, 12) })).code).toBe(
      status === 'archived' ? 'NOT_FOUND' : 'LISTING_NOT_BOOKABLE',
    );
  });

  it('bookings may be cancelled, with a word to each booker', async () => {
    const at = await hall();
    await world.book(at);
    expect((await ask(operation, { id: at.listingId, bookings: 'cancel' })).body).toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ path: 'publicReason' }],
    });
    const request = {
      id: at.listingId,
      bookings: 'cancel',
      reason: 'Tilbud fra Gulv AS',
      publicReason: 'Gulvet slipes',
    };
    expect((await ask(operation, request)).body).toMatchObject({ status, impact: { count: 1 } });
    const [booking] = await holding(at.listingId);
    expect(booking?.status).toBe('cancelled');
    const told = await world.rows<{ body: string }>(
      `SELECT body FROM digilist.notifications WHERE booking_id = $1 AND event = 'booking.called_off'`,
      [booking?.id],
    );
    expect(told).toHaveLength(1);
    expect(told[0]?.body).toContain('Gulvet slipes');
    expect(told[0]?.body).not.toContain('Gulv AS');
  });

  it('what is over, or was cancelled before, stands in nobody’s way', async () => {
    const at = await hall();
    const booking = bodyOf(await world.book(at));
    await world.rows(
      `WITH b AS (
         UPDATE digilist.bookings SET starts_at = now() - interval '3 hours', ends_at = now() - interval '1 hour'
         WHERE id = $1 RETURNING id, starts_at, ends_at)
       UPDATE digilist.allocations a SET during = tstzrange(b.starts_at, b.ends_at) FROM b WHERE a.booking_id = b.id`,
      [booking.id],
    );
    expect((await ask(operation, { id: at.listingId })).body).toMatchObject({ status, impact: { count: 0 } });
  });

  it('a booking that is on its way is counted, or refused', async () => {
    const rounds = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const at = await hall();
        const [closed, booked] = await Promise.all([
          ask(operation, { id: at.listingId, bookings: 'keep' }),
          world.book(at),
        ]);
        return [(closed.body as unknown as ListingTransition).impact.count, booked.ok ? 1 : 0];
      }),
    );
    for (const [counted, booked] of rounds) expect(counted).toBe(booked);
  });
});

describe('under maintenance', () => {
  it('a listing can be published again, with the bookings that it kept', async () => {
    const at = await hall();
    await world.book(at);
    await ask(startMaintenance, { id: at.listingId, bookings: 'keep' });
    expect((await ask(publishListing, { id: at.listingId })).ok).toBe(true);
    expect((await world.book(at)).code).toBe('SLOT_CONFLICT');
    expect((await world.book(at, { startsAt: day(1), endsAt: day(1, 12) })).ok).toBe(true);
  });

  it('for a time only that time is taken, and the listing stays published', async () => {
    const at = await hall({ parts: 2 });
    const booking = bodyOf(await world.book(at, { zoneId: at.parts[0] }));
    const window = { id: at.listingId, from: day(0, 0), to: day(1, 0) };
    const refused = await ask(startMaintenance, window);
    expect(refused.code).toBe('LISTING_HAS_BOOKINGS');
    expect(impactOf(detailsOf(refused)).bookings.map(({ id }) => id)).toEqual([booking.id]);
    expect((await ask(startMaintenance, { ...window, bookings: 'keep' })).body).toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    const { body } = await ask(startMaintenance, { ...window, bookings: 'cancel', publicReason: 'Gulvet slipes' });
    expect(body).toMatchObject({
      status: 'published',
      block: { kind: 'MAINTENANCE', zoneId: null, publicNote: { nb: 'Gulvet slipes' } },
    });
    expect((await holding(at.listingId)).map(({ status }) => status)).toEqual(['cancelled']);
    expect((await world.book(at, { zoneId: at.parts[1] })).code).toBe('SLOT_CONFLICT');
    expect((await world.book(at, { zoneId: at.parts[1], startsAt: day(2), endsAt: day(2, 11) })).ok).toBe(true);
  });

  it('a window has two ends', async () => {
    const at = await hall();
    expect((await ask(startMaintenance, { id: at.listingId, from: day(0) })).body).toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ path: 'to' }],
    });
  });
});

describe('who may', () => {
  it('only those see who booked who may read bookings or the calendar here', async () => {
    const at = await hall();
    await world.book(at);
    await world.rows(
      `UPDATE digilist.platform_roles SET permissions = array_remove(permissions, 'digilist.booking.read') WHERE key = 'manager'`,
    );
    const refused = await ask(archiveListing, { id: at.listingId });
    await world.rows(
      `UPDATE digilist.platform_roles SET permissions = permissions || ARRAY['digilist.booking.read'] WHERE key = 'manager'`,
    );
    expect(impactOf(detailsOf(refused)).bookings).toMatchObject([{ status: 'confirmed', userId: null }]);
  });

  it('residents may not, and managers of other organizations neither', async () => {
    const at = await hall();
    const elsewhere = await world.person('manager', 'org', { orgId: world.town.otherOrgId });
    for (const operation of [startMaintenance, archiveListing]) {
      expect((await world.call(operation, { id: at.listingId })).code).toBe('FORBIDDEN');
      expect((await world.call(operation, { id: at.listingId }, { by: elsewhere })).code).toBe('FORBIDDEN');
    }
    const window = { id: at.listingId, from: day(0), to: day(1) };
    expect((await world.call(startMaintenance, window, { by: elsewhere })).code).toBe('FORBIDDEN');
  });
});

describe('how to get in', () => {
  it('is shown to staff and to those who have a confirmed booking, and to nobody else', async () => {
    const at = await hall();
    await world.rows(`UPDATE digilist.listings SET access_instructions = $2 WHERE id = $1`, [
      at.listingId,
      { nb: 'Kode 1234', nn: 'Kode 1234', en: 'Code 1234' },
    ]);
    const seenBy = async (by?: string) =>
      (await world.call(getListing, { id: at.listingId }, by ? { by } : {})).body.accessInstructions;
    expect(await seenBy()).toBeNull();
    expect(await seenBy(manager)).toMatchObject({ nb: 'Kode 1234' });
    await world.call(createBooking, {
      listingId: at.listingId,
      startsAt: day(0),
      endsAt: day(0, 12),
      termsVersion: '1',
    });
    expect(await seenBy()).toMatchObject({ nb: 'Kode 1234' });
    const anonymous = await world.digilist.call(
      getListing,
      world.town,
      null,
      { id: at.listingId },
      { 'x-tenant': world.town.slug },
    );
    expect(anonymous.body.accessInstructions).toBeNull();
  });
});
