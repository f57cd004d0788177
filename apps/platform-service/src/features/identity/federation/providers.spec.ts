import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startProvider, type TestProvider } from '@kit/testing/outside';
import {
  createIdentityProvider,
  createUser,
  deleteIdentityProvider,
  getIdentityProvider,
  getMe,
  type IdentityProvider,
  listIdentityProviders,
  listSignInProviders,
  startFederatedSignIn,
  updateIdentityProvider,
} from '@platform/contracts';
import { exportJWK, generateKeyPair } from 'jose';
import { API, APP, connect, federationWorld, SECRET, Visitor } from '../../../../test/federation.js';
import { grantOf, PASSWORD, type PlatformWorld, type TestTenant } from '../../../../test/world.js';

let world: PlatformWorld;
let op: TestProvider;
let fjell: TestTenant;
let vidde: TestTenant;

beforeAll(async () => {
  [world, op] = await Promise.all([federationWorld(), startProvider({ acrValues: ['low', 'high'] })]);
  fjell = await world.tenant('fjell');
  vidde = await world.tenant('vidde');
});
afterAll(() => Promise.all([world?.stop(), op?.stop()]));

const as = ({ token }: TestTenant) => ({ token });
const wish = (key: string, more: object = {}) => ({
  key,
  name: key,
  issuer: op.issuer,
  clientId: 'client',
  clientSecret: SECRET,
  ...more,
});
const create = (key: string, more: object = {}): Promise<IdentityProvider> =>
  world.done(createIdentityProvider, wish(key, more), as(fjell));
const problems = async (more: object) => {
  const { refusal } = await world.call(createIdentityProvider, wish('bad', more), as(fjell));
  return [refusal?.code, refusal?.errors?.map(({ path }) => path)];
};

