import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  addMember,
  createOrganization,
  createUser,
  endMembership,
  getMe,
  getOrganization,
  listMembers,
  listMemberships,
  listOrganizations,
  type Organization,
  type User,
  updateOrganization,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { grantOf, PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';

let world: PlatformWorld;
let fjell: TestTenant;

beforeAll(async () => {
  world = await platformWorld();
  fjell = await world.tenant('fjell');
});
afterAll(() => world?.stop());

let count = 0;
const admin = () => ({ token: fjell.token });
const create = (parentId: string | null = null): Promise<Organization> =>
  world.done(createOrganization, { name: `Organization ${++count}`, kind: 'unit', parentId }, admin());
const read = (id: string) => world.done(getOrganization, { id }, admin());
const move = async (id: string, parentId: string | null, caller: object = admin()) =>
  world.code(updateOrganization, { id, parentId }, { ...caller, ifMatch: (await read(id)).version });
const person = (): Promise<User> => {
  const email = `person${++count}@fjell.example`;
  return world.done(createUser, { email, name: `Person ${count}`, password: PASSWORD }, admin());
};
const chain = async (length: number, parentId: string | null = null): Promise<string[]> => {
  const ids: string[] = [];
  for (let at = 0; at < length; at++) ids.push((await create(ids.at(-1) ?? parentId)).id);
  return ids;
};

describe('a move in the tree', () => {
  test('takes all that lies below along, and every one of them is published anew', async () => {
    const [top, child, grandchild] = (await chain(3)) as [string, string, string];
    const elsewhere = await create();
    expect(await move(child, elsewhere.id)).toBe('OK');
    expect(await read(child)).toMatchObject({ parentId: elsewhere.id, ancestorIds: [elsewhere.id] });
    expect(await read(grandchild)).toMatchObject({ parentId: child, ancestorIds: [elsewhere.id, child], version: 2 });
    const states = await world.rows<{ payload: string }>(
      'SELECT payload FROM platform.outbox WHERE subject = $1 ORDER BY pos DESC LIMIT 1',
      [`platform.state.${fjell.id}.organization.${grandchild}`],
    );
    expect(JSON.parse(states[0]?.payload as string).data.ancestorIds).toEqual([elsewhere.id, child]);
    expect(await move(child, null)).toBe('OK');
    expect(await read(grandchild)).toMatchObject({ ancestorIds: [child] });
    expect((await read(top)).version).toBe(1);
  });

  test('changes what a grant reaches at once', async () => {
    const [left, leaf] = (await chain(2)) as [string, string];
    const right = await create();
    const leader = await person();
    await grantOf(world, fjell, leader.id, 'organization_administrator', 'org', right.id);
    const { accessToken: token } = await world.signIn(leader.email, PASSWORD, 'fjell');
    expect(await world.code(getOrganization, { id: leaf }, { token })).toBe('NOT_FOUND');
    await move(leaf, right.id);
    expect(await world.code(getOrganization, { id: leaf }, { token })).toBe('OK');
    await move(leaf, left);
    expect(await world.code(getOrganization, { id: leaf }, { token })).toBe('NOT_FOUND');
  });

  test('never leads below itself, too deep, below what is archived, or to where nobody let the caller', async () => {
    const ids = await chain(3);
    expect(await move(ids[0] as string, ids[2] as string)).toBe('ORGANIZATION_PARENT_INVALID');
    expect(await move(ids[0] as string, ids[0] as string)).toBe('ORGANIZATION_PARENT_INVALID');
    expect(await move(ids[0] as string, uuidv7())).toBe('ORGANIZATION_PARENT_INVALID');
    const deep = await chain(9);
    expect(await move(ids[0] as string, deep.at(-1) as string)).toBe('ORGANIZATION_PARENT_INVALID');
    expect(await move(ids[0] as string, deep.at(-2) as string)).toBe('OK');
    const archived = await create();
    await world.done(updateOrganization, { id: archived.id, status: 'archived' }, { ...admin(), ifMatch: 1 });
    expect(await move(ids[2] as string, archived.id)).toBe('ORGANIZATION_ARCHIVED');
    const leader = await person();
    await grantOf(world, fjell, leader.id, 'organization_administrator', 'org', ids[1] as string);
    const { accessToken: token } = await world.signIn(leader.email, PASSWORD, 'fjell');
    expect(await move(ids[2] as string, null, { token })).toBe('FORBIDDEN');
    expect(await move(ids[2] as string, deep[0] as string, { token })).toBe('FORBIDDEN');
  });

  test('and another at the same time never make a circle', async () => {
    for (let round = 0; round < 5; round++) {
      const [a, b] = [await create(), await create()];
      const answers = await Promise.all([move(a.id, b.id), move(b.id, a.id)]);
      expect(answers).toContain('OK');
      expect(answers.filter((answer) => answer === 'OK')).toHaveLength(1);
    }
    const circles = await world.rows('SELECT 1 FROM platform.organizations WHERE id = ANY (ancestor_ids)');
    expect(circles).toEqual([]);
  });

  test('leaves no child behind that is created below meanwhile', async () => {
    const [top, child] = (await chain(2)) as [string, string];
    const elsewhere = await create();
    await Promise.all([
      move(top, elsewhere.id),
      ...Array.from({ length: 8 }, () => create(child).then(() => undefined)),
    ]);
    const { data } = await world.done(listOrganizations, { parentId: child, limit: 200 }, admin());
    expect(data).toHaveLength(8);
    for (const { ancestorIds } of data) expect(ancestorIds).toEqual([elsewhere.id, top, child]);
  });
});

describe('an archived organization', () => {
  test('has nothing active below it, and comes back only where its parent is', async () => {
    const [top, child] = (await chain(2)) as [string, string];
    const set = async (id: string, status: string) =>
      world.code(updateOrganization, { id, status }, { ...admin(), ifMatch: (await read(id)).version });
    expect(await set(top, 'archived')).toBe('ORGANIZATION_IN_USE');
    expect(await set(child, 'archived')).toBe('OK');
    expect(await set(top, 'archived')).toBe('OK');
    expect(await set(child, 'active')).toBe('ORGANIZATION_ARCHIVED');
    const { data } = await world.done(listOrganizations, { status: 'archived', limit: 200 }, admin());
    expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining([top, child]));
  });
});

