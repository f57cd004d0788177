import {
  type Booking,
  type BookingHistoryEntry,
  type BookingItem,
  cancelBooking,
  createBooking,
  getBooking,
  getBookingHistory,
  listBookingItems,
  rescheduleBooking,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { brokenInvariants } from '../../../database/invariants.js';
import { BookingWorld, bodyOf, day, detailsOf } from '../../../testing/booking-world.js';
import { buildHall, type Hall } from '../../../testing/hall.js';
import { begin } from '../../../testing/passing-time.js';
import { statementsOf } from '../../../testing/statements.js';
import { BookingsModule } from '../index.js';

let world: BookingWorld;

beforeAll(async () => {
  world = await BookingWorld.open([BookingsModule]);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const at = (n: number, from: number, until: number) => ({ startsAt: day(n, from), endsAt: day(n, until) });

const move = (id: string, change: object, caller: Parameters<BookingWorld['call']>[2] = {}) =>
  world.call(rescheduleBooking, { id, ...change }, caller);

const read = async (id: string): Promise<Booking> => bodyOf(await world.call(getBooking, { id }));

const historyOf = async (id: string) =>
  (await world.call(getBookingHistory, { id })).body.data as BookingHistoryEntry[];

const heldBy = (id: string) =>
  world.rows<{ starts_at: Date; ends_at: Date; atom_id: string }>(
    'SELECT starts_at, ends_at, atom_id FROM digilist.allocations WHERE active AND booking_id = $1 ORDER BY atom_id, starts_at',
    [id],
  );

describe('moving a booking', () => {
  it('takes the new time, frees the old one, and tells where it was', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const booked = bodyOf(await world.book(hall, at(0, 10, 12)));
    const reply = await move(booked.id, { ...at(1, 18, 21), reason: 'Kampen er flyttet' });
    expect(bodyOf(reply)).toMatchObject({ status: 'confirmed', version: 2, startsAt: day(1, 18), endsAt: day(1, 21) });
    expect(bodyOf(reply).total.amount).toBe((booked.total.amount * 3) / 2);
    expect(await heldBy(booked.id)).toHaveLength(1);
    expect((await world.book(hall, at(0, 10, 12))).ok).toBe(true);
    const [last] = (await historyOf(booked.id)).slice(-1);
    expect(last).toMatchObject({
      change: 'rescheduled',
      from: 'confirmed',
      to: 'confirmed',
      reason: 'Kampen er flyttet',
      actorKind: 'user',
      actorId: world.resident,
      detail: {
        startsAt: { from: day(0, 10), to: day(1, 18) },
        endsAt: { from: day(0, 12), to: day(1, 21) },
        total: { from: booked.total.amount, to: bodyOf(reply).total.amount },
      },
    });
    const notes = await world.rows<{ event: string; body: string }>(
      `SELECT event, body FROM digilist.notifications WHERE booking_id = $1 ORDER BY id`,
      [booked.id],
    );
    expect(notes.map(({ event }) => event)).toEqual(['booking.confirmed', 'booking.rescheduled']);
    expect(notes[1]?.body).toContain('Tidligere tid:');
    const [fact] = await world.rows<{ payload: string }>(
      `SELECT payload FROM digilist.outbox WHERE subject LIKE '%' || $1 || '.rescheduled.v1'`,
      [booked.id],
    );
    expect(JSON.parse(fact?.payload as string).data).toMatchObject({
      startsAt: day(1, 18),
      previousStartsAt: day(0, 10),
      previousEndsAt: day(0, 12),
      previousTotalAmount: booked.total.amount,
    });
  });

  it('may overlap its own old time, with buffers and several atoms too', async () => {
    const hall = await buildHall(world.digilist, world.town, { parts: 3, bufferMinutes: 30 });
    const { id } = bodyOf(await world.book(hall, { ...at(0, 10, 12), zoneId: hall.whole }));
    expect((await move(id, at(0, 11, 13))).code).toBeUndefined();
    expect((await move(id, at(0, 10, 14))).code).toBeUndefined();
    expect((await move(id, { zoneId: hall.parts[1] })).code).toBeUndefined();
    expect(await read(id)).toMatchObject({ zoneId: hall.parts[1], startsAt: day(0, 10), endsAt: day(0, 14) });
    expect(await heldBy(id)).toHaveLength(3);
    expect((await world.book(hall, { ...at(0, 10, 14), zoneId: hall.parts[0] })).ok).toBe(true);
  });

  it('leaves the old time intact when the new one is taken, and names free ones', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall, at(0, 10, 12)));
    await world.book(hall, at(0, 14, 16));
    const before = await heldBy(id);
    const keyed: Record<string, string> = { 'idempotency-key': `move-${id}` };
    for (const headers of [{}, keyed]) {
      const reply = await move(id, at(0, 13, 15), { headers });
      expect(reply.code).toBe('SLOT_CONFLICT');
      expect(detailsOf(reply).alternatives).not.toEqual([]);
    }
    expect(await heldBy(id)).toEqual(before);
    expect(await read(id)).toMatchObject({ startsAt: day(0, 10), version: 1 });
    expect((await world.book(hall, at(0, 10, 12))).code).toBe('SLOT_CONFLICT');
  });

  it('does not take more of what is counted than there is, and gives back what it had', async () => {
    const hall = await buildHall(world.digilist, world.town, { stock: 5, type: 'RESOURCE' });
    const { id } = bodyOf(await world.book(hall, { ...at(0, 10, 12), quantity: 3 }));
    await world.book(hall, { ...at(0, 10, 12), quantity: 2 });
    expect((await move(id, { quantity: 4 })).code).toBe('SLOT_CONFLICT');
    expect((await move(id, { quantity: 2 })).code).toBeUndefined();
    expect((await move(id, { quantity: 3 })).code).toBeUndefined();
    expect((await move(id, { ...at(0, 11, 13), quantity: 3 })).code).toBeUndefined();
    expect((await move(id, { quantity: 6 })).code).toBe('QUANTITY_INVALID');
  });

  it('has one winner when many want the same place at once, and nobody loses what they had', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const mine = await Promise.all(
      Array.from({ length: 16 }, async (_, n) => bodyOf(await world.book(hall, at(n + 1, 10, 12)))),
    );
    const replies = await Promise.all(mine.map(({ id }) => move(id, at(0, 10, 12))));
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
    expect(new Set(replies.filter(({ ok }) => !ok).map(({ code }) => code))).toEqual(new Set(['SLOT_CONFLICT']));
    const held = await Promise.all(mine.map(({ id }) => heldBy(id)));
    expect(held.map((rows) => rows.length)).toEqual(mine.map(() => 1));
  });

  it('never double-books while sixteen bookings change places all the time', async () => {
    const hall = await buildHall(world.digilist, world.town, { bufferMinutes: 30 });
    const mine = await Promise.all(
      Array.from({ length: 16 }, async (_, n) => bodyOf(await world.book(hall, at(2 * n, 10, 12)))),
    );
    for (let round = 1; round <= 4; round++) {
      // Each goes half onto the next one’s place: only where that one has moved on is there room.
      const replies = await Promise.all(mine.map(({ id }, n) => move(id, at((2 * (n + round)) % 32, 11, 13))));
      const codes = new Set(replies.map(({ code }) => code ?? 'moved'));
      for (const code of codes) expect(['moved', 'SLOT_CONFLICT']).toContain(code);
    }
    expect(await brokenInvariants((text) => world.rows(text))).toEqual([]);
  });

  it('happens once when two move the same booking at the same time with the same version', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall, at(0, 10, 12)));
    const headers = { 'if-match': '"1"' };
    const replies = await Promise.all([1, 2, 3, 4].map((n) => move(id, at(n, 10, 12), { headers })));
    expect(replies.map(({ code }) => code).filter((code) => code === 'STALE_VERSION')).toHaveLength(3);
    expect(await heldBy(id)).toHaveLength(1);
  });

  it('takes the same number of statements wherever it goes', async () => {
    const small = await buildHall(world.digilist, world.town);
    const large = await buildHall(world.digilist, world.town, { parts: 12, bufferMinutes: 15 });
    const ids = await Promise.all(
      [small, large].map(async (hall) => bodyOf(await world.book(hall, { ...at(0, 10, 12), zoneId: hall.whole })).id),
    );
    const asked: string[][] = [];
    for (const id of ids) asked.push(await statementsOf(() => move(id, at(1, 10, 12))));
    expect(asked[0]).toEqual(asked[1]);
    expect(asked[0]?.length).toBeLessThanOrEqual(7);
  });
});

