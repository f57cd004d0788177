import { exportBookings, type ListBookings, listBookings } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Chunk } from '@kit/contracts';
import { stopPostgres } from '@kit/testing';
import type { Town } from '../../../platform/testing/platform-stand-in.js';
import { BookingWorld, bodyOf, day } from '../../../testing/booking-world.js';
import { buildHall, type Hall } from '../../../testing/hall.js';
import { statementsOf } from '../../../testing/statements.js';
import { BookingsModule } from '../index.js';

let world: BookingWorld;
let here: Town;
let clerk: string;
let booker: string;
let hall: Hall;

beforeAll(async () => {
  world = await BookingWorld.open([BookingsModule]);
  world.digilist.excuse(
    'a booking that holds its time has it, and any other has none',
    'the history of a booking ends in its status and has no gap',
  );
  here = await world.newTown();
  clerk = await world.person('handler', 'org', { orgId: here.orgId, of: here });
  booker = await world.person('resident', 'user', { of: here });
  hall = await buildHall(world.digilist, here, { parts: 2 });
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const piece = async (query: object, by = clerk, headers: Record<string, string> = {}): Promise<Chunk> => {
  const reply = await world.call(exportBookings, query, { by, of: here, headers });
  expect(reply.code).toBeUndefined();
  return reply.body as unknown as Chunk;
};

const idsIn = ({ content }: Pick<Chunk, 'content'>) => content.match(/^[0-9a-f-]{36}(?=;)/gm) ?? [];

const book = async (n: number, change: object = {}, by = booker) =>
  bodyOf(
    await world.book(
      hall,
      { zoneId: hall.parts[n % 2], startsAt: day(n >> 1, 10), endsAt: day(n >> 1, 12), ...change },
      { by, of: here },
    ),
  ).id;

/** More rows than fit into a piece, as copies of one booking. */
const multiply = (id: string, times: number) =>
  world.rows(
    `INSERT INTO digilist.bookings (tenant_id, org_id, listing_id, zone_id, user_id, status, payment_policy, starts_at, ends_at,
       timezone, pricing_group, net, vat, total, price_lines, created_by, updated_by)
     SELECT tenant_id, org_id, listing_id, zone_id, user_id, 'cancelled', payment_policy, starts_at, ends_at,
       timezone, pricing_group, net, vat, total, price_lines, created_by, updated_by
     FROM digilist.bookings, generate_series(1, $2) WHERE id = $1`,
    [id, times],
  );

describe('the export', () => {
  it('holds what the list holds, under the same filters', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) ids.unshift(await book(n, { attendees: 10 + n }));
    const filters: Omit<ListBookings, 'limit' | 'cursor'>[] = [
      {},
      { status: ['confirmed', 'cancelled'] },
      { status: ['cancelled'] },
      { zoneId: hall.parts[0] as string },
      { listingId: hall.listingId, from: day(1, 0) },
      { to: day(1, 0) },
      { mine: true },
      { onBehalfOfOrgId: here.clubId },
    ];
    for (const filter of filters) {
      const listed = await world.call(listBookings, { ...filter, limit: 200 }, { by: clerk, of: here });
      const expected = (listed.body.data as { id: string }[]).map(({ id }) => id);
      expect(idsIn(await piece(filter))).toEqual(expected);
    }
    expect(idsIn(await piece({}))).toEqual(ids);
    expect(idsIn(await piece({}, booker))).toEqual(ids);
    expect(idsIn(await piece({}, await world.person('resident', 'user', { of: here })))).toEqual([]);
  });

  it('speaks the language that was asked for', async () => {
    expect((await piece({}, clerk, { 'accept-language': 'en' })).content).toContain('Listing;Zone');
    expect((await piece({}, clerk, { 'accept-language': 'nn' })).content).toContain('Utleigeobjekt');
  });

  it('comes in pieces without gap or repetition, whatever is booked meanwhile, each in one statement and with its trace', async () => {
    const first = await book(20);
    await multiply(first, 450);
    const seen: string[] = [];
    let cursor: string | null | undefined;
    let content = '';
    let statements: string[] = [];
    do {
      const query = cursor ? { cursor } : {};
      let chunk: Chunk | undefined;
      statements = await statementsOf(async () => {
        chunk = await piece({ listingId: hall.listingId, ...query });
      });
      const { next, ...got } = chunk as Chunk;
      seen.push(...idsIn(got));
      content += got.content;
      cursor = next;
      await book(seen.length + 100);
    } while (cursor);
    expect(statements).toHaveLength(1);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThanOrEqual(451);
    expect(content.match(/Utleieobjekt/g)).toHaveLength(1);
    const trail = await world.rows<{ payload: string }>(
      `SELECT payload FROM digilist.outbox WHERE tenant_id = $1 AND payload LIKE '%digilist.booking.export%' AND payload LIKE '%' || $2 || '%'`,
      [here.tenantId, hall.listingId],
    );
    expect(trail.map(({ payload }) => JSON.parse(payload).changes.continued)).toEqual(
      expect.arrayContaining([false, true, true]),
    );
    for (const { payload } of trail) expect(payload).not.toMatch(/@/);
  });

  it('refuses a cursor that is none of its own', async () => {
    expect((await world.call(exportBookings, { cursor: 'nonsense' }, { by: clerk, of: here })).code).toBe(
      'VALIDATION_FAILED',
    );
  });
});
