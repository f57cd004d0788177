import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { expect } from '@jest/globals';
import { eventually, query } from '@kit/testing';
import { Browser } from '@kit/testing/outside';
import { readIntegration, readSystemConfigs, registerProduct } from '@platform/contracts';
import { LENDING } from './lending.js';
import { natsAs, rpc } from './nats.js';
import { API, BILLING_SECRET, type SecretJourney } from './secret-journey.js';

/** Those of its own configuration. */
export async function configuration(journey: SecretJourney): Promise<void> {
  const { secrets, system } = journey;
  for (const [user, { password }] of Object.entries(system.nats.credentials))
    secrets.plant(`NATS password of ${user}`, password);
  for (const [context, urls] of Object.entries(system.urls))
    for (const [role, url] of Object.entries({ ...urls })) {
      const { password } = new URL(url);
      if (password.length >= 12) secrets.plant(`database password of ${context}_${role}`, decodeURIComponent(password));
    }
  secrets.plant('password of the super administrator', system.superAdmin.password);
  secrets.plant('master key', system.masterKey);
  secrets.plant('secret of a billing provider', BILLING_SECRET.slice('whsec_'.length));
}

/** A sign-in through another provider, with a national identity number. */
export async function federation(journey: SecretJourney): Promise<void> {
  const { secrets, provider } = journey;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const clientKey = { ...privateKey.export({ format: 'jwk' }), kid: 'client-1', alg: 'ES256' };
  secrets.plant('private key of a client', String(clientKey.d));
  const wanted = {
    key: 'idporten',
    name: 'ID',
    profile: 'idporten',
    issuer: provider.issuer,
    clientId: 'client',
    clientKey,
    provisioning: 'everyone',
  };
  const headers = { 'idempotency-key': 'provider-1' };
  const { body: idporten } = await journey.call(201, 'POST', '/identity-providers', {
    token: journey.admin,
    body: wanted,
    headers,
  });
  const staff = { key: 'staff', name: 'Staff', issuer: provider.issuer, clientId: 'client', enabled: false };
  const withSecret = { ...staff, clientSecret: secrets.invent('client secret') };
  const made = await journey.call(201, 'POST', '/identity-providers', { token: journey.admin, body: withSecret });
  await journey.call(409, 'POST', '/identity-providers', {
    token: journey.admin,
    body: { ...staff, clientSecret: secrets.invent('client secret of a taken key') },
  });
  const again = { clientSecret: secrets.invent('client secret that took its place') };
  await journey.call(200, 'PATCH', `/identity-providers/${made.body.id}`, {
    token: journey.admin,
    body: again,
    headers: { 'if-match': '"1"' },
  });
  const broken = { ...staff, key: 'broken', clientKey: { kty: 'EC', crv: 'P-256', d: secrets.invent('half a key') } };
  await journey.call(422, 'POST', '/identity-providers', { token: journey.admin, body: broken });

  provider.register({
    client_id: 'client',
    redirect_uris: [String(idporten.redirectUri)],
    post_logout_redirect_uris: [String(idporten.postLogoutRedirectUri)],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'client-1', alg: 'ES256', use: 'sig' } as never] },
  });
  const pid = secrets.plant('national identity number', '04047012345');
  provider.state.person = { id: 'kari', acr: 'idporten-loa-high', claims: { pid } };
  provider.state.tamper = ({ id_token }) => {
    secrets.plant('id token', id_token);
  };
  /** To the provider and back through our door, with the code or with one that is not. */
  const come = async (codeOf: (code: string) => string) => {
    const started = await journey.call(303, 'GET', `/auth/oidc/${idporten.id}/start`);
    const location = String(started.headers.get('location'));
    const cookie = started.headers.getSetCookie().map((line) => line.split(';')[0])[0] as string;
    secrets.plant('cookie of a sign-in under way', cookie.split('=').slice(1).join('='), started);
    for (const name of ['state', 'nonce'])
      secrets.plant(`${name} of a sign-in`, String(new URL(location).searchParams.get(name)), started);
    const back = await new Browser().visit(location);
    back.searchParams.set('code', secrets.plant('code of the provider', codeOf(String(back.searchParams.get('code')))));
    const entered = await secrets.call(303, 'GET', `${back.pathname}${back.search}`, { headers: { cookie } });
    return { entered, cookie, found: new URL(String(entered.headers.get('location'))).searchParams };
  };
  expect((await come((code) => `${code}x`)).found.get('error')).toBe('SIGN_IN_PROOF_INVALID');
  const { entered, cookie, found } = await come((code) => code);
  const code = secrets.plant('code of a sign-in', String(found.get('code')), entered);
  await journey.call(401, 'POST', '/auth/oidc/token', {
    body: { code: `${code.slice(0, -5)}AAAA1` },
    headers: { cookie },
  });
  const exchanged = await journey.call(200, 'POST', '/auth/oidc/token', { body: { code }, headers: { cookie } });
  journey.tokensOf('a person with an electronic id', exchanged);
  for (const { path, body } of provider.seen) {
    if (path !== 'token request') continue;
    const sent = JSON.parse(body) as { code_verifier: string; client_assertion?: string };
    secrets.plant('code verifier', sent.code_verifier);
    if (sent.client_assertion) secrets.plant('client assertion', sent.client_assertion);
  }
}

