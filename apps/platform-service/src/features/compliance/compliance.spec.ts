import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditRecord } from '@kit/contracts';
import { jobOrigin, UnitOfWork } from '@kit/service';
import { eventually, query } from '@kit/testing';
import {
  type AuditLogPage,
  createOrganization,
  createUser,
  grantRole,
  listAuditLogs,
  listRoles,
  login,
  verifyAuditLogs,
} from '@platform/contracts';
import { type AuditWorld, auditWorld } from '../../../test/audit.js';
import type { TestProduct } from '../../../test/product.js';
import { PASSWORD, type PlatformWorld, type TestTenant } from '../../../test/world.js';
import { Vault } from '../../secrets/index.js';

let audit: AuditWorld;
let world: PlatformWorld;
let product: TestProduct;
let tenant: TestTenant;

beforeAll(async () => {
  audit = await auditWorld();
  ({ world, product } = audit);
});
afterAll(() => audit?.stop());
beforeEach(async () => {
  tenant = await audit.tenant();
});

const record = (more: Partial<AuditRecord> = {}) => audit.record(tenant, more);
const rows = () => audit.rows(tenant);
const logged = (count: number) => audit.logged(tenant, count);
const verify = () => audit.verify(tenant);

describe('the audit log', () => {
  test('holds what PLATFORM did itself, and what a product reports, in one chain per tenant', async () => {
    await product.report(tenant.id, record());
    const [row] = await logged(1);
    expect(row).toMatchObject({
      action: `${product.key}.report.publish`,
      actor_id: tenant.administratorId,
      entity_id: 'r1',
      ip: null,
      user_agent: null,
      personal: { [tenant.administratorId]: expect.stringMatching(/^v1\./) },
      changes: { title: { from: 'å', to: 'æ' }, pages: 1.5, none: null },
    });
    await eventually(async () =>
      expect((await rows()).map(({ action }) => action)).toContain('platform.tenant.create'),
    );
    const all = await rows();
    expect(all.map(({ seq }) => Number(seq))).toEqual(all.map((_, n) => n + 1));
    expect(await verify()).toMatchObject({ intact: true, firstBreak: null, nextSeq: null });
  });

  test('holds a record once, however often it is sent', async () => {
    const once = record();
    await product.report(tenant.id, once);
    await logged(1);
    // The stream drops a duplicate only for a while; the inbox never takes the same message twice.
    await product.replay();
    await product.report(tenant.id, record({ entity: { type: 'report', id: 'r2' } }));
    expect((await logged(2)).map(({ entity_id }) => entity_id)).toEqual(['r1', 'r2']);
    expect(await verify()).toMatchObject({ intact: true });
  });

  test('keeps one gapless chain while many report at once', async () => {
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        product.report(tenant.id, record({ entity: { type: 'report', id: `r${n}` } })),
      ),
    );
    await logged(60);
    expect(await verify()).toMatchObject({ intact: true });
  });

  test('is whole although records arrive in another order than they happened: a place says when it came', async () => {
    const later = record({ occurredAt: '2026-12-01T12:00:00.000Z', entity: { type: 'report', id: 'later' } });
    const earlier = record({ occurredAt: '2026-12-01T11:00:00.000Z', entity: { type: 'report', id: 'earlier' } });
    await product.report(tenant.id, later);
    await product.report(tenant.id, earlier);
    expect((await logged(2)).map(({ entity_id }) => entity_id)).toEqual(['later', 'earlier']);
    expect(await verify()).toMatchObject({ intact: true });
  });

  test('parks what is no record, or speaks for another tenant or another product, and goes on', async () => {
    const other = await audit.tenant();
    await product.report(tenant.id, record({ tenantId: other.id }));
    const { actor: _, ...nobody } = record();
    await product.report(tenant.id, nobody);
    await product.report(tenant.id, record({ action: 'platform.user.delete' }));
    await product.report(tenant.id, record({ reason: 'a\u0000b', changes: { 'k\u0000': 'v\u0000' } }));
    const [row] = await logged(1);
    expect(row).toMatchObject({ reason: 'ab', changes: { k: 'v' } });
    await eventually(
      async () => {
        const parked = await world.rows('SELECT error FROM platform.dead_letters WHERE tenant_id = $1', [tenant.id]);
        expect(parked).toHaveLength(3);
      },
      { within: 30_000 },
    );
    expect(await verify()).toMatchObject({ intact: true });
    const foreign = await world.rows("SELECT FROM platform.audit_logs WHERE tenant_id = $1 AND product <> 'platform'", [
      other.id,
    ]);
    expect(foreign).toEqual([]);
  }, 60_000);

  test.each([
    ['the service', () => world.database.urls.app],
    ['the system role', () => world.database.urls.system],
    ['the owner of the tables', () => world.database.urls.migrator],
    ['whoever owns the database server', () => world.database.urls.superuser],
  ])('cannot be changed, deleted or emptied by %s', async (_, url) => {
    await product.report(tenant.id, record());
    const [row] = await logged(1);
    const enter = `SELECT set_config('app.tenant_id', '${tenant.id}', false);`;
    const [month] = await world.rows<{ name: string }>(
      'SELECT tableoid::regclass::text AS name FROM platform.audit_logs WHERE record_id = $1',
      [row?.record_id],
    );
    for (const table of ['audit_logs', month?.name.split('.').at(-1), 'audit_checkpoints']) {
      for (const attempt of [
        `UPDATE platform.${table} SET seq = 1`,
        `DELETE FROM platform.${table}`,
        `TRUNCATE platform.${table}`,
      ]) {
        await expect(query(url(), `${enter} ${attempt}`)).rejects.toThrow(/permission denied|append-only/);
      }
    }
    expect(await logged(1)).toEqual([row]);
  });

  test('loses a month only by the function that is there for it, and none that is not long over', async () => {
    const [month] = await world.rows<{ name: string }>('SELECT name FROM platform.audit_partitions() LIMIT 1');
    const drop = `SELECT platform.drop_audit_partition('${month?.name}')`;
    await expect(query(world.database.urls.app, drop)).rejects.toThrow(/permission denied/);
    for (const url of [world.database.urls.system, world.database.urls.migrator]) {
      await expect(query(url, drop)).rejects.toThrow(/ended more than a year ago/);
      await expect(query(url, "SELECT platform.drop_audit_partition('users')")).rejects.toThrow(/no month/);
    }
    await expect(query(world.database.urls.system, `DROP TABLE platform.${month?.name}`)).rejects.toThrow(/owner/);
  });

  test('has its partitions two months ahead, each under the same policy', async () => {
    const partitions = await audit.tamper(
      `SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced, count(p.polname)::int AS policies
       FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid LEFT JOIN pg_policy p ON p.polrelid = c.oid
       WHERE i.inhparent = 'platform.audit_logs'::regclass GROUP BY c.oid ORDER BY 1`,
    );
    expect(partitions).toHaveLength(3);
    expect(partitions.every(({ forced, policies }) => forced && policies === 1)).toBe(true);
  });
});

