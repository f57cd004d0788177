import {
  type BookingHistoryEntry,
  completeBooking,
  getBooking,
  getBookingHistory,
  markBookingNoShow,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { BookingWorld, bodyOf, day } from '../../../testing/booking-world.js';
import { buildHall } from '../../../testing/hall.js';
import { begin } from '../../../testing/passing-time.js';
import { CompletionJob } from '../completion.job.js';
import { HoldExpiry } from '../hold-expiry.js';
import { BookingsModule } from '../index.js';

let world: BookingWorld;

beforeAll(async () => {
  world = await BookingWorld.open([BookingsModule]);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const asStaff = () => ({ by: world.handler });
const statusOf = async (id: string) => bodyOf(await world.call(getBooking, { id })).status;
const lastOf = async (id: string) =>
  ((await world.call(getBookingHistory, { id })).body.data as BookingHistoryEntry[]).at(-1);

const heldBy = (id: string) =>
  world.rows<{ starts_at: Date; ends_at: Date; buffer: boolean }>(
    'SELECT starts_at, ends_at, buffer FROM digilist.allocations WHERE active AND booking_id = $1 ORDER BY starts_at',
    [id],
  );

describe('a booking that was carried out', () => {
  it('is completed by staff after its end, and keeps its time in the calendar of what has been', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall));
    expect((await world.call(completeBooking, { id }, asStaff())).code).toBe('BOOKING_NOT_OVER');
    await begin(world, id, { hoursAgo: 1, hours: 2 });
    expect((await world.call(completeBooking, { id }, asStaff())).code).toBe('BOOKING_NOT_OVER');
    await begin(world, id, { hoursAgo: 3, hours: 2 });
    const reply = await world.call(completeBooking, { id, reason: 'Alt i orden' }, asStaff());
    expect(bodyOf(reply)).toMatchObject({ status: 'completed', version: 2 });
    expect(await lastOf(id)).toMatchObject({ to: 'completed', reason: 'Alt i orden', actorKind: 'user' });
    expect(await heldBy(id)).toHaveLength(1);
    expect((await world.call(completeBooking, { id }, asStaff())).code).toBe('INVALID_STATE');
    expect((await world.call(markBookingNoShow, { id }, asStaff())).code).toBe('INVALID_STATE');
  });

  it('is completed by the job a day after its end, once, however many processes are at it', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const [over, recent] = [
      bodyOf(await world.book(hall, { startsAt: day(0, 10), endsAt: day(0, 12) })),
      bodyOf(await world.book(hall, { startsAt: day(1, 10), endsAt: day(1, 12) })),
    ];
    await begin(world, over.id, { hoursAgo: 27, hours: 2 });
    await begin(world, recent.id, { hoursAgo: 25, hours: 2 });
    const job = world.service.app.get(CompletionJob, { strict: false });
    await Promise.all([job.turn(new Date()), job.turn(new Date())]);
    expect([await statusOf(over.id), await statusOf(recent.id)]).toEqual(['completed', 'confirmed']);
    expect(await lastOf(over.id)).toMatchObject({ to: 'completed', actorKind: 'job', reason: null });
    const told = await world.rows<{ subject: string }>(
      `SELECT subject FROM digilist.outbox WHERE payload LIKE '%' || $1 || '%'
         AND (subject LIKE '%.completed.v1' OR payload LIKE '%digilist.booking.complete%')`,
      [over.id],
    );
    expect(told).toHaveLength(2);
  });

  it('is for staff of its owner to say', async () => {
    const hall = await buildHall(world.digilist, world.town, { orgId: world.town.subOrgId });
    const { id } = bodyOf(await world.book(hall));
    await begin(world, id, { hoursAgo: 3 });
    const beside = await world.person('handler', 'org', { orgId: world.town.otherOrgId });
    for (const operation of [completeBooking, markBookingNoShow]) {
      expect((await world.call(operation, { id })).code).toBe('FORBIDDEN');
      expect((await world.call(operation, { id }, { by: beside })).code).toBe('NOT_FOUND');
    }
  });
});

describe('a booking that nobody came to', () => {
  it('gives back what is left of its time, and only that', async () => {
    const hall = await buildHall(world.digilist, world.town, { bufferMinutes: 30 });
    const { id } = bodyOf(await world.book(hall));
    expect((await world.call(markBookingNoShow, { id }, asStaff())).code).toBe('BOOKING_NOT_STARTED');
    await begin(world, id, { hoursAgo: 2, hours: 6 });
    const [, core] = await heldBy(id);
    const reply = bodyOf(await world.call(markBookingNoShow, { id, reason: 'Ingen kom' }, asStaff()));
    expect(reply.status).toBe('no_show');
    const held = await heldBy(id);
    expect(held.map(({ buffer }) => buffer)).toEqual([true, false]);
    expect(held[1]?.starts_at).toEqual(core?.starts_at);
    expect(Math.abs((held[1]?.ends_at.getTime() ?? 0) - Date.now())).toBeLessThan(61_000);
    const start = new Date(Math.ceil(Date.now() / 1_800_000) * 1_800_000 + 1_800_000);
    const rest = { startsAt: start.toISOString(), endsAt: new Date(start.getTime() + 1_800_000).toISOString() };
    expect((await world.book(hall, rest)).code).toBeUndefined();
  });

  it('stays taken in the past when it is over', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall));
    await begin(world, id, { hoursAgo: 5, hours: 2 });
    const before = await heldBy(id);
    await world.call(markBookingNoShow, { id }, asStaff());
    expect(await heldBy(id)).toEqual(before);
  });
});

describe('a draft that nobody submits', () => {
  it('ends by itself after thirty days, and says so from the start', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const [old, young] = [
      bodyOf(await world.book(hall, { draft: true })),
      bodyOf(await world.book(hall, { draft: true })),
    ];
    const days = (Date.parse(old.holdExpiresAt as string) - Date.parse(old.createdAt)) / 86_400_000;
    expect(Math.round(days)).toBe(30);
    await world.rows(`UPDATE digilist.bookings SET expires_at = now() - interval '1 minute' WHERE id = $1`, [old.id]);
    const expiry = world.service.app.get(HoldExpiry, { strict: false });
    await Promise.all([expiry.sweep(), expiry.sweep()]);
    expect([await statusOf(old.id), await statusOf(young.id)]).toEqual(['expired', 'draft']);
    expect(await lastOf(old.id)).toMatchObject({ from: 'draft', to: 'expired', actorKind: 'job' });
  });
});
