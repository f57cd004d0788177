import { beforeAll, describe, expect, it } from '@jest/globals';
import { http } from './support/http.js';
import { type Municipality, municipality } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const { gatewayUrl: gateway, ...system } = sharedSystem();
const SCIM = 'application/scim+json; charset=utf-8';
let town: Municipality;
let key: string;

beforeAll(async () => {
  town = await municipality({ gatewayUrl: gateway, ...system });
  const { platform } = town.admin.client;
  const { id } = await platform.createServiceAccount({ name: 'Katalog' });
  const role = {
    key: 'directory',
    name: 'Katalog',
    scope: 'tenant' as const,
    permissions: ['platform.scim.provision'],
  };
  const { id: roleId } = await platform.createRole(role);
  await platform.grantRole({ id, roleId, scope: 'tenant' });
  key = (await platform.createApiKey({ id, name: 'katalog' })).key;
}, 90_000);

/** As a directory writes it: no X-Tenant, the key itself as bearer, bodies of SCIM's own type. */
const scim = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  http(gateway, method, `/scim/v2${path}`, {
    token: key,
    ...(body !== undefined && { raw: typeof body === 'string' ? body : JSON.stringify(body) }),
    headers: { ...(body !== undefined && { 'content-type': 'application/scim+json' }), ...headers },
  });
const error = (status: number, scimType?: string) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status: String(status),
  detail: expect.any(String),
  ...(scimType !== undefined && { scimType }),
});
const fresh = () => `katalog-${Math.random().toString(36).slice(2)}@example.test`;

describe('a directory, with nothing but the address and its key', () => {
  it('finds out what there is, without the key', async () => {
    for (const path of ['ServiceProviderConfig', 'ResourceTypes', 'Schemas']) {
      const answer = await http(gateway, 'GET', `/scim/v2/${path}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe(SCIM);
    }
    expect((await scim('GET', '/ServiceProviderConfig')).body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: false },
      sort: { supported: false },
      etag: { supported: true },
    });
  });

  it('makes, reads, changes and deletes a person, who can be seen and is signed out here', async () => {
    const made = await scim('POST', '/Users', {
      userName: fresh(),
      displayName: 'Kari',
      active: true,
      title: 'Rådgiver',
    });
    const { id, meta } = made.body as { id: string; meta: { location: string; version: string } };
    expect(made.status).toBe(201);
    expect(made.headers.get('content-type')).toBe(SCIM);
    expect(made.headers.get('location')).toBe(meta.location);
    expect(made.headers.get('etag')).toBe('W/"1"');
    expect(await town.admin.client.platform.getUser({ id })).toMatchObject({ name: 'Kari', status: 'active' });

    const read = await scim('GET', `/Users/${id}`);
    expect(read.body).toEqual(made.body);
    expect((await scim('GET', `/Users/${id}`, undefined, { 'if-none-match': 'W/"1"' })).status).toBe(304);
    const off = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'Replace', path: 'active', value: 'False' }],
    };
    const stale = await scim('PATCH', `/Users/${id}`, off, { 'if-match': 'W/"7"' });
    expect(stale).toMatchObject({ status: 412, body: error(412) });
    const changed = await scim('PATCH', `/Users/${id}`, off, { 'if-match': 'W/"1"' });
    expect(changed).toMatchObject({ status: 200, body: { active: false } });
    expect(changed.headers.get('etag')).toBe('W/"2"');
    expect(await town.admin.client.platform.getUser({ id })).toMatchObject({ status: 'deactivated' });

    const found = await scim('GET', `/Users?filter=${encodeURIComponent(`id eq "${id}"`)}&startIndex=1&count=5`);
    expect(found).toMatchObject({ status: 200, body: { totalResults: 1, itemsPerPage: 1 } });
    const gone = await scim('DELETE', `/Users/${id}`);
    expect([gone.status, gone.text]).toEqual([204, '']);
  });

  it('may ask in words that are not served, which change nothing', async () => {
    expect((await scim('POST', '/Users?attributes=id&x=1', { userName: fresh() })).status).toBe(201);
    const asked = await scim('GET', '/Users?sortBy=userName&sortOrder=descending&count=1&aadOptscim062020');
    expect(asked).toMatchObject({ status: 200, body: { startIndex: 1, itemsPerPage: 1 } });
  });

  it('fills a group', async () => {
    const { id } = (await scim('POST', '/Users', { userName: fresh() })).body;
    const group = await scim('POST', '/Groups', { displayName: 'Kultur', members: [{ value: id }] });
    expect(group).toMatchObject({ status: 201, body: { displayName: 'Kultur', members: [{ value: id }] } });
    const members = await town.admin.client.platform.listMembers({ id: String(group.body.id) });
    expect(members.data).toMatchObject([{ userId: id }]);
  });
});

describe('what is refused', () => {
  it('is told the way SCIM has it, wherever it was refused', async () => {
    const taken = { userName: fresh() };
    await scim('POST', '/Users', taken);
    const answers = [
      [await http(gateway, 'GET', '/scim/v2/Users'), 401],
      [await http(gateway, 'GET', '/scim/v2/Users', { token: `${town.id}.${'x'.repeat(43)}` }), 401],
      [await scim('GET', '/Users', undefined, { 'x-tenant': 'somebody-else' }), 403],
      [await scim('GET', '/Users/01980a3e-0000-7000-8000-000000000000'), 404],
      [await scim('GET', '/Nothing'), 404],
      [await scim('PUT', '/Users', {}), 405],
      [await scim('POST', '/Users', taken), 409, 'uniqueness'],
      [await scim('GET', '/Users?filter=userName'), 400, 'invalidFilter'],
      [await scim('GET', '/Users?count=many'), 400, 'invalidValue'],
      [await scim('POST', '/Users', { userName: 'kari' }), 400, 'invalidValue'],
      [await scim('POST', '/Users', '{"userName":'), 400, 'invalidSyntax'],
      [await scim('POST', '/Users', '<user/>', { 'content-type': 'text/xml' }), 415],
    ] as const;
    for (const [answer, status, scimType] of answers) {
      expect([answer.status, answer.headers.get('content-type')]).toEqual([status, SCIM]);
      expect(answer.body).toEqual(error(status, scimType));
    }
    expect(answers[0][0].headers.get('www-authenticate')).toContain('Bearer');
  });

  it('tells of another tenant’s people as of nobody, byte for byte', async () => {
    const other = await municipality({ gatewayUrl: gateway, ...system });
    const one = await scim('GET', `/Users/${other.admin.id}`);
    const nobody = await scim('GET', '/Users/01980a3e-0000-7000-8000-000000000000');
    expect([one.status, one.text]).toEqual([nobody.status, nobody.text]);
  }, 60_000);
});
