import {
  type CalendarFeed,
  type CreatedCalendarFeed,
  cancelBooking,
  createCalendarFeed,
  deleteCalendarFeed,
  getCalendarFeed,
  listCalendarFeeds,
  MAX_CALENDAR_FEEDS,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Chunk } from '@kit/contracts';
import { eventually, stopPostgres } from '@kit/testing';
import ICAL from 'ical.js';
import { entitlementState, stateMessage, userState } from '../../platform/testing/platform-stand-in.js';
import { BookingWorld, bodyOf, day } from '../../testing/booking-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { BookingsModule } from '../bookings/index.js';
import { ListingsModule } from '../listings/index.js';
import { feedsModule } from './index.js';

let world: BookingWorld;

beforeAll(async () => {
  world = await BookingWorld.open([
    ListingsModule,
    BookingsModule,
    feedsModule({ publicUrl: 'https://booking.example.no' }),
  ]);
  world.digilist.excuse(
    'a booking waits for a decision exactly when its approval is open',
    'a block that is in force has its time on everything it names, and one that was removed has none',
    'a booking that holds its time has it, and any other has none',
    'the calendar holds nothing for a booking but its own time',
    'the history of a booking ends in its status and has no gap',
  );
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const create = (request: object, by = world.resident) => world.call(createCalendarFeed, request, { by });
async function feed(request: object, by = world.resident): Promise<CreatedCalendarFeed & { token: string }> {
  const reply = await create(request, by);
  expect(reply.code).toBeUndefined();
  const made = reply.body as unknown as CreatedCalendarFeed;
  return { ...made, token: made.url.slice('https://booking.example.no/api/v1/calendars/'.length, -'.ics'.length) };
}
/** As a calendar program asks: it names no tenant and nobody. */
const fetchPiece = (token: string, cursor?: string) =>
  world.digilist.call(getCalendarFeed, world.town, null, { token, ...(cursor && { cursor }) });

async function text(token: string): Promise<string> {
  let all = '';
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const reply = await fetchPiece(token, cursor ?? undefined);
    expect(reply.code).toBeUndefined();
    const chunk = reply.body as unknown as Chunk;
    all += chunk.content;
    cursor = chunk.next;
  }
  return all;
}

interface Shown {
  uid: string;
  status: string;
  summary: string;
  sequence: number;
  location: string;
  description: string | null;
  url: string | null;
  zone: string;
}
async function events(token: string): Promise<Shown[]> {
  const calendar = new ICAL.Component(ICAL.parse(await text(token)));
  return calendar.getAllSubcomponents('vevent').map((event) => {
    const value = (name: string) => event.getFirstPropertyValue(name) as never;
    return {
      uid: value('uid'),
      status: value('status'),
      summary: value('summary'),
      sequence: value('sequence'),
      location: value('location'),
      description: value('description'),
      url: value('url'),
      zone: String(event.getFirstProperty('dtstart')?.getParameter('tzid')),
    };
  });
}
const uid = (id: string) => `${id}@${world.town.slug}.digilist`;

describe('a personal calendar', () => {
  it('shows the bookings of its user as calendar programs read them, and nobody else’s', async () => {
    const by = await world.person('resident', 'user');
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall, { purpose: 'Trening; uke 50' }, { by }));
    await world.book(hall, { startsAt: day(1, 10), endsAt: day(1, 12) });
    const { token } = await feed({ kind: 'personal' }, by);
    expect(await events(token)).toEqual([
      {
        uid: uid(id),
        status: 'CONFIRMED',
        summary: 'Storevik idrettshall',
        sequence: expect.any(Number),
        location: 'Storevik idrettshall',
        description: 'Trening; uke 50',
        url: `https://booking.example.no/api/v1/bookings/${id}`,
        zone: 'Europe/Oslo',
      },
    ]);
    const { body } = await fetchPiece(token);
    expect(body).toMatchObject({ contentType: 'text/calendar; charset=utf-8', next: null, inline: true });
  });

  it('tells changes with a rising sequence, keeps what was cancelled for thirty days, and is the same bytes until then', async () => {
    const by = await world.person('resident', 'user');
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall, {}, { by }));
    const { token } = await feed({ kind: 'personal' }, by);
    const [before] = await events(token);
    const etag = async () => (await fetchPiece(token)).body.etag;
    const first = await etag();
    expect(first).toMatch(/^"[\w-]{43}"$/);
    expect(await etag()).toBe(first);

    await world.call(cancelBooking, { id, reason: 'Syk' }, { by });
    expect(await etag()).not.toBe(first);
    const [after] = await events(token);
    expect(after).toMatchObject({ uid: before?.uid, status: 'CANCELLED' });
    expect(Number(after?.sequence)).toBeGreaterThan(Number(before?.sequence));
    await world.rows(`UPDATE digilist.bookings SET updated_at = now() - interval '32 days' WHERE id = $1`, [id]);
    expect(await events(token)).toEqual([]);
  });

  it('shows what waits for somebody as tentative, drafts not at all, and neither what is long gone nor far away', async () => {
    const by = await world.person('resident', 'user');
    const hall = await buildHall(world.digilist, world.town);
    const waiting = bodyOf(await world.book(hall, {}, { by }));
    await world.rows(`UPDATE digilist.bookings SET status = 'awaiting_approval' WHERE id = $1`, [waiting.id]);
    await world.book(hall, { draft: true, startsAt: day(1, 10), endsAt: day(1, 12) }, { by });
    const away = bodyOf(await world.book(hall, { startsAt: day(2, 10), endsAt: day(2, 12) }, { by }));
    const { token } = await feed({ kind: 'personal' }, by);
    for (const [by_, shown] of [
      ['-38 days', 2],
      ['-60 days', 1],
      ['380 days', 2],
      ['420 days', 1],
    ] as const) {
      await world.rows(
        `UPDATE digilist.bookings SET starts_at = $2::timestamptz + $3::interval, ends_at = $2::timestamptz + $3::interval + interval '1 hour' WHERE id = $1`,
        [away.id, day(2, 10), by_],
      );
      expect(
        (await events(token))
          .map(({ status }) => status)
          .sort()
          .reverse(),
      ).toEqual(shown === 2 ? ['TENTATIVE', 'CONFIRMED'] : ['TENTATIVE']);
    }
  });

  it('tells times by the clock of the listing, wherever that is, and brings that clock', async () => {
    const by = await world.person('resident', 'user');
    const hall = await buildHall(world.digilist, world.town);
    await world.rows(
      `UPDATE digilist.listings SET timezone = 'America/New_York', version = version + 1 WHERE id = $1`,
      [hall.listingId],
    );
    await world.book(hall, {}, { by });
    const { token } = await feed({ kind: 'personal' }, by);
    expect(await events(token)).toMatchObject([{ zone: 'America/New_York' }]);
    expect(await text(token)).toContain('TZID:America/New_York\r\n');
  });

  it('in as many pieces as it takes is one calendar', async () => {
    const by = await world.person('resident', 'user');
    const hall = await buildHall(world.digilist, world.town);
    const { id } = bodyOf(await world.book(hall, {}, { by }));
    await world.rows(
      `INSERT INTO digilist.bookings (tenant_id, org_id, listing_id, zone_id, user_id, status, payment_policy, starts_at, ends_at, timezone,
         pricing_group, net, vat, total, price_lines, created_by, updated_by)
       SELECT tenant_id, org_id, listing_id, zone_id, user_id, 'cancelled', payment_policy, starts_at + (n / 3) * interval '1 hour',
         ends_at + (n / 3) * interval '1 hour', timezone, pricing_group, net, vat, total, price_lines, created_by, updated_by
       FROM digilist.bookings, generate_series(1, 600) n WHERE id = $1`,
      [id],
    );
    const { token } = await feed({ kind: 'personal' }, by);
    const all = await events(token);
    expect(all).toHaveLength(601);
    expect(new Set(all.map((event) => event.uid)).size).toBe(601);
    expect((await fetchPiece(token)).body.etag).toBeUndefined();
    for (const cursor of ['x', Buffer.from('[1e99,"x"]').toString('base64url')])
      expect((await fetchPiece(token, cursor)).code).toBe('VALIDATION_FAILED');
    await world.rows(`DELETE FROM digilist.bookings WHERE user_id = $1 AND id <> $2`, [by, id]);
  });
});

