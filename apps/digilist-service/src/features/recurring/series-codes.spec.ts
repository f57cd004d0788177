import {
  addOccurrence,
  approveBooking,
  cancelBooking,
  cancelRecurringBooking,
  createRecurringBooking,
  getBooking,
  type RecurringBooking,
  rescheduleBooking,
  updateRecurringBooking,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { BookingWorld, bodyOf, day } from '../../testing/booking-world.js';
import type { Reply } from '../../testing/digilist-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { statementsOf } from '../../testing/statements.js';
import { DiscountReturns } from '../pricing/index.js';
import { RecurringModule } from './index.js';

/** Two hours at 400 kroner and 25 % VAT, less 10 %. */
const [PRICE, LESS] = [100_000, 90_000];

let world: BookingWorld;
let codes = 0;

beforeAll(async () => {
  world = await BookingWorld.open([RecurringModule]);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const date = (week: number) => day(week * 7).slice(0, 10);
const hall = (options: object = {}) => buildHall(world.digilist, world.town, options);
const bodyOfSeries = (reply: Reply) => {
  if (!reply.ok) throw new Error(JSON.stringify(reply.body));
  return reply.body as unknown as RecurringBooking;
};

async function code(limits: { kind?: string; value?: number; maxUses?: number; perPerson?: number } = {}) {
  const { kind = 'percentage', value = 1_000, maxUses = null, perPerson = null } = limits;
  const name = `KORPS${codes++}`;
  await world.rows(
    `INSERT INTO digilist.discount_codes (tenant_id, code, kind, value, max_uses, max_uses_per_person, created_by, updated_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`,
    [world.town.tenantId, name, kind, value, maxUses, perPerson, world.handler],
  );
  return name;
}
const usedOf = async (name: string) => {
  const [row] = await world.rows<{ used: number; open: number }>(
    `SELECT d.used, (SELECT count(*)::int FROM digilist.discount_uses u
       WHERE u.discount_code_id = d.id AND u.given_back_at IS NULL) AS open FROM digilist.discount_codes d WHERE d.code = $1`,
    [name],
  );
  expect(row?.used).toBe(row?.open);
  return row?.used;
};
const create = (where: Hall, change: object = {}, by = world.resident) =>
  world.call(
    createRecurringBooking,
    {
      ...{ listingId: where.listingId, rule: 'FREQ=WEEKLY;COUNT=3', firstDate: date(0), termsVersion: '1' },
      ...{ startsTime: '10:00', endsTime: '12:00', ...change },
    },
    { by },
  );
const made = async (where: Hall, change: object = {}) => bodyOfSeries(await create(where, change));
const change = async ({ id, version }: RecurringBooking, request: object) =>
  bodyOfSeries(
    await world.call(updateRecurringBooking, { id, ...request }, { headers: { 'if-match': `"${version}"` } }),
  );
const callOff = async ({ id }: RecurringBooking, by = world.handler, more: object = {}) =>
  bodyOfSeries(await world.call(cancelRecurringBooking, { id, reason: 'Stengt', ...more }, { by }));
const approved = async (bookingId: string | undefined) => {
  const [open] = await world.rows('SELECT id FROM digilist.booking_approvals WHERE booking_id = $1', [bookingId]);
  expect((await world.call(approveBooking, { id: open?.id }, { by: world.handler })).ok).toBe(true);
};
const prices = ({ occurrences }: RecurringBooking) => occurrences.map(({ price }) => price?.amount);
const bookingIds = ({ occurrences }: RecurringBooking) => occurrences.map(({ bookingId }) => bookingId as string);

describe('a discount code of a series', () => {
  it('makes each of its dates cheaper and is used once, in as many statements as without', async () => {
    const where = await hall();
    const discountCode = await code({ maxUses: 1 });
    expect(prices(await made(where, { discountCode, dryRun: true }))).toEqual([LESS, LESS, LESS]);
    expect(await usedOf(discountCode)).toBe(0);
    const asked = async (request: object) =>
      (await statementsOf(() => made(where, request))).filter(
        (name) => !['tenant-workflows', 'own-notification-templates'].includes(name),
      );
    const plain = await asked({ startsTime: '12:00', endsTime: '14:00' });
    expect(await asked({ discountCode })).toEqual(plain);
    expect(await usedOf(discountCode)).toBe(1);
    expect((await create(where, { discountCode, startsTime: '14:00', endsTime: '16:00' })).code).toBe(
      'DISCOUNT_CODE_INVALID',
    );
  });

  it('is told by the series and by each booking, whose lines say what was taken off', async () => {
    const discountCode = await code();
    const series = await made(await hall(), { discountCode });
    expect(series).toMatchObject({ discountCode, totals: { price: { amount: 3 * LESS } } });
    const [id] = bookingIds(series);
    const booking = bodyOf(await world.call(getBooking, { id }));
    expect(booking).toMatchObject({ discountCode, total: { amount: LESS } });
    expect(booking.price.lines.map(({ total }) => total.amount)).toEqual([PRICE, LESS - PRICE]);
  });

  it('of a fixed amount is refused, and one that cannot be used as for a single booking; nothing is booked', async () => {
    const where = await hall();
    const fixed = await code({ kind: 'fixed', value: 5_000 });
    expect((await create(where, { discountCode: fixed })).code).toBe('DISCOUNT_CODE_NOT_FOR_SERIES');
    expect((await create(where, { discountCode: 'FINNESIKKE' })).code).toBe('DISCOUNT_CODE_INVALID');
    const [{ n } = {}] = await world.rows('SELECT count(*)::int AS n FROM digilist.bookings WHERE listing_id = $1', [
      where.listingId,
    ]);
    expect([n, await usedOf(fixed)]).toEqual([0, 0]);
  });

  it('for three series is had by three of twelve that are booked at once, once by each person where that is said', async () => {
    const [few, own] = [await code({ maxUses: 3 }), await code({ perPerson: 1 })];
    const places = await Promise.all(Array.from({ length: 12 }, () => hall()));
    const tries = await Promise.all(places.map((where) => create(where, { discountCode: few })));
    expect(tries.filter(({ ok }) => ok)).toHaveLength(3);
    expect(await usedOf(few)).toBe(3);
    const later = { startsTime: '14:00', endsTime: '16:00', discountCode: own };
    const mine = await Promise.all(places.slice(0, 4).map((where) => create(where, later)));
    expect(mine.filter(({ ok }) => ok)).toHaveLength(1);
    expect(mine.find(({ ok }) => !ok)?.body.details).toEqual({ reason: 'USED_BY_PERSON', most: 1 });
    expect(await usedOf(own)).toBe(1);
  });

  it('stays with the series when it moves, is divided, gets another date, or one of them moves alone', async () => {
    const discountCode = await code({ maxUses: 1 });
    const series = await made(await hall(), { discountCode });
    const moved = await change(series, { startsTime: '11:00', endsTime: '13:00' });
    expect(prices(moved)).toEqual([LESS, LESS, LESS]);
    const divided = await change(moved, { from: date(1), startsTime: '12:00', endsTime: '14:00' });
    expect(divided).toMatchObject({ discountCode, continues: series.id });
    expect(prices(divided)).toEqual([LESS, LESS]);
    const added = bodyOfSeries(await world.call(addOccurrence, { id: divided.id, date: date(3) }));
    expect(prices(added)).toEqual([LESS, LESS, LESS]);
    const [alone] = bookingIds(added);
    const at = { startsAt: day(8, 10), endsAt: day(8, 12) };
    expect(bodyOf(await world.call(rescheduleBooking, { id: alone, ...at })).total.amount).toBe(LESS);
    expect(await usedOf(discountCode)).toBe(1);
  });

  it('is given back when all of it was called off before any of it was used, not by halves and not to who cancels', async () => {
    const where = await hall();
    const discountCode = await code();
    const first = await made(where, { discountCode });
    const second = await change(first, { from: date(1), startsTime: '12:00', endsTime: '14:00' });
    await callOff(second);
    expect(await usedOf(discountCode)).toBe(1);
    await callOff(first);
    expect(await usedOf(discountCode)).toBe(0);

    const regretted = await made(where, { discountCode });
    await callOff(regretted, world.resident);
    expect(await usedOf(discountCode)).toBe(1);

    const begun = await made(where, { discountCode });
    const [over] = bookingIds(begun);
    await approved(over);
    await world.rows(
      `WITH done AS (UPDATE digilist.bookings SET status = 'completed' WHERE id = $1 RETURNING tenant_id, id)
       INSERT INTO digilist.booking_history (tenant_id, booking_id, from_status, to_status, actor_kind, created_by)
       SELECT tenant_id, id, 'confirmed', 'completed', 'job', id FROM done`,
      [over],
    );
    await callOff(begun);
    expect(await usedOf(discountCode)).toBe(2);
  });

  it('is given back once when its last dates are called off one by one and at the same time', async () => {
    const discountCode = await code();
    for (let round = 0; round < 5; round++) {
      const series = await made(await hall(), { discountCode });
      expect(await usedOf(discountCode)).toBe(1);
      const cancelled = await Promise.all(
        bookingIds(series).map((id) => world.call(cancelBooking, { id, reason: 'Stengt' }, { by: world.handler })),
      );
      expect(cancelled.every(({ ok }) => ok)).toBe(true);
      expect(await usedOf(discountCode)).toBe(0);
    }
  });

  it('of holds that gave way to somebody else is given back soon after the last of them', async () => {
    const where = await hall({ paymentPolicy: 'PAY_AND_CONFIRM' });
    const discountCode = await code();
    const ids = bookingIds(await made(where, { discountCode, rule: 'FREQ=WEEKLY;COUNT=2' }));
    const givesWay = async (id: string | undefined, week: number) => {
      await approved(id);
      await world.rows(`UPDATE digilist.bookings SET expires_at = now() - interval '1 minute' WHERE id = $1`, [id]);
      await world.rows(
        `UPDATE digilist.allocations SET expires_at = now() - interval '1 minute' WHERE booking_id = $1`,
        [id],
      );
      const times = { localStartsAt: `${date(week)}T10:00`, localEndsAt: `${date(week)}T12:00` };
      const at = { startsAt: undefined, endsAt: undefined, ...times };
      expect((await world.book(where, at, { by: world.handler })).ok).toBe(true);
      await world.service.app.get(DiscountReturns, { strict: false }).turn(new Date());
    };
    await givesWay(ids[0], 0);
    expect(await usedOf(discountCode)).toBe(1);
    await givesWay(ids[1], 1);
    expect(await usedOf(discountCode)).toBe(0);
  });
});