describe('an identity provider', () => {
  test('is added with what the provider must know of us, and never shows its secret', async () => {
    const provider = await create('staff');
    const base = `${API}/api/v1/auth/oidc/${provider.id}`;
    expect(provider).toMatchObject({
      profile: 'generic',
      clientAuthentication: 'client_secret_basic',
      scopes: ['openid', 'email', 'profile'],
      linking: 'never',
      provisioning: 'linked_only',
      enabled: true,
      redirectUri: `${base}/callback`,
      frontchannelLogoutUri: `${base}/frontchannel-logout`,
      backchannelLogoutUri: `${base}/backchannel-logout`,
      postLogoutRedirectUri: `${APP}/fjell`,
      version: 1,
    });
    const read = await world.call(getIdentityProvider, { id: provider.id }, as(fjell));
    const listed = await world.done(listIdentityProviders, {}, as(fjell));
    expect(read).toMatchObject({ value: provider, etag: '"1"' });
    expect(JSON.stringify([provider, read, listed])).not.toContain(SECRET);
    const [row] = await world.rows<{ credential_sealed: string }>(
      'SELECT credential_sealed FROM platform.identity_providers WHERE id = $1',
      [provider.id],
    );
    expect(row?.credential_sealed).toMatch(/^v1\./);
  });

  test('takes a private key in place of a secret, and shows its kid only', async () => {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const clientKey = { ...(await exportJWK(privateKey)), kid: 'key-1' };
    const authentication = { clientAuthentication: 'private_key_jwt', clientSecret: undefined };
    const provider = await create('keyed', { ...authentication, clientKey });
    expect(provider).toMatchObject({ clientAuthentication: 'private_key_jwt', clientKeyId: 'key-1' });
    expect(JSON.stringify(provider)).not.toContain(clientKey.d);
    const { d, p, q, dp, dq, qi, ...publicKey } = clientKey;
    expect(await problems({ ...authentication, clientKey: publicKey })).toEqual([
      'IDENTITY_PROVIDER_INVALID',
      ['clientKey'],
    ]);
    expect(await problems({ ...authentication, clientKey: { kty: 'oct', k: 'AAAA', d: 'x' } })).toEqual([
      'IDENTITY_PROVIDER_INVALID',
      ['clientKey'],
    ]);
  });

  test('must fit together: everything that does not is named at once', async () => {
    const refused = (...paths: string[]) => ['IDENTITY_PROVIDER_INVALID', paths];
    expect(await problems({ minimumAcr: 'high', mfaAcr: 'x' })).toEqual(refused('minimumAcr', 'mfaAcr'));
    expect(await problems({ acrValues: ['a', 'a'] })).toEqual(refused('acrValues'));
    expect(await problems({ acrValues: ['a b'] })).toEqual(refused('acrValues'));
    expect(await problems({ scopes: ['openid email'] })).toEqual(refused('scopes'));
    expect(await problems({ issuer: 'https://x.example/?a=b' })).toEqual(refused('issuer'));
    expect(await problems({ issuer: 'ftp://x.example' })).toEqual(refused('issuer'));
    expect(await problems({ clientSecret: undefined })).toEqual(refused('clientSecret'));
    expect(await problems({ clientKey: {} })).toEqual(refused('clientKey'));
  });

  test('is asked before it is switched on: one that is away, or calls itself otherwise, is not kept', async () => {
    const away = wish('away', { issuer: 'http://127.0.0.1:9' });
    expect(await world.code(createIdentityProvider, away, as(fjell))).toBe('IDENTITY_PROVIDER_UNAVAILABLE');
    const misnamed = wish('misnamed', { issuer: `${op.issuer}/` });
    expect(await world.code(createIdentityProvider, misnamed, as(fjell))).toBe('IDENTITY_PROVIDER_INVALID');
    expect(await create('off', { issuer: 'http://127.0.0.1:9', enabled: false })).toMatchObject({ enabled: false });
    expect(await world.code(startFederatedSignIn, { provider: 'off' }, { tenant: 'fjell' })).toBe('NOT_FOUND');
    const { data } = await world.done(listSignInProviders, {}, { tenant: 'fjell' });
    expect(data.map(({ key }) => key)).not.toContain('off');
  });

  test('has a key of its own for ever, and an issuer', async () => {
    const { id, version } = await create('gone');
    expect(await world.code(createIdentityProvider, wish('gone'), as(fjell))).toBe('IDENTITY_PROVIDER_KEY_TAKEN');
    const change = { id, issuer: 'https://evil.example' };
    expect(await world.code(updateIdentityProvider, change, { ...as(fjell), ifMatch: version })).toBe(
      'VALIDATION_FAILED',
    );
    await world.done(deleteIdentityProvider, { id }, as(fjell));
    expect(await world.code(getIdentityProvider, { id }, as(fjell))).toBe('NOT_FOUND');
    expect(await world.code(createIdentityProvider, wish('gone'), as(fjell))).toBe('IDENTITY_PROVIDER_KEY_TAKEN');
    expect(await world.code(createIdentityProvider, wish('gone'), as(vidde))).toBe('OK');
  });

  test('is changed only by who has read it as it is, and its secret is replaced without being asked for', async () => {
    const provider = await create('changing');
    const { id, version } = provider;
    const change = { id, name: 'Changed', clientSecret: 'another secret' };
    expect(await world.code(updateIdentityProvider, change, as(fjell))).toBe('PRECONDITION_REQUIRED');
    const changed = await world.done(updateIdentityProvider, change, { ...as(fjell), ifMatch: version });
    expect(changed).toMatchObject({ name: 'Changed', issuer: op.issuer, version: 2 });
    expect(changed.credentialChangedAt > provider.credentialChangedAt).toBe(true);
    expect(await world.code(updateIdentityProvider, change, { ...as(fjell), ifMatch: version })).toBe('STALE_VERSION');
    const renamed = { id, name: 'Again' };
    const again = await world.done(updateIdentityProvider, renamed, { ...as(fjell), ifMatch: 2 });
    expect(again.credentialChangedAt).toBe(changed.credentialChangedAt);
    const keyed = { id, clientAuthentication: 'private_key_jwt' as const };
    expect(await world.code(updateIdentityProvider, keyed, { ...as(fjell), ifMatch: 3 })).toBe(
      'IDENTITY_PROVIDER_INVALID',
    );
  });

  test('ends the sessions that it vouched for when it is switched off or given up', async () => {
    const provider = await connect(world, fjell, op, { key: 'ending' });
    const person = new Visitor(world, op, provider, { id: 'ending' });
    const first = await person.signIn();
    const off = { id: provider.id, enabled: false };
    const { version } = await world.done(updateIdentityProvider, off, { ...as(fjell), ifMatch: 1 });
    expect(await world.code(getMe, {}, { token: first.accessToken })).not.toBe('OK');
    const on = { id: provider.id, enabled: true };
    await world.done(updateIdentityProvider, on, { ...as(fjell), ifMatch: version });
    const second = await person.signIn();
    await world.done(deleteIdentityProvider, { id: provider.id }, as(fjell));
    expect(await world.code(getMe, {}, { token: second.accessToken })).not.toBe('OK');
  });

  test('of another tenant is not there', async () => {
    const { id, version } = await create('mine');
    expect(await world.code(getIdentityProvider, { id }, as(vidde))).toBe('NOT_FOUND');
    expect(await world.code(deleteIdentityProvider, { id }, as(vidde))).toBe('NOT_FOUND');
    const change = { id, name: 'Theirs' };
    expect(await world.code(updateIdentityProvider, change, { ...as(vidde), ifMatch: version })).toBe('NOT_FOUND');
    const { data } = await world.done(listIdentityProviders, {}, as(vidde));
    expect(data.map((provider) => provider.id)).not.toContain(id);
  });

  test('gives nobody a role that its administrator could not give', async () => {
    const request = { email: 'helper@fjell.example', name: 'Helper', password: PASSWORD };
    const helper = await world.done(createUser, request, as(fjell));
    const roles = await world.rows<{ id: string }>(
      `INSERT INTO platform.roles (tenant_id, key, name, scope, permissions, status, created_by, updated_by)
       VALUES ($1, 'providers_only', 'Providers only', 'tenant', '{platform.identity-provider.*}', 'published', $2, $2)
       RETURNING id`,
      [fjell.id, helper.id],
    );
    expect(roles).toHaveLength(1);
    await grantOf(world, fjell, helper.id, 'providers_only', 'tenant');
    const { accessToken: token } = await world.signIn(request.email, PASSWORD, 'fjell');
    const grasping = wish('grasping', { defaultRole: 'tenant_administrator' });
    expect(await world.code(createIdentityProvider, grasping, { token })).toBe('GRANT_EXCEEDS_OWN');
    expect(await world.code(createIdentityProvider, wish('modest'), { token })).toBe('OK');
    const unknown = wish('unknown', { defaultRole: 'nobody_has_this' });
    expect(await world.code(createIdentityProvider, unknown, as(fjell))).toBe('NOT_FOUND');
  });
});
