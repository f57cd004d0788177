import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, migrate, query, stopPostgres, type TestDatabase } from '@kit/testing';
import { globalTables, inTheWay, partitioned, tenantTables, triggers } from './distribution.js';

let databases: Record<'platform' | 'digilist', TestDatabase>;
beforeAll(async () => {
  const make = (context: 'platform' | 'digilist') =>
    createDatabase(context, (urls) => migrate(context, urls), { template: 'system' });
  const [platform, digilist] = await Promise.all([make('platform'), make('digilist')]);
  databases = { platform, digilist };
}, 120_000);
afterAll(async () => {
  await databases?.platform.drop();
  await databases?.digilist.drop();
  await stopPostgres();
}, 60_000);

describe('what docs/scale.md says of distributing the databases by tenant', () => {
  it('DIGILIST: every table but one can be, with its keys, foreign keys, unique and exclusion constraints', async () => {
    const { superuser } = databases.digilist.urls;
    expect(await inTheWay(superuser, 'digilist')).toEqual([
      'unique without the tenant: platform_tenants.platform_tenants_pkey',
    ]);
    expect(await globalTables(superuser, 'digilist')).toEqual(['migrations', 'relay_lease']);
    expect((await tenantTables(superuser, 'digilist')).length).toBeGreaterThan(80);
  });

  it('DIGILIST: triggers that Citus does not know are named', async () => {
    const all = await triggers(databases.digilist.urls.superuser, 'digilist');
    expect(all.filter((trigger) => trigger.endsWith(' per statement'))).toEqual([
      'listing_amenities.listing_gains per statement',
      'listing_amenities.listing_loses per statement',
      'listing_categories.listing_gains per statement',
      'listing_categories.listing_loses per statement',
    ]);
  });

  it('DIGILIST: what grows lies in sixteen partitions by tenant', async () => {
    expect(await partitioned(databases.digilist.urls.superuser, 'digilist')).toEqual(
      ['allocations', 'booking_history', 'booking_items', 'bookings', 'terms_acceptances'].map(
        (table) => `${table}: HASH (tenant_id), 16`,
      ),
    );
  });

  it('PLATFORM: names and domains are one for all tenants, so it stays one database', async () => {
    expect(await inTheWay(databases.platform.urls.superuser, 'platform')).toEqual([
      'unique without the tenant: domains.domains_one_owner',
      'unique without the tenant: tenants.tenants_pkey',
      'unique without the tenant: tenants.tenants_slug_key',
      'global table that refers to a tenant table: system_configs.system_configs_for_tenant_fkey',
    ]);
  });
});

it('what is in the way is found', async () => {
  const { superuser } = databases.digilist.urls;
  const before = await inTheWay(superuser, 'digilist');
  const refused = `
    CREATE TABLE digilist.wrong (tenant_id uuid NOT NULL, id uuid NOT NULL, code text UNIQUE, during tstzrange, parent uuid,
      PRIMARY KEY (tenant_id, id), UNIQUE (id), EXCLUDE USING gist (during WITH &&),
      FOREIGN KEY (parent) REFERENCES digilist.wrong (id),
      FOREIGN KEY (tenant_id, parent) REFERENCES digilist.wrong (tenant_id, id) ON DELETE SET NULL);
    CREATE TABLE digilist.wrong_global (id uuid PRIMARY KEY, other uuid REFERENCES digilist.wrong (id));
    CREATE TABLE digilist.wrong_parts (tenant_id uuid, at date) PARTITION BY HASH (tenant_id);
    CREATE TABLE digilist.wrong_part PARTITION OF digilist.wrong_parts FOR VALUES WITH (MODULUS 1, REMAINDER 0)
      PARTITION BY RANGE (at);`;
  await query(superuser, refused);
  const found = (await inTheWay(superuser, 'digilist')).filter((line) => !before.includes(line));
  expect(found).toEqual([
    'unique without the tenant: wrong.wrong_code_key',
    'unique without the tenant: wrong.wrong_id_key',
    'exclusion without the tenant, or not by equality: wrong.wrong_during_excl',
    'foreign key that leaves the tenant: wrong.wrong_parent_fkey',
    'foreign key that nulls or defaults the tenant: wrong.wrong_tenant_id_parent_fkey',
    'global table that refers to a tenant table: wrong_global.wrong_global_other_fkey',
    'partitions in two levels: wrong_part',
  ]);
});