describe('searching the log', () => {
  test('filters, pages newest first, and shows only what the caller may see', async () => {
    const org = await world.done(createOrganization, { name: 'Unit', kind: 'unit' }, { token: tenant.token });
    await product.report(tenant.id, record({ entity: { type: 'report', id: 'r1' } }));
    await product.report(tenant.id, record({ entity: { type: 'report', id: 'r2' }, orgId: org.id }));
    await product.report(tenant.id, record({ entity: { type: 'shelf', id: 'r2' }, actor: { kind: 'job', id: null } }));
    await logged(3);
    const search = async (more: object, token = tenant.token) =>
      (await world.done(listAuditLogs, more, { token })).data;
    const action = `${product.key}.report.publish`;
    expect((await search({ action })).map(({ entityType, entityId }) => `${entityType} ${entityId}`)).toEqual([
      'shelf r2',
      'report r2',
      'report r1',
    ]);
    expect(await search({ entityType: 'report', entityId: 'r2' })).toHaveLength(1);
    expect(await search({ action, actorId: tenant.administratorId })).toHaveLength(2);
    expect(await search({ action, from: new Date(Date.now() + 60_000).toISOString() })).toEqual([]);
    expect(await search({ action, to: new Date(Date.now() + 60_000).toISOString() })).toHaveLength(3);
    for (const bad of [
      { from: '2026-02-31T00:00:00Z' },
      { to: 'yesterday' },
      { entityId: 'a\u0000' },
      { cursor: 'bm9uZQ' },
    ]) {
      expect(await world.code(listAuditLogs, bad, { token: tenant.token })).toBe('VALIDATION_FAILED');
    }
    expect(await search({ action: `${product.key}.report.*`, outcome: 'done' })).toHaveLength(3);
    expect(await search({ action: `${product.key}.report.*`, outcome: 'refused' })).toEqual([]);
    expect(await search({ action: `${product.key}.*`, orgId: org.id })).toHaveLength(1);
    expect(await search({ action: 'acme.*' })).toEqual([]);
    const everything = await search({ limit: 200 });
    const seqs = everything.map(({ seq }) => seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => b - a));
    expect(new Set((await search({ action: 'platform.*', limit: 200 })).map((row) => row.product))).toEqual(
      new Set(['platform']),
    );
    const paged = async (asked: object) => {
      const found: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const request = { ...asked, limit: 1, ...(cursor && { cursor }) };
        const page: AuditLogPage = await world.done(listAuditLogs, request, { token: tenant.token });
        found.push(...page.data.map((row) => `${row.entityType} ${row.entityId}`));
        cursor = page.nextCursor;
      }
      return found;
    };
    for (const asked of [action, `${product.key}.*`]) {
      expect(await paged({ action: asked })).toEqual(['shelf r2', 'report r2', 'report r1']);
    }
    const page = await world.done(listAuditLogs, { action, limit: 2 }, { token: tenant.token });
    const rest = await world.done(
      listAuditLogs,
      { action, limit: 2, cursor: page.nextCursor as string },
      { token: tenant.token },
    );
    expect(rest).toMatchObject({ data: [{ entityId: 'r1' }], nextCursor: null });

    const email = 'auditor@unit.example';
    const { id } = await world.done(
      createUser,
      { email, name: 'Auditor', password: PASSWORD },
      { token: tenant.token },
    );
    const token = (await world.signIn(email, PASSWORD, tenant.slug)).accessToken;
    expect(await world.code(listAuditLogs, {}, { token })).toBe('FORBIDDEN');
    const { data } = await world.done(listRoles, {}, { token: tenant.token });
    const administrator = data.find(({ key }) => key === 'tenant_administrator');
    await world.done(
      grantRole,
      { id, roleId: administrator?.id, scope: 'org', orgId: org.id },
      { token: tenant.token },
    );
    expect((await search({ action }, token)).map(({ entityId }) => entityId)).toEqual(['r2']);
    expect(await world.code(verifyAuditLogs, {}, { token })).toBe('FORBIDDEN');
    const other = await audit.tenant();
    expect(await search({ action }, other.token)).toEqual([]);
  });

  test('is audited itself: one record per search, with what was asked for', async () => {
    const { token } = tenant;
    await world.done(listAuditLogs, { action: 'platform.user.create', limit: 1 }, { token });
    const reads = async () => (await rows()).filter(({ action }) => action === 'platform.audit-log.read');
    const [read] = await eventually(async () => {
      const found = await reads();
      expect(found).toHaveLength(1);
      return found;
    });
    expect(read).toMatchObject({
      actor_id: tenant.administratorId,
      changes: { search: { action: 'platform.user.create' } },
    });
    const { data } = await world.done(listAuditLogs, { action: 'platform.audit-log.read' }, { token });
    expect(data).toHaveLength(1);
    await eventually(async () => expect(await reads()).toHaveLength(2));
  });
});

