import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createUser, listUserRoles, revokeRole, type User, updateUser } from '@platform/contracts';
import { grantOf, PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';

let world: PlatformWorld;
beforeAll(async () => {
  world = await platformWorld();
});
afterAll(() => world?.stop());

let count = 0;
/** A tenant with two administrators, each signed in. */
async function pair(): Promise<{ tenant: TestTenant; second: User; token: string }> {
  const tenant = await world.tenant(`par${++count}`);
  const email = `second@${tenant.slug}.example`;
  const second = await world.done(createUser, { email, name: 'Second', password: PASSWORD }, { token: tenant.token });
  await grantOf(world, tenant, second.id, 'tenant_administrator', 'tenant');
  return { tenant, second, token: (await world.signIn(email, PASSWORD, tenant.slug)).accessToken };
}
const grantIdOf = async (tenant: TestTenant, id: string) =>
  (await world.done(listUserRoles, { id }, { token: tenant.token })).data[0]?.id as string;
const administrators = async ({ id }: TestTenant) => {
  const rows = await world.rows(
    `SELECT 1 FROM platform.user_roles g
     JOIN platform.users u ON u.tenant_id = g.tenant_id AND u.id = g.user_id AND u.status = 'active'
     JOIN platform.roles r ON r.tenant_id = g.tenant_id AND r.id = g.role_id AND r.key = 'tenant_administrator'
     WHERE g.tenant_id = $1 AND g.status = 'active'`,
    [id],
  );
  return rows.length;
};

test('two administrators who demote each other, or themselves, at the same time leave one', async () => {
  for (let round = 0; round < 4; round++) {
    const { tenant, second, token } = await pair();
    const [first, other] = [await grantIdOf(tenant, tenant.administratorId), await grantIdOf(tenant, second.id)];
    const own = round % 2 === 0;
    const answers = await Promise.all([
      world.code(revokeRole, { id: tenant.administratorId, grantId: first }, { token: own ? tenant.token : token }),
      world.code(revokeRole, { id: second.id, grantId: other }, { token: own ? token : tenant.token }),
    ]);
    expect(answers.filter((answer) => answer === 'OK')).toHaveLength(1);
    expect(await administrators(tenant)).toBe(1);
  }
});

test('two administrators who suspend each other at the same time leave one', async () => {
  for (let round = 0; round < 3; round++) {
    const { tenant, second, token } = await pair();
    const [row] = await world.rows<{ version: number }>('SELECT version FROM platform.users WHERE id = $1', [
      tenant.administratorId,
    ]);
    const suspended = { status: 'suspended' } as const;
    const answers = await Promise.all([
      world.code(updateUser, { id: second.id, ...suspended }, { token: tenant.token, ifMatch: second.version }),
      world.code(updateUser, { id: tenant.administratorId, ...suspended }, { token, ifMatch: row?.version as number }),
    ]);
    expect(answers.filter((answer) => answer === 'OK')).toHaveLength(1);
    expect(await administrators(tenant)).toBe(1);
  }
});

test('a suspension and a demotion that together leave nobody do not both happen', async () => {
  const { tenant, second, token } = await pair();
  const grantId = await grantIdOf(tenant, tenant.administratorId);
  const answers = await Promise.all([
    world.code(updateUser, { id: second.id, status: 'suspended' }, { token: tenant.token, ifMatch: second.version }),
    world.code(revokeRole, { id: tenant.administratorId, grantId }, { token }),
  ]);
  expect(answers.filter((answer) => answer === 'OK')).toHaveLength(1);
  expect(await administrators(tenant)).toBe(1);
});

test('an administrator whose grant runs out, or who is suspended, does not count', async () => {
  const { tenant, second } = await pair();
  await world.rows("UPDATE platform.user_roles SET expires_at = now() + interval '1 day' WHERE user_id = $1", [
    second.id,
  ]);
  const grantId = await grantIdOf(tenant, tenant.administratorId);
  const revoke = () => world.code(revokeRole, { id: tenant.administratorId, grantId }, { token: tenant.token });
  expect(await revoke()).toBe('LAST_ADMINISTRATOR');
  await world.rows('UPDATE platform.user_roles SET expires_at = NULL WHERE user_id = $1', [second.id]);
  await world.rows("UPDATE platform.users SET status = 'suspended' WHERE id = $1", [second.id]);
  expect(await revoke()).toBe('LAST_ADMINISTRATOR');
  await world.rows("UPDATE platform.users SET status = 'active' WHERE id = $1", [second.id]);
  expect(await revoke()).toBe('OK');
});
