import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import { Browser, startProvider, type TestProvider } from '@kit/testing/outside';
import {
  backchannelLogout,
  createIdentityProvider,
  federatedLogout,
  frontchannelLogout,
  getMe,
  type IdentityProvider,
  refresh,
  startFederatedSignIn,
  type Tokens,
  updateIdentityProvider,
} from '@platform/contracts';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { APP, connect, federationWorld, Visitor } from '../../../../test/federation.js';
import { PASSWORD, type PlatformWorld, type TestTenant } from '../../../../test/world.js';

const LEVELS = ['idporten-loa-substantial', 'idporten-loa-high'];
const MINUTE = 60_000;

let world: PlatformWorld;
let op: TestProvider;
let fjell: TestTenant;
let idporten: IdentityProvider;
let minutesAhead = 0;

beforeAll(async () => {
  [world, op] = await Promise.all([federationWorld(), startProvider({ acrValues: LEVELS })]);
  fjell = await world.tenant('fjell');
  idporten = await connect(world, fjell, op, { key: 'idporten', profile: 'idporten' });
  // Another service of the same single sign-on.
  op.register({
    client_id: 'other-service',
    client_secret: 'of the other service',
    redirect_uris: ['https://other.example.test/callback'],
    post_logout_redirect_uris: ['https://other.example.test/'],
  });
});
afterAll(() => Promise.all([world?.stop(), op?.stop()]));

const citizen = (id: string, pid = `pid-of-${id}`, acr = LEVELS[1]) =>
  new Visitor(world, op, idporten, { id, claims: { pid }, ...(acr && { acr }) });

const advance = (minutes: number) => {
  minutesAhead += minutes;
  world.clock.advance(minutes * MINUTE);
};

/** The clock goes on in these tests, and tokens expire. */
const administrator = async () => (await world.signIn(fjell.email, PASSWORD, 'fjell')).accessToken;
const signedIn = ({ accessToken }: Tokens) => world.code(getMe, {}, { token: accessToken });
const meOf = ({ accessToken }: Tokens) => world.done(getMe, {}, { token: accessToken });

async function sessionOf(tokens: Tokens) {
  const { sub, sid } = decodeJwt(tokens.accessToken);
  const [row] = await world.rows<{ status: string; end_reason: string; provider_session: string; methods: string[] }>(
    'SELECT status, end_reason, provider_session, methods FROM platform.sessions WHERE id = $1 AND user_id = $2',
    [sid, sub],
  );
  if (!row) throw new Error('no such session');
  return row;
}

describe('the profile of ID-porten', () => {
  test('leaves nothing to the form: levels, their floor, and how the client proves who it is', async () => {
    expect(idporten).toMatchObject({
      clientAuthentication: 'private_key_jwt',
      clientKeyId: 'fjell-idporten-1',
      scopes: ['openid'],
      acrValues: LEVELS,
      minimumAcr: 'idporten-loa-substantial',
      mfaAcr: 'idporten-loa-high',
    });
    const token = await administrator();
    const wish = { key: 'lax', name: 'Lax', profile: 'idporten' as const, issuer: op.issuer, clientId: 'x' };
    const secret = { ...wish, clientAuthentication: 'client_secret_basic' as const, clientSecret: 's' };
    expect(await world.code(createIdentityProvider, secret, { token })).toBe('IDENTITY_PROVIDER_INVALID');
    expect(await world.code(createIdentityProvider, wish, { token })).toBe('IDENTITY_PROVIDER_INVALID');
    const low = { id: idporten.id, minimumAcr: 'idporten-loa-low' };
    expect(await world.code(updateIdentityProvider, low, { token, ifMatch: idporten.version })).toBe(
      'IDENTITY_PROVIDER_INVALID',
    );
  });

  test('asks by code with PKCE, state, nonce and the level, and by a signed assertion with sub, iss and client_id', async () => {
    const { location } = await world.done(startFederatedSignIn, { provider: idporten.id });
    expect(Object.fromEntries(new URL(location).searchParams)).toMatchObject({
      response_type: 'code',
      scope: 'openid',
      code_challenge_method: 'S256',
      code_challenge: expect.any(String),
      state: expect.any(String),
      nonce: expect.any(String),
      acr_values: LEVELS.join(' '),
    });
    await citizen('assertion').signIn();
    const body = JSON.parse(op.seen.findLast(({ path }) => path === 'token request')?.body ?? '{}');
    expect(body).toMatchObject({ client_id: 'fjell-idporten', client_assertion: expect.any(String) });
    expect(body).not.toHaveProperty('client_secret');
    expect(decodeProtectedHeader(body.client_assertion)).toMatchObject({ alg: 'ES256', kid: 'fjell-idporten-1' });
    const { iss, sub, aud } = decodeJwt(body.client_assertion);
    expect({ iss, sub, aud }).toEqual({ iss: 'fjell-idporten', sub: 'fjell-idporten', aud: op.issuer });
  });

  test('refuses a level below the floor', async () => {
    const token = await administrator();
    const high = { id: idporten.id, minimumAcr: 'idporten-loa-high' };
    const after = await world.done(updateIdentityProvider, high, { token, ifMatch: idporten.version });
    expect(await citizen('weak', 'weak', LEVELS[0]).arrive()).toMatchObject({ error: 'ASSURANCE_TOO_LOW' });
    const back = { id: idporten.id, minimumAcr: 'idporten-loa-substantial' };
    idporten = await world.done(updateIdentityProvider, back, { token, ifMatch: after.version });
    expect((await sessionOf(await citizen('weak', 'weak', LEVELS[0]).signIn())).methods).toEqual(['fed']);
    expect((await sessionOf(await citizen('strong').signIn())).methods).toEqual(['fed', 'mfa']);
  });
});

