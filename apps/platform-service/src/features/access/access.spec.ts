import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import {
  checkAuthorization,
  createOrganization,
  createTenant,
  createUser,
  explainAuthorization,
  type GrantScope,
  grantRole,
  listRoles,
  listUserRoles,
  registerProduct,
  revokeRole,
  type UserRole,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { productOf, reports } from '../../../test/product.js';
import { PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';

let world: PlatformWorld;
let key: string;
let tenant: TestTenant;
let roles: Map<string, string>;
/** parent above child, and one beside them. */
let orgs: { parent: string; child: string; beside: string };

beforeAll(async () => {
  world = await platformWorld();
  const product = await productOf(world);
  key = product.key;
  await product.call(registerProduct, reports(key));
  await product.close();
  tenant = await world.tenant('fjell');
  const { data } = await world.done(listRoles, {}, { token: tenant.token });
  roles = new Map(data.map((role) => [role.key, role.id]));
  const org = async (name: string, parentId: string | null = null) =>
    (await world.done(createOrganization, { name, kind: 'unit', parentId }, { token: tenant.token })).id;
  const parent = await org('parent');
  orgs = { parent, child: await org('child', parent), beside: await org('beside') };
});
afterAll(() => world?.stop());

let people = 0;
interface Person {
  id: string;
  token: string;
}
async function person(): Promise<Person> {
  people += 1;
  const email = `person${people}@fjell.example`;
  const { id } = await world.done(createUser, { email, name: 'A Person', password: PASSWORD }, { token: tenant.token });
  return { id, token: (await world.signIn(email, PASSWORD, 'fjell')).accessToken };
}

interface Place {
  scope: GrantScope;
  orgId?: string;
  expiresAt?: string;
}
const request = (to: Person, role: string, place: Place) => ({
  id: to.id,
  roleId: roles.get(role) as string,
  ...place,
});
const grant = (to: Person, role: string, place: Place, by = tenant.token): Promise<UserRole> =>
  world.done(grantRole, request(to, role, place), { token: by });
const refusal = (to: Person, role: string, place: Place, by = tenant.token): Promise<string> =>
  world.code(grantRole, request(to, role, place), { token: by });
const holder = async (role: string, place: Place): Promise<Person> => {
  const someone = await person();
  await grant(someone, role, place);
  return someone;
};
const soon = (minutes = 60) => new Date(Date.now() + minutes * 60_000).toISOString();
const may = async (who: Person, permission: string, orgId?: string) =>
  (await world.done(checkAuthorization, { permission, ...(orgId && { orgId }) }, { token: who.token })).allowed;

describe('granting a role', () => {
  test('holds with the next request, with grantor, event, state and audit record', async () => {
    const someone = await person();
    expect(await may(someone, `${key}.report.read`)).toBe(false);
    const made = await grant(someone, 'report_editor', { scope: 'org', orgId: orgs.parent });
    expect(made).toMatchObject({
      roleKey: 'report_editor',
      scope: 'org',
      orgId: orgs.parent,
      grantedBy: tenant.administratorId,
      status: 'active',
    });
    expect(await may(someone, `${key}.report.read`)).toBe(true);
    const sent = await world.rows<{ subject: string }>(
      'SELECT subject FROM platform.outbox WHERE tenant_id = $1 AND subject LIKE $2 ORDER BY pos',
      [tenant.id, `%${made.id}%`],
    );
    expect(sent.map(({ subject }) => subject)).toEqual([
      `platform.state.${tenant.id}.user_role.${made.id}`,
      `platform.evt.${tenant.id}.user_role.${made.id}.granted.v1`,
    ]);
    await eventually(async () => {
      const [row] = await world.rows('SELECT * FROM platform.audit_logs WHERE tenant_id = $1 AND entity_id = $2', [
        tenant.id,
        made.id,
      ]);
      expect(row).toMatchObject({
        action: 'platform.user-role.grant',
        actor_id: tenant.administratorId,
        org_id: orgs.parent,
      });
    });
  });

  test('at an organization reaches those below it and no other', async () => {
    const someone = await holder('report_editor', { scope: 'org', orgId: orgs.parent });
    expect(await may(someone, `${key}.report.read`, orgs.child)).toBe(true);
    expect(await may(someone, `${key}.report.read`, orgs.beside)).toBe(false);
    expect(await may(someone, `${key}.archive.read`, orgs.child)).toBe(false);
  });

  test('until a time ends at that time, without a job', async () => {
    const someone = await holder('report_chief', { scope: 'tenant', expiresAt: soon() });
    expect(await may(someone, `${key}.archive.read`)).toBe(true);
    await world.rows(
      "UPDATE platform.user_roles SET expires_at = now() - interval '1 second' WHERE tenant_id = $1 AND user_id = $2",
      [tenant.id, someone.id],
    );
    expect(await may(someone, `${key}.archive.read`)).toBe(false);
    expect((await grant(someone, 'report_chief', { scope: 'tenant' })).expiresAt).toBeNull();
  });

  test('twice is refused, twenty times at once makes one', async () => {
    const someone = await person();
    const codes = await Promise.all(
      Array.from({ length: 20 }, () => refusal(someone, 'report_chief', { scope: 'tenant' })),
    );
    expect(codes.filter((code) => code === 'OK')).toHaveLength(1);
    expect(codes.filter((code) => code === 'GRANT_EXISTS')).toHaveLength(19);
  });

  test.each<[string, string, () => Place, string]>([
    ['wider than the role', 'report_editor', () => ({ scope: 'tenant' }), 'GRANT_SCOPE_INVALID'],
    ['at an organization without naming it', 'report_editor', () => ({ scope: 'org' }), 'GRANT_SCOPE_INVALID'],
    [
      'in the tenant, naming an organization',
      'report_chief',
      () => ({ scope: 'tenant', orgId: orgs.child }),
      'GRANT_SCOPE_INVALID',
    ],
    ['in the system, from within a tenant', 'report_chief', () => ({ scope: 'saas' }), 'GRANT_SCOPE_INVALID'],
    ['at an organization that is not there', 'report_editor', () => ({ scope: 'org', orgId: uuidv7() }), 'NOT_FOUND'],
    [
      'until a time that is over',
      'report_chief',
      () => ({ scope: 'tenant', expiresAt: soon(-1) }),
      'GRANT_EXPIRY_PAST',
    ],
  ])('%s is refused', async (_, role, place, code) => {
    expect(await refusal(await person(), role, place())).toBe(code);
  });

  test('to nobody, or of no role, is refused like anything unknown', async () => {
    const someone = await person();
    const unknown = { id: uuidv7(), token: '' };
    expect(await refusal(unknown, 'report_chief', { scope: 'tenant' })).toBe('NOT_FOUND');
    const other = await world.tenant('dal');
    expect(await refusal({ id: other.administratorId, token: '' }, 'report_chief', { scope: 'tenant' })).toBe(
      'NOT_FOUND',
    );
    const noRole = { ...request(someone, 'report_chief', { scope: 'tenant' }), roleId: uuidv7() };
    expect(await world.code(grantRole, noRole, { token: tenant.token })).toBe('NOT_FOUND');
  });
});

describe('nobody rises above themselves', () => {
  const org = (orgId: string): Place => ({ scope: 'org', orgId });

  test('without the permission to grant', async () => {
    const chief = await holder('report_chief', { scope: 'tenant' });
    expect(await refusal(chief, 'tenant_administrator', { scope: 'tenant' }, chief.token)).toBe('FORBIDDEN');
  });

  test('by granting a role with more permissions than the own ones', async () => {
    const leader = await holder('organization_administrator', org(orgs.parent));
    expect(await refusal(leader, 'report_editor', org(orgs.parent), leader.token)).toBe('GRANT_EXCEEDS_OWN');
    expect(await refusal(leader, 'report_chief', org(orgs.parent), leader.token)).toBe('GRANT_EXCEEDS_OWN');
  });

  test('without a trace: the attempt is in the audit log', async () => {
    const leader = await holder('organization_administrator', org(orgs.parent));
    const target = await person();
    expect(await refusal(target, 'report_chief', org(orgs.parent), leader.token)).toBe('GRANT_EXCEEDS_OWN');
    await eventually(async () => {
      const [row] = await world.rows(
        "SELECT * FROM platform.audit_logs WHERE tenant_id = $1 AND outcome = 'refused' AND entity_id = $2",
        [tenant.id, target.id],
      );
      expect(row).toMatchObject({ actor_id: leader.id, reason: 'GRANT_EXCEEDS_OWN' });
    });
  });

  test('by granting the own role beside or above the own organization', async () => {
    const leader = await holder('organization_administrator', org(orgs.child));
    const other = await person();
    expect(await refusal(other, 'organization_administrator', org(orgs.child), leader.token)).toBe('OK');
    expect(await refusal(other, 'organization_administrator', org(orgs.parent), leader.token)).toBe(
      'GRANT_EXCEEDS_OWN',
    );
    expect(await refusal(other, 'organization_administrator', org(orgs.beside), leader.token)).toBe(
      'GRANT_EXCEEDS_OWN',
    );
    expect(await refusal(other, 'organization_administrator', { scope: 'user' }, leader.token)).toBe(
      'GRANT_EXCEEDS_OWN',
    );
  });

  test('by granting themselves for longer', async () => {
    const leader = await holder('organization_administrator', { ...org(orgs.beside), expiresAt: soon(30) });
    const other = await person();
    expect(await refusal(other, 'organization_administrator', org(orgs.beside), leader.token)).toBe(
      'GRANT_EXCEEDS_OWN',
    );
    expect(
      await refusal(other, 'organization_administrator', { ...org(orgs.beside), expiresAt: soon(60) }, leader.token),
    ).toBe('GRANT_EXCEEDS_OWN');
    expect(
      await refusal(other, 'organization_administrator', { ...org(orgs.beside), expiresAt: soon(20) }, leader.token),
    ).toBe('OK');
  });

  test('by reaching for the system: its role is not there, its operations are closed', async () => {
    expect(roles.has('super_administrator')).toBe(false);
    const administrator = { email: 'x@x.example', name: 'x', password: PASSWORD };
    expect(await world.code(createTenant, { slug: 'mine', name: 'Mine', administrator }, { token: tenant.token })).toBe(
      'FORBIDDEN',
    );
  });

  test('by taking a grant from somebody above', async () => {
    const leader = await holder('organization_administrator', org(orgs.child));
    const above = await person();
    const { id: grantId } = await grant(above, 'organization_administrator', org(orgs.parent));
    expect(await world.code(revokeRole, { id: above.id, grantId }, { token: leader.token })).toBe('GRANT_EXCEEDS_OWN');
    const editor = await person();
    const other = await grant(editor, 'report_editor', org(orgs.child));
    expect(await world.code(revokeRole, { id: editor.id, grantId: other.id }, { token: leader.token })).toBe(
      'GRANT_EXCEEDS_OWN',
    );
  });

  test('while being stripped of the role at the same moment', async () => {
    const leader = await person();
    const own = await grant(leader, 'organization_administrator', org(orgs.child));
    const others = await Promise.all(Array.from({ length: 8 }, person));
    await Promise.all([
      ...others.slice(0, 4).map((other) => refusal(other, 'organization_administrator', org(orgs.child), leader.token)),
      world.done(revokeRole, { id: leader.id, grantId: own.id }, { token: tenant.token }),
    ]);
    const after = await Promise.all(
      others.slice(4).map((other) => refusal(other, 'organization_administrator', org(orgs.child), leader.token)),
    );
    expect(new Set(after)).toEqual(new Set(['FORBIDDEN']));
    const rows = await world.rows<{ late: boolean }>(
      `SELECT g.created_at > own.revoked_at AS late FROM platform.user_roles g, platform.user_roles own
       WHERE own.id = $1 AND g.granted_by = $2`,
      [own.id, leader.id],
    );
    expect(rows.filter(({ late }) => late)).toEqual([]);
  });
});

describe('taking a role back', () => {
  test('holds with the next request, and a second time there is nothing to take', async () => {
    const someone = await person();
    const { id: grantId } = await grant(someone, 'report_chief', { scope: 'tenant' });
    expect(await world.code(revokeRole, { id: someone.id, grantId }, { token: tenant.token })).toBe('OK');
    expect(await may(someone, `${key}.report.read`)).toBe(false);
    expect(await world.code(revokeRole, { id: someone.id, grantId }, { token: tenant.token })).toBe('NOT_FOUND');
  });

  test('from another user than its holder is refused like anything unknown', async () => {
    const someone = await person();
    const { id: grantId } = await grant(someone, 'report_chief', { scope: 'tenant' });
    expect(await world.code(revokeRole, { id: (await person()).id, grantId }, { token: tenant.token })).toBe(
      'NOT_FOUND',
    );
  });

  test('never leaves a tenant without an administrator, not even when two go at once', async () => {
    const vik = await world.tenant('vik');
    const { data } = await world.done(listUserRoles, { id: vik.administratorId }, { token: vik.token });
    const first = data[0] as UserRole;
    expect(await world.code(revokeRole, { id: vik.administratorId, grantId: first.id }, { token: vik.token })).toBe(
      'LAST_ADMINISTRATOR',
    );
    const email = 'second@vik.example';
    const { id } = await world.done(createUser, { email, name: 'Second', password: PASSWORD }, { token: vik.token });
    const second = await world.done(grantRole, { id, roleId: first.roleId, scope: 'tenant' }, { token: vik.token });
    const token = (await world.signIn(email, PASSWORD, 'vik')).accessToken;
    const codes = await Promise.all([
      world.code(revokeRole, { id, grantId: second.id }, { token: vik.token }),
      world.code(revokeRole, { id: vik.administratorId, grantId: first.id }, { token }),
    ]);
    expect(codes.filter((code) => code === 'OK')).toHaveLength(1);
    const left = await world.rows("SELECT FROM platform.user_roles WHERE tenant_id = $1 AND status = 'active'", [
      vik.id,
    ]);
    expect(left).toHaveLength(1);
  });
});

describe('who may what', () => {
  test('lists the roles of a user, and only to whoever may see them', async () => {
    const someone = await holder('report_editor', { scope: 'org', orgId: orgs.child });
    await grant(someone, 'report_editor', { scope: 'org', orgId: orgs.beside });
    const all = await world.done(listUserRoles, { id: someone.id, limit: 1 }, { token: tenant.token });
    expect(all.data).toHaveLength(1);
    const rest = await world.done(
      listUserRoles,
      { id: someone.id, cursor: all.nextCursor as string },
      { token: tenant.token },
    );
    expect(rest).toMatchObject({ data: [{ orgId: orgs.beside }], nextCursor: null });
    const leader = await holder('organization_administrator', { scope: 'org', orgId: orgs.parent });
    const seen = await world.done(listUserRoles, { id: someone.id }, { token: leader.token });
    expect(seen.data.map(({ orgId }) => orgId)).toEqual([orgs.child]);
    expect(await world.code(listUserRoles, { id: someone.id }, { token: someone.token })).toBe('FORBIDDEN');
    expect(await world.code(listUserRoles, { id: uuidv7() }, { token: tenant.token })).toBe('NOT_FOUND');
    expect(await world.code(listUserRoles, { id: someone.id, cursor: 'bm90IG91cnM' }, { token: tenant.token })).toBe(
      'VALIDATION_FAILED',
    );
  });

  test('explains by which grant a permission holds, or what is missing', async () => {
    const someone = await person();
    const ask = (more: object = {}) =>
      world.done(
        explainAuthorization,
        { userId: someone.id, permission: `${key}.report.read`, ...more },
        { token: tenant.token },
      );
    expect(await ask()).toEqual({ allowed: false, paths: [], missing: 'NO_GRANT' });
    const { id: grantId } = await grant(someone, 'report_editor', { scope: 'org', orgId: orgs.parent });
    const path = { grantId, roleKey: 'report_editor', pattern: `${key}.report.*`, scope: 'org', orgId: orgs.parent };
    expect(await ask({ orgId: orgs.child })).toEqual({ allowed: true, paths: [path], missing: null });
    expect(await ask({ orgId: orgs.beside })).toMatchObject({ allowed: false, missing: 'OTHER_ORGANIZATION' });
    expect(await ask({ module: `${key}.reports` })).toMatchObject({ allowed: false, missing: 'MODULE_NOT_ENTITLED' });
    await world.rows("UPDATE platform.users SET status = 'suspended' WHERE tenant_id = $1 AND id = $2", [
      tenant.id,
      someone.id,
    ]);
    expect(await ask()).toMatchObject({ allowed: false, missing: 'USER_INACTIVE' });
    expect(await world.code(checkAuthorization, { permission: `${key}.report.read` }, { token: someone.token })).toBe(
      'AUTH_REQUIRED',
    );
  });
});
