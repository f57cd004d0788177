import {
  type Block,
  type BlockOutcome,
  type BlockPage,
  cancelBooking,
  createBlock,
  deleteBlock,
  getBlock,
  getListingAvailability,
  listBlocks,
  updateBlock,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { BookingWorld, bodyOf, day, detailsOf } from '../../testing/booking-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { statementsOf } from '../../testing/statements.js';
import { BookingsModule } from '../bookings/index.js';
import { CalendarModule } from '../calendar/index.js';
import { ListingsModule } from '../listings/index.js';
import { BlocksModule } from './index.js';

let world: BookingWorld;
let manager: string;

beforeAll(async () => {
  world = await BookingWorld.open([ListingsModule, CalendarModule, BookingsModule, BlocksModule]);
  manager = await world.person('manager', 'tenant');
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const hall = (options: object = {}) => buildHall(world.digilist, world.town, options);
const ask = (operation: unknown, request: object, headers: Record<string, string> = {}) =>
  world.call(operation, request, { by: manager, headers });
const block = (at: Hall, more: object = {}) =>
  ask(createBlock, { listingId: at.listingId, startsAt: day(0, 8), endsAt: day(0, 16), reason: 'cleaning', ...more });
const outcomeOf = (reply: { body: object }) => reply.body as BlockOutcome;
const statusOf = async (id: string) =>
  (await world.rows<{ status: string }>('SELECT status FROM digilist.bookings WHERE id = $1', [id]))[0]?.status;
const factsOf = async (id: string) =>
  (
    await world.rows<{ subject: string }>(
      `SELECT subject FROM digilist.outbox WHERE subject LIKE '%.block.' || $1 || '.%' ORDER BY pos`,
      [id],
    )
  ).map(({ subject }) => subject.split('.').at(-2));

describe('a block', () => {
  it('keeps its time from being booked and shown, until it is removed', async () => {
    const at = await hall();
    const made = await block(at, { publicNote: { nb: 'Storrengjøring' }, reasonText: 'Firma kommer' });
    expect(made.body).toMatchObject({
      kind: 'BLOCK',
      status: 'active',
      zoneId: null,
      quantity: null,
      dryRun: false,
      impact: { count: 0 },
      publicNote: { nb: 'Storrengjøring', nn: 'Storrengjøring' },
      version: 1,
    });
    expect((await world.book(at)).code).toBe('SLOT_CONFLICT');
    const window = { id: at.listingId, from: day(0, 0), to: day(1, 0) };
    const { body } = await world.call(getListingAvailability, window);
    expect((body.zones as { free: object[] }[])[0]?.free).toHaveLength(2);
    const id = outcomeOf(made).id as string;
    expect((await ask(deleteBlock, { id }, { 'if-match': '"7"' })).code).toBe('STALE_VERSION');
    expect((await ask(deleteBlock, { id })).ok).toBe(true);
    expect((await world.book(at)).ok).toBe(true);
    expect((await ask(deleteBlock, { id })).code).toBe('BLOCK_REMOVED');
    expect((await ask(updateBlock, { id, reason: 'other' }, { 'if-match': '"2"' })).code).toBe('BLOCK_REMOVED');
    expect(await factsOf(id)).toEqual(['created', 'removed']);
    expect((await ask(getBlock, { id })).body).toMatchObject({ status: 'removed', version: 2 });
  });

  it('of one zone leaves its siblings alone, and takes what contains it', async () => {
    const at = await hall({ parts: 3 });
    await block(at, { zoneId: at.parts[0] });
    expect((await world.book(at, { zoneId: at.parts[1] })).ok).toBe(true);
    expect((await world.book(at, { zoneId: at.whole })).code).toBe('SLOT_CONFLICT');
    expect((await block(at, { zoneId: uuidv7() })).code).toBe('ZONE_UNKNOWN');
  });

  it('may end where a booking begins', async () => {
    const at = await hall({ bufferMinutes: 0 });
    await world.book(at, { startsAt: day(0, 16), endsAt: day(0, 18) });
    expect((await block(at)).ok).toBe(true);
  });

  it('is named by the clock of the listing', async () => {
    const at = await hall();
    const { body } = await ask(createBlock, {
      listingId: at.listingId,
      localStartsAt: '2030-07-01T08:00',
      localEndsAt: '2030-07-01T24:00',
      reason: 'season',
    });
    expect(body).toMatchObject({ startsAt: '2030-07-01T06:00:00.000Z', endsAt: '2030-07-01T22:00:00.000Z' });
    const twice = { localStartsAt: '2030-10-27T02:30', localEndsAt: '2030-10-27T05:00' };
    expect((await ask(createBlock, { listingId: at.listingId, ...twice, reason: 'season' })).code).toBe(
      'AMBIGUOUS_LOCAL_TIME',
    );
  });

  it('lies ahead and is no longer than 400 days', async () => {
    const at = await hall();
    const past = { startsAt: '2020-01-01T00:00:00Z', endsAt: '2020-01-02T00:00:00Z' };
    expect((await block(at, past)).body).toMatchObject({ code: 'INVALID_INTERVAL', errors: [{ code: 'PASSED' }] });
    expect((await block(at, { endsAt: day(401, 0) })).code).toBe('INVALID_INTERVAL');
  });

  it('is made once per idempotency key', async () => {
    const at = await hall();
    const request = { listingId: at.listingId, startsAt: day(0), endsAt: day(1), reason: 'event' };
    const key = { 'idempotency-key': uuidv7() };
    const [first, second] = [await ask(createBlock, request, key), await ask(createBlock, request, key)];
    expect(outcomeOf(second).id).toBe(outcomeOf(first).id);
  });
});

describe('bookings in the way of a block', () => {
  it('are named, and nothing is done', async () => {
    const at = await hall();
    const booking = bodyOf(await world.book(at));
    const refused = await block(at);
    expect(refused.code).toBe('SLOT_CONFLICT');
    expect(detailsOf(refused)).toMatchObject({
      reason: 'occupied',
      blockIds: [],
      impact: { count: 1, bookings: [{ id: booking.id, userId: world.resident }] },
    });
    const tried = await block(at, { dryRun: true });
    expect(tried.body).toMatchObject({ id: null, dryRun: true, impact: { count: 1 } });
    expect(await statusOf(booking.id)).toBe('confirmed');
    expect(await world.rows('SELECT FROM digilist.blocks WHERE listing_id = $1', [at.listingId])).toEqual([]);
  });

  it('are called off where that is asked for, exactly those, and told why', async () => {
    const at = await hall({ parts: 2 });
    const ids = [];
    for (const wish of [
      { zoneId: at.parts[0] },
      { zoneId: at.parts[1] },
      { zoneId: at.parts[0], startsAt: day(1), endsAt: day(1, 11) },
    ])
      ids.push(bodyOf(await world.book(at, wish)).id);
    expect((await block(at, { zoneId: at.parts[0], bookings: 'cancel' })).code).toBe('VALIDATION_FAILED');
    const made = await block(at, { zoneId: at.parts[0], bookings: 'cancel', publicReason: 'Lekkasje' });
    expect(made.body).toMatchObject({ impact: { count: 1, bookings: [{ id: ids[0] }] } });
    expect(await Promise.all(ids.map(statusOf))).toEqual(['cancelled', 'confirmed', 'confirmed']);
    const told = await world.rows<{ body: string }>(
      'SELECT body FROM digilist.notifications WHERE booking_id = $1 ORDER BY id DESC',
      [ids[0]],
    );
    expect(told[0]?.body).toContain('Lekkasje');
  });

  it('another block is never taken away', async () => {
    const at = await hall();
    const first = outcomeOf(await block(at));
    const refused = await block(at, { bookings: 'cancel', publicReason: 'Lekkasje' });
    expect(detailsOf(refused)).toMatchObject({ blockIds: [first.id], impact: { count: 0 } });
    expect(refused.code).toBe('SLOT_CONFLICT');
  });

  it('of what is counted all go for all of it, and only the latest where some are enough', async () => {
    const at = await hall({ stock: 5, type: 'RESOURCE' });
    const first = bodyOf(await world.book(at, { quantity: 2 }));
    const second = bodyOf(await world.book(at, { quantity: 2 }));
    expect((await block(at, { quantity: 6 })).code).toBe('QUANTITY_INVALID');
    expect((await block(at, { quantity: 1 })).ok).toBe(true);
    expect((await block(at, { quantity: 1 })).code).toBe('SLOT_CONFLICT');
    expect((await block(at, { quantity: 2, bookings: 'cancel', publicReason: 'Service' })).ok).toBe(true);
    expect([await statusOf(first.id), await statusOf(second.id)]).toEqual(['confirmed', 'cancelled']);
    expect((await world.book(at, { quantity: 1 })).code).toBe('SLOT_CONFLICT');
  });

  it('and a block that race have one winner', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const at = await hall();
        const [blocked, booked] = await Promise.all([block(at), world.book(at)]);
        return [blocked.ok, booked.ok].filter(Boolean).length;
      }),
    );
    expect(outcomes).toEqual(Array(8).fill(1));
  });
});