describe('a national identity number', () => {
  test('is sealed for the person, and found again by a hash under a key of the tenant', async () => {
    const { user } = await meOf(await citizen('sealed', '01017012345').signIn());
    const [row] = await world.rows<{ national_id_sealed: string; national_id_index: string }>(
      'SELECT national_id_sealed, national_id_index FROM platform.oauth_accounts WHERE user_id = $1',
      [user.id],
    );
    expect(row?.national_id_sealed).toMatch(/^v1\./);
    expect(row?.national_id_index).not.toContain('01017012345');
    const keys = await world.rows('SELECT 1 FROM platform.data_keys WHERE subject_id = $1', [user.id]);
    expect(keys).toHaveLength(1);
    const vidde = await world.tenant('vidde');
    const theirs = await connect(world, vidde, op, { key: 'idporten', profile: 'idporten' });
    await new Visitor(world, op, theirs, {
      id: 'sealed',
      acr: LEVELS[1] as string,
      claims: { pid: '01017012345' },
    }).signIn();
    const all = await world.rows<{ national_id_index: string }>(
      'SELECT national_id_index FROM platform.oauth_accounts WHERE subject = $1',
      ['sealed'],
    );
    expect(new Set(all.map(({ national_id_index }) => national_id_index)).size).toBe(2);
  });

  test('brings back the same user when the provider knows them by another subject', async () => {
    const before = await meOf(await citizen('pairwise-1', '02027012345').signIn());
    const after = await meOf(await citizen('pairwise-2', '02027012345').signIn());
    expect(after.user.id).toBe(before.user.id);
    const again = await meOf(await citizen('pairwise-2', '02027012345').signIn());
    expect(again.user.id).toBe(before.user.id);
  });

  test('tells when somebody was born, whatever was written here before; one that says nothing changes nothing', async () => {
    const born = async (id: string, pid: string) => (await meOf(await citizen(id, pid).signIn())).user;
    const first = await born('born', '17051412345');
    expect(first.birthDate).toBe('1914-05-17');
    await world.rows(`UPDATE platform.users SET birth_date = '1990-01-01' WHERE id = $1`, [first.id]);
    expect(await born('born', '17051412345')).toMatchObject({ id: first.id, birthDate: '1914-05-17' });
    expect((await born('unborn', 'pid-of-nobody')).birthDate).toBeNull();
  });

  test('may be missing: some foreign identities have none', async () => {
    const foreigner = new Visitor(world, op, idporten, { id: 'foreign', acr: LEVELS[1] as string });
    expect(await signedIn(await foreigner.signIn())).toBe('OK');
  });

  test('is in no event, no audit record, and no table as it is', async () => {
    const pid = '03037012345';
    await citizen('silent', pid).signIn();
    const tables = await world.rows<{ name: string }>(
      `SELECT relname AS name FROM pg_class
       WHERE relnamespace = 'platform'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`,
    );
    for (const { name } of tables) {
      const found = await world.rows(`SELECT 1 FROM platform.${name} AS row WHERE strpos(row::text, $1) > 0`, [pid]);
      expect({ name, rows: found.length }).toEqual({ name, rows: 0 });
    }
  });
});

