import { getListing } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningService, SYSTEM_DATABASE, tenantTableGroups } from '@kit/service';
import { eventually, stopPostgres } from '@kit/testing';
import { readState, tenantState, userState } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { ListingsModule } from '../features/listings/index.js';
import { DigilistWorld } from '../testing/digilist-world.js';
import { PurgeJob } from './purge.job.js';
import { foundTown, settle, stateMessage, type Town } from './testing/platform-stand-in.js';

let world: DigilistWorld;
let service: RunningService;

beforeAll(async () => {
  world = await DigilistWorld.open({ environment: { DIGILIST_REGION: 'no-west' } });
  service = await world.start([ListingsModule]);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const LISTING = `INSERT INTO digilist.listings (tenant_id, org_id, listing_type, booking_model, name, created_by, updated_by)
  VALUES ($1, $2, 'SPACE', 'TIME_RANGE', '{"nb":"Hall"}', $1, $1)`;

/** Rows of a tenant, in every table there is. */
async function rowsOf(tenantId: string): Promise<Record<string, number>> {
  const database = service.app.get<DataSource>(SYSTEM_DATABASE, { strict: false });
  const tables = (await tenantTableGroups(database, 'digilist', '')).flat();
  const counts = tables.map(
    (table) => `SELECT '${table}' AS name, count(*)::int AS n FROM digilist.${table} WHERE tenant_id = $1`,
  );
  const rows = await world.rows<{ name: string; n: number }>(counts.join(' UNION ALL '), [tenantId]);
  return Object.fromEntries(rows.filter(({ n }) => n > 0).map(({ name, n }) => [name, n]));
}

/** Everything published before has been dealt with once this tenant is here. */
async function arrived(): Promise<Town> {
  const town = await foundTown(world.platform, { region: 'no-west' });
  await eventually(async () => expect(await rowsOf(town.tenantId)).toMatchObject({ platform_entitlements: 3 }));
  return town;
}

async function tellTenant(town: Town, version: number, region: string): Promise<void> {
  const data = { slug: town.slug, name: 'Storevik', status: 'active', region, locale: 'nb', timezone: 'Europe/Oslo' };
  const message = stateMessage(town.tenantId, town.tenantId, version, { ...data, serviceUserId: uuidv7() });
  await world.platform.publish(tenantState, message);
}

describe('a service of one region', () => {
  it('keeps nothing of the tenants of others: no copy, and no note that one passed', async () => {
    const elsewhere = await foundTown(world.platform, { region: 'no-east', roles: { reader: ['digilist.*.read'] } });
    await settle(world.platform, elsewhere, { role: 'reader', scope: 'tenant' });
    const here = await arrived();
    expect(await rowsOf(elsewhere.tenantId)).toEqual({});
    expect(await rowsOf(here.tenantId)).toMatchObject({ platform_tenants: 1, platform_organizations: 4 });
  });

  it('fetches nothing either for somebody who is sent here by mistake', async () => {
    const elsewhere = await foundTown(world.platform, { region: 'no-east', roles: { reader: ['digilist.*.read'] } });
    const { userId } = await settle(world.platform, elsewhere, { role: 'reader', scope: 'tenant' });
    const answer = await world.call(getListing, elsewhere, userId, { id: uuidv7() });
    expect(answer).toMatchObject({ ok: false, body: { kind: 'unauthenticated' } });
    expect(await rowsOf(elsewhere.tenantId)).toEqual({});
  });

  it('lets go of a tenant that has moved, once its own events are told, and takes it up when it comes back', async () => {
    const town = await arrived();
    const turn = () => service.app.get(PurgeJob, { strict: false }).turn(new Date());
    await tellTenant(town, 2, 'no-east');
    await arrived();
    await eventually(async () => {
      await turn();
      expect(await rowsOf(town.tenantId)).toEqual({});
    });
    await tellTenant(town, 3, 'no-west');
    await eventually(async () => expect(await rowsOf(town.tenantId)).toMatchObject({ platform_tenants: 1 }));
  });

  it('lets states wait while PLATFORM cannot say whose they are', async () => {
    const town = await arrived();
    await world.platform.leave();
    const { userId } = await settle(world.platform, town, null);
    await world.platform.publish(userState, stateMessage(town.tenantId, uuidv7(), 1, { name: 'Ola', email: 'o@x.no' }));
    const known = () => world.rows('SELECT id FROM digilist.platform_users WHERE id = $1', [userId]);
    expect(await known()).toEqual([]);
    world.platform.arrive();
    await eventually(async () => expect(await known()).toHaveLength(1));
    expect(world.platform.calls.some(({ subject }) => subject === readState.subject.replace('*', 'digilist'))).toBe(
      true,
    );
  });
});

describe('a database that belongs to another region', () => {
  it('is refused at the start, with what to do', async () => {
    const town = await arrived();
    await world.rows('UPDATE digilist.platform_tenants SET region = $2 WHERE id = $1', [town.tenantId, 'no-north']);
    await world.rows(LISTING, [town.tenantId, town.orgId]);
    await expect(world.start()).rejects.toThrow(
      'DIGILIST_REGION is no-west, but the database has listings of tenants in no-north: give the service the database',
    );
  });
});
