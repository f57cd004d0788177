import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Person, startProvider, type TestProvider } from '@kit/testing/outside';
import {
  finishFederatedSignIn,
  getMe,
  type IdentityProvider,
  listSignInProviders,
  redeemSignInCode,
  refresh,
  startFederatedSignIn,
  updateUser,
} from '@platform/contracts';
import { API, APP, connect, federationWorld, Visitor } from '../../../../test/federation.js';
import type { PlatformWorld, TestTenant } from '../../../../test/world.js';
import { SignInSweep } from './sign-in-sweep.job.js';

let world: PlatformWorld;
let op: TestProvider;
let pushing: TestProvider;
let fjell: TestTenant;
let staff: IdentityProvider;

beforeAll(async () => {
  [world, op, pushing] = await Promise.all([
    federationWorld(),
    startProvider({ acrValues: ['low', 'high'] }),
    startProvider({ par: true }),
  ]);
  fjell = await world.tenant('fjell');
  staff = await connect(world, fjell, op, { key: 'staff', acrValues: ['low', 'high'], mfaAcr: 'high' });
});
afterAll(() => Promise.all([world?.stop(), op?.stop(), pushing?.stop()]));

const visitor = (id: string, claims: Person['claims'] = {}, acr?: string) =>
  new Visitor(world, op, staff, { id, claims, ...(acr && { acr }) });

const named = (name: string) => visitor(name, { email: `${name}@example.no`, email_verified: true, name });
const meOf = async ({ accessToken }: { accessToken: string }) => world.done(getMe, {}, { token: accessToken });

describe('the way to a provider', () => {
  test('carries PKCE with S256, a state, a nonce and the levels that would do, and sets one cookie', async () => {
    const { location, cookie } = await world.done(startFederatedSignIn, { provider: 'staff' }, { tenant: 'fjell' });
    const url = new URL(location);
    expect(url.origin).toBe(op.issuer);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'fjell-staff',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(new RegExp(`^${fjell.id}[.][\\w-]{43}$`)),
      acr_values: 'low high',
      redirect_uri: `${API}/api/v1/auth/oidc/${staff.id}/callback`,
    });
    expect(cookie).toEqual({ name: 'oidc', value: expect.stringMatching(/^[\w-]{43}$/), maxAge: expect.any(Number) });
  });

  test('keeps what is secret out of the database', async () => {
    const { location, cookie } = await world.done(startFederatedSignIn, { provider: staff.id });
    const state = new URL(location).searchParams.get('state')?.split('.')[1] as string;
    const nonce = new URL(location).searchParams.get('nonce') as string;
    const rows = await world.rows('SELECT s::text AS text FROM platform.federated_sign_ins s');
    for (const secret of [state, nonce, cookie?.value as string]) expect(JSON.stringify(rows)).not.toContain(secret);
  });

  test('is pushed where the provider offers it, with client_id beside request_uri', async () => {
    const provider = await connect(world, fjell, pushing, { key: 'pushing' });
    const { location } = await world.done(startFederatedSignIn, { provider: 'pushing' }, { tenant: 'fjell' });
    const sent = Object.fromEntries(new URL(location).searchParams);
    expect(sent).toMatchObject({ client_id: 'fjell-pushing', request_uri: expect.stringMatching(/^urn:ietf:params:/) });
    expect(sent).not.toHaveProperty('state');
    const person = { id: 'ola', claims: { email: 'ola@example.no', email_verified: true } };
    await new Visitor(world, pushing, provider, person).signIn();
  });

  test('leads back into the app of the tenant and nowhere else', async () => {
    const start = (returnTo: string) =>
      world.code(startFederatedSignIn, { provider: 'staff', returnTo }, { tenant: 'fjell' });
    const bad = [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      `${APP}.evil.example/fjell`,
      `https://app.example.test@evil.example/fjell`,
      `${APP}/vidde`,
      `${APP}/fjellet`,
      `${APP}/fjell/../vidde`,
      `${APP}/fjell/%2e%2e/vidde`,
      '/../vidde',
      '/..\\..\\vidde',
      'javascript:alert(1)',
      'http://app.example.test/fjell',
      'reports',
    ];
    for (const returnTo of bad) expect([returnTo, await start(returnTo)]).toEqual([returnTo, 'RETURN_URL_NOT_ALLOWED']);
    for (const returnTo of [`${APP}/fjell`, `${APP}/fjell/reports?page=2`, '/reports', '/reports//a']) {
      expect([returnTo, await start(returnTo)]).toEqual([returnTo, 'OK']);
    }
    const { url } = await named('returning').arrive({ returnTo: '/reports?page=2#top' });
    expect(url.href).toMatch(/^https:\/\/app\.example\.test\/fjell\/reports\?page=2&code=[^#]+#top$/);
  });

  test('is found by the key where the tenant is named, by the id anywhere, and never in another tenant', async () => {
    await world.tenant('vidde');
    expect(await world.code(startFederatedSignIn, { provider: 'staff' })).toBe('TENANT_REQUIRED');
    expect(await world.code(startFederatedSignIn, { provider: 'staff' }, { tenant: 'vidde' })).toBe('NOT_FOUND');
    expect(await world.code(startFederatedSignIn, { provider: staff.id }, { tenant: 'vidde' })).toBe('NOT_FOUND');
    expect(await world.code(startFederatedSignIn, { provider: staff.id })).toBe('OK');
    expect(await world.code(startFederatedSignIn, { provider: 'nobody' }, { tenant: 'fjell' })).toBe('NOT_FOUND');
    const { data } = await world.done(listSignInProviders, {}, { tenant: 'fjell' });
    expect(data).toContainEqual({ key: 'staff', name: 'Provider staff', profile: 'generic' });
  });
});

