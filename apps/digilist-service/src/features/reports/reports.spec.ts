import {
  cancelBooking,
  createBlock,
  createRecurringBooking,
  exportAttendance,
  exportCancellations,
  exportIncome,
  exportUtilisation,
  type ListingUtilisation,
  type PeakTimes,
  readAttendance,
  readCancellations,
  readIncome,
  readPeakTimes,
  readUtilisation,
  type UsedTime,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Chunk } from '@kit/contracts';
import { eventually, stopPostgres } from '@kit/testing';
import type { Town } from '../../platform/testing/platform-stand-in.js';
import { BookingWorld, bodyOf, day } from '../../testing/booking-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { statementsOf } from '../../testing/statements.js';
import { BlocksModule } from '../blocks/index.js';
import { BookingsModule } from '../bookings/index.js';
import { RecurringModule } from '../recurring/index.js';
import { ReportsModule } from './index.js';

let world: BookingWorld;
let here: Town;
let analyst: string;
let clerk: string;
let manager: string;
let booker: string;

/** UTC, so that days are as the clock of the spec has them; local days have laws of their own. */
const UTC = { timezone: 'UTC', opening: [['08:00', '22:00']] as const, pricePerHour: 40_000 };
const date = (n: number) => day(n, 0).slice(0, 10);
const WEEK = { from: date(0), to: date(7) };

beforeAll(async () => {
  world = await BookingWorld.open([BookingsModule, RecurringModule, BlocksModule, ReportsModule]);
  world.digilist.excuse(
    'a booking that holds its time has it, and any other has none',
    'the history of a booking ends in its status and has no gap',
    'the calendar holds nothing for a booking but its own time',
    'a booking waits for a decision exactly when its approval is open',
    'what buyers owe in the books is what their invoices say',
  );
  here = await world.newTown();
  [analyst, clerk, manager, booker] = await Promise.all([
    world.person('analyst', 'tenant', { of: here }),
    world.person('handler', 'tenant', { of: here }),
    world.person('manager', 'tenant', { of: here }),
    world.person('resident', 'user', { of: here }),
  ]);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const ask = async <T>(operation: unknown, request: object, by = analyst): Promise<T> => {
  const reply = await world.call(operation, request, { by, of: here });
  expect(reply.code).toBeUndefined();
  return reply.body as unknown as T;
};

const utilisationOf = async (hall: Hall, request: object = {}): Promise<ListingUtilisation> => {
  const page = await ask<{ data: ListingUtilisation[] }>(readUtilisation, {
    ...WEEK,
    listingId: hall.listingId,
    ...request,
  });
  return page.data[0] as ListingUtilisation;
};

const zoneOf = (report: ListingUtilisation, zoneId: string | undefined) =>
  report.zones.find((zone) => zone.zoneId === zoneId)?.periods ?? [];

const book = async (hall: Hall, change: object, by = booker) =>
  bodyOf(await world.book(hall, change, { by, of: here })).id;

const refused = async (hall: Hall) =>
  world.rows<{ code: string; asks: number }>(
    'SELECT code, sum(asks)::integer AS asks FROM digilist.refused_demand WHERE listing_id = $1 GROUP BY code ORDER BY code',
    [hall.listingId],
  );

/** Rows of a table, by the names of its first line. */
async function table(operation: unknown, request: object): Promise<string[][]> {
  let text = '';
  let cursor: string | null = null;
  do {
    const chunk: Chunk = await ask<Chunk>(operation, { ...request, ...(cursor && { cursor }) });
    text += chunk.content;
    cursor = chunk.next;
  } while (cursor);
  expect(text.startsWith('\ufeff')).toBe(true);
  return text
    .trim()
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(';'));
}

async function allPages<Row>(operation: unknown, request: object): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const page: { data: Row[]; nextCursor: string | null } = await ask(operation, {
      ...request,
      limit: 1,
      ...(cursor && { cursor }),
    });
    expect(page.data.length).toBeLessThanOrEqual(1);
    rows.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor);
  return rows;
}

const MINUTES = 60;

