import {
  type BookingLinks,
  type CreatedBookingLink,
  cancelBooking,
  createBookingLink,
  listBookingLinks,
  MOST_LINKS,
  readBookingLink,
  revokeBookingLink,
  type SharedBooking,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newOpaqueToken } from '@kit/service';
import { stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { BookingWorld, bodyOf } from '../../../testing/booking-world.js';
import { buildHall } from '../../../testing/hall.js';
import { BookingsModule } from '../index.js';

let world: BookingWorld;

beforeAll(async () => {
  world = await BookingWorld.open([BookingsModule]);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const share = async (id: string, more: object = {}, by = world.resident): Promise<CreatedBookingLink> => {
  const reply = await world.call(createBookingLink, { id, ...more }, { by });
  expect(reply.code).toBeUndefined();
  return reply.body as unknown as CreatedBookingLink;
};

/** As somebody without an account, who names no municipality either. */
const read = (token: string) => world.digilist.call(readBookingLink, world.town, null, { token });
const linksOf = async (id: string, by = world.resident) =>
  (await world.call(listBookingLinks, { id }, { by })).body as unknown as BookingLinks;

describe('a link to a booking', () => {
  it('shows anybody what, where and when, and nothing about whose it is', async () => {
    const hall = await buildHall(world.digilist, world.town, { parts: 2 });
    const booking = bodyOf(
      await world.book(hall, { zoneId: hall.parts[0], purpose: 'Hemmelig', publicTitle: 'Privat', attendees: 7 }),
    );
    const { token } = await share(booking.id);
    const reply = await read(token);
    expect(reply.body as unknown as SharedBooking).toEqual({
      status: 'confirmed',
      listingName: { nb: 'Storevik idrettshall', nn: 'Storevik idrettshall', en: 'Storevik idrettshall' },
      zoneName: { nb: 'Sone', nn: 'Sone', en: 'Sone' },
      address: null,
      startsAt: booking.startsAt,
      endsAt: booking.endsAt,
      timezone: 'Europe/Oslo',
      // Named, but not to be shown in public.
      publicTitle: null,
    });
    await world.call(cancelBooking, { id: booking.id, reason: 'Avlyst' });
    expect((await read(token)).body.status).toBe('cancelled');
  });

  it('shows the title that the public calendar shows', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const change = { publicTitle: 'Seriekamp', showInPublicCalendar: true };
    const { token } = await share(bodyOf(await world.book(hall, change)).id);
    expect((await read(token)).body).toMatchObject({ publicTitle: 'Seriekamp', zoneName: null });
  });

  it('is shown once and kept as a hash', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall));
    const link = await share(id, { validDays: 7 });
    expect(link.path).toBe(`/api/v1/booking-links/${link.token}`);
    expect(link.token).toMatch(new RegExp(`^${world.town.tenantId}\\.[\\w-]{43}$`));
    expect(Math.round((Date.parse(link.expiresAt) - Date.now()) / 86_400_000)).toBe(7);
    const secret = link.token.split('.')[1] as string;
    const { data } = await linksOf(id);
    expect(data).toEqual([
      { id: link.id, createdBy: world.resident, createdAt: link.createdAt, expiresAt: link.expiresAt },
    ]);
    const kept = await world.rows('SELECT secret_hash::text AS hash FROM digilist.booking_links WHERE id = $1', [
      link.id,
    ]);
    expect(JSON.stringify(kept)).not.toContain(secret);
    const told = await world.rows(`SELECT payload FROM digilist.outbox WHERE payload LIKE '%' || $1 || '%'`, [secret]);
    expect(told).toEqual([]);
  });

  it('answers the same, whether it was revoked, has expired, or never was', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall));
    const [revoked, expired] = [await share(id), await share(id)];
    expect((await world.call(revokeBookingLink, { id, linkId: revoked.id })).ok).toBe(true);
    await world.rows(`UPDATE digilist.booking_links SET expires_at = now() WHERE id = $1`, [expired.id]);
    const tokens = [
      revoked.token,
      expired.token,
      newOpaqueToken(world.town.tenantId).text,
      newOpaqueToken(uuidv7()).text,
      `${world.town.tenantId}.short`,
      'nonsense',
    ];
    const bodies = await Promise.all(
      tokens.map(async (token) => {
        const { ok, body } = await read(token);
        expect(ok).toBe(false);
        const { requestId, traceId, instance, ...rest } = body;
        return JSON.stringify(rest);
      }),
    );
    expect(new Set(bodies).size).toBe(1);
    expect(bodies[0]).toContain('NOT_FOUND');
    expect((await linksOf(id)).data).toEqual([]);
    expect((await world.call(revokeBookingLink, { id, linkId: revoked.id })).code).toBe('NOT_FOUND');
  });

  it('of another municipality is not found under its own', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const link = await share(bodyOf(await world.book(hall)).id);
    const elsewhere = await world.newTown();
    const [, secret] = link.token.split('.');
    expect((await read(`${elsewhere.tenantId}.${secret}`)).code).toBe('NOT_FOUND');
  });

  it('is made, seen and revoked by who may share the booking', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall));
    const link = await share(id, {}, world.handler);
    const stranger = await world.person('resident', 'user');
    expect((await world.call(createBookingLink, { id }, { by: stranger })).code).toBe('NOT_FOUND');
    expect((await world.call(listBookingLinks, { id }, { by: stranger })).code).toBe('NOT_FOUND');
    expect((await world.call(revokeBookingLink, { id, linkId: link.id }, { by: stranger })).code).toBe('NOT_FOUND');
    expect((await world.call(revokeBookingLink, { id, linkId: link.id })).ok).toBe(true);
  });

  it('is not made of what holds no time, nor without end', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const draft = bodyOf(await world.book(hall, { draft: true }));
    expect((await world.call(createBookingLink, { id: draft.id })).code).toBe('INVALID_STATE');
    const { id } = bodyOf(await world.book(hall));
    const replies = await Promise.all(
      Array.from({ length: MOST_LINKS + 4 }, () => world.call(createBookingLink, { id })),
    );
    expect(replies.filter(({ ok }) => ok)).toHaveLength(MOST_LINKS);
    expect(replies.filter(({ code }) => code === 'TOO_MANY_LINKS')).toHaveLength(4);
  });
});
