import { migrate } from '@kit/service';
import { createDatabase, stopPostgres, type TestDatabase } from '@kit/testing';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { migrations } from '../../database/migrations/index.js';

// How much is used of a quota is read by who has it, not by reading everybody's bookings: as the service's own role, under
// row-level security, in a tenant with many people and a school that books a lot.

const PEOPLE = 20_000;
const BY_SCHOOL = 5_000;
const [tenantId, orgId, school, quotaId] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
const HOURS = 'make_interval(hours => n - 2500)';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createDatabase('digilist', (urls) =>
    migrate({ context: 'digilist', url: urls.migrator, migrations }),
  );
  client = new pg.Client({ connectionString: database.urls.superuser });
  await client.connect();
  await client.query('SET session_replication_role = replica');
  const book = (many: number, behalf: string | null) =>
    client.query(
      `INSERT INTO digilist.bookings (tenant_id, org_id, listing_id, zone_id, user_id, on_behalf_of_org_id, status, payment_policy,
         starts_at, ends_at, timezone, pricing_group, net, vat, total, price_lines, created_by, updated_by)
       SELECT $1, $2, $2, $2, uuidv7(), $3, 'confirmed', 'FREE', now() + ${HOURS}, now() + ${HOURS} + interval '1 hour', 'Europe/Oslo',
         'private', 0, 0, 0, '[]', $2, $2 FROM generate_series(1, $4::int) n`,
      [tenantId, orgId, behalf, many],
    );
  await book(PEOPLE, null);
  await book(BY_SCHOOL, school);
  await client.query(
    `INSERT INTO digilist.booking_quotas (tenant_id, org_id, id, name, per, measure, most, period, all_listings, created_by, updated_by)
     VALUES ($1, $2, $3, '{}', 'organization', 'minutes', 1, 'active', true, $2, $2)`,
    [tenantId, orgId, quotaId],
  );
  await client.query(`ANALYZE; SET session_replication_role = origin;
    LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
    SET auto_explain.log_level = 'notice'; SET ROLE digilist_app; SET app.tenant_id = '${tenantId}'`);
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
  await stopPostgres();
});

interface Used {
  at: string;
  bookings: string;
  minutes: string;
}

it('what is used of a quota is found by person, and by organization and time', async () => {
  const plans: string[] = [];
  client.on('notice', ({ message }) => plans.push(message ?? ''));
  const { rows } = await client.query<Used>(
    `SELECT * FROM digilist.count_quotas($1, now(), true, '{}', $2, $3, $4, '{NULL,NULL}', '{NULL,NULL}',
       ARRAY[now() - interval '400 days', now() - interval '400 days'], '{9999-01-01,9999-01-01}')`,
    [tenantId, [quotaId, quotaId], [uuidv7(), null], [null, school]],
  );
  expect(rows.map(({ at, bookings, minutes }) => [Number(at), Number(bookings), Number(minutes)])).toEqual([
    [1, 0, 0],
    [2, 2501, 2501 * 60],
  ]);
  const plan = plans.find((text) => text.includes('JOIN LATERAL')) as string;
  expect(plan).not.toMatch(/Seq Scan on bookings/);
  expect(plan).toMatch(/tenant_id_user_id_id_idx/);
  expect(plan).toMatch(
    /Index Cond: \(\(tenant_id = \$1\) AND \(on_behalf_of_org_id = w\.org\) AND \(starts_at >= w\.earliest\)/,
  );
});
