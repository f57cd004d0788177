import { type JobList, listJobs } from '@digilist/contracts';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SYSTEM_TENANT_ID } from '@kit/contracts';
import type { RunningService } from '@kit/service';
import { eventually, stopPostgres } from '@kit/testing';
import { foundTown, settle, type Town } from '../../platform/testing/platform-stand-in.js';
import { DigilistWorld } from '../../testing/digilist-world.js';
import { BookingsModule } from '../bookings/index.js';
import { HoldsModule } from '../holds/index.js';
import { RetentionModule } from '../retention/index.js';
import { JobsModule } from './index.js';

const ROLES = { super: ['*'] };

let world: DigilistWorld;
let service: RunningService;
let system: Town;
let town: Town;

beforeAll(async () => {
  world = await DigilistWorld.open();
  service = await world.start([JobsModule, RetentionModule, BookingsModule, HoldsModule]);
  system = await foundTown(world.platform, { id: SYSTEM_TENANT_ID, roles: ROLES });
  town = await foundTown(world.platform, { roles: ROLES });
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const asked = async (of: Town, scope: 'saas' | 'tenant' | 'org') => {
  const { userId } = await settle(world.platform, of, {
    role: 'super',
    scope,
    ...(scope === 'org' && { orgId: of.orgId }),
  });
  await eventually(async () => {
    const known = 'SELECT FROM digilist.platform_user_roles WHERE user_id = $1';
    if ((await world.rows(known, [userId])).length === 0) throw new Error('not projected yet');
  });
  return world.call(listJobs, of, userId);
};

it('shows administrators of the system every job there is: how often, when last and with what outcome, when next', async () => {
  await eventually(async () => {
    const { data } = (await asked(system, 'saas')).body as unknown as JobList;
    expect(data.map(({ name }) => name)).toEqual([...data.map(({ name }) => name)].sort());
    expect(data).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'digilist.retention',
          everySeconds: 86_400,
          runningSince: null,
          runningOn: null,
          lastOutcome: 'ok',
          lastError: null,
          lastRunOn: expect.stringContaining(`:${process.pid}`),
          runs: 1,
          failures: 0,
        }),
        expect.objectContaining({ name: 'digilist.sweep-holds', everySeconds: 20 }),
        expect.objectContaining({ name: 'purge-tenants' }),
      ]),
    );
  });
});

it('is none of the business of anybody who administers a tenant', async () => {
  expect((await asked(town, 'tenant')).code).toBe('FORBIDDEN');
  expect((await asked(town, 'org')).code).toBe('FORBIDDEN');
  expect((await asked(system, 'org')).code).toBe('FORBIDDEN');
});

it('is measured for each job', async () => {
  const metrics = await (await fetch(`http://127.0.0.1:${service.healthPort}/metrics`)).text();
  expect(metrics).toMatch(/job_runs_total\{job="digilist\.retention",outcome="ok",service="digilist"\} 1/);
  expect(metrics).toMatch(/job_duration_seconds_count\{.*job="digilist\.retention".*\} 1/);
  expect(metrics).toMatch(/job_last_success_timestamp_seconds\{job="digilist\.retention",service="digilist"\} \d{10}/);
});
