import { approveBooking, type CalendarEntry, getListingCalendar, type ListingCalendar } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { BookingWorld, bodyOf, day } from '../../testing/booking-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { BookingsModule } from '../bookings/index.js';
import { PublicCalendarModule } from './index.js';

let world: BookingWorld;

beforeAll(async () => {
  world = await BookingWorld.open([BookingsModule, PublicCalendarModule]);
  world.digilist.excuse('a hold that goes on has its time, and one that has ended has none');
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const ask = (hall: Hall, by: string | null, more: object = {}, headers: Record<string, string> = {}) =>
  world.digilist.call(
    getListingCalendar,
    world.town,
    by,
    { id: hall.listingId, from: day(0, 0), to: day(3, 0), ...more },
    { 'x-tenant': world.town.slug, ...headers },
  );
const entries = async (
  hall: Hall,
  by: string | null = null,
  more: object = {},
  headers: Record<string, string> = {},
) => {
  const reply = await ask(hall, by, more, headers);
  expect(reply.code).toBeUndefined();
  return (reply.body as unknown as ListingCalendar).entries;
};
const spans = (found: CalendarEntry[]) => found.map(({ kind, startsAt, endsAt }) => [kind, startsAt, endsAt]);

/** Through the only way into the calendar. */
async function take(hall: Hall, kind: string, owner: string, from: string, to: string, expires: string | null = null) {
  await world.rows(
    `SELECT * FROM digilist.take_times($1, $2, $3, $4, '{}', ARRAY[$5]::uuid[], ARRAY[$6]::uuid[], ARRAY[1], ARRAY[$7]::timestamptz[],
       ARRAY[$8]::timestamptz[], ARRAY[0], ARRAY[0])`,
    [world.town.tenantId, world.handler, kind, expires, owner, hall.atoms[0], from, to],
  );
}

async function block(hall: Hall, kind: string, from: string, to: string, note: object | null): Promise<void> {
  const zoneId = hall.parts[0] ?? hall.whole;
  const [row] = await world.rows<{ id: string }>(
    `INSERT INTO digilist.blocks (tenant_id, org_id, listing_id, zone_id, kind, reason, reason_text, public_note, starts_at, ends_at, created_by, updated_by)
     VALUES ($1, $2, $3, $4, $5, 'other', 'KANARI: vannskade hos Ola', $6, $7, $8, $9, $9) RETURNING id`,
    [
      world.town.tenantId,
      world.town.orgId,
      hall.listingId,
      zoneId,
      kind,
      note === null ? null : JSON.stringify(note),
      from,
      to,
      world.handler,
    ],
  );
  await take(hall, kind, row?.id as string, from, to);
}

describe('what everybody sees', () => {
  it('is when it is taken and of what kind, without buffers, and with titles that are meant for them', async () => {
    const hall = await buildHall(world.digilist, world.town, { parts: 3, bufferMinutes: 30 });
    const [first] = hall.parts as [string];
    await world.book(hall, { zoneId: first });
    await world.book(hall, {
      zoneId: first,
      startsAt: day(1, 10),
      endsAt: day(1, 12),
      publicTitle: 'Julekonsert',
      showInPublicCalendar: true,
    });
    await block(hall, 'MAINTENANCE', day(2, 8), day(2, 9), { nb: 'Gulvvask', nn: 'Golvvask' });
    const found = await entries(hall, null, {}, { 'accept-language': 'nn' });
    expect(spans(found)).toEqual([
      ['booked', day(0, 10), day(0, 12)],
      ['booked', day(1, 10), day(1, 12)],
      ['maintenance', day(2, 8), day(2, 9)],
    ]);
    expect(found.map(({ title }) => title)).toEqual([null, 'Julekonsert', 'Golvvask']);
    // A part and the whole; the other parts go on as if nothing were.
    expect(found[0]?.zoneIds.sort()).toEqual([hall.whole, first].sort());
    expect(await entries(hall, null, { zoneId: hall.parts[1] })).toEqual([]);
    expect(spans(await entries(hall, null, { zoneId: first }))).toHaveLength(3);
  });

  it('shows a title once the booking is confirmed: what an applicant wrote is nobody’s until somebody has said yes', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const title = { publicTitle: 'Stort stevne', showInPublicCalendar: true, attendees: 150 };
    const booking = bodyOf(await world.book(hall, title));
    expect(booking.status).toBe('awaiting_approval');
    const titles = async (by: string | null) => (await entries(hall, by)).map((entry) => entry.title);
    expect(await titles(null)).toEqual([null]);
    expect(await titles(world.resident)).toEqual(['Stort stevne']);
    const [approval] = await world.rows('SELECT id FROM digilist.booking_approvals WHERE booking_id = $1', [
      booking.id,
    ]);
    expect((await world.call(approveBooking, { id: approval?.id }, { by: world.handler })).code).toBeUndefined();
    expect(await titles(null)).toEqual(['Stort stevne']);
  });

  it('holds no personal data: whatever is planted does not come out', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const booking = bodyOf(
      await world.book(hall, {
        purpose: 'KANARI-formål 60 år for Kari',
        publicTitle: 'KANARI-tittel som ikke er delt',
        showInPublicCalendar: false,
      }),
    );
    await block(hall, 'BLOCK', day(1, 8), day(1, 9), null);
    const [{ name, email } = { name: '', email: '' }] = await world.rows<{ name: string; email: string }>(
      'SELECT name, email FROM digilist.platform_users WHERE id = $1',
      [world.resident],
    );
    const canaries = ['KANARI', name, email, world.resident, booking.id, world.town.orgId, world.town.clubId];
    const other = await world.person('resident', 'user');
    for (const by of [null, other]) {
      const text = JSON.stringify((await ask(hall, by)).body);
      expect(canaries.filter((canary) => text.includes(canary))).toEqual([]);
      expect(JSON.parse(text).entries).toHaveLength(2);
    }
  });

  it('shows a hold as long as it lasts, and nothing of it afterwards', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const hold = async (from: string, to: string, expires: string) => {
      const [row] = await world.rows<{ id: string }>(
        `INSERT INTO digilist.holds (tenant_id, org_id, listing_id, zone_id, user_id, starts_at, ends_at, expires_at, created_by, updated_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, now() + $8::interval, $5, $5) RETURNING id`,
        [world.town.tenantId, world.town.orgId, hall.listingId, hall.whole, world.resident, from, to, expires],
      );
      const [{ at } = { at: '' }] = await world.rows<{ at: string }>(`SELECT (now() + $1::interval)::text AS at`, [
        expires,
      ]);
      await take(hall, 'HOLD', row?.id as string, from, to, at);
    };
    await hold(day(0, 10), day(0, 11), '10 minutes');
    await hold(day(0, 14), day(0, 15), '-1 second');
    expect(spans(await entries(hall))).toEqual([['booked', day(0, 10), day(0, 11)]]);
  });

  it('says how many are out where the listing counts', async () => {
    const hall = await buildHall(world.digilist, world.town, { stock: 10 });
    await world.book(hall, { quantity: 4 });
    expect(await entries(hall)).toMatchObject([{ kind: 'booked', quantity: 4 }]);
  });

  it('shows what is longer than a day and began before the window, and not what ended before', async () => {
    const hall = await buildHall(world.digilist, world.town);
    await world.book(hall, { startsAt: day(0, 10), endsAt: day(5, 10) });
    const found = await entries(hall, null, { from: day(4, 0), to: day(5, 0) });
    expect(spans(found)).toEqual([['booked', day(0, 10), day(5, 10)]]);
    expect(await entries(hall, null, { from: day(5, 10), to: day(6, 0) })).toEqual([]);
  });

  it('shows when it is closed to who asks for it', async () => {
    const hall = await buildHall(world.digilist, world.town);
    await world.rows(`UPDATE digilist.availability_rules SET opens = '08:00', closes = '22:00' WHERE listing_id = $1`, [
      hall.listingId,
    ]);
    await world.rows('UPDATE digilist.listings SET version = version + 1 WHERE id = $1', [hall.listingId]);
    const found = await entries(hall, null, { closed: true });
    expect(found.every(({ kind }) => kind === 'closed')).toBe(true);
    const minutes = found.reduce(
      (sum, { startsAt, endsAt }) => sum + (Date.parse(endsAt) - Date.parse(startsAt)) / 60_000,
      0,
    );
    expect(minutes).toBe(3 * 10 * 60);
    expect(await entries(hall)).toEqual([]);
  });

  it('is refused for a window or a zone that makes no sense, and for a listing nobody may see', async () => {
    const hall = await buildHall(world.digilist, world.town);
    expect((await ask(hall, null, { to: day(0, 0) })).code).toBe('INVALID_INTERVAL');
    expect((await ask(hall, null, { to: day(70, 0) })).code).toBe('INVALID_INTERVAL');
    expect((await ask(hall, null, { zoneId: world.town.orgId })).code).toBe('ZONE_UNKNOWN');
    const draft = await buildHall(world.digilist, world.town, { status: 'draft' });
    expect((await ask(draft, null)).code).toBe('NOT_FOUND');
    expect((await ask({ ...hall, listingId: world.town.orgId }, null)).code).toBe('NOT_FOUND');
  });
});

describe('who is signed in', () => {
  it('sees which bookings are their own', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall, { purpose: 'Trening' }));
    expect(await entries(hall, world.resident)).toMatchObject([{ mine: true, bookingId: id, booking: null }]);
    const other = await world.person('resident', 'user');
    expect(await entries(hall, other)).toMatchObject([{ mine: false, bookingId: null, booking: null }]);
  });

  it('and may know, sees who, for whom and what for; where the permission does not reach, nothing', async () => {
    const hall = await buildHall(world.digilist, world.town);
    await world.member(world.resident, world.town.clubId);
    const { id } = bodyOf(await world.book(hall, { purpose: 'Trening', onBehalfOfOrgId: world.town.clubId }));
    const caretaker = await world.person('caretaker', 'org', { orgId: world.town.orgId });
    expect(await entries(hall, caretaker)).toMatchObject([
      {
        bookingId: id,
        booking: { status: 'confirmed', bookedBy: 'Kari Nordmann', organization: 'Storevik IL', purpose: 'Trening' },
      },
    ]);
    const elsewhere = await world.person('caretaker', 'org', { orgId: world.town.otherOrgId });
    expect(await entries(hall, elsewhere)).toMatchObject([{ bookingId: null, booking: null, mine: false }]);
  });
});
