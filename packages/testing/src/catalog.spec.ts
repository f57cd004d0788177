import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { catalogViolations, tenantsSeen } from './catalog.js';
import { createDatabase, stopPostgres, type TestDatabase } from './postgres.js';
import { query } from './query.js';

const POLICY = "tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)";
const protect = (table: string) => `ALTER TABLE platform.${table} ENABLE ROW LEVEL SECURITY;
  ALTER TABLE platform.${table} FORCE ROW LEVEL SECURITY;
  CREATE POLICY tenant ON platform.${table} USING (${POLICY}) WITH CHECK (${POLICY});
  GRANT SELECT, INSERT ON platform.${table} TO platform_app;`;

/** Obeys every rule; each case below breaks exactly one of them. */
const GOOD = `
  CREATE TABLE platform.owners (tenant_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, id));
  ${protect('owners')}
  CREATE TABLE platform.things (
    tenant_id uuid NOT NULL, id uuid NOT NULL, owner_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('new', 'old')),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES platform.owners (tenant_id, id));
  CREATE INDEX things_owner ON platform.things (tenant_id, owner_id);
  ${protect('things')}
  CREATE TABLE platform.settings (key text PRIMARY KEY);
  GRANT SELECT ON platform.settings TO platform_app;`;

const RULES = { schema: 'platform', globalTables: ['settings'] };

const CANARIES: [rule: string, ddl: string][] = [
  ['known-table', 'CREATE TABLE platform.strays (id uuid PRIMARY KEY)'],
  ['global-without-tenant', 'ALTER TABLE platform.settings ADD tenant_id uuid'],
  ['primary-key', 'ALTER TABLE platform.things DROP CONSTRAINT things_pkey, ADD PRIMARY KEY (tenant_id, id, owner_id)'],
  ['row-level-security', 'ALTER TABLE platform.things NO FORCE ROW LEVEL SECURITY'],
  ['row-level-security', 'ALTER TABLE platform.things DISABLE ROW LEVEL SECURITY'],
  ['tenant-policy', `ALTER POLICY tenant ON platform.things USING (true)`],
  ['tenant-policy', `ALTER POLICY tenant ON platform.things WITH CHECK (true)`],
  ['other-policy', 'CREATE POLICY more ON platform.things FOR SELECT TO platform_app USING (true)'],
  ['other-policy', 'CREATE POLICY more ON platform.things FOR UPDATE TO platform_lookup USING (true)'],
  [
    'composite-foreign-key',
    'ALTER TABLE platform.owners ADD UNIQUE (id); ALTER TABLE platform.things ADD FOREIGN KEY (owner_id) REFERENCES platform.owners (id)',
  ],
  [
    'set-null-names-its-column',
    'ALTER TABLE platform.things DROP CONSTRAINT things_tenant_id_owner_id_fkey, ADD FOREIGN KEY (tenant_id, owner_id) REFERENCES platform.owners (tenant_id, id) ON DELETE SET NULL',
  ],
  ['index-under-foreign-key', 'DROP INDEX platform.things_owner'],
  ['unique-per-tenant', 'CREATE UNIQUE INDEX ON platform.things (owner_id)'],
  ['index-starts-with-tenant', 'CREATE INDEX ON platform.things (status, tenant_id)'],
  ['audit-columns', 'GRANT UPDATE ON platform.things TO platform_app'],
  ['append-only-columns', 'ALTER TABLE platform.things ADD version integer'],
  ['status-is-text', 'ALTER TABLE platform.owners ADD status text'],
  ['no-enum', "CREATE TYPE platform.mood AS ENUM ('good')"],
  ['instants', 'ALTER TABLE platform.things ADD at timestamp'],
  ['grants-of-app', 'GRANT TRUNCATE ON platform.things TO platform_app'],
  ['grants-of-app', 'GRANT INSERT ON platform.settings TO platform_app'],
  ['grants-to-public', 'GRANT SELECT ON platform.settings TO PUBLIC'],
  ['views', 'CREATE VIEW platform.shown AS SELECT * FROM platform.things'],
  ['views', 'CREATE MATERIALIZED VIEW platform.shown AS SELECT * FROM platform.things'],
  ['security-definer', "CREATE FUNCTION platform.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"],
];

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase('platform', async () => {}, { template: 'bare' });
  await query(database.urls.migrator, GOOD);
});
afterAll(async () => {
  await database?.drop();
  await stopPostgres();
});

describe('the catalog check', () => {
  test('has nothing to say about tables that obey', async () => {
    expect(await catalogViolations(database.urls.migrator, RULES)).toEqual([]);
  });

  test.each(CANARIES)('finds what breaks %s: %s', async (rule, ddl) => {
    const broken = await createDatabase('platform', async () => {}, { template: 'bare' });
    await query(broken.urls.migrator, `${GOOD}; ${ddl}`);
    const found = await catalogViolations(broken.urls.migrator, RULES);
    await broken.drop();
    expect(found.map((violation) => violation.rule)).toContain(rule);
  });

  test('finds a partition without the policy of its parent', async () => {
    const broken = await createDatabase('platform', async () => {}, { template: 'bare' });
    const partitioned = `CREATE TABLE platform.log (tenant_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, id))
      PARTITION BY HASH (tenant_id); ${protect('log')}
      CREATE TABLE platform.log_0 PARTITION OF platform.log FOR VALUES WITH (MODULUS 1, REMAINDER 0)`;
    await query(broken.urls.migrator, `${GOOD}; ${partitioned}`);
    const found = await catalogViolations(broken.urls.migrator, RULES);
    await broken.drop();
    expect(found.filter(({ at }) => at === 'log_0').map(({ rule }) => rule)).toEqual([
      'row-level-security',
      'tenant-policy',
    ]);
  });

  test('reports an exception that nothing needs', async () => {
    const rules = { ...RULES, exceptions: { 'primary-key things': 'no reason' } };
    expect(await catalogViolations(database.urls.migrator, rules)).toMatchObject([{ rule: 'exception' }]);
  });

  test('counts the tenants a role sees', async () => {
    const id = '00000000-0000-7000-8000-00000000000a';
    const enter = `SELECT set_config('app.tenant_id', '${id}', false)`;
    await query(database.urls.app, `${enter}; INSERT INTO platform.owners VALUES ('${id}', '${id}')`);
    expect(await tenantsSeen(database.urls.app, RULES, null)).toEqual({ owners: [], things: [] });
    expect(await tenantsSeen(database.urls.app, RULES, id)).toEqual({ owners: [id], things: [] });
  });
});
