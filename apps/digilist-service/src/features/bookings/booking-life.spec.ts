import {
  type Booking,
  cancelBooking,
  getBooking,
  getBookingHistory,
  listBookings,
  submitBooking,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { BookingWorld, bodyOf, day } from '../../testing/booking-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { HoldExpiry } from './hold-expiry.js';
import { BookingsModule } from './index.js';

let world: BookingWorld;

beforeAll(async () => {
  world = await BookingWorld.open([BookingsModule]);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const allocationsOf = (hall: Hall) =>
  world.rows('SELECT id FROM digilist.allocations WHERE atom_id = ANY ($1::uuid[])', [hall.atoms]);

describe('a draft', () => {
  it('holds no time, and takes it when it is submitted', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const draft = bodyOf(await world.book(hall, { draft: true, termsVersion: undefined }));
    expect(draft).toMatchObject({ status: 'draft', version: 1, termsVersion: null });
    expect(await allocationsOf(hall)).toHaveLength(0);
    expect((await world.call(submitBooking, { id: draft.id })).code).toBe('TERMS_NOT_ACCEPTED');
    const submitted = bodyOf(await world.call(submitBooking, { id: draft.id, termsVersion: '1' }));
    expect(submitted).toMatchObject({ id: draft.id, status: 'confirmed', version: 2, termsVersion: '1' });
    expect((await world.call(submitBooking, { id: draft.id, termsVersion: '1' })).code).toBe('INVALID_STATE');
    const history = (await world.call(getBookingHistory, { id: draft.id })).body.data as {
      to: string;
    }[];
    expect(history.map(({ to }) => to)).toEqual(['draft', 'pending', 'confirmed']);
  });

  it('is refused when its time has gone meanwhile, and stays a draft', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const draft = bodyOf(await world.book(hall, { draft: true }));
    await world.book(hall);
    expect((await world.call(submitBooking, { id: draft.id, termsVersion: '1' })).code).toBe('SLOT_CONFLICT');
    expect(bodyOf(await world.call(getBooking, { id: draft.id })).status).toBe('draft');
  });
});

describe('cancelling', () => {
  it('frees the time, once, with the reason in the history', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall));
    const replies = await Promise.all(
      Array.from({ length: 5 }, () => world.call(cancelBooking, { id, reason: 'Avlyst' })),
    );
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
    expect(new Set(replies.filter(({ ok }) => !ok).map(({ code }) => code))).toEqual(new Set(['INVALID_STATE']));
    expect((await world.book(hall)).ok).toBe(true);
    const history = (await world.call(getBookingHistory, { id })).body.data as {
      to: string;
      reason: string;
    }[];
    expect(history.at(-1)).toMatchObject({ to: 'cancelled', reason: 'Avlyst' });
  });

  it('takes an application out of the queue', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall, { attendees: 500 }));
    await world.call(cancelBooking, { id, reason: 'Avlyst' });
    expect(await world.rows('SELECT status FROM digilist.booking_approvals WHERE booking_id = $1', [id])).toEqual([
      { status: 'withdrawn' },
    ]);
  });

  it('is refused to who has read an older version', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall));
    const reply = await world.call(cancelBooking, { id, reason: 'Avlyst' }, { headers: { 'if-match': '"7"' } });
    expect(reply.code).toBe('STALE_VERSION');
  });
});

describe('a hold that was not paid in time', () => {
  it('ends by itself, once, whoever looks first, and frees the time', async () => {
    const hall = await buildHall(world.digilist, world.town, { paymentPolicy: 'PAY_AND_CONFIRM' });
    const booking = bodyOf(await world.book(hall));
    const past = `expires_at = now() - interval '1 second'`;
    await world.rows(`UPDATE digilist.allocations SET ${past} WHERE booking_id = $1`, [booking.id]);
    await world.rows(`UPDATE digilist.bookings SET ${past} WHERE id = $1`, [booking.id]);
    const expiry = world.service.app.get(HoldExpiry, { strict: false });
    const [, , again] = await Promise.all([expiry.sweep(), expiry.sweep(), world.book(hall)]);
    expect(again.ok).toBe(true);
    await expiry.sweep();
    expect(bodyOf(await world.call(getBooking, { id: booking.id }))).toMatchObject({ status: 'expired', version: 2 });
    const facts = `SELECT 1 FROM digilist.outbox WHERE subject LIKE '%.' || $1 || '.expired.v1'`;
    expect(await world.rows(facts, [booking.id])).toHaveLength(1);
  });
});

