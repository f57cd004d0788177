import { cancelBooking, getBookingHistory } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jobOrigin, type Tx, UnitOfWork } from '@kit/service';
import { stopPostgres } from '@kit/testing';
import { BookingWorld, bodyOf, day } from '../../testing/booking-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { statementsOf } from '../../testing/statements.js';
import { type Cancellation, Cancellations } from '../listings/index.js';
import { BookingsModule } from './index.js';

let world: BookingWorld;
let neighbour: string;

beforeAll(async () => {
  world = await BookingWorld.open([BookingsModule]);
  neighbour = await world.person('resident', 'user');
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const inTown = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
  world.service.app.get(UnitOfWork).runAs(jobOrigin(world.town.tenantId, 'spec', world.handler), work);

const cancelMany = async (ids: string[], cancellation: Partial<Cancellation> = {}) => {
  const cancellations = world.service.app.get(Cancellations, { strict: false });
  const cancelled = await inTown((tx) =>
    cancellations.cancelMany(tx, ids, { reason: 'Vannskade', by: 'municipality', ...cancellation }),
  );
  return cancelled.map(({ id }) => id);
};

const bookDays = (hall: Hall, count: number, by = world.resident, change: object = {}) =>
  Promise.all(
    Array.from({ length: count }, async (_, n) =>
      bodyOf(await world.book(hall, { startsAt: day(n, 10), endsAt: day(n, 12), ...change }, { by })),
    ),
  );

const notesOf = (ids: string[]) =>
  world.rows<{ event: string; user_id: string; subject: string; body: string }>(
    `SELECT event, user_id, subject, body FROM digilist.notifications
     WHERE booking_id = ANY ($1::uuid[]) AND event LIKE 'booking%.ca%' ORDER BY event`,
    [ids],
  );

describe('calling many bookings off', () => {
  it('frees them all in as many statements as one, and tells each booker once', async () => {
    const hall = await buildHall(world.digilist, world.town, { parts: 2 });
    const [one] = await bookDays(hall, 1, world.resident, { zoneId: hall.parts[0] });
    const few = await statementsOf(() => cancelMany([one?.id as string]));
    const mine = await bookDays(hall, 20, world.resident, { zoneId: hall.parts[0], attendees: 500 });
    const theirs = await bookDays(hall, 1, neighbour, { zoneId: hall.parts[1], attendees: 500 });
    const ids = [...mine, ...theirs].map(({ id }) => id);
    let cancelled: string[] = [];
    const many = await statementsOf(async () => {
      cancelled = await cancelMany(ids.toReversed(), { publicReason: 'Hallen er stengt' });
    });
    expect(cancelled).toEqual(ids.toSorted());
    const money = ['lock-payments-of-bookings', 'grounds-of-settlement', 'lock-invoices-of-bookings'];
    expect(few).toEqual(['lock-bookings', 'move-bookings', 'notify', ...money]);
    expect(many).toEqual(['lock-bookings', 'move-bookings', 'withdraw-approvals', 'notify', ...money]);
    const held = 'SELECT 1 FROM digilist.allocations WHERE active AND booking_id = ANY ($1::uuid[])';
    expect(await world.rows(held, [ids])).toEqual([]);
    const notes = await notesOf(ids);
    expect(notes.map(({ event, user_id }) => [event, user_id])).toEqual([
      ['booking.called_off', neighbour],
      ['bookings.called_off', world.resident],
    ]);
    const { subject, body } = notes[1] as { subject: string; body: string };
    expect(subject).toBe('20 bookinger er avlyst: Storevik idrettshall');
    expect(body.match(/kl\. /g)).toHaveLength(20);
    expect(body).toContain('Begrunnelse: Hallen er stengt');
    expect(body).not.toContain('Vannskade');
    expect(body).not.toMatch(/[{}]/);
  });

  it('leaves alone what is over already, and what it cannot find', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const bookings = (await bookDays(hall, 3)).map(({ id }) => id);
    await world.call(cancelBooking, { id: bookings[1], reason: 'Avlyst' });
    expect(await cancelMany([...bookings, hall.listingId])).toEqual([bookings[0], bookings[2]].toSorted());
    expect(await cancelMany(bookings)).toEqual([]);
  });

  it('happens once when several do it at the same time, in whatever order', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const ids = (await bookDays(hall, 12)).map(({ id }) => id);
    const rounds = Array.from({ length: 6 }, (_, n) => [...ids.slice(n), ...ids.slice(0, n)]);
    const single = ids.map((id) => world.call(cancelBooking, { id, reason: 'Avlyst' }));
    const cancelled = await Promise.all(rounds.map((order) => cancelMany(order)));
    const own = (await Promise.all(single)).filter(({ ok }) => ok).map((reply) => bodyOf(reply).id);
    expect([...cancelled.flat(), ...own].toSorted()).toEqual(ids.toSorted());
  });

  it('keeps the internal reason in the audit trail only', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const [booking] = await bookDays(hall, 1);
    await cancelMany([booking?.id as string], { publicReason: 'Hallen er stengt' });
    const history = (await world.call(getBookingHistory, { id: booking?.id })).body.data as { reason: string }[];
    expect(history.at(-1)).toMatchObject({ to: 'cancelled', reason: 'Hallen er stengt' });
    const told = await world.rows<{ payload: string }>(
      `SELECT payload FROM digilist.outbox WHERE payload LIKE '%' || $1 || '%' AND payload LIKE '%Vannskade%'`,
      [booking?.id],
    );
    expect(told.map(({ payload }) => JSON.parse(payload).action)).toEqual(['digilist.booking.cancel']);
  });
});

describe('who called it off', () => {
  it('is told: the booker, or staff for somebody else', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const [first, second] = await bookDays(hall, 2);
    await world.call(cancelBooking, { id: first?.id, reason: 'Syk' });
    await world.call(cancelBooking, { id: second?.id, reason: 'Valg' }, { by: world.handler });
    expect((await notesOf([first?.id as string, second?.id as string])).map(({ event }) => event)).toEqual([
      'booking.called_off',
      'booking.cancelled',
    ]);
  });
});
