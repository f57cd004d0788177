import { migrate } from '@kit/service';
import { createDatabase, query, stopPostgres, type TestDatabase } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { migrations } from './migrations/index.js';

// What the database itself refuses, whoever writes it.

/** The lane of what is no buffer. */
const CORE = '[0,)';
const HOUR = '[2027-02-01 10:00+00,2027-02-01 11:00+00)';
const [tenantId, by, orgId, listingId, atomId] = Array.from({ length: 5 }, () => uuidv7());

let database: TestDatabase;

const run = (text: string, values: unknown[]) => query(database.urls.superuser, text, values);
const allocate = (during: string | null, lane = CORE, exclusive = true, wrong = 0) =>
  run(
    `INSERT INTO digilist.allocations (tenant_id, atom_id, atom_number, kind, during, lane, exclusive, created_by, updated_by)
     SELECT $1, t.id, t.number + $7, 'BLOCK', $3, $4, $6, $5, $5 FROM digilist.atoms t WHERE t.id = $2`,
    [tenantId, atomId, during, lane, by, exclusive, wrong],
  );

beforeAll(async () => {
  database = await createDatabase('digilist', (urls) =>
    migrate({ context: 'digilist', url: urls.migrator, migrations }),
  );
  await run('INSERT INTO digilist.platform_tenants (id, version, status) VALUES ($1, 1, $2)', [tenantId, 'active']);
  await run('INSERT INTO digilist.platform_organizations (tenant_id, id, version) VALUES ($1, $2, 1)', [
    tenantId,
    orgId,
  ]);
  await run(
    `INSERT INTO digilist.listings (tenant_id, org_id, id, listing_type, booking_model, name, created_by, updated_by)
     VALUES ($1, $2, $3, 'SPACE', 'TIME_RANGE', '{"nb": "Hall"}', $4, $4)`,
    [tenantId, orgId, listingId, by],
  );
  await run(
    'INSERT INTO digilist.atoms (tenant_id, org_id, listing_id, id, created_by, updated_by) VALUES ($1, $2, $3, $4, $5, $5)',
    [tenantId, orgId, listingId, atomId, by],
  );
  await allocate('[2027-01-01 10:00+00, 2027-01-01 12:00+00)');
});
afterAll(async () => {
  await database?.drop();
  await stopPostgres();
});

describe('an allocation', () => {
  it.each([
    ['its time is empty', 'empty', CORE],
    ['its time has no end', '[2027-02-01 10:00+00,)', CORE],
    ['its time has no beginning', '(,2027-02-01 10:00+00)', CORE],
    ['its time ends in infinity', '[2027-02-01 10:00+00,infinity)', CORE],
    ['its end is included', '[2027-02-01 10:00+00,2027-02-01 11:00+00]', CORE],
    ['its beginning is not included', '(2027-02-01 10:00+00,2027-02-01 11:00+00]', CORE],
    ['it lasts for more than 400 days', '[2027-02-01 10:00+00,2028-03-10 11:00+00)', CORE],
    ['it lies before the calendar begins', '[1999-12-31 23:00+00,2000-01-01 01:00+00)', CORE],
    ['it lies after the calendar ends', '[2126-12-31 23:00+00,2127-01-01 01:00+00)', CORE],
    ['its lane is empty', HOUR, 'empty'],
    ['its lane has no beginning', HOUR, '(,5)'],
    ['its lane is beside the others', HOUR, '[-5,-3)'],
  ])('is refused when %s: it would slip past the constraint', async (_, during, lane) => {
    await expect(allocate(during, lane)).rejects.toMatchObject({ code: '23514' });
  });

  it('is refused without a time, and when it claims another kind or number than its atom has', async () => {
    await expect(allocate(null)).rejects.toMatchObject({ code: '23502' });
    await expect(allocate(HOUR, CORE, false)).rejects.toMatchObject({ code: '23503' });
    await expect(allocate(HOUR, CORE, true, 1)).rejects.toMatchObject({ code: '23503' });
  });

  it('is refused where another one is', async () => {
    await expect(allocate('[2027-01-01 11:00+00, 2027-01-01 13:00+00)')).rejects.toMatchObject({ code: '23P01' });
  });

  it('may follow another one without a gap', async () => {
    await expect(allocate('[2027-01-01 12:00+00, 2027-01-01 13:00+00)')).resolves.toBeDefined();
  });

  it('may be a buffer over another buffer, but not over a booking', async () => {
    await allocate('[2027-03-01 10:00+00, 2027-03-01 11:00+00)', '[7,8)');
    await expect(allocate('[2027-03-01 10:30+00, 2027-03-01 11:30+00)', '[8,9)')).resolves.toBeDefined();
    await expect(allocate('[2027-03-01 10:30+00, 2027-03-01 10:45+00)')).rejects.toMatchObject({ code: '23P01' });
    await expect(allocate('[2027-01-01 11:30+00, 2027-01-01 12:30+00)', '[9,10)')).rejects.toMatchObject({
      code: '23P01',
    });
  });
});