describe('signing in through a provider', () => {
  test('makes a user at the first time and finds the same one ever after, whatever the address says by then', async () => {
    const kari = named('kari');
    const me = await meOf(await kari.signIn());
    expect(me.user).toMatchObject({ email: 'kari@example.no', name: 'kari', status: 'active' });
    expect(me.tenant.slug).toBe('fjell');
    kari.person = { id: 'kari', claims: { email: 'kari.gift@example.no', email_verified: true, name: 'Kari Gift' } };
    expect((await meOf(await kari.signIn())).user).toMatchObject({ id: me.user.id, email: 'kari@example.no' });
  });

  test('takes no address over that the provider has not verified', async () => {
    for (const [id, claims] of Object.entries({
      unsaid: { email: 'unsaid@example.no' },
      denied: { email: 'denied@example.no', email_verified: false },
      text: { email: 'text@example.no', email_verified: 'true' },
    })) {
      const { user } = await meOf(await visitor(id, claims).signIn());
      expect(user.email).toBe(`${user.id}@no-address.invalid`);
    }
  });

  test('makes one user of two first sign-ins at the same moment', async () => {
    const twins = [named('twin'), named('twin')];
    const returned: Record<string, string>[] = [];
    for (const twin of twins) returned.push(await twin.comeBack());
    const arrived = await Promise.all(twins.map((twin, at) => twin.enter(returned[at] as Record<string, string>)));
    expect(arrived.map(({ error }) => error)).toEqual([undefined, undefined]);
    const users = await world.rows("SELECT id FROM platform.users WHERE email = 'twin@example.no'");
    expect(users).toHaveLength(1);
  });

  test('says how: through a provider, and with several factors where the level says so', async () => {
    const methodsOf = async (level?: string) => {
      const { accessToken } = await visitor(`level-${level}`, {}, level).signIn();
      const { sessionId } = await meOf({ accessToken });
      const [row] = await world.rows(
        'SELECT methods, provider, provider_session FROM platform.sessions WHERE id = $1',
        [sessionId],
      );
      return row;
    };
    expect(await methodsOf()).toMatchObject({
      methods: ['fed'],
      provider: 'staff',
      provider_session: expect.any(String),
    });
    expect(await methodsOf('low')).toMatchObject({ methods: ['fed'] });
    expect(await methodsOf('high')).toMatchObject({ methods: ['fed', 'mfa'] });
  });

  test('gives who is new the role of the provider, for their own rows only', async () => {
    const provider = await connect(world, fjell, op, { key: 'with-role', defaultRole: 'organization_administrator' });
    const tokens = await new Visitor(world, op, provider, { id: 'role' }).signIn();
    expect((await meOf(tokens)).grants).toMatchObject([{ roleKey: 'organization_administrator', scope: 'user' }]);
  });

  test('lets nobody in who is not linked where only they may, nor who is suspended', async () => {
    const closed = await connect(world, fjell, op, { key: 'closed', provisioning: 'linked_only' });
    const stranger = new Visitor(world, op, closed, { id: 'stranger' });
    expect(await stranger.arrive()).toMatchObject({ error: 'ACCOUNT_NOT_LINKED' });
    const leaving = named('leaving');
    const { user } = await meOf(await leaving.signIn());
    const suspend = { id: user.id, status: 'suspended' as const };
    await world.done(updateUser, suspend, { token: fjell.token, ifMatch: user.version });
    expect(await leaving.arrive()).toMatchObject({ error: 'ACCOUNT_INACTIVE' });
  });

  test('can go on in two tabs of one browser at once', async () => {
    const person = named('tabs');
    const first = await person.comeBack();
    const cookie = person.cookie;
    const second = await person.comeBack();
    expect(person.cookie).toBe(cookie);
    for (const returned of [first, second]) {
      const { code, error } = await person.enter(returned);
      expect(error).toBeUndefined();
      await person.redeem(code as string);
    }
  });

  test('begins a session that is renewed like any other', async () => {
    const { refreshToken } = await named('renewing').signIn();
    expect(await world.code(refresh, { refreshToken })).toBe('OK');
  });
});

