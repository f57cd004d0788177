import {
  type Booking,
  type BookingHistoryEntry,
  getBooking,
  getBookingHistory,
  type UpdateBooking,
  updateBooking,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { BookingWorld, bodyOf } from '../../../testing/booking-world.js';
import { buildHall } from '../../../testing/hall.js';
import { begin } from '../../../testing/passing-time.js';
import { BookingsModule } from '../index.js';

let world: BookingWorld;

beforeAll(async () => {
  world = await BookingWorld.open([BookingsModule]);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const booked = async (change: object = {}, hall: object = {}): Promise<Booking> =>
  bodyOf(await world.book(await buildHall(world.digilist, world.town, hall), change));

const update = ({ id, version }: Booking, change: Omit<UpdateBooking, 'id'>, by = world.resident) =>
  world.call(updateBooking, { id, ...change }, { by, headers: { 'if-match': `"${version}"` } });

const read = async ({ id }: Booking) => bodyOf(await world.call(getBooking, { id }));
const historyOf = async ({ id }: Booking) =>
  (await world.call(getBookingHistory, { id })).body.data as BookingHistoryEntry[];
const queueOf = ({ id }: Booking) =>
  world.rows<{ status: string; reasons: { facts: object }[] }>(
    'SELECT status, reasons FROM digilist.booking_approvals WHERE booking_id = $1',
    [id],
  );

describe('updating a booking', () => {
  it('changes what it tells of itself, and neither its time nor its price', async () => {
    const before = await booked({ attendees: 10, purpose: 'Trening' });
    const change = { purpose: 'Kamp', attendees: 20, publicTitle: 'Seriekamp', showInPublicCalendar: true };
    const after = bodyOf(await update(before, change));
    expect(after).toMatchObject({ ...change, version: 2, status: 'confirmed', total: before.total });
    expect((await historyOf(before)).at(-1)).toMatchObject({
      change: 'updated',
      from: 'confirmed',
      to: 'confirmed',
      detail: {
        purpose: { from: 'Trening', to: 'Kamp' },
        attendees: { from: 10, to: 20 },
        publicTitle: { from: null, to: 'Seriekamp' },
        showInPublicCalendar: { from: false, to: true },
      },
    });
    const cleared = bodyOf(await update(after, { purpose: null, attendees: null, publicTitle: null }));
    expect(cleared).toMatchObject({ purpose: null, attendees: null, publicTitle: null, showInPublicCalendar: true });
  });

  it('puts no word of what was written into the events and the audit trail', async () => {
    const before = await booked();
    await update(before, { purpose: 'Hemmelig møte', publicTitle: 'Lukket hemmelig' });
    const told = await world.rows<{ payload: string }>(
      `SELECT payload FROM digilist.outbox WHERE payload LIKE '%' || $1 || '%'`,
      [before.id],
    );
    expect(told.length).toBeGreaterThan(2);
    for (const { payload } of told) expect(payload.toLowerCase()).not.toContain('hemmelig');
  });

  it('does nothing when nothing is new, and counts no version', async () => {
    const before = await booked({ purpose: 'Trening' });
    expect(bodyOf(await update(before, { purpose: 'Trening' }))).toMatchObject({ version: 1 });
    expect((await historyOf(before)).map(({ change }) => change)).not.toContain('updated');
  });

  it('needs the version that was read', async () => {
    const before = await booked();
    expect((await update({ ...before, version: 7 }, { purpose: 'x' })).code).toBe('STALE_VERSION');
    expect((await world.call(updateBooking, { id: before.id, purpose: 'x' })).code).toBe('PRECONDITION_REQUIRED');
    const replies = await Promise.all([1, 2, 3, 4].map((n) => update(before, { purpose: `Nr. ${n}` })));
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('is over for the booker when it has begun, but not for staff, and for nobody when it is over', async () => {
    const before = await booked();
    await begin(world, before.id, { hoursAgo: 1 });
    expect((await update(before, { purpose: 'x' })).code).toBe('BOOKING_STARTED');
    const after = bodyOf(await update(before, { purpose: 'x' }, world.handler));
    expect(after.purpose).toBe('x');
    await world.rows(`UPDATE digilist.bookings SET purpose = NULL WHERE id = $1`, [before.id]);
    const stranger = await world.person('resident', 'user');
    expect((await update(after, { purpose: 'y' }, stranger)).code).toBe('NOT_FOUND');
  });
});

describe('more people than before', () => {
  it('send it back to the queue when somebody has to decide about so many', async () => {
    const before = await booked({ attendees: 50 });
    expect(before.status).toBe('confirmed');
    const after = bodyOf(await update(before, { attendees: 150 }));
    expect(after).toMatchObject({ status: 'awaiting_approval', attendees: 150, approval: { required: true } });
    expect(await queueOf(before)).toMatchObject([{ status: 'open', reasons: [{ facts: { actual: 150 } }] }]);
    const more = bodyOf(await update(after, { attendees: 200 }));
    expect(await queueOf(before)).toMatchObject([{ status: 'open', reasons: [{ facts: { actual: 200 } }] }]);
    const fewer = bodyOf(await update(more, { attendees: 10 }));
    expect(fewer).toMatchObject({ status: 'awaiting_approval', attendees: 10 });
  });

  it('change nothing else that was decided before', async () => {
    const before = await booked({ attendees: 50 });
    expect(bodyOf(await update(before, { attendees: 90 }))).toMatchObject({ status: 'confirmed' });
    expect(await queueOf(before)).toEqual([]);
  });

  it('take a booking out of the hold that ends by itself, and the calendar with it', async () => {
    const before = await booked({ attendees: 50 }, { paymentPolicy: 'PAY_AND_CONFIRM' });
    expect(before.status).toBe('awaiting_payment');
    expect(bodyOf(await update(before, { attendees: 150 }))).toMatchObject({
      status: 'awaiting_approval',
      holdExpiresAt: null,
    });
    expect(await read(before)).toMatchObject({ status: 'awaiting_approval' });
  });
});