describe('the rules of a move', () => {
  it('are those of today, for the new time', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall, at(0, 10, 12)));
    const reply = await move(id, { startsAt: day(-9, 10), endsAt: day(-9, 11) });
    expect(reply.code).toBe('RULE_VIOLATION');
    expect((await move(id, { startsAt: day(0, 12), endsAt: day(0, 11) })).code).toBe('INVALID_INTERVAL');
    expect((await move(id, {})).code).toBe('VALIDATION_FAILED');
    expect((await move(id, { zoneId: id })).code).toBe('ZONE_UNKNOWN');
  });

  it('takes the clock of the listing as well, and refuses what it does not show', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall, at(0, 10, 12)));
    const date = day(3, 0).slice(0, 10);
    const reply = await move(id, { localStartsAt: `${date}T18:00`, localEndsAt: `${date}T20:00` });
    expect(reply.code).toBeUndefined();
    const local = new Date(bodyOf(reply).startsAt).toLocaleString('sv', { timeZone: 'Europe/Oslo' });
    expect(local).toBe(`${date} 18:00:00`);
    const spring = { localStartsAt: '2027-03-28T02:30', localEndsAt: '2027-03-28T04:30' };
    expect((await move(id, spring)).code).toBe('NONEXISTENT_LOCAL_TIME');
    const autumn = { localStartsAt: '2027-10-31T02:30', localEndsAt: '2027-10-31T04:30' };
    expect((await move(id, autumn)).code).toBe('AMBIGUOUS_LOCAL_TIME');
  });

  it('let the booker move until it begins, and staff afterwards: what is running can be extended', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall, at(0, 10, 12)));
    await begin(world, id, { hoursAgo: 1, hours: 3 });
    const { startsAt, endsAt } = await read(id);
    const longer = { startsAt, endsAt: new Date(Date.parse(endsAt) + 3_600_000).toISOString() };
    expect((await move(id, longer)).code).toBe('BOOKING_STARTED');
    expect((await move(id, longer, { by: world.handler })).code).toBeUndefined();
    expect(await read(id)).toMatchObject(longer);
  });

  it('reprice at the prices of today and keep every snapshot', async () => {
    const hall = await buildHall(world.digilist, world.town, { pricePerHour: 40_000 });
    const booked = bodyOf(await world.book(hall, at(0, 10, 12)));
    await world.rows('UPDATE digilist.pricing_rules SET amount = 10000 WHERE listing_id = $1', [hall.listingId]);
    await world.rows('UPDATE digilist.listings SET version = version + 1 WHERE id = $1', [hall.listingId]);
    await move(booked.id, at(1, 10, 12));
    const items = (await world.call(listBookingItems, { id: booked.id })).body.data as BookingItem[];
    expect(items.map(({ price, listingVersion }) => [price.total.amount, listingVersion])).toEqual([
      [booked.total.amount, 1],
      [booked.total.amount / 4, 2],
    ]);
    expect((await read(booked.id)).total.amount).toBe(booked.total.amount / 4);
  });

  it('keep a discount code with whoever has used it, though nobody else can', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const code = `ENGANG${Date.now()}`;
    await world.rows(
      `INSERT INTO digilist.discount_codes (tenant_id, code, kind, value, max_uses, created_by, updated_by)
       VALUES ($1, $2, 'percentage', 5000, 1, $3, $3)`,
      [world.town.tenantId, code, world.resident],
    );
    const booked = bodyOf(await world.book(hall, { ...at(0, 10, 12), discountCode: code }));
    expect((await world.book(hall, { ...at(1, 10, 12), discountCode: code })).code).toBe('DISCOUNT_CODE_INVALID');
    expect(bodyOf(await move(booked.id, at(2, 10, 12))).total).toEqual(booked.total);
  });

  it.each(['cancelled', 'completed'])('leave alone what is %s', async (end) => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall, at(0, 10, 12)));
    if (end === 'cancelled') await world.call(cancelBooking, { id, reason: 'Avlyst' });
    else {
      await world.rows(
        `WITH done AS (UPDATE digilist.bookings SET status = 'completed' WHERE id = $1 RETURNING tenant_id, id)
         INSERT INTO digilist.booking_history (tenant_id, booking_id, from_status, to_status, actor_kind, created_by)
         SELECT tenant_id, id, 'confirmed', 'completed', 'job', id FROM done`,
        [id],
      );
    }
    expect((await move(id, at(1, 10, 12))).code).toBe('INVALID_STATE');
  });

  it('move a draft too, which still holds nothing', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall, { ...at(0, 10, 12), draft: true }));
    const moved = bodyOf(await move(id, at(1, 10, 13)));
    expect(moved).toMatchObject({ status: 'draft', startsAt: day(1, 10), endsAt: day(1, 13) });
    expect(await heldBy(id)).toEqual([]);
  });
});

