import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import {
  addMember,
  createOrganization,
  createUser,
  getOrganization,
  listMembers,
  listOrganizations,
  type Organization,
  type User,
  updateOrganization,
  updateUser,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { grantOf, PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';

let world: PlatformWorld;
let fjell: TestTenant;
let vidde: TestTenant;

beforeAll(async () => {
  world = await platformWorld();
  fjell = await world.tenant('fjell');
  vidde = await world.tenant('vidde');
});
afterAll(() => world?.stop());

let count = 0;
const admin = () => ({ token: fjell.token });
const create = (more: object = {}): Promise<Organization> =>
  world.done(createOrganization, { name: `Organization ${++count}`, kind: 'association', ...more }, admin());
const person = (): Promise<User> => {
  const email = `person${++count}@fjell.example`;
  return world.done(createUser, { email, name: `Person ${count}`, password: PASSWORD }, admin());
};
const tokenOf = async (user: User) => (await world.signIn(user.email, PASSWORD, 'fjell')).accessToken;

/** Top with a child and a grandchild, a leader of the child, and an organization beside them. */
async function family() {
  const top = await create();
  const child = await create({ parentId: top.id });
  const grandchild = await create({ parentId: child.id });
  const beside = await create();
  const leader = await person();
  await grantOf(world, fjell, leader.id, 'organization_administrator', 'org', child.id);
  return { top, child, grandchild, beside, leader, token: await tokenOf(leader) };
}

describe('the tree of organizations', () => {
  test('knows the ancestors of each, from the root down', async () => {
    const { top, child, grandchild } = await family();
    expect(grandchild).toMatchObject({
      parentId: child.id,
      ancestorIds: [top.id, child.id],
      status: 'active',
      version: 1,
    });
    expect(top).toMatchObject({ parentId: null, ancestorIds: [] });
  });

  test('refuses a parent that is not there, is in another tenant, is archived or lies too deep', async () => {
    const abroad = await world.done(createOrganization, { name: 'Abroad', kind: 'company' }, { token: vidde.token });
    const below = (parentId: string) =>
      world.call(createOrganization, { name: 'Child', kind: 'unit', parentId }, admin());
    const foreign = await below(abroad.id);
    expect(foreign.refusal.code).toBe('ORGANIZATION_PARENT_INVALID');
    expect(foreign).toEqual(await below(uuidv7()));
    const archived = await create();
    await world.done(updateOrganization, { id: archived.id, status: 'archived' }, { ...admin(), ifMatch: 1 });
    expect((await below(archived.id)).refusal.code).toBe('ORGANIZATION_ARCHIVED');
    let parentId: string | null = null;
    for (let depth = 0; depth <= 10; depth++) ({ id: parentId } = await create({ parentId }));
    expect((await below(parentId as string)).refusal.code).toBe('ORGANIZATION_PARENT_INVALID');
  });

  test('holds each organization number once, and only real ones', async () => {
    const organization = await create({ organizationNumber: '974760673' });
    const again = { name: 'Again', kind: 'company', organizationNumber: '974760673' };
    expect(await world.code(createOrganization, again, admin())).toBe('ORGANIZATION_NUMBER_TAKEN');
    const wrong = { ...again, organizationNumber: '974760674' };
    expect(await world.code(createOrganization, wrong, admin())).toBe('ORGANIZATION_NUMBER_INVALID');
    const other = await create();
    const change = (id: string, organizationNumber: string) =>
      world.code(updateOrganization, { id, organizationNumber }, { ...admin(), ifMatch: 1 });
    expect(await change(other.id, '974760673')).toBe('ORGANIZATION_NUMBER_TAKEN');
    expect(await change(other.id, '974760674')).toBe('ORGANIZATION_NUMBER_INVALID');
    expect(await world.code(createOrganization, again, { token: vidde.token })).toBe('OK');
    await world.done(updateOrganization, { id: organization.id, status: 'archived' }, { ...admin(), ifMatch: 1 });
    expect(await change(other.id, '974760673')).toBe('OK');
  });

  test('is listed by name, page by page, and filtered', async () => {
    const parent = await create({ name: 'Åsen' });
    const names = ['c', 'a', 'b', 'a'];
    for (const name of names) await create({ name, parentId: parent.id, kind: 'company' });
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { data: Organization[]; nextCursor: string | null } = await world.done(
        listOrganizations,
        { limit: 2, parentId: parent.id, kind: 'company', ...(cursor !== null && { cursor }) },
        admin(),
      );
      seen.push(...page.data.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(['a', 'a', 'b', 'c']);
  });

  test('shows and lets change what lies at or below a grant, and nothing beside or above it', async () => {
    const { top, child, grandchild, beside, token } = await family();
    const { data } = await world.done(listOrganizations, {}, { token });
    expect(new Set(data.map(({ id }) => id))).toEqual(new Set([child.id, grandchild.id]));
    for (const { id } of [child, grandchild]) {
      expect(await world.code(getOrganization, { id }, { token })).toBe('OK');
      expect(await world.code(updateOrganization, { id, name: 'New' }, { token, ifMatch: 1 })).toBe('OK');
    }
    const random = await world.call(updateOrganization, { id: uuidv7(), name: 'New' }, { token, ifMatch: 1 });
    for (const { id } of [top, beside]) {
      expect(await world.code(getOrganization, { id }, { token })).toBe('NOT_FOUND');
      expect(await world.call(updateOrganization, { id, name: 'New' }, { token, ifMatch: 1 })).toEqual(random);
    }
    expect(await world.code(createOrganization, { name: 'Child', kind: 'unit', parentId: child.id }, { token })).toBe(
      'FORBIDDEN',
    );
  });

  test('of another tenant is invisible', async () => {
    const { id } = await create();
    const foreign = await world.call(getOrganization, { id }, { token: vidde.token });
    expect(foreign).toEqual(await world.call(getOrganization, { id: uuidv7() }, { token: vidde.token }));
    const { data } = await world.done(listOrganizations, { limit: 200 }, { token: vidde.token });
    expect(data.map((organization) => organization.id)).not.toContain(id);
  });

  test('demands the version that was read', async () => {
    const { id } = await create();
    expect(await world.code(updateOrganization, { id, name: 'New' }, admin())).toBe('PRECONDITION_REQUIRED');
    expect(await world.code(updateOrganization, { id, name: 'New' }, { ...admin(), ifMatch: 1 })).toBe('OK');
    expect(await world.code(updateOrganization, { id, name: 'New' }, { ...admin(), ifMatch: 1 })).toBe('STALE_VERSION');
  });

  test('publishes each new state with its version', async () => {
    const { id } = await create();
    await world.done(updateOrganization, { id, name: 'Renamed' }, { ...admin(), ifMatch: 1 });
    await eventually(async () => {
      const states = await world.rows<{ payload: string }>(
        'SELECT payload FROM platform.outbox WHERE subject = $1 AND published_at IS NOT NULL ORDER BY pos',
        [`platform.state.${fjell.id}.organization.${id}`],
      );
      const versions = states.map(({ payload }) => JSON.parse(payload));
      expect(versions).toMatchObject([
        { version: 1 },
        { version: 2, deleted: false, data: { id, name: 'Renamed', version: 2 } },
      ]);
    });
  });
});

describe('members', () => {
  test('are added once and listed with name and address', async () => {
    const organization = await create();
    const user = await person();
    const member = await world.done(addMember, { id: organization.id, userId: user.id }, admin());
    expect(member).toMatchObject({
      orgId: organization.id,
      userId: user.id,
      email: user.email,
      status: 'active',
      version: 1,
    });
    expect(await world.code(addMember, { id: organization.id, userId: user.id }, admin())).toBe('MEMBERSHIP_EXISTS');
    const { data } = await world.done(listMembers, { id: organization.id }, admin());
    expect(data).toEqual([member]);
  });

  test('by ten at once become one', async () => {
    const organization = await create();
    const request = { id: organization.id, userId: (await person()).id };
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.code(addMember, request, admin())));
    expect(answers.sort()).toEqual([...Array.from({ length: 9 }, () => 'MEMBERSHIP_EXISTS'), 'OK']);
  });

  test('are active people of the same tenant', async () => {
    const { id } = await create();
    const gone = await person();
    await world.done(updateUser, { id: gone.id, status: 'deactivated' }, { ...admin(), ifMatch: 1 });
    const random = await world.call(addMember, { id, userId: uuidv7() }, admin());
    expect(random.refusal.code).toBe('MEMBER_USER_UNKNOWN');
    for (const userId of [gone.id, vidde.administratorId, fjell.serviceUserId]) {
      expect(await world.call(addMember, { id, userId }, admin())).toEqual(random);
    }
  });

  test('are not added to an archived organization', async () => {
    const { id } = await create();
    await world.done(updateOrganization, { id, status: 'archived' }, { ...admin(), ifMatch: 1 });
    expect(await world.code(addMember, { id, userId: (await person()).id }, admin())).toBe('ORGANIZATION_ARCHIVED');
  });

  test('are managed by whoever administers the organization or one above, and by nobody else', async () => {
    const { child, grandchild, beside, token } = await family();
    const user = await person();
    expect(await world.code(addMember, { id: child.id, userId: user.id }, { token })).toBe('OK');
    expect(await world.code(addMember, { id: grandchild.id, userId: user.id }, { token })).toBe('OK');
    expect(await world.code(addMember, { id: beside.id, userId: user.id }, { token })).toBe('NOT_FOUND');
    expect(await world.code(listMembers, { id: beside.id }, { token })).toBe('NOT_FOUND');
    expect(await world.code(addMember, { id: child.id, userId: user.id }, { token: await tokenOf(user) })).toBe(
      'FORBIDDEN',
    );
    expect(await world.code(addMember, { id: child.id, userId: user.id }, { token: vidde.token })).toBe('NOT_FOUND');
  });
});
