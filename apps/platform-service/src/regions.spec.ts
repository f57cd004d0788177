import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Operation, SYSTEM_TENANT_ID } from '@kit/contracts';
import { jobOrigin, type RequestContext, UnitOfWork, UnreadableMessage } from '@kit/service';
import {
  createTenant,
  leaseUsage,
  locateTenant,
  platformOperations,
  readState,
  updateTenant,
} from '@platform/contracts';
import { getMetadataStorage } from 'class-validator';
import { v7 as uuidv7 } from 'uuid';
import { PASSWORD, type PlatformWorld, platformWorld, SUPER_ADMIN } from '../test/world.js';
import { Regions } from './regions.js';

let world: PlatformWorld;
let token: string;

beforeAll(async () => {
  world = await platformWorld({ PLATFORM_REGIONS: 'no-east,no-west' });
  token = (await world.signIn(SUPER_ADMIN.email, SUPER_ADMIN.password)).accessToken;
}, 120_000);
afterAll(() => world?.stop());

const request = (slug: string, more: object = {}) => ({
  slug,
  name: slug,
  administrator: { email: `admin@${slug}.example`, name: 'Admin', password: PASSWORD },
  ...more,
});

describe('a tenant', () => {
  test('is at home unless told, in a region that is named, and nowhere else', async () => {
    expect(await world.done(createTenant, request('aust'), { token })).toMatchObject({ region: 'no-east' });
    const west = await world.done(createTenant, request('vest', { region: 'no-west' }), { token });
    expect(west).toMatchObject({ region: 'no-west' });
    const { refusal } = await world.call(createTenant, request('nord', { region: 'no-north' }), { token });
    expect(refusal).toMatchObject({ code: 'REGION_UNKNOWN', details: { regions: ['no-east', 'no-west'] } });
  });

  test('is found by its id, its slug and the id of a connection of its own', async () => {
    const { id } = await world.done(createTenant, request('finn', { region: 'no-west' }), { token });
    const integrationId = uuidv7();
    await world.rows(
      `INSERT INTO platform.integration_configs (tenant_id, id, kind, name, config, created_by, updated_by)
       VALUES ($1, $2, 'k', 'n', '{}', $1, $1)`,
      [id, integrationId],
    );
    for (const [by, key] of [
      ['id', id],
      ['slug', 'finn'],
      ['integration', integrationId],
    ]) {
      expect(await world.done(locateTenant, { by, key })).toEqual({ tenantId: id, region: 'no-west' });
    }
    expect(await world.done(locateTenant, { by: 'id', key: SYSTEM_TENANT_ID })).toMatchObject({ region: 'global' });
    for (const [by, key] of [
      ['id', uuidv7()],
      ['id', "' OR true --"],
      ['integration', id],
      ['slug', 'ingen'],
    ]) {
      expect(await world.code(locateTenant, { by, key })).toBe('NOT_FOUND');
    }
  });

  test('moves while it never had a licence, and all of it is told once more; with one it stays', async () => {
    const { id } = await world.done(createTenant, request('flytt'), { token });
    const move = (region: string, ifMatch: number) => world.code(updateTenant, { id, region }, { token, ifMatch });
    expect(await move('no-north', 1)).toBe('REGION_UNKNOWN');
    const toldOf = (aggregate: string) =>
      world.rows(
        `SELECT subject FROM platform.outbox WHERE tenant_id = $1 AND subject LIKE 'platform.state.%'
        AND split_part(subject, '.', 4) = $2`,
        [id, aggregate],
      );
    const before = await toldOf('user');
    expect(await move('no-west', 1)).toBe('OK');
    expect(await world.done(locateTenant, { by: 'id', key: id })).toMatchObject({ region: 'no-west' });
    expect(await toldOf('user')).toHaveLength(2 * before.length);
    await world.rows(
      `INSERT INTO platform.entitlements (tenant_id, module_key, source, status, valid_from, created_by, updated_by)
       VALUES ($1, 'reports.writing', 'manual', 'revoked', now(), $1, $1)`,
      [id],
    );
    expect(await move('no-east', 2)).toBe('REGION_FIXED');
    expect(await world.code(updateTenant, { id, region: 'no-west', name: 'Flytta' }, { token, ifMatch: 2 })).toBe('OK');
  });
});

describe('a product in a region', () => {
  const regions = () => world.service.app.get(Regions, { strict: false });
  const asked = (operation: unknown, request: object, region?: string) =>
    regions().admitInternal({
      principal: { kind: 'product', key: 'reports', ...(region && { region }) },
      operation,
      request,
    } as RequestContext);

  test('asks about the tenants in it, about nobody’s, and where others are; no more', async () => {
    const { id } = await world.done(createTenant, request('spor', { region: 'no-west' }), { token });
    const lease = { tenantId: id };
    await asked(leaseUsage, lease, 'no-west');
    await expect(asked(leaseUsage, lease)).rejects.toMatchObject({ code: 'REGION_MISMATCH' });
    await expect(asked(leaseUsage, lease, 'no-north')).rejects.toMatchObject({ code: 'REGION_MISMATCH' });
    await asked(readState, { aggregate: 'tenant', tenantId: id, ids: [id] });
    const users = asked(readState, { aggregate: 'user', tenantId: id, ids: [id] });
    await expect(users).rejects.toMatchObject({ code: 'REGION_MISMATCH' });
    await asked(leaseUsage, { tenantId: SYSTEM_TENANT_ID }, 'no-north');
    await asked(leaseUsage, { tenantId: uuidv7() });
  });

  test('is asked for its tenant by every internal operation but those that concern none', () => {
    const fieldsOf = (operation: Operation) =>
      new Set(
        getMetadataStorage()
          .getTargetValidationMetadatas(operation.request, '', true, false)
          .map((each) => each.propertyName),
      );
    const without = (platformOperations as readonly Operation[])
      .filter((operation) => operation.access.kind === 'internal' && !fieldsOf(operation).has('tenantId'))
      .map(({ id }) => id);
    expect(without).toEqual(['registerProduct']);
  });

  test('is believed about them, and about no others', async () => {
    const { id } = await world.done(createTenant, request('tro', { region: 'no-west' }), { token });
    const work = world.service.app.get(UnitOfWork, { strict: false });
    const [home, west] = regions().durablesOf('reports', 'platform_audit');
    expect([home, west]).toEqual([
      { region: 'no-east', durable: 'platform_audit' },
      { region: 'no-west', durable: 'platform_audit_no_west' },
    ]);
    expect(regions().durablesOf('platform', 'platform_audit')).toEqual([{ region: null, durable: 'platform_audit' }]);
    const says = (place: typeof home, tenantId = id) =>
      work.runAs(jobOrigin(tenantId, 'test'), (tx) => regions().requireOwn(tx, place as never));
    await says(west);
    await says(home, SYSTEM_TENANT_ID);
    await expect(says(home)).rejects.toThrow(UnreadableMessage);
  });
});
