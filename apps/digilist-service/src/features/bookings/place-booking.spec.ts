import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrate } from '@kit/service';
import { createDatabase, eventually, query, stopPostgres, type TestDatabase } from '@kit/testing';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { brokenInvariants } from '../../database/invariants.js';
import { migrations } from '../../database/migrations/index.js';
import { PLACE_BOOKING, type PlaceBooking, type Placed } from './place-booking.sql.js';

// The writing statement alone, as the service's own role, on connections of its own: here every interleaving is possible.

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BASE = Date.UTC(2027, 0, 4);

let database: TestDatabase;
let clients: pg.Client[];
const tenantId = uuidv7();
const [orgId, userId] = [uuidv7(), uuidv7()];

const rows = <Row extends Record<string, unknown>>(text: string, values: unknown[] = []) =>
  query<Row>(database.urls.superuser, text, values);

beforeAll(async () => {
  database = await createDatabase('digilist', (urls) =>
    migrate({ context: 'digilist', url: urls.migrator, migrations }),
  );
  await rows('INSERT INTO digilist.platform_tenants (id, status, version) VALUES ($1, $2, 1)', [tenantId, 'active']);
  await rows('INSERT INTO digilist.platform_organizations (tenant_id, id, status, version) VALUES ($1, $2, $3, 1)', [
    tenantId,
    orgId,
    'active',
  ]);
  await rows('INSERT INTO digilist.platform_users (tenant_id, id, status, version) VALUES ($1, $2, $3, 1)', [
    tenantId,
    userId,
    'active',
  ]);
  await rows(
    `INSERT INTO digilist.listing_types (tenant_id, key, name, models, created_by, updated_by)
     VALUES ($1, 'SPACE', '{}', '{TIME_RANGE,QUANTITY}', $2, $2) ON CONFLICT DO NOTHING`,
    [tenantId, userId],
  );
  clients = await Promise.all(
    Array.from({ length: 16 }, async () => {
      const client = new pg.Client({ connectionString: database.urls.app });
      await client.connect();
      return client;
    }),
  );
});
afterAll(async () => {
  await Promise.all(clients?.map((client) => client.end()) ?? []);
  await database?.drop();
  await stopPostgres();
});

interface Hall {
  listingId: string;
  zoneId: string;
  atoms: string[];
  stock: number;
}

async function hall(parts: number, stock = 1): Promise<Hall> {
  const [listingId, zoneId] = [uuidv7(), uuidv7()];
  const atoms = Array.from({ length: parts }, () => uuidv7()).sort();
  await rows(
    `INSERT INTO digilist.listings (tenant_id, org_id, id, listing_type, booking_model, name, created_by, updated_by)
     VALUES ($1, $2, $3, 'SPACE', 'TIME_RANGE', '{}', $4, $4)`,
    [tenantId, orgId, listingId, userId],
  );
  await rows(
    `INSERT INTO digilist.zones (tenant_id, org_id, listing_id, id, name, kind, created_by, updated_by)
     VALUES ($1, $2, $3, $4, '{}', 'composite', $5, $5)`,
    [tenantId, orgId, listingId, zoneId, userId],
  );
  await rows(
    `INSERT INTO digilist.atoms (tenant_id, org_id, listing_id, id, exclusive, stock, created_by, updated_by)
     SELECT $1, $2, $3, id, $5, $6, $7, $7 FROM unnest($4::uuid[]) id`,
    [tenantId, orgId, listingId, atoms, stock === 1, stock, userId],
  );
  return { listingId, zoneId, atoms, stock };
}

/** History that the index has grown beyond one page with. */
async function fill({ atoms }: Hall, times: number): Promise<void> {
  await rows(
    `INSERT INTO digilist.allocations (tenant_id, atom_id, atom_number, kind, during, created_by, updated_by)
     SELECT $1, atom.id, atom.number, 'BLOCK', tstzrange($3::timestamptz - n * interval '4 hours', $3::timestamptz - n * interval '4 hours' + interval '2 hours'), $5, $5
     FROM (SELECT * FROM digilist.atoms WHERE id = ANY ($2::uuid[])) atom, generate_series(1, $4::int) n`,
    [tenantId, atoms, new Date(BASE), times, userId],
  );
}

