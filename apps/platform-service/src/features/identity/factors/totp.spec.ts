import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, startSmtpCatcher } from '@kit/testing';
import { totpCode } from '@kit/testing/outside';
import {
  beginEnrolment,
  beginTotp,
  changePassword,
  confirmEnrolment,
  confirmTotp,
  getMe,
  listFactors,
  login,
  putSetting,
  refresh,
  removeTotp,
  renewRecoveryCodes,
  type Tokens,
  updateUser,
  verifyMfa,
} from '@platform/contracts';
import { mailsTo, person, type TestPerson } from '../../../../test/factors.js';
import { PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';

const STEP_MS = 30_000;
const MINUTE_MS = 60_000;

let catcher: Awaited<ReturnType<typeof startSmtpCatcher>>;
let world: PlatformWorld;
let fjell: TestTenant;
let vidde: TestTenant;
let offset = 0;

beforeAll(async () => {
  catcher = await startSmtpCatcher();
  // Tokens outlive the hours that these specs let pass.
  world = await platformWorld({ SMTP_URL: catcher.smtpUrl, ACCESS_TOKEN_SECONDS: '3600' });
  fjell = await world.tenant('fjell');
  vidde = await world.tenant('vidde');
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
/** To the beginning of the next step, so that none ends while a test is at it. */
const nextStep = () => advance(STEP_MS - (now().getTime() % STEP_MS) + 100);
let people = 0;

interface Enrolled extends TestPerson {
  secret: string;
  codes: string[];
}

/** With an authenticator app; the code that confirmed it is of a step that has passed. */
async function enrolled(tenant = fjell): Promise<Enrolled> {
  const user = await person(world, tenant, `person${++people}`);
  const { secret } = await world.done(beginTotp, {}, { token: user.token });
  const { codes } = await world.done(confirmTotp, { code: totpCode(secret, now()) }, { token: user.token });
  nextStep();
  return { ...user, secret, codes };
}

const firstStep = (email: string, tenant = fjell) =>
  world.call(login, { email, password: PASSWORD }, { tenant: tenant.slug });

async function challengeOf(email: string, tenant = fjell): Promise<string> {
  const { refusal } = await firstStep(email, tenant);
  return String(refusal.details?.challenge);
}

const verify = async (user: Enrolled, code: string, tenant = fjell) =>
  world.code(verifyMfa, { challenge: await challengeOf(user.email, tenant), code });

const audited = (action: string, entityOrActor: string) =>
  eventually(async () => {
    const rows = await world.rows<{ outcome: string; reason: string | null }>(
      `SELECT outcome, reason FROM platform.audit_logs
       WHERE tenant_id = $1 AND action = $2 AND (entity_id = $3 OR actor_id = $3) ORDER BY seq DESC`,
      [fjell.id, action, entityOrActor],
    );
    expect(rows.length).toBeGreaterThan(0);
    return rows;
  });

describe('setting up an authenticator app', () => {
  test('counts once confirmed by a code of it, and gives ten recovery codes', async () => {
    const user = await person(world, fjell, `person${++people}`);
    const caller = { token: user.token };
    expect(await world.done(listFactors, {}, caller)).toEqual({
      totp: null,
      recoveryCodesLeft: 0,
      passkeys: 0,
      required: false,
    });
    const { secret, uri } = await world.done(beginTotp, {}, caller);
    expect(new URL(uri).searchParams.get('secret')).toBe(secret);
    // Not confirmed yet: one factor still lets in.
    expect((await firstStep(user.email)).ok).toBe(true);
    expect(await world.code(confirmTotp, { code: totpCode(secret, now(), 9) }, caller)).toBe('TOTP_CODE_INVALID');

    const { codes } = await world.done(confirmTotp, { code: totpCode(secret, now()) }, caller);
    expect(new Set(codes).size).toBe(10);
    expect(await world.done(listFactors, {}, caller)).toMatchObject({ recoveryCodesLeft: 10, totp: {} });
    expect(await world.code(beginTotp, {}, caller)).toBe('TOTP_ALREADY_ACTIVE');
    expect(await world.code(confirmTotp, { code: '123456' }, caller)).toBe('TOTP_NOT_STARTED');
    await audited('platform.factor.add', user.id);
  });

  test('keeps neither the secret nor a recovery code readable', async () => {
    const user = await enrolled();
    for (const table of ['totp_factors', 'recovery_codes', 'outbox']) {
      const [row] = await world.rows<{ all: string }>(
        `SELECT coalesce(string_agg(t::text, ' '), '') AS all FROM platform.${table} t WHERE tenant_id = $1`,
        [fjell.id],
      );
      for (const secret of [user.secret, ...user.codes]) expect(row?.all).not.toContain(secret);
    }
  });

  test('is confirmed within a quarter of an hour, and what was begun before is dropped', async () => {
    const user = await person(world, fjell, `person${++people}`);
    const caller = { token: user.token };
    const first = await world.done(beginTotp, {}, caller);
    const second = await world.done(beginTotp, {}, caller);
    expect(await world.code(confirmTotp, { code: totpCode(first.secret, now()) }, caller)).toBe('TOTP_CODE_INVALID');
    // A session may be fresh again, a secret may not.
    await world.rows(
      `UPDATE platform.totp_factors SET created_at = created_at - interval '15 minutes'
       WHERE tenant_id = $1 AND user_id = $2 AND status = 'pending'`,
      [fjell.id, user.id],
    );
    expect(await world.code(confirmTotp, { code: totpCode(second.secret, now()) }, caller)).toBe('TOTP_NOT_STARTED');
  });

  test('is told to the person in their language', async () => {
    for (const [locale, subject] of [
      ['nb', 'Autentiseringsapp er satt opp'],
      ['nn', 'Autentiseringsapp er sett opp'],
      ['en', 'An authenticator app was set up'],
    ] as const) {
      const user = await person(world, fjell, `speaks-${locale}`);
      await world.done(updateUser, { id: user.id, locale }, { token: fjell.token, ifMatch: user.version });
      const { secret } = await world.done(beginTotp, {}, { token: user.token });
      await world.done(confirmTotp, { code: totpCode(secret, now()) }, { token: user.token });
      const [mail] = await mailsTo(world, catcher, user.email, subject);
      expect(mail?.text).not.toContain(secret);
    }
  });
});

describe('the second step of signing in', () => {
  test('is asked for after the password, and ends in a session that knows both', async () => {
    const user = await enrolled();
    const { refusal } = await firstStep(user.email);
    expect(refusal).toMatchObject({
      code: 'MFA_REQUIRED',
      kind: 'unauthenticated',
      details: { methods: ['totp', 'recovery_code'] },
    });
    const challenge = String(refusal.details?.challenge);
    const tokens: Tokens = await world.done(verifyMfa, { challenge, code: totpCode(user.secret, now()) });
    const { sessionId } = await world.done(getMe, {}, { token: tokens.accessToken });
    const [session] = await world.rows('SELECT methods FROM platform.sessions WHERE id = $1', [sessionId]);
    expect(session).toEqual({ methods: ['pwd', 'otp', 'mfa'] });
    expect(await world.code(verifyMfa, { challenge, code: user.codes[0] as string })).toBe('MFA_CHALLENGE_INVALID');
    const rows = await audited('platform.session.login', user.id);
    expect(rows.map(({ reason }) => reason)).toContain('MFA_REQUIRED');
  });

  test('accepts a code once: of twenty sign-ins with the same one, one', async () => {
    const user = await enrolled();
    const challenges = await Promise.all(Array.from({ length: 20 }, () => challengeOf(user.email)));
    const code = totpCode(user.secret, now());
    const codes = await Promise.all(challenges.map((challenge) => world.code(verifyMfa, { challenge, code })));
    expect(codes.filter((each) => each === 'OK')).toHaveLength(1);
    expect(new Set(codes)).toEqual(new Set(['OK', 'MFA_CODE_INVALID', 'FACTOR_THROTTLED']));
  });

  test('accepts one challenge once: of twenty callers with the same one, one', async () => {
    const user = await enrolled();
    const challenge = await challengeOf(user.email);
    const codes = await Promise.all(user.codes.map((code) => world.code(verifyMfa, { challenge, code })));
    expect(codes.filter((each) => each === 'OK')).toHaveLength(1);
    expect(new Set(codes)).toEqual(new Set(['OK', 'MFA_CHALLENGE_INVALID']));
  });

  test('accepts the code that confirmed the app no more', async () => {
    const user = await person(world, fjell, `person${++people}`);
    const { secret } = await world.done(beginTotp, {}, { token: user.token });
    const code = totpCode(secret, now());
    await world.done(confirmTotp, { code }, { token: user.token });
    const challenge = await challengeOf(user.email);
    expect(await world.code(verifyMfa, { challenge, code })).toBe('MFA_CODE_INVALID');
  });

  test('accepts the step before and the one after, never an earlier one than the last', async () => {
    const user = await enrolled();
    nextStep();
    nextStep();
    expect(await verify(user, totpCode(user.secret, now(), -2))).toBe('MFA_CODE_INVALID');
    expect(await verify(user, totpCode(user.secret, now(), -1))).toBe('OK');
    expect(await verify(user, totpCode(user.secret, now(), 2))).toBe('MFA_CODE_INVALID');
    expect(await verify(user, totpCode(user.secret, now(), 1))).toBe('OK');
    expect(await verify(user, totpCode(user.secret, now(), 0))).toBe('MFA_CODE_INVALID');
  });

  test('ends with the fifth wrong code, after which the right one helps no more', async () => {
    const user = await enrolled();
    const challenge = await challengeOf(user.email);
    const attempts = [];
    for (let wrong = 0; wrong < 5; wrong++) {
      attempts.push(await world.code(verifyMfa, { challenge, code: 'no-such-recovery-code' }));
    }
    expect(new Set(attempts)).toEqual(new Set(['MFA_CODE_INVALID']));
    expect(await world.code(verifyMfa, { challenge, code: totpCode(user.secret, now()) })).toBe(
      'MFA_CHALLENGE_INVALID',
    );
    expect(await verify(user, totpCode(user.secret, now()))).toBe('OK');
  });

  test('makes guessing slow over all challenges of an account, but not the way in by a recovery code', async () => {
    const user = await enrolled();
    const wrong = totpCode(user.secret, now(), 50);
    for (let guess = 0; guess < 5; guess++) expect(await verify(user, wrong)).toBe('MFA_CODE_INVALID');
    const challenge = await challengeOf(user.email);
    const right = totpCode(user.secret, now(), 1);
    const { refusal } = await world.call(verifyMfa, { challenge, code: right });
    expect(refusal.code).toBe('FACTOR_THROTTLED');
    expect(refusal.retryAfter).toBeGreaterThan(20);
    expect(refusal.retryAfter).toBeLessThanOrEqual(30);
    // Not counted against the challenge, and over when it is over.
    advance(STEP_MS);
    expect(await world.code(verifyMfa, { challenge, code: right })).toBe('OK');

    for (let guess = 0; guess < 5; guess++) expect(await verify(user, wrong)).toBe('MFA_CODE_INVALID');
    expect(await verify(user, wrong)).toBe('FACTOR_THROTTLED');
    expect(await verify(user, user.codes[0] as string)).toBe('OK');
  });

  test('stops taking codes of the app after a hundred wrong ones, until a recovery code clears them', async () => {
    const user = await enrolled();
    await verify(user, totpCode(user.secret, now(), 50));
    await world.rows(
      'UPDATE platform.factor_throttles SET failures = 100, blocked_until = NULL WHERE tenant_id = $1 AND user_id = $2',
      [fjell.id, user.id],
    );
    expect(await verify(user, totpCode(user.secret, now()))).toBe('FACTOR_THROTTLED');
    expect(await verify(user, user.codes[3] as string)).toBe('OK');
    expect(await verify(user, totpCode(user.secret, now()))).toBe('OK');
  });

  test('is over after five minutes, with another password, in another tenant, or for who may not sign in', async () => {
    const user = await enrolled();
    const code = () => totpCode(user.secret, now());
    const expired = await challengeOf(user.email);
    advance(5 * MINUTE_MS);
    expect(await world.code(verifyMfa, { challenge: expired, code: code() })).toBe('MFA_CHALLENGE_INVALID');

    const challenge = await challengeOf(user.email);
    expect(await world.code(verifyMfa, { challenge, code: code() }, { tenant: 'vidde' })).toBe('MFA_CHALLENGE_INVALID');
    const moved = challenge.replace(fjell.id, vidde.id);
    expect(await world.code(verifyMfa, { challenge: moved, code: code() })).toBe('MFA_CHALLENGE_INVALID');
    expect(await world.code(verifyMfa, { challenge: 'made up', code: code() })).toBe('MFA_CHALLENGE_INVALID');

    const of = [fjell.id, user.id];
    const setHash = 'UPDATE platform.credentials SET secret_hash = $3 WHERE tenant_id = $1 AND user_id = $2';
    const readHash = 'SELECT secret_hash FROM platform.credentials WHERE tenant_id = $1 AND user_id = $2';
    const [before] = await world.rows<{ secret_hash: string }>(readHash, of);
    await world.rows(setHash, [...of, 'another']);
    expect(await world.code(verifyMfa, { challenge, code: code() })).toBe('MFA_CHALLENGE_INVALID');
    await world.rows(setHash, [...of, before?.secret_hash]);
    await world.rows("UPDATE platform.users SET status = 'suspended' WHERE tenant_id = $1 AND id = $2", of);
    expect(await world.code(verifyMfa, { challenge, code: code() })).toBe('MFA_CHALLENGE_INVALID');
    await world.rows("UPDATE platform.users SET status = 'active' WHERE tenant_id = $1 AND id = $2", of);
    expect(await world.code(verifyMfa, { challenge, code: code() })).toBe('OK');
  });

  test('is swept away when nobody comes back for it', async () => {
    const user = await enrolled();
    await challengeOf(user.email);
    advance(6 * MINUTE_MS);
    const other = await enrolled();
    await challengeOf(other.email);
    const rows = await world.rows<{ user_id: string }>(
      'SELECT user_id FROM platform.sign_in_challenges WHERE tenant_id = $1',
      [fjell.id],
    );
    expect(rows.map(({ user_id }) => user_id)).not.toContain(user.id);
  });
});

describe('recovery codes', () => {
  test('sign in once each, and that is told', async () => {
    const user = await enrolled();
    const [code = ''] = user.codes;
    expect(await verify(user, code.toUpperCase().replaceAll('-', ' '))).toBe('OK');
    expect(await verify(user, code)).toBe('MFA_CODE_INVALID');
    const [mail] = await mailsTo(world, catcher, user.email, 'A recovery code was used');
    expect(mail?.text).toContain('9 left');
  });

  test('let one in of twenty with the same one', async () => {
    const user = await enrolled();
    const challenges = await Promise.all(Array.from({ length: 20 }, () => challengeOf(user.email)));
    const code = user.codes[1] as string;
    const codes = await Promise.all(challenges.map((challenge) => world.code(verifyMfa, { challenge, code })));
    expect(codes.filter((each) => each === 'OK')).toHaveLength(1);
  });

  test('are replaced as a set', async () => {
    const user = await enrolled();
    const token = { token: user.token };
    const { codes } = await world.done(renewRecoveryCodes, {}, token);
    expect(codes).toHaveLength(10);
    expect(await verify(user, user.codes[2] as string)).toBe('MFA_CODE_INVALID');
    expect(await verify(user, codes[0] as string)).toBe('OK');
    expect(await world.done(listFactors, {}, token)).toMatchObject({ recoveryCodesLeft: 9 });
    await mailsTo(world, catcher, user.email, 'New recovery codes');
    await audited('platform.recovery-codes.renew', user.id);
  });

  test('are there only beside an authenticator app', async () => {
    const user = await person(world, fjell, `person${++people}`);
    expect(await world.code(renewRecoveryCodes, {}, { token: user.token })).toBe('MFA_NOT_ACTIVE');
    expect(await world.code(removeTotp, {}, { token: user.token })).toBe('MFA_NOT_ACTIVE');
  });
});

test('removing the app ends the other sessions and the recovery codes, and one factor lets in again', async () => {
  const user = await enrolled();
  const challenge = await challengeOf(user.email);
  const other: Tokens = await world.done(verifyMfa, { challenge, code: user.codes[0] as string });
  await world.done(removeTotp, {}, { token: user.token });

  expect(await world.code(refresh, { refreshToken: other.refreshToken })).toBe('AUTH_REFRESH_INVALID');
  const ended = await world.rows(
    `SELECT end_reason FROM platform.sessions WHERE tenant_id = $1 AND user_id = $2 AND status = 'ended'`,
    [fjell.id, user.id],
  );
  expect(ended).toEqual([{ end_reason: 'factors_changed' }]);
  expect(await world.done(listFactors, {}, { token: user.token })).toMatchObject({ totp: null, recoveryCodesLeft: 0 });
  expect((await firstStep(user.email)).ok).toBe(true);
  await mailsTo(world, catcher, user.email, 'The authenticator app was removed');
  await audited('platform.factor.remove', user.id);
});

test('a password that is good beside a second factor only does not let in alone when that factor is gone', async () => {
  const user = await enrolled();
  const caller = { token: user.token };
  const short = 'kort men godt';
  expect(await world.code(changePassword, { currentPassword: PASSWORD, password: short }, caller)).toBe('OK');
  await world.done(removeTotp, {}, caller);
  const { refusal } = await world.call(login, { email: user.email, password: short }, { tenant: 'fjell' });
  expect(refusal.code).toBe('MFA_ENROLMENT_REQUIRED');
  const long = 'tre blå båter mot nord';
  expect(await world.code(changePassword, { currentPassword: short, password: long }, caller)).toBe('OK');
  expect(await world.code(login, { email: user.email, password: long }, { tenant: 'fjell' })).toBe('OK');
});

describe('where the tenant demands a second factor', () => {
  beforeAll(async () => {
    const { accessToken } = await world.signIn(vidde.email, PASSWORD, 'vidde');
    const setting = { key: 'platform.mfa-required', value: true };
    await world.done(putSetting, setting, { token: accessToken, ifMatch: 0 });
  });

  test('whoever has none sets one up with the challenge, and is in', async () => {
    const email = vidde.email;
    const { refusal } = await firstStep(email, vidde);
    expect(refusal).toMatchObject({ code: 'MFA_ENROLMENT_REQUIRED', details: { methods: ['totp'] } });
    const challenge = String(refusal.details?.challenge);
    expect(await world.code(verifyMfa, { challenge, code: '123456' })).toBe('MFA_CHALLENGE_INVALID');
    expect(await world.code(confirmEnrolment, { challenge, code: '123456' })).toBe('TOTP_NOT_STARTED');
    const { secret } = await world.done(beginEnrolment, { challenge });
    expect(await world.code(confirmEnrolment, { challenge, code: totpCode(secret, now(), 9) })).toBe(
      'MFA_CODE_INVALID',
    );
    const tokens = await world.done(confirmEnrolment, { challenge, code: totpCode(secret, now()) });
    const caller = { token: tokens.accessToken };
    expect(await world.done(listFactors, {}, caller)).toMatchObject({ required: true, recoveryCodesLeft: 0, totp: {} });
    expect((await world.done(renewRecoveryCodes, {}, caller)).codes).toHaveLength(10);
    expect(await world.code(beginEnrolment, { challenge })).toBe('MFA_CHALLENGE_INVALID');
    expect((await firstStep(email, vidde)).refusal.code).toBe('MFA_REQUIRED');
  });

  test('the challenge of a second step sets up nothing', async () => {
    const user = await enrolled();
    const challenge = await challengeOf(user.email);
    expect(await world.code(beginEnrolment, { challenge })).toBe('MFA_CHALLENGE_INVALID');
    expect(await world.code(beginEnrolment, { challenge: 'made up' })).toBe('MFA_CHALLENGE_INVALID');
    expect(await world.code(confirmEnrolment, { challenge, code: '123456' })).toBe('MFA_CHALLENGE_INVALID');
  });
});
