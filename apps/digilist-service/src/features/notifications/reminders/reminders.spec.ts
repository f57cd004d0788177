import {
  getListingReminder,
  getNotificationSettings,
  putListingReminder,
  putNotificationSettings,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@kit/service';
import { readMail, stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { settle } from '../../../platform/testing/platform-stand-in.js';
import { buildHall, type Hall } from '../../../testing/hall.js';
import { statementsOf } from '../../../testing/statements.js';
import { Telling } from '../testing/telling.js';
import { Reminders } from './reminders.job.js';

let telling: Telling;
let hall: Hall;
let administrator: string;

beforeAll(async () => {
  telling = await Telling.open({ processes: 2 });
  // Bookings are rows here, made by hand.
  telling.world.excuse(
    'a booking of a zone in use has exactly the atoms that belong to it',
    'a booking waits for a decision exactly when its approval is open',
  );
  // Somebody who is known there lives in a town that is.
  administrator = (await telling.person('administrator')).userId;
  hall = await buildHall(telling.world, telling.town);
});
afterAll(async () => {
  await telling?.world.close();
  await stopPostgres();
});

const HOUR_MS = 3_600_000;
/** The turns of a spec look from a day of their own, far from those of others and of the running jobs. */
let days = 400;
function newNow(): Date {
  days += 40;
  return new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS + days * 24 * HOUR_MS);
}
const hours = (from: Date, n: number) => new Date(from.getTime() + n * HOUR_MS);

async function book(
  userId: string,
  startsAt: Date,
  { madeAt = hours(startsAt, -500), status = 'confirmed', at = hall } = {},
) {
  const id = uuidv7();
  await telling.world.rows(
    `WITH unchecked AS (SELECT set_config('session_replication_role', 'replica', true))
     INSERT INTO digilist.bookings (tenant_id, id, org_id, listing_id, zone_id, user_id, status, payment_policy, starts_at, ends_at,
       timezone, pricing_group, net, vat, total, price_lines, created_by, updated_by, created_at)
     SELECT $1, $2, $3, $4, $5, $6, $7, 'FREE', $8, $8::timestamptz + interval '1 hour', 'Europe/Oslo', 'private', 0, 0, 0, '[]', $6, $6, $9
     FROM unchecked`,
    [telling.town.tenantId, id, telling.town.orgId, at.listingId, at.whole, userId, status, startsAt, madeAt],
  );
  return id;
}
const turn = (now: Date, process = 0) => (telling.services[process] as RunningService).app.get(Reminders).turn(now);
const reminded = async (userId: string) =>
  (
    await telling.world.rows<{ booking_id: string }>(
      "SELECT booking_id FROM digilist.notifications WHERE user_id = $1 AND event = 'booking.reminder' ORDER BY id",
      [userId],
    )
  ).map(({ booking_id }) => booking_id);

describe('a reminder', () => {
  it('comes a day before, by mail, once, however many processes remind at once and however often', async () => {
    const { userId, email } = await telling.person();
    const now = newNow();
    const [due] = [
      await book(userId, hours(now, 23)),
      await book(userId, hours(now, 25)),
      await book(userId, hours(now, -1)),
    ];
    await Promise.all([turn(now, 0), turn(now, 1), turn(now, 0)]);
    await turn(hours(now, 1), 1);
    const [letter] = await readMail(telling.mail, { to: email });
    expect(letter?.subject).toMatch(/^Påminnelse: /);
    // The second one was due an hour later.
    expect(await reminded(userId)).toHaveLength(2);
    expect((await reminded(userId))[0]).toBe(due);
  });

  it('comes for confirmed bookings only, and not for what was booked just before it would have come', async () => {
    const { userId } = await telling.person();
    const now = newNow();
    const starts = hours(now, 20);
    for (const status of ['awaiting_approval', 'awaiting_payment', 'cancelled', 'draft', 'rejected'])
      await book(userId, starts, { status });
    await book(userId, starts, { madeAt: hours(now, -1) });
    await book(userId, starts, { madeAt: hours(starts, -26) });
    const early = await book(userId, starts, { madeAt: hours(starts, -28) });
    await turn(now);
    expect(await reminded(userId)).toEqual([early]);
  });

  it('of a booking that was moved comes at its new time, and the old one never', async () => {
    const { userId } = await telling.person();
    const now = newNow();
    const id = await book(userId, hours(now, 30));
    const move = (to: Date) =>
      telling.world.rows(
        "UPDATE digilist.bookings SET starts_at = $2, ends_at = $2::timestamptz + interval '1 hour' WHERE id = $1",
        [id, to],
      );
    await move(hours(now, 72));
    await turn(hours(now, 10));
    expect(await reminded(userId)).toEqual([]);
    await turn(hours(now, 50));
    expect(await reminded(userId)).toEqual([id]);
    // Told once of this time; of another one anew.
    await move(hours(now, 100));
    await turn(hours(now, 80));
    await turn(hours(now, 81));
    expect(await reminded(userId)).toEqual([id, id]);
  });

  it('takes two statements, however many there are', async () => {
    const { userId } = await telling.person();
    const now = newNow();
    const names = async (count: number, at: Date) => {
      for (let n = 0; n < count; n++) await book(userId, hours(at, 20 + n / 100));
      return (await statementsOf(() => turn(at))).filter((name) => name !== 'own-notification-templates');
    };
    expect(await names(1, now)).toEqual(['due-reminders', 'notify']);
    expect(await names(20, hours(now, 100))).toEqual(['due-reminders', 'notify']);
    expect(await reminded(userId)).toHaveLength(21);
  });
});

describe('when people are reminded', () => {
  const settings = (request: object, ifMatch: number) =>
    telling.call(putNotificationSettings, administrator, { smsIntegrationId: null, ...request }, { ifMatch });

  it('is what the tenant says, unless the listing says otherwise; 0 is never', async () => {
    const other = await buildHall(telling.world, telling.town);
    const silent = await buildHall(telling.world, telling.town);
    expect((await telling.call(getNotificationSettings, administrator)).body).toMatchObject({
      reminderHours: 24,
      version: 0,
    });
    expect((await settings({ reminderHours: 48 }, 0)).body).toMatchObject({ reminderHours: 48, version: 1 });
    expect((await settings({ reminderHours: 12 }, 0)).code).toBe('STALE_VERSION');
    const before = await telling.call(getListingReminder, administrator, { id: other.listingId });
    expect(before.body).toEqual({ hours: null, effectiveHours: 48, version: 0 });
    const put = (id: string, most: number | null, ifMatch: number) =>
      telling.call(putListingReminder, administrator, { id, hours: most }, { ifMatch });
    expect((await put(other.listingId, 2, 0)).body).toEqual({ hours: 2, effectiveHours: 2, version: 1 });
    expect((await put(other.listingId, 3, 0)).code).toBe('STALE_VERSION');
    await put(silent.listingId, 0, 0);
    const { userId } = await telling.person();
    const now = newNow();
    const [usual, late] = [await book(userId, hours(now, 40)), await book(userId, hours(now, 3), { at: other })];
    await book(userId, hours(now, 1), { at: silent });
    await turn(now);
    expect(await reminded(userId)).toEqual([usual]);
    await turn(hours(now, 2));
    expect(await reminded(userId)).toEqual([usual, late]);
    expect((await put(other.listingId, null, 1)).body).toEqual({ hours: null, effectiveHours: 48, version: 2 });
    await settings({ reminderHours: 24 }, 1);
  });

  it('of a listing is for the staff of its organization to say, of the town for staff of the town', async () => {
    const { userId: resident } = await telling.person();
    const { otherOrgId, orgId } = telling.town;
    const staffOf = async (org: string) =>
      (await settle(telling.world.platform, telling.town, { role: 'administrator', scope: 'org', orgId: org })).userId;
    const [theirs, ours] = [await staffOf(otherOrgId), await staffOf(orgId)];
    const put = (userId: string, id = hall.listingId) =>
      telling.call(putListingReminder, userId, { id, hours: 24 }, { ifMatch: 0 });
    await telling.person();
    expect((await put(resident)).code).toBe('FORBIDDEN');
    expect((await put(theirs)).code).toBe('FORBIDDEN');
    expect((await put(administrator, uuidv7())).code).toBe('NOT_FOUND');
    expect((await put(ours)).ok).toBe(true);
    expect((await telling.call(getNotificationSettings, ours)).code).toBe('FORBIDDEN');
  });
});