describe('the calendar of an organization', () => {
  it('shows its members what is booked for it, as long as they are members', async () => {
    const hall = await buildHall(world.digilist, world.town);
    const [leader, player] = [await world.person('resident', 'user'), await world.person('resident', 'user')];
    await world.member(leader, world.town.clubId);
    const leave = await world.member(player, world.town.clubId);
    const { id } = bodyOf(
      await world.book(hall, { onBehalfOfOrgId: world.town.clubId, purpose: 'Kamp' }, { by: leader }),
    );
    const { token, targetId } = await feed({ kind: 'organization', targetId: world.town.clubId }, player);
    expect(targetId).toBe(world.town.clubId);
    expect(await events(token)).toMatchObject([{ uid: uid(id), description: 'Kamp' }]);
    expect(await text(token)).toContain('NAME:Storevik IL');
    await leave();
    expect((await fetchPiece(token)).code).toBe('NOT_FOUND');
  });

  it('is refused to who is no member, also where there is no such organization', async () => {
    for (const targetId of [world.town.clubId, world.handler])
      expect((await create({ kind: 'organization', targetId })).code).toBe('ORG_NOT_MEMBER');
    expect((await create({ kind: 'organization' })).code).toBe('CALENDAR_FEED_TARGET');
    expect((await create({ kind: 'personal', targetId: world.town.clubId })).code).toBe('CALENDAR_FEED_TARGET');
  });

  it('is open to who may read its bookings', async () => {
    const staff = await world.person('resident', 'tenant');
    expect((await create({ kind: 'organization', targetId: world.town.clubId }, staff)).ok).toBe(true);
  });
});

