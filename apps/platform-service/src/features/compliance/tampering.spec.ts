import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Secret, startService } from '@kit/service';
import { createDatabase, eventually, query } from '@kit/testing';
import { type AuditAnchor, listAuditAnchors, listAuditKeys, verifyAuditLogs } from '@platform/contracts';
import { type AuditWorld, auditWorld } from '../../../test/audit.js';
import type { TestTenant } from '../../../test/world.js';
import { serviceOptions } from '../../service-options.js';
import { AnchorsJob } from './anchors.job.js';
import { ChainKey } from './chain-key.js';
import { toChained } from './compliance.mapper.js';
import { type AuditLogRow, CHAIN_PAGE } from './compliance.sql.js';
import { chained, GENESIS } from './domain/chain.js';
import { StoredKeys } from './stored-keys.js';

let audit: AuditWorld;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'anchors-'));
  audit = await auditWorld({ PLATFORM_AUDIT_ANCHOR_RECORDS: '5', PLATFORM_AUDIT_ANCHOR_DIR: directory });
});
afterAll(async () => {
  await audit?.stop();
  await rm(directory, { recursive: true, force: true });
});

const COUNT = 12;
let tenant: TestTenant;
let first: number;
let last: number;
let saved: string[];

const save = async () =>
  (await audit.tamper('SELECT to_jsonb(l) AS row FROM platform.audit_logs l WHERE tenant_id = $1', [tenant.id])).map(
    ({ row }) => JSON.stringify(row),
  );
/** Everything as it was before the test. */
const restore = async () => {
  const fields = 'seq = h.seq, hash = h.hash, public_hash = h.public_hash';
  await audit.tamper('DELETE FROM platform.audit_logs WHERE record_id = ANY ($1) OR tenant_id = $2', [
    saved.map((row) => JSON.parse(row).record_id),
    tenant.id,
  ]);
  await audit.tamper(
    `INSERT INTO platform.audit_logs SELECT r.* FROM unnest($1::jsonb[]) row, jsonb_populate_record(NULL::platform.audit_logs, row) r`,
    [saved],
  );
  await audit.tamper(
    `UPDATE platform.audit_heads SET ${fields} FROM platform.audit_logs h
     WHERE audit_heads.tenant_id = $1 AND h.tenant_id = $1 AND h.seq = $2`,
    [tenant.id, last],
  );
};
const broken = async (kind: string, mismatch: string, seq: number) =>
  expect(await audit.verify(tenant)).toMatchObject({ intact: false, firstBreak: { kind, mismatch, seq } });

beforeAll(async () => {
  ({ tenant, first, last } = await audit.tenantWith(COUNT));
  saved = await save();
});
beforeEach(async () => {
  expect(await audit.verify(tenant)).toMatchObject({ intact: true, firstBreak: null, checked: last, nextSeq: null });
});
afterEach(restore);