interface Wish {
  hall: Hall;
  atoms?: string[];
  from: number;
  until: number;
  buffer?: number;
  quantity?: number;
  status?: PlaceBooking['status'];
  expiresAt?: Date;
}

const parameters = ({
  hall: at,
  atoms = at.atoms,
  from,
  until,
  buffer = 0,
  quantity = 1,
  status = 'confirmed',
  expiresAt,
}: Wish): PlaceBooking => {
  const id = uuidv7();
  return {
    tenantId,
    actorId: userId,
    id,
    version: 0,
    orgId,
    listingId: at.listingId,
    listingVersion: 1,
    zoneId: at.zoneId,
    zoneIds: [at.zoneId],
    zoneShapes: [1],
    holdId: null,
    userId,
    onBehalfOfOrgId: null,
    status,
    paymentPolicy: 'INVOICE',
    startsAt: new Date(from),
    endsAt: new Date(until),
    timezone: 'Europe/Oslo',
    quantity,
    attendees: null,
    purpose: null,
    publicTitle: null,
    showInPublicCalendar: false,
    pricingGroup: 'private',
    discountCode: null,
    addOns: '[]',
    quoteId: null,
    currency: 'NOK',
    net: 0,
    vat: 0,
    total: 0,
    lines: '[]',
    approval: '{"required": false, "reasons": [], "steps": []}',
    expiresAt: expiresAt ?? null,
    snapshot: '{}',
    termsVersion: '1',
    ip: null,
    userAgent: null,
    atomIds: atoms,
    claimQuantities: atoms.map(() => (at.stock > 1 ? quantity : 1)),
    claimBuffersBefore: atoms.map(() => (at.stock > 1 ? 0 : buffer)),
    claimBuffersAfter: atoms.map(() => (at.stock > 1 ? 0 : buffer)),
    freedIds: [],
    approvalId: null,
    workflowId: null,
    level: null,
    priority: null,
    dueAt: null,
    messageIds: [],
    messageSubjects: [],
    messagePayloads: [],
  };
};

/** One transaction as a service process makes it: a loser commits too, so its own undoing is what is tested. */
async function place(client: pg.Client, wish: Wish, thinkMs = 0): Promise<string> {
  const { statement, values } = PLACE_BOOKING;
  await client.query(`BEGIN; SELECT set_config('app.tenant_id', '${tenantId}', true)`);
  try {
    const { rows: answer } = await client.query<Placed>({ ...statement, values: values(parameters(wish)) });
    if (thinkMs > 0) await new Promise((resolve) => setTimeout(resolve, thinkMs));
    await client.query(answer[0]?.outcome === 'taken' && !answer[0].placed ? 'ROLLBACK' : 'COMMIT');
    return answer[0]?.outcome === 'taken' && !answer[0].placed ? 'no zone' : (answer[0]?.outcome ?? 'nothing');
  } catch (error) {
    await client.query('ROLLBACK');
    return `${(error as { code?: string }).code ?? 'failed'} ${(error as Error).message}`;
  }
}

const race = (wishes: Wish[], thinkMs = 0) =>
  Promise.all(wishes.map((wish, at) => place(clients[at % clients.length] as pg.Client, wish, thinkMs)));
const count = (outcomes: string[], outcome: string) => outcomes.filter((one) => one === outcome).length;

describe('one slot', () => {
  it('has exactly one winner among 16 at once, every time', async () => {
    const at = await hall(1);
    await fill(at, 450);
    for (let round = 0; round < 50; round++) {
      const from = BASE + round * DAY;
      const outcomes = await race(Array.from({ length: 16 }, () => ({ hall: at, from, until: from + 2 * HOUR })));
      expect([count(outcomes, 'taken'), count(outcomes, 'occupied')]).toEqual([1, 15]);
    }
  });

  it('has at least one winner where the wishes overlap only in part', async () => {
    const at = await hall(1);
    for (let round = 0; round < 50; round++) {
      const wishes = Array.from({ length: 16 }, (_, n) => {
        const from = BASE + round * DAY + (n % 8) * (HOUR / 4);
        return { hall: at, from, until: from + 2 * HOUR };
      });
      const outcomes = await race(wishes, round % 2);
      expect(count(outcomes, 'taken')).toBeGreaterThanOrEqual(1);
      expect(count(outcomes, 'taken') + count(outcomes, 'occupied')).toBe(16);
    }
  });
});