describe('the calendar of a listing', () => {
  const planted = async (hall: Hall) => {
    const shared = { publicTitle: 'Julekonsert', showInPublicCalendar: true };
    const first = bodyOf(
      await world.book(hall, {
        zoneId: hall.whole,
        purpose: 'KANARI-formål',
        publicTitle: 'KANARI-tittel',
        showInPublicCalendar: false,
      }),
    );
    await world.book(hall, { zoneId: hall.whole, startsAt: day(1, 10), endsAt: day(1, 12), ...shared });
    return first;
  };

  it('shows when it is taken and never by whom', async () => {
    const hall = await buildHall(world.digilist, world.town, { parts: 2 });
    const first = await planted(hall);
    const undecided = { attendees: 150, publicTitle: 'KANARI før noen har sagt ja', showInPublicCalendar: true };
    await world.book(hall, { zoneId: hall.whole, startsAt: day(2, 10), endsAt: day(2, 12), ...undecided });
    const by = await world.person('resident', 'user');
    const { token } = await feed({ kind: 'listing', targetId: hall.listingId }, by);
    const shown = await events(token);
    expect(shown.map(({ summary, description, url }) => [summary, description, url])).toEqual([
      ['Opptatt', null, null],
      ['Julekonsert', null, null],
      ['Opptatt', null, null],
    ]);
    const [person] = await world.rows<{ name: string; email: string }>(
      'SELECT name, email FROM digilist.platform_users WHERE id = $1',
      [world.resident],
    );
    const canaries = ['KANARI', person?.name as string, person?.email as string, world.resident];
    const content = (await text(token)).replaceAll('\r\n ', '');
    expect(canaries.filter((canary) => content.includes(canary))).toEqual([]);

    await world.call(cancelBooking, { id: first.id, reason: 'Syk' });
    expect((await events(token))[0]).toMatchObject({ uid: uid(first.id), status: 'CANCELLED' });
  });

  it('shows blocks with what everybody may read of them', async () => {
    const hall = await buildHall(world.digilist, world.town);
    await world.rows(
      `INSERT INTO digilist.blocks (tenant_id, org_id, listing_id, kind, reason, reason_text, public_note, starts_at, ends_at, created_by, updated_by)
       VALUES ($1, $2, $3, 'MAINTENANCE', 'other', 'KANARI', '{"nb": "Gulvvask"}', $4, $5, $6, $6), ($1, $2, $3, 'BLOCK', 'other', 'KANARI', NULL, $5, $7, $6, $6)`,
      [world.town.tenantId, world.town.orgId, hall.listingId, day(0, 8), day(0, 9), world.handler, day(0, 10)],
    );
    const { token } = await feed({ kind: 'listing', targetId: hall.listingId });
    expect((await events(token)).map(({ summary }) => summary)).toEqual(['Gulvvask', 'Sperret']);
    expect(await text(token)).not.toContain('KANARI');
  });

  it('is none where nobody may see the listing, and ends when nobody may any more', async () => {
    const draft = await buildHall(world.digilist, world.town, { status: 'draft' });
    expect((await create({ kind: 'listing', targetId: draft.listingId })).code).toBe('NOT_FOUND');
    const hall = await buildHall(world.digilist, world.town);
    const { token } = await feed({ kind: 'listing', targetId: hall.listingId });
    expect(await events(token)).toEqual([]);
    await world.rows(`UPDATE digilist.listings SET status = 'archived' WHERE id = $1`, [hall.listingId]);
    expect((await fetchPiece(token)).code).toBe('NOT_FOUND');
  });
});

