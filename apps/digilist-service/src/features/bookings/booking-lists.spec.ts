import {
  type Booking,
  type BookingHistoryEntry,
  cancelBooking,
  completeBooking,
  createBookingLink,
  getBooking,
  getBookingHistory,
  type ListBookings,
  listBookingItems,
  listBookings,
  rescheduleBooking,
  updateBooking,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { statement } from '@kit/service';
import { stopPostgres } from '@kit/testing';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Town } from '../../platform/testing/platform-stand-in.js';
import { BookingWorld, bodyOf, day } from '../../testing/booking-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { type ListFilter, listBookingsStatement } from './bookings.sql.js';
import { BookingsModule } from './index.js';

let world: BookingWorld;
let here: Town;
let clerk: string;
let leader: string;
let member: string;
let hall: Hall;

beforeAll(async () => {
  world = await BookingWorld.open([BookingsModule]);
  here = world.town;
  clerk = world.handler;
  member = await world.person('resident', 'user');
  leader = await world.person('resident', 'org', { orgId: here.clubId });
  await world.member(member, here.clubId);
  hall = await buildHall(world.digilist, here, { parts: 2 });
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

interface Page {
  data: Booking[];
  nextCursor: string | null;
}

const list = async (query: ListBookings = {}, by = clerk): Promise<Page> => {
  const reply = await world.call(listBookings, query, { by });
  expect(reply.code).toBeUndefined();
  return reply.body as unknown as Page;
};

const book = async (n: number, change: object = {}, by = world.resident) => {
  const reply = await world.book(hall, { zoneId: hall.parts[0], ...at(n), ...change }, { by });
  expect(reply.code).toBeUndefined();
  return bodyOf(reply);
};
const at = (n: number, hour = 10) => ({ startsAt: day(n, hour), endsAt: day(n, hour + 2) });

describe('a list of bookings', () => {
  it('in the order of time goes page after page, without gap or repetition, whatever is booked meanwhile', async () => {
    const days = [4, 1, 6, 2, 5, 3, 0];
    for (const n of days) await book(n);
    // At the same time, told apart by their ids.
    for (const n of [2, 4]) await book(n, { zoneId: hall.parts[1] });
    const seen: Booking[] = [];
    let cursor: string | null | undefined;
    let late = 0;
    do {
      const page: Page = await list({ sort: 'startsAt', limit: 2, ...(cursor && { cursor }) });
      seen.push(...page.data);
      cursor = page.nextCursor;
      await book(20 + late++);
      await book(0, { ...at(0, 13 + 2 * late) });
    } while (cursor && seen.length < 40);
    const first = seen.filter(({ startsAt }) => startsAt < day(7, 0) && startsAt.includes('T10'));
    expect(first.map(({ startsAt }) => startsAt)).toEqual([0, 1, 2, 2, 3, 4, 4, 5, 6].map((n) => day(n, 10)));
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect(seen.map(({ startsAt }) => startsAt)).toEqual(seen.map(({ startsAt }) => startsAt).toSorted());
  });

  it('shows what all of its filters let through', async () => {
    const cancelled = await book(30);
    await world.call(cancelBooking, { id: cancelled.id, reason: 'Avlyst' });
    const kept = await book(30, { zoneId: hall.parts[1] });
    const forClub = await book(31, { onBehalfOfOrgId: here.clubId }, member);
    const window = { from: day(30, 0), to: day(32, 0), sort: 'startsAt' } as const;
    const ids = async (query: ListBookings, by = clerk) =>
      (await list({ ...window, ...query }, by)).data.map(({ id }) => id);
    expect(await ids({})).toEqual([cancelled.id, kept.id, forClub.id]);
    expect(await ids({ status: ['confirmed'] })).toEqual([kept.id, forClub.id]);
    expect(await ids({ status: ['confirmed', 'cancelled'] })).toHaveLength(3);
    expect(await ids({ status: [] })).toEqual([]);
    expect(await ids({ zoneId: hall.parts[1] as string })).toEqual([kept.id]);
    expect(await ids({ onBehalfOfOrgId: here.clubId })).toEqual([forClub.id]);
    expect(await ids({ onBehalfOfOrgId: here.clubId }, leader)).toEqual([forClub.id]);
    expect(await ids({ recurringBookingId: uuidv7() })).toEqual([]);
    expect(await ids({ listingId: hall.listingId, mine: true }, member)).toEqual([forClub.id]);
    expect(await ids({ mine: true }, leader)).toEqual([]);
    const wrong = await world.call(listBookings, { status: ['nonsense'] }, { by: clerk });
    expect(wrong.code).toBe('VALIDATION_FAILED');
  });

  it('reads the order of time from its index, and sorts nothing', async () => {
    const filter: ListFilter = {
      ...{ tenantId: here.tenantId, ownerId: null, everywhere: true, orgIds: [], callerId: clerk },
      ...{ status: null, listingId: null, zoneId: null, onBehalfOfOrgId: null, recurringBookingId: null },
      ...{ from: null, to: null },
    };
    const page = { sort: 'startsAt', after: [day(0, 0), uuidv7()], limit: 51 } as const;
    const asked = listBookingsStatement(filter, page);
    const client = new pg.Client({ connectionString: world.digilist.database.urls.app });
    await client.connect();
    try {
      await client.query(`SET app.tenant_id = '${here.tenantId}'; SET enable_seqscan = off`);
      const { rows } = await client.query<Record<'QUERY PLAN', string>>(
        `EXPLAIN (COSTS OFF) ${statement('explained', asked.statement.text).text}`,
        asked.values,
      );
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(/Index Scan using bookings_\d\d_tenant_id_starts_at_id_idx/);
      expect(plan).not.toMatch(/Sort|Seq Scan/);
    } finally {
      await client.end();
    }
  });
});

describe('what members book for their organization', () => {
  it('its administrators see, change and share, and no other organization does', async () => {
    const other = await world.person('resident', 'org', { orgId: here.otherOrgId });
    const { id } = await book(40, { onBehalfOfOrgId: here.clubId }, member);
    const asked =
      (by: string) =>
      async (operation: unknown, request: object, headers = {}) =>
        (await world.call(operation, { id, ...request }, { by, headers })).code;
    const [asLeader, asOther] = [asked(leader), asked(other)];
    for (const operation of [getBooking, getBookingHistory, listBookingItems]) {
      expect(await asLeader(operation, {})).toBeUndefined();
      expect(await asOther(operation, {})).toBe('NOT_FOUND');
    }
    expect(await asLeader(rescheduleBooking, at(41))).toBeUndefined();
    expect(await asOther(rescheduleBooking, at(42))).toBe('NOT_FOUND');
    expect(await asLeader(updateBooking, { purpose: 'Kamp' }, { 'if-match': '"2"' })).toBeUndefined();
    expect(await asOther(updateBooking, { purpose: 'Kamp' }, { 'if-match': '"3"' })).toBe('NOT_FOUND');
    expect(await asLeader(createBookingLink, {})).toBeUndefined();
    expect(await asOther(createBookingLink, {})).toBe('NOT_FOUND');
    // Whether anybody came is for the owner of the place to say.
    expect(await asLeader(completeBooking, {})).toBe('FORBIDDEN');
    expect(await asOther(completeBooking, {})).toBe('NOT_FOUND');
    expect(await asLeader(cancelBooking, { reason: 'Avlyst' })).toBeUndefined();
    const history = (await world.call(getBookingHistory, { id }, { by: member })).body.data as BookingHistoryEntry[];
    expect(history.map(({ change, to, actorId }) => [change, to, actorId])).toEqual([
      ['status', 'pending', member],
      ['status', 'confirmed', member],
      ['rescheduled', 'confirmed', leader],
      ['updated', 'confirmed', leader],
      ['status', 'cancelled', leader],
    ]);
  });
});