describe('tampering is found where it was done', () => {
  /** The smallest change of a value there is, by its type; a column that may hold few values gets another of them. */
  const FLIP: Record<string, (column: string) => string> = {
    uuid: (column) => `${column} = uuidv7()`,
    bigint: (column) => `${column} = ${column} + 1000`,
    text: (column) => `${column} = coalesce(${column}, '') || ' '`,
    jsonb: (column) => `${column} = coalesce(${column}, '{}') || '{"x": ""}'`,
    bytea: (column) => `${column} = set_byte(${column}, 31, get_byte(${column}, 31) # 1)`,
    'timestamp with time zone': (column) => `${column} = ${column} + interval '1 microsecond'`,
    smallint: () => 'format = 1, public_hash = NULL, trace_id = NULL, session_id = NULL',
  };
  const OTHERWISE: Record<string, string> = {
    actor_kind: "actor_kind = 'job'",
    outcome: "outcome = 'refused'",
  };

  test('one flipped byte in any column there is', async () => {
    const columns = await audit.world.rows<{ name: string; type: string }>(
      `SELECT column_name AS name, data_type AS type FROM information_schema.columns
       WHERE table_schema = 'platform' AND table_name = 'audit_logs'`,
    );
    expect(columns.length).toBeGreaterThan(20);
    const found: Record<string, unknown> = {};
    for (const { name, type } of columns) {
      const flip = OTHERWISE[name] ?? FLIP[type]?.(name);
      if (!flip) throw new Error(`nobody knows how to change ${name} (${type})`);
      await audit.tamper(`UPDATE platform.audit_logs SET ${flip} WHERE tenant_id = $1 AND seq = $2`, [
        tenant.id,
        first + 5,
      ]);
      const { firstBreak } = await audit.verify(tenant);
      found[name] = firstBreak && [firstBreak.seq, firstBreak.mismatch];
      await restore();
    }
    const expected = Object.fromEntries(columns.map(({ name }) => [name, [first + 5, 'row_hash_mismatch']]));
    expect(found).toEqual({
      ...expected,
      tenant_id: [first + 5, 'sequence_mismatch'],
      seq: [first + 5, 'sequence_mismatch'],
      prev_hash: [first + 5, 'prev_hash_mismatch'],
      public_hash: [first + 5, 'public_hash_mismatch'],
    });
  });

  test.each([
    ['changes emptied', "changes = '{}'"],
    ['changes taken out', 'changes = NULL'],
    ['the actor taken out', 'actor_id = NULL'],
    ['personal data taken out instead of their key', 'personal = NULL'],
  ])('a record with %s', async (_, edit) => {
    await audit.tamper(`UPDATE platform.audit_logs SET ${edit} WHERE tenant_id = $1 AND seq = $2`, [
      tenant.id,
      first + 5,
    ]);
    await broken('RECORD_CHANGED', 'row_hash_mismatch', first + 5);
  });

  test('a deleted record, even when the rest is moved up', async () => {
    await audit.tamper('DELETE FROM platform.audit_logs WHERE tenant_id = $1 AND seq = $2', [tenant.id, first + 5]);
    await broken('RECORD_MISSING', 'sequence_mismatch', first + 5);
    await audit.tamper('UPDATE platform.audit_logs SET seq = seq - 1 WHERE tenant_id = $1 AND seq > $2', [
      tenant.id,
      first + 5,
    ]);
    await broken('RECORD_MISSING', 'prev_hash_mismatch', first + 5);
  });

  test('a deleted beginning', async () => {
    await audit.tamper('DELETE FROM platform.audit_logs WHERE tenant_id = $1 AND seq <= 2', [tenant.id]);
    await broken('RECORD_MISSING', 'sequence_mismatch', 1);
  });

  const copy = async (from: number, to: number) => {
    const [row] = await audit.tamper(
      'SELECT to_jsonb(l) AS row FROM platform.audit_logs l WHERE tenant_id = $1 AND seq = $2',
      [tenant.id, from],
    );
    await audit.tamper(
      `INSERT INTO platform.audit_logs SELECT (jsonb_populate_record(NULL::platform.audit_logs,
         $1::jsonb || jsonb_build_object('id', uuidv7(), 'record_id', uuidv7(), 'action', 'forged', 'seq', $2::bigint))).*`,
      [JSON.stringify(row?.row), to],
    );
  };

  test('an inserted record under a number that is taken', async () => {
    await copy(first + 5, first + 5);
    expect(await audit.verify(tenant)).toMatchObject({ firstBreak: { kind: 'RECORD_INSERTED', seq: first + 5 } });
  });

  test('an inserted record with the rest moved down', async () => {
    await audit.tamper('UPDATE platform.audit_logs SET seq = seq + 1 WHERE tenant_id = $1 AND seq >= $2', [
      tenant.id,
      first + 5,
    ]);
    await copy(first + 4, first + 5);
    await audit.tamper('UPDATE platform.audit_heads SET seq = seq + 1 WHERE tenant_id = $1', [tenant.id]);
    await broken('RECORD_INSERTED', 'prev_hash_mismatch', first + 5);
  });

  test('two swapped records', async () => {
    await audit.tamper(
      `UPDATE platform.audit_logs SET seq = CASE seq WHEN $2::bigint THEN $3::bigint ELSE $2 END
       WHERE tenant_id = $1 AND seq IN ($2, $3)`,
      [tenant.id, first + 3, first + 8],
    );
    await broken('RECORDS_SWAPPED', 'prev_hash_mismatch', first + 3);
  });

  test('a tail that was cut', async () => {
    await audit.tamper('DELETE FROM platform.audit_logs WHERE tenant_id = $1 AND seq >= $2', [tenant.id, first + 9]);
    await broken('TAIL_CUT', 'head_mismatch', first + 9);
  });

  test('a record behind the end of the chain', async () => {
    await copy(first + 5, last + 1);
    await broken('RECORD_INSERTED', 'head_mismatch', last + 1);
  });

  test('in the part that was asked for, and another tenant is untouched', async () => {
    await audit.tamper("UPDATE platform.audit_logs SET action = 'x' WHERE tenant_id = $1 AND seq = $2", [
      tenant.id,
      first + 5,
    ]);
    expect(await audit.verify(tenant, { toSeq: first + 4 })).toMatchObject({ intact: true, nextSeq: first + 5 });
    expect(await audit.verify(tenant, { fromSeq: first + 6 })).toMatchObject({
      intact: true,
      checked: COUNT - 6,
      nextSeq: null,
    });
    expect(await audit.verify(tenant, { fromSeq: first + 5 })).toMatchObject({ firstBreak: { seq: first + 5 } });
    expect(await audit.verify(await audit.tenant())).toMatchObject({ intact: true });
  });
});

