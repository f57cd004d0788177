import { type Client, createClient } from '@digilist/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@kit/testing';
import { Browser, startProvider, type TestProvider } from '@kit/testing/outside';
import type { IdentityProvider } from '@platform/contracts';
import { outcome } from './support/http.js';
import { type Municipality, municipality } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
const SECRET = 'a client secret between the two of them';

let op: TestProvider;
let town: Municipality;
let provider: IdentityProvider;
beforeAll(async () => {
  [op, town] = await Promise.all([startProvider(), municipality(system)]);
  const clientId = `kommunen-${town.slug}`;
  provider = await town.admin.client.platform.createIdentityProvider({
    key: 'ansatte',
    name: 'Ansatte',
    issuer: op.issuer,
    clientId,
    clientSecret: SECRET,
    provisioning: 'everyone',
    defaultRole: 'end_user',
  });
  op.register({
    client_id: clientId,
    client_secret: SECRET,
    redirect_uris: [provider.redirectUri],
    post_logout_redirect_uris: [provider.postLogoutRedirectUri],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    backchannel_logout_uri: provider.backchannelLogoutUri,
    backchannel_logout_session_required: true,
  });
}, 60_000);
afterAll(() => op?.stop());

const door = (path: string): string => `${system.gatewayUrl}/api/v1/auth/oidc/${provider.id}/${path}`;

/** Somebody at a browser of their own, sent from the app to the provider and back. */
class Visitor {
  readonly browser = new Browser();

  constructor(private readonly name: string) {}

  /** Where the app is in the end, with the code or the error it was told. */
  async arrive(returnTo = '/'): Promise<URL> {
    const email = `${this.name}@ansatt.example`;
    op.state.person = { id: this.name, claims: { email, email_verified: true, name: this.name } };
    const toProvider = await this.browser.visit(door(`start?returnTo=${encodeURIComponent(returnTo)}`));
    expect(toProvider.origin).toBe(op.issuer);
    const back = await this.browser.visit(toProvider.href);
    expect(back.href).toMatch(new RegExp(`^${provider.redirectUri.replaceAll('.', '\\.')}\\?`));
    return this.browser.visit(back.href);
  }

  redeem(code: string | null, browser = this.browser) {
    return browser.fetch(`${system.gatewayUrl}/api/v1/auth/oidc/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
  }

  async signIn(): Promise<Client> {
    const arrived = await this.arrive();
    const answer = await this.redeem(arrived.searchParams.get('code'));
    if (answer.status !== 200) throw new Error(`${arrived.href}: ${await answer.text()}`);
    const { accessToken } = (await answer.json()) as { accessToken: string };
    const client = createClient({ baseUrl: system.gatewayUrl, language: 'en' });
    client.useTokens({ accessToken });
    return client;
  }
}

describe('somebody who signs in with the provider of their municipality', () => {
  it('is sent there and back, and the app exchanges a code for tokens, once and in that browser only', async () => {
    const open = createClient({ baseUrl: system.gatewayUrl, tenant: town.slug });
    expect((await open.platform.listSignInProviders({})).data).toEqual([
      { key: 'ansatte', name: 'Ansatte', profile: 'generic' },
    ]);
    const visitor = new Visitor('solveig');
    const arrived = await visitor.arrive('/halls?page=2');
    expect(arrived.href).toMatch(new RegExp(`^http://localhost:3000/app/${town.slug}/halls\\?page=2&code=`));
    const code = arrived.searchParams.get('code');
    const elsewhere = await visitor.redeem(code, new Browser());
    expect(await elsewhere.json()).toMatchObject({ code: 'SIGN_IN_CODE_INVALID' });

    const solveig = await new Visitor('solveig').signIn();
    const me = await solveig.platform.getMe();
    expect(me).toMatchObject({
      user: { email: 'solveig@ansatt.example', name: 'solveig', status: 'active' },
      tenant: { id: town.id },
    });
    expect(await outcome(solveig.platform.listUsers({}))).toBe('FORBIDDEN');
    await eventually(async () => expect(await outcome(solveig.digilist.listBookings({}))).toBe('ok'));
    const again = await new Visitor('solveig').signIn();
    expect((await again.platform.getMe()).user.id).toBe(me.user.id);
  });

  it('whose code is used twice loses the session that it brought', async () => {
    const visitor = new Visitor('tyv');
    const code = (await visitor.arrive()).searchParams.get('code');
    const { accessToken } = (await (await visitor.redeem(code)).json()) as { accessToken: string };
    expect(await (await visitor.redeem(code)).json()).toMatchObject({ code: 'SIGN_IN_CODE_INVALID' });
    const client = createClient({ baseUrl: system.gatewayUrl });
    client.useTokens({ accessToken });
    expect(await outcome(client.platform.getMe())).toBe('TOKEN_INVALID');
  });

  it('is told in the app what went wrong, when the way back is not the one they went', async () => {
    const visitor = new Visitor('forvirret');
    const url = await visitor.browser.visit(`${provider.redirectUri}?state=${town.id}.feil&code=feil`);
    expect(url.searchParams.get('error')).toBe('SIGN_IN_ATTEMPT_INVALID');
    const away = await fetch(door('start?returnTo=https://evil.example'), { redirect: 'manual' });
    expect(await away.json()).toMatchObject({ status: 400, code: 'RETURN_URL_NOT_ALLOWED' });
  });
});

describe('single logout', () => {
  it('begun here ends the session here and at the provider', async () => {
    const visitor = new Visitor('ferdig');
    const client = await visitor.signIn();
    const toProvider = await visitor.browser.visit(door('logout'));
    expect(toProvider.origin).toBe(op.issuer);
    expect(await outcome(client.platform.getMe())).toBe('TOKEN_INVALID');
    const app = await visitor.browser.signOut(toProvider.href);
    expect(app.href).toBe(`http://localhost:3000/app/${town.slug}`);
  });

  it('begun there arrives as the form that the provider posts, and holds in DIGILIST as well', async () => {
    const visitor = new Visitor('borte');
    const client = await visitor.signIn();
    await eventually(async () => expect(await outcome(client.digilist.listBookings({}))).toBe('ok'));
    await visitor.browser.signOut(`${op.issuer}/session/end?client_id=kommunen-${town.slug}`);
    await eventually(async () => expect(await outcome(client.platform.getMe())).toBe('TOKEN_INVALID'));
    await eventually(async () => expect(await outcome(client.digilist.listBookings({}))).toBe('TOKEN_INVALID'), {
      within: 5_000,
      every: 50,
    });
  });

  it('arrives as a frame on the provider’s page too, without any cookie of ours', async () => {
    const visitor = new Visitor('rammet');
    const client = await visitor.signIn();
    const sid = op.sessions.at(-1) ?? '';
    const frame = (iss: string) =>
      fetch(`${door('frontchannel-logout')}?${new URLSearchParams({ iss, sid })}`, { redirect: 'manual' });
    expect((await frame('https://evil.example')).status).toBe(204);
    expect(await outcome(client.platform.getMe())).toBe('ok');
    const answer = await frame(op.issuer);
    expect(answer.status).toBe(204);
    expect(answer.headers.get('x-frame-options')).toBeNull();
    expect(await outcome(client.platform.getMe())).toBe('TOKEN_INVALID');
  });
});