/** Webhooks, connections and configuration. */
export async function connections(journey: SecretJourney): Promise<void> {
  const { secrets, system, receiver } = journey;
  const url = `${receiver.origin}/hook`;
  const hook = await journey.call(201, 'POST', '/webhooks', {
    token: journey.admin,
    body: { url, eventTypes: ['platform.*'] },
  });
  secrets.plant('secret of a webhook', String(hook.body.secret).slice('whsec_'.length), hook);
  const rotated = await journey.call(200, 'POST', `/webhooks/${hook.body.id}/rotate-secret`, {
    token: journey.admin,
    body: {},
  });
  secrets.plant('next secret of a webhook', String(rotated.body.secret).slice('whsec_'.length), rotated);
  const inside = `https://user:${randomBytes(12).toString('hex')}@example.com/`;
  secrets.plant('password in a URL', new URL(inside).password);
  await journey.call(422, 'POST', '/webhooks', {
    token: journey.admin,
    body: { url: inside, eventTypes: ['platform.*'] },
  });

  const billed = { type: 'subscription.activated', timestamp: new Date().toISOString(), data: {} };
  const signature = secrets.plant('signature of a billing event', `v1,${randomBytes(32).toString('base64')}`);
  await secrets.call(401, 'POST', `${API}/billing/webhooks/payer`, {
    body: billed,
    headers: {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
      'webhook-signature': signature,
    },
  });

  const nats = await natsAs(system, 'lending' as 'digilist');
  const as = (operation: typeof registerProduct | typeof readIntegration | typeof readSystemConfigs, request: object) =>
    rpc(nats, { ...operation, subject: operation.subject.replace('*', 'lending') } as never, request);
  expect(await as(registerProduct, LENDING)).toMatchObject({ status: 'ok' });
  const token = secrets.invent('token of a connection');
  const locker = { kind: 'lending.locker', name: 'Lockers', config: { url: `${receiver.origin}/locker`, token } };
  const { body: made } = await journey.call(201, 'POST', '/integrations', { token: journey.admin, body: locker });
  await journey.call(409, 'POST', '/integrations', {
    token: journey.admin,
    body: { ...locker, config: { ...locker.config, token: secrets.invent('token of a taken name') } },
  });
  await journey.call(400, 'POST', '/integrations', {
    token: journey.admin,
    body: { ...locker, name: 'x', config: { token: secrets.invent('token without its URL') } },
  });
  await journey.call(400, 'POST', '/integrations', {
    token: journey.admin,
    body: { ...locker, name: 'y', config: { ...locker.config, pass: secrets.invent('secret under a wrong name') } },
  });
  const later = { ...locker.config, token: secrets.invent('token that took its place') };
  await journey.call(200, 'PATCH', `/integrations/${made.id}`, {
    token: journey.admin,
    body: { config: later },
    headers: { 'if-match': '"1"' },
  });
  await journey.call(200, 'POST', `/integrations/${made.id}/test`, { token: journey.admin, body: {} });
  const [own] = (await journey.call(200, 'GET', '/integrations', { token: journey.admin })).body.data as {
    id: string;
    tenantId: string;
  }[];
  const { body: tenant } = await journey.call(200, 'GET', '/tenant', { token: journey.admin });
  expect((await as(readIntegration, { tenantId: tenant.id, id: own?.id })).body.config).toEqual(later);

  const key = '/system-configs/lending.sms-key';
  const config = (status: number, version: number, value: unknown) =>
    secrets.call(status, 'PUT', `${API}${key}`, {
      token: journey.root,
      body: { value },
      headers: { 'if-match': `"${version}"` },
    });
  await config(200, 0, secrets.invent('secret configuration'));
  await config(200, 1, secrets.invent('next secret configuration'));
  await config(422, 2, [secrets.invent('secret configuration of a wrong type')]);
  await config(422, 2, secrets.plant('secret configuration that is too short', 'kort-9f3aq'));
  await secrets.call(200, 'POST', `${API}${key}/rollback`, { token: journey.root, body: { toVersion: 1 } });
  await secrets.call(200, 'GET', `${API}${key}/versions`, { token: journey.root });
  expect((await as(readSystemConfigs, { keys: ['lending.sms-key'] })).status).toBe('ok');
  await nats.close();
}