describe('a session through ID-porten', () => {
  test('ends after half an hour without use', async () => {
    const tokens = await citizen('idle').signIn();
    advance(29);
    const renewed = await world.done(refresh, { refreshToken: tokens.refreshToken });
    advance(31);
    expect(await world.code(refresh, { refreshToken: renewed.refreshToken })).toBe('AUTH_REFRESH_INVALID');
  });

  test('ends after two hours however much it is used', async () => {
    let { refreshToken } = await citizen('busy').signIn();
    for (let minutes = 25; minutes < 120; minutes += 25) {
      advance(25);
      refreshToken = (await world.done(refresh, { refreshToken })).refreshToken;
    }
    advance(21);
    expect(await world.code(refresh, { refreshToken })).toBe('AUTH_REFRESH_INVALID');
  });
});

/** The scheduled tests of ID-porten, by their names. */
describe('single sign-on and logout', () => {
  /** Signs in at the other service with this browser; answers whether it had to be asked who it is. */
  async function otherService(browser: Browser): Promise<{ asked: boolean }> {
    const before = op.seen.filter(({ path }) => path.startsWith('/interaction/')).length;
    const url = new URL('/auth', op.issuer);
    const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
    for (const [name, value] of Object.entries({
      client_id: 'other-service',
      response_type: 'code',
      scope: 'openid',
      redirect_uri: 'https://other.example.test/callback',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })) {
      url.searchParams.set(name, value);
    }
    const returned = await browser.visit(url.href);
    if (!returned.searchParams.has('code')) throw new Error(`not signed in there: ${returned.href}`);
    return { asked: op.seen.filter(({ path }) => path.startsWith('/interaction/')).length > before };
  }

  const frontchannel = (sid: string, iss = op.issuer) =>
    world.code(frontchannelLogout, { provider: idporten.id, iss, sid });

  test('SSO in: who is signed in at another service comes in without being asked again', async () => {
    const person = citizen('sso-in');
    op.state.person = person.person;
    expect(await otherService(person.browser)).toEqual({ asked: true });
    const before = op.seen.filter(({ path }) => path.startsWith('/interaction/')).length;
    expect(await signedIn(await person.signIn())).toBe('OK');
    expect(op.seen.filter(({ path }) => path.startsWith('/interaction/'))).toHaveLength(before);
  });

  test('SSO out: who is signed in here comes into another service without being asked again', async () => {
    const person = citizen('sso-out');
    await person.signIn();
    expect(await otherService(person.browser)).toEqual({ asked: false });
  });

  test('SLO own: signing out here ends the session here and the one at the provider, and comes back to the app', async () => {
    const person = citizen('slo-own');
    const tokens = await person.signIn();
    const { location, cookie } = await world.done(federatedLogout, {
      provider: idporten.id,
      browser: person.cookie ?? '',
    });
    expect(cookie).toEqual({ name: 'oidc', value: '', maxAge: 0 });
    expect(await signedIn(tokens)).not.toBe('OK');
    expect(await sessionOf(tokens)).toMatchObject({ status: 'ended', end_reason: 'logout' });
    const url = new URL(location);
    expect(url.origin).toBe(op.issuer);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'fjell-idporten',
      post_logout_redirect_uri: `${APP}/fjell`,
    });
    expect((await person.browser.signOut(location)).href).toBe(`${APP}/fjell`);
    expect(await otherService(person.browser)).toEqual({ asked: true });
  });

  test('SLO other: signing out elsewhere ends the session here, by its sid and without any cookie', async () => {
    const [person, bystander] = [citizen('slo-other'), citizen('bystander')];
    const [tokens, theirs] = [await person.signIn(), await bystander.signIn()];
    const { provider_session: sid } = await sessionOf(tokens);
    expect(await frontchannel(sid, 'https://evil.example')).toBe('OK');
    expect(await signedIn(tokens)).toBe('OK');
    expect(await frontchannel(sid)).toBe('OK');
    expect(await signedIn(tokens)).not.toBe('OK');
    expect(await sessionOf(tokens)).toMatchObject({ end_reason: 'provider_logout' });
    expect(await signedIn(theirs)).toBe('OK');
    expect(await frontchannel(sid)).toBe('OK');
    expect(await frontchannel('none of ours')).toBe('OK');
  });

  test('SLO after timeout: when the session here is over, signing out still reaches the provider, and back', async () => {
    const person = citizen('slo-late');
    const tokens = await person.signIn();
    const { provider_session: sid } = await sessionOf(tokens);
    advance(31);
    expect(await world.code(refresh, { refreshToken: tokens.refreshToken })).toBe('AUTH_REFRESH_INVALID');
    const { location } = await world.done(federatedLogout, { provider: idporten.id, browser: person.cookie ?? '' });
    expect((await person.browser.signOut(location)).href).toBe(`${APP}/fjell`);
    expect(await otherService(person.browser)).toEqual({ asked: true });
    expect(await frontchannel(sid)).toBe('OK');
    // Also for a browser that has nothing of ours any more.
    expect(await world.code(federatedLogout, { provider: idporten.id })).toBe('OK');
  });

  test('signing out of one browser leaves the others alone', async () => {
    const [here, there] = [citizen('two-places'), citizen('two-places')];
    const [mine, also] = [await here.signIn(), await there.signIn()];
    await world.done(federatedLogout, { provider: idporten.id, browser: here.cookie ?? '' });
    expect(await signedIn(mine)).not.toBe('OK');
    expect(await signedIn(also)).toBe('OK');
  });
});

