import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SYSTEM_TENANT_ID } from '@kit/contracts';
import { SYSTEM_DATABASE, tenantTables } from '@kit/service';
import { eventually } from '@kit/testing';
import {
  cancelTenantDeletion,
  createInvitation,
  createOrganization,
  createTenant,
  createUser,
  getMe,
  getOwnTenant,
  getPurgeManifest,
  listSigningKeys,
  putSetting,
  registerProduct,
  reportTenantPurged,
  requestTenantDeletion,
  resumeTenant,
  suspendTenant,
} from '@platform/contracts';
import jwt from 'jsonwebtoken';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { productOf, reports, type TestProduct } from '../../../../test/product.js';
import { PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';
import { PurgeJob } from './purge.job.js';

let world: PlatformWorld;
let product: TestProduct;
let token: string;

beforeAll(async () => {
  world = await platformWorld({ TENANT_DELETION_GRACE_DAYS: '0' });
  product = await productOf(world);
  await product.call(registerProduct, reports(product.key));
  token = await world.superToken();
});
afterAll(async () => {
  await product?.close();
  await world?.stop();
});

const reason = 'Because of the test';
const act = (operation: typeof suspendTenant, id: string, caller: object = { token }) =>
  world.code(operation, { id, reason }, caller);
const job = () => world.service.app.get(PurgeJob, { strict: false });
const turn = () => job().turn(new Date());
const database = () => world.service.app.get<DataSource>(SYSTEM_DATABASE, { strict: false });

/** A tenant that has rows in many tables. */
async function settled(slug: string): Promise<TestTenant> {
  const tenant = await world.tenant(slug);
  const caller = { token: tenant.token };
  const top = await world.done(createOrganization, { name: 'Top', kind: 'unit' }, caller);
  await world.done(createOrganization, { name: 'Below', kind: 'unit', parentId: top.id }, caller);
  for (let n = 0; n < 5; n++) {
    await world.done(createUser, { email: `u${n}@${slug}.example`, name: `U ${n}`, password: PASSWORD }, caller);
  }
  await world.done(createInvitation, { email: `guest@${slug}.example`, orgId: top.id }, caller);
  await world.done(putSetting, { key: 'platform.invitation-days', value: 3 }, { ...caller, ifMatch: 0 });
  await eventually(async () => {
    const waiting = await world.rows('SELECT 1 FROM platform.outbox WHERE published_at IS NULL');
    expect(waiting).toEqual([]);
  });
  return tenant;
}

async function rowsLeft(tenantId: string): Promise<Record<string, number>> {
  const left: Record<string, number> = {};
  for (const table of await tenantTables(database(), 'platform', 'tenants')) {
    const [row] = await world.rows<{ n: number }>(
      `SELECT count(*)::int AS n FROM platform.${table} WHERE tenant_id = $1`,
      [tenantId],
    );
    if (row && row.n > 0) left[table] = row.n;
  }
  return left;
}
const purged = (id: string) =>
  eventually(
    async () => {
      await turn();
      const purge = await world.done(getPurgeManifest, { id }, { token });
      expect(purge.status).toBe('done');
      return purge;
    },
    { within: 20_000 },
  );

describe('a suspended tenant', () => {
  test('is refused with the next request, cannot be signed in to, and is as before when it is opened again', async () => {
    const fjell = await world.tenant('fjell');
    expect(await act(suspendTenant, fjell.id)).toBe('OK');
    expect(await world.code(getMe, {}, { token: fjell.token })).toBe('TENANT_SUSPENDED');
    await eventually(() => expect(world.signIn(fjell.email, PASSWORD, 'fjell')).rejects.toThrow(/TENANT_SUSPENDED/), {
      within: 6_000,
    });
    expect(await act(suspendTenant, fjell.id)).toBe('TENANT_STATUS_INVALID');
    expect(await act(resumeTenant, fjell.id)).toBe('OK');
    expect(await world.code(getMe, {}, { token: fjell.token })).toBe('OK');
    expect(await act(resumeTenant, fjell.id)).toBe('TENANT_STATUS_INVALID');
    await eventually(async () => {
      const [row] = await world.rows<{ payload: string }>(
        'SELECT payload FROM platform.outbox WHERE subject = $1 AND published_at IS NOT NULL ORDER BY pos DESC LIMIT 1',
        [`platform.state.${fjell.id}.tenant.${fjell.id}`],
      );
      expect(JSON.parse(row?.payload as string)).toMatchObject({ version: 3, data: { status: 'active' } });
    });
  });

  test('is a matter of the system, and the system itself stays', async () => {
    const { id, token: own } = await world.tenant('egen');
    for (const operation of [suspendTenant, resumeTenant, requestTenantDeletion, cancelTenantDeletion]) {
      expect(await act(operation, id, { token: own })).toBe('FORBIDDEN');
      expect(await act(operation, SYSTEM_TENANT_ID)).toBe('TENANT_STATUS_INVALID');
      expect(await act(operation, uuidv7())).toBe('NOT_FOUND');
    }
    expect(await world.code(getPurgeManifest, { id }, { token: own })).toBe('FORBIDDEN');
    expect(await world.code(getPurgeManifest, { id }, { token })).toBe('NOT_FOUND');
  });
});

describe('a tenant that is to be deleted', () => {
  test('is closed at once, and open again where the deletion is cancelled in time', async () => {
    const nord = await world.tenant('nord');
    expect(await act(cancelTenantDeletion, nord.id)).toBe('TENANT_STATUS_INVALID');
    expect(await act(requestTenantDeletion, nord.id)).toBe('OK');
    expect(await world.code(getOwnTenant, {}, { token: nord.token })).toBe('TENANT_SUSPENDED');
    expect(await act(cancelTenantDeletion, nord.id)).toBe('OK');
    expect(await world.code(getOwnTenant, {}, { token: nord.token })).toBe('OK');
  });

  test('waits while its log is held', async () => {
    const holdt = await world.tenant('holdt');
    await world.rows(
      "INSERT INTO platform.audit_holds (tenant_id, reason, created_by, updated_by) VALUES ($1, 'court', $1, $1)",
      [holdt.id],
    );
    await act(requestTenantDeletion, holdt.id);
    await turn();
    expect(await world.code(getPurgeManifest, { id: holdt.id }, { token })).toBe('NOT_FOUND');
    expect(await act(cancelTenantDeletion, holdt.id)).toBe('OK');
  });
});

describe('a purge', () => {
  test('deletes every row of the tenant, waits for the products, and leaves a signed list of what went', async () => {
    const gone = await settled('borte');
    const other = await settled('blir');
    const others = await rowsLeft(other.id);
    const before = await rowsLeft(gone.id);
    expect(Object.keys(before)).toEqual(
      expect.arrayContaining(['users', 'audit_logs', 'memberships', 'invitations', 'mails'].filter((t) => t in before)),
    );
    await act(requestTenantDeletion, gone.id);
    await turn();
    await turn();
    expect(await act(cancelTenantDeletion, gone.id)).toBe('TENANT_STATUS_INVALID');
    const waiting = await world.done(getPurgeManifest, { id: gone.id }, { token });
    expect(waiting).toMatchObject({ status: 'running', signature: null, products: { [product.key]: null } });
    expect(await product.code(reportTenantPurged, { tenantId: uuidv7(), tables: {} })).toBe('NOT_FOUND');
    await product.call(reportTenantPurged, { tenantId: gone.id, tables: { reports: 12 } });
    const purge = await purged(gone.id);

    expect(await rowsLeft(gone.id)).toEqual({ users: 1 });
    const [shell] = await world.rows('SELECT name, status FROM platform.tenants WHERE id = $1', [gone.id]);
    expect(shell).toEqual({ name: 'purged', status: 'purged' });
    expect(purge.tables.users).toBe((before.users as number) - 1);
    expect(purge.tables.organizations).toBe(2);
    expect(purge.tables.audit_logs).toBeGreaterThanOrEqual(before.audit_logs as number);
    expect(purge.products).toMatchObject({ [product.key]: { tables: { reports: 12 } } });
    const { keys } = await world.done(listSigningKeys, {}, {});
    const { header } = jwt.decode(purge.signature as string, { complete: true }) as jwt.Jwt;
    const jwk = keys.find(({ kid }) => kid === header.kid);
    const key = createPublicKey({ key: { ...jwk } as never, format: 'jwk' });
    const manifest = jwt.verify(purge.signature as string, key, { algorithms: ['ES256'] });
    expect(header.typ).toBe('purge-manifest+jwt');
    expect(manifest).toMatchObject({
      tenantId: gone.id,
      slug: 'borte',
      tables: purge.tables,
      products: purge.products,
    });

    for (const [table, n] of Object.entries(others)) {
      if (!['outbox', 'inbox', 'idempotency_keys'].includes(table)) {
        expect({ table, n: (await rowsLeft(other.id))[table] }).toEqual({ table, n });
      }
    }
    expect(await world.code(getMe, {}, { token: other.token })).toBe('OK');
    expect(await world.code(getMe, {}, { token: gone.token })).not.toBe('OK');
    const again = {
      slug: 'borte',
      name: 'Again',
      administrator: { email: 'a@borte.example', name: 'A', password: PASSWORD },
    };
    expect(await world.code(createTenant, again, { token })).toBe('OK');
  });

  test('leaves on the state stream only tombstones, and that there was such a tenant', async () => {
    const [{ id } = { id: '' }] = await world.rows<{ id: string }>(
      "SELECT id FROM platform.tenants WHERE status = 'purged'",
    );
    await eventually(async () => {
      const latest = await world.rows<{ subject: string; deleted: boolean; status: string | null }>(
        `SELECT DISTINCT ON (subject) subject, (payload::jsonb->>'deleted')::boolean AS deleted,
                payload::jsonb->'data'->>'status' AS status
         FROM platform.outbox WHERE subject LIKE 'platform.state.' || $1 || '.%' AND published_at IS NOT NULL
         ORDER BY subject, pos DESC`,
        [id],
      );
      const alive = latest.filter(({ deleted }) => !deleted);
      expect(latest.length).toBeGreaterThan(8);
      expect(alive).toEqual([{ subject: `platform.state.${id}.tenant.${id}`, deleted: false, status: 'purged' }]);
    });
  });

  test('that is cut off goes on where it was, and counts every row once', async () => {
    const cut = await settled('avbrutt');
    await act(requestTenantDeletion, cut.id);
    const before = await rowsLeft(cut.id);
    let over = false;
    const cutting = (async () => {
      while (!over) {
        await world.rows(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND query LIKE '%purge_tenant_table%' AND pid <> pg_backend_pid()`,
        );
      }
    })();
    const turns = await Promise.allSettled([turn(), turn().catch(() => false)]);
    for (let n = 0; n < 3; n++) await turn().catch(() => false);
    over = true;
    await cutting;
    expect(turns.length).toBe(2);
    await product.call(reportTenantPurged, { tenantId: cut.id, tables: {} });
    const { tables } = await purged(cut.id);
    expect(await rowsLeft(cut.id)).toEqual({ users: 1 });
    expect(tables.users).toBe((before.users as number) - 1);
    expect(tables.organizations).toBe(before.organizations);
    expect(tables.roles).toBe(before.roles);
  });

  test('is possible only for a tenant that is being purged, whoever asks the database', async () => {
    const { id } = await world.tenant('trygg');
    await expect(world.rows("SELECT platform.purge_tenant_table($1, 'users')", [id])).rejects.toThrow(
      /not being purged/,
    );
    await expect(world.rows('DELETE FROM platform.audit_logs WHERE tenant_id = $1', [id])).rejects.toThrow();
  });
});