describe('who may see and change a booking', () => {
  it('the booker, staff of the organization, and nobody else', async () => {
    const hall = await buildHall(world.digilist, world.town, { orgId: world.town.subOrgId });
    const { id } = bodyOf(await world.book(hall));
    const other = await world.person('resident', 'user');
    const above = await world.person('handler', 'org', { orgId: world.town.orgId });
    const beside = await world.person('handler', 'org', { orgId: world.town.otherOrgId });
    const codes = (by: string) =>
      Promise.all(
        [getBooking, getBookingHistory].map(
          async (operation) => (await world.call(operation, { id }, { by: by })).code,
        ),
      );
    for (const by of [world.resident, world.handler, above]) expect(await codes(by)).toEqual([undefined, undefined]);
    for (const by of [other, beside]) {
      expect(await codes(by)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
      expect((await world.call(cancelBooking, { id, reason: 'x' }, { by: by })).code).toBe('NOT_FOUND');
    }
  });

  it('members book for their organization', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const leader = await world.person('resident', 'user');
    await world.member(leader, world.town.otherOrgId);
    expect((await world.book(hall, { onBehalfOfOrgId: world.town.otherOrgId })).code).toBe('ORG_NOT_MEMBER');
    const reply = await world.book(hall, { onBehalfOfOrgId: world.town.otherOrgId }, { by: leader });
    expect(bodyOf(reply).onBehalfOfOrgId).toBe(world.town.otherOrgId);
  });

  it('lists what is within reach, by filter, page after page', async () => {
    const here = await world.newTown();
    const [mine, theirs] = [
      await world.person('resident', 'user', { of: here }),
      await world.person('resident', 'user', { of: here }),
    ];
    const clerk = await world.person('handler', 'org', { orgId: here.orgId, of: here });
    const hall = await buildHall(world.digilist, here, { orgId: here.orgId });
    const school = await buildHall(world.digilist, here, { orgId: here.otherOrgId });
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      const when = { startsAt: day(n, 10), endsAt: day(n, 12) };
      ids.unshift(bodyOf(await world.book(hall, when, { by: n % 2 ? theirs : mine, of: here })).id);
    }
    await world.book(school, {}, { by: mine, of: here });
    const list = async (by: string, query: object = {}) => {
      const { body } = await world.call(listBookings, query, { by: by, of: here });
      return body as unknown as { data: Booking[]; nextCursor: string | null };
    };
    expect((await list(mine)).data).toHaveLength(4);
    expect((await list(theirs)).data).toHaveLength(2);
    expect((await list(clerk)).data.map(({ id }) => id)).toEqual(ids);
    expect((await list(clerk, { mine: true })).data).toEqual([]);
    expect((await list(clerk, { from: day(1, 0), to: day(3, 0) })).data).toHaveLength(2);
    expect((await list(clerk, { listingId: hall.listingId, status: ['confirmed'] })).data).toHaveLength(5);
    expect((await list(clerk, { status: ['cancelled', 'expired'] })).data).toEqual([]);
    const first = await list(clerk, { limit: 2 });
    const second = await list(clerk, { limit: 2, cursor: first.nextCursor });
    const third = await list(clerk, { limit: 2, cursor: second.nextCursor });
    expect([first, second, third].flatMap(({ data }) => data.map(({ id }) => id))).toEqual(ids);
    expect(third.nextCursor).toBeNull();
    expect((await world.call(listBookings, { cursor: 'nonsense' }, { by: clerk, of: here })).code).toBe(
      'VALIDATION_FAILED',
    );
  });
});
