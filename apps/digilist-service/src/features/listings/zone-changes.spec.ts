import {
  type CreateZone,
  createBlock,
  createZone,
  getZone,
  listZones,
  retireZone,
  updateZone,
  type Zone,
  type ZoneOutcome,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, stopPostgres } from '@kit/testing';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { brokenInvariants } from '../../database/invariants.js';
import { BookingWorld, bodyOf, day, detailsOf } from '../../testing/booking-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { statementsOf } from '../../testing/statements.js';
import { BlocksModule } from '../blocks/index.js';
import { BookingsModule } from '../bookings/index.js';
import { ListingsModule } from './index.js';

let world: BookingWorld;
let manager: string;

beforeAll(async () => {
  world = await BookingWorld.open([ListingsModule, BookingsModule, BlocksModule]);
  manager = await world.person('manager', 'tenant');
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const hall = (options: object = {}) => buildHall(world.digilist, world.town, options);
const ask = (operation: unknown, request: object, headers: Record<string, string> = {}) =>
  world.call(operation, request, { by: manager, headers });
const zonesOf = async ({ listingId }: Hall) => (await ask(listZones, { id: listingId })).body.data as unknown as Zone[];
const add = async ({ listingId }: Hall, more: Partial<CreateZone>) => {
  const reply = await ask(createZone, { id: listingId, name: { nb: 'Del' }, ...more });
  if (!reply.ok) throw new Error(JSON.stringify(reply.body));
  return reply.body as unknown as Zone;
};
/** Asks with the version that the zone has now. */
const change = async ({ listingId }: Hall, zoneId: string, request: object) => {
  const { version } = (await ask(getZone, { id: listingId, zoneId })).body;
  return ask(updateZone, { id: listingId, zoneId, ...request }, { 'if-match': `"${version}"` });
};
const atomsHeldBy = async (id: string) =>
  (
    await world.rows<{ atom: string }>(
      `SELECT atom_id AS atom FROM digilist.allocations WHERE active AND NOT buffer AND (booking_id = $1 OR block_id = $1) ORDER BY atom_id`,
      [id],
    )
  ).map(({ atom }) => atom);
const zoneIn = async (at: Hall, id: string) => (await zonesOf(at)).find((zone) => zone.id === id) as Zone;

describe('a zone', () => {
  it('changes its name, capacity and place among the others, under its own version', async () => {
    const at = await hall({ parts: 2 });
    const [zoneId] = at.parts as [string, string];
    const request = { id: at.listingId, zoneId, name: { nb: 'Bane 1', en: 'Court 1' }, capacity: 20, position: 0 };
    expect((await ask(updateZone, request)).code).toBe('PRECONDITION_REQUIRED');
    const { body } = await ask(updateZone, request, { 'if-match': '"1"' });
    expect(body).toMatchObject({
      name: { nb: 'Bane 1', nn: 'Bane 1', en: 'Court 1' },
      capacity: 20,
      moved: 0,
      version: 2,
    });
    expect((await ask(updateZone, request, { 'if-match': '"1"' })).code).toBe('STALE_VERSION');
    expect((await zonesOf(at))[0]).toMatchObject({ id: zoneId });
    expect((await ask(getZone, { id: at.listingId, zoneId: uuidv7() })).code).toBe('NOT_FOUND');
    expect((await change(at, zoneId, { capacity: null })).body).toMatchObject({
      capacity: null,
      name: { nb: 'Bane 1' },
    });
  });

  it('in flight, its bookings are not refused for a new name', async () => {
    const at = await hall({ parts: 2 });
    const [renamed, booked] = await Promise.all([
      change(at, at.parts[0] as string, { name: { nb: 'Bane' } }),
      world.book(at, { zoneId: at.parts[0] }),
    ]);
    expect([renamed.ok, booked.ok]).toEqual([true, true]);
  });
});

describe('composed of other parts', () => {
  it('a zone takes its future bookings, buffers and blocks along', async () => {
    const at = await hall({ parts: 3, bufferMinutes: 15 });
    const [a, b, c] = at.parts as [string, string, string];
    const half = await add(at, { partIds: [a, b] });
    const booking = bodyOf(await world.book(at, { zoneId: half.id }));
    const block = (
      await ask(createBlock, {
        listingId: at.listingId,
        zoneId: half.id,
        startsAt: day(2),
        endsAt: day(3),
        reason: 'event',
      })
    ).body;
    const dry = await change(at, half.id, { partIds: [b, c], dryRun: true });
    expect(dry.body).toMatchObject({ dryRun: true, moved: 2, partIds: [a, b].sort() });
    const moved = (await change(at, half.id, { partIds: [b, c] })).body as unknown as ZoneOutcome;
    expect(moved).toMatchObject({ dryRun: false, moved: 2, partIds: [b, c].sort() });
    expect(await atomsHeldBy(booking.id)).toEqual(moved.atomIds);
    expect(await atomsHeldBy(block.id as string)).toEqual(moved.atomIds);
    expect((await world.book(at, { zoneId: a })).ok).toBe(true);
    // The buffer came along.
    const wish = { zoneId: c, startsAt: day(0, 12), endsAt: day(0, 13) };
    expect((await world.book(at, wish)).code).toBe('SLOT_CONFLICT');
  });

  it('also those of the zones above it', async () => {
    const at = await hall({ parts: 3 });
    const [a, b, c] = at.parts as [string, string, string];
    const half = await add(at, { partIds: [a, b] });
    const lobby = await add(at, {});
    const withLobby = await add(at, { partIds: [half.id, lobby.id] });
    const booking = bodyOf(await world.book(at, { zoneId: withLobby.id }));
    expect((await change(at, half.id, { partIds: [a, c] })).body).toMatchObject({ moved: 1 });
    expect(await atomsHeldBy(booking.id)).toEqual((await zoneIn(at, withLobby.id)).atomIds);
    expect(await atomsHeldBy(booking.id)).toHaveLength(3);
  });

  it('in as many statements for many bookings as for one', async () => {
    const counts = [];
    for (const bookings of [1, 6]) {
      const at = await hall({ parts: 3 });
      const [a, b, c] = at.parts as [string, string, string];
      const half = await add(at, { partIds: [a, b] });
      for (let n = 0; n < bookings; n++)
        await world.book(at, { zoneId: half.id, startsAt: day(n), endsAt: day(n, 11) });
      const names = await statementsOf(() => change(at, half.id, { partIds: [b, c] }));
      counts.push(names.length);
    }
    expect(counts[1]).toBe(counts[0]);
  });

  it('is refused when bookings would collide: all of them are named, and nothing is changed', async () => {
    const at = await hall({ parts: 3 });
    const [a, b, c] = at.parts as [string, string, string];
    const half = await add(at, { partIds: [a, b] });
    const mine = bodyOf(await world.book(at, { zoneId: half.id }));
    const theirs = bodyOf(await world.book(at, { zoneId: c }));
    for (const dryRun of [true, false]) {
      const refused = await change(at, half.id, { partIds: [b, c], dryRun });
      expect(refused.code).toBe('ZONE_COLLISION');
      const { count, collisions } = detailsOf(refused) as { count: number; collisions: { between: object[] }[] };
      expect(count).toBe(1);
      expect(collisions[0]?.between).toHaveLength(2);
      for (const { id, startsAt, endsAt } of [mine, theirs])
        expect(collisions[0]?.between).toContainEqual({ id, kind: 'BOOKING', startsAt, endsAt });
    }
    expect(await atomsHeldBy(mine.id)).toEqual(half.atomIds);
    expect((await zoneIn(at, half.id)).partIds).toEqual([a, b].sort());
  });

  it('is refused when two zones would gain the lobby at the same time', async () => {
    const at = await hall({ parts: 2 });
    const [a, b] = at.parts as [string, string];
    const [left, right] = [
      await add(at, { partIds: [a, (await add(at, {})).id] }),
      await add(at, { partIds: [b, (await add(at, {})).id] }),
    ];
    await world.book(at, { zoneId: left.id });
    const there = bodyOf(await world.book(at, { zoneId: right.id }));
    expect((await ask(createZone, { id: at.listingId, name: { nb: 'Lobby' }, partOf: [left.id, right.id] })).code).toBe(
      'ZONE_COLLISION',
    );
    await world.rows(`UPDATE digilist.bookings SET status = 'cancelled' WHERE id = $1`, [there.id]);
    await world.rows(`UPDATE digilist.allocations SET status = 'released' WHERE booking_id = $1`, [there.id]);
    await world.rows(
      `INSERT INTO digilist.booking_history (tenant_id, booking_id, from_status, to_status, actor_kind, created_by)
       SELECT tenant_id, id, 'confirmed', 'cancelled', 'user', created_by FROM digilist.bookings WHERE id = $1`,
      [there.id],
    );
    const lobby = await add(at, { name: { nb: 'Lobby' }, partOf: [left.id, right.id] });
    expect((await world.book(at, { zoneId: right.id })).code).toBe('SLOT_CONFLICT');
    expect((await zoneIn(at, right.id)).atomIds).toContain(lobby.atomIds[0]);
  });

  it('never of itself: the way around is named', async () => {
    const at = await hall({ parts: 3 });
    const [a, b, c] = at.parts as [string, string, string];
    const half = await add(at, { partIds: [a, b] });
    const whole = await add(at, { partIds: [half.id, (await add(at, {})).id] });
    expect(detailsOf(await change(at, half.id, { partIds: [a, whole.id] })).problems).toMatchObject([
      { code: 'CYCLE', path: expect.arrayContaining([half.id, whole.id]) },
    ]);
    expect(detailsOf(await change(at, half.id, { partIds: [a, uuidv7()] })).problems).toMatchObject([
      { code: 'FOREIGN' },
    ]);
    expect(detailsOf(await change(at, half.id, { partIds: [] })).problems).toMatchObject([{ code: 'EMPTY' }]);
    expect((await change(at, a, { partIds: [c] })).code).toBe('ZONE_INVALID');
  });

  it('a leaf that is new joins what is booked already, and blocks of the whole listing', async () => {
    const at = await hall({ parts: 2 });
    const booking = bodyOf(await world.book(at, { zoneId: at.whole }));
    const block = (
      await ask(createBlock, { listingId: at.listingId, startsAt: day(2), endsAt: day(3), reason: 'event' })
    ).body;
    const leaf = await add(at, { partOf: [at.whole] });
    expect(await atomsHeldBy(booking.id)).toContain(leaf.atomIds[0]);
    expect(await atomsHeldBy(block.id as string)).toContain(leaf.atomIds[0]);
    expect((await world.book(at, { zoneId: leaf.id })).code).toBe('SLOT_CONFLICT');
    const both = { partOf: [at.whole], partIds: at.parts };
    expect((await ask(createZone, { id: at.listingId, name: { nb: 'X' }, ...both })).code).toBe('ZONE_INVALID');
    expect((await ask(createZone, { id: at.listingId, name: { nb: 'X' }, partOf: [at.parts[0]] })).code).toBe(
      'ZONE_INVALID',
    );
  });

  it('whoever has booked a package that contains the zone gains and loses with it', async () => {
    const at = await hall({ parts: 3 });
    const [a, b, c] = at.parts as [string, string, string];
    const half = await add(at, { partIds: [a, b] });
    const both = await hall({
      model: 'PACKAGE',
      components: [{ listingId: at.listingId, zoneId: half.id, quantity: 1 }],
    });
    const booking = bodyOf(await world.book(both));
    expect(await atomsHeldBy(booking.id)).toEqual(half.atomIds);
    await change(at, half.id, { partIds: [b, c] });
    expect(await atomsHeldBy(booking.id)).toEqual((await zoneIn(at, half.id)).atomIds);
    expect((await world.book(at, { zoneId: c })).code).toBe('SLOT_CONFLICT');
    expect(detailsOf(await ask(retireZone, { id: at.listingId, zoneId: half.id }))).toMatchObject({
      impact: { count: 1 },
    });
    await ask(retireZone, { id: at.listingId, zoneId: half.id, bookings: 'keep' });
    expect(await atomsHeldBy(booking.id)).toHaveLength(2);
  });

  it('a booking that waits for its payment keeps the end of its hold', async () => {
    const at = await hall({ parts: 3, paymentPolicy: 'PAY_AND_CONFIRM' });
    const [a, b, c] = at.parts as [string, string, string];
    const half = await add(at, { partIds: [a, b] });
    const booking = bodyOf(await world.book(at, { zoneId: half.id }));
    expect(booking.status).toBe('awaiting_payment');
    await change(at, half.id, { partIds: [b, c] });
    const held = await world.rows<{ until: Date }>(
      'SELECT DISTINCT expires_at AS until FROM digilist.allocations WHERE booking_id = $1 AND active',
      [booking.id],
    );
    expect(held.map(({ until }) => until.toISOString())).toEqual([booking.holdExpiresAt]);
  });

  it('a hold that has run out gives way, and its booking hears of it', async () => {
    const at = await hall({ parts: 3, paymentPolicy: 'PAY_AND_CONFIRM' });
    const [a, b, c] = at.parts as [string, string, string];
    const half = await add(at, { partIds: [a, b] });
    await world.book(at, { zoneId: half.id });
    const late = bodyOf(await world.book(at, { zoneId: c }));
    for (const table of ['bookings SET expires_at', 'allocations SET expires_at'])
      await world.rows(
        `UPDATE digilist.${table} = now() - interval '1 second' WHERE ${table.startsWith('b') ? 'id' : 'booking_id'} = $1`,
        [late.id],
      );
    expect((await change(at, half.id, { partIds: [b, c] })).ok).toBe(true);
    expect(await world.rows('SELECT status FROM digilist.bookings WHERE id = $1', [late.id])).toEqual([
      { status: 'expired' },
    ]);
    expect(
      await world.rows(`SELECT FROM digilist.outbox WHERE subject LIKE '%.' || $1 || '.expired.v1'`, [late.id]),
    ).toHaveLength(1);
  });
});

describe('a booking that races', () => {
  it('holds the atoms that its zone has in the end, or is refused', async () => {
    const rounds = Array.from({ length: 8 }, async () => {
      const at = await hall({ parts: 3 });
      const [a, b, c] = at.parts as [string, string, string];
      const half = await add(at, { partIds: [a, b] });
      const replies = await Promise.all([
        change(at, half.id, { partIds: [b, c] }),
        ...[0, 1, 2].map((n) => world.book(at, { zoneId: half.id, startsAt: day(n), endsAt: day(n, 11) })),
      ]);
      const { atomIds } = await zoneIn(at, half.id);
      expect(replies[0]?.ok).toBe(true);
      for (const reply of replies.slice(1)) {
        if (reply.ok) expect(await atomsHeldBy(bodyOf(reply).id)).toEqual(atomIds);
        else expect(reply.code).toBe('ZONE_UNKNOWN');
      }
    });
    await Promise.all(rounds);
  });

  it('and has read the old shape is refused when it comes after', async () => {
    const at = await hall({ parts: 3 });
    const half = await add(at, { partIds: at.parts.slice(0, 2) });
    await world.book(at, { zoneId: half.id, startsAt: day(5), endsAt: day(5, 11) });
    const editor = new pg.Client({ connectionString: world.digilist.database.urls.app });
    await editor.connect();
    try {
      await editor.query(`BEGIN; SELECT set_config('app.tenant_id', '${world.town.tenantId}', true)`);
      await editor.query('SELECT FROM digilist.zones WHERE id = $1 FOR UPDATE', [half.id]);
      await editor.query('UPDATE digilist.zones SET shape = shape + 1 WHERE id = $1', [half.id]);
      const late = world.book(at, { zoneId: half.id });
      await eventually(async () => {
        const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
        expect(await world.rows(waiting)).toHaveLength(1);
      });
      await editor.query('COMMIT');
      expect((await late).code).toBe('ZONE_UNKNOWN');
    } finally {
      await editor.end();
    }
  });
});

describe('the first zone of a listing that is booked', () => {
  it('is refused unless the whole stays: then its bookings keep everything, and gain what is added', async () => {
    const at = await hall();
    const booking = bodyOf(await world.book(at));
    const request = { id: at.listingId, name: { nb: 'Bane 1' } };
    expect((await ask(createZone, request)).code).toBe('LISTING_HAS_BOOKINGS');
    const first = await add(at, { convertWhole: true });
    expect(await zoneIn(at, at.whole)).toMatchObject({
      kind: 'composite',
      implicit: false,
      partIds: [first.id],
      atomIds: at.atoms,
    });
    expect(await atomsHeldBy(booking.id)).toEqual(at.atoms);
    const second = await add(at, { partOf: [at.whole] });
    expect(await atomsHeldBy(booking.id)).toEqual([...at.atoms, ...second.atomIds].sort());
    expect((await world.book(at, { zoneId: second.id })).code).toBe('SLOT_CONFLICT');
    expect((await world.book(at, { zoneId: second.id, startsAt: day(1), endsAt: day(1, 11) })).ok).toBe(true);
    expect((await world.book(at, { zoneId: at.whole, startsAt: day(1), endsAt: day(1, 11) })).code).toBe(
      'SLOT_CONFLICT',
    );
    expect((await ask(createZone, { ...request, convertWhole: true })).code).toBe('ZONE_INVALID');
  });
});

describe('a zone out of use', () => {
  it('is refused while others are made of it, or while it is booked, and the bookings are named', async () => {
    const at = await hall({ parts: 2 });
    const [a, b] = at.parts as [string, string];
    const retire = (zoneId: string, more: object = {}) => ask(retireZone, { id: at.listingId, zoneId, ...more });
    expect(detailsOf(await retire(a))).toMatchObject({ composites: [at.whole] });
    const booking = bodyOf(await world.book(at, { zoneId: at.whole }));
    expect((await retire(at.whole)).code).toBe('LISTING_HAS_BOOKINGS');
    expect((await retire(at.whole, { dryRun: true })).body).toMatchObject({
      dryRun: true,
      impact: { count: 1, bookings: [{ id: booking.id }] },
    });
    expect((await retire(at.whole, { bookings: 'keep' })).body).toMatchObject({ dryRun: false, impact: { count: 1 } });
    expect(await atomsHeldBy(booking.id)).toHaveLength(2);
    expect((await world.book(at, { zoneId: at.whole, startsAt: day(1), endsAt: day(1, 11) })).code).toBe(
      'ZONE_UNKNOWN',
    );
    expect((await world.book(at, { zoneId: a })).code).toBe('SLOT_CONFLICT');
    expect((await retire(a)).ok).toBe(true);
    expect((await retire(b)).code).toBe('ZONE_IN_USE');
    expect((await zonesOf(at)).map(({ id }) => id)).toEqual([b]);
  });
});

describe('what is counted', () => {
  it('can become more, and fewer as long as they are enough: else it is told when and how many are needed', async () => {
    const at = await hall({ stock: 5, type: 'RESOURCE' });
    await world.book(at, { quantity: 2 });
    await world.book(at, { quantity: 2, startsAt: day(0, 11), endsAt: day(0, 13) });
    expect(detailsOf(await change(at, at.whole, { stock: 3 }))).toEqual({ stock: 3, needed: 4, at: day(0, 11) });
    expect((await change(at, at.whole, { stock: 4 })).body).toMatchObject({ stock: 4 });
    expect((await world.book(at, { quantity: 1, startsAt: day(0, 11), endsAt: day(0, 12) })).code).toBe(
      'SLOT_CONFLICT',
    );
    const block = { listingId: at.listingId, startsAt: day(3), endsAt: day(4), reason: 'own_use' };
    await ask(createBlock, block);
    expect((await change(at, at.whole, { stock: 9 })).ok).toBe(true);
    expect((await world.book(at, { quantity: 1, startsAt: day(3, 11), endsAt: day(3, 12) })).code).toBe(
      'SLOT_CONFLICT',
    );
    expect((await change(at, at.whole, { stock: 4 })).ok).toBe(true);
    const court = await hall();
    expect((await change(court, court.whole, { stock: 4 })).code).toBe('ZONE_INVALID');
  });
});

describe('afterwards', () => {
  it('leaves behind nothing that must never be', async () => {
    const broken = await brokenInvariants((text) => world.rows(text));
    // One booking was cancelled in SQL, without an event.
    expect(broken.filter((name) => !name.startsWith('the events of a booking'))).toEqual([]);
  });
});
