import { createClient } from '@digilist/client';
import { listBookings } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@kit/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import { getMe, listUsers } from '@platform/contracts';
import { http, outcome, refusal, tally } from './support/http.js';
import { type Municipality, municipality, signIn } from './support/municipality.js';
import { natsAs, rpc } from './support/nats.js';
import { sharedSystem } from './support/system.js';
import { forgeries, partsOf } from './support/tokens.js';

const system = sharedSystem();
const gateway = system.gatewayUrl;
let town: Municipality;
let nats: NatsConnection;
beforeAll(async () => {
  town = await municipality(system);
  nats = await natsAs(system, 'gateway');
}, 60_000);
afterAll(() => nats?.close());

describe('flow 1: PLATFORM issues, the gateway verifies, the service verifies again', () => {
  it('a token says who, in which tenant, for five minutes', async () => {
    const { header, claims } = partsOf(town.resident.client.tokens?.accessToken ?? '');
    expect(header).toMatchObject({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) });
    expect(claims).toMatchObject({ iss: 'platform', aud: 'api', sub: town.resident.id, tid: town.id, ten: town.slug });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(300);
    const { keys } = await createClient({ baseUrl: gateway }).platform.listSigningKeys();
    expect(keys.map(({ kid }) => kid)).toContain(header.kid);
    expect(JSON.stringify(keys)).not.toContain('"d"');
  });

  it('without a token there is no answer, over HTTP or to the gateway itself', async () => {
    expect(await http(gateway, 'GET', '/api/v1/bookings')).toMatchObject({
      status: 401,
      body: { code: 'AUTH_REQUIRED' },
    });
    expect(await rpc(nats, listBookings, {})).toMatchObject({ status: 'refused', code: 'AUTH_REQUIRED' });
  });

  it('a forged token is refused at the gateway and, with the gateway’s own powers, by each service', async () => {
    const real = town.resident.client.tokens?.accessToken ?? '';
    const { keys } = await createClient({ baseUrl: gateway }).platform.listSigningKeys();
    const asAdmin = { sub: town.admin.id };
    const forged = forgeries(real, { ...keys[0] }, asAdmin);
    const answers: Record<string, string[]> = {};
    for (const [name, token] of Object.entries(forged)) {
      const authorization = { authorization: `Bearer ${token}` };
      const edge = await http(gateway, 'GET', '/api/v1/users', { token });
      const platform = await rpc(nats, listUsers, {}, authorization);
      const digilist = await rpc(nats, listBookings, {}, authorization);
      answers[name] = [`${edge.status} ${edge.body.code}`, `${platform.code}`, `${digilist.code}`];
    }
    const refused = ['401 TOKEN_INVALID', 'TOKEN_INVALID', 'TOKEN_INVALID'];
    expect(answers).toEqual(Object.fromEntries(Object.keys(forged).map((name) => [name, refused])));
    // The same way in, with the real token, is open: it was the token that was refused.
    expect(await rpc(nats, getMe, {}, { authorization: `Bearer ${real}` })).toMatchObject({ status: 'ok' });
    expect(await rpc(nats, listBookings, {}, { authorization: `Bearer ${real}` })).toMatchObject({ status: 'ok' });
  });

  it('a token of another tenant does not open this one', async () => {
    const other = await municipality(system);
    const authorization = { authorization: `Bearer ${other.admin.client.tokens?.accessToken}`, 'x-tenant': town.slug };
    expect(await rpc(nats, listBookings, {}, authorization)).toMatchObject({ code: 'TENANT_MISMATCH' });
    expect(await rpc(nats, listUsers, {}, authorization)).toMatchObject({ code: 'TENANT_MISMATCH' });
  });

  it('wrong password, unknown address and another tenant’s address answer alike', async () => {
    const attempt = (tenant: string, email: string, password: string) =>
      http(gateway, 'POST', '/api/v1/auth/login', { tenant, body: { email, password } });
    const other = await municipality(system);
    const answers = await Promise.all([
      attempt(town.slug, town.resident.email, 'feil-passord-feil-passord'),
      attempt(town.slug, 'ingen@nowhere.example', 'feil-passord-feil-passord'),
      attempt(other.slug, town.resident.email, town.resident.password),
    ]);
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 401, body: { code: 'AUTH_INVALID_CREDENTIALS' } });
    expect(new Set(answers.map(({ body }) => body.detail)).size).toBe(1);
  });

  it('a refresh gives the next pair; a token that was spent before ends the session', async () => {
    const client = await signIn(gateway, town.slug, town.resident.email, town.resident.password);
    const first = client.tokens?.refreshToken ?? '';
    expect(first.startsWith(`${town.id}.`)).toBe(true);
    const { platform } = createClient({ baseUrl: gateway });
    const second = (await platform.refresh({ refreshToken: first })).refreshToken;
    const third = (await platform.refresh({ refreshToken: second })).refreshToken;
    expect(new Set([first, second, third]).size).toBe(3);
    expect(await refusal(platform.refresh({ refreshToken: first }))).toMatchObject({
      status: 401,
      code: 'AUTH_REFRESH_REUSED',
    });
    expect(await refusal(platform.refresh({ refreshToken: third }))).toMatchObject({
      status: 401,
      code: 'AUTH_REFRESH_INVALID',
    });
  });

  it('of many refreshes with one token at the same moment there is one successor, and all get it', async () => {
    const client = await signIn(gateway, town.slug, town.resident.email, town.resident.password);
    const refreshToken = client.tokens?.refreshToken ?? '';
    const { platform } = createClient({ baseUrl: gateway });
    const answers = await Promise.all(Array.from({ length: 20 }, () => platform.refresh({ refreshToken })));
    expect(new Set(answers.map((tokens) => tokens.refreshToken)).size).toBe(1);
  });

  it('after signing out the session cannot be renewed', async () => {
    const client = await signIn(gateway, town.slug, town.resident.email, town.resident.password);
    const refreshToken = client.tokens?.refreshToken ?? '';
    await client.signOut();
    const anonymous = createClient({ baseUrl: gateway });
    expect(await refusal(anonymous.platform.refresh({ refreshToken }))).toMatchObject({
      status: 401,
      code: 'AUTH_REFRESH_INVALID',
    });
  });

  it('an access token of a session that has ended opens nothing any more, in PLATFORM at once and in DIGILIST within five seconds', async () => {
    const person = await town.person('leaver', [{ role: 'end_user' }]);
    const token = person.client.tokens?.accessToken ?? '';
    const other = await signIn(gateway, town.slug, person.email, person.password);
    const answer = async (path: string, of: string | undefined) => {
      const { status, body } = await http(gateway, 'GET', `/api/v1${path}`, { token: of ?? '' });
      return status === 200 ? status : body.code;
    };
    await eventually(async () => expect(await answer('/bookings', token)).toBe(200));
    await other.platform.endOtherSessions();
    expect(await answer('/auth/me', token)).toBe('TOKEN_INVALID');
    await eventually(async () => expect(await answer('/bookings', token)).toBe('TOKEN_INVALID'), { within: 5_000 });
    expect(await answer('/bookings', other.tokens?.accessToken)).toBe(200);
  });

  it('a client whose token has expired is signed in again without noticing', async () => {
    const client = await signIn(gateway, town.slug, town.resident.email, town.resident.password);
    const { refreshToken } = client.tokens ?? {};
    client.useTokens({ accessToken: 'expired.expired.expired', refreshToken });
    const answers = await Promise.all(Array.from({ length: 5 }, () => outcome(client.platform.getMe())));
    expect(tally(answers)).toEqual({ ok: 5 });
  });
});
