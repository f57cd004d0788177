import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import {
  type CreatedApiKey,
  createApiKey,
  createRole,
  createServiceAccount,
  createUser,
  exchangeApiKey,
  getMe,
  grantRole,
  impersonate,
  listApiKeys,
  listRoles,
  listServiceAccounts,
  listUsers,
  logout,
  putSetting,
  refresh,
  removeServiceAccount,
  revokeApiKey,
  type ServiceAccount,
  updateMe,
  updateUser,
} from '@platform/contracts';
import jwt from 'jsonwebtoken';
import { v7 as uuidv7 } from 'uuid';
import { PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';

let world: PlatformWorld;
let tenant: TestTenant;
let other: TestTenant;

beforeAll(async () => {
  world = await platformWorld();
  tenant = await world.tenant('fjell');
  other = await world.tenant('vidde');
});
afterAll(() => world?.stop());

let made = 0;
const as = () => ({ token: tenant.token });
const roleOf = async (permissions: string[]): Promise<string> => {
  made += 1;
  const role = { key: `machine_${made}`, name: 'x', scope: 'tenant' as const, permissions };
  return (await world.done(createRole, role, as())).id;
};
const give = (id: string, roleId: string) => world.done(grantRole, { id, roleId, scope: 'tenant' }, as());
const account = (): Promise<ServiceAccount> => world.done(createServiceAccount, { name: 'Import' }, as());
const keyOf = (id: string, more: object = {}): Promise<CreatedApiKey> =>
  world.done(createApiKey, { id, name: 'production', ...more }, as());
const tokenOf = async (apiKey: string) => (await world.done(exchangeApiKey, { apiKey }, {})).accessToken;
async function person(...permissions: string[]) {
  made += 1;
  const email = `person${made}@fjell.example`;
  const { id } = await world.done(createUser, { email, name: 'A Person', password: PASSWORD }, as());
  if (permissions.length > 0) await give(id, await roleOf(permissions));
  return { id, email, token: (await world.signIn(email, PASSWORD, 'fjell')).accessToken };
}

describe('a service account', () => {
  test('signs in with a key and may what it is granted, no more', async () => {
    const { id } = await account();
    const key = await keyOf(id);
    const issued = await world.done(exchangeApiKey, { apiKey: key.key }, {});
    expect(issued).toMatchObject({
      tokenType: 'Bearer',
      issuedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
    });
    const { accessToken } = issued;
    expect(await world.done(getMe, {}, { token: accessToken })).toMatchObject({
      user: { id, kind: 'service' },
      grants: [],
    });
    expect(await world.code(listUsers, {}, { token: accessToken })).toBe('FORBIDDEN');
    await give(id, await roleOf(['platform.user.read']));
    expect(await world.code(listUsers, {}, { token: accessToken })).toBe('OK');
    expect(jwt.decode(accessToken)).toMatchObject({ sub: id, tid: tenant.id, ten: 'fjell' });
  });

  test('is listed, its keys as well, but no key ever again; the tenant’s own service user is none', async () => {
    const made = await account();
    const key = await keyOf(made.id, { expiresInDays: 7 });
    const { data } = await world.done(listServiceAccounts, { limit: 200 }, as());
    expect(data).toContainEqual(made);
    expect(data.map(({ id }) => id)).not.toContain(tenant.serviceUserId);
    const listed = await world.done(listApiKeys, { id: made.id }, as());
    expect(listed.data).toMatchObject([
      { id: key.id, name: 'production', last4: key.key.slice(-4), status: 'active', lastUsedAt: null },
    ]);
    await tokenOf(key.key);
    expect((await world.done(listApiKeys, { id: made.id }, as())).data[0]?.lastUsedAt).not.toBeNull();
    const secret = key.key.split('.')[1] as string;
    const rows = await world.rows('SELECT to_jsonb(k) AS all FROM platform.api_keys k');
    const outbox = await world.rows('SELECT payload FROM platform.outbox');
    expect(JSON.stringify([listed, rows, outbox])).not.toContain(secret);
    expect(await world.code(createApiKey, { id: tenant.serviceUserId, name: 'x' }, as())).toBe('NOT_FOUND');
  });

  test('is refused with a key that is none, of elsewhere, revoked or expired, always the same way', async () => {
    const { id } = await account();
    const [revoked, short] = [await keyOf(id), await keyOf(id, { expiresInDays: 1 })];
    const token = await tokenOf(revoked.key);
    await world.done(revokeApiKey, { id, keyId: revoked.id }, as());
    expect(await world.code(getMe, {}, { token })).not.toBe('OK');
    expect(await world.code(revokeApiKey, { id, keyId: revoked.id }, as())).toBe('NOT_FOUND');
    const elsewhere = `${other.id}.${short.key.split('.')[1]}`;
    for (const apiKey of [
      revoked.key,
      elsewhere,
      `${short.key}x`,
      short.key.slice(0, -1),
      'x',
      `${uuidv7()}.${'a'.repeat(43)}`,
    ])
      expect(await world.code(exchangeApiKey, { apiKey }, {})).toBe('API_KEY_INVALID');
    expect(await world.code(exchangeApiKey, { apiKey: short.key }, {})).toBe('OK');
    world.clock.advance(2 * 86_400_000);
    expect(await world.code(exchangeApiKey, { apiKey: short.key }, {})).toBe('API_KEY_INVALID');
    world.clock.advance(-2 * 86_400_000);
    await eventually(async () => {
      const rows = await world.rows(
        "SELECT 1 FROM platform.audit_logs WHERE action = 'platform.api-key.use' AND entity_id = $1",
        [revoked.id],
      );
      expect(rows.length).toBeGreaterThan(0);
    });
  });

  test('goes with its keys and their tokens', async () => {
    const { id } = await account();
    const key = await keyOf(id);
    const token = await tokenOf(key.key);
    await world.done(removeServiceAccount, { id }, as());
    expect(await world.code(getMe, {}, { token })).not.toBe('OK');
    expect(await world.code(exchangeApiKey, { apiKey: key.key }, {})).toBe('API_KEY_INVALID');
    expect(await world.code(createApiKey, { id, name: 'x' }, as())).toBe('NOT_FOUND');
    expect(await world.code(removeServiceAccount, { id: tenant.serviceUserId }, as())).toBe('NOT_FOUND');
  });

  test('gives nobody more than they have: whoever makes a key holds all that the account holds', async () => {
    const { id } = await account();
    await give(id, await roleOf(['platform.user.read', 'platform.user.update']));
    const clerk = await person('platform.service-account.*', 'platform.user.read');
    expect(await world.code(createApiKey, { id, name: 'x' }, { token: clerk.token })).toBe('GRANT_EXCEEDS_OWN');
    const chief = await person('platform.service-account.*', 'platform.user.*');
    expect(await world.code(createApiKey, { id, name: 'x' }, { token: chief.token })).toBe('OK');
    const novice = await person();
    expect(await world.code(createServiceAccount, { name: 'x' }, { token: novice.token })).toBe('FORBIDDEN');
    expect(await world.code(listApiKeys, { id }, { token: other.token })).toBe('NOT_FOUND');
  });
});

describe('acting on behalf of a user', () => {
  const why = 'Case 4711: cannot see their own request';
  const allow = async (value: boolean) => {
    const [row] = await world.rows<{ version: number }>(
      "SELECT version FROM platform.tenant_settings WHERE tenant_id = $1 AND key = 'platform.impersonation-allowed'",
      [tenant.id],
    );
    await world.done(
      putSetting,
      { key: 'platform.impersonation-allowed', value },
      { ...as(), ifMatch: row?.version ?? 0 },
    );
  };

  test('needs the tenant’s consent, a permission and a fresh sign-in', async () => {
    const resident = await person('platform.user.read');
    expect(await world.code(impersonate, { id: resident.id, reason: why }, as())).toBe('IMPERSONATION_NOT_ALLOWED');
    await allow(true);
    const clerk = await person('platform.user.read');
    expect(await world.code(impersonate, { id: resident.id, reason: why }, { token: clerk.token })).toBe('FORBIDDEN');
    expect(await world.code(impersonate, { id: resident.id, reason: 'short' }, as())).toBe('VALIDATION_FAILED');
    const support = await person('platform.user.*');
    world.clock.advance(6 * 60_000);
    const { accessToken } = await world.signIn(tenant.email, PASSWORD, 'fjell');
    tenant.token = accessToken;
    other.token = (await world.signIn(other.email, PASSWORD, 'vidde')).accessToken;
    expect(await world.code(impersonate, { id: resident.id, reason: why }, as())).toBe('OK');
    const stale = (await world.signIn(support.email, PASSWORD, 'fjell')).accessToken;
    await world.rows("UPDATE platform.sessions SET authenticated_at = now() - interval '1 hour' WHERE user_id = $1", [
      support.id,
    ]);
    expect(await world.code(impersonate, { id: resident.id, reason: why }, { token: stale })).toBe('STEP_UP_REQUIRED');
  });

  test('names both, sees what the user sees, changes nothing of the account, and ends within fifteen minutes', async () => {
    const resident = await person('platform.user.read');
    const issued = await world.done(impersonate, { id: resident.id, reason: why }, as());
    expect(issued).not.toHaveProperty('refreshToken');
    const { accessToken: token } = issued;
    expect(jwt.decode(token)).toMatchObject({ sub: resident.id, act: { sub: tenant.administratorId } });
    expect(await world.done(getMe, {}, { token })).toMatchObject({ user: { id: resident.id } });
    expect(await world.code(listUsers, {}, { token })).toBe('OK');
    expect(await world.code(updateMe, { name: 'Taken over' }, { token, ifMatch: 1 })).toBe('IMPERSONATION_LIMITED');
    expect(
      await world.code(
        createRole,
        { key: 'x_y', name: 'x', scope: 'org', permissions: ['platform.user.read'] },
        { token },
      ),
    ).toBe('IMPERSONATION_LIMITED');
    expect(await world.code(impersonate, { id: resident.id, reason: why }, { token })).toBe('IMPERSONATION_LIMITED');
    const [session] = await world.rows<{ until: Date; begun: Date }>(
      'SELECT absolute_expires_at AS until, created_at AS begun FROM platform.sessions WHERE impersonator_id IS NOT NULL AND user_id = $1',
      [resident.id],
    );
    expect((session?.until.getTime() ?? 0) - (session?.begun.getTime() ?? 0)).toBe(15 * 60_000);
    expect(await world.code(logout, {}, { token })).toBe('OK');
    expect(await world.code(getMe, {}, { token })).not.toBe('OK');
    await eventually(async () => {
      const rows = await world.rows<{ reason: string; impersonator_id: string | null; action: string }>(
        "SELECT action, reason, impersonator_id FROM platform.audit_logs WHERE tenant_id = $1 AND (action = 'platform.user.impersonate' AND entity_id = $2 OR action = 'platform.session.logout')",
        [tenant.id, resident.id],
      );
      expect(rows).toContainEqual({ action: 'platform.user.impersonate', reason: why, impersonator_id: null });
      expect(rows).toContainEqual({
        action: 'platform.session.logout',
        reason: 'logout',
        impersonator_id: tenant.administratorId,
      });
    });
  });

  test('is for nobody who holds less than the user, nor of oneself, of a service, or of somebody who is not active', async () => {
    const { data } = await world.done(listRoles, { limit: 200 }, as());
    const administrator = data.find(({ key }) => key === 'tenant_administrator')?.id as string;
    const boss = await person();
    await give(boss.id, administrator);
    const support = await person('platform.user.*');
    expect(await world.code(impersonate, { id: boss.id, reason: why }, { token: support.token })).toBe(
      'GRANT_EXCEEDS_OWN',
    );
    expect(await world.code(impersonate, { id: support.id, reason: why }, { token: support.token })).toBe(
      'IMPERSONATION_TARGET_INVALID',
    );
    const machine = await account();
    expect(await world.code(impersonate, { id: machine.id, reason: why }, as())).toBe('IMPERSONATION_TARGET_INVALID');
    const gone = await person();
    const { version } = (await world.done(listUsers, { email: gone.email }, as())).data[0] as { version: number };
    await world.done(updateUser, { id: gone.id, status: 'suspended' }, { ...as(), ifMatch: version });
    expect(await world.code(impersonate, { id: gone.id, reason: why }, as())).toBe('IMPERSONATION_TARGET_INVALID');
    expect(await world.code(impersonate, { id: uuidv7(), reason: why }, as())).toBe('NOT_FOUND');
    const { id: foreign } = await world.done(
      createUser,
      { email: 'x@vidde.example', name: 'X' },
      { token: other.token },
    );
    expect(await world.code(impersonate, { id: foreign, reason: why }, as())).toBe('NOT_FOUND');
    expect(await world.code(refresh, { refreshToken: 'x' }, {})).toBe('AUTH_REFRESH_INVALID');
  });
});
