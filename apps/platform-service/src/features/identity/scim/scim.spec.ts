import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import {
  createOrganization,
  createRole,
  createUser,
  getMe,
  getUser,
  grantRole,
  listMembers,
  listScimGroupMappings,
  listUserRoles,
  listUsers,
  putScimGroupMapping,
  removeServiceAccount,
  revokeApiKey,
  suspendTenant,
  updateUser,
} from '@platform/contracts';
import { type Directory, directory, directoryKey } from '../../../../test/scim.js';
import { grantOf, PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';

let world: PlatformWorld;
let fjell: TestTenant;
let vidde: TestTenant;
let scim: Directory;
let foreign: Directory;
let accountId: string;

beforeAll(async () => {
  world = await platformWorld();
  [fjell, vidde] = [await world.tenant('fjell'), await world.tenant('vidde')];
  const key = await directoryKey(world, fjell);
  accountId = key.id;
  scim = directory(world, key.key);
  foreign = directory(world, (await directoryKey(world, vidde)).key);
});
afterAll(() => world?.stop());

let made = 0;
const as = () => ({ token: fjell.token });
const patch = (...Operations: object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
});
const set = (path: string, value: unknown) => patch({ op: 'replace', path, value });
const address = () => `person${++made}@fjell.example`;
const newUser = async (more: object = {}) =>
  (await scim('POST /Users', { userName: address(), displayName: 'A Person', ...more })).body;
const newGroup = async (...ids: string[]) =>
  (await scim('POST /Groups', { displayName: `Group ${++made}`, members: ids.map((value) => ({ value })) })).body;
const roleOf = async (permissions: string[], scope: 'tenant' | 'org' = 'tenant') =>
  (await world.done(createRole, { key: `scim_role_${++made}`, name: 'x', scope, permissions }, as())).id;
/** Somebody who was here before the directory came. */
async function local() {
  const email = address();
  const user = await world.done(createUser, { email, name: 'Local', password: PASSWORD }, as());
  return { ...user, token: (await world.signIn(email, PASSWORD, 'fjell')).accessToken };
}
const audited = (action: string, entityId: string) =>
  eventually(async () => {
    const rows = await world.rows<{ outcome: string; reason: string | null; actor_id: string }>(
      `SELECT outcome, reason, actor_id FROM platform.audit_logs WHERE action = $1 AND entity_id = $2 ORDER BY seq DESC`,
      [action, entityId],
    );
    expect(rows.length).toBeGreaterThan(0);
    return rows[0] as { outcome: string; reason: string | null; actor_id: string };
  });
const seats = async () => {
  const [row] = await world.rows<{ taken: number }>(
    `SELECT count(*)::int AS taken FROM platform.users
     WHERE tenant_id = $1 AND takes_seat AND status IN ('active', 'invited')`,
    [fjell.id],
  );
  return row?.taken;
};

