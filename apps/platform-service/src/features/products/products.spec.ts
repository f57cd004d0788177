import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SYSTEM_TENANT_ID } from '@kit/contracts';
import { eventually } from '@kit/testing';
import {
  createUser,
  listPermissions,
  listProducts,
  listRoles,
  type ProductManifest,
  READABLE_STATES,
  type ReadableState,
  readState,
  registerProduct,
} from '@platform/contracts';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { productOf, reports, type TestProduct } from '../../../test/product.js';
import { type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';

let world: PlatformWorld;
let product: TestProduct;
let tenant: TestTenant;
let manifest: ProductManifest;

beforeAll(async () => {
  world = await platformWorld();
  product = await productOf(world);
  manifest = reports(product.key);
  tenant = await world.tenant('fjell');
});
afterAll(async () => {
  await product?.close();
  await world?.stop();
});

const rolesOf = async (of: TestTenant) => {
  const { data } = await world.done(listRoles, {}, { token: of.token });
  return new Map(data.map((role) => [role.key, role]));
};
const counts = () =>
  world.rows<Record<string, number>>(
    `SELECT (SELECT sum(version) FROM platform.permissions)::int AS permissions,
            (SELECT sum(version) FROM platform.role_templates)::int AS templates,
            (SELECT sum(version) FROM platform.roles)::int AS roles,
            (SELECT sum(version) FROM platform.plans)::int AS plans,
            (SELECT count(*) FROM platform.outbox)::int AS outbox`,
  );

describe('registering a product', () => {
  test('is waited for by a tenant that is made meanwhile: neither misses the other', async () => {
    const registering = new pg.Client({ connectionString: world.database.urls.system });
    await registering.connect();
    await registering.query("BEGIN; SELECT pg_advisory_xact_lock(hashtext('platform.products'))");
    const made = world.tenant('meanwhile');
    await eventually(async () => {
      const waiting = await world.rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
      expect(waiting.length).toBeGreaterThan(0);
    });
    const template =
      "INSERT INTO platform.role_templates (key, name, scope, permissions) VALUES ('newcomer', 'x', 'org', '{}')";
    await registering.query(`${template}; COMMIT`);
    await registering.end();
    expect((await rolesOf(await made)).has('newcomer')).toBe(true);
  });

  test('brings its permissions, plans and roles into the tenants that are there, and into those that come', async () => {
    expect(await product.call(registerProduct, manifest)).toEqual({ key: product.key, version: 1, changed: true });
    const roles = await rolesOf(tenant);
    expect(roles.get('report_editor')).toMatchObject({
      scope: 'org',
      permissions: [`${product.key}.report.*`],
      status: 'published',
    });
    expect(roles.get('tenant_administrator')?.permissions).toContain(`${product.key}.*.*`);
    expect(roles.has('super_administrator')).toBe(false);
    expect((await rolesOf(await world.tenant('dal'))).has('report_chief')).toBe(true);
    const { data } = await world.done(
      listPermissions,
      { product: product.key },
      { token: tenant.token, language: 'en' },
    );
    expect(data.map(({ key }) => key)).toEqual([
      `${product.key}.archive.read`,
      `${product.key}.report.publish`,
      `${product.key}.report.read`,
    ]);
    const { data: products } = await world.done(listProducts, {}, { token: tenant.token });
    expect(products).toMatchObject([
      { key: product.key, version: 1, modules: manifest.modules, meters: manifest.meters },
    ]);
  });

  test('publishes each role once, as the state others copy', async () => {
    const states = await world.rows<{ version: number; key: string }>(
      `SELECT (payload::jsonb->>'version')::int AS version, payload::jsonb->'data'->>'key' AS key
       FROM platform.outbox WHERE tenant_id = $1 AND subject LIKE '%.state.%.role.%' ORDER BY pos`,
      [tenant.id],
    );
    expect(states.filter(({ key }) => key === 'report_chief')).toEqual([{ key: 'report_chief', version: 1 }]);
    expect(states.filter(({ key }) => key === 'tenant_administrator').map(({ version }) => version)).toEqual([1, 2]);
  });

  test('again with the same manifest changes nothing, ten times at once as well', async () => {
    const before = await counts();
    const answers = await Promise.all(Array.from({ length: 10 }, () => product.call(registerProduct, manifest)));
    expect(answers.every(({ changed, version }) => !changed && version === 1)).toBe(true);
    expect(await counts()).toEqual(before);
  });

  test('with a changed manifest changes what differs, and retires what is gone', async () => {
    const next: ProductManifest = {
      ...manifest,
      permissions: manifest.permissions.filter(({ key }) => !key.includes('archive')),
      roleTemplates: manifest.roleTemplates
        .filter(({ key }) => key !== 'reader')
        .map((role) =>
          role.key === 'report_editor' ? { ...role, permissions: [`${product.key}.report.read`] } : role,
        ),
      roleExtensions: [],
    };
    expect(await product.call(registerProduct, next)).toMatchObject({ version: 2, changed: true });
    const roles = await rolesOf(tenant);
    expect(roles.get('report_editor')?.permissions).toEqual([`${product.key}.report.read`]);
    expect(roles.get('reader')?.status).toBe('retired');
    expect(roles.get('report_chief')?.version).toBe(1);
    expect(roles.get('tenant_administrator')?.permissions.some((pattern) => pattern.startsWith(product.key))).toBe(
      false,
    );
    expect(roles.get('tenant_administrator')?.permissions).toContain('platform.user.*');
    const { data } = await world.done(listPermissions, { product: product.key }, { token: tenant.token });
    expect(data).toHaveLength(2);
    expect(await product.call(registerProduct, manifest)).toMatchObject({ version: 3, changed: true });
    expect((await rolesOf(tenant)).get('reader')?.status).toBe('published');
  });

  test('finishes the tenants that a stopped process left without their roles', async () => {
    await world.rows("UPDATE platform.roles SET permissions = '{}' WHERE tenant_id = $1 AND key = 'report_chief'", [
      tenant.id,
    ]);
    expect(await product.call(registerProduct, manifest)).toMatchObject({ changed: false });
    expect((await rolesOf(tenant)).get('report_chief')?.permissions).toEqual([`${product.key}.*.*`]);
  });

  test('is audited in the system tenant', async () => {
    const records = await eventually(async () => {
      const rows = await world.rows<{ actor_kind: string; actor_id: string }>(
        "SELECT actor_kind, actor_id FROM platform.audit_logs WHERE tenant_id = $1 AND action = 'platform.product.register'",
        [SYSTEM_TENANT_ID],
      );
      expect(rows).toHaveLength(3);
      return rows;
    });
    expect(records[0]).toEqual({ actor_kind: 'service', actor_id: product.key });
  });
});

describe('a manifest is refused', () => {
  const plan = (more: object) =>
    ({ ...manifest, planTemplates: [{ ...(manifest.planTemplates[0] as object), ...more }] }) as ProductManifest;

  test('when it is that of another product', async () => {
    expect(await product.code(registerProduct, reports('acme'))).toBe('PRODUCT_MISMATCH');
  });

  test('when it reaches for what is not its own', async () => {
    const roleTemplates = [{ key: 'sly', name: 'Sly', scope: 'tenant' as const, permissions: ['platform.*.*'] }];
    expect(await product.code(registerProduct, { ...manifest, roleTemplates })).toBe('VALIDATION_FAILED');
    const roleExtensions = [{ key: 'report_chief', permissions: [`${product.key}.*.*`] }];
    expect(await product.code(registerProduct, { ...manifest, roleExtensions })).toBe('VALIDATION_FAILED');
  });

  test('when its role has the name of one of ours', async () => {
    const roleTemplates = [
      { key: 'tenant_administrator', name: 'x', scope: 'tenant' as const, permissions: [`${product.key}.*.*`] },
    ];
    expect(await product.code(registerProduct, { ...manifest, roleTemplates })).toBe('MANIFEST_CONFLICT');
  });

  test('when it changes a version of a plan that was given out, and accepted as a version more', async () => {
    const limits = { [`${product.key}.exports`]: 11 };
    expect(await product.code(registerProduct, plan({ limits }))).toBe('PLAN_VERSION_IMMUTABLE');
    expect(await product.code(registerProduct, plan({ limits, version: 2 }))).toBe('OK');
    expect(await product.code(registerProduct, manifest)).toBe('OK');
  });

  test('and leaves nothing behind', async () => {
    const before = await counts();
    await product.code(registerProduct, plan({ limits: { [`${product.key}.exports`]: 12 } }));
    expect(await counts()).toEqual(before);
  });
});

describe('reading a state', () => {
  test('answers rows as the state stream would have brought them', async () => {
    await world.done(createUser, { email: 'kari@fjell.example', name: 'Kari' }, { token: tenant.token });
    const published = await world.rows<{ aggregate: string; payload: string }>(
      "SELECT split_part(subject, '.', 4) AS aggregate, payload FROM platform.outbox WHERE tenant_id = $1 AND subject LIKE '%.state.%' ORDER BY pos",
      [tenant.id],
    );
    const latest = new Map(
      published.map(({ aggregate, payload }) => [`${aggregate} ${JSON.parse(payload).id}`, JSON.parse(payload)]),
    );
    expect(new Set([...latest.keys()].map((key) => key.split(' ')[0]))).toEqual(
      new Set(['tenant', 'user', 'role', 'user_role']),
    );
    for (const [key, { time: _, ...message }] of latest) {
      const aggregate = key.split(' ')[0] as ReadableState;
      const { states } = await product.call(readState, { aggregate, tenantId: tenant.id, ids: [message.id] });
      const repaired = message.data.key === 'report_chief';
      if (!repaired) expect(states).toMatchObject([message]);
    }
  });

  test('answers the grants of a user, whose ids nobody knows yet', async () => {
    const ids = [tenant.administratorId];
    const { states } = await product.call(readState, { aggregate: 'user_role', tenantId: tenant.id, ids, by: 'user' });
    expect(states).toMatchObject([{ data: { userId: tenant.administratorId, scope: 'tenant', status: 'active' } }]);
    const elsewhere = await world.tenant('nes');
    const foreign = { aggregate: 'user_role', tenantId: elsewhere.id, ids, by: 'user' } as const;
    expect(await product.call(readState, foreign)).toEqual({ states: [] });
    const other = product.call(readState, { aggregate: 'role', tenantId: tenant.id, ids, by: 'user' });
    await expect(other).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  test('answers nothing for ids that are not there, or are another tenant', async () => {
    const dal = await world.tenant('vik');
    for (const aggregate of READABLE_STATES) {
      const ids = [uuidv7(), dal.administratorId, dal.id];
      expect(await product.call(readState, { aggregate, tenantId: tenant.id, ids })).toEqual({ states: [] });
    }
  });
});