describe('a logout token', () => {
  const EVENT = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const send = (token: string) => world.code(backchannelLogout, { provider: idporten.id, logout_token: token });
  const claims = (more: Record<string, unknown>) => {
    const iat = Math.floor(Date.now() / 1000) + minutesAhead * 60;
    return {
      iss: op.issuer,
      aud: 'fjell-idporten',
      iat,
      exp: iat + 120,
      jti: `${Math.random()}`,
      events: EVENT,
      ...more,
    };
  };

  test('of the provider itself ends the session here', async () => {
    // Where the gateway would be: takes the provider's form and hands it on.
    const door = createServer((request, answer) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        const token = new URLSearchParams(body).get('logout_token') ?? '';
        void world.code(backchannelLogout, { provider: direct.id, logout_token: token }).then((code) => {
          codes.push(code);
          answer.writeHead(code === 'OK' ? 204 : 400).end();
        });
      });
    });
    const codes: string[] = [];
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
    const vann = await world.tenant('vann');
    const direct = await connect(world, vann, op, { key: 'direct' });
    op.register({
      client_id: 'vann-direct',
      client_secret: 'a client secret that nobody may ever see',
      redirect_uris: [direct.redirectUri],
      post_logout_redirect_uris: [direct.postLogoutRedirectUri],
      backchannel_logout_uri: `http://127.0.0.1:${(door.address() as AddressInfo).port}/`,
      backchannel_logout_session_required: true,
    });
    world.clock.advance(-minutesAhead * MINUTE);
    try {
      const person = new Visitor(world, op, direct, { id: 'direct' });
      const tokens = await person.signIn();
      const { location } = await world.done(federatedLogout, { provider: direct.id });
      expect(await signedIn(tokens)).toBe('OK');
      await person.browser.signOut(location);
      await eventually(async () => expect(codes).toEqual(['OK']));
      expect(await sessionOf(tokens)).toMatchObject({ status: 'ended', end_reason: 'provider_logout' });
    } finally {
      world.clock.advance(minutesAhead * MINUTE);
      await new Promise((resolve) => door.close(resolve));
    }
  });

  test('that is not what it should be ends nothing', async () => {
    const tokens = await citizen('kept').signIn();
    const { provider_session: sid } = await sessionOf(tokens);
    const typ = 'logout+jwt';
    const { jti, ...withoutId } = claims({ sid });
    for (const bad of [
      claims({ sid, nonce: 'an ID token' }),
      claims({ sid, events: {} }),
      claims({ sid, aud: 'another client' }),
      claims({ sid, iss: 'https://evil.example' }),
      claims({ sid, exp: 1 }),
      claims({ sid, iat: 1 }),
      claims({}),
      withoutId,
    ]) {
      expect(await send(await op.sign(bad, { typ }))).toBe('LOGOUT_TOKEN_INVALID');
    }
    expect(await send('none.of.ours')).toBe('LOGOUT_TOKEN_INVALID');
    expect(await signedIn(tokens)).toBe('OK');
    expect(await send(await op.sign(claims({ sid }), { typ }))).toBe('OK');
    expect(await signedIn(tokens)).not.toBe('OK');
  });

  test('that names a person ends all their sessions through the provider', async () => {
    const [one, two] = [await citizen('everywhere').signIn(), await citizen('everywhere').signIn()];
    expect(await send(await op.sign(claims({ sub: 'everywhere' }), { typ: 'logout+jwt' }))).toBe('OK');
    expect([await signedIn(one), await signedIn(two)]).not.toContain('OK');
  });
});