describe('a directory', () => {
  test('shows its key with every request, and is refused without one, or with one that is over', async () => {
    for (const key of ['', 'none', fjell.token, `${fjell.id}.${'x'.repeat(43)}`])
      expect((await directory(world, key)('GET /Users')).code).toBe('API_KEY_INVALID');
    const { id, key } = await directoryKey(world, fjell);
    expect((await directory(world, key)('GET /Users')).code).toBe('OK');
    expect((await directory(world, key, { tenant: 'vidde' })('GET /Users')).code).toBe('TENANT_MISMATCH');
    const [row] = await world.rows<{ id: string }>('SELECT id FROM platform.api_keys WHERE user_id = $1', [id]);
    const keyId = row?.id as string;
    await world.done(revokeApiKey, { id, keyId }, as());
    expect((await directory(world, key)('GET /Users')).code).toBe('API_KEY_INVALID');
    const second = await directoryKey(world, fjell);
    await world.done(removeServiceAccount, { id: second.id }, as());
    expect((await directory(world, second.key)('GET /Users')).code).toBe('API_KEY_INVALID');
    await eventually(async () =>
      expect(await audited('platform.api-key.use', keyId)).toMatchObject({ outcome: 'refused' }),
    );
  });

  test('needs the permission, and in the whole tenant', async () => {
    const { id, key } = await directoryKey(world, fjell, ['platform.user.read']);
    for (const request of ['GET /Users', 'GET /Groups', 'POST /Users'])
      expect((await directory(world, key)(request, request.startsWith('POST') ? {} : undefined)).code).toBe(
        'FORBIDDEN',
      );
    expect(await audited('security.permission.denied', 'listScimUsers')).toMatchObject({
      outcome: 'refused',
      reason: 'FORBIDDEN',
      actor_id: id,
    });
    const unit = await world.done(createOrganization, { name: 'Unit', kind: 'unit' }, as());
    const roleId = await roleOf(['platform.scim.provision'], 'org');
    await world.done(grantRole, { id, roleId, scope: 'org', orgId: unit.id }, as());
    expect((await directory(world, key)('GET /Users')).code).toBe('FORBIDDEN');
  });

  test('of a tenant that is suspended is refused', async () => {
    const tenant = await world.tenant('dal');
    const { key } = await directoryKey(world, tenant);
    const root = await world.superToken();
    await world.done(
      suspendTenant,
      { id: tenant.id, reason: 'unpaid for long' },
      { token: root, ifMatch: tenant.version },
    );
    expect(['API_KEY_INVALID', 'TENANT_SUSPENDED']).toContain((await directory(world, key)('GET /Users')).code);
  });

  test('sees and changes nothing of another tenant: every id answers like one that does not exist', async () => {
    const user = await newUser();
    const group = await newGroup(user.id);
    const nobody = '01980a3e-0000-7000-8000-000000000000';
    for (const [kind, id] of [
      ['Users', user.id],
      ['Groups', group.id],
    ]) {
      for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
        const body = { PUT: { displayName: 'x', userName: 'x@fjell.example' }, PATCH: set('displayName', 'x') }[method];
        const answers = [
          await foreign(`${method} /${kind}/${id}`, body),
          await foreign(`${method} /${kind}/${nobody}`, body),
        ];
        expect(answers[0]).toEqual(answers[1]);
        expect(answers[0]?.code).toBe('NOT_FOUND');
      }
    }
    expect((await foreign(`GET /Users?filter=id eq "${user.id}"`)).body.totalResults).toBe(0);
    expect((await foreign(`GET /Users?filter=userName eq "${user.userName}"`)).body.totalResults).toBe(0);
    expect((await foreign('POST /Groups', { displayName: 'x', members: [{ value: user.id }] })).code).toBe(
      'SCIM_VALUE_INVALID',
    );
    expect((await scim(`GET /Users/${user.id}`)).body).toEqual(user);
    // The attempt is remembered where the row belongs.
    expect(await audited('security.cross-tenant.attempt', user.id)).toMatchObject({ outcome: 'refused' });
    expect((await foreign('POST /Users', { userName: user.userName })).code).toBe('OK');
  });

  test('sees nobody whom it does not manage, neither people nor organizations nor itself', async () => {
    const { id } = await local();
    const unit = await world.done(createOrganization, { name: 'By hand', kind: 'unit' }, as());
    for (const path of [`/Users/${id}`, `/Users/${accountId}`, `/Groups/${unit.id}`, '/Users/x', '/Groups/x'])
      expect((await scim(`GET ${path}`)).code).toBe('NOT_FOUND');
    const { body } = await scim('GET /Users?count=200');
    expect(body.Resources.map((user: { id: string }) => user.id)).not.toContain(id);
  });
});