describe('a move that somebody has to decide about', () => {
  it('goes back to the queue, and holds its new time meanwhile', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall, at(0, 10, 12)));
    // After ten in the evening somebody decides.
    const reply = bodyOf(await move(id, at(1, 21, 23)));
    expect(reply).toMatchObject({ status: 'awaiting_approval', approval: { required: true } });
    expect(await heldBy(id)).toHaveLength(1);
    const queue = 'SELECT status, reasons FROM digilist.booking_approvals WHERE booking_id = $1';
    expect(await world.rows(queue, [id])).toMatchObject([{ status: 'open' }]);
    expect((await historyOf(id)).at(-1)).toMatchObject({ change: 'rescheduled', to: 'awaiting_approval' });
    const again = bodyOf(await move(id, at(1, 10, 12)));
    expect(again).toMatchObject({ status: 'awaiting_approval', approval: { required: true } });
    expect(await world.rows(queue, [id])).toMatchObject([{ status: 'open' }]);
  });

  it('does not end the hold of what is to be paid any later', async () => {
    const hall = await buildHall(world.digilist, world.town, { paymentPolicy: 'PAY_AND_CONFIRM' });
    const booked = bodyOf(await world.book(hall, at(0, 10, 12)));
    const moved = bodyOf(await move(booked.id, at(1, 10, 12)));
    expect(moved).toMatchObject({ status: 'awaiting_payment', holdExpiresAt: booked.holdExpiresAt });
    const queued = bodyOf(await move(booked.id, at(1, 21, 23)));
    expect(queued).toMatchObject({ status: 'awaiting_approval', holdExpiresAt: null });
  });
});

describe('who may move a booking', () => {
  it('the booker, staff, and whoever administers the organization it was booked for', async () => {
    const hall: Hall = await buildHall(world.digilist, world.town);
    const leader = await world.person('resident', 'org', { orgId: world.town.clubId });
    const member = await world.person('resident', 'user');
    const stranger = await world.person('resident', 'user');
    await world.member(member, world.town.clubId);
    const { id } = bodyOf(
      await world.book(hall, { ...at(0, 10, 12), onBehalfOfOrgId: world.town.clubId }, { by: member }),
    );
    expect((await move(id, at(1, 10, 12), { by: stranger })).code).toBe('NOT_FOUND');
    for (const [n, by] of [member, leader, world.handler].entries())
      expect((await move(id, at(n + 2, 10, 12), { by })).code).toBeUndefined();
    expect((await world.call(createBooking, {}, { by: stranger })).code).toBe('VALIDATION_FAILED');
  });
});
