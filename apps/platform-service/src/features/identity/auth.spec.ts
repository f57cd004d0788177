import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { AccessTokens, KeyRing, Secret } from '@kit/service';
import { eventually } from '@kit/testing';
import { createTenant, createUser, getMe, listSigningKeys, login, updateUser } from '@platform/contracts';
import { DataSource } from 'typeorm';
import { PASSWORD, type PlatformWorld, platformWorld, SUPER_ADMIN, type TestTenant } from '../../../test/world.js';
import { Passwords } from './passwords.js';
import { SigningKeys } from './signing-keys.js';

let world: PlatformWorld;
let fjell: TestTenant;

beforeAll(async () => {
  world = await platformWorld();
  fjell = await world.tenant('fjell');
});
afterAll(() => world?.stop());

const audited = (action: string, reason: string | null) =>
  world.rows<{ actor_kind: string; actor_id: string | null; entity_id: string; outcome: string; changes: unknown }>(
    `SELECT actor_kind, actor_id, entity_id, outcome, changes FROM platform.audit_logs
     WHERE tenant_id = $1 AND action = $2 AND reason IS NOT DISTINCT FROM $3 ORDER BY seq DESC LIMIT 1`,
    [fjell.id, action, reason],
  );

describe('signing in', () => {
  test('lets a super administrator in without naming a tenant', async () => {
    const tokens = await world.signIn(SUPER_ADMIN.email, SUPER_ADMIN.password);
    const me = await world.done(getMe, {}, { token: tokens.accessToken });
    expect(me.tenant.slug).toBe('system');
    expect(me.grants).toMatchObject([{ roleKey: 'super_administrator', scope: 'saas', permissions: ['*'] }]);
  });

  test('lets a person into their tenant, whatever the case of the address', async () => {
    const tokens = await world.signIn(fjell.email.toUpperCase(), PASSWORD, 'fjell');
    expect(tokens).toMatchObject({ tokenType: 'Bearer', expiresIn: 300 });
    const me = await world.done(getMe, {}, { token: tokens.accessToken });
    expect(me.tenant).toEqual({ id: fjell.id, slug: 'fjell', name: 'fjell' });
    expect(me.user).toMatchObject({ id: fjell.administratorId, email: fjell.email });
    expect(me.grants).toMatchObject([{ roleKey: 'tenant_administrator', scope: 'tenant', orgId: null }]);
  });

  test('answers the same for an unknown address, a wrong password and whoever may not sign in', async () => {
    const person = await world.done(
      createUser,
      { email: 'suspended@fjell.example', name: 'Suspended', password: PASSWORD },
      { token: fjell.token },
    );
    await world.done(
      updateUser,
      { id: person.id, status: 'suspended' },
      { token: fjell.token, ifMatch: person.version },
    );
    await world.done(createUser, { email: 'invited@fjell.example', name: 'Invited' }, { token: fjell.token });
    const attempts = [
      { email: 'nobody@fjell.example', password: PASSWORD },
      { email: fjell.email, password: 'not the password of anybody' },
      { email: 'suspended@fjell.example', password: PASSWORD },
      { email: 'invited@fjell.example', password: PASSWORD },
      { email: 'service@fjell.invalid', password: PASSWORD },
      { email: SUPER_ADMIN.email, password: SUPER_ADMIN.password },
    ];
    const answers = [];
    for (const attempt of attempts) answers.push((await world.call(login, attempt, { tenant: 'fjell' })).refusal);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.code).toBe('AUTH_INVALID_CREDENTIALS');
  });

  test('looks at one password hash, whether the address is known or not', async () => {
    const passwords = world.service.app.get(Passwords);
    const looked = jest.spyOn(passwords, 'matches');
    for (const email of [fjell.email, 'nobody.at.all@fjell.example']) {
      looked.mockClear();
      await world.code(login, { email, password: 'not the password of anybody' }, { tenant: 'fjell' });
      expect(looked).toHaveBeenCalledTimes(1);
    }
    looked.mockRestore();
    await world.signIn(fjell.email, PASSWORD, 'fjell');
  });

  test('refuses a tenant that is unknown or suspended', async () => {
    expect(await world.code(login, { email: fjell.email, password: PASSWORD }, { tenant: 'nowhere' })).toBe(
      'TENANT_UNKNOWN',
    );
    const administrator = { email: 'admin@stengt.example', name: 'Admin', password: PASSWORD };
    const stengt = { slug: 'stengt', name: 'Stengt', administrator };
    await world.done(createTenant, stengt, { token: await world.superToken() });
    await world.rows("UPDATE platform.tenants SET status = 'suspended' WHERE slug = 'stengt'");
    expect(await world.code(login, { email: administrator.email, password: PASSWORD }, { tenant: 'stengt' })).toBe(
      'TENANT_SUSPENDED',
    );
  });

  test('is not hindered by an access token that has expired', async () => {
    const token = `${fjell.token.slice(0, -4)}AAAA`;
    expect(await world.code(login, { email: fjell.email, password: PASSWORD }, { tenant: 'fjell', token })).toBe('OK');
    expect(await world.code(getMe, {}, { token })).toBe('TOKEN_INVALID');
  });

  test('reports every wrong field', async () => {
    const { refusal } = await world.call(login, { email: 'x', password: 1, more: true }, { tenant: 'fjell' });
    expect(refusal.code).toBe('VALIDATION_FAILED');
    expect(new Set(refusal.errors?.map((error) => error.path))).toEqual(new Set(['email', 'password', 'more']));
  });

  test('is audited, and so is failing to', async () => {
    await world.signIn(fjell.email, PASSWORD, 'fjell');
    await world.code(
      login,
      { email: fjell.email, password: 'wrong password for sure' },
      { tenant: 'fjell', ip: '203.0.113.7' },
    );
    await eventually(async () => {
      expect(await audited('platform.session.login', null)).toMatchObject([
        { actor_kind: 'user', actor_id: fjell.administratorId, outcome: 'done' },
      ]);
      expect(await audited('platform.session.login', 'AUTH_INVALID_CREDENTIALS')).toMatchObject([
        { actor_kind: 'anonymous', actor_id: null, outcome: 'refused' },
      ]);
    });
  });

  test('keeps no password and no secret in the database', async () => {
    const [credential] = await world.rows<{ secret_hash: string }>(
      'SELECT secret_hash FROM platform.credentials LIMIT 1',
    );
    expect(credential?.secret_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const { refreshToken, accessToken } = await world.signIn(fjell.email, PASSWORD, 'fjell');
    const tables = await world.rows<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relnamespace = 'platform'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition",
    );
    const secret = refreshToken.split('.')[1] as string;
    for (const { name } of tables) {
      const found = await world.rows(
        `SELECT 1 FROM platform.${name} AS row WHERE strpos(row::text, $1) > 0 OR strpos(row::text, $2) > 0 OR strpos(row::text, $3) > 0`,
        [PASSWORD, secret, accessToken],
      );
      expect({ name, rows: found.length }).toEqual({ name, rows: 0 });
    }
  });
});