describe('utilisation', () => {
  it('tells what became of the open time, for the whole and for each part, and what lies outside of it', async () => {
    const hall = await buildHall(world.digilist, here, { ...UTC, parts: 2 });
    const [left, right] = hall.parts;
    await book(hall, { zoneId: left, startsAt: day(0, 8), endsAt: day(0, 10) });
    await book(hall, { zoneId: hall.whole, startsAt: day(1, 20), endsAt: day(1, 22) });
    const block = {
      listingId: hall.listingId,
      zoneId: right,
      reason: 'maintenance',
      startsAt: day(0, 9),
      endsAt: day(0, 12),
    };
    await ask(createBlock, block, manager);
    const report = await utilisationOf(hall);
    const open = 7 * 14 * MINUTES;
    expect(zoneOf(report, left)).toMatchObject([{ from: WEEK.from, open, booked: 240, blocked: 0, free: open - 240 }]);
    expect(zoneOf(report, right)).toMatchObject([{ open, booked: 120, blocked: 180, free: open - 300 }]);
    // The half that is booked and the half that is blocked keep the whole from being let, an hour of it together.
    expect(zoneOf(report, hall.whole)).toMatchObject([{ open, booked: 240, free: open - 240 - 120 }]);

    const byDay = zoneOf(await utilisationOf(hall, { step: 'day' }), left);
    expect(byDay.map(({ from, booked }) => [from, booked])).toEqual(
      Array.from({ length: 7 }, (_, n) => [date(n), n < 2 ? 120 : 0]),
    );
    await world.rows(
      'UPDATE digilist.allocations SET during = tstzrange($2, $3) WHERE booking_id IS NOT NULL AND atom_id = $1 AND starts_at = $4',
      [hall.atoms[0], day(2, 6), day(2, 9), day(0, 8)],
    );
    const moved = (await utilisationOf(hall)).zones
      .flatMap(({ periods }) => periods)
      .filter(({ outside }) => outside > 0);
    for (const { outside } of moved) expect(outside).toBe(120);
    expect(moved.length).toBeGreaterThan(0);
  });

  it('counts what is lent by how many', async () => {
    const bikes = await buildHall(world.digilist, here, { ...UTC, stock: 10, type: 'RESOURCE' });
    await book(bikes, { startsAt: day(0, 10), endsAt: day(0, 12), quantity: 3 });
    await book(bikes, { startsAt: day(0, 11), endsAt: day(0, 13), quantity: 2 });
    const [used] = zoneOf(await utilisationOf(bikes), bikes.whole);
    expect(used).toMatchObject({ open: 10 * 7 * 14 * MINUTES, booked: 3 * 120 + 2 * 120 });
  });

  it('adds up to what the database says, whatever was booked and became of it', async () => {
    const hall = await buildHall(world.digilist, here, { ...UTC, parts: 2 });
    // Two weeks of days each, so that both agree on what is a period.
    const outcomes = ['confirmed', 'completed', 'no_show', 'awaiting_approval'];
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    let placed = 0;
    for (let n = 0; n < 45; n++) {
      const zoneId = [hall.whole, ...hall.parts][random(3)];
      const [on, starts, half] = [random(14), 8 + random(12), 1 + random(6)];
      const startsAt = day(on, starts);
      const endsAt = new Date(Date.parse(startsAt) + half * 30 * 60_000).toISOString();
      const reply = await world.book(hall, { zoneId, startsAt, endsAt }, { by: booker, of: here });
      if (!reply.ok) continue;
      placed += 1;
      await world.rows('UPDATE digilist.bookings SET status = $2 WHERE id = $1', [
        bodyOf(reply).id,
        outcomes[random(4)],
      ]);
    }
    expect(placed).toBeGreaterThan(10);
    for (const [from, to, step] of [
      [0, 14, 'day'],
      [0, 14, 'week'],
      [3, 9, 'month'],
    ] as const) {
      const report = await utilisationOf(hall, { from: date(from), to: date(to), step });
      for (const zoneId of [hall.whole, ...hall.parts]) {
        const sums = sum(zoneOf(report, zoneId));
        expect(sums.open).toBe(sums.booked + sums.requested + sums.blocked + sums.free);
        expect(sums).toMatchObject(await countedByTheHalfHour(zoneId, date(from), date(to)));
      }
    }
  });

  it('is asked in as many statements for many places as for one, of places the caller administers', async () => {
    const all = await allPages<ListingUtilisation>(readUtilisation, WEEK);
    expect(all.length).toBeGreaterThan(2);
    const one = await statementsOf(() => utilisationOf({ listingId: all[0]?.listingId } as Hall));
    const many = await statementsOf(() => ask(readUtilisation, WEEK));
    expect(many).toHaveLength(one.length);
    const lines = await table(exportUtilisation, { ...WEEK, step: 'day' });
    const expected = (
      await ask<{ data: ListingUtilisation[] }>(readUtilisation, { ...WEEK, step: 'day' })
    ).data.flatMap(({ name, zones }) =>
      zones.flatMap((zone) =>
        zone.periods.map(({ from, ...used }) => [
          name.nb,
          zone.name.nb,
          from,
          ...['open', 'booked', 'requested', 'blocked', 'free', 'used', 'noShow', 'outside', 'demandRefused'].map(
            (key) => String(used[key as keyof UsedTime]),
          ),
        ]),
      ),
    );
    expect(lines).toEqual(expected);
    const elsewhere = await world.person('analyst', 'org', { orgId: here.otherOrgId, of: here });
    expect((await ask<{ data: [] }>(readUtilisation, WEEK, elsewhere)).data).toEqual([]);
    expect((await world.call(readUtilisation, WEEK, { by: clerk, of: here })).code).toBe('FORBIDDEN');
    expect((await world.call(readUtilisation, { ...WEEK, to: WEEK.from }, { by: analyst, of: here })).code).toBe(
      'INVALID_INTERVAL',
    );
  });

  it('ends a page before it is too large for a message, and refuses a listing that is', async () => {
    const town = await world.newTown();
    const by = await world.person('analyst', 'tenant', { of: town });
    await buildHall(world.digilist, town, { ...UTC, parts: 12 });
    await buildHall(world.digilist, town, { ...UTC, parts: 12 });
    const year = { from: date(0), to: date(400), step: 'day' };
    const read = (request: object) => world.call(readUtilisation, { ...year, ...request }, { by, of: town });
    const first = (await read({})).body as unknown as { data: ListingUtilisation[]; nextCursor: string };
    const second = (await read({ cursor: first.nextCursor })).body as unknown as typeof first;
    expect([first, second].map(({ data }) => data.length)).toEqual([1, 1]);
    expect(second.nextCursor).toBeNull();
    const { listingId } = await buildHall(world.digilist, town, { ...UTC, parts: 70 });
    expect((await read({ listingId })).code).toBe('INVALID_INTERVAL');
    expect((await read({ listingId, step: 'week' })).code).toBeUndefined();
  });

  it('shows the hours of the week that are asked for most', async () => {
    const hall = await buildHall(world.digilist, here, { ...UTC, parts: 1 });
    await book(hall, { startsAt: day(0, 18), endsAt: day(0, 20) });
    const { data } = await ask<PeakTimes>(readPeakTimes, { ...WEEK, listingId: hall.listingId });
    expect(data).toHaveLength(7 * 14);
    const weekday = new Date(day(0, 0)).getUTCDay() || 7;
    expect(data.filter(({ booked }) => booked > 0)).toEqual([
      { weekday, hour: 18, open: 60, booked: 60 },
      { weekday, hour: 19, open: 60, booked: 60 },
    ]);
  });
});

