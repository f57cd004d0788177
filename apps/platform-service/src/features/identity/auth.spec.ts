import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getMe, login } from '@platform/contracts';
import { PASSWORD, type PlatformWorld, platformWorld, SUPER_ADMIN } from '../../../test/world.js';

let world: PlatformWorld;

beforeAll(async () => {
  world = await platformWorld();
});
afterAll(() => world?.stop());

describe('signing in', () => {
  test('a super administrator signs in without naming a tenant', async () => {
    const tokens = await world.signIn(SUPER_ADMIN.email, SUPER_ADMIN.password);
    const me = await world.done(getMe, {}, { token: tokens.accessToken });
    expect(me.tenant.slug).toBe('system');
    expect(me.grants).toMatchObject([{ roleKey: 'super_administrator', scope: 'saas', permissions: ['*'] }]);
  });

  test('a person of a tenant signs in there and nowhere else', async () => {
    const fjell = await world.tenant('fjell');
    const me = await world.done(getMe, {}, { token: fjell.token });
    expect(me.tenant).toEqual({ id: fjell.id, slug: 'fjell', name: 'fjell' });
    expect(me.grants).toMatchObject([{ roleKey: 'tenant_administrator', scope: 'tenant', orgId: null }]);
    expect(await world.code(login, { email: fjell.email, password: PASSWORD })).toBe('AUTH_INVALID_CREDENTIALS');
  });
});