describe('a header that contradicts the token', () => {
  test('is refused and audited where the token belongs', async () => {
    await world.tenant('vidde');
    expect(await world.code(getMe, {}, { token: fjell.token, tenant: 'vidde' })).toBe('TENANT_MISMATCH');
    expect(await world.code(getMe, {}, { token: fjell.token, tenant: 'fjell' })).toBe('OK');
    await eventually(async () => {
      expect(await audited('security.tenant.mismatch', 'TENANT_MISMATCH')).toMatchObject([
        { actor_id: fjell.administratorId, outcome: 'refused', changes: { named: 'vidde' } },
      ]);
    });
  });
});

describe('signing keys', () => {
  test('that the configured master key does not open keep the service from starting', async () => {
    const config = { ...world.config, masterKey: new Secret(Buffer.alloc(32, 9).toString('base64')) };
    const keys = new SigningKeys(world.service.app.get(DataSource), config);
    await expect(keys.onModuleInit()).rejects.toThrow(/PLATFORM_MASTER_KEY is not the one/);
  });

  test('are published without their private part and verify what was signed', async () => {
    const { keys } = await world.done(listSigningKeys, {});
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    const tokens = new AccessTokens(new KeyRing(async () => keys.map((key) => ({ ...key }))));
    expect(await tokens.verify(fjell.token)).toMatchObject({
      userId: fjell.administratorId,
      tenantId: fjell.id,
      tenantSlug: 'fjell',
    });
  });
});