describe('a person', () => {
  test('made twenty times at once is made once', async () => {
    const body = { userName: address(), externalId: `at-once-${made}`, displayName: 'Once' };
    const codes = (await Promise.all(Array.from({ length: 20 }, () => scim('POST /Users', body)))).map(
      ({ code }) => code,
    );
    expect(codes.filter((code) => code === 'OK')).toHaveLength(1);
    expect(codes.filter((code) => code === 'SCIM_UNIQUENESS')).toHaveLength(19);
    expect((await world.done(listUsers, { email: body.userName }, as())).data).toHaveLength(1);
  });

  test('who was here already is taken over by one of twenty, with id, roles and password, and it is audited', async () => {
    const { id, email, token } = await local();
    const body = { userName: email.toUpperCase(), externalId: `adopted-${made}`, displayName: 'Taken Over' };
    const codes = (await Promise.all(Array.from({ length: 20 }, () => scim('POST /Users', body)))).map(
      ({ code }) => code,
    );
    expect(codes.filter((code) => code === 'OK')).toHaveLength(1);
    expect(codes.filter((code) => code === 'SCIM_UNIQUENESS')).toHaveLength(19);
    expect((await scim(`GET /Users/${id}`)).body).toMatchObject({ id, displayName: 'Taken Over', active: true });
    expect(await world.done(getMe, {}, { token })).toMatchObject({ user: { id, name: 'Taken Over' } });
    expect(await audited('platform.scim-user.adopt', id)).toMatchObject({ outcome: 'done', actor_id: accountId });
  });

  test('who is deactivated is signed out at once, gives the seat back, and takes it again', async () => {
    const { id, email, token } = await local();
    await scim('POST /Users', { userName: email, displayName: 'Local' });
    const taken = (await seats()) as number;
    expect((await scim(`PATCH /Users/${id}`, set('active', 'False'))).body.active).toBe(false);
    expect(await world.code(getMe, {}, { token })).toBe('AUTH_REQUIRED');
    const open = "SELECT 1 FROM platform.sessions WHERE tenant_id = $1 AND user_id = $2 AND status = 'active'";
    expect(await world.rows(open, [fjell.id, id])).toEqual([]);
    await expect(world.signIn(email, PASSWORD, 'fjell')).rejects.toThrow('AUTH_INVALID_CREDENTIALS');
    expect(await seats()).toBe(taken - 1);
    await scim(`PATCH /Users/${id}`, set('active', true));
    expect(await seats()).toBe(taken);
    expect(await world.code(getMe, {}, { token })).toBe('TOKEN_INVALID');
    await world.signIn(email, PASSWORD, 'fjell');
    const { body } = await scim('POST /Users', { userName: address(), active: false });
    expect(body.active).toBe(false);
    expect(await seats()).toBe(taken);
  });

  test('who was suspended here stays suspended, whatever the directory says', async () => {
    const user = await newUser();
    const { version } = await world.done(getUser, { id: user.id }, as());
    await world.done(updateUser, { id: user.id, status: 'suspended' }, { ...as(), ifMatch: version });
    expect((await scim(`PUT /Users/${user.id}`, { ...user, active: true })).body.active).toBe(false);
    expect(await world.done(getUser, { id: user.id }, as())).toMatchObject({ status: 'suspended' });
  });

  test('who was erased here is nobody to the directory, and does not come back', async () => {
    const user = await newUser();
    const group = await newGroup(user.id);
    await world.rows(
      `UPDATE platform.users SET status = 'deactivated', erased_at = now(), email = $3, name = 'erased'
       WHERE tenant_id = $1 AND id = $2`,
      [fjell.id, user.id, `erased-${made}@erased.invalid`],
    );
    expect((await scim(`PATCH /Users/${user.id}`, set('active', true))).code).toBe('NOT_FOUND');
    expect((await scim('POST /Users', { userName: `erased-${made}@erased.invalid` })).code).toBe('SCIM_UNIQUENESS');
    expect((await scim('POST /Groups', { displayName: 'x', members: [{ value: user.id }] })).code).toBe(
      'SCIM_VALUE_INVALID',
    );
    expect((await scim(`GET /Groups/${group.id}`)).body.members).toEqual([]);
  });

  test('who is the last administrator is neither deactivated nor deleted, also not of two at once', async () => {
    const admin = (await scim('POST /Users', { userName: fjell.email, displayName: 'First Administrator' })).body;
    expect((await scim(`PATCH /Users/${admin.id}`, set('active', false))).code).toBe('LAST_ADMINISTRATOR');
    expect((await scim(`PUT /Users/${admin.id}`, { ...admin, active: 'False' })).code).toBe('LAST_ADMINISTRATOR');
    expect((await scim(`DELETE /Users/${admin.id}`)).code).toBe('LAST_ADMINISTRATOR');
    expect((await scim(`GET /Users/${admin.id}`)).body).toEqual(admin);
    const second = await newUser();
    await grantOf(world, fjell, second.id, 'tenant_administrator', 'tenant');
    const codes = (
      await Promise.all([admin, second].map(({ id }) => scim(`PATCH /Users/${id}`, set('active', false))))
    ).map(({ code }) => code);
    expect(codes.sort()).toEqual(['LAST_ADMINISTRATOR', 'OK']);
    // Whoever of the two it was: both are there again.
    for (const { id } of [admin, second]) await scim(`PATCH /Users/${id}`, set('active', true));
    fjell.token = (await world.signIn(fjell.email, PASSWORD, 'fjell')).accessToken;
  });

  test('keeps what the directory says in its own version', async () => {
    const user = await newUser();
    const resource = JSON.stringify(set('displayName', 'New'));
    const call = (ifMatch: string) => scim(`PATCH /Users/${user.id}`, resource, { ifMatch });
    expect((await call('W/"7"')).code).toBe('STALE_VERSION');
    expect((await call('something')).code).toBe('STALE_VERSION');
    expect((await call(user.meta.version)).body).toMatchObject({ displayName: 'New', meta: { version: 'W/"2"' } });
    expect((await call(user.meta.version)).code).toBe('STALE_VERSION');
    expect((await call('*')).code).toBe('OK');
    expect((await scim(`DELETE /Users/${user.id}`, undefined, { ifMatch: 'W/"1"' })).code).toBe('STALE_VERSION');
  });

  test('moves to another address below a verified domain; elsewhere only as long as they hold no more than the directory', async () => {
    const [plain, mighty] = [await newUser(), await newUser()];
    await world.done(grantRole, { id: mighty.id, roleId: await roleOf(['platform.user.read']), scope: 'tenant' }, as());
    expect((await scim(`PATCH /Users/${plain.id}`, set('userName', 'plain@else.example'))).body.userName).toBe(
      'plain@else.example',
    );
    expect((await scim(`PATCH /Users/${mighty.id}`, set('userName', 'mighty@else.example'))).code).toBe(
      'SCIM_ADDRESS_UNPROVEN',
    );
    await world.rows(
      `INSERT INTO platform.domains (tenant_id, domain, challenge, status, verified_at, checked_at, created_by, updated_by)
       VALUES ($1, 'fjell.example', 'x', 'verified', now(), now(), $2, $2)`,
      [fjell.id, accountId],
    );
    const moved = await scim(`PATCH /Users/${mighty.id}`, set('userName', 'Married@Fjell.example'));
    expect(moved.body.userName).toBe('married@fjell.example');
    expect((await scim(`PATCH /Users/${plain.id}`, set('userName', 'married@fjell.example'))).code).toBe(
      'SCIM_UNIQUENESS',
    );
  });
});

