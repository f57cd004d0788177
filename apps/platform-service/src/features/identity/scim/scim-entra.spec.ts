import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Directory, directory, directoryKey } from '../../../../test/scim.js';
import { type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';

// The requests of Microsoft Entra ID as its public documentation gives them ("Develop and plan provisioning for a SCIM
// endpoint"), with and without the flag that makes it follow the standard.
let world: PlatformWorld;
let tenant: TestTenant;
let entra: Directory;

beforeAll(async () => {
  world = await platformWorld();
  tenant = await world.tenant('fjell');
  entra = directory(world, (await directoryKey(world, tenant)).key);
});
afterAll(() => world?.stop());

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const patch = (...Operations: object[]) => ({ schemas: [PATCH], Operations });
const newUser = (n: string) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'],
  externalId: `0a21f0f2-${n}`,
  userName: `Test_User_${n}@Fjell.example`,
  active: true,
  displayName: `Test ${n}`,
  emails: [{ primary: true, type: 'work', value: `Test_User_${n}@fjell.example` }],
  meta: { resourceType: 'User' },
  name: { formatted: 'givenName familyName', familyName: 'familyName', givenName: 'givenName' },
  roles: [],
  addresses: [{ type: 'work', streetAddress: 'Storgata 1' }],
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'x', manager: { value: 'y' } },
});
const make = async (n: string) => (await entra('POST /Users', newUser(n))).body;

test('a person is looked for, made, found again and read', async () => {
  expect((await entra('GET /Users?filter=userName eq "Test_User_a@fjell.example"')).body).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: 0,
    startIndex: 1,
    itemsPerPage: 0,
    Resources: [],
  });
  const made = await entra('POST /Users', newUser('a'));
  expect(made.body).toMatchObject({
    externalId: '0a21f0f2-a',
    userName: 'test_user_a@fjell.example',
    displayName: 'Test a',
    name: { formatted: 'givenName familyName', familyName: 'familyName', givenName: 'givenName' },
    active: true,
    emails: [{ primary: true, type: 'work', value: 'Test_User_a@fjell.example' }],
    meta: { resourceType: 'User', location: expect.stringMatching(/\/scim\/v2\/Users\//), version: 'W/"1"' },
  });
  expect(Object.keys(made.body)).not.toContain('addresses');
  for (const filter of [
    'userName eq "test_user_a@fjell.example"',
    'USERNAME Eq "Test_User_a@fjell.example"',
    'externalId eq "0a21f0f2-a"',
    'externalId eq 0a21f0f2-a',
    'userName eq test_user_a@fjell.example and active eq "True"',
    'urn:ietf:params:scim:schemas:core:2.0:User:externalId eq "0a21f0f2-a"',
    'emails[type eq "work"].value eq "test_user_a@fjell.example"',
    `id eq "${made.body.id}"`,
  ])
    expect((await entra(`GET /Users?filter=${encodeURIComponent(filter)}`)).body).toMatchObject({
      totalResults: 1,
      Resources: [{ id: made.body.id }],
    });
  expect((await entra(`GET /Users/${made.body.id}`)).body).toEqual(made.body);
  expect((await entra(`GET /Users/${made.body.id}?attributes=userName,name.givenName`)).body).toEqual({
    schemas: made.body.schemas,
    id: made.body.id,
    userName: made.body.userName,
    name: made.body.name,
  });
});

test('the same person is not made twice', async () => {
  await make('b');
  expect((await entra('POST /Users', newUser('b'))).code).toBe('SCIM_UNIQUENESS');
  expect((await entra('POST /Users', { ...newUser('c'), externalId: '0a21f0f2-b' })).code).toBe('SCIM_UNIQUENESS');
  expect((await entra('GET /Users?filter=externalId eq "0a21f0f2-b"')).body.totalResults).toBe(1);
});

test('attributes change the way Entra writes it without the flag', async () => {
  const { id } = await make('d');
  const changed = await entra(
    `PATCH /Users/${id}`,
    patch(
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'updated_d@fjell.example' },
      { op: 'Replace', path: 'name.familyName', value: 'updatedFamilyName' },
      { op: 'Add', path: 'DisplayName', value: 'Updated d' },
      { op: 'Add', path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', value: 'Sales' },
      { op: 'Replace', path: 'urn:ietf:params:scim:schemas:core:2.0:User:externalId', value: 'mail-d' },
      { op: 'Add', path: 'addresses[type eq "work"].country', value: 'NO' },
    ),
  );
  expect(changed.body).toMatchObject({
    displayName: 'Updated d',
    externalId: 'mail-d',
    name: { givenName: 'givenName', familyName: 'updatedFamilyName' },
    emails: [{ type: 'work', value: 'updated_d@fjell.example', primary: true }],
    meta: { version: 'W/"2"' },
  });
});

