import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { patchScimUser } from '@platform/contracts';
import { type Directory, directory, directoryKey } from '../../../../test/scim.js';
import { type PlatformWorld, platformWorld } from '../../../../test/world.js';

let world: PlatformWorld;
let scim: Directory;

beforeAll(async () => {
  world = await platformWorld();
  scim = directory(world, (await directoryKey(world, await world.tenant('fjell'))).key);
});
afterAll(() => world?.stop());

let made = 0;
const patch = (...Operations: object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
});
const set = (path: string, value: unknown) => patch({ op: 'replace', path, value });
const newUser = async () =>
  (await scim('POST /Users', { userName: `person${++made}@fjell.example`, displayName: 'A Person' })).body;

describe('what is not understood', () => {
  test.each([
    ['userName', 'SCIM_FILTER_INVALID'],
    ['userName eq', 'SCIM_FILTER_INVALID'],
    ['userName co "x"', 'SCIM_FILTER_INVALID'],
    ['userName eq "a" or userName eq "b"', 'SCIM_FILTER_INVALID'],
    ['userName eq "a" and userName eq "b"', 'SCIM_FILTER_INVALID'],
    ['password eq "x"', 'SCIM_FILTER_INVALID'],
    ['constructor eq "x"', 'SCIM_FILTER_INVALID'],
    ['active eq "maybe"', 'SCIM_FILTER_INVALID'],
    ['(((', 'SCIM_FILTER_INVALID'],
    ['displayName eq "x\' OR 1=1 --"', 'OK'],
    ['displayName eq "a eq b and c"', 'OK'],
    ['id eq "x"', 'OK'],
  ])('the filter %s answers %s', async (filter, code) => {
    const answer = await scim(`GET /Users?filter=${encodeURIComponent(filter)}`);
    expect(answer.code).toBe(code);
    if (code === 'OK') expect(answer.body.totalResults).toBe(0);
  });

  test.each([
    ['no JSON', 'x', 'SCIM_SYNTAX_INVALID'],
    ['a list', [], 'SCIM_SYNTAX_INVALID'],
    ['nobody', {}, 'SCIM_VALUE_INVALID'],
    ['a name for an address', { userName: 'kari' }, 'SCIM_VALUE_INVALID'],
    ['an address with a line break', { userName: 'kari\r\nBcc: x@fjell.example' }, 'SCIM_VALUE_INVALID'],
    ['a list for an address', { userName: ['a@fjell.example'] }, 'SCIM_VALUE_INVALID'],
    ['text for names', { userName: 'a@fjell.example', name: 'x' }, 'SCIM_VALUE_INVALID'],
    ['text for emails', { userName: 'a@fjell.example', emails: ['x'] }, 'SCIM_VALUE_INVALID'],
    ['neither true nor false', { userName: 'a@fjell.example', active: 'perhaps' }, 'SCIM_VALUE_INVALID'],
    ['NUL', { userName: 'a@fjell.example', displayName: 'a\0b' }, 'SCIM_VALUE_INVALID'],
    ['half a character', { userName: 'a@fjell.example', displayName: '\ud83d' }, 'SCIM_VALUE_INVALID'],
    ['too much', { userName: 'a@fjell.example', displayName: 'x'.repeat(201) }, 'SCIM_VALUE_INVALID'],
  ])('a person made of %s is refused', async (_, body, code) => {
    expect((await scim('POST /Users', body)).code).toBe(code);
  });

  test.each([
    ['without a schema', { Operations: [{ op: 'add', path: 'active', value: true }] }, 'SCIM_SYNTAX_INVALID'],
    ['without operations', patch(), 'SCIM_SYNTAX_INVALID'],
    ['with an unknown op', patch({ op: 'move', path: 'active', value: true }), 'SCIM_SYNTAX_INVALID'],
    ['whose operation is text', { ...patch(), Operations: ['x'] }, 'SCIM_SYNTAX_INVALID'],
    ['that removes nothing in particular', patch({ op: 'remove' }), 'SCIM_NO_TARGET'],
    [
      'that replaces what is not there',
      patch({ op: 'replace', path: 'emails[type eq "home"]', value: { value: 'x' } }),
      'SCIM_NO_TARGET',
    ],
    ['on a path that is none', set('emails[', 'x'), 'SCIM_PATH_INVALID'],
    ['with a filter that is none', set('emails[type is work].value', 'x'), 'SCIM_PATH_INVALID'],
    ['with a filter on what is no list', set('name[givenName eq "x"]', 'x'), 'SCIM_PATH_INVALID'],
    ['with text where an object belongs', patch({ op: 'replace', value: 'x' }), 'SCIM_VALUE_INVALID'],
    ['that takes the address away', patch({ op: 'remove', path: 'userName' }), 'SCIM_VALUE_INVALID'],
    ['of attributes that are not kept', set('nickName', 'x'), 'OK'],
    ['of the prototype', patch({ op: 'add', path: '__proto__', value: { admin: true } }), 'SCIM_PATH_INVALID'],
    ['of the id', set('id', '01980a3e-0000-7000-8000-000000000000'), 'OK'],
  ])('a change %s', async (_, body, code) => {
    const user = await newUser();
    const answer = await scim(`PATCH /Users/${user.id}`, body);
    expect(answer.code).toBe(code);
    expect((await scim(`GET /Users/${user.id}`)).body).toEqual(user);
  });

  test('a request without a resource is no resource', async () => {
    const { id } = await newUser();
    expect(await world.code(patchScimUser, { id, resource: '', authorization: 'Basic x' }, {})).toBe('API_KEY_INVALID');
    expect((await scim(`PATCH /Users/${id}`, '')).code).toBe('SCIM_SYNTAX_INVALID');
  });
});