describe('a group', () => {
  const rolesOf = async (id: string) =>
    (await world.done(listUserRoles, { id }, as())).data.map(({ roleId }) => roleId);
  const map = (groupId: string, ...roles: object[]) => world.done(putScimGroupMapping, { groupId, roles }, as());

  test('is an organization, and who is in it belongs to it', async () => {
    const [one, two] = [await newUser(), await newUser()];
    const group = await newGroup(one.id);
    const members = async () =>
      (await world.done(listMembers, { id: group.id }, as())).data.map(({ userId }) => userId);
    expect(await members()).toEqual([one.id]);
    await scim(`PATCH /Groups/${group.id}`, patch({ op: 'add', path: 'members', value: [{ value: two.id }] }));
    expect((await members()).sort()).toEqual([one.id, two.id].sort());
    await scim(`DELETE /Users/${two.id}`);
    expect(await members()).toEqual([one.id]);
    const after = (await scim(`GET /Groups/${group.id}`)).body;
    expect(after).toMatchObject({ members: [{ value: one.id }], meta: { version: 'W/"3"' } });
    expect((await scim(`PUT /Groups/${group.id}`, after, { ifMatch: 'W/"2"' })).code).toBe('STALE_VERSION');
    await world.done(createOrganization, { name: 'Below', kind: 'unit', parentId: group.id }, as());
    expect((await scim(`DELETE /Groups/${group.id}`)).code).toBe('ORGANIZATION_IN_USE');
    expect(await members()).toEqual([one.id]);
    expect((await scim(`PATCH /Groups/${group.id}`, patch({ op: 'remove', path: 'displayName' }))).code).toBe(
      'SCIM_VALUE_INVALID',
    );
  });

  test('gives no role by itself, also not when the directory names some', async () => {
    const user = await newUser({ roles: [{ value: 'tenant_administrator' }], entitlements: [{ value: '*' }] });
    await newGroup(user.id);
    expect(await rolesOf(user.id)).toEqual([]);
  });

  test('gives the roles that were mapped to it, to those who come and until they go', async () => {
    const [one, two] = [await newUser(), await newUser()];
    const group = await newGroup(one.id);
    const [role, other] = [await roleOf(['platform.user.read']), await roleOf(['platform.plan.read'])];
    await map(group.id, { roleId: role, scope: 'tenant' }, { roleId: other, scope: 'org', orgId: group.id });
    expect((await rolesOf(one.id)).sort()).toEqual([role, other].sort());
    await scim(`PATCH /Groups/${group.id}`, patch({ op: 'add', path: 'members', value: [{ value: two.id }] }));
    expect((await rolesOf(two.id)).sort()).toEqual([role, other].sort());
    await map(group.id, { roleId: role, scope: 'tenant' });
    expect(await rolesOf(two.id)).toEqual([role]);
    await scim(`PATCH /Groups/${group.id}`, patch({ op: 'remove', path: `members[value eq "${two.id}"]` }));
    expect(await rolesOf(two.id)).toEqual([]);
    const listed = await world.done(listScimGroupMappings, { limit: 200 }, as());
    expect(listed.data).toContainEqual({
      groupId: group.id,
      displayName: group.displayName,
      roles: [{ roleId: role, scope: 'tenant' }],
    });
    await scim(`DELETE /Groups/${group.id}`);
    expect(await rolesOf(one.id)).toEqual([]);
  });

  test('takes back no role that another group gives, and none that was given by hand', async () => {
    const user = await newUser();
    const [one, two] = [await newGroup(user.id), await newGroup(user.id)];
    const [shared, own] = [await roleOf(['platform.user.read']), await roleOf(['platform.plan.read'])];
    await world.done(grantRole, { id: user.id, roleId: own, scope: 'tenant' }, as());
    await map(one.id, { roleId: shared, scope: 'tenant' }, { roleId: own, scope: 'tenant' });
    await map(two.id, { roleId: shared, scope: 'tenant' });
    await scim(`PUT /Groups/${one.id}`, { displayName: one.displayName, members: [] });
    expect((await rolesOf(user.id)).sort()).toEqual([shared, own].sort());
    await scim(`PUT /Groups/${two.id}`, { displayName: two.displayName, members: [] });
    expect(await rolesOf(user.id)).toEqual([own]);
  });

  test('is mapped to no more than who maps it holds, and gives nothing once they hold it no longer', async () => {
    const user = await newUser();
    const group = await newGroup();
    const mapper = await local();
    const mapping = await roleOf(['platform.scim.map', 'platform.user-role.grant', 'platform.user.read']);
    await world.done(grantRole, { id: mapper.id, roleId: mapping, scope: 'tenant' }, as());
    const [within, beyond] = [await roleOf(['platform.user.read']), await roleOf(['platform.user.*'])];
    const by = (roleId: string) =>
      world.code(
        putScimGroupMapping,
        { groupId: group.id, roles: [{ roleId, scope: 'tenant' }] },
        { token: mapper.token },
      );
    expect(await by(beyond)).toBe('GRANT_EXCEEDS_OWN');
    expect(await audited('platform.scim-group.map', group.id)).toMatchObject({ outcome: 'refused' });
    expect(await by(within)).toBe('OK');
    // Nor does one take away what one could not give.
    await map(group.id, { roleId: beyond, scope: 'tenant' });
    expect(await by(within)).toBe('GRANT_EXCEEDS_OWN');
    await map(group.id);
    expect(await by(within)).toBe('OK');
    await world.rows(
      "UPDATE platform.user_roles SET status = 'revoked', revoked_at = now() WHERE tenant_id = $1 AND user_id = $2",
      [fjell.id, mapper.id],
    );
    await scim(`PATCH /Groups/${group.id}`, patch({ op: 'add', path: 'members', value: [{ value: user.id }] }));
    expect((await scim(`GET /Groups/${group.id}`)).body.members).toHaveLength(1);
    expect(await rolesOf(user.id)).toEqual([]);
    expect(await audited('platform.user-role.grant', user.id)).toMatchObject({ outcome: 'refused' });
  });

  test('is mapped where it is, with a role that fits, by who may in the whole tenant', async () => {
    const group = await newGroup();
    const roleId = await roleOf(['platform.user.read']);
    const roles = [{ roleId, scope: 'tenant' }];
    const code = (request: object, token = fjell.token) => world.code(putScimGroupMapping, request, { token });
    expect(await code({ groupId: group.id, roles }, vidde.token)).toBe('NOT_FOUND');
    expect(await code({ groupId: fjell.id, roles })).toBe('NOT_FOUND');
    expect(await code({ groupId: group.id, roles: [{ roleId: group.id, scope: 'tenant' }] })).toBe('NOT_FOUND');
    expect(await code({ groupId: group.id, roles: [{ roleId, scope: 'org' }] })).toBe('GRANT_SCOPE_INVALID');
    const novice = await local();
    expect(await code({ groupId: group.id, roles }, novice.token)).toBe('FORBIDDEN');
    await grantOf(world, fjell, novice.id, 'tenant_administrator', 'org', group.id);
    expect(await code({ groupId: group.id, roles }, novice.token)).toBe('FORBIDDEN');
    expect(await world.code(listScimGroupMappings, {}, { token: novice.token })).toBe('FORBIDDEN');
  });
});
