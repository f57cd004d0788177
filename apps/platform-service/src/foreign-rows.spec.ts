import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SYSTEM_TENANT_ID } from '@kit/contracts';
import { eventually } from '@kit/testing';
import { createOrganization, endSession, getMe, getOrganization, getUser } from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { type PlatformWorld, platformWorld, type TestTenant } from '../test/world.js';

let world: PlatformWorld;
let fjell: TestTenant;
let vidde: TestTenant;

beforeAll(async () => {
  world = await platformWorld();
  fjell = await world.tenant('fjell');
  vidde = await world.tenant('vidde');
});
afterAll(() => world?.stop());

const attempts = () =>
  world.rows<{ tenant_id: string; entity_type: string; entity_id: string; actor_id: string }>(
    `SELECT tenant_id, entity_type, entity_id, actor_id FROM platform.audit_logs
     WHERE action = 'security.cross-tenant.attempt' ORDER BY entity_type, tenant_id`,
  );

test('an attempt at another tenant’s row is audited where it belongs and with the system, not with the caller', async () => {
  const organization = await world.done(createOrganization, { name: 'Theirs', kind: 'unit' }, { token: vidde.token });
  const { sessionId } = await world.done(getMe, {}, { token: vidde.token });
  const caller = { token: fjell.token };
  await world.code(getUser, { id: uuidv7() }, caller);
  await world.code(getUser, { id: vidde.administratorId }, caller);
  await world.code(getOrganization, { id: organization.id }, caller);
  await world.code(endSession, { id: sessionId }, caller);

  const expected = [
    ['organization', organization.id],
    ['session', sessionId],
    ['user', vidde.administratorId],
  ].flatMap(([entity_type, entity_id]) =>
    [SYSTEM_TENANT_ID, vidde.id].map((tenant_id) => ({
      tenant_id,
      entity_type,
      entity_id,
      actor_id: fjell.administratorId,
    })),
  );
  await eventually(async () => expect(await attempts()).toEqual(expected));
});

test('the lookup role learns whose a row is, and nothing else of it', async () => {
  const may = await world.rows<{ at: string }>(
    `SELECT c.relname || '.' || a.attname AS at
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
     WHERE c.relnamespace = 'platform'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'tenants'
       AND EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id')
       AND has_column_privilege('platform_lookup', c.oid, a.attnum, 'SELECT') AND a.attname NOT IN ('tenant_id', 'id')`,
  );
  expect(may).toEqual([]);
  const [keys] = await world.rows<{ may: boolean }>(
    "SELECT has_table_privilege('platform_lookup', 'platform.signing_keys', 'SELECT') AS may",
  );
  expect(keys?.may).toBe(false);
});
