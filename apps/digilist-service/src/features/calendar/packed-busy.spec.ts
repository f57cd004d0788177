import { migrate } from '@kit/service';
import { createDatabase, stopPostgres, type TestDatabase } from '@kit/testing';
import fc from 'fast-check';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { migrations } from '../../database/migrations/index.js';
import { READ_BUSY } from './calendar.sql.js';
import type { Busy } from './domain/free-time.js';
import { unpackBusy } from './domain/packed-busy.js';

let database: TestDatabase;
let client: pg.Client;
const [tenantId, orgId, listingId, hallId, ballsId] = Array.from({ length: 5 }, () => uuidv7());

const rows = async <Row extends Record<string, unknown>>(text: string, values: unknown[] = []): Promise<Row[]> =>
  (await client.query<Row>(text, values)).rows;

beforeAll(async () => {
  database = await createDatabase('digilist', (urls) =>
    migrate({ context: 'digilist', url: urls.migrator, migrations }),
  );
  client = new pg.Client({ connectionString: database.urls.superuser });
  await client.connect();
  await rows('INSERT INTO digilist.platform_tenants (id, version, status) VALUES ($1, 1, $2)', [tenantId, 'active']);
  await rows('INSERT INTO digilist.platform_organizations (tenant_id, id, version) VALUES ($1, $2, 1)', [
    tenantId,
    orgId,
  ]);
  await rows(
    `INSERT INTO digilist.listings (tenant_id, org_id, id, listing_type, booking_model, name, created_by, updated_by)
     VALUES ($1, $2, $3, 'SPACE', 'TIME_RANGE', '{}', $1, $1)`,
    [tenantId, orgId, listingId],
  );
  await rows(
    `INSERT INTO digilist.atoms (tenant_id, org_id, listing_id, id, exclusive, stock, created_by, updated_by)
     VALUES ($1, $2, $3, $4, true, 1, $1, $1), ($1, $2, $3, $5, false, 100000, $1, $1)`,
    [tenantId, orgId, listingId, hallId, ballsId],
  );
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
  await stopPostgres();
});

const EARLIEST = Date.UTC(2000, 0, 3) / 60_000;
const LATEST = Date.UTC(2125, 0, 1) / 60_000;

const stay = fc.record({
  atomId: fc.constantFrom(hallId, ballsId),
  from: fc.integer({ min: EARLIEST, max: LATEST }),
  size: fc.oneof(fc.integer({ min: 1, max: 1_440 }), fc.integer({ min: 1_441, max: 576_000 })),
  buffer: fc.boolean(),
  quantity: fc.integer({ min: 1, max: 100_000 }),
});

describe('busy time', () => {
  it('reads as it was written, from the first to the last year, short and long, exclusive and counted', async () => {
    const numbers = await rows<{ id: string; number: number }>('SELECT id, number FROM digilist.atoms');
    const property = fc.asyncProperty(fc.array(stay, { minLength: 1, maxLength: 6 }), async (wanted) => {
      await rows('DELETE FROM digilist.allocations');
      const written = [];
      for (const { atomId, from, size, ...each } of wanted) {
        const counted = atomId === ballsId;
        const buffer = each.buffer && !counted;
        const quantity = counted ? each.quantity : 1;
        const [taken] = await rows(
          `INSERT INTO digilist.allocations (tenant_id, atom_id, atom_number, exclusive, kind, during, lane, quantity, created_by, updated_by)
           SELECT $1, t.id, t.number, t.exclusive, 'BLOCK', tstzrange(to_timestamp($3::float8 * 60), to_timestamp($4::float8 * 60)),
             $5::int8range, $6, $1, $1 FROM digilist.atoms t WHERE t.id = $2
           ON CONFLICT DO NOTHING RETURNING id`,
          [tenantId, atomId, from, from + size, buffer ? '[7,8)' : '[0,)', quantity],
        );
        if (taken) written.push({ atomId, from, until: from + size, buffer, quantity });
      }
      for (const { id, number } of numbers) {
        const whole = [tenantId, [hallId, ballsId], EARLIEST, LATEST + 600_000];
        const [{ busy } = { busy: null }] = await rows<{ busy: string | null }>(READ_BUSY.text, whole);
        const expected = written.filter(({ atomId }) => atomId === id).map(({ atomId: _, ...busyTime }) => busyTime);
        expect(sorted(unpackBusy(busy).get(number) ?? [])).toEqual(sorted(expected));
      }
    });
    await fc.assert(property, { numRuns: 60, seed: 20261122 });
  });

  it('is nothing where nobody has anything', () => expect(unpackBusy(null).size).toBe(0));
});

const sorted = (busy: readonly Busy[]) => [...busy].sort((a, b) => a.from - b.from || a.until - b.until);