describe('demand that was refused', () => {
  it('is counted once for each person and time, with its reason and without the person', async () => {
    const hall = await buildHall(world.digilist, here, { ...UTC, parts: 1 });
    await book(hall, { startsAt: day(0, 10), endsAt: day(0, 12) });
    const other = await world.person('resident', 'user', { of: here });
    const wanted = { startsAt: day(0, 11), endsAt: day(0, 13) };
    for (let n = 0; n < 20; n++)
      expect((await world.book(hall, wanted, { by: other, of: here })).code).toBe('SLOT_CONFLICT');
    expect((await world.book(hall, wanted, { by: clerk, of: here })).code).toBe('SLOT_CONFLICT');
    const early = {
      localStartsAt: `${date(1)}T06:00`,
      localEndsAt: `${date(1)}T07:00`,
      startsAt: undefined,
      endsAt: undefined,
    };
    expect((await world.book(hall, early, { by: other, of: here })).code).toBe('RULE_VIOLATION');
    await eventually(async () =>
      expect(await refused(hall)).toEqual([
        { code: 'RULE_VIOLATION', asks: 1 },
        { code: 'SLOT_CONFLICT', asks: 2 },
      ]),
    );
    expect(zoneOf(await utilisationOf(hall), hall.whole)).toMatchObject([{ demandRefused: 2 * 120 + 60 }]);
    const rows = await world.rows('SELECT * FROM digilist.refused_demand WHERE listing_id = $1', [hall.listingId]);
    expect(JSON.stringify(rows)).not.toContain(other);
  });

  it('is counted for each date of a series that was not free, whether the others were booked or not', async () => {
    const hall = await buildHall(world.digilist, here, { ...UTC, parts: 1 });
    await book(hall, { startsAt: day(7, 18), endsAt: day(7, 20) });
    const series = {
      listingId: hall.listingId,
      rule: 'FREQ=WEEKLY;COUNT=3',
      firstDate: date(0),
      startsTime: '18:00',
      endsTime: '20:00',
      termsVersion: '1',
    };
    const all = await world.call(createRecurringBooking, series, { by: booker, of: here });
    expect(all.code).toBe('SERIES_CONFLICT');
    await eventually(async () => expect(await refused(hall)).toEqual([{ code: 'SLOT_CONFLICT', asks: 1 }]));
    const some = { ...series, conflictPolicy: 'SKIP_CONFLICTS' };
    expect((await world.call(createRecurringBooking, some, { by: clerk, of: here })).code).toBeUndefined();
    await eventually(async () => expect(await refused(hall)).toEqual([{ code: 'SLOT_CONFLICT', asks: 2 }]));
  });
});

