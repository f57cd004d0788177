import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Directory, directory, directoryKey } from '../../../../test/scim.js';
import { type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';

// The requests of Okta as its public documentation gives them ("Build your SCIM API service").
let world: PlatformWorld;
let tenant: TestTenant;
let okta: Directory;

beforeAll(async () => {
  world = await platformWorld();
  tenant = await world.tenant('fjell');
  okta = directory(world, (await directoryKey(world, tenant)).key);
});
afterAll(() => world?.stop());

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const patch = (...Operations: object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
});
const newUser = (n: string) => ({
  schemas: [USER],
  userName: `test.user.${n}@okta.local`,
  name: { givenName: 'Test', familyName: `User ${n}` },
  emails: [{ primary: true, value: `test.user.${n}@okta.local`, type: 'work' }],
  displayName: `Test User ${n}`,
  locale: 'en-US',
  externalId: `00ujl29u0${n}`,
  groups: [],
  password: '1mz050nq',
  active: true,
});
const make = async (n: string) => (await okta('POST /Users', newUser(n))).body;

test('a person is looked for and made, and no password is kept', async () => {
  const sought = 'GET /Users?filter=userName eq "test.user.a@okta.local"&startIndex=1&count=100';
  expect((await okta(sought)).body).toMatchObject({ totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] });
  const made = await make('a');
  expect(made).toMatchObject({ schemas: [USER], userName: 'test.user.a@okta.local', active: true });
  expect(JSON.stringify(made)).not.toContain('1mz050nq');
  const [{ passwords }] = (await world.rows(
    'SELECT count(*)::int AS passwords FROM platform.credentials WHERE tenant_id = $1 AND user_id = $2',
    [tenant.id, made.id],
  )) as [{ passwords: number }];
  expect(passwords).toBe(0);
  expect((await okta(sought)).body).toMatchObject({ totalResults: 1, Resources: [{ id: made.id }] });
});

test('a person is read and replaced as a whole', async () => {
  const before = await make('b');
  const { body: read } = await okta(`GET /Users/${before.id}`);
  const replaced = await okta(`PUT /Users/${before.id}`, {
    ...read,
    name: { givenName: 'Another', middleName: 'Excited', familyName: 'User' },
    displayName: 'Another User',
    emails: [{ primary: true, value: 'another@okta.local', type: 'work', display: 'x' }],
  });
  expect(replaced.body).toMatchObject({
    id: before.id,
    name: { givenName: 'Another', familyName: 'User' },
    displayName: 'Another User',
    emails: [{ primary: true, value: 'another@okta.local', type: 'work' }],
    active: true,
    meta: { version: 'W/"2"' },
  });
  const { externalId: _, ...without } = read;
  expect((await okta(`PUT /Users/${before.id}`, without)).body).not.toHaveProperty('externalId');
});

test('a person is deactivated by PATCH without a path, activated again by PUT, and deleted', async () => {
  const { id } = await make('c');
  const off = await okta(`PATCH /Users/${id}`, patch({ op: 'replace', value: { active: false } }));
  expect(off.body).toMatchObject({ id, active: false });
  expect((await okta(`PUT /Users/${id}`, newUser('c'))).body.active).toBe(true);
  expect((await okta(`PUT /Users/${id}`, { ...newUser('c'), active: false })).body.active).toBe(false);
  expect((await okta(`DELETE /Users/${id}`)).body).toBeUndefined();
});

test('pages follow each other without gaps while others are added', async () => {
  for (const n of ['p', 'q', 'r', 's', 't']) await make(n);
  const { totalResults } = (await okta('GET /Users?startIndex=1&count=0')).body;
  const seen: string[] = [];
  for (let startIndex = 1; startIndex <= totalResults; startIndex += 2) {
    const { body } = await okta(`GET /Users?startIndex=${startIndex}&count=2`);
    expect(body).toMatchObject({ startIndex, itemsPerPage: body.Resources.length });
    seen.push(...body.Resources.map(({ id }: { id: string }) => id));
    if (startIndex === 1) await make('late');
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.length).toBeGreaterThanOrEqual(totalResults);
  expect((await okta('GET /Users?startIndex=-3&count=-1')).body).toMatchObject({ startIndex: 1, itemsPerPage: 0 });
  expect((await okta('GET /Users?startIndex=9999')).body).toMatchObject({ itemsPerPage: 0, Resources: [] });
});

test('a group is pushed, its members added and removed one by one, replaced and deleted', async () => {
  const [one, two] = [(await make('x')).id, (await make('y')).id];
  const { body: group } = await okta('POST /Groups', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'Test SCIMv2',
    members: [{ value: one, display: 'test.user.x@okta.local' }],
  });
  expect(group.members).toEqual([{ value: one, display: 'Test User x', type: 'User' }]);
  const path = `/Groups/${group.id}`;
  const ids = async () => (await okta(`GET ${path}`)).body.members.map(({ value }: { value: string }) => value);
  await okta(
    `PATCH ${path}`,
    patch(
      { op: 'remove', path: `members[value eq "${one}"]` },
      { op: 'add', path: 'members', value: [{ value: two, display: 'test.user.y@okta.local' }] },
    ),
  );
  expect(await ids()).toEqual([two]);
  await okta(`PATCH ${path}`, patch({ op: 'replace', value: { id: group.id, displayName: 'Renamed' } }));
  expect((await okta(`PATCH ${path}`, patch({ op: 'remove', path: `members[value eq "${one}"]` }))).code).toBe('OK');
  await okta(`PATCH ${path}`, patch({ op: 'replace', path: 'members', value: [{ value: one }] }));
  expect(await ids()).toEqual([one]);
  const put = await okta(`PUT ${path}`, { displayName: 'Renamed', members: [{ value: one }, { value: two }] });
  expect(put.body).toMatchObject({ displayName: 'Renamed', members: [{}, {}] });
  await okta(`PATCH ${path}`, patch({ op: 'remove', path: 'members' }));
  expect(await ids()).toEqual([]);
  expect((await okta('GET /Groups?startIndex=1&count=100')).body).toMatchObject({ totalResults: 1 });
  expect((await okta(`DELETE ${path}`)).code).toBe('OK');
});