describe('the log knows', () => {
  test('who was refused for want of a permission, and who could not sign in', async () => {
    const email = 'nobody@unit.example';
    const request = { email, name: 'Nobody', password: PASSWORD };
    const { id } = await world.done(createUser, request, { token: tenant.token });
    const { accessToken: token } = await world.signIn(email, PASSWORD, tenant.slug);
    expect(await world.code(verifyAuditLogs, {}, { token })).toBe('FORBIDDEN');
    expect(await world.code(login, { email, password: 'not this one at all' }, { tenant: tenant.slug })).toBe(
      'AUTH_INVALID_CREDENTIALS',
    );
    await eventually(async () => {
      const refused = (await rows()).filter(({ outcome }) => outcome === 'refused');
      expect(refused).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            action: 'security.permission.denied',
            actor_id: id,
            entity_id: 'verifyAuditLogs',
            changes: { permission: 'platform.audit-log.verify' },
          }),
          expect.objectContaining({ action: 'platform.session.login', entity_id: id }),
        ]),
      );
    });
  });
});

describe('personal data', () => {
  const person = '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f';
  const other = '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e90';
  const found = async () => {
    const action = `${product.key}.report.share`;
    return (await world.done(listAuditLogs, { action }, { token: tenant.token })).data;
  };
  const forget = (subject: string | null) =>
    world.service.app
      .get(UnitOfWork)
      .runAs(jobOrigin(tenant.id, 'test'), (tx) => world.service.app.get(Vault).destroy(tx, subject));

  test('lies in the log as ciphertext by whom it is about, and is forgotten with them, and with nobody else', async () => {
    const personal = { [person]: { email: { from: 'a@b.example', to: 'c@d.example' } }, [other]: { name: 'Ola' } };
    const action = `${product.key}.report.share`;
    await product.report(tenant.id, record({ action, actor: { kind: 'user', id: person }, personal }));
    await product.report(tenant.id, record({ action, actor: { kind: 'user', id: other } }));
    await product.report(tenant.id, record({ action, actor: { kind: 'anonymous', id: null } }));
    const stored = await logged(3);
    expect(JSON.stringify(stored)).not.toMatch(/192\.0\.2|Test\/1|example|Ola/);
    const request = { ip: '192.0.2.1', userAgent: 'Test/1.0' };
    expect(await found()).toMatchObject([
      { ...request, personal: null },
      { ...request, personal: null },
      { ...request, personal },
    ]);

    await forget(person);
    const forgotten = { ip: null, userAgent: null, personal: { [person]: null, [other]: { name: 'Ola' } } };
    expect(await found()).toMatchObject([request, request, forgotten]);
    expect(await verify()).toMatchObject({ intact: true, firstBreak: null });
    expect(await logged(3)).toEqual(stored);

    // With the tenant's own key goes what belonged to nobody in it.
    await forget(null);
    expect(await found()).toMatchObject([{ ip: null, userAgent: null }, request, forgotten]);
    expect(await verify()).toMatchObject({ intact: true });
  });

  test('of a request made in somebody’s name belongs to who made it', async () => {
    const actor = { kind: 'user' as const, id: person, impersonatorId: other };
    await product.report(tenant.id, record({ action: `${product.key}.report.share`, actor }));
    const [row] = await logged(1);
    expect(Object.keys(row?.personal as object)).toEqual([other]);
    await forget(person);
    expect(await found()).toMatchObject([{ ip: '192.0.2.1' }]);
    await forget(other);
    expect(await found()).toMatchObject([{ ip: null }]);
  });
});