test('attributes come as keys of one object without a path', async () => {
  const { id } = await make('e');
  const changed = await entra(
    `PATCH /Users/${id}`,
    patch({
      op: 'replace',
      value: {
        displayName: 'Updated e',
        'name.familyName': 'Dot',
        'emails[type eq "work"].value': 'updated_e@fjell.example',
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber': '7',
        active: 'False',
      },
    }),
  );
  expect(changed.body).toMatchObject({
    displayName: 'Updated e',
    name: { familyName: 'Dot' },
    emails: [{ value: 'updated_e@fjell.example' }],
    active: false,
  });
});

test('a person is disabled and enabled with text for booleans', async () => {
  const { id } = await make('f');
  const off = await entra(`PATCH /Users/${id}`, patch({ op: 'Replace', path: 'active', value: 'False' }));
  expect(off.body.active).toBe(false);
  const on = await entra(`PATCH /Users/${id}`, patch({ op: 'Replace', path: 'active', value: 'True' }));
  expect(on.body.active).toBe(true);
  const strict = await entra(`PATCH /Users/${id}`, patch({ op: 'replace', path: 'active', value: false }));
  expect(strict.body.active).toBe(false);
});

test('a change that says nothing new changes no version', async () => {
  const { id, meta } = await make('g');
  const same = await entra(`PATCH /Users/${id}`, patch({ op: 'Replace', path: 'displayName', value: 'Test g' }));
  expect(same.body.meta).toEqual(meta);
});

test('a person who was deleted is not found, and comes back as the same account', async () => {
  const { id } = await make('h');
  expect((await entra(`DELETE /Users/${id}`)).code).toBe('OK');
  expect((await entra(`GET /Users/${id}`)).code).toBe('NOT_FOUND');
  expect((await entra(`DELETE /Users/${id}`)).code).toBe('NOT_FOUND');
  expect((await entra('GET /Users?filter=externalId eq "0a21f0f2-h"')).body.totalResults).toBe(0);
  expect((await entra('POST /Users', newUser('h'))).body).toMatchObject({ id, active: true });
});

test('a group is looked for, made, renamed, filled, emptied and deleted', async () => {
  const [one, two] = [(await make('i')).id, (await make('j')).id];
  const sought = 'GET /Groups?excludedAttributes=members&filter=displayName eq "Drift"';
  expect((await entra(sought)).body.totalResults).toBe(0);
  const { body: group } = await entra('POST /Groups', {
    schemas: [
      'urn:ietf:params:scim:schemas:core:2.0:Group',
      'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
    ],
    externalId: '8aa1a0c0',
    displayName: 'Drift',
    meta: { resourceType: 'Group' },
    members: [],
  });
  expect(group).toMatchObject({ externalId: '8aa1a0c0', displayName: 'Drift', members: [] });
  expect((await entra('POST /Groups', { displayName: 'drift' })).code).toBe('SCIM_UNIQUENESS');
  expect((await entra(sought)).body.Resources).toEqual([expect.not.objectContaining({ members: expect.anything() })]);

  const path = `/Groups/${group.id}`;
  const ids = async () => (await entra(`GET ${path}`)).body.members.map(({ value }: { value: string }) => value).sort();
  await entra(`PATCH ${path}`, patch({ op: 'Replace', path: 'displayName', value: 'Drift og eiendom' }));
  await entra(`PATCH ${path}`, patch({ op: 'Add', path: 'members', value: [{ $ref: null, value: one }] }));
  await entra(
    `PATCH ${path}`,
    patch({ op: 'Add', path: 'members', value: [{ $ref: null, value: two }, { value: one }] }),
  );
  expect(await ids()).toEqual([one, two].sort());
  expect((await entra(`GET /Groups?filter=id eq "${group.id}" and members eq "${one}"`)).body.totalResults).toBe(1);
  await entra(`PATCH ${path}`, patch({ op: 'Remove', path: 'members', value: [{ $ref: null, value: one }] }));
  expect(await ids()).toEqual([two]);
  expect((await entra(`GET /Groups?filter=members[value eq "${one}"]`)).body.totalResults).toBe(0);
  expect((await entra(`GET ${path}?excludedAttributes=members`)).body).not.toHaveProperty('members');
  expect((await entra(`DELETE ${path}`)).code).toBe('OK');
  expect((await entra(`GET ${path}`)).code).toBe('NOT_FOUND');
});
