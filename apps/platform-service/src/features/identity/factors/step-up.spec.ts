import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startSmtpCatcher } from '@kit/testing';
import { SoftwareAuthenticator, totpCode } from '@kit/testing/outside';
import {
  authenticateWithPasskey,
  beginPasskeyAuthentication,
  beginPasskeyRegistration,
  beginTotp,
  confirmTotp,
  createOrganization,
  createPasskey,
  deletePasskey,
  getMe,
  listFactors,
  login,
  refresh,
  removeTotp,
  renewRecoveryCodes,
  resetFactors,
  stepUp,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { mailsTo, person, type TestPerson } from '../../../../test/factors.js';
import { grantOf, PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';
import { SigningKeys } from '../signing-keys.js';

const MINUTE_MS = 60_000;

let catcher: Awaited<ReturnType<typeof startSmtpCatcher>>;
let world: PlatformWorld;
let fjell: TestTenant;
let offset = 0;
let people = 0;

beforeAll(async () => {
  catcher = await startSmtpCatcher();
  world = await platformWorld({ SMTP_URL: catcher.smtpUrl, ACCESS_TOKEN_SECONDS: '3600' });
  fjell = await world.tenant('fjell');
});
afterAll(async () => {
  await world?.stop();
  await catcher?.stop();
});

const now = () => new Date(Date.now() + offset);
const advance = (ms: number) => {
  offset += ms;
  world.clock.advance(ms);
};
const stale = () => advance(5 * MINUTE_MS);
const newPerson = () => person(world, fjell, `person${++people}`);
const administrator = async () => ({ token: (await world.signIn(fjell.email, PASSWORD, 'fjell')).accessToken });

async function withApp(user: TestPerson): Promise<{ secret: string; codes: string[] }> {
  const { secret } = await world.done(beginTotp, {}, { token: user.token });
  const { codes } = await world.done(confirmTotp, { code: totpCode(secret, now()) }, { token: user.token });
  return { secret, codes };
}

async function withPasskey(user: TestPerson) {
  const { options } = await world.done(beginPasskeyRegistration, {}, { token: user.token });
  const authenticator = new SoftwareAuthenticator();
  const credential = authenticator.create(options);
  const passkey = await world.done(createPasskey, { name: 'Phone', credential }, { token: user.token });
  return { authenticator, passkey };
}

const assertion = async (authenticator: SoftwareAuthenticator) =>
  authenticator.get((await world.done(beginPasskeyAuthentication, {}, { tenant: 'fjell' })).options);

describe('what changes factors', () => {
  test('asks for a sign-in of the last five minutes, and says what helps', async () => {
    const user = await newPerson();
    const caller = { token: user.token };
    advance(5 * MINUTE_MS - 2_000);
    expect(await world.code(beginTotp, {}, caller)).toBe('OK');
    advance(2_000);
    const { refusal } = await world.call(beginTotp, {}, caller);
    expect(refusal).toMatchObject({
      code: 'STEP_UP_REQUIRED',
      kind: 'forbidden',
      details: { maxAgeSeconds: 300, operation: 'stepUp', methods: ['password'] },
    });
    const credential = new SoftwareAuthenticator().create({ rp: { id: 'localhost' }, user: { id: 'x' } });
    const others = [
      world.code(confirmTotp, { code: '123456' }, caller),
      world.code(removeTotp, {}, caller),
      world.code(renewRecoveryCodes, {}, caller),
      world.code(beginPasskeyRegistration, {}, caller),
      world.code(createPasskey, { name: 'Phone', credential }, caller),
      world.code(deletePasskey, { id: uuidv7() }, caller),
    ];
    expect(new Set(await Promise.all(others))).toEqual(new Set(['STEP_UP_REQUIRED']));
    expect(await world.code(listFactors, {}, caller)).toBe('OK');
  });

  test('is closed to whoever acts in another’s name', async () => {
    const user = await newPerson();
    const { sessionId } = await world.done(getMe, {}, { token: user.token });
    const claims = { sub: user.id, tid: fjell.id, ten: 'fjell', sid: sessionId, act: { sub: fjell.administratorId } };
    const caller = { token: await world.service.app.get(SigningKeys).sign(claims, now()) };
    expect(await world.code(beginTotp, {}, caller)).toBe('IMPERSONATION_LIMITED');
    expect(await world.code(beginPasskeyRegistration, {}, caller)).toBe('IMPERSONATION_LIMITED');
    expect(await world.code(stepUp, { password: PASSWORD }, caller)).toBe('IMPERSONATION_LIMITED');
  });

  test('is closed to programs', async () => {
    const user = await newPerson();
    await world.rows("UPDATE platform.users SET kind = 'service' WHERE tenant_id = $1 AND id = $2", [
      fjell.id,
      user.id,
    ]);
    expect(await world.code(beginTotp, {}, { token: user.token })).toBe('STEP_UP_REQUIRED');
  });
});

describe('a step-up', () => {
  test('by password makes the session fresh again and leaves it the same', async () => {
    const user = await newPerson();
    const tokens = await world.signIn(user.email, PASSWORD, 'fjell');
    const caller = { token: tokens.accessToken };
    const before = await world.done(getMe, {}, caller);
    stale();
    expect(await world.code(stepUp, { password: 'not the password of anybody' }, caller)).toBe('STEP_UP_FAILED');
    const { authenticatedAt, freshUntil } = await world.done(stepUp, { password: PASSWORD }, caller);
    expect(Date.parse(freshUntil) - Date.parse(authenticatedAt)).toBe(5 * MINUTE_MS);
    expect(await world.code(beginTotp, {}, caller)).toBe('OK');
    expect((await world.done(getMe, {}, caller)).sessionId).toBe(before.sessionId);
    expect(await world.code(refresh, { refreshToken: tokens.refreshToken })).toBe('OK');
  });

  test('by password is slowed down, also when guessed in parallel', async () => {
    const user = await newPerson();
    const caller = { token: user.token };
    const guesses = await Promise.all(
      Array.from({ length: 20 }, (_, at) => world.code(stepUp, { password: `guess number ${at}` }, caller)),
    );
    expect(guesses.filter((code) => code === 'STEP_UP_FAILED')).toHaveLength(5);
    expect(guesses.filter((code) => code === 'FACTOR_THROTTLED')).toHaveLength(15);
    expect(await world.code(stepUp, { password: PASSWORD }, caller)).toBe('FACTOR_THROTTLED');
    advance(MINUTE_MS);
    expect(await world.code(stepUp, { password: PASSWORD }, caller)).toBe('OK');
  });

  test('takes a code where there is an app, and then no password', async () => {
    const user = await newPerson();
    const caller = { token: user.token };
    const { secret, codes } = await withApp(user);
    stale();
    expect((await world.call(removeTotp, {}, caller)).refusal.details).toMatchObject({
      methods: ['totp', 'recovery_code'],
    });
    expect(await world.code(stepUp, { password: PASSWORD }, caller)).toBe('STEP_UP_FAILED');
    expect(await world.code(stepUp, { code: totpCode(secret, now(), 9) }, caller)).toBe('STEP_UP_FAILED');
    const code = totpCode(secret, now());
    expect(await world.code(stepUp, { code }, caller)).toBe('OK');
    expect(await world.code(stepUp, { code }, caller)).toBe('STEP_UP_FAILED');
    stale();
    expect(await world.code(stepUp, { code: codes[0] as string }, caller)).toBe('OK');
    expect(await world.code(removeTotp, {}, caller)).toBe('OK');
    expect(await world.code(stepUp, { code: codes[1] as string }, caller)).toBe('STEP_UP_FAILED');
  });

  test('takes one’s own passkey, and nobody else’s', async () => {
    const user = await newPerson();
    const caller = { token: user.token };
    const own = await withPasskey(user);
    const foreign = await withPasskey(await newPerson());
    stale();
    expect(await world.code(stepUp, { passkey: await assertion(foreign.authenticator) }, caller)).toBe(
      'STEP_UP_FAILED',
    );
    expect(await world.code(stepUp, { passkey: {} }, caller)).toBe('STEP_UP_FAILED');
    expect(await world.code(beginTotp, {}, caller)).toBe('STEP_UP_REQUIRED');
    const passkey = await assertion(own.authenticator);
    expect(await world.code(stepUp, { passkey }, caller)).toBe('OK');
    expect(await world.code(stepUp, { passkey }, caller)).toBe('STEP_UP_FAILED');
    expect(await world.code(beginTotp, {}, caller)).toBe('OK');
  });

  test('takes exactly one proof', async () => {
    const caller = { token: (await newPerson()).token };
    expect(await world.code(stepUp, {}, caller)).toBe('VALIDATION_FAILED');
    expect(await world.code(stepUp, { password: PASSWORD, code: '123456' }, caller)).toBe('VALIDATION_FAILED');
  });
});

describe('an administrator', () => {
  test('takes all factors from somebody who has lost them, and all their sessions', async () => {
    const user = await newPerson();
    await withApp(user);
    const { authenticator } = await withPasskey(user);
    const session = await world.done(
      authenticateWithPasskey,
      { credential: await assertion(authenticator) },
      {
        tenant: 'fjell',
      },
    );
    await world.done(resetFactors, { id: user.id }, await administrator());

    expect(await world.code(refresh, { refreshToken: session.refreshToken })).toBe('AUTH_REFRESH_INVALID');
    const credential = await assertion(authenticator);
    expect(await world.code(authenticateWithPasskey, { credential }, { tenant: 'fjell' })).toBe('PASSKEY_INVALID');
    const { accessToken } = await world.signIn(user.email, PASSWORD, 'fjell');
    expect(await world.done(listFactors, {}, { token: accessToken })).toEqual({
      totp: null,
      recoveryCodesLeft: 0,
      passkeys: 0,
      required: false,
    });
    await mailsTo(world, catcher, user.email, 'Your sign-in factors were reset');
  });

  test('does so only freshly signed in, only to others, and only in their own tenant', async () => {
    const user = await newPerson();
    const caller = await administrator();
    expect(await world.code(resetFactors, { id: fjell.administratorId }, caller)).toBe('FORBIDDEN');
    expect(await world.code(resetFactors, { id: uuidv7() }, caller)).toBe('NOT_FOUND');
    const vidde = await world.tenant('vidde');
    expect(await world.code(resetFactors, { id: vidde.administratorId }, caller)).toBe('NOT_FOUND');
    stale();
    expect(await world.code(resetFactors, { id: user.id }, caller)).toBe('STEP_UP_REQUIRED');
  });

  test('of one organization does not', async () => {
    const user = await newPerson();
    const leader = await newPerson();
    const admin = await administrator();
    const { id } = await world.done(createOrganization, { name: 'One', kind: 'unit' }, admin);
    await grantOf(world, { ...fjell, ...admin }, leader.id, 'tenant_administrator', 'org', id);
    const { accessToken } = await world.signIn(leader.email, PASSWORD, 'fjell');
    expect(await world.code(resetFactors, { id: user.id }, { token: accessToken })).toBe('FORBIDDEN');
    expect(await world.code(resetFactors, { id: leader.id }, { token: user.token })).toBe('FORBIDDEN');
  });
});

test('the same password in another tenant is not asked for a code', async () => {
  const user = await newPerson();
  await withApp(user);
  const hei = await world.tenant('hei');
  await person(world, hei, 'twin');
  await world.rows('UPDATE platform.users SET email = $3 WHERE tenant_id = $1 AND email = $2', [
    hei.id,
    'twin@hei.example',
    user.email,
  ]);
  expect(await world.code(login, { email: user.email, password: PASSWORD }, { tenant: 'fjell' })).toBe('MFA_REQUIRED');
  expect(await world.code(login, { email: user.email, password: PASSWORD }, { tenant: 'hei' })).toBe('OK');
});
