import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { BookingWorld, bodyOf, day } from '../../testing/booking-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { begin } from '../../testing/passing-time.js';
import { BookingsModule } from '../bookings/index.js';
import { RetentionJob, RetentionModule } from './index.js';

const HOURS_A_YEAR = 8_766;

let world: BookingWorld;
let hall: Hall;
let n = 0;

beforeAll(async () => {
  world = await BookingWorld.open([BookingsModule, RetentionModule]);
  hall = await buildHall(world.digilist, world.town);
  await world.rows(
    `INSERT INTO digilist.platform_users (tenant_id, id, version, email, name, kind, status, locale)
     SELECT id, service_user_id, 1, 'tjeneste', 'Tjeneste', 'service', 'active', 'nb' FROM digilist.platform_tenants WHERE id = $1`,
    [world.town.tenantId],
  );
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

/** A booking that began so many years ago. */
async function bookedYearsAgo(years: number): Promise<string> {
  const at = { startsAt: day(n, 10), endsAt: day(n++, 12), purpose: 'Bursdagen til Kari', attendees: 12 };
  const { id } = bodyOf(await world.book(hall, at));
  await begin(world, id, { hoursAgo: Math.round(years * HOURS_A_YEAR), hours: 2 });
  return id;
}

const bookingOf = async (id: string) =>
  (
    await world.rows(
      `SELECT b.user_id = t.service_user_id AND b.created_by = t.service_user_id AS nobodys, b.purpose, b.attendees, b.total::int,
         (SELECT bool_and(a.ip IS NULL AND a.user_id = t.service_user_id) FROM digilist.terms_acceptances a WHERE a.booking_id = b.id) AS terms,
         (SELECT bool_and(h.created_by = t.service_user_id AND h.reason IS NULL) FROM digilist.booking_history h WHERE h.booking_id = b.id) AS history
       FROM digilist.bookings b JOIN digilist.platform_tenants t ON t.id = b.tenant_id WHERE b.id = $1`,
      [id],
    )
  )[0];
const turn = (now = new Date()) => world.service.app.get(RetentionJob, { strict: false }).turn(now);

it('makes bookings nobody’s in the sixth year after theirs, amounts and all that is no person’s kept, and says so once', async () => {
  const [old, recent] = [await bookedYearsAgo(7), await bookedYearsAgo(4)];
  const before = await bookingOf(old);
  expect(before).toMatchObject({ nobodys: false, purpose: 'Bursdagen til Kari' });
  await Promise.all([turn(), turn()]);
  expect(await bookingOf(old)).toEqual({
    nobodys: true,
    purpose: null,
    attendees: 12,
    total: before?.total,
    terms: true,
    history: true,
  });
  expect(await bookingOf(recent)).toMatchObject({ nobodys: false, purpose: 'Bursdagen til Kari' });
  const told = await world.rows<{ payload: string }>(
    "SELECT payload FROM digilist.outbox WHERE payload LIKE '%digilist.retention.anonymise%'",
  );
  expect(told.map(({ payload }) => JSON.parse(payload).changes)).toEqual([
    { subject: 'bookings', rows: 1, years: 5, legalGround: expect.stringContaining('Bokføringsloven § 13') },
  ]);
});

it('ends with the year, by the clock of Norway, and is as long as the rule of the tenant says', async () => {
  const id = await bookedYearsAgo(1);
  const [{ year = 0 } = {}] = await world.rows<{ year: number }>(
    "SELECT extract(year FROM ends_at AT TIME ZONE 'Europe/Oslo')::int AS year FROM digilist.bookings WHERE id = $1",
    [id],
  );
  await turn(new Date(Date.parse(`${year + 6}-01-01T00:00:00+01:00`) - 1));
  expect(await bookingOf(id)).toMatchObject({ nobodys: false });
  const rule = "UPDATE digilist.retention_rules SET years = $1 WHERE tenant_id = $2 AND subject = 'bookings'";
  await world.rows(rule, [10, world.town.tenantId]);
  await turn(new Date(`${year + 6}-01-01T00:00:00+01:00`));
  expect(await bookingOf(id)).toMatchObject({ nobodys: false });
  await world.rows(rule, [5, world.town.tenantId]);
  await turn(new Date(`${year + 6}-01-01T00:00:00+01:00`));
  expect(await bookingOf(id)).toMatchObject({ nobodys: true });
});

it('keeps nothing for a shorter time than the law asks', async () => {
  await expect(world.rows('UPDATE digilist.retention_rules SET years = 4')).rejects.toThrow(
    'retention_rules_years_check',
  );
});
