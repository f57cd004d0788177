import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Jobs, Metrics } from '@kit/service';
import { catalogViolations, query } from '@kit/testing';
import { type AuditWorld, auditWorld } from '../../../test/audit.js';
import { AuditRetentionJob } from './retention.job.js';

let audit: AuditWorld;

beforeAll(async () => {
  audit = await auditWorld();
  // The only turns are those of this spec.
  await audit.world.service.app.get(Jobs).stop();
});
afterAll(() => audit?.stop());

const monthAfter = (count: number): Date => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + count, 1));
};
const nameOf = (month: Date) => `audit_logs_${month.toISOString().slice(0, 7).replace('-', '_')}`;
const names = async () =>
  (await audit.world.rows<{ name: string }>('SELECT name FROM platform.audit_partitions()')).map(({ name }) => name);
const ahead = async () =>
  /^audit_log_months_ahead\{.*\} (\d+)$/m.exec(await audit.world.service.app.get(Metrics).text())?.[1];

test('months of the log are made before they begin: the clock goes over a boundary, and a record lands in the next', async () => {
  const { tenant } = await audit.tenantWith(1);
  expect(await names()).not.toContain(nameOf(monthAfter(3)));
  expect(await ahead()).toBe('2');

  // The last second of next month, the first of the one after: the month that was the farthest is one ahead.
  const job = audit.world.service.app.get(AuditRetentionJob);
  await job.turn(new Date(monthAfter(2).getTime() - 1_000));
  await job.turn(monthAfter(2));
  const all = await names();
  expect(all).toEqual(expect.arrayContaining([2, 3, 4].map((count) => nameOf(monthAfter(count)))));
  expect(all).not.toContain(nameOf(monthAfter(5)));
  expect(await ahead()).toBe('4');

  // A partition inherits no policy, no grant and no trigger: it has its own.
  const rules = ['row-level-security', 'tenant-policy', 'other-policy'];
  const found = await catalogViolations(audit.world.database.urls.superuser, {
    schema: 'platform',
    globalTables: [],
    only: rules,
  });
  expect(found.filter(({ at }) => at.startsWith('audit_logs'))).toEqual([]);
  const granted = await audit.world.rows(
    `SELECT c.relname, a.grantee::regrole::text AS grantee FROM pg_class c, aclexplode(c.relacl) a
     WHERE c.relname = $1 AND a.grantee <> 'platform_migrator'::regrole`,
    [nameOf(monthAfter(4))],
  );
  expect(granted).toEqual([]);
  const { superuser } = audit.world.database.urls;
  await expect(query(superuser, `DELETE FROM platform.${nameOf(monthAfter(4))}`)).rejects.toThrow(/append-only/);

  // Time in the log never goes back, so a head of that month takes what comes there.
  const then = new Date(monthAfter(3).getTime() + 1_000);
  await audit.tamper('UPDATE platform.audit_heads SET recorded_at = $2 WHERE tenant_id = $1', [tenant.id, then]);
  await audit.product.report(tenant.id, audit.record(tenant));
  const reported = (await audit.logged(tenant, 2)).at(-1);
  const [row] = await audit.world.rows(
    'SELECT tableoid::regclass::text AS partition FROM platform.audit_logs WHERE tenant_id = $1 AND seq = $2',
    [tenant.id, reported?.seq],
  );
  expect(row).toEqual({ partition: nameOf(monthAfter(3)) });
  expect(await audit.verify(tenant)).toMatchObject({ intact: true });
});

test('a month that is missing is seen before it begins', async () => {
  for (const name of (await names()).filter((each) => each > nameOf(new Date())))
    await audit.tamper(`DROP TABLE platform.${name}`);
  expect(await ahead()).toBe('0');
  await audit.world.service.app.get(AuditRetentionJob).turn(new Date());
  expect(await ahead()).toBe('2');
});