describe('a whole hall and its thirds', () => {
  it('never both and never neither, in 200 rounds beside 450 rows per third', async () => {
    const at = await hall(3);
    await fill(at, 450);
    for (let round = 0; round < 200; round++) {
      const from = BASE + round * DAY;
      const wishes = Array.from({ length: 8 }, (_, n) => ({
        hall: at,
        atoms: n % 2 === 0 ? at.atoms : [at.atoms[((n - 1) / 2) % 3] as string],
        from,
        until: from + 2 * HOUR,
      }));
      const outcomes = await race(wishes, round % 3);
      const won = wishes.filter((_, n) => outcomes[n] === 'taken');
      const whole = won.filter(({ atoms }) => atoms.length === 3).length;
      expect(outcomes.filter((outcome) => outcome !== 'taken' && outcome !== 'occupied')).toEqual([]);
      expect(won.length).toBeGreaterThanOrEqual(1);
      expect(whole === 1 ? won.length : whole).toBe(whole);
    }
  });

  it('lets all thirds be booked at the same time', async () => {
    const at = await hall(3);
    for (let round = 0; round < 20; round++) {
      const from = BASE + round * DAY;
      const outcomes = await race(at.atoms.map((atom) => ({ hall: at, atoms: [atom], from, until: from + HOUR })));
      expect(outcomes).toEqual(['taken', 'taken', 'taken']);
    }
  });
});

describe('buffers', () => {
  it('may overlap each other, never a booking', async () => {
    const at = await hall(1);
    const [client] = clients as [pg.Client];
    const book = (fromHour: number, untilHour: number) =>
      place(client, { hall: at, from: BASE + fromHour * HOUR, until: BASE + untilHour * HOUR, buffer: 30 });
    expect(await book(10, 12)).toBe('taken');
    expect(await book(12, 13)).toBe('occupied');
    expect(await book(12.25, 13)).toBe('occupied');
    expect(await book(12.5, 13)).toBe('taken');
    expect(await book(8, 9.5)).toBe('taken');
    expect(await book(7, 8)).toBe('occupied');
  });

  it('never deadlock and always have a winner when many book around each other', async () => {
    const at = await hall(3);
    await fill(at, 450);
    for (let round = 0; round < 100; round++) {
      const wishes = Array.from({ length: 16 }, (_, n) => {
        const from = BASE + round * DAY + 10 * HOUR + (n % 4) * (HOUR / 2);
        return {
          hall: at,
          atoms: n % 3 === 0 ? at.atoms : [at.atoms[n % 3] as string],
          from,
          until: from + 2 * HOUR,
          buffer: 30,
        };
      });
      const outcomes = await race(wishes, round % 3);
      expect(outcomes.filter((outcome) => outcome !== 'taken' && outcome !== 'occupied')).toEqual([]);
      expect(count(outcomes, 'taken')).toBeGreaterThanOrEqual(1);
    }
  });
});

describe('counted units', () => {
  it('never go out more often than there are, and all go out when all are wanted', async () => {
    const at = await hall(1, 10);
    for (let round = 0; round < 20; round++) {
      const from = BASE + round * DAY;
      const outcomes = await race(Array.from({ length: 16 }, () => ({ hall: at, from, until: from + HOUR })));
      expect([count(outcomes, 'taken'), count(outcomes, 'stock')]).toEqual([10, 6]);
    }
  });

  it('count what is out at the same instant, not everything that touches the time', async () => {
    const at = await hall(1, 2);
    const [client] = clients as [pg.Client];
    const book = (fromHour: number, untilHour: number, quantity: number) =>
      place(client, { hall: at, from: BASE + fromHour * HOUR, until: BASE + untilHour * HOUR, quantity });
    expect(await book(9, 10, 1)).toBe('taken');
    expect(await book(10, 11, 1)).toBe('taken');
    expect(await book(9, 11, 2)).toBe('stock');
    expect(await book(9, 11, 1)).toBe('taken');
    expect(await book(9.5, 10.5, 1)).toBe('stock');
  });
});

