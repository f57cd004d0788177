import { migrate } from '@kit/service';
import {
  catalogViolations,
  createDatabase,
  KIT_EXCEPTIONS,
  query,
  stopPostgres,
  type TestDatabase,
  tenantsSeen,
} from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { migrations } from './migrations/index.js';

const COPY = 'a status PLATFORM adds must not stop the projection';
const copies = [
  'tenants',
  'organizations',
  'users',
  'memberships',
  'roles',
  'user_roles',
  'subscriptions',
  'entitlements',
  'consents',
  'data_subject_requests',
];

const RULES = {
  schema: 'digilist',
  globalTables: ['migrations', 'relay_lease'],
  exceptions: {
    'index-under-foreign-key allocations.allocations_tenant_id_atom_id_exclusive_atom_number_fkey':
      'allocations_atom begins with tenant and atom, which alone name the row; the third column only pins a property of it',
    ...KIT_EXCEPTIONS,
    'primary-key listing_words': 'a word names itself',
    'primary-key platform_tenants': 'a tenant is its own tenant: its id is the key',
    'unique-per-tenant platform_tenants.platform_tenants_pkey': 'a tenant is its own tenant',
    'index-starts-with-tenant platform_tenants.platform_tenants_pkey': 'a tenant is its own tenant',
    'index-starts-with-tenant payment_providers.payment_providers_integration':
      'a webhook names the integration before its tenant is known',
    'index-starts-with-tenant platform_tenants.platform_tenants_slug': 'a slug is looked up before the tenant is known',
    ...Object.fromEntries(
      [...copies, 'user_sessions'].map((name) => [
        `audit-columns platform_${name}`,
        'a copy: PLATFORM keeps who changed the original',
      ]),
    ),
    ...Object.fromEntries(copies.map((name) => [`status-is-text platform_${name}.status`, COPY])),
  } as Record<string, string>,
};

let database: TestDatabase;
const towns = [uuidv7(), uuidv7()] as const;

beforeAll(async () => {
  database = await createDatabase('digilist', (urls) =>
    migrate({ context: 'digilist', url: urls.migrator, migrations }),
  );
  for (const id of towns) {
    await query(
      database.urls.superuser,
      'INSERT INTO digilist.platform_tenants (id, version, status) VALUES ($1, 1, $2)',
      [id, 'active'],
    );
  }
});
afterAll(async () => {
  await database?.drop();
  await stopPostgres();
});

describe('the live database', () => {
  it('breaks none of the rules that every table obeys', async () => {
    expect(await catalogViolations(database.urls.migrator, RULES)).toEqual([]);
  });

  it('shows the service no row of any tenant table before a tenant is named', async () => {
    const seen = await tenantsSeen(database.urls.app, RULES, null);
    expect(Object.keys(seen).length).toBeGreaterThan(30);
    expect(Object.entries(seen).filter(([, tenants]) => tenants.length > 0)).toEqual([]);
  });

  it('shows the service only the rows of the tenant it names', async () => {
    const seen = await tenantsSeen(database.urls.app, RULES, towns[0]);
    expect(seen).toMatchObject({ platform_tenants: [towns[0]], listing_types: [towns[0]], pricing_groups: [towns[0]] });
    expect(Object.entries(seen).filter(([, tenants]) => tenants.some((id) => id !== towns[0]))).toEqual([]);
  });

  it('gives every tenant its listing types and pricing groups from its first moment', async () => {
    const count = (table: string) =>
      query<{ n: number }>(
        database.urls.superuser,
        `SELECT count(*)::integer AS n FROM digilist.${table} WHERE tenant_id = $1`,
        [towns[1]],
      );
    expect(await count('listing_types')).toEqual([{ n: 6 }]);
    expect(await count('pricing_groups')).toEqual([{ n: 6 }]);
  });

  it('keeps bookings, what belongs to them and allocations in 16 partitions by tenant, each with the policy of its parent', async () => {
    const partitions = await query<{ parent: string; n: number }>(
      database.urls.superuser,
      `SELECT i.inhparent::regclass::text AS parent, count(*)::integer AS n FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE c.relkind = 'r' AND c.relrowsecurity AND c.relforcerowsecurity GROUP BY 1 ORDER BY 1`,
    );
    const tables = ['allocations', 'booking_history', 'booking_items', 'bookings', 'terms_acceptances'];
    expect(partitions).toEqual(tables.map((table) => ({ parent: `digilist.${table}`, n: 16 })));
  });

  it('has two schemas beside its own, the queue of jobs and what is rebuilt, which the service’s role may not enter', async () => {
    const others = await query(
      database.urls.superuser,
      `SELECT n.nspname::text AS name, has_schema_privilege('digilist_app', n.oid, 'USAGE, CREATE') AS app,
         has_schema_privilege('digilist_system', n.oid, 'USAGE') AS system
       FROM pg_namespace n WHERE n.nspname !~ '^(pg_|information_schema$|public$|digilist$)' ORDER BY 1`,
    );
    expect(others).toEqual([
      { name: 'digilist_jobs', app: false, system: true },
      { name: 'digilist_rebuild', app: false, system: true },
    ]);
  });

  it('lets nobody of the service change or delete what was agreed and what has happened', async () => {
    const changeable = await query(
      database.urls.superuser,
      `SELECT c.relname::text AS name FROM pg_class c JOIN pg_roles r ON r.rolname = 'digilist_app'
       WHERE c.relnamespace = 'digilist'::regnamespace AND c.relkind IN ('r', 'p')
         AND c.relname ~ '^(bookings$|booking_items|booking_history|terms_acceptances)'
         AND (has_table_privilege(r.oid, c.oid, 'UPDATE, DELETE') OR has_any_column_privilege(r.oid, c.oid, 'UPDATE'))`,
    );
    // Bookings themselves live; what they left behind does not.
    expect(changeable).toEqual([{ name: 'bookings' }]);
  });
});
