import {
  type Booking,
  createBlock,
  createBooking,
  createHold,
  getHold,
  getListingAvailability,
  type Hold,
  type HoldFact,
  type ListingAvailability,
  releaseHold,
} from '@digilist/contracts';
import { stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { brokenInvariants } from '../../database/invariants.js';
import { on, PlacingWorld, TUESDAY, utc } from '../../testing/placing-world.js';
import { BlocksModule } from '../blocks/index.js';
import { BookingsModule } from '../bookings/index.js';
import { CalendarModule } from '../calendar/index.js';
import { ListingsModule } from '../listings/index.js';
import { PricingModule } from '../pricing/index.js';
import { RulesModule } from '../rules/index.js';
import { HoldsService } from './holds.service.js';
import { HoldsModule } from './index.js';
import { SweepHolds } from './sweep-holds.job.js';

let place: PlacingWorld;

beforeAll(async () => {
  place = await PlacingWorld.open([
    ListingsModule,
    RulesModule,
    PricingModule,
    CalendarModule,
    BookingsModule,
    BlocksModule,
    HoldsModule,
  ]);
});
afterAll(async () => {
  await place?.world.close();
  await stopPostgres();
});
afterEach(async () => {
  const rows = await place.world.rows<{ id: string; userId: string }>(
    `SELECT id, user_id AS "userId" FROM digilist.holds WHERE status = 'active' AND expires_at > now()`,
  );
  for (const { id, userId } of rows) await place.as(userId, releaseHold, { id });
});

const hold = (listingId: string, from = '10:00', until = '12:00', by = place.kari, more: object = {}) =>
  place.as(by, createHold, { listingId, startsAt: on(from), endsAt: on(until), ...more });
const book = (listingId: string, holdId: string | null, more: object = {}, by = place.kari) =>
  place.as(by, createBooking, {
    listingId,
    startsAt: on('10:00'),
    endsAt: on('12:00'),
    ...(holdId !== null && { holdId }),
    ...more,
  });
const idOf = ({ body }: { body: Record<string, unknown> }) => (body as unknown as Hold).id;
const freeOf = async (id: string) => {
  const { body } = await place.as(null, getListingAvailability, { id, from: on('08:00'), to: on('14:00') });
  return (body as unknown as ListingAvailability).zones[0]?.free.map(({ startsAt, endsAt }) => [startsAt, endsAt]);
};
const free = (...spans: [string, string][]) => spans.map((span) => span.map((time) => utc(on(time))));
/** As if the quarter of an hour were over. */
const runOut = (id: string) =>
  place.world.rows(
    `WITH h AS (UPDATE digilist.holds SET expires_at = now() - interval '1 second' WHERE id = $1 RETURNING id)
     UPDATE digilist.allocations a SET expires_at = now() - interval '1 second' FROM h WHERE a.hold_id = h.id`,
    [id],
  );

interface Told {
  type: string;
  aggregateversion: number;
  audience: string;
  data: HoldFact;
}
/** What was told of a hold, in order. */
const toldOf = async (id: string) =>
  (
    await place.world.rows<{ payload: string }>(
      `SELECT payload FROM digilist.outbox WHERE subject LIKE '%.hold.' || $1 || '.%' ORDER BY pos`,
      [id],
    )
  ).map(({ payload }) => JSON.parse(payload) as Told);
const factsOf = async (id: string) =>
  (await toldOf(id)).map(({ type, data }) => [type.split('.')[2], data.status] as const);

describe('a hold', () => {
  it('keeps a time for fifteen minutes from everybody else, and shows it as taken', async () => {
    const id = await place.manager.hall();
    const held = await hold(id);
    expect(held.body).toMatchObject({
      status: 'active',
      listingId: id,
      startsAt: utc(on('10:00')),
      endsAt: utc(on('12:00')),
      quantity: 1,
      version: 1,
    });
    const left = Date.parse(String(held.body.expiresAt)) - Date.now();
    expect(left).toBeGreaterThan(14 * 60_000);
    expect(left).toBeLessThanOrEqual(15 * 60_000);
    expect(await freeOf(id)).toEqual(free(['08:00', '10:00'], ['12:00', '14:00']));
    expect((await book(id, null, {}, place.ola)).code).toBe('SLOT_CONFLICT');
    expect((await hold(id, '11:00', '13:00', place.ola)).code).toBe('SLOT_CONFLICT');
    expect((await place.as(place.kari, getHold, { id: idOf(held) })).body).toEqual(held.body);
  });

  it('is refused as a booking would be, with the same alternatives', async () => {
    const id = await place.manager.hall();
    await book(id, null);
    const refusal = await hold(id);
    expect(refusal.code).toBe('SLOT_CONFLICT');
    expect(refusal.body.details).toEqual((await book(id, null)).body.details);
    expect((await hold(id, '06:00', '07:00')).code).toBe('RULE_VIOLATION');
    expect((await hold(id, '12:00', '13:00', place.kari, { quantity: 2 })).code).toBe('QUANTITY_INVALID');
    expect((await hold(id, '12:00', '13:00', place.kari, { zoneId: uuidv7() })).code).toBe('ZONE_UNKNOWN');
    expect((await hold(uuidv7())).code).toBe('NOT_FOUND');
    const { id: draft } = await place.manager.listing();
    expect((await hold(draft)).code).toBe('NOT_FOUND');
    const local = {
      startsAt: undefined,
      endsAt: undefined,
      localStartsAt: `${TUESDAY}T13:00`,
      localEndsAt: `${TUESDAY}T14:00`,
    };
    expect((await hold(id, '13:00', '14:00', place.kari, local)).body).toMatchObject({ startsAt: utc(on('13:00')) });
  });

  it('is let go by whom it belongs to, twice as well as once, and its time is free with it', async () => {
    const id = await place.manager.hall();
    const held = idOf(await hold(id));
    expect((await place.as(place.ola, releaseHold, { id: held })).code).toBe('NOT_FOUND');
    expect((await place.as(place.ola, getHold, { id: held })).code).toBe('NOT_FOUND');
    expect((await place.as(place.kari, releaseHold, { id: held })).ok).toBe(true);
    expect((await place.as(place.kari, releaseHold, { id: held })).ok).toBe(true);
    expect((await place.as(place.kari, getHold, { id: held })).body).toMatchObject({ status: 'released', version: 2 });
    expect(await freeOf(id)).toEqual(free(['08:00', '14:00']));
    expect((await place.as(place.kari, releaseHold, { id: uuidv7() })).code).toBe('NOT_FOUND');
  });

  it('ends by itself: from then on its time is free for everybody', async () => {
    const id = await place.manager.hall();
    const held = idOf(await hold(id));
    await runOut(held);
    expect(await freeOf(id)).toEqual(free(['08:00', '14:00']));
    expect((await place.as(place.kari, getHold, { id: held })).body).toMatchObject({ status: 'expired' });
    expect((await book(id, null, {}, place.ola)).ok).toBe(true);
  });

  it('is one of at most five at once, however fast somebody asks', async () => {
    const id = await place.manager.hall({ type: 'RESOURCE', bookingModel: 'QUANTITY', stock: 50 });
    const replies = await Promise.all(Array.from({ length: 12 }, () => hold(id)));
    expect(replies.filter(({ ok }) => ok)).toHaveLength(5);
    expect(new Set(replies.filter(({ ok }) => !ok).map(({ code }) => code))).toEqual(new Set(['TOO_MANY_HOLDS']));
    expect((await hold(id, '10:00', '12:00', place.ola)).ok).toBe(true);
    const [first] = replies.filter(({ ok }) => ok);
    await place.as(place.kari, releaseHold, { id: idOf(first as { body: Record<string, unknown> }) });
    expect((await hold(id)).ok).toBe(true);
  });

  it('has one winner of 20 that want the same time', async () => {
    const id = await place.manager.hall();
    const people = [place.kari, place.ola];
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        at % 4 < 2 ? hold(id, '10:00', '12:00', people[at % 2]) : book(id, null, {}, people[at % 2]),
      ),
    );
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('leaves an audit record when it begins and when it is let go', async () => {
    const held = idOf(await hold(await place.manager.hall()));
    await place.as(place.kari, releaseHold, { id: held });
    const told = await place.world.rows<{ payload: string }>(
      `SELECT payload FROM digilist.outbox WHERE subject LIKE 'digilist.audit.%' AND payload LIKE '%' || $1 || '%'
       ORDER BY pos`,
      [held],
    );
    expect(told.map(({ payload }) => JSON.parse(payload).action)).toEqual([
      'digilist.hold.create',
      'digilist.hold.release',
    ]);
  });
});

describe('a booking with a hold', () => {
  it('takes over its time, and the hold is used', async () => {
    const id = await place.manager.hall();
    const held = idOf(await hold(id));
    const booking = (await book(id, held)).body as unknown as Booking;
    expect(booking.status).toBe('confirmed');
    expect((await place.as(place.kari, getHold, { id: held })).body).toMatchObject({ status: 'used' });
    expect((await place.as(place.kari, releaseHold, { id: held })).code).toBe('HOLD_NOT_ACTIVE');
    expect((await book(id, held, { startsAt: on('13:00'), endsAt: on('14:00') })).code).toBe('HOLD_NOT_ACTIVE');
  });

  it('may be for a little more than was held, if that is free', async () => {
    const id = await place.manager.hall();
    const held = idOf(await hold(id));
    await place.as(place.ola, createBooking, { listingId: id, startsAt: on('13:00'), endsAt: on('14:00') });
    expect((await book(id, held, { endsAt: on('13:30') })).code).toBe('SLOT_CONFLICT');
    expect((await place.as(place.kari, getHold, { id: held })).body).toMatchObject({ status: 'active' });
    expect((await book(id, held, { endsAt: on('13:00') })).ok).toBe(true);
  });

  it('is refused with a hold of somebody else, of another listing or zone, or one that has ended; and by a draft', async () => {
    const [id, other] = [await place.manager.hall(), await place.manager.hall()];
    const [a, b] = [await place.manager.zone(other, 'A'), await place.manager.zone(other, 'B')];
    const held = idOf(await hold(id));
    expect((await book(id, held, {}, place.ola)).code).toBe('HOLD_UNKNOWN');
    expect((await book(id, uuidv7())).code).toBe('HOLD_UNKNOWN');
    expect((await book(other, held, { zoneId: a.id })).code).toBe('HOLD_MISMATCH');
    const zoned = idOf(await hold(other, '10:00', '12:00', place.kari, { zoneId: a.id }));
    expect((await book(other, zoned, { zoneId: b.id })).code).toBe('HOLD_MISMATCH');
    expect((await book(id, held, { draft: true })).code).toBe('VALIDATION_FAILED');
    await runOut(held);
    expect((await book(id, held)).code).toBe('HOLD_NOT_ACTIVE');
    expect((await book(id, null)).ok).toBe(true);
  });

  it('is one of ten at once with the same hold', async () => {
    const id = await place.manager.hall({ type: 'RESOURCE', bookingModel: 'QUANTITY', stock: 50 });
    const held = idOf(await hold(id));
    const replies = await Promise.all(Array.from({ length: 10 }, () => book(id, held)));
    expect(replies.map(({ code }) => code ?? 'booked').sort()).toEqual(
      ['booked', ...Array(9).fill('HOLD_NOT_ACTIVE')].sort(),
    );
  });
});

describe('whoever listens', () => {
  it('hears that a hold begins and is let go, each once, and only its holder of whom', async () => {
    const held = idOf(await hold(await place.manager.hall()));
    await place.as(place.kari, releaseHold, { id: held });
    await place.as(place.kari, releaseHold, { id: held });
    const told = await toldOf(held);
    expect(told.map(({ type, aggregateversion, data }) => [type, aggregateversion, data.status])).toEqual([
      ['digilist.hold.started.v1', 1, 'active'],
      ['digilist.hold.released.v1', 2, 'released'],
    ]);
    for (const { audience, data } of told) {
      expect(audience).toBe(`user:${place.kari}`);
      expect(data).toMatchObject({ holdId: held, startsAt: utc(on('10:00')), endsAt: utc(on('12:00')) });
    }
  });

  it('hears nothing of an attempt that was refused', async () => {
    const id = await place.manager.hall();
    await book(id, null);
    const before = await place.world.rows(`SELECT 1 FROM digilist.outbox WHERE subject LIKE '%.hold.%'`);
    expect((await hold(id)).code).toBe('SLOT_CONFLICT');
    expect(await place.world.rows(`SELECT 1 FROM digilist.outbox WHERE subject LIKE '%.hold.%'`)).toEqual(before);
  });

  it('hears of a booking that takes over a hold by the booking alone, unless it leaves time that was held', async () => {
    const [whole, part, later] = await Promise.all([1, 2, 3].map(() => place.manager.hall()));
    const more = [{}, { endsAt: on('11:00') }, { startsAt: on('11:00'), endsAt: on('13:00') }];
    const facts = [];
    for (const [at, id] of [whole, part, later].entries()) {
      const held = idOf(await hold(id as string));
      expect((await book(id as string, held, more[at])).ok).toBe(true);
      facts.push(await factsOf(held));
    }
    const left = [
      ['started', 'active'],
      ['released', 'used'],
    ];
    expect(facts).toEqual([[['started', 'active']], left, left]);
  });

  it('hears that a hold gave way to a block, also of the time that the block leaves', async () => {
    const id = await place.manager.hall();
    const held = idOf(await hold(id));
    const wanted = { listingId: id, startsAt: on('11:00'), endsAt: on('13:00'), reason: 'cleaning' };
    const reply = await place.as(place.caretaker, createBlock, {
      ...wanted,
      bookings: 'cancel',
      publicReason: 'Lekkasje',
    });
    expect(reply.ok).toBe(true);
    expect(await factsOf(held)).toEqual([
      ['started', 'active'],
      ['released', 'released'],
    ]);
    expect((await place.as(place.kari, getHold, { id: held })).body).toMatchObject({ status: 'released', version: 2 });
  });

  it('hears once that a hold ran out, however many look for such holds at once', async () => {
    const halls = await Promise.all([1, 2, 3].map(() => place.manager.hall()));
    const held = [];
    for (const id of halls) held.push(idOf(await hold(id)));
    for (const id of held) await runOut(id);
    const [first] = held as [string];
    const [row] = await place.world.rows<{ tenantId: string }>(
      'SELECT tenant_id AS "tenantId" FROM digilist.holds WHERE id = $1',
      [first],
    );
    const holds = place.service.app.get(HoldsService, { strict: false });
    const sweeps = Array.from({ length: 4 }, () => holds.expire((row as { tenantId: string }).tenantId, place.kari, 2));
    await Promise.all(sweeps);
    await place.service.app.get(SweepHolds, { strict: false }).turn(new Date());
    for (const id of held)
      expect(await factsOf(id)).toEqual([
        ['started', 'active'],
        ['expired', 'expired'],
      ]);
    expect((await place.as(place.kari, getHold, { id: first })).body).toMatchObject({ status: 'expired', version: 2 });
    expect((await place.as(place.kari, releaseHold, { id: first })).ok).toBe(true);
    expect(await factsOf(first)).toHaveLength(2);
    expect(await brokenInvariants((text) => place.world.rows(text))).toEqual([]);
  });
});

describe('what is left of ended holds', () => {
  it('is cleared away a day later, and nothing of those that go on', async () => {
    const id = await place.manager.hall();
    const [ended, going] = [idOf(await hold(id)), idOf(await hold(id, '13:00', '14:00'))];
    await place.world.rows(
      `WITH h AS (UPDATE digilist.holds SET expires_at = now() - interval '25 hours' WHERE id = $1 RETURNING id)
       UPDATE digilist.allocations a SET expires_at = now() - interval '25 hours' FROM h WHERE a.hold_id = h.id`,
      [ended],
    );
    await place.service.app.get(SweepHolds, { strict: false }).turn(new Date());
    const left = await place.world.rows('SELECT id FROM digilist.holds WHERE id = ANY ($1::uuid[])', [[ended, going]]);
    expect(left).toEqual([{ id: going }]);
    expect(await place.world.rows('SELECT id FROM digilist.allocations WHERE hold_id = $1', [ended])).toEqual([]);
    expect(await place.world.rows('SELECT id FROM digilist.allocations WHERE hold_id = $1', [going])).toHaveLength(1);
  });
});