describe('the code that the app gets', () => {
  const redeemed = (code: string, browser?: string) =>
    world.code(redeemSignInCode, { code, ...(browser && { browser }) });

  test('is good once; used again it costs the session that it brought', async () => {
    const person = named('twice');
    const { code } = await person.arrive();
    const { accessToken } = await person.redeem(code as string);
    expect(await world.code(getMe, {}, { token: accessToken })).toBe('OK');
    expect(await redeemed(code as string, person.cookie)).toBe('SIGN_IN_CODE_INVALID');
    expect(await world.code(getMe, {}, { token: accessToken })).not.toBe('OK');
    const ended = await world.rows("SELECT 1 FROM platform.sessions WHERE provider = 'staff' AND end_reason = 'reuse'");
    expect(ended).toHaveLength(1);
  });

  test('brings one session to ten callers at once', async () => {
    const person = named('crowd');
    const { code } = await person.arrive();
    const codes = await Promise.all(Array.from({ length: 10 }, () => redeemed(code as string, person.cookie)));
    expect(codes.filter((outcome) => outcome === 'OK')).toHaveLength(1);
  });

  test('is good for this browser only, and another one does not use it up', async () => {
    const [person, other] = [named('mine'), named('other')];
    const { code } = await person.arrive();
    await other.comeBack();
    expect(await redeemed(code as string)).toBe('SIGN_IN_CODE_INVALID');
    expect(await redeemed(code as string, other.cookie)).toBe('SIGN_IN_CODE_INVALID');
    expect(await redeemed(code as string, person.cookie)).toBe('OK');
  });

  test('is good for a minute', async () => {
    const person = named('slow');
    const { code } = await person.arrive();
    world.clock.advance(61_000);
    expect(await redeemed(code as string, person.cookie)).toBe('SIGN_IN_CODE_INVALID');
  });

  test('is none of ours: refused', async () => {
    for (const code of ['x', `${fjell.id}.x`, `${fjell.id}.${'A'.repeat(43)}`]) {
      expect(await redeemed(code, 'A'.repeat(43))).toBe('SIGN_IN_CODE_INVALID');
    }
  });

  test('is worth nothing once the tenant is suspended', async () => {
    const stengt = await world.tenant('stengt');
    const provider = await connect(world, stengt, op, { key: 'staff' });
    const person = new Visitor(world, op, provider, { id: 'late' });
    const { code } = await person.arrive();
    await world.rows("UPDATE platform.tenants SET status = 'suspended' WHERE slug = 'stengt'");
    expect(await redeemed(code as string, person.cookie)).toBe('TENANT_SUSPENDED');
    expect(await world.code(startFederatedSignIn, { provider: provider.id })).toBe('TENANT_SUSPENDED');
    expect(await world.code(finishFederatedSignIn, { provider: provider.id })).toBe('TENANT_SUSPENDED');
  });
});

test('what is over is forgotten after a day, but for the sign-ins of sessions that go on', async () => {
  const person = named('remembered');
  const { accessToken } = await person.signIn();
  const { sessionId } = await meOf({ accessToken });
  await person.comeBack();
  const kept = () => world.rows<{ session_id: string | null }>('SELECT session_id FROM platform.federated_sign_ins');
  expect((await kept()).some(({ session_id }) => session_id === null)).toBe(true);
  await world.service.app.get(SignInSweep, { strict: false }).turn(new Date(Date.now() + 2 * 86_400_000));
  const rows = await kept();
  expect(rows.some(({ session_id }) => session_id === null)).toBe(false);
  expect(rows.map(({ session_id }) => session_id)).toContain(sessionId);
});
