import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Jobs } from '@kit/service';
import { eventually } from '@kit/testing';
import { type AuditHold, listAuditHolds, listAuditLogs, placeAuditHold, releaseAuditHold } from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { type AuditWorld, auditWorld } from '../../../test/audit.js';
import type { TestTenant } from '../../../test/world.js';
import { ChainKey } from './chain-key.js';
import { toChained } from './compliance.mapper.js';
import { type AuditLogRow, CHAIN_PAGE } from './compliance.sql.js';
import { BEGINNING, chained } from './domain/chain.js';
import { AuditRetentionJob } from './retention.job.js';

let audit: AuditWorld;
let tenant: TestTenant;
let settled: number;

const MONTHS = ['2015-01', '2015-02', '2015-03'];
const NOW = new Date('2026-12-01T00:00:00Z');
const job = () => audit.world.service.app.get(AuditRetentionJob);
const turn = (now = NOW) => job().turn(now);
const months = async () =>
  (await audit.world.rows<{ name: string }>('SELECT name FROM platform.audit_partitions()')).map(({ name }) => name);
const nameOf = (month: string) => `audit_logs_${month.replace('-', '_')}`;

beforeAll(async () => {
  audit = await auditWorld();
  // The only turns are those of this spec.
  await audit.world.service.app.get(Jobs).stop();
  ({ tenant, last: settled } = await audit.tenantWith(3));
  await makeOld();
});
afterAll(() => audit?.stop());

/** The chain as if it had begun years ago: three records in each of three months, then what there is. */
async function makeOld(): Promise<void> {
  for (const month of MONTHS) {
    const end = new Date(Date.UTC(2015, MONTHS.indexOf(month) + 1, 1)).toISOString();
    await audit.tamper(
      `CREATE TABLE platform.${nameOf(month)} PARTITION OF platform.audit_logs
       FOR VALUES FROM ('${month}-01T00:00:00Z') TO ('${end}')`,
    );
    await audit.tamper(`ALTER TABLE platform.${nameOf(month)} OWNER TO platform_migrator`);
  }
  const rows = await audit.tamper(CHAIN_PAGE.text, [
    tenant.id,
    0,
    '00000000-0000-0000-0000-000000000000',
    settled,
    1000,
  ]);
  const present = rows.map((row) => toChained(row as AuditLogRow));
  const template = present[0];
  if (!template) throw new Error('there is nothing in the log');
  const old = MONTHS.flatMap((month) =>
    [10, 11, 12].map((day) => ({ ...template, id: uuidv7(), recordedAt: `${month}-${day}T12:00:00.000Z` })),
  );
  const links = chained(audit.world.service.app.get(ChainKey).key, BEGINNING, [...old, ...present]);
  await audit.tamper('DELETE FROM platform.audit_logs WHERE tenant_id = $1', [tenant.id]);
  for (const link of links) {
    const row = {
      tenant_id: tenant.id,
      id: link.id,
      record_id: link.id,
      recorded_at: link.recordedAt,
      seq: link.seq,
      product: link.product,
      occurred_at: link.occurredAt,
      actor_kind: link.actorKind,
      actor_id: link.actorId,
      impersonator_id: link.impersonatorId,
      action: link.action,
      entity_type: link.entityType,
      entity_id: link.entityId,
      outcome: link.outcome,
      reason: link.reason,
      changes: link.changes,
      org_id: link.orgId,
      request_id: link.requestId,
      personal: link.personal,
      trace_id: link.traceId,
      session_id: link.sessionId,
      format: link.format,
      prev_hash: `\\x${link.prevHash.toString('hex')}`,
      hash: `\\x${link.hash.toString('hex')}`,
      public_hash: `\\x${link.publicHash?.toString('hex')}`,
    };
    await audit.tamper(
      'INSERT INTO platform.audit_logs SELECT * FROM jsonb_populate_record(NULL::platform.audit_logs, $1)',
      [JSON.stringify(row)],
    );
  }
  const end = links.at(-1);
  await audit.tamper('UPDATE platform.audit_heads SET seq = $2, hash = $3, public_hash = $4 WHERE tenant_id = $1', [
    tenant.id,
    end?.seq,
    end?.hash,
    end?.publicHash,
  ]);
  expect(await audit.verify(tenant)).toMatchObject({ intact: true, checked: settled + 9 });
}

