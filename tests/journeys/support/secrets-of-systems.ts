import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { expect } from '@jest/globals';
import { query } from '@kit/testing';
import { readIntegration, readSystemConfigs, registerProduct } from '@platform/contracts';
import { LENDING } from './lending.js';
import { natsAs, rpc } from './nats.js';
import { API, type SecretJourney } from './secret-journey.js';

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
}

/** A sign-in through another provider, with a national identity number. */
export async function federation(journey: SecretJourney): Promise<void> {
  const { secrets, provider } = journey;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
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

  const pid = secrets.plant('national identity number', '04047012345');
  const come = async (status: number) => {
    const started = await journey.call(303, 'GET', `/auth/oidc/${idporten.id}/start`);
    const sentTo = new URL(started.headers.get('location') as string);
    const cookie = started.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    secrets.plant('cookie of a sign-in under way', cookie.split('=').slice(1).join('='), started);
    const state = secrets.plant('state of a sign-in', sentTo.searchParams.get('state') as string, started);
    secrets.plant('nonce of a sign-in', sentTo.searchParams.get('nonce') as string, started);
    const known = provider.signIn(sentTo, {
      sub: 'kari',
      pid,
      acr: 'idporten-loa-high',
      sid: randomBytes(12).toString('hex'),
    });
    const code = status === 303 ? known : `${known}x`;
    secrets.plant('code of the provider', code);
    const back = `/auth/oidc/${idporten.id}/callback?${new URLSearchParams({ state, code })}`;
    const entered = await journey.call(303, 'GET', back, { headers: { cookie } });
    return { entered, cookie, found: new URL(entered.headers.get('location') as string).searchParams };
  };
  await come(0);
  const { entered, cookie, found } = await come(303);
  const code = secrets.plant('code of a sign-in', found.get('code') as string, entered);
  await journey.call(401, 'POST', '/auth/oidc/token', {
    body: { code: `${code.slice(0, -5)}AAAA1` },
    headers: { cookie },
  });
  const exchanged = await journey.call(200, 'POST', '/auth/oidc/token', { body: { code }, headers: { cookie } });
  journey.tokensOf('a person with an electronic id', exchanged);
  for (const token of provider.tokens) secrets.plant('id token', token);
  for (const sent of provider.seen) {
    const { code_verifier, client_assertion } = Object.fromEntries(new URLSearchParams(sent));
    secrets.plant('code verifier', code_verifier as string);
    secrets.plant('client assertion', client_assertion as string);
  }
}

/** Webhooks, connections and configuration. */
export async function connections(journey: SecretJourney): Promise<void> {
  const { secrets, system, provider } = journey;
  const url = `${provider.issuer}/hook`;
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

  const nats = await natsAs(system, 'lending' as 'digilist');
  const as = (operation: typeof registerProduct | typeof readIntegration | typeof readSystemConfigs, request: object) =>
    rpc(nats, { ...operation, subject: operation.subject.replace('*', 'lending') } as never, request);
  expect(await as(registerProduct, LENDING)).toMatchObject({ status: 'ok' });
  const token = secrets.invent('token of a connection');
  const locker = { kind: 'lending.locker', name: 'Lockers', config: { url: `${provider.issuer}/locker`, token } };
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
  const { secrets, slug, system, provider } = journey;
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
    const config = { url: `${provider.issuer}/locker`, token: secrets.invent('token that broke') };
    return journey.call(500, 'POST', '/integrations', {
      token: journey.admin,
      body: { kind: 'lending.locker', name: 'B', config },
    });
  });
  await breaking('sessions', () =>
    journey.call(500, 'POST', '/auth/login', { body: { email: `liv@${slug}.example`, password: journey.livs } }),
  );
  await system.apps.platform.stop();
  await journey.call(503, 'POST', '/auth/login', {
    body: { email, password: secrets.invent('password while PLATFORM is away') },
  });
  await journey.call(503, 'POST', '/auth/token', {
    body: { apiKey: secrets.invent('API key while PLATFORM is away') },
  });
  await system.apps.platform.restart();
}