describe('a link', () => {
  it('is shown once, kept as a hash, and nobody else’s to see or to revoke', async () => {
    const by = await world.person('resident', 'user');
    const { id, token, url } = await feed({ kind: 'personal' }, by);
    expect(token.split('.')[0]).toBe(world.town.tenantId);
    const { data } = (await world.call(listCalendarFeeds, {}, { by })).body as unknown as { data: CalendarFeed[] };
    expect(data).toEqual([{ id, kind: 'personal', targetId: null, createdAt: expect.any(String) }]);
    const kept = await world.rows('SELECT * FROM digilist.calendar_feeds WHERE id = $1', [id]);
    const told = await world.rows('SELECT payload FROM digilist.outbox');
    expect(JSON.stringify([kept, told])).not.toContain(url.slice(-47, -4));
    expect((await world.call(listCalendarFeeds, {})).body).not.toMatchObject({ data: [{ id }] });
    expect((await world.call(deleteCalendarFeed, { id })).code).toBe('NOT_FOUND');
  });

  it('that is revoked answers like one that never was', async () => {
    const { id, token } = await feed({ kind: 'personal' });
    expect((await world.call(deleteCalendarFeed, { id })).ok).toBe(true);
    const unknown = token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    const replies = await Promise.all(
      [token, unknown, 'x', `${world.resident}.${'a'.repeat(43)}`].map((each) => fetchPiece(each)),
    );
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(replies[0]?.code).toBe('NOT_FOUND');
  });

  it('ends with the account and with the licence of the town', async () => {
    const by = await world.person('resident', 'user');
    const { token } = await feed({ kind: 'personal' }, by);
    expect((await fetchPiece(token)).ok).toBe(true);
    const account = { email: 'x@example.no', name: 'Kari', kind: 'person', locale: null };
    await world.digilist.platform.publish(
      userState,
      stateMessage(world.town.tenantId, by, 2, { ...account, status: 'disabled' }),
    );
    await eventually(async () => expect((await fetchPiece(token)).code).toBe('NOT_FOUND'));

    const other = await world.newTown({ modules: ['digilist.booking', 'digilist.listings', 'digilist.calendar'] });
    const user = await world.person('resident', 'user', { of: other });
    const made = (await world.call(createCalendarFeed, { kind: 'personal' }, { by: user, of: other }))
      .body as unknown as CreatedCalendarFeed;
    const theirs = made.url.slice(made.url.lastIndexOf('/') + 1, -4);
    expect((await fetchPiece(theirs)).ok).toBe(true);
    const entitlement = {
      moduleKey: 'digilist.calendar',
      status: 'revoked',
      validFrom: null,
      validUntil: null,
      source: 'subscription',
      limits: {},
    };
    await world.digilist.platform.publish(
      entitlementState,
      stateMessage(other.tenantId, other.entitlements['digilist.calendar'] as string, 2, entitlement),
    );
    await eventually(async () => expect((await fetchPiece(theirs)).code).toBe('NOT_FOUND'));
  });

  it('is one of fifty at most', async () => {
    const by = await world.person('resident', 'user');
    await world.rows(
      `INSERT INTO digilist.calendar_feeds (tenant_id, user_id, kind, secret_hash, created_by)
       SELECT $1, $2, 'personal', sha256(n::text::bytea), $2 FROM generate_series(1, ${MAX_CALENDAR_FEEDS}) n`,
      [world.town.tenantId, by],
    );
    expect((await create({ kind: 'personal' }, by)).code).toBe('CALENDAR_FEED_TOO_MANY');
  });
});
