import { digilistOperations } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { query } from '@kit/testing';
import { platformOperations } from '@platform/contracts';
import { caughtUp, type Municipality, municipality, type Person } from './support/municipality.js';
import { samples, type Targets, targetsOf } from './support/samples.js';
import { type HttpOperation, overHttp, send } from './support/send.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
const gateway = system.gatewayUrl;
const operations = overHttp([...platformOperations, ...digilistOperations]);
const needsToken = operations.filter(({ access }) => access.kind !== 'anonymous');
const guarded = operations.filter(({ access }) => access.kind === 'permission');
const named = (list: readonly HttpOperation[]) => list.map((operation) => [operation.id, operation] as const);

/** Shows which samples name a row at all. */
const placeholders = new Proxy({}, { get: (_, name) => `placeholder-${String(name)}` }) as Targets;

let town: Municipality;
let targets: Targets;
let stranger: Municipality;
let novice: Person;
let neighbour: Person;
let before: Record<string, string>;

const TENANT_TABLES = `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
  WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`;

/** What is written down of attempts, what the calls leave that are open to anybody, and what goes on by itself. */
const RECORDS = new Set([
  ...['outbox', 'inbox', 'idempotency_keys', 'audit_logs', 'audit_heads', 'audit_checkpoints'],
  ...['account_requests', 'login_attempts', 'webauthn_challenges', 'mails'],
  // Somebody’s own wish to know what is held of them.
  ...['data_keys', 'personal_data_answers'],
]);

/** What a job writes down that runs once a minute, whatever anybody asks. */
const NOTED_BY_JOBS = `'{billing_synced_version,billing_reference}'::text[]`;

/** Everything of the tenant that an operation could change, but for what two of them may: a draft of their own, their own name. */
async function fingerprint(): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const context of ['platform', 'digilist'] as const) {
    const url = system.urls[context].superuser;
    const tables = (await query<{ name: string }>(url, TENANT_TABLES, [context])).map(({ name }) => name);
    const parts = tables
      .filter((table) => !RECORDS.has(table))
      .map(
        (
          table,
        ) => `SELECT '${table}' AS name, count(*) || ' ' || coalesce(md5(string_agg(r.row, '|' ORDER BY r.row)), '') AS hash
        FROM (SELECT (to_jsonb(t) - ${NOTED_BY_JOBS})::text AS row FROM ${context}.${table} t WHERE tenant_id = $1) r
        WHERE position($2 IN r.row) = 0 AND position($3 IN r.row) = 0`,
      );
    const values = [town.id, neighbour.id, novice.id];
    for (const { name, hash } of await query<{ name: string; hash: string }>(url, parts.join(' UNION ALL '), values))
      hashes[`${context}.${name}`] = hash;
  }
  return hashes;
}

beforeAll(async () => {
  [town, stranger] = await Promise.all([municipality(system, { needsApproval: true }), municipality(system)]);
  novice = await town.person('novice');
  // Everything there is to grant, but at another organization.
  const elsewhere = await town.organization('En annen etat');
  neighbour = await town.person('neighbour', [
    { role: 'tenant_administrator', orgId: elsewhere },
    { role: 'listing_manager', orgId: elsewhere },
    { role: 'case_handler', orgId: elsewhere },
  ]);
  targets = await targetsOf(town);
  await caughtUp(() => neighbour.client.digilist.listApprovals({}));
  before = await fingerprint();
}, 90_000);

const sampleOf = (operation: HttpOperation): object => samples[operation.id]!.request(targets);

describe('every operation × every identity that may not', () => {
  it('covers every operation that has a route, and none that has not', () => {
    expect(Object.keys(samples).sort()).toEqual(operations.map(({ id }) => id).sort());
  });

  describe('nobody: 401 unless the declaration says that anybody may', () => {
    it.each(named(operations))('%s', async (_, operation) => {
      const answer = await send(gateway, operation, sampleOf(operation), { tenant: town.slug });
      if (operation.access.kind === 'anonymous') {
        expect(answer.body.code).not.toBe('AUTH_REQUIRED');
        expect([403, 500]).not.toContain(answer.status);
      } else {
        expect(answer).toMatchObject({ status: 401, body: { code: 'AUTH_REQUIRED' } });
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      }
    });
  });

  describe('the administrator of another tenant who names this one: 403 TENANT_MISMATCH', () => {
    it.each(named(needsToken))('%s', async (_, operation) => {
      const { client } = stranger.admin;
      const answer = await send(gateway, operation, sampleOf(operation), { client, tenant: town.slug });
      expect(answer).toMatchObject({ status: 403, body: { code: 'TENANT_MISMATCH' } });
    });
  });

  describe('the administrator of another tenant with ids of this one: refused, never a fault of ours', () => {
    const addressing = operations.filter(
      (operation) =>
        operation.access.kind !== 'anonymous' &&
        String(JSON.stringify(samples[operation.id]?.request(placeholders))).includes('placeholder-'),
    );
    it.each(named(addressing))('%s', async (_, operation) => {
      const answer = await send(gateway, operation, sampleOf(operation), { client: stranger.admin.client });
      // A list that was asked for the rows of somebody unknown has none.
      if (answer.status === 200) expect(answer.body).toEqual({ data: [], nextCursor: null });
      else expect([401, 403, 404, 422]).toContain(answer.status);
    });
  });

  describe('a user of the tenant without any role: 403 where a permission is declared', () => {
    it.each(named(guarded))('%s', async (_, operation) => {
      const answer = await send(gateway, operation, sampleOf(operation), { client: novice.client });
      expect(answer).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    });

    const harmless = needsToken.filter(({ id, access }) => access.kind === 'authenticated' && !/logout|end/i.test(id));
    it.each(named(harmless))('%s is open to every signed-in user', async (_, operation) => {
      const answer = await send(gateway, operation, sampleOf(operation), { client: novice.client });
      const { lacks } = samples[operation.id]!;
      if (lacks === undefined) expect(answer.status).toBeLessThan(300);
      else expect(answer.body.code).toBe(lacks);
    });
  });

  describe('every role there is, but at another organization: refused where the row is an organization’s or the tenant’s', () => {
    const closed = guarded.filter(({ id }) => samples[id]?.ofOrg || samples[id]?.ofTenant);
    it.each(named(closed))('%s', async (_, operation) => {
      const answer = await send(gateway, operation, sampleOf(operation), { client: neighbour.client });
      expect([403, 404]).toContain(answer.status);
    });

    const open = guarded.filter(({ id }) => !samples[id]?.ofOrg && !samples[id]?.ofTenant);
    it.each(named(open))('%s shows nothing of the organization', async (_, operation) => {
      const answer = await send(gateway, operation, sampleOf(operation), { client: neighbour.client });
      expect(answer.status).toBeLessThan(500);
      for (const id of [targets.bookingId, targets.draftId, targets.approvalId]) expect(answer.text).not.toContain(id);
    });
  });

  afterAll(async () => {
    // All of it together has changed nothing.
    expect(await fingerprint()).toEqual(before);
  });
});