describe('figures without names', () => {
  it('tell who came and who did not, and what was cancelled by whom and how late', async () => {
    const hall = await buildHall(world.digilist, here, { ...UTC, parts: 1 });
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push(await book(hall, { startsAt: day(n, 10), endsAt: day(n, 12) }));
    await world.rows("UPDATE digilist.bookings SET status = 'no_show' WHERE id = $1", [ids[0]]);
    await world.rows("UPDATE digilist.bookings SET status = 'completed' WHERE id = $1", [ids[1]]);
    await ask(cancelBooking, { id: ids[2], reason: 'Syk' }, booker);
    await ask(cancelBooking, { id: ids[3], reason: 'Vannlekkasje' }, clerk);
    const asked = { ...WEEK, listingId: hall.listingId };
    const listing = expect.objectContaining({ nb: 'Storevik idrettshall' });
    const { listingId } = hall;
    expect(await allPages(readAttendance, asked)).toEqual([
      { listingId, listing, group: 'private', bookings: 3, minutes: 360, completed: 1, noShows: 1 },
    ]);
    expect(await allPages(readCancellations, asked)).toEqual([
      { listingId, listing, cause: 'booker', leadTime: 'over_168h', bookings: 1, minutes: 120 },
      { listingId, listing, cause: 'municipality', leadTime: 'over_168h', bookings: 1, minutes: 120 },
    ]);
    expect(await table(exportAttendance, asked)).toEqual([['Storevik idrettshall', 'private', '3', '360', '1', '1']]);
    expect(await table(exportCancellations, asked)).toHaveLength(2);
  });

  it('have every øre of the ledger, by listing, group, month and rate, as JSON and as a table', async () => {
    const halls = [await buildHall(world.digilist, here, UTC), await buildHall(world.digilist, here, UTC)];
    const ids = await Promise.all(halls.map((hall) => book(hall, { startsAt: day(0, 10), endsAt: day(0, 12) })));
    let seed = 3;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    for (let n = 0; n < 60; n++) {
      const [rate, net] = [[0, 1_500, 2_500][random(3)] as number, 1 + random(100_000)];
      const vat = Math.round((net * rate) / 10_000);
      const kind = ['payment_captured', 'refund_promised', 'invoice_issued', 'invoice_credited'][random(4)] as string;
      const back = kind === 'refund_promised' || kind === 'invoice_credited' ? 1 : -1;
      const against = kind.startsWith('invoice')
        ? 'receivable'
        : kind === 'refund_promised'
          ? 'refunds_payable'
          : 'provider_clearing';
      await enter(kind, ids[random(2)] as string, random(2), [
        ['revenue', rate, back * net],
        ...(vat === 0 ? [] : [['vat_payable', rate, back * vat] as const]),
        [against, null, -back * (net + vat)],
      ]);
    }
    const months = { from: '2026-02-01', to: '2026-04-01' };
    const rows = await allPages<Record<'net' | 'vat' | 'refunded' | 'outstanding', { amount: number }>>(
      readIncome,
      months,
    );
    expect(rows.length).toBeGreaterThan(6);
    const [truth] = await world.rows<Record<string, number>>(
      `SELECT -sum(amount) FILTER (WHERE account = 'revenue')::float8 AS net, -sum(amount) FILTER (WHERE account = 'vat_payable')::float8 AS vat,
         sum(amount) FILTER (WHERE amount > 0 AND account IN ('revenue', 'vat_payable'))::float8 AS refunded,
         sum(amount) FILTER (WHERE account = 'receivable')::float8 AS outstanding
       FROM digilist.ledger_lines WHERE tenant_id = $1`,
      [here.tenantId],
    );
    for (const name of ['net', 'vat', 'refunded', 'outstanding'] as const)
      expect(rows.reduce((total, row) => total + row[name].amount, 0)).toBe(truth?.[name]);
    const lines = await table(exportIncome, months);
    const column = (at: number) =>
      lines.reduce((total, line) => total + Number((line[at] as string).replace(',', '')), 0);
    expect([4, 5, 6, 7].map(column)).toEqual([truth?.net, truth?.vat, truth?.refunded, truth?.outstanding]);
    expect(await allPages(readIncome, { from: '2026-04-01', to: '2026-05-01' })).toEqual([]);
  });
});

