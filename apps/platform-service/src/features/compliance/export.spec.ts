import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import {
  type AuditExportFormat,
  exportAuditLogs,
  listAuditAnchors,
  listAuditKeys,
  listAuditLogs,
} from '@platform/contracts';
import { type AuditWorld, auditWorld, type LogRow } from '../../../test/audit.js';
import type { TestTenant } from '../../../test/world.js';
import { toChained } from './compliance.mapper.js';
import { type AuditLogRow, CHAIN_PAGE } from './compliance.sql.js';
import { GENESIS, hashedText, publicHashAfter } from './domain/chain.js';
import { problemsOf } from './domain/ocsf.schema.js';

const SCRIPT = path.resolve('../../scripts/verify-audit-export.mjs');

let audit: AuditWorld;
let tenant: TestTenant;
let first: number;
let directory: string;
const COUNT = 8;
const NO_ID = '00000000-0000-0000-0000-000000000000';

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'export-'));
  audit = await auditWorld({ PLATFORM_AUDIT_ANCHOR_RECORDS: '4' });
  ({ tenant, first } = await audit.tenantWith(COUNT - 2));
  // What a file could stumble over.
  const title = 'a "quoted", line\nbroken\r\ntitle å 👋';
  await audit.product.report(
    tenant.id,
    audit.record(tenant, { reason: '=1+1\r\n"a", b\rc', changes: { title, n: 1e21 } }),
  );
  const large = audit.record(tenant, { changes: { text: '👋'.repeat(150_000), more: 'x'.repeat(250_000) } });
  await audit.product.report(tenant.id, large);
  await audit.logged(tenant, COUNT);
  await writeFile(path.join(directory, 'keys.json'), JSON.stringify(await audit.world.done(listAuditKeys, {})));
  const { data } = await audit.world.done(listAuditAnchors, { limit: 200 }, { token: tenant.token });
  await writeFile(path.join(directory, 'anchors.jsonl'), data.map((anchor) => `${JSON.stringify(anchor)}\n`).join(''));
});
afterAll(async () => {
  await audit?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** All pieces, as the edge sends them one after the other. */
async function download(asked: { format?: AuditExportFormat; from?: string; to?: string } = {}) {
  const pieces: string[] = [];
  let cursor: string | null | undefined;
  for (; cursor !== null; ) {
    const request = { ...asked, ...(cursor && { cursor }) };
    const chunk = await audit.world.done(exportAuditLogs, request, { token: tenant.token });
    pieces.push(chunk.content);
    cursor = chunk.next;
  }
  return { text: pieces.join(''), pieces };
}

async function checked(text: string, ...options: string[]): Promise<string> {
  const file = path.join(directory, 'export');
  await writeFile(file, text);
  const run = promisify(execFile)(process.execPath, [SCRIPT, file, ...options]);
  return run.then(
    ({ stdout }) => stdout,
    ({ stderr, code }) => `${code}: ${stderr}`,
  );
}
const keys = () => ['--keys', path.join(directory, 'keys.json')];
const anchors = () => ['--anchors', path.join(directory, 'anchors.jsonl')];

describe('an export', () => {
  test.each(['jsonl', 'csv', 'ocsf'] as const)(
    'as %s comes in pieces of bounded size and verifies with nothing but public keys and anchors',
    async (format) => {
      const { text, pieces } = await download({ format });
      expect(pieces.length).toBeGreaterThan(1);
      expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(600_000);
      expect(await checked(text, ...keys(), ...anchors())).toMatch(/^GENUINE: records 1 to \d+.*compared with [1-9]/);
      expect(await checked(text)).toMatch(/^GENUINE.*give --keys/);
      expect(text).toContain('192.0.2.1');
    },
  );

  test('of a time has the records of that time and is proven as well', async () => {
    const rows = await audit.rows(tenant);
    const at = ({ recorded_at }: LogRow) => (recorded_at as Date).toISOString();
    const [from, to] = [at(rows[first - 1] as LogRow), at(rows.at(-1) as LogRow)];
    const { text } = await download({ from, to });
    const seqs = text.trim().split('\n').slice(0, -1);
    const within = rows.filter((row) => at(row) >= from && at(row) < to).map(({ seq }) => Number(seq));
    expect(within.length).toBeGreaterThan(0);
    expect(seqs.map((line) => JSON.parse(line).record.seq)).toEqual(within);
    expect(await checked(text, ...keys())).toMatch(/^GENUINE/);
    const nothing = await download({ to: '2020-01-01T00:00:00Z' });
    expect(await checked(nothing.text, ...keys())).toMatch(/^GENUINE: records 0 to 0 \(0\)/);
  });

  test('is audited, piece by piece', async () => {
    const { pieces } = await download({ format: 'csv' });
    await eventually(async () => {
      const { data } = await audit.world.done(
        listAuditLogs,
        { action: 'platform.audit-log.export', limit: 200 },
        { token: tenant.token },
      );
      expect(
        data.filter(({ changes }) => (changes as { format: string }).format === 'csv').length,
      ).toBeGreaterThanOrEqual(pieces.length);
    });
  });

  const JSONL: [string, (lines: string[]) => string[]][] = [
    ['a changed record', (lines) => lines.map((line, at) => (at === 3 ? line.replace('"done"', '"refused"') : line))],
    ['a missing record', (lines) => lines.filter((_, at) => at !== 3)],
    ['a cut end', (lines) => lines.slice(0, -1)],
    ['a cut tail with its proof', (lines) => [...lines.slice(0, -2), lines.at(-1) as string]],
    ['two swapped records', ([a, b, c, ...rest]) => [a, c, b, ...rest] as string[]],
    [
      'a proof that says less',
      (lines) => lines.map((line) => line.replace(/"count":\d+,"before"/, '"count":1,"before"')),
    ],
  ];
  test.each(JSONL)('with %s is not genuine', async (_, change) => {
    const { text } = await download();
    const lines = text.trimEnd().split('\n');
    const changed = change(lines);
    expect(changed).not.toEqual(lines);
    expect(await checked(changed.join('\n'), ...keys())).toMatch(/^1: NOT GENUINE/);
  });

  test('as CSV or OCSF whose visible part says something else than the record is not genuine', async () => {
    const csv = (await download({ format: 'csv' })).text;
    const forged = csv.replace(`,${audit.product.key}.report.publish,`, `,${audit.product.key}.report.delete,`);
    expect(await checked(forged, ...keys())).toMatch(/the column action says something else/);
    const ocsf = (await download({ format: 'ocsf' })).text;
    expect(await checked(ocsf.replace('"status_id":1', '"status_id":2'), ...keys())).toMatch(/says something else/);
  });

  test('as OCSF has an event for each record that is valid by the schema of its class', async () => {
    const lines = (await download({ format: 'ocsf' })).text.trimEnd().split('\n').slice(0, -1);
    for (const line of lines) expect(problemsOf(JSON.parse(line))).toEqual([]);
    const logins = lines.map((line) => JSON.parse(line)).filter(({ class_uid }) => class_uid === 3002);
    expect(logins).toMatchObject([
      { activity_id: 1, status_id: 1, metadata: { event_code: 'platform.session.login' } },
    ]);
  });

  test('signed by a key that is not ours is not genuine', async () => {
    const { text } = await download();
    const set = JSON.parse(await readFile(path.join(directory, 'keys.json'), 'utf8'));
    const file = path.join(directory, 'other-keys.json');
    await writeFile(file, JSON.stringify({ keys: set.keys.map((key: object) => ({ ...key, kid: 'other' })) }));
    expect(await checked(text, '--keys', file)).toMatch(/a key that is not known/);
  });

  test('is not genuine beside an anchor that nobody signed', async () => {
    const { text } = await download();
    const kept = JSON.parse((await readFile(path.join(directory, 'anchors.jsonl'), 'utf8')).split('\n')[0] as string);
    const file = path.join(directory, 'other-anchors.jsonl');
    await writeFile(file, JSON.stringify({ ...kept, publicHead: '00'.repeat(32) }));
    expect(await checked(text, ...keys(), '--anchors', file)).toMatch(/signature of the anchor/);
  });

  test('is refused with a cursor of its own making', async () => {
    const { token } = tenant;
    expect(await audit.world.code(exportAuditLogs, { cursor: 'bm9uZQ' }, { token })).toBe('VALIDATION_FAILED');
    expect(await audit.world.code(exportAuditLogs, { format: 'xml' }, { token })).toBe('VALIDATION_FAILED');
  });

  test('of a log that was written anew with the hashes that anybody can compute contradicts the anchors that were kept', async () => {
    const { tamper } = audit;
    let head: Buffer = GENESIS;
    for (const row of await tamper(CHAIN_PAGE.text, [tenant.id, 0, NO_ID, Number.MAX_SAFE_INTEGER, 1000])) {
      const record = toChained(row as AuditLogRow);
      const action = record.seq === first ? 'acme.x.y' : record.action;
      head = publicHashAfter(head, hashedText({ ...record, action }));
      await tamper('UPDATE platform.audit_logs SET action = $3, public_hash = $4 WHERE tenant_id = $1 AND seq = $2', [
        tenant.id,
        record.seq,
        action,
        head,
      ]);
    }
    await tamper('DELETE FROM platform.audit_checkpoints WHERE tenant_id = $1', [tenant.id]);
    const { text } = await download();
    expect(await checked(text, ...keys())).toMatch(/^GENUINE/);
    expect(await checked(text, ...keys(), ...anchors())).toMatch(/is not what was signed then/);
  });
});