describe('a month of the log that is ten years over', () => {
  const holds = (more = {}) => audit.world.done(listAuditHolds, more, { token: tenant.token });
  let hold: AuditHold;

  test('stays while the tenant is under a hold', async () => {
    const { token } = tenant;
    hold = await audit.world.done(placeAuditHold, { reason: 'case 2026/1' }, { token });
    expect(hold).toMatchObject({ reason: 'case 2026/1', status: 'active', releasedAt: null });
    expect((await holds()).data).toEqual([hold]);
    await turn();
    expect(await months()).toEqual(expect.arrayContaining(MONTHS.map(nameOf)));
  });

  test('stays while its chain is broken', async () => {
    const { token } = tenant;
    const request = { id: hold.id, reason: 'closed' };
    expect(await audit.world.done(releaseAuditHold, request, { token })).toMatchObject({ status: 'released' });
    expect(await audit.world.code(releaseAuditHold, request, { token })).toBe('AUDIT_HOLD_RELEASED');
    expect(await audit.world.code(releaseAuditHold, { ...request, id: uuidv7() }, { token })).toBe('NOT_FOUND');
    const set = (action: string) =>
      audit.tamper('UPDATE platform.audit_logs SET action = $2 WHERE tenant_id = $1 AND seq = 2', [tenant.id, action]);
    const [row] = await audit.rows(tenant).then((rows) => rows.filter(({ seq }) => seq === '2'));
    await set('forged');
    await turn();
    expect(await months()).toEqual(expect.arrayContaining(MONTHS.map(nameOf)));
    await set(row?.action ?? '');
    expect(await audit.verify(tenant)).toMatchObject({ intact: true });
  });

  test('ends with a signed checkpoint, from which the rest verifies; a younger one stays', async () => {
    await turn(new Date('2025-02-15T00:00:00Z'));
    expect(await months()).not.toContain(nameOf('2015-01'));
    expect(await months()).toEqual(expect.arrayContaining(MONTHS.slice(1).map(nameOf)));
    const checkpoints = await audit.world.rows(
      "SELECT seq FROM platform.audit_checkpoints WHERE tenant_id = $1 AND kind = 'retention'",
      [tenant.id],
    );
    expect(checkpoints).toEqual([{ seq: '3' }]);
    const verified = await audit.verify(tenant);
    expect(verified).toMatchObject({ intact: true, firstBreak: null, nextSeq: null });
    expect(verified.checked).toBe(verified.lastSeq - 3);
    await eventually(async () => {
      const search = { action: 'platform.audit-log.expire' };
      const { data } = await audit.world.done(listAuditLogs, search, { token: tenant.token });
      expect(data).toMatchObject([
        { actorKind: 'job', changes: { partition: nameOf('2015-01'), fromSeq: 1, toSeq: 3 } },
      ]);
    });
  });

  test('after month all go that are over, and records taken away since are missed all the same', async () => {
    await turn();
    expect(await months()).not.toEqual(expect.arrayContaining([nameOf('2015-02')]));
    expect(await months()).not.toEqual(expect.arrayContaining([nameOf('2015-03')]));
    expect(await audit.verify(tenant)).toMatchObject({ intact: true });
    await audit.tamper('DELETE FROM platform.audit_logs WHERE tenant_id = $1 AND seq = 10', [tenant.id]);
    expect(await audit.verify(tenant)).toMatchObject({ firstBreak: { kind: 'RECORD_MISSING', seq: 10 } });
  });

  test('cannot be passed off for one that was taken away: without the signature the beginning is missing', async () => {
    const other = await audit.tenantWith(4);
    await audit.tamper('DELETE FROM platform.audit_logs WHERE tenant_id = $1 AND seq < $2', [
      other.tenant.id,
      other.last,
    ]);
    expect(await audit.verify(other.tenant)).toMatchObject({ firstBreak: { kind: 'RECORD_MISSING', seq: 1 } });
  });
});

test('holds are the tenant’s own business', async () => {
  const other = await audit.tenant();
  const { data } = await audit.world.done(listAuditHolds, {}, { token: other.token });
  expect(data).toEqual([]);
  expect(await audit.world.code(releaseAuditHold, { id: other.id, reason: 'none' }, { token: other.token })).toBe(
    'NOT_FOUND',
  );
});
