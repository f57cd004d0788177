import {
  checkAuthorization,
  createOrganization,
  createRole,
  createUser,
  type GrantScope,
  grantRole,
  listRoles,
  type Role,
  registerProduct,
} from '@platform/contracts';
import { productOf, reports } from './product.js';
import { PASSWORD, platformWorld } from './world.js';

export interface Person {
  id: string;
  token: string;
}

/** PLATFORM with a product, and a tenant with an organization below another, whose people hold what a spec gives them. */
export async function accessWorld() {
  // Specs that move the clock, on a machine that may be slow: tokens of a quarter of an hour.
  const world = await platformWorld({ ACCESS_TOKEN_SECONDS: '900' });
  const product = await productOf(world);
  const { key } = product;
  await product.call(registerProduct, reports(key));
  await product.close();
  const tenant = await world.tenant('fjell');
  const { token } = tenant;
  const org = async (name: string, parentId: string | null) =>
    (await world.done(createOrganization, { name, kind: 'unit', parentId }, { token })).id;
  const orgId = await org('parent', null);
  const childId = await org('child', orgId);

  let made = 0;
  const give = (userId: string, roleId: string, scope: GrantScope = 'tenant', more: object = {}) =>
    world.done(grantRole, { id: userId, roleId, scope, ...more }, { token });
  return {
    world,
    tenant,
    key,
    orgId,
    childId,
    give,
    async person(...roles: [string, GrantScope][]): Promise<Person> {
      made += 1;
      const email = `person${made}@fjell.example`;
      const { id } = await world.done(createUser, { email, name: `Person ${made}`, password: PASSWORD }, { token });
      for (const [roleId, scope] of roles) await give(id, roleId, scope);
      return { id, token: (await world.signIn(email, PASSWORD, 'fjell')).accessToken };
    },
    role(permissions: string[], more: object = {}, by = token): Promise<Role> {
      made += 1;
      const request = { key: `role_${made}`, name: 'Role', scope: 'tenant' as const, permissions, ...more };
      return world.done(createRole, request, { token: by });
    },
    async named(roleKey: string): Promise<Role> {
      const { data } = await world.done(listRoles, { limit: 200 }, { token });
      return data.find((one) => one.key === roleKey) as Role;
    },
    may: async (who: Person, permission: string) =>
      (await world.done(checkAuthorization, { permission }, { token: who.token })).allowed,
  };
}

export type AccessWorld = Awaited<ReturnType<typeof accessWorld>>;
