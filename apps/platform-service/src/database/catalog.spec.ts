import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { catalogViolations, KIT_EXCEPTIONS, query, tenantsSeen } from '@kit/testing';
import { type PlatformWorld, platformWorld, type TestTenant } from '../../test/world.js';

const RULES = {
  schema: 'platform',
  globalTables: [
    'audit_keys',
    'consent_purposes',
    'feature_flag_changes',
    'feature_flag_segments',
    'feature_flag_uses',
    'feature_flag_versions',
    'feature_flags',
    'migrations',
    'permissions',
    'plans',
    'products',
    'relay_lease',
    'role_templates',
    'signing_keys',
    'system_configs',
  ],
  exceptions: {
    ...KIT_EXCEPTIONS,
    'primary-key tenants': 'a tenant is its own tenant: its id is the key',
    'unique-per-tenant tenants.tenants_pkey': 'a tenant is its own tenant',
    'index-starts-with-tenant tenants.tenants_pkey': 'a tenant is its own tenant',
    'unique-per-tenant tenants.tenants_slug_key': 'a slug finds the tenant, so it is unique among them',
    'index-starts-with-tenant tenants.tenants_slug_key': 'a slug is looked up before the tenant is known',
    'unique-per-tenant domains.domains_one_owner': 'a verified domain belongs to one tenant',
    'index-starts-with-tenant domains.domains_one_owner': 'a verified domain belongs to one tenant',
    'primary-key audit_logs': 'a primary key holds the column that partitions the table',
    'primary-key audit_heads': 'one row per tenant',
    'audit-columns audit_heads': 'the head of the chain moves with each record; the record says who',
  },
};

/** The policy of each tenant table and of each partition, how to drop it and how to make it again. */
const POLICIES = `
  SELECT c.relname AS name, format('DROP POLICY %I ON platform.%I', p.polname, c.relname) AS drop,
    format('CREATE POLICY %I ON platform.%I USING (%s) WITH CHECK (%s)', p.polname, c.relname,
           pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid)) AS restore
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
  WHERE c.relnamespace = 'platform'::regnamespace AND p.polroles = '{0}'`;

let world: PlatformWorld;
let fjell: TestTenant;

beforeAll(async () => {
  world = await platformWorld();
  fjell = await world.tenant('fjell');
  await world.tenant('vidde');
});
afterAll(() => world?.stop());

describe('the live database', () => {
  test('breaks none of the rules that every table obeys', async () => {
    expect(await catalogViolations(world.database.urls.migrator, RULES)).toEqual([]);
  });

  test('loses no policy unnoticed: whichever is dropped, the rules say so', async () => {
    const { superuser, migrator } = world.database.urls;
    const policies = await world.rows<{ name: string; drop: string; restore: string }>(POLICIES);
    expect(policies.length).toBeGreaterThan(50);
    const unnoticed: string[] = [];
    for (const { name, drop, restore } of policies) {
      await query(superuser, drop);
      const violations = await catalogViolations(migrator, { ...RULES, only: ['tenant-policy'] });
      await query(superuser, restore);
      if (!violations.some(({ at }) => at === name)) unnoticed.push(name);
    }
    expect(unnoticed).toEqual([]);
  }, 60_000);

  test('shows the service no row of any tenant table before a tenant is named', async () => {
    const seen = await tenantsSeen(world.database.urls.app, RULES, null);
    expect(Object.keys(seen).length).toBeGreaterThan(20);
    expect(Object.entries(seen).filter(([, tenants]) => tenants.length > 0)).toEqual([]);
  });

  test('shows the service only the rows of the tenant it names', async () => {
    const seen = await tenantsSeen(world.database.urls.app, RULES, fjell.id);
    expect(seen).toMatchObject({ tenants: [fjell.id], users: [fjell.id], roles: [fjell.id], sessions: [fjell.id] });
    expect(Object.entries(seen).filter(([, tenants]) => tenants.some((id) => id !== fjell.id))).toEqual([]);
  });

  test('refuses the service a row for a tenant it has not named', async () => {
    const insert = `INSERT INTO platform.audit_heads (tenant_id, seq, hash) VALUES ('${fjell.id}', 0, sha256(''))`;
    await expect(query(world.database.urls.app, insert)).rejects.toThrow(/row-level security/);
  });

  test('has the partitions of this month and the next, with the policy of the parent', async () => {
    const partitions = await world.rows<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = 'platform.audit_logs'::regclass AND c.relrowsecurity AND c.relforcerowsecurity`,
    );
    const now = new Date();
    for (const ahead of [0, 1]) {
      const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1)).toISOString().slice(0, 7);
      expect(partitions.map(({ name }) => name)).toContain(`audit_logs_${month.replace('-', '_')}`);
    }
  });
});
