import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadConfig } from '@kit/service';
import { createDatabase, query, stopPostgres, type TestDatabase } from '@kit/testing';
import { platformOperations } from '@platform/contracts';
import { type MigrationConfig, migrationFields } from '../config.js';
import { migrate } from './migrate.js';
import { PLATFORM_PERMISSIONS } from './seeds/permissions.js';
import { SYSTEM_ROLE_TEMPLATES, TENANT_ADMINISTRATOR } from './seeds/role-templates.js';

let database: TestDatabase;
let config: MigrationConfig;

beforeAll(async () => {
  database = await createDatabase('platform', async () => {}, { template: 'bare' });
  config = loadConfig(migrationFields, {
    PLATFORM_DATABASE_MIGRATOR_URL: database.urls.migrator,
    PLATFORM_MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
    PLATFORM_SUPER_ADMIN_EMAIL: 'Root@Example.Test',
    PLATFORM_SUPER_ADMIN_PASSWORD: 'correct horse battery staple',
  });
});
afterAll(async () => {
  await database?.drop();
  await stopPostgres();
});

const rows = (text: string) => query(database.urls.system, text);

/** Everything the seed writes, versions and all. */
const seeded = async () => ({
  users: await rows('SELECT id, email, version FROM platform.users ORDER BY id'),
  credentials: await rows('SELECT secret_hash FROM platform.credentials'),
  keys: await rows('SELECT kid FROM platform.signing_keys'),
  permissions: await rows('SELECT key, version FROM platform.permissions ORDER BY key'),
  templates: await rows('SELECT key, version, permissions FROM platform.role_templates ORDER BY key'),
  grants: await rows('SELECT id, scope FROM platform.user_roles'),
  outbox: await rows('SELECT id FROM platform.outbox ORDER BY pos'),
});

describe('migrating', () => {
  test('brings an empty database to where the service can start', async () => {
    expect((await migrate(config)).length).toBeGreaterThan(0);
    const { users, keys, grants } = await seeded();
    expect(users).toMatchObject([{ email: 'service@system.invalid' }, { email: 'root@example.test' }]);
    expect(keys).toHaveLength(1);
    expect(grants).toMatchObject([{ scope: 'saas' }]);
  });

  test('a second time changes nothing', async () => {
    const before = await seeded();
    expect(await migrate(config)).toEqual([]);
    expect(await seeded()).toEqual(before);
  });

  test('by two launchers at once seeds once', async () => {
    const before = await seeded();
    await Promise.all([migrate(config), migrate(config)]);
    expect(await seeded()).toEqual(before);
  });

  test('keeps what a product has added to a role template of ours', async () => {
    await rows(
      `UPDATE platform.role_templates SET permissions = permissions || '{acme.*.*}' WHERE key = '${TENANT_ADMINISTRATOR}'`,
    );
    await migrate(config);
    const [template] = await rows(
      `SELECT permissions FROM platform.role_templates WHERE key = '${TENANT_ADMINISTRATOR}'`,
    );
    expect(template?.permissions).toEqual(expect.arrayContaining(['acme.*.*', 'platform.user.*']));
  });
});

describe('the seeds', () => {
  test('name every permission that an operation of PLATFORM asks for, and no other', () => {
    const asked = platformOperations.flatMap(({ access }) => (access.kind === 'permission' ? [access.permission] : []));
    // Asked for by use cases whose operations are open to others as well.
    const inside = ['platform.feature-flag.evaluate', 'platform.scim.provision'];
    expect(Object.keys(PLATFORM_PERMISSIONS).sort()).toEqual([...new Set([...asked, ...inside])].sort());
  });

  test('leave to tenants nothing that concerns all of them', () => {
    for (const { scope, permissions } of SYSTEM_ROLE_TEMPLATES) {
      if (scope === 'saas') continue;
      // Of tenants, an administrator changes their own, and nothing but what it is called and how it speaks.
      for (const pattern of permissions) expect(pattern).toMatch(/^platform\.((?!tenant\b)[a-z-]+\.|tenant\.update$)/);
      expect(permissions).not.toContain('platform.subscription.manage');
      expect(permissions).not.toContain('platform.subscription.*');
    }
  });
});