const sum = (periods: readonly UsedTime[]) => {
  const names = ['open', 'booked', 'requested', 'blocked', 'free', 'used', 'noShow'] as const;
  return Object.fromEntries(
    names.map((name) => [name, periods.reduce((total, period) => total + period[name], 0)]),
  ) as unknown as UsedTime;
};

/** The same, told by another way: each half hour that is open is looked at by itself. */
async function countedByTheHalfHour(zoneId: string | undefined, from: string, to: string) {
  const [counted] = await world.rows(
    `SELECT 30 * count(*)::integer AS open, (30 * count(*) FILTER (WHERE agreed))::integer AS booked,
       (30 * count(*) FILTER (WHERE asked AND NOT agreed))::integer AS requested, (30 * count(*) FILTER (WHERE NOT asked))::integer AS free,
       (30 * count(*) FILTER (WHERE used))::integer AS used, (30 * count(*) FILTER (WHERE absent))::integer AS "noShow"
     FROM generate_series($2::timestamptz, $3::timestamptz - interval '1 minute', interval '30 minutes') AS half (at)
     CROSS JOIN LATERAL (
       SELECT coalesce(bool_or(b.status <> 'awaiting_approval'), false) AS agreed, count(b.id) > 0 AS asked,
         coalesce(bool_or(b.status = 'completed'), false) AS used, coalesce(bool_or(b.status = 'no_show'), false) AS absent
       FROM digilist.bookings b
       WHERE b.starts_at <= half.at AND b.ends_at > half.at AND EXISTS (
         SELECT FROM digilist.zone_atoms mine JOIN digilist.zone_atoms theirs ON theirs.atom_id = mine.atom_id
         WHERE mine.zone_id = $1 AND theirs.zone_id = b.zone_id)) taken
     WHERE extract(hour FROM half.at AT TIME ZONE 'UTC') BETWEEN 8 AND 21`,
    [zoneId, `${from}T00:00Z`, `${to}T00:00Z`],
  );
  return counted as object;
}

/** An entry of March or February. */
async function enter(
  kind: string,
  bookingId: string,
  month: number,
  lines: readonly (readonly [account: string, rate: number | null, amount: number])[],
): Promise<void> {
  await world.rows(
    `WITH entry AS (
       INSERT INTO digilist.ledger_entries (tenant_id, org_id, kind, source_id, currency, created_at, created_by)
       VALUES ($1, $2, $3, uuidv7(), 'NOK', $4, $1) RETURNING id)
     INSERT INTO digilist.ledger_lines (tenant_id, entry_id, account, vat_basis_points, amount, booking_id, created_by)
     SELECT $1, entry.id, line.account, line.rate, line.amount, $5, $1
     FROM entry, unnest($6::text[], $7::integer[], $8::bigint[]) AS line (account, rate, amount)`,
    [
      here.tenantId,
      here.orgId,
      kind,
      month === 0 ? '2026-02-10T12:00:00Z' : '2026-03-31T20:00:00Z',
      bookingId,
      lines.map(([account]) => account),
      lines.map(([, rate]) => rate),
      lines.map(([, , amount]) => amount),
    ],
  );
}
