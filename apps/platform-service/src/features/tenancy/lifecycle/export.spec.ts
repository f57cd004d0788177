import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SYSTEM_DATABASE } from '@kit/service';
import { eventually } from '@kit/testing';
import {
  addMember,
  createInvitation,
  createOrganization,
  createUser,
  exportTenant,
  getMe,
  putSetting,
  putSubscription,
  READABLE_STATES,
  registerProduct,
  updateOrganization,
} from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { productOf, reports } from '../../../../test/product.js';
import { grantOf, PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';
import { bringIn } from '../../../bring-in.js';
import { importTenant } from './import.js';

let here: PlatformWorld;
let there: PlatformWorld;
let tenant: TestTenant;
let token: string;

beforeAll(async () => {
  here = await platformWorld();
  there = await platformWorld();
  for (const world of [here, there]) {
    const product = await productOf(world);
    await product.call(registerProduct, reports(product.key));
    await product.close();
  }
  token = await here.superToken();
  tenant = await here.tenant('flytter');
  const [{ key } = { key: '' }] = await here.rows<{ key: string }>('SELECT key FROM platform.products');
  await here.done(putSubscription, { id: tenant.id, product: key, planKey: 'large' }, { token });
  const caller = { token: tenant.token };
  const first = await here.done(createOrganization, { name: 'First', kind: 'unit' }, caller);
  const second = await here.done(createOrganization, { name: 'Second', kind: 'unit' }, caller);
  await here.done(updateOrganization, { id: first.id, parentId: second.id }, { ...caller, ifMatch: 1 });
  const user = await here.done(createUser, { email: 'u@flytter.example', name: 'Ærlig', password: PASSWORD }, caller);
  await here.done(addMember, { id: first.id, userId: user.id }, caller);
  await grantOf(here, tenant, user.id, 'organization_administrator', 'org', first.id);
  await here.done(createInvitation, { email: 'g@flytter.example', orgId: first.id }, caller);
  await here.done(putSetting, { key: 'platform.invitation-days', value: 9 }, { ...caller, ifMatch: 0 });
}, 60_000);
afterAll(async () => {
  await there?.stop({ postgres: false });
  await here?.stop();
});

async function exported(world: PlatformWorld, caller: string): Promise<string[]> {
  const content: string[] = [];
  let cursor: string | null = null;
  do {
    const chunk: { content: string; next: string | null } = await world.done(
      exportTenant,
      { id: tenant.id, ...(cursor !== null && { cursor }) },
      { token: caller },
    );
    content.push(chunk.content);
    cursor = chunk.next;
  } while (cursor !== null);
  return content.join('').split('\n').slice(0, -1);
}
async function* each(lines: readonly string[]): AsyncIterable<string> {
  yield* lines;
}
const database = (world: PlatformWorld) => world.service.app.get<DataSource>(SYSTEM_DATABASE, { strict: false });
/** What happens by itself while we look: jobs, audit records still on their way, mails being sent. */
const still = (lines: readonly string[]) =>
  lines.slice(1).filter((line) => !/^\{"table":"(audit_\w+|mails|sessions|user_sessions)"/.test(line));

test('a tenant is brought into an empty environment with all its rows and ids, and works there', async () => {
  const lines = await exported(here, token);
  const { tenantId, tables, states } = await bringIn(database(there), each(lines));
  expect(tenantId).toBe(tenant.id);
  expect(tables).toMatchObject({ tenants: 1, organizations: 2, invitations: 1, tenant_settings: 1, subscriptions: 1 });
  const again = await exported(there, await there.superToken());
  // A plan's own id is the installation's; everything else is the same to the letter.
  const ids = (line: string) => line.replace(/"(scheduled_)?plan_id": ?"[0-9a-f-]+"/g, '"plan_id": "…"');
  expect(still(again).map(ids)).toEqual(still(lines).map(ids));
  expect(states).toBeGreaterThan(12);
  await eventually(async () => {
    const published = await there.rows<{ aggregate: string }>(
      `SELECT DISTINCT split_part(subject, '.', 4) AS aggregate FROM platform.outbox
       WHERE tenant_id = $1 AND published_at IS NOT NULL AND subject LIKE 'platform.state.%' ORDER BY 1`,
      [tenant.id],
    );
    expect(published.map(({ aggregate }) => aggregate)).toEqual([...READABLE_STATES].sort());
  });
  const { accessToken } = await there.signIn('u@flytter.example', PASSWORD, 'flytter');
  const me = await there.done(getMe, {}, { token: accessToken });
  expect(me.grants).toMatchObject([{ roleKey: 'organization_administrator', scope: 'org' }]);
});

test('an import is all or nothing: again, cut short or of an unknown plan it changes nothing', async () => {
  const lines = await exported(here, token);
  await expect(importTenant(database(there), each(lines))).rejects.toThrow(/duplicate key/);
  await expect(importTenant(database(there), each(['{"table":"users","row":{}}']))).rejects.toThrow(/no|not/);
  const head = JSON.parse(lines[0] as string);
  const unknown = { ...head, plans: [{ ...head.plans[0], key: 'nowhere' }] };
  await expect(importTenant(database(there), each([JSON.stringify(unknown)]))).rejects.toThrow(/not registered/);
});

test('an export is a matter of the system', async () => {
  expect(await here.code(exportTenant, { id: tenant.id }, { token: tenant.token })).toBe('FORBIDDEN');
  expect(await here.code(exportTenant, { id: uuidv7() }, { token })).toBe('NOT_FOUND');
  expect(await here.code(exportTenant, { id: tenant.id, cursor: 'nonsense' }, { token })).toBe('VALIDATION_FAILED');
});
