import type { Client } from '@digilist/client';
import type { DemoTenant } from '../accounts.js';
import type { PersonContent, TenantContent } from '../content/types.js';
import { all, oncePropagated, page, unless } from './steps.js';

/** Organizations by key. */
export type Organizations = Map<string, string>;

/** Each below the one above, so in the order of the content. */
export async function seedOrganizations(admin: Client, content: TenantContent): Promise<Organizations> {
  const there = await all((cursor) => admin.platform.listOrganizations(page(cursor)));
  const ids: Organizations = new Map();
  for (const { key, name, kind, parent } of content.organizations) {
    const parentId = parent === undefined ? null : found(ids, parent);
    const existing = there.find((one) => one.name === name && one.parentId === parentId);
    const { id } = existing ?? (await admin.platform.createOrganization({ name, kind, parentId }));
    ids.set(key, id);
  }
  return ids;
}

export async function seedPeople(
  admin: Client,
  tenant: DemoTenant,
  content: TenantContent,
  orgs: Organizations,
): Promise<number> {
  const shown: PersonContent[] = tenant.users
    .filter(({ roles }) => !roles.includes('tenant_admin'))
    .map(({ email, name, password }) => ({ email, name, password, grants: [], ...content.shown[email] }));
  const people = [...shown, ...content.people];
  const there = await all((cursor) => admin.platform.listUsers(page(cursor)));
  const roles = await all((cursor) => admin.platform.listRoles(page(cursor)));
  const roleOf = (key: string) => {
    const role = roles.find((one) => one.key === key);
    if (!role) throw new Error(`tenant ${tenant.slug} has no role ${key}: has the product registered?`);
    return role;
  };
  await Promise.all(
    people.map(async ({ email, name, password, grants, memberOf = [] }) => {
      const existing = there.find((user) => user.email === email);
      const { id } = existing ?? (await oncePropagated(() => admin.platform.createUser({ email, name, password })));
      const held = existing ? await all((cursor) => admin.platform.listUserRoles({ id, ...page(cursor) })) : [];
      for (const { role: key, org } of grants) {
        const role = roleOf(key);
        const orgId = org === undefined ? null : found(orgs, org);
        if (held.some((grant) => grant.roleId === role.id && grant.orgId === orgId)) continue;
        const scope = orgId === null ? role.scope : 'org';
        await admin.platform.grantRole({ id, roleId: role.id, scope, ...(orgId !== null && { orgId }) });
      }
      for (const org of memberOf) {
        await unless('MEMBERSHIP_EXISTS', () => admin.platform.addMember({ id: found(orgs, org), userId: id }));
      }
    }),
  );
  return people.length;
}

export function found(ids: ReadonlyMap<string, string>, key: string): string {
  const id = ids.get(key);
  if (id === undefined) throw new Error(`the content of the demo names "${key}", which it does not define`);
  return id;
}
