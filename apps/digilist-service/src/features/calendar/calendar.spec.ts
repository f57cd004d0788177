import {
  getListingAvailability,
  type ListingAvailability,
  publishListing,
  startMaintenance,
} from '@digilist/contracts';
import { stopPostgres } from '@kit/testing';
import fc from 'fast-check';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { foundTown, type Town } from '../../platform/testing/platform-stand-in.js';
import { DigilistWorld } from '../../testing/digilist-world.js';
import { arrive, LISTING_ROLES, Lister } from '../../testing/lister.js';
import { BlocksModule } from '../blocks/index.js';
import { BookingsModule } from '../bookings/index.js';
import { ListingsModule } from '../listings/index.js';
import { PricingModule } from '../pricing/index.js';
import { RulesModule } from '../rules/index.js';
import { CalendarModule } from './index.js';

let world: DigilistWorld;
let town: Town;
let manager: Lister;

beforeAll(async () => {
  world = await DigilistWorld.open();
  world.excuse('a block that is in force has its time on everything it names, and one that was removed has none');
  await world.start([ListingsModule, RulesModule, PricingModule, CalendarModule, BookingsModule, BlocksModule]);
  town = await foundTown(world.platform, { roles: LISTING_ROLES });
  manager = new Lister(world, town, await arrive(world, town, { role: 'manager', scope: 'tenant' }));
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const MS_A_DAY = 86_400_000;
/** A Tuesday in the second half of January a year ahead or so: far from any change of the clock. */
const TUESDAY = (() => {
  const day = new Date(Date.UTC(new Date().getUTCFullYear() + 1, 0, 15));
  while (day.getUTCDay() !== 2) day.setTime(day.getTime() + MS_A_DAY);
  return day.toISOString().slice(0, 10);
})();
const on = (time: string, date = TUESDAY) => `${date}T${time}:00+01:00`;
const utc = (text: string) => new Date(text).toISOString();

const anonymous = (operation: unknown, request: object, of = town) =>
  world.call(operation, of, null, request, { 'x-tenant': of.slug });

async function free(
  id: string,
  from = on('00:00'),
  to = on('23:59'),
  more: object = {},
): Promise<Record<string, string[]>> {
  const { body, ok } = await anonymous(getListingAvailability, { id, from, to, ...more });
  if (!ok) throw new Error(JSON.stringify(body));
  const { zones } = body as unknown as ListingAvailability;
  return Object.fromEntries(
    zones.map((zone) => [zone.name.nb, zone.free.map(({ startsAt, endsAt }) => `${hour(startsAt)}-${hour(endsAt)}`)]),
  );
}
const hour = (instant: string) => new Date(Date.parse(instant) + 3_600_000).toISOString().slice(11, 16);

/** Takes an atom as the booking does, or just writes what a spec needs. */
const allocate = (
  atomIds: string[],
  from: string,
  until: string,
  more: { expiresAt?: string; lane?: string; quantity?: number } = {},
) =>
  world.rows(
    `INSERT INTO digilist.allocations (tenant_id, atom_id, atom_number, kind, during, expires_at, lane, quantity, exclusive, created_by, updated_by)
     SELECT a.tenant_id, a.id, a.number, 'BLOCK', tstzrange($2, $3), $4, coalesce($5::int8range, '[0,)'), $6, a.exclusive, a.created_by, a.created_by
     FROM digilist.atoms a WHERE a.id = ANY ($1)`,
    [atomIds, from, until, more.expiresAt ?? null, more.lane ?? null, more.quantity ?? 1],
  );
const atomsOf = async (id: string) =>
  (await world.rows<{ id: string }>('SELECT id FROM digilist.atoms WHERE listing_id = $1 ORDER BY id', [id])).map(
    (row) => row.id,
  );

describe('the free time of a listing', () => {
  it('is asked for in parts where it is too much for one answer', async () => {
    const id = await manager.hall({ bookingModel: 'SLOT', slotMinutes: 5 });
    for (const name of ['A', 'B', 'C', 'D', 'E']) await manager.zone(id, name);
    const weeks = (n: number) => ({
      id,
      from: on('00:00'),
      to: new Date(Date.parse(on('00:00')) + n * 7 * 86_400_000).toISOString(),
    });
    expect(await anonymous(getListingAvailability, weeks(8))).toMatchObject({
      code: 'INVALID_INTERVAL',
      body: { errors: [{ path: 'to', code: 'TOO_MUCH' }] },
    });
    expect((await anonymous(getListingAvailability, weeks(4))).ok).toBe(true);
  });

  it('is its opening hours without what is taken, zone by zone', async () => {
    const id = await manager.hall();
    const [a, b] = [await manager.zone(id, 'A'), await manager.zone(id, 'B')];
    await manager.zone(id, 'Hele', [a.id, b.id]);
    await allocate(a.atomIds, on('10:00'), on('12:00'));
    await allocate(b.atomIds, on('20:00'), on('23:00'));
    expect(await free(id)).toEqual({
      A: ['08:00-10:00', '12:00-22:00'],
      B: ['08:00-20:00'],
      Hele: ['08:00-10:00', '12:00-20:00'],
    });
    expect(Object.keys(await free(id, on('00:00'), on('23:59'), { zoneId: b.id }))).toEqual(['B']);
  });

  it('counts a hold that has expired as free, and one that has not as taken', async () => {
    const id = await manager.hall();
    const atoms = await atomsOf(id);
    await allocate(atoms, on('10:00'), on('11:00'), { expiresAt: new Date(Date.now() - 1000).toISOString() });
    await allocate(atoms, on('14:00'), on('15:00'), { expiresAt: new Date(Date.now() + 60_000).toISOString() });
    expect(Object.values(await free(id))).toEqual([['08:00-14:00', '15:00-22:00']]);
  });

  it('sees what began weeks before the window, and what ends weeks after it', async () => {
    const id = await manager.hall();
    await allocate(await atomsOf(id), on('12:00', '2026-11-30'), on('12:00'));
    await allocate(
      await atomsOf(id),
      on('18:00'),
      utc(new Date(Date.parse(on('18:00')) + 60 * MS_A_DAY).toISOString()),
    );
    expect(Object.values(await free(id))).toEqual([['12:00-18:00']]);
  });

  it('keeps the buffers of the listing around what is taken, also over the edge of the window', async () => {
    const id = await manager.hall({ bufferBeforeMinutes: 30, bufferAfterMinutes: 60 });
    const atoms = await atomsOf(id);
    await allocate(atoms, on('12:00'), on('13:00'));
    await allocate(atoms, on('11:30'), on('12:00'), { lane: '[1,2)' });
    await allocate(atoms, on('13:00'), on('14:00'), { lane: '[2,3)' });
    expect(Object.values(await free(id))).toEqual([['08:00-11:00', '14:00-22:00']]);
    expect(Object.values(await free(id, on('08:00'), on('11:45')))).toEqual([['08:00-11:00']]);
    expect(Object.values(await free(id, on('13:10'), on('22:00')))).toEqual([['14:00-22:00']]);
  });

  it('of counted units asks for how many', async () => {
    const { id } = await manager.listing({
      type: 'RESOURCE',
      bookingModel: 'QUANTITY',
      stock: 3,
      paymentPolicy: 'FREE',
    });
    await manager.opening(id, [{ kind: 'weekly', opens: '08:00', closes: '22:00' }]);
    await manager.rules(id);
    await manager.must(publishListing, { id });
    const atoms = await atomsOf(id);
    await allocate(atoms, on('10:00'), on('12:00'), { quantity: 2 });
    await allocate(atoms, on('11:00'), on('13:00'), { quantity: 1 });
    expect(Object.values(await free(id))).toEqual([['08:00-11:00', '12:00-22:00']]);
    expect(Object.values(await free(id, on('00:00'), on('23:59'), { quantity: 2 }))).toEqual([
      ['08:00-10:00', '12:00-22:00'],
    ]);
    expect(Object.values(await free(id, on('00:00'), on('23:59'), { quantity: 4 }))).toEqual([[]]);
  });

  it('follows a change of its rules at once, in every process', async () => {
    await world.start([ListingsModule, RulesModule, PricingModule, CalendarModule, BookingsModule, BlocksModule]);
    const id = await manager.hall();
    expect(Object.values(await free(id))).toEqual([['08:00-22:00']]);
    for (const closes of ['12:00', '13:00', '14:00']) {
      await manager.opening(id, [{ kind: 'weekly', opens: '08:00', closes }]);
      for (let again = 0; again < 6; again++) expect(Object.values(await free(id))).toEqual([[`08:00-${closes}`]]);
    }
  });

  it('is nothing under maintenance, before the notice and beyond the horizon', async () => {
    const id = await manager.hall();
    await manager.rules(id, { horizonDays: 7 });
    expect(Object.values(await free(id))).toEqual([[]]);
    const past = await free(id, '2020-01-01T00:00:00Z', '2020-01-02T00:00:00Z');
    expect(Object.values(past)).toEqual([[]]);
    await manager.rules(id);
    await manager.must(startMaintenance, { id });
    expect(Object.values(await free(id))).toEqual([[]]);
  });

  it.each([
    ['ends before it begins', on('12:00'), on('10:00'), 'INVALID_INTERVAL'],
    ['is empty', on('12:00'), on('12:00'), 'INVALID_INTERVAL'],
    ['is longer than 62 days', '2027-01-01T00:00:00Z', '2027-03-05T00:00:00Z', 'INVALID_INTERVAL'],
    ['has a date that does not exist', '2027-02-31T00:00:00Z', '2027-03-05T00:00:00Z', 'VALIDATION_FAILED'],
    ['lies beyond all calendars', '7000-01-01T00:00:00Z', '7000-01-02T00:00:00Z', 'INVALID_INTERVAL'],
    ['lies at the end of all years', '9999-12-30T00:00:00Z', '9999-12-31T23:00:00Z', 'INVALID_INTERVAL'],
    ['has no offset', '2027-01-01T00:00:00', '2027-01-02T00:00:00', 'VALIDATION_FAILED'],
  ])('is refused for a window that %s', async (_, from, to, code) => {
    const id = await manager.hall();
    expect((await anonymous(getListingAvailability, { id, from, to })).code).toBe(code);
  });

  it('is refused for a zone of another listing, and for a draft like for nothing at all', async () => {
    const id = await manager.hall();
    const { id: draft } = await manager.listing();
    const window = { from: on('08:00'), to: on('10:00') };
    expect((await anonymous(getListingAvailability, { id, ...window, zoneId: uuidv7() })).code).toBe('ZONE_UNKNOWN');
    const [hidden, random] = [draft, uuidv7()].map((each) =>
      anonymous(getListingAvailability, { id: each, ...window }),
    );
    expect((await hidden)?.body).toEqual((await random)?.body);
  });

  it('agrees with the database: what it shows as free can be taken, what it does not show cannot', async () => {
    const id = await manager.hall({ bufferBeforeMinutes: 15, bufferAfterMinutes: 30 });
    const [a, b] = [await manager.zone(id, 'A'), await manager.zone(id, 'B')];
    const whole = await manager.zone(id, 'Hele', [a.id, b.id]);
    const zones = [a, b, whole];
    const client = new pg.Client({ connectionString: world.database.urls.app });
    await client.connect();
    try {
      const cases = fc.sample(fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 27 }), fc.integer({ min: 1, max: 4 })), {
        numRuns: 60,
        seed: 20261122,
      });
      for (const [pick, start, size] of cases) {
        const zone = zones[pick] as (typeof zones)[number];
        const from = new Date(Date.parse(on('08:00')) + start * 1_800_000).toISOString();
        const until = new Date(Date.parse(from) + size * 1_800_000).toISOString();
        const { body } = await anonymous(getListingAvailability, {
          id,
          from: on('00:00'),
          to: on('23:59'),
          zoneId: zone.id,
        });
        const [shown] = (body as unknown as ListingAvailability).zones;
        const expected = shown?.free.some((gap) => gap.startsAt <= from && until <= gap.endsAt);
        const inside = until <= utc(on('22:00'));
        await client.query('BEGIN');
        await client.query("SELECT set_config('app.tenant_id', $1, true)", [town.tenantId]);
        const { rows } = await client.query<{ outcome: string }>(
          `WITH block AS (
             INSERT INTO digilist.blocks (tenant_id, org_id, listing_id, zone_id, kind, reason, starts_at, ends_at, created_by, updated_by)
             VALUES ($1, $7, $6, $8, 'BLOCK', 'other', $4, $5, $2, $2) RETURNING id
           )
           SELECT t.outcome FROM block, digilist.take_times($1, $2, 'BLOCK', NULL, '{}',
             array_fill(block.id, ARRAY[$9::integer]), $3, array_fill(1, ARRAY[$9::integer]),
             array_fill($4::timestamptz, ARRAY[$9::integer]), array_fill($5::timestamptz, ARRAY[$9::integer]),
             array_fill(15, ARRAY[$9::integer]), array_fill(30, ARRAY[$9::integer])) t`,
          [town.tenantId, manager.userId, zone.atomIds, from, until, id, town.orgId, zone.id, zone.atomIds.length],
        );
        // What is outside the opening hours is the rules' business, not the calendar's.
        await client.query(inside ? 'COMMIT' : 'ROLLBACK');
        if (inside && (rows[0]?.outcome === 'taken') !== expected) {
          throw new Error(`${zone.id} ${from}–${until}: shown ${expected}, ${rows[0]?.outcome}`);
        }
      }
    } finally {
      await client.end();
    }
  });
});