describe('a block that is changed', () => {
  it('moves as a whole, or stays where it is', async () => {
    const at = await hall();
    const made = outcomeOf(await block(at));
    const booking = bodyOf(await world.book(at, { startsAt: day(1), endsAt: day(1, 12) }));
    const change = { id: made.id, startsAt: day(1, 8), endsAt: day(1, 16) };
    expect((await ask(updateBlock, change)).code).toBe('PRECONDITION_REQUIRED');
    expect((await ask(updateBlock, change, { 'if-match': '"1"' })).code).toBe('SLOT_CONFLICT');
    expect((await world.book(at)).code).toBe('SLOT_CONFLICT');
    await world.call(cancelBooking, { id: booking.id, reason: 'Syk' });
    expect((await ask(updateBlock, { ...change, dryRun: true }, { 'if-match': '"1"' })).body).toMatchObject({
      dryRun: true,
      startsAt: change.startsAt,
      version: 1,
    });
    expect((await ask(updateBlock, change, { 'if-match': '"1"' })).body).toMatchObject({
      startsAt: change.startsAt,
      reason: 'cleaning',
      version: 2,
    });
    expect((await world.book(at)).ok).toBe(true);
    expect((await ask(updateBlock, change, { 'if-match': '"1"' })).code).toBe('STALE_VERSION');
    expect(await factsOf(made.id as string)).toEqual(['created', 'changed']);
  });

  it('may overlap where it was, and change its words alone', async () => {
    const at = await hall({ parts: 2 });
    const made = outcomeOf(await block(at));
    const longer = await ask(
      updateBlock,
      { id: made.id, endsAt: day(0, 18), zoneId: at.parts[0] },
      { 'if-match': '"1"' },
    );
    expect(longer.body).toMatchObject({ startsAt: made.startsAt, endsAt: day(0, 18), zoneId: at.parts[0] });
    expect((await world.book(at, { zoneId: at.parts[1] })).ok).toBe(true);
    const words = { id: made.id, reason: 'weather', reasonText: null, publicNote: { nb: 'Snø' } };
    expect((await ask(updateBlock, words, { 'if-match': '"2"' })).body).toMatchObject({
      reason: 'weather',
      publicNote: { nb: 'Snø', en: 'Snø' },
      endsAt: day(0, 18),
      version: 3,
    });
  });
});