describe('memberships', () => {
  test('are many for one user, and end with the roles held there', async () => {
    const user = await person();
    const { accessToken: token } = await world.signIn(user.email, PASSWORD, 'fjell');
    const [a, b] = [await create(), await create()];
    const inA = await world.done(addMember, { id: a.id, userId: user.id }, admin());
    await world.done(addMember, { id: b.id, userId: user.id }, admin());
    await grantOf(world, fjell, user.id, 'organization_administrator', 'org', a.id);
    await grantOf(world, fjell, user.id, 'organization_administrator', 'org', b.id);
    const { data } = await world.done(listMemberships, { id: user.id }, admin());
    expect(data.map(({ orgId }) => orgId).sort()).toEqual([a.id, b.id].sort());
    expect(await world.code(endMembership, { id: a.id, membershipId: inA.id }, admin())).toBe('OK');
    const me = await world.done(getMe, {}, { token });
    expect(me.grants.map(({ orgId }) => orgId)).toEqual([b.id]);
    expect(await world.code(endMembership, { id: a.id, membershipId: inA.id }, admin())).toBe('NOT_FOUND');
    const ended = await world.done(listMembers, { id: a.id, status: 'ended' }, admin());
    expect(ended.data.map(({ userId }) => userId)).toEqual([user.id]);
    expect((await world.done(listMembers, { id: a.id }, admin())).data).toEqual([]);
    expect(await world.code(addMember, { id: a.id, userId: user.id }, admin())).toBe('OK');
    const one = await world.done(listMembers, { id: b.id, userId: user.id }, admin());
    expect(one.data).toHaveLength(1);
  });

  test('of other organizations end for nobody who only administers this one', async () => {
    const user = await person();
    const leader = await person();
    const [mine, theirs] = [await create(), await create()];
    await grantOf(world, fjell, leader.id, 'organization_administrator', 'org', mine.id);
    const { accessToken: token } = await world.signIn(leader.email, PASSWORD, 'fjell');
    const member = await world.done(addMember, { id: theirs.id, userId: user.id }, admin());
    expect(await world.code(endMembership, { id: theirs.id, membershipId: member.id }, { token })).toBe('NOT_FOUND');
    expect(await world.code(endMembership, { id: mine.id, membershipId: member.id }, { token })).toBe('NOT_FOUND');
  });
});
