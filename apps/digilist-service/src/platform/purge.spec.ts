import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RunningService, SYSTEM_DATABASE, tenantTableGroups } from '@kit/service';
import { eventually } from '@kit/testing';
import { reportTenantPurged, tenantState } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { DigilistWorld } from '../testing/digilist-world.js';
import { Belongings } from './belongings.js';
import { PurgeJob } from './purge.job.js';
import { foundTown, type Town } from './testing/platform-stand-in.js';

let world: DigilistWorld;
let service: RunningService;
let gone: Town;
let stays: Town;

beforeAll(async () => {
  world = await DigilistWorld.open();
  service = await world.start();
  gone = await foundTown(world.platform, { roles: { manager: ['digilist.*.*'] } });
  stays = await foundTown(world.platform);
  await eventually(async () => {
    expect((await left(stays.tenantId)).platform_entitlements).toBe(3);
    expect((await left(gone.tenantId)).platform_entitlements).toBe(3);
  });
});
afterAll(() => world?.close());

const turn = () => service.app.get(PurgeJob, { strict: false }).turn(new Date());

async function left(tenantId: string): Promise<Record<string, number>> {
  const database = service.app.get<DataSource>(SYSTEM_DATABASE, { strict: false });
  const counts: Record<string, number> = {};
  const groups = await tenantTableGroups(database, 'digilist', 'platform_tenants');
  for (const table of groups.flat()) {
    const [row] = await world.rows<{ n: number }>(
      `SELECT count(*)::int AS n FROM digilist.${table} WHERE tenant_id = $1`,
      [tenantId],
    );
    if (row && row.n > 0) counts[table] = row.n;
  }
  return counts;
}

async function becomes(status: string, version: number): Promise<void> {
  const data = { slug: gone.slug, name: 'x', status, region: 'no', locale: 'nb', timezone: 'Europe/Oslo' };
  await world.platform.publish(tenantState, {
    id: gone.tenantId,
    tenantId: gone.tenantId,
    version,
    deleted: false,
    time: new Date().toISOString(),
    data: { id: gone.tenantId, version, serviceUserId: gone.orgId, ...data },
  });
  await eventually(async () => {
    const rows = await world.rows('SELECT status FROM digilist.platform_tenants WHERE id = $1', [gone.tenantId]);
    expect(rows).toEqual([{ status }]);
  });
}

test('what belongs to bookings goes before them, wherever their foreign keys stand', async () => {
  const database = service.app.get<DataSource>(SYSTEM_DATABASE, { strict: false });
  const order = (await tenantTableGroups(database, 'digilist', 'platform_tenants')).flat();
  for (const part of ['allocations', 'booking_items', 'booking_history', 'terms_acceptances'])
    expect([part, order.indexOf(part) < order.indexOf('bookings')]).toEqual([part, true]);
});

test('a tenant that PLATFORM purges leaves no row here, is reported with its counts, and touches no other', async () => {
  const before = await left(gone.tenantId);
  const others = await left(stays.tenantId);
  expect(Object.keys(before).length).toBeGreaterThan(4);
  await turn();
  expect(await left(gone.tenantId)).toEqual(before);

  await becomes('purging', 2);
  // What lies elsewhere than in tables goes while the tables still say where.
  const belongings = service.app.get(Belongings, { strict: false });
  const rowsThen: number[] = [];
  belongings.of(async (tenantId) => {
    if (tenantId === gone.tenantId) rowsThen.push(Object.keys(await left(tenantId)).length);
  });
  // PLATFORM does not answer at first: what was deleted is reported with the next turn.
  await expect(turn()).rejects.toThrow();
  const reports: { tenantId: string; tables: Record<string, number> }[] = [];
  world.platform.answer(reportTenantPurged, (report: never) => {
    reports.push(report);
    return {};
  });
  await turn();
  expect(Object.keys(await left(gone.tenantId))).toEqual(['tenant_purges']);
  expect(rowsThen[0]).toBe(Object.keys(before).length);
  expect(reports.at(-1)?.tenantId).toBe(gone.tenantId);
  const { inbox: _, ...counted } = reports.at(-1)?.tables ?? {};
  const { inbox: __, ...expected } = before;
  expect(counted).toEqual(expected);
  expect(await left(stays.tenantId)).toEqual(others);

  await becomes('purged', 3);
  await turn();
  expect(await left(gone.tenantId)).toEqual({});
});