describe('a block that repeats', () => {
  const weekly = (at: Hall, more: object = {}) =>
    ask(createBlock, {
      listingId: at.listingId,
      // A Wednesday, before the clock is set back.
      localStartsAt: '2030-10-16T08:00',
      localEndsAt: '2030-10-16T10:00',
      rule: 'FREQ=WEEKLY;BYDAY=WE;COUNT=4',
      reason: 'cleaning',
      ...more,
    });

  it('takes the same hours of the clock each time, all of them or none', async () => {
    const at = await hall();
    const tried = await weekly(at, { dryRun: true });
    expect(tried.body).toMatchObject({ id: null, times: 4, seriesId: null, startsAt: '2030-10-16T06:00:00.000Z' });
    const made = outcomeOf(await weekly(at));
    expect(made).toMatchObject({ times: 4, seriesId: expect.any(String), startsAt: '2030-10-16T06:00:00.000Z' });
    const listed = (await ask(listBlocks, { seriesId: made.seriesId as string })).body as unknown as BlockPage;
    expect(listed.data.map(({ startsAt }) => startsAt)).toEqual([
      '2030-10-16T06:00:00.000Z',
      '2030-10-23T06:00:00.000Z',
      '2030-10-30T07:00:00.000Z',
      '2030-11-06T07:00:00.000Z',
    ]);
    const other = await weekly(at, { localStartsAt: '2030-11-06T09:00', localEndsAt: '2030-11-06T11:00' });
    expect(detailsOf(other)).toMatchObject({ blockIds: [listed.data[3]?.id] });
    expect((await ask(listBlocks, { listingId: at.listingId })).body.data).toHaveLength(4);
    const statements = await statementsOf(() =>
      weekly(at, { localStartsAt: '2030-10-16T12:00', localEndsAt: '2030-10-16T13:00' }),
    );
    expect(statements.filter((name) => !/reach|who-may/.test(name)).length).toBeLessThan(8);
  });

  it('calls off the bookings in its way, at each of its times and no others', async () => {
    const at = await hall();
    const ids = [];
    for (const n of [0, 1, 2]) ids.push(bodyOf(await world.book(at, { startsAt: day(n), endsAt: day(n, 12) })).id);
    const rule = { rule: 'FREQ=DAILY;INTERVAL=2;COUNT=2', bookings: 'cancel', publicReason: 'Kurs' };
    expect((await block(at, rule)).body).toMatchObject({ times: 2, impact: { count: 2 } });
    expect(await Promise.all(ids.map(statusOf))).toEqual(['cancelled', 'confirmed', 'cancelled']);
  });

  it('is removed one by one, or with those that follow', async () => {
    const at = await hall();
    const { seriesId } = outcomeOf(await weekly(at));
    const list = async () =>
      ((await ask(listBlocks, { seriesId: seriesId as string })).body as unknown as BlockPage).data;
    const [first, second] = await list();
    expect((await ask(deleteBlock, { id: first?.id })).ok).toBe(true);
    expect(await list()).toHaveLength(3);
    expect((await ask(deleteBlock, { id: second?.id, following: true })).ok).toBe(true);
    expect(await list()).toEqual([]);
    expect(await factsOf(second?.id as string)).toEqual(['created', 'removed']);
  });

  it.each([
    ['has no end', 'FREQ=WEEKLY', 'RECURRENCE_INVALID'],
    ['cannot be read', 'FREQ=SOMETIMES;COUNT=2', 'RECURRENCE_INVALID'],
    ['is never', 'FREQ=WEEKLY;BYDAY=WE;UNTIL=20301001', 'RECURRENCE_EMPTY'],
    ['is too often', 'FREQ=DAILY;COUNT=1000', 'RECURRENCE_TOO_LONG'],
  ])('is refused when it %s', async (_, rule, code) => {
    expect((await weekly(await hall(), { rule })).code).toBe(code);
  });

  it('is refused when one would begin before the one before it ends', async () => {
    const reply = await weekly(await hall(), { localEndsAt: '2030-10-18T08:00', rule: 'FREQ=DAILY;COUNT=3' });
    expect(reply.body).toMatchObject({ code: 'RECURRENCE_INVALID', errors: [{ code: 'OVERLAP' }] });
  });
});