describe('a hold that has run out', () => {
  it('gives way to the next booking and leaves an expired booking with its history', async () => {
    const at = await hall(1);
    const [client] = clients as [pg.Client];
    const wish: Wish = {
      hall: at,
      from: BASE,
      until: BASE + HOUR,
      status: 'awaiting_payment',
      expiresAt: new Date(Date.now() + 300),
    };
    expect(await place(client, wish)).toBe('taken');
    expect(await place(client, { hall: at, from: BASE, until: BASE + HOUR })).toBe('occupied');
    await rows(`UPDATE digilist.bookings SET expires_at = now() - interval '1 second' WHERE listing_id = $1`, [
      at.listingId,
    ]);
    await rows(
      `UPDATE digilist.allocations SET expires_at = now() - interval '1 second' WHERE atom_id = ANY ($1::uuid[])`,
      [at.atoms],
    );
    const outcomes = await race(Array.from({ length: 8 }, () => ({ hall: at, from: BASE, until: BASE + HOUR })));
    expect([count(outcomes, 'taken'), count(outcomes, 'occupied')]).toEqual([1, 7]);
    const bookings = await rows('SELECT status FROM digilist.bookings WHERE listing_id = $1 ORDER BY status', [
      at.listingId,
    ]);
    expect(bookings.map(({ status }) => status)).toEqual(['confirmed', 'expired']);
  });
});

describe('a zone that is taken out of use meanwhile', () => {
  it('is waited for, and then not booked', async () => {
    const at = await hall(1);
    const [manager, booker] = clients as [pg.Client, pg.Client];
    await manager.query(`BEGIN; SELECT set_config('app.tenant_id', '${tenantId}', true)`);
    await manager.query('SELECT FROM digilist.zones WHERE tenant_id = $1 AND id = $2 FOR UPDATE', [
      tenantId,
      at.zoneId,
    ]);
    await manager.query(`UPDATE digilist.zones SET status = 'retired' WHERE tenant_id = $1 AND id = $2`, [
      tenantId,
      at.zoneId,
    ]);
    const outcome = place(booker, { hall: at, from: BASE, until: BASE + HOUR });
    await eventually(async () => {
      const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
      expect(await rows(waiting)).toHaveLength(1);
    });
    await manager.query('COMMIT');
    expect(await outcome).toBe('no zone');
    expect(await rows('SELECT FROM digilist.allocations WHERE atom_id = ANY ($1::uuid[])', [at.atoms])).toEqual([]);
  });
});

describe('the calendar', () => {
  it('is read by time under row-level security', async () => {
    const [client] = clients as [pg.Client];
    await client.query(
      `BEGIN; SELECT set_config('app.tenant_id', '${tenantId}', true); SET LOCAL enable_seqscan = off`,
    );
    const { rows: plan } = await client.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT s.expires_at FROM digilist.allocations s
       WHERE s.tenant_id = $1 AND s.atom_id = ANY ($2::uuid[]) AND s.starts_at > $3 AND s.starts_at < $4 AND s.ends_at > $3 AND s.active`,
      [tenantId, [uuidv7()], new Date(BASE), new Date(BASE + DAY)],
    );
    await client.query('ROLLBACK');
    const conditions = plan.map((line) => line['QUERY PLAN']).filter((line) => line.includes('Index Cond'));
    expect(conditions.join('\n')).toMatch(/starts_at > .*starts_at < /);
  });
});

describe('afterwards', () => {
  it('leaves behind nothing that must never be', async () => {
    // Halls and their thirds are one zone here: what belongs to it is not what this is about.
    const except = ['a booking of a zone in use has exactly the atoms that belong to it'] as const;
    expect(await brokenInvariants((text) => rows(text), except)).toEqual([]);
  });
});