describe('whoever has the key of the chain and writes it anew', () => {
  const anchors = async (): Promise<AuditAnchor[]> =>
    (await audit.world.done(listAuditAnchors, { limit: 200 }, { token: tenant.token })).data;

  /** From `from` on, as nobody without the key could; the head goes along. */
  async function reseal(from: number, to = last): Promise<void> {
    const rows = (await audit.tamper(CHAIN_PAGE.text, [tenant.id, 0, GENESIS.toString('hex').slice(0, 32), to, 1000]))
      .map((row) => toChained(row as AuditLogRow))
      .filter(({ seq }) => seq <= to);
    const before = rows[from - 2];
    const head = { seq: from - 1, hash: before?.hash ?? GENESIS, publicHash: before?.publicHash ?? GENESIS };
    const [changed, ...rest] = rows.slice(from - 1);
    if (!changed) throw new Error('there is no such record');
    const links = chained(audit.world.service.app.get(ChainKey).key, head, [
      { ...changed, action: 'acme.x.y' },
      ...rest,
    ]);
    await audit.tamper('DELETE FROM platform.audit_logs WHERE tenant_id = $1 AND seq > $2', [tenant.id, to]);
    for (const { seq, action, prevHash, hash, publicHash } of links) {
      await audit.tamper(
        `UPDATE platform.audit_logs SET action = $3, prev_hash = $4, hash = $5, public_hash = $6
         WHERE tenant_id = $1 AND seq = $2`,
        [tenant.id, seq, action, prevHash, hash, publicHash],
      );
    }
    const end = links.at(-1);
    await audit.tamper('UPDATE platform.audit_heads SET seq = $2, hash = $3, public_hash = $4 WHERE tenant_id = $1', [
      tenant.id,
      to,
      end?.hash,
      end?.publicHash,
    ]);
  }
  const forget = () => audit.tamper('DELETE FROM platform.audit_checkpoints WHERE tenant_id = $1', [tenant.id]);
  let stored: Record<string, unknown>[];
  beforeAll(async () => {
    stored = await audit.tamper('SELECT to_jsonb(c) AS row FROM platform.audit_checkpoints c WHERE tenant_id = $1', [
      tenant.id,
    ]);
  });
  afterEach(async () => {
    await forget();
    await audit.tamper(
      `INSERT INTO platform.audit_checkpoints
       SELECT r.* FROM unnest($1::jsonb[]) row, jsonb_populate_record(NULL::platform.audit_checkpoints, row) r`,
      [stored.map(({ row }) => JSON.stringify(row))],
    );
  });

  test('is found by the anchors in the database, which are signed after so many records', async () => {
    const places = (await anchors()).map(({ seq }) => seq).reverse();
    expect(places.length).toBeGreaterThanOrEqual(2);
    const [before, behind] = places.slice(-2) as [number, number];
    expect(behind - before).toBeGreaterThanOrEqual(5);
    expect(await audit.verify(tenant)).toMatchObject({ intact: true, anchors: expect.any(Number) });
    await reseal(before + 1);
    await broken('RESEALED', 'anchor_mismatch', before + 1);
  });

  test('is found by anchors that were kept elsewhere, when those in the database and in the files are gone', async () => {
    const kept = await anchors();
    const place = kept[0]?.seq as number;
    await reseal(place);
    await forget();
    await rm(directory, { recursive: true, force: true });
    expect(await audit.verify(tenant)).toMatchObject({ intact: true, anchors: 0 });
    expect(await audit.verify(tenant, { anchors: kept })).toMatchObject({
      intact: false,
      firstBreak: { kind: 'RESEALED', mismatch: 'anchor_mismatch' },
    });
  });

  test('is found where the tail was cut and the head turned back', async () => {
    const [newest] = await anchors();
    await reseal(1, (newest?.seq as number) - 1);
    const { firstBreak } = await audit.verify(tenant);
    expect(firstBreak).toMatchObject({ mismatch: 'anchor_mismatch' });
    await restore();
    await audit.tamper('DELETE FROM platform.audit_logs WHERE tenant_id = $1 AND seq >= $2', [
      tenant.id,
      newest?.seq as number,
    ]);
    await audit.tamper(
      `UPDATE platform.audit_heads SET seq = h.seq, hash = h.hash, public_hash = h.public_hash
       FROM platform.audit_logs h WHERE audit_heads.tenant_id = $1 AND h.tenant_id = $1 AND h.seq = $2`,
      [tenant.id, (newest?.seq as number) - 1],
    );
    await broken('TAIL_CUT', 'anchor_mismatch', newest?.seq as number);
  });

  test('cannot forge an anchor: in the database it is a break, from outside it is refused', async () => {
    const [newest] = await anchors();
    await audit.tamper('UPDATE platform.audit_checkpoints SET head = sha256(head) WHERE tenant_id = $1 AND seq = $2', [
      tenant.id,
      newest?.seq,
    ]);
    await broken('ANCHOR_FORGED', 'signature_mismatch', newest?.seq as number);
    const { token } = tenant;
    for (const forged of [
      { ...newest, seq: 1 },
      { ...newest, kid: 'unknown' },
      { ...newest, tenant: (await audit.tenant()).id },
    ]) {
      expect(await audit.world.code(verifyAuditLogs, { anchors: [forged] }, { token })).toBe('VALIDATION_FAILED');
    }
  });

  test('is too late for what left the database: an event, and a line in a file, with keys that anybody may fetch', async () => {
    const [newest] = await anchors();
    const events = await audit.world.rows<{ payload: string }>(
      'SELECT payload FROM platform.outbox WHERE tenant_id = $1 AND subject LIKE $2',
      [tenant.id, `platform.evt.${tenant.id}.audit_log.%.anchored.v1`],
    );
    expect(events.map(({ payload }) => JSON.parse(payload).data)).toContainEqual(newest);
    await audit.world.service.app.get(AnchorsJob).turn(new Date());
    const lines = (await readFile(path.join(directory, `${tenant.id}.jsonl`), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual((await anchors()).reverse());
    const { keys } = await audit.world.done(listAuditKeys, {});
    expect(keys).toMatchObject([{ kid: newest?.kid, kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' }]);
    expect(keys[0]).not.toHaveProperty('d');
    await reseal(first);
    await forget();
    expect(await audit.verify(tenant)).toMatchObject({ firstBreak: { kind: 'RESEALED' } });
  });
});

test('what was appended last is signed after some minutes, though nothing follows', async () => {
  const { tenant: quiet, last: end } = await audit.tenantWith(1);
  const newest = async () =>
    (await audit.world.done(listAuditAnchors, { limit: 1 }, { token: quiet.token })).data[0]?.seq ?? 0;
  await audit.product.report(quiet.id, audit.record(quiet));
  await audit.logged(quiet, 2);
  await eventually(async () => {
    await audit.world.service.app.get(AnchorsJob).turn(new Date(Date.now() + 10 * 60_000));
    expect(await newest()).toBeGreaterThan(end);
  });
});

test('the log verifies after it was dumped as text, restored into another database and served under a new master key', async () => {
  const { world } = audit;
  const other = await createDatabase('platform', async () => {}, { template: 'platform-world' });
  const into = new URL(other.urls.superuser);
  into.searchParams.set('options', '-c session_replication_role=replica');
  const tables = await audit.tamper(
    `SELECT c.relname AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     WHERE c.relnamespace = 'platform'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY c.oid`,
  );
  await query(into.href, `TRUNCATE ${tables.map(({ name }) => `platform.${name}`).join(', ')}`);
  for (const { name, columns } of tables) {
    const dumped = await audit.tamper(`SELECT t::text AS row FROM platform.${name} t`);
    await query(
      into.href,
      `INSERT INTO platform.${name} (${columns}) OVERRIDING SYSTEM VALUE
       SELECT ${columns} FROM (SELECT (r::platform.${name}).* FROM unnest($1::text[]) r)`,
      [dumped.map(({ row }) => row)],
    );
  }
  await world.service.stop();
  const config = {
    ...world.config,
    databaseUrl: new Secret(other.urls.app),
    systemDatabaseUrl: new Secret(other.urls.system),
    masterKey: new Secret(Buffer.alloc(32, 9).toString('base64')),
    previousMasterKeys: [world.config.masterKey],
  };
  const restored = await startService({ ...serviceOptions(config), checkAnswers: true });
  try {
    expect(await audit.verify(tenant)).toMatchObject({ intact: true, firstBreak: null, anchors: expect.any(Number) });
    // What the audit log has of its own lies under the new one now.
    const alone = new StoredKeys(
      { query: (text: string, values: unknown[]) => query(into.href, text, values) } as never,
      {
        ...config,
        previousMasterKeys: [],
      },
    );
    expect((await alone.read('signing')).length + (await alone.read('chain')).length).toBe(2);
  } finally {
    await restored.stop();
    await other.drop();
  }
});
