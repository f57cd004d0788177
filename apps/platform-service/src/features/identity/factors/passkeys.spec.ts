import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, startSmtpCatcher } from '@kit/testing';
import { type Misbehaviour, SoftwareAuthenticator } from '@kit/testing/outside';
import {
  authenticateWithPasskey,
  beginPasskeyAuthentication,
  beginPasskeyRegistration,
  createPasskey,
  deletePasskey,
  getMe,
  getPasskey,
  listPasskeys,
  login,
  putSetting,
  refresh,
  type Tokens,
  updatePasskey,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { mailsTo, person, type TestPerson } from '../../../../test/factors.js';
import { PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';

const MINUTE_MS = 60_000;

let catcher: Awaited<ReturnType<typeof startSmtpCatcher>>;
let world: PlatformWorld;
let fjell: TestTenant;
let vidde: TestTenant;
let people = 0;

beforeAll(async () => {
  catcher = await startSmtpCatcher();
  world = await platformWorld({ SMTP_URL: catcher.smtpUrl, ACCESS_TOKEN_SECONDS: '3600' });
  fjell = await world.tenant('fjell');
  vidde = await world.tenant('vidde');
});
afterAll(async () => {
  await world?.stop();
  await catcher?.stop();
});

const newPerson = (tenant = fjell) => person(world, tenant, `person${++people}`);

async function register(user: TestPerson, authenticator = new SoftwareAuthenticator(), name = 'Phone') {
  const { options } = await world.done(beginPasskeyRegistration, {}, { token: user.token });
  const credential = authenticator.create(options);
  const passkey = await world.done(createPasskey, { name, credential }, { token: user.token });
  return { authenticator, passkey };
}

async function registering(user: TestPerson, wrong: Misbehaviour) {
  const { options } = await world.done(beginPasskeyRegistration, {}, { token: user.token });
  const credential = new SoftwareAuthenticator().create(options, wrong);
  return world.code(createPasskey, { name: 'Phone', credential }, { token: user.token });
}

const optionsOf = async (tenant = fjell) =>
  (await world.done(beginPasskeyAuthentication, {}, { tenant: tenant.slug })).options;

async function signingIn(authenticator: SoftwareAuthenticator, wrong: Misbehaviour = {}, tenant = fjell) {
  const credential = authenticator.get(await optionsOf(tenant), wrong);
  return world.code(authenticateWithPasskey, { credential }, { tenant: tenant.slug });
}

async function signedIn(authenticator: SoftwareAuthenticator): Promise<Tokens> {
  const credential = authenticator.get(await optionsOf());
  return world.done(authenticateWithPasskey, { credential }, { tenant: 'fjell' });
}

describe('a passkey', () => {
  test('is asked for so that it can be found without a name and verifies its user', async () => {
    const user = await newPerson();
    const { options } = await world.done(beginPasskeyRegistration, {}, { token: user.token });
    expect(options).toMatchObject({
      rp: { id: 'localhost', name: 'fjell' },
      user: { name: user.email },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    const discoverable = await optionsOf();
    expect(discoverable).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
    expect(discoverable.allowCredentials).toBeUndefined();
  });

  test('signs in by itself and counts as two factors', async () => {
    const user = await newPerson();
    const { authenticator, passkey } = await register(user);
    expect(passkey).toMatchObject({ name: 'Phone', lastUsedAt: null, suspectSince: null, version: 1 });
    const { accessToken } = await signedIn(authenticator);
    const me = await world.done(getMe, {}, { token: accessToken });
    expect(me.user.id).toBe(user.id);
    const [session] = await world.rows('SELECT methods FROM platform.sessions WHERE tenant_id = $1 AND id = $2', [
      fjell.id,
      me.sessionId,
    ]);
    expect(session).toEqual({ methods: ['hwk', 'mfa'] });
    const used = await world.done(getPasskey, { id: passkey.id }, { token: user.token });
    expect(used.lastUsedAt).not.toBeNull();
    await mailsTo(world, catcher, user.email, 'A passkey was added');
  });

  test('may be one of several, each with a name of its own', async () => {
    const user = await newPerson();
    const caller = { token: user.token };
    const phone = await register(user, new SoftwareAuthenticator(), 'Phone');
    const laptop = await register(user, new SoftwareAuthenticator(), 'Laptop');
    const { options } = await world.done(beginPasskeyRegistration, {}, caller);
    expect((options.excludeCredentials as { id: string }[]).map(({ id }) => id).sort()).toEqual(
      [phone.authenticator.id, laptop.authenticator.id].sort(),
    );
    const renamed = { id: phone.passkey.id, name: 'Old phone' };
    expect(await world.code(updatePasskey, renamed, { ...caller, ifMatch: 9 })).toBe('STALE_VERSION');
    expect(await world.done(updatePasskey, renamed, { ...caller, ifMatch: 1 })).toMatchObject({
      name: 'Old phone',
      version: 2,
    });
    const first = await world.done(listPasskeys, { limit: 1 }, caller);
    const second = await world.done(listPasskeys, { limit: 1, cursor: first.nextCursor as string }, caller);
    expect([...first.data, ...second.data].map(({ name }) => name)).toEqual(['Laptop', 'Old phone']);
    expect(second.nextCursor).toBeNull();
    expect(await signingIn(phone.authenticator)).toBe('OK');
    expect(await signingIn(laptop.authenticator)).toBe('OK');
  });

  test('is its owner’s alone', async () => {
    const { passkey } = await register(await newPerson());
    const caller = { token: (await newPerson()).token };
    const elsewhere = { token: (await newPerson(vidde)).token };
    for (const other of [caller, elsewhere]) {
      expect(await world.code(getPasskey, { id: passkey.id }, other)).toBe('NOT_FOUND');
      expect(await world.code(deletePasskey, { id: passkey.id }, other)).toBe('NOT_FOUND');
      const rename = { id: passkey.id, name: 'Mine' };
      expect(await world.code(updatePasskey, rename, { ...other, ifMatch: 1 })).toBe('NOT_FOUND');
    }
    expect(await world.code(getPasskey, { id: uuidv7() }, caller)).toBe('NOT_FOUND');
  });

  test('is there twenty times at most', async () => {
    const user = await newPerson();
    const { options } = await world.done(beginPasskeyRegistration, {}, { token: user.token });
    await register(user);
    await world.rows(
      `INSERT INTO platform.passkeys (tenant_id, user_id, name, credential_id, public_key, counter, aaguid, backed_up,
         created_by, updated_by)
       SELECT tenant_id, user_id, name, credential_id || n, public_key, 0, aaguid, false, created_by, updated_by
       FROM platform.passkeys, generate_series(1, 19) n WHERE tenant_id = $1 AND user_id = $2`,
      [fjell.id, user.id],
    );
    const credential = new SoftwareAuthenticator().create(options);
    expect(await world.code(createPasskey, { name: 'More', credential }, { token: user.token })).toBe('PASSKEY_LIMIT');
    expect(await world.code(beginPasskeyRegistration, {}, { token: user.token })).toBe('PASSKEY_LIMIT');
  });
});

describe('registering refuses', () => {
  test.each<[string, Misbehaviour]>([
    ['another origin', { origin: 'https://phishing.example' }],
    ['another relying party', { rpId: 'phishing.example' }],
    ['a challenge of nobody', { challenge: Buffer.alloc(32, 1).toString('base64url') }],
    ['no verification of the user', { userVerified: false }],
    ['a frame of another site', { crossOrigin: true }],
    ['the answer to another question', { type: 'webauthn.get' }],
  ])('%s', async (_, wrong) => {
    expect(await registering(await newPerson(), wrong)).toBe('PASSKEY_REGISTRATION_INVALID');
  });

  test('a challenge a second time, of somebody else, or after five minutes', async () => {
    const user = await newPerson();
    const other = await newPerson();
    const { options } = await world.done(beginPasskeyRegistration, {}, { token: user.token });
    const create = (caller: TestPerson, authenticator = new SoftwareAuthenticator()) =>
      world.code(createPasskey, { name: 'Phone', credential: authenticator.create(options) }, { token: caller.token });
    expect(await create(other)).toBe('PASSKEY_REGISTRATION_INVALID');
    expect(await create(user)).toBe('OK');
    expect(await create(user)).toBe('PASSKEY_REGISTRATION_INVALID');

    const late = await world.done(beginPasskeyRegistration, {}, { token: user.token });
    await world.rows('UPDATE platform.webauthn_challenges SET expires_at = now() WHERE tenant_id = $1', [fjell.id]);
    const credential = new SoftwareAuthenticator().create(late.options);
    expect(await world.code(createPasskey, { name: 'Late', credential }, { token: user.token })).toBe(
      'PASSKEY_REGISTRATION_INVALID',
    );
  });

  test('a credential that is registered already, whoever’s it is', async () => {
    const { authenticator } = await register(await newPerson());
    const other = await newPerson();
    const { options } = await world.done(beginPasskeyRegistration, {}, { token: other.token });
    const credential = authenticator.create(options);
    expect(await world.code(createPasskey, { name: 'Again', credential }, { token: other.token })).toBe(
      'PASSKEY_TAKEN',
    );
  });

  test('what is no credential at all', async () => {
    const user = await newPerson();
    for (const credential of [{}, { id: 'x', rawId: 'x', type: 'public-key', response: { clientDataJSON: 'e30' } }]) {
      expect(await world.code(createPasskey, { name: 'None', credential }, { token: user.token })).toBe(
        'PASSKEY_REGISTRATION_INVALID',
      );
      expect(await world.code(authenticateWithPasskey, { credential }, { tenant: 'fjell' })).toBe('PASSKEY_INVALID');
    }
  });
});

describe('signing in refuses', () => {
  let authenticator: SoftwareAuthenticator;
  beforeAll(async () => {
    ({ authenticator } = await register(await newPerson()));
  });

  test.each<[string, Misbehaviour]>([
    ['another origin', { origin: 'https://phishing.example' }],
    ['another relying party', { rpId: 'phishing.example' }],
    ['a challenge of nobody', { challenge: Buffer.alloc(32, 1).toString('base64url') }],
    ['no verification of the user', { userVerified: false }],
    ['a tampered answer', { tamper: true }],
    ['a frame of another site', { crossOrigin: true }],
    ['the answer to another question', { type: 'webauthn.create' }],
  ])('%s', async (_, wrong) => {
    expect(await signingIn(authenticator, wrong)).toBe('PASSKEY_INVALID');
    expect(await signingIn(authenticator)).toBe('OK');
  });

  test('a challenge a second time, also when it was refused the first time', async () => {
    const options = await optionsOf();
    const attempt = (wrong: Misbehaviour = {}) =>
      world.code(authenticateWithPasskey, { credential: authenticator.get(options, wrong) }, { tenant: 'fjell' });
    expect(await attempt({ userVerified: false })).toBe('PASSKEY_INVALID');
    expect(await attempt()).toBe('PASSKEY_INVALID');
  });

  test('all but one of twenty with the same answer', async () => {
    const credential = authenticator.get(await optionsOf());
    const codes = await Promise.all(
      Array.from({ length: 20 }, () => world.code(authenticateWithPasskey, { credential }, { tenant: 'fjell' })),
    );
    expect(codes.filter((code) => code === 'OK')).toHaveLength(1);
  });

  test('a challenge of registering, of another tenant, or of five minutes ago', async () => {
    const user = await newPerson();
    const registration = await world.done(beginPasskeyRegistration, {}, { token: user.token });
    const { challenge } = registration.options as { challenge: string };
    expect(await signingIn(authenticator, { challenge })).toBe('PASSKEY_INVALID');
    const elsewhere = (await optionsOf(vidde)) as { challenge: string };
    expect(await signingIn(authenticator, { challenge: elsewhere.challenge })).toBe('PASSKEY_INVALID');
    const late = authenticator.get(await optionsOf());
    world.clock.advance(5 * MINUTE_MS);
    expect(await world.code(authenticateWithPasskey, { credential: late }, { tenant: 'fjell' })).toBe(
      'PASSKEY_INVALID',
    );
  });

  test('a passkey of nobody, of another tenant, of somebody who may not sign in, or a removed one', async () => {
    expect(await signingIn(new SoftwareAuthenticator())).toBe('PASSKEY_INVALID');
    expect(await signingIn(authenticator, {}, vidde)).toBe('PASSKEY_INVALID');
    const user = await newPerson();
    const theirs = await register(user);
    const set = (status: string) =>
      world.rows('UPDATE platform.users SET status = $3 WHERE tenant_id = $1 AND id = $2', [fjell.id, user.id, status]);
    await set('suspended');
    expect(await signingIn(theirs.authenticator)).toBe('PASSKEY_INVALID');
    await set('active');
    expect(await signingIn(theirs.authenticator)).toBe('OK');
    await world.done(deletePasskey, { id: theirs.passkey.id }, { token: user.token });
    expect(await signingIn(theirs.authenticator)).toBe('PASSKEY_INVALID');
  });

  test('an answer under the name of somebody else', async () => {
    const user = await newPerson();
    const other = await newPerson();
    const theirs = await register(user);
    const credential = theirs.authenticator.get(await optionsOf());
    const { response } = credential as { response: Record<string, unknown> };
    response.userHandle = Buffer.from(other.id.replaceAll('-', ''), 'hex').toString('base64url');
    expect(await world.code(authenticateWithPasskey, { credential }, { tenant: 'fjell' })).toBe('PASSKEY_INVALID');
  });
});

describe('the counter of an authenticator', () => {
  test('that goes back is refused, marked, audited and told: somebody may have a copy', async () => {
    const user = await newPerson();
    const { authenticator, passkey } = await register(user);
    expect(await signingIn(authenticator, { counter: 10 })).toBe('OK');
    expect(await signingIn(authenticator, { counter: 10 })).toBe('PASSKEY_INVALID');
    expect(await signingIn(authenticator, { counter: 0 })).toBe('PASSKEY_INVALID');
    const marked = await world.done(getPasskey, { id: passkey.id }, { token: user.token });
    expect(marked.suspectSince).not.toBeNull();
    await mailsTo(world, catcher, user.email, 'A passkey may have been copied', 2);
    await eventually(async () => {
      const rows = await world.rows(
        `SELECT outcome, reason FROM platform.audit_logs
         WHERE tenant_id = $1 AND action = 'platform.passkey.suspect' AND entity_id = $2`,
        [fjell.id, passkey.id],
      );
      expect(rows[0]).toEqual({ outcome: 'refused', reason: 'counter_went_back' });
    });
    expect(await signingIn(authenticator, { counter: 11 })).toBe('OK');
  });

  test('raises no alarm when the signature is not genuine', async () => {
    const user = await newPerson();
    const { authenticator, passkey } = await register(user);
    expect(await signingIn(authenticator, { counter: 1, tamper: true })).toBe('PASSKEY_INVALID');
    expect((await world.done(getPasskey, { id: passkey.id }, { token: user.token })).suspectSince).toBeNull();
  });

  test('may stay at nought for ever', async () => {
    const { authenticator } = await register(await newPerson(), new SoftwareAuthenticator(undefined, 0));
    expect(await signingIn(authenticator)).toBe('OK');
    expect(await signingIn(authenticator)).toBe('OK');
  });
});

describe('removing a passkey', () => {
  const withoutPassword = (user: TestPerson) =>
    world.rows("UPDATE platform.credentials SET status = 'revoked' WHERE tenant_id = $1 AND user_id = $2", [
      fjell.id,
      user.id,
    ]);

  test('ends the other sessions and is told', async () => {
    const user = await newPerson();
    const { authenticator, passkey } = await register(user);
    const other = await signedIn(authenticator);
    await world.done(deletePasskey, { id: passkey.id }, { token: user.token });
    expect(await world.code(refresh, { refreshToken: other.refreshToken })).toBe('AUTH_REFRESH_INVALID');
    const [ended] = await world.rows(
      "SELECT end_reason FROM platform.sessions WHERE tenant_id = $1 AND user_id = $2 AND status = 'ended'",
      [fjell.id, user.id],
    );
    expect(ended).toEqual({ end_reason: 'factors_changed' });
    await mailsTo(world, catcher, user.email, 'A passkey was removed');
  });

  test('is refused for the last way in', async () => {
    const user = await newPerson();
    const { passkey } = await register(user);
    await withoutPassword(user);
    expect(await world.code(deletePasskey, { id: passkey.id }, { token: user.token })).toBe('LAST_FACTOR');
    const second = await register(user);
    expect(await world.code(deletePasskey, { id: passkey.id }, { token: user.token })).toBe('OK');
    expect(await world.code(deletePasskey, { id: second.passkey.id }, { token: user.token })).toBe('LAST_FACTOR');
    expect(await signingIn(second.authenticator)).toBe('OK');
  });

  test('leaves one of two that are removed at the same time', async () => {
    for (let round = 0; round < 5; round++) {
      const user = await newPerson();
      const ids = [(await register(user)).passkey.id, (await register(user)).passkey.id];
      await withoutPassword(user);
      const codes = await Promise.all(ids.map((id) => world.code(deletePasskey, { id }, { token: user.token })));
      expect(codes.sort()).toEqual(['LAST_FACTOR', 'OK']);
    }
  });
});

test('where two factors are demanded, a password asks for the passkey and lets nobody set up anything else', async () => {
  const user = await newPerson(vidde);
  const { options } = await world.done(beginPasskeyRegistration, {}, { token: user.token });
  const authenticator = new SoftwareAuthenticator();
  const credential = authenticator.create(options);
  await world.done(createPasskey, { name: 'Phone', credential }, { token: user.token });
  await world.done(putSetting, { key: 'platform.mfa-required', value: true }, { token: vidde.token, ifMatch: 0 });
  const { refusal } = await world.call(login, { email: user.email, password: PASSWORD }, { tenant: 'vidde' });
  expect(refusal).toMatchObject({ code: 'MFA_REQUIRED', details: { methods: ['passkey'] } });
  expect(refusal.details).not.toHaveProperty('challenge');
  expect(await signingIn(authenticator, {}, vidde)).toBe('OK');
});

test('an account whose password is throttled still lets its passkey in', async () => {
  const user = await newPerson();
  const { authenticator } = await register(user);
  const codes = [];
  for (let guess = 0; guess < 12; guess++) {
    codes.push(await world.code(login, { email: user.email, password: 'a wrong guess' }, { tenant: 'fjell' }));
  }
  expect(codes).toContain('AUTH_THROTTLED');
  expect(await signingIn(authenticator)).toBe('OK');
});
