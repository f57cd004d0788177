import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditRecord } from '@kit/contracts';
import { eventually, query } from '@kit/testing';
import {
  type AuditVerification,
  createOrganization,
  createUser,
  grantRole,
  listAuditLogs,
  listRoles,
  registerProduct,
  verifyAuditLogs,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { productOf, reports, type TestProduct } from '../../../test/product.js';
import { PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';

let world: PlatformWorld;
let product: TestProduct;
let tenant: TestTenant;

beforeAll(async () => {
  world = await platformWorld();
  product = await productOf(world);
  await product.call(registerProduct, reports(product.key));
});
afterAll(async () => {
  await product?.close();
  await world?.stop();
});

let tenants = 0;
beforeEach(async () => {
  tenants += 1;
  tenant = await world.tenant(`tenant${tenants}`);
});

const record = (more: Partial<AuditRecord> = {}): AuditRecord => ({
  id: uuidv7(),
  tenantId: tenant.id,
  occurredAt: '2026-11-22T12:00:00.123Z',
  actor: { kind: 'user', id: tenant.administratorId },
  action: `${product.key}.report.publish`,
  entity: { type: 'report', id: 'r1' },
  outcome: 'done',
  requestId: 'request-1',
  ip: '192.0.2.1',
  userAgent: 'Test/1.0',
  changes: { title: { from: 'å', to: 'æ' }, pages: 1.5, none: null },
  ...more,
});
const rows = () =>
  world.rows<Record<string, unknown> & { seq: string; record_id: string }>(
    'SELECT * FROM platform.audit_logs WHERE tenant_id = $1 ORDER BY seq',
    [tenant.id],
  );
/** The log as soon as it holds `count` records of the product. */
const logged = (count: number) =>
  eventually(async () => {
    const found = (await rows()).filter((row) => row.product === product.key);
    expect(found).toHaveLength(count);
    return found;
  });
const verify = (more: object = {}): Promise<AuditVerification> =>
  world.done(verifyAuditLogs, more, { token: tenant.token });
/** As somebody who owns the machine, past every grant, policy and trigger. */
const tamper = (text: string, values: unknown[] = []) => {
  const url = new URL(world.database.urls.superuser);
  url.searchParams.set('options', '-c session_replication_role=replica');
  return query(url.href, text, values);
};

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

  test('parks what is no record, or speaks for another tenant, and goes on', async () => {
    const other = await world.tenant(`other${tenants}`);
    await product.report(tenant.id, record({ tenantId: other.id }));
    const { actor: _, ...nobody } = record();
    await product.report(tenant.id, nobody);
    await product.report(tenant.id, record({ reason: 'a\u0000b', changes: { 'k\u0000': 'v\u0000' } }));
    const [row] = await logged(1);
    expect(row).toMatchObject({ reason: 'ab', changes: { k: 'v' } });
    await eventually(
      async () => {
        const parked = await world.rows('SELECT error FROM platform.dead_letters WHERE tenant_id = $1', [tenant.id]);
        expect(parked).toHaveLength(2);
      },
      { within: 30_000 },
    );
    expect(await verify()).toMatchObject({ intact: true });
    const foreign = await world.rows("SELECT FROM platform.audit_logs WHERE tenant_id = $1 AND product <> 'platform'", [
      other.id,
    ]);
    expect(foreign).toEqual([]);
  }, 60_000);

  test('cannot be changed, deleted or emptied by the service, nor by the system role', async () => {
    await product.report(tenant.id, record());
    await logged(1);
    for (const url of [world.database.urls.app, world.database.urls.system]) {
      const set = `SELECT set_config('app.tenant_id', '${tenant.id}', false);`;
      for (const attempt of [
        "UPDATE platform.audit_logs SET action = 'x'",
        'DELETE FROM platform.audit_logs',
        'TRUNCATE platform.audit_logs',
      ]) {
        await expect(query(url, `${set} ${attempt}`)).rejects.toThrow(/permission denied/);
      }
    }
  });

  test('has its partitions two months ahead, each under the same policy', async () => {
    const partitions = await tamper(
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
    const other = await world.tenant(`other${tenants}`);
    expect(await search({ action }, other.token)).toEqual([]);
  });
});

describe('tampering is found where it was done', () => {
  const COUNT = 12;
  let first: number;

  beforeEach(async () => {
    // PLATFORM's own records of the tenant's beginning come first (signing in is the last), then a dozen of the product.
    await eventually(async () =>
      expect((await rows()).map(({ action }) => action)).toContain('platform.session.login'),
    );
    for (let n = 0; n < COUNT; n++)
      await product.report(tenant.id, record({ entity: { type: 'report', id: `r${n}` } }));
    await logged(COUNT);
    const settled = await rows();
    first = Number(settled.at(-COUNT)?.seq);
    expect(await verify()).toMatchObject({ intact: true, checked: settled.length });
  });

  const broken = async (kind: string, seq: number) =>
    expect(await verify()).toMatchObject({ intact: false, firstBreak: { kind, seq } });

  test.each([
    ["action = 'x'"],
    ["changes = '{}'"],
    ['changes = NULL'],
    ["outcome = 'refused'"],
    ['actor_id = NULL'],
    ["occurred_at = occurred_at + interval '1 millisecond'"],
    ["reason = 'because'"],
    ['hash = sha256(hash)'],
  ])('an edited record (%s)', async (edit) => {
    await tamper(`UPDATE platform.audit_logs SET ${edit} WHERE tenant_id = $1 AND seq = $2`, [tenant.id, first + 5]);
    await broken('RECORD_CHANGED', first + 5);
  });

  test('a deleted record, even when the rest is moved up', async () => {
    await tamper('DELETE FROM platform.audit_logs WHERE tenant_id = $1 AND seq = $2', [tenant.id, first + 5]);
    await broken('RECORD_MISSING', first + 5);
    await tamper('UPDATE platform.audit_logs SET seq = seq - 1 WHERE tenant_id = $1 AND seq > $2', [
      tenant.id,
      first + 5,
    ]);
    await broken('RECORD_MISSING', first + 5);
  });

  const COPY = `INSERT INTO platform.audit_logs
      SELECT tenant_id, uuidv7(), recorded_at, $3, uuidv7(), product, occurred_at, actor_kind, actor_id, impersonator_id, 'forged',
             entity_type, entity_id, outcome, reason, changes, org_id, request_id, ip, user_agent, prev_hash, hash, format, personal,
             public_hash
      FROM platform.audit_logs WHERE tenant_id = $1 AND seq = $2`;

  test('an inserted record, under a taken number or with the rest moved down', async () => {
    await tamper(COPY, [tenant.id, first + 5, first + 5]);
    await broken('RECORD_INSERTED', first + 5);
  });

  test('an inserted record with the rest moved down', async () => {
    await tamper('UPDATE platform.audit_logs SET seq = seq + 1 WHERE tenant_id = $1 AND seq >= $2', [
      tenant.id,
      first + 5,
    ]);
    await tamper(COPY, [tenant.id, first + 4, first + 5]);
    await tamper('UPDATE platform.audit_heads SET seq = seq + 1 WHERE tenant_id = $1', [tenant.id]);
    await broken('RECORD_INSERTED', first + 5);
  });

  test('two swapped records', async () => {
    await tamper(
      'UPDATE platform.audit_logs SET seq = CASE seq WHEN $2::bigint THEN $3::bigint ELSE $2 END WHERE tenant_id = $1 AND seq IN ($2, $3)',
      [tenant.id, first + 3, first + 8],
    );
    await broken('RECORDS_SWAPPED', first + 3);
  });

  test('a tail that was cut, and a record behind the end', async () => {
    await tamper('DELETE FROM platform.audit_logs WHERE tenant_id = $1 AND seq >= $2', [tenant.id, first + 9]);
    await broken('TAIL_CUT', first + 9);
  });

  test('a record behind the end of the chain', async () => {
    await tamper(COPY, [tenant.id, first + 5, first + COUNT]);
    await broken('RECORD_INSERTED', first + COUNT);
  });

  test('in the part that was asked for, and another tenant is untouched', async () => {
    const other = await world.tenant(`other${tenants}`);
    await tamper("UPDATE platform.audit_logs SET action = 'x' WHERE tenant_id = $1 AND seq = $2", [
      tenant.id,
      first + 5,
    ]);
    expect(await verify({ toSeq: first + 4 })).toMatchObject({ intact: true, nextSeq: first + 5 });
    expect(await verify({ fromSeq: first + 6 })).toMatchObject({ intact: true, checked: COUNT - 6, nextSeq: null });
    expect(await verify({ fromSeq: first + 5 })).toMatchObject({ intact: false, firstBreak: { seq: first + 5 } });
    expect(await world.done(verifyAuditLogs, {}, { token: other.token })).toMatchObject({ intact: true });
  });
});