describe('who sees and makes blocks', () => {
  it('they are listed by time, in a window, without gap or repetition', async () => {
    const at = await hall();
    const ids: (string | null)[] = [];
    for (const n of [0, 1, 2, 3]) ids.push(outcomeOf(await block(at, { startsAt: day(n, 8), endsAt: day(n, 9) })).id);
    const seen: string[] = [];
    for (let cursor: string | null = null, page = 0; page === 0 || cursor; page++) {
      const window = { listingId: at.listingId, from: day(1, 0), to: day(3, 8), limit: 1, ...(cursor && { cursor }) };
      const { data, nextCursor }: BlockPage = (await ask(listBlocks, window)).body as unknown as BlockPage;
      seen.push(...data.map(({ id }) => id));
      cursor = nextCursor;
    }
    expect(seen).toEqual([ids[1], ids[2]]);
  });

  it('only those of organizations that the permission reaches', async () => {
    const at = await hall();
    const { id } = outcomeOf(await block(at));
    const elsewhere = await world.person('manager', 'org', { orgId: world.town.otherOrgId });
    const there = { by: elsewhere };
    expect((await world.call(getBlock, { id }, there)).code).toBe('NOT_FOUND');
    expect(
      ((await world.call(listBlocks, { listingId: at.listingId }, there)).body as { data?: Block[] }).data,
    ).toEqual([]);
    expect((await world.call(deleteBlock, { id }, there)).code).toBe('NOT_FOUND');
    const request = { listingId: at.listingId, startsAt: day(2), endsAt: day(3), reason: 'other' };
    expect((await world.call(createBlock, request, there)).code).toBe('FORBIDDEN');
    expect((await world.call(createBlock, request)).code).toBe('FORBIDDEN');
  });
});
