import { randomUUID } from 'node:crypto';
import { digilistOperations } from '@digilist/contracts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, query } from '@kit/testing';
import { platformOperations } from '@platform/contracts';
import type { Answer } from './support/http.js';
import { type Municipality, municipality } from './support/municipality.js';
import { samples, type Targets, targetsOf } from './support/samples.js';
import { type HttpOperation, overHttp, send } from './support/send.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
const gateway = system.gatewayUrl;
const operations = overHttp([...platformOperations, ...digilistOperations]);

const KEYS = [
  'userId',
  'orgId',
  'grantId',
  'listingId',
  'templateId',
  'quotaId',
  'zoneId',
  'bookingId',
  'seriesId',
  'draftId',
  'approvalId',
  'providerId',
  'domainId',
  'accountId',
  'keyId',
  'invitationId',
  'subjectRequestId',
  'webhookId',
] as const;
const placeholders = new Proxy({}, { get: (_, name) => `placeholder-${String(name)}` }) as Targets;
// A directory comes with a key of its own, not with a token: its isolation is in scim.spec.ts.
const addressing = operations.filter(({ id, http: { refusals } }) => {
  if (refusals === 'scim') return false;
  const text = String(JSON.stringify(samples[id]?.request(placeholders)));
  return KEYS.some((key) => text.includes(`placeholder-${key}`));
});

let owner: Municipality;
let other: Municipality;
let foreign: Targets;
let own: Targets;
beforeAll(async () => {
  [owner, other] = await Promise.all([
    municipality(system, { needsApproval: true }),
    municipality(system, { needsApproval: true }),
  ]);
  [foreign, own] = [await targetsOf(owner), await targetsOf(other)];
}, 90_000);

/** Everything a client can see of an answer, but for what is new in every one. */
function visible({ status, headers, text }: Answer, ids: readonly string[]): object {
  const changing = new Set(['date', 'x-request-id', 'traceparent', 'ratelimit', 'content-length']);
  const plain = ids
    .reduce((all, id) => all.replaceAll(id, '<id>'), text)
    .replace(/"traceId":"[0-9a-f]+"/, '"traceId":"<trace>"');
  return { status, text: plain, headers: [...headers].filter(([name]) => !changing.has(name)) };
}

const random = (): Targets => ({
  ...own,
  ...Object.fromEntries(KEYS.map((key) => [key, randomUUID().replace(/^(.{14})4/, '$17')])),
});

describe('a row of another tenant answers like one that does not exist', () => {
  it.each(addressing.map((operation) => [operation.id, operation] as const))(
    '%s',
    async (_, operation: HttpOperation) => {
      const { client } = other.admin;
      const made = random();
      // Only the ids differ: what else the sample names is the caller's own.
      const theirs = { ...own, ...Object.fromEntries(KEYS.map((key) => [key, foreign[key]])) } as Targets;
      const ask = (targets: Targets) => send(gateway, operation, samples[operation.id]!.request(targets), { client });
      const [onForeign, onRandom] = [await ask(theirs), await ask(made)];
      const ids = (targets: Targets) => KEYS.map((key) => targets[key]);
      expect(visible(onForeign, ids(theirs))).toEqual(visible(onRandom, ids(made)));
      // A list that was asked for the rows of somebody unknown has none.
      if (onForeign.status === 200) expect(onForeign.body).toEqual({ data: [], nextCursor: null });
      else expect([403, 404, 422]).toContain(onForeign.status);
      expect(onForeign.text).not.toContain(owner.slug);
    },
  );

  it('each attempt is audited with the owner, and none at a row that does not exist', async () => {
    await eventually(async () => {
      const { data } = await owner.admin.client.platform.listAuditLogs({
        action: 'security.cross-tenant.attempt',
        limit: 200,
      });
      const seen = new Set(data.map(({ entityId }) => entityId));
      for (const id of [foreign.listingId, foreign.bookingId, foreign.approvalId]) expect(seen).toContain(id);
      expect(data.every(({ changes }) => (changes as { callerTenantId: string }).callerTenantId === other.id)).toBe(
        true,
      );
    });
    const { data } = await other.admin.client.platform.listAuditLogs({
      action: 'security.cross-tenant.attempt',
      limit: 200,
    });
    expect(data).toEqual([]);
  });
});

describe('lists hold nothing of another tenant', () => {
  const lists = operations.filter(
    ({ id, http, access }) => http.method === 'GET' && /^(list|search)/.test(id) && access.kind !== 'internal',
  );
  it.each(lists.map((operation) => [operation.id, operation] as const))('%s', async (_, operation) => {
    const answer = await send(gateway, operation, samples[operation.id]!.request(own), { client: other.admin.client });
    for (const key of KEYS) expect(answer.text).not.toContain(foreign[key]);
    expect(answer.text).not.toContain(owner.slug);
  });
});

describe('a header never widens a token', () => {
  it('403 TENANT_MISMATCH for a tenant that exists and for one that does not, and audited', async () => {
    const { client } = other.resident;
    const listBookings = operations.find(({ id }) => id === 'listBookings')!;
    for (const tenant of [owner.slug, 'finnes-ikke']) {
      expect(await send(gateway, listBookings, {}, { client, tenant })).toMatchObject({
        status: 403,
        body: { code: 'TENANT_MISMATCH' },
      });
    }
    await eventually(async () => {
      const { data } = await other.admin.client.platform.listAuditLogs({ action: 'security.tenant.mismatch' });
      const named = data.map(({ changes }) => (changes as { named: string }).named);
      expect(named).toEqual(expect.arrayContaining([owner.slug, 'finnes-ikke']));
    });
  });

  it('the own name in the header is fine', async () => {
    const listBookings = operations.find(({ id }) => id === 'listBookings')!;
    const answer = await send(gateway, listBookings, {}, { client: other.resident.client, tenant: other.slug });
    expect(answer.status).toBe(200);
  });
});

describe('row-level security, with the service’s own role', () => {
  const tablesOf = async (context: 'platform' | 'digilist') =>
    (
      await query<{ name: string }>(
        system.urls[context].superuser,
        `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
         join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
         where n.nspname = $1 and c.relkind in ('r', 'p') and not c.relispartition
           and has_table_privilege($2, c.oid, 'select') order by 1`,
        [context, `${context}_app`],
      )
    ).map(({ name }) => name);

  it.each(['platform', 'digilist'] as const)('%s: no row without a tenant, only its own with one', async (context) => {
    const tables = await tablesOf(context);
    expect(tables.length).toBeGreaterThan(8);
    let shown = 0;
    for (const table of tables) {
      const count = (where: string) =>
        `select count(*)::int as n, count(*) filter (where tenant_id <> '${other.id}')::int as foreign_rows from ${where}`;
      const [without] = await query<{ n: number }>(system.urls[context].app, count(`${context}.${table}`));
      expect({ table, n: without?.n }).toEqual({ table, n: 0 });
      const [within] = await query<{ n: number; foreign_rows: number }>(
        system.urls[context].app,
        count(`(select set_config('app.tenant_id', '${other.id}', false)) as s, ${context}.${table} as t`).replace(
          'tenant_id <>',
          't.tenant_id <>',
        ),
      );
      expect({ table, foreign: within?.foreign_rows }).toEqual({ table, foreign: 0 });
      shown += within?.n ?? 0;
    }
    expect(shown).toBeGreaterThan(0);
  });
});