/** While something is broken. */
export async function breakdown(journey: SecretJourney): Promise<void> {
  const { secrets, slug, system, provider, receiver } = journey;
  const email = `kari@${slug}.example`;
  const breaking = async (table: string, work: () => Promise<unknown>) => {
    const run = (statement: string) => query(system.urls.platform.superuser, statement);
    await run(`ALTER TABLE platform.${table} ADD CONSTRAINT broken CHECK (false) NOT VALID`);
    await work().finally(() => run(`ALTER TABLE platform.${table} DROP CONSTRAINT broken`));
    await run(`ALTER TABLE platform.${table} RENAME TO away`);
    await work().finally(() => run(`ALTER TABLE platform.away RENAME TO ${table}`));
  };
  await breaking('users', () =>
    journey.call(500, 'POST', '/users', {
      token: journey.admin,
      body: { email: `x@${slug}.example`, name: 'X', password: secrets.invent('password that broke') },
    }),
  );
  await breaking('identity_providers', () =>
    journey.call(500, 'POST', '/identity-providers', {
      token: journey.admin,
      body: {
        key: 'broken',
        name: 'B',
        issuer: provider.issuer,
        clientId: 'c',
        clientSecret: secrets.invent('client secret that broke'),
        enabled: false,
      },
    }),
  );
  await breaking('integration_configs', () => {
    const config = { url: `${receiver.origin}/locker`, token: secrets.invent('token that broke') };
    return journey.call(500, 'POST', '/integrations', {
      token: journey.admin,
      body: { kind: 'lending.locker', name: 'B', config },
    });
  });
  await breaking('sessions', () =>
    journey.call(500, 'POST', '/auth/login', { body: { email: `liv@${slug}.example`, password: journey.livs } }),
  );
  secrets.plant('a link with a token', '#token=');
  await system.mail.stop();
  await journey.call(202, 'POST', '/auth/password/forgot', { body: { email } });
  await eventually(async () =>
    expect(
      await query(system.urls.platform.superuser, 'SELECT 1 FROM platform.mails WHERE last_error IS NOT NULL'),
    ).toHaveLength(1),
  );
  const digilist = (statement: string) => query(system.urls.digilist.superuser, statement);
  await digilist('ALTER TABLE digilist.platform_user_roles RENAME TO away');
  await journey
    .call(500, 'GET', '/bookings', { token: journey.admin })
    .finally(() => digilist('ALTER TABLE digilist.away RENAME TO platform_user_roles'));
  await system.apps.platform.stop();
  await journey.call(503, 'POST', '/auth/login', {
    body: { email, password: secrets.invent('password while PLATFORM is away') },
  });
  await journey.call(503, 'POST', '/auth/token', {
    body: { apiKey: secrets.invent('API key while PLATFORM is away') },
  });
  await system.apps.platform.restart();
}
