import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, readMail, startSmtpCatcher } from '@kit/testing';
import {
  changeEmail,
  changePassword,
  createUser,
  forgotPassword,
  getMe,
  listSessions,
  putSetting,
  refresh,
  register,
  registerProduct,
  resendVerification,
  resetPassword,
  updateMe,
  updateUser,
  verifyEmail,
} from '@platform/contracts';
import { productOf, reports } from '../../../test/product.js';
import { PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';

const NEW_PASSWORD = 'tre blå båter mot nord';

let catcher: Awaited<ReturnType<typeof startSmtpCatcher>>;
let world: PlatformWorld;
let fjell: TestTenant;
let vidde: TestTenant;

beforeAll(async () => {
  catcher = await startSmtpCatcher();
  world = await platformWorld({ SMTP_URL: catcher.smtpUrl });
  fjell = await world.tenant('fjell');
  vidde = await world.tenant('vidde');
});
afterAll(async () => {
  await world?.stop();
  await catcher?.stop();
});

let people = 0;
const address = () => `person${++people}@fjell.example`;
const anonymous = { tenant: 'fjell' };

/** The token of the newest mail of that subject. */
async function linkTo(to: string, subject: RegExp, count = 1): Promise<string> {
  const mails = await readMail(catcher, { to, subject, count });
  const token = /#token=(\S+)/.exec(mails.at(-1)?.text ?? '')?.[1];
  if (!token) throw new Error(`there is no link in the mail to ${to}`);
  return token;
}

const asking = (email: string) => ({ email, name: 'Kari Nordmann', password: NEW_PASSWORD });

async function registered(): Promise<string> {
  const email = address();
  await world.done(register, asking(email), anonymous);
  await world.done(verifyEmail, { token: await linkTo(email, /Confirm/) });
  return email;
}

async function known(): Promise<{ id: string; email: string; token: string }> {
  const email = address();
  const person = { email, name: 'Ola', password: PASSWORD, locale: 'en' as const };
  const { id } = await world.done(createUser, person, { token: fjell.token });
  return { id, email, token: (await world.signIn(email, PASSWORD, 'fjell')).accessToken };
}

const mayEnter = async (email: string, password: string, tenant = 'fjell') => {
  try {
    await world.signIn(email, password, tenant);
    return true;
  } catch {
    return false;
  }
};

const requests = (email: string) =>
  world.rows<{ kind: string; status: string; password_hash: string | null }>(
    'SELECT kind, status, password_hash FROM platform.account_requests WHERE email = $1 ORDER BY created_at, id',
    [email],
  );

describe('registering', () => {
  test('opens an account once its address is proved, and not before', async () => {
    const email = address();
    expect(await world.done(register, asking(email), anonymous)).toEqual({ next: 'check_mail' });
    const token = await linkTo(email, /Confirm/);
    expect(await mayEnter(email, NEW_PASSWORD)).toBe(false);
    expect(await world.rows('SELECT 1 FROM platform.users WHERE email = $1', [email])).toEqual([]);
    await world.done(verifyEmail, { token });
    const { accessToken } = await world.signIn(email, NEW_PASSWORD, 'fjell');
    const me = await world.done(getMe, {}, { token: accessToken });
    expect(me).toMatchObject({ user: { email, name: 'Kari Nordmann', status: 'active', locale: 'en' }, grants: [] });
    expect(await requests(email)).toEqual([{ kind: 'registration', status: 'used', password_hash: null }]);
  });

  test('gives the roles that products make for everybody, and none beyond what is one’s own', async () => {
    const product = await productOf(world);
    await product.call(registerProduct, reports(product.key));
    await product.close();
    const email = await registered();
    const { accessToken } = await world.signIn(email, NEW_PASSWORD, 'fjell');
    const { grants } = await world.done(getMe, {}, { token: accessToken });
    expect(grants).toMatchObject([{ roleKey: 'reader', scope: 'user', orgId: null, expiresAt: null }]);
  });

  test('answers the same for an address that has an account, which hears of it by mail', async () => {
    const { email } = await known();
    const fresh = await world.call(register, asking(address()), anonymous);
    expect(await world.call(register, asking(email), anonymous)).toEqual(fresh);
    const [mail] = await readMail(catcher, { to: email, subject: /already have an account/ });
    expect(mail?.text).not.toContain('#token=');
    expect(await mayEnter(email, NEW_PASSWORD)).toBe(false);
    expect(await mayEnter(email, PASSWORD)).toBe(true);
    expect(await requests(email)).toEqual([{ kind: 'registration', status: 'mailed', password_hash: null }]);
  });

  test('does the same work before it answers, whether the address is known or not', async () => {
    const { email: taken } = await known();
    const unknown = address();
    for (const operation of [forgotPassword, resendVerification]) {
      const [one, other] = [taken, unknown].map((email) => world.call(operation, { email }, anonymous));
      expect(await one).toEqual(await other);
    }
    // Neither finds out: both leave the same rows, and a worker looks.
    const kinds = async (email: string) => (await requests(email)).map(({ kind }) => kind).sort();
    expect(await kinds(unknown)).toEqual(['password_reset', 'verification']);
    expect(await kinds(taken)).toEqual(await kinds(unknown));
  });

  test('sends the link again, and the one before opens nothing any more', async () => {
    const email = address();
    await world.done(register, asking(email), anonymous);
    const first = await linkTo(email, /Confirm/);
    await world.done(resendVerification, { email }, anonymous);
    const second = await linkTo(email, /Confirm/, 2);
    expect(await world.code(verifyEmail, { token: first })).toBe('ACCOUNT_TOKEN_INVALID');
    expect(await world.code(verifyEmail, { token: second })).toBe('OK');
  });

  test('by a link is good for once, for a day, for its tenant and for nothing else', async () => {
    const email = address();
    await world.done(register, asking(email), anonymous);
    const token = await linkTo(email, /Confirm/);
    const secret = token.split('.')[1];
    for (const forged of ['nonsense', `${vidde.id}.${secret}`, `${fjell.id}.${'A'.repeat(43)}`, `${token}.x`]) {
      expect(await world.code(verifyEmail, { token: forged })).toBe('ACCOUNT_TOKEN_INVALID');
    }
    expect(await world.code(verifyEmail, { token }, { tenant: 'vidde' })).toBe('ACCOUNT_TOKEN_INVALID');
    expect(await world.code(resetPassword, { token, password: NEW_PASSWORD })).toBe('ACCOUNT_TOKEN_INVALID');
    const codes = await Promise.all(Array.from({ length: 10 }, () => world.code(verifyEmail, { token })));
    expect(codes.sort()).toEqual([...Array(9).fill('ACCOUNT_TOKEN_INVALID'), 'OK']);
  });

  test('twice makes one account, with the password of the link that was followed', async () => {
    const email = address();
    await world.done(register, asking(email), anonymous);
    await linkTo(email, /Confirm/);
    await world.done(register, { ...asking(email), password: 'fire grå gjess mot sør' }, anonymous);
    const second = await linkTo(email, /Confirm/, 2);
    const [first] = await readMail(catcher, { to: email, subject: /Confirm/, count: 2 });
    const other = /#token=(\S+)/.exec(first?.text ?? '')?.[1] as string;
    expect(await world.code(verifyEmail, { token: second })).toBe('OK');
    expect(await world.code(verifyEmail, { token: other })).toBe('ACCOUNT_TOKEN_INVALID');
    expect([await mayEnter(email, NEW_PASSWORD), await mayEnter(email, 'fire grå gjess mot sør')]).toEqual([
      false,
      true,
    ]);
  });

  test('of an address that was given an account meanwhile is refused to whoever owns it', async () => {
    const email = address();
    await world.done(register, asking(email), anonymous);
    const token = await linkTo(email, /Confirm/);
    await world.done(createUser, { email, name: 'Ola', password: PASSWORD }, { token: fjell.token });
    expect(await world.code(verifyEmail, { token })).toBe('EMAIL_TAKEN');
  });

  test('gives nobody who was invited or suspended an account by the back door', async () => {
    const invited = address();
    await world.done(createUser, { email: invited, name: 'Ola' }, { token: fjell.token });
    const { id, email: suspended } = await known();
    await world.done(updateUser, { id, status: 'suspended' }, { token: fjell.token, ifMatch: 1 });
    for (const email of [invited, suspended]) {
      await world.done(register, asking(email), anonymous);
      await world.done(forgotPassword, { email }, anonymous);
      await eventually(async () => {
        expect((await requests(email)).map(({ status }) => status)).toEqual(['void', 'void']);
      });
    }
  });

  test('fills nobody’s mailbox', async () => {
    const { email } = await known();
    for (let at = 0; at < 8; at++) await world.done(forgotPassword, { email }, anonymous);
    await eventually(async () => {
      const rows = await requests(email);
      const of = (status: string) => rows.filter((row) => row.status === status).length;
      expect([of('mailed'), of('void')]).toEqual([5, 3]);
    });
  });

  test('says exactly why a password will not do', async () => {
    const attempt = async (password: string, email = address()) => {
      const { refusal } = await world.call(register, { ...asking(email), password }, anonymous);
      return [refusal.code, refusal.errors?.map(({ code }) => code)];
    };
    expect(await attempt('kort passord')).toEqual(['PASSWORD_TOO_SHORT', ['PASSWORD_TOO_SHORT']]);
    expect(await attempt('password12345678')).toEqual(['PASSWORD_COMMON', ['PASSWORD_COMMON']]);
    expect(await attempt('Kari Nordmann 2026')).toEqual(['PASSWORD_PREDICTABLE', ['PASSWORD_PREDICTABLE']]);
    expect(await attempt('qwerty')).toEqual(['PASSWORD_TOO_SHORT', ['PASSWORD_TOO_SHORT', 'PASSWORD_COMMON']]);
    expect(await attempt('fjell-fjell-fjell')).toEqual(['PASSWORD_PREDICTABLE', ['PASSWORD_PREDICTABLE']]);
    const { ok } = await world.call(
      register,
      { ...asking(address()), password: `${'🐟'.repeat(7)} ñandú ünïcödé` },
      anonymous,
    );
    expect(ok).toBe(true);
  });

  test('is for the tenant to close', async () => {
    const closed = { key: 'platform.registration', value: 'closed' };
    await world.done(putSetting, closed, { token: vidde.token, ifMatch: 0 });
    expect(await world.code(register, asking('x@vidde.example'), { tenant: 'vidde' })).toBe('REGISTRATION_CLOSED');
    expect(await world.code(register, asking(address()), anonymous)).toBe('OK');
    expect(await world.code(register, asking('x@system.example'), { tenant: 'system' })).toBe('REGISTRATION_CLOSED');
  });
});

describe('a forgotten password', () => {
  test('is replaced by a link; every session and every other link ends with the old one', async () => {
    const { email, token: accessToken } = await known();
    const tokens = await world.signIn(email, PASSWORD, 'fjell');
    await world.done(forgotPassword, { email: email.toUpperCase() }, anonymous);
    await world.done(forgotPassword, { email }, anonymous);
    const second = await linkTo(email, /Choose a new password/, 2);
    const [first] = await readMail(catcher, { to: email, subject: /Choose a new password/, count: 2 });
    const other = /#token=(\S+)/.exec(first?.text ?? '')?.[1] as string;

    expect(await world.code(resetPassword, { token: second, password: 'kort' })).toBe('PASSWORD_TOO_SHORT');
    expect(await world.code(verifyEmail, { token: second })).toBe('ACCOUNT_TOKEN_INVALID');
    await world.done(resetPassword, { token: second, password: NEW_PASSWORD });
    expect([await mayEnter(email, PASSWORD), await mayEnter(email, NEW_PASSWORD)]).toEqual([false, true]);
    expect(await world.code(getMe, {}, { token: accessToken })).toBe('TOKEN_INVALID');
    expect(await world.code(refresh, { refreshToken: tokens.refreshToken })).toBe('AUTH_REFRESH_INVALID');
    for (const token of [second, other]) {
      expect(await world.code(resetPassword, { token, password: NEW_PASSWORD })).toBe('ACCOUNT_TOKEN_INVALID');
    }
    await readMail(catcher, { to: email, subject: /password was changed/ });
  });

  test('is replaced once by any number who follow the link at the same moment', async () => {
    const { email } = await known();
    await world.done(forgotPassword, { email }, anonymous);
    const token = await linkTo(email, /Choose a new password/);
    const passwords = Array.from({ length: 5 }, (_, at) => `${NEW_PASSWORD} nummer ${at}`);
    const codes = await Promise.all(passwords.map((password) => world.code(resetPassword, { token, password })));
    expect([...codes].sort()).toEqual([...Array(4).fill('ACCOUNT_TOKEN_INVALID'), 'OK']);
    expect(await mayEnter(email, passwords[codes.indexOf('OK')] as string)).toBe(true);
  });

  test('of an account that has none is nothing to replace', async () => {
    const { id, email } = await known();
    await world.rows('DELETE FROM platform.credentials WHERE user_id = $1', [id]);
    await world.done(forgotPassword, { email }, anonymous);
    const [mail] = await readMail(catcher, { to: email, subject: /has no password/ });
    expect(mail?.text).not.toContain('#token=');
  });

  test('of somebody suspended after they asked stays as it is', async () => {
    const { id, email } = await known();
    await world.done(forgotPassword, { email }, anonymous);
    const token = await linkTo(email, /Choose a new password/);
    await world.done(updateUser, { id, status: 'suspended' }, { token: fjell.token, ifMatch: 1 });
    expect(await world.code(resetPassword, { token, password: NEW_PASSWORD })).toBe('ACCOUNT_TOKEN_INVALID');
  });
});

describe('changing one’s password', () => {
  test('needs the current one, and ends every session but this', async () => {
    const { email, token } = await known();
    const other = await world.signIn(email, PASSWORD, 'fjell');
    const change = { currentPassword: PASSWORD, password: NEW_PASSWORD };
    expect(await world.code(changePassword, change)).toBe('AUTH_REQUIRED');
    const wrong = { ...change, currentPassword: 'not the one of anybody' };
    expect(await world.code(changePassword, wrong, { token })).toBe('PASSWORD_WRONG');
    expect(await world.code(changePassword, { ...change, password: 'kort' }, { token })).toBe('PASSWORD_TOO_SHORT');
    await world.done(changePassword, change, { token });
    expect(await world.code(refresh, { refreshToken: other.refreshToken })).toBe('AUTH_REFRESH_INVALID');
    expect(await world.code(getMe, {}, { token: other.accessToken })).toBe('TOKEN_INVALID');
    expect((await world.done(listSessions, {}, { token })).data).toMatchObject([{ current: true }]);
    expect([await mayEnter(email, PASSWORD), await mayEnter(email, NEW_PASSWORD)]).toEqual([false, true]);
    await readMail(catcher, { to: email, subject: /password was changed/ });
  });

  test('by two at once lets one through', async () => {
    const { email, token } = await known();
    const passwords = [`${NEW_PASSWORD} en`, `${NEW_PASSWORD} to`];
    const codes = await Promise.all(
      passwords.map((password) => world.code(changePassword, { currentPassword: PASSWORD, password }, { token })),
    );
    expect([...codes].sort()).toEqual(['OK', 'PASSWORD_WRONG']);
    expect(await mayEnter(email, passwords[codes.indexOf('OK')] as string)).toBe(true);
  });

  test('by guessing is slowed down as signing in is', async () => {
    const { token } = await known();
    const attempt = { currentPassword: 'not the one of anybody', password: NEW_PASSWORD };
    const codes = [];
    for (let at = 0; at < 6; at++) codes.push(await world.code(changePassword, attempt, { token }));
    expect(codes).toEqual([...Array(5).fill('PASSWORD_WRONG'), 'AUTH_THROTTLED']);
  });
});

describe('changing one’s address', () => {
  test('holds once the new one is proved; the old one is told', async () => {
    const { email, token } = await known();
    const next = address();
    expect(await world.code(changeEmail, { email }, { token })).toBe('EMAIL_UNCHANGED');
    expect(await world.done(changeEmail, { email: next }, { token })).toEqual({ next: 'check_mail' });
    await readMail(catcher, { to: email, subject: /wants to change your email/ });
    expect(await mayEnter(next, PASSWORD)).toBe(false);
    await world.done(verifyEmail, { token: await linkTo(next, /Confirm your new email/) });
    expect([await mayEnter(email, PASSWORD), await mayEnter(next, PASSWORD)]).toEqual([false, true]);
    await readMail(catcher, { to: email, subject: /address was changed/ });
    expect((await world.done(getMe, {}, { token })).user.email).toBe(next);
  });

  test('to one that is taken changes nothing, and tells only its owner', async () => {
    const [one, other] = [await known(), await known()];
    expect(await world.done(changeEmail, { email: other.email }, { token: one.token })).toEqual({ next: 'check_mail' });
    const [mail] = await readMail(catcher, { to: other.email, subject: /already has an account/ });
    expect(mail?.text).not.toContain('#token=');
  });

  test('by two to the same one lets one through', async () => {
    const people = [await known(), await known(), await known()];
    const next = address();
    for (const { token } of people) await world.done(changeEmail, { email: next }, { token });
    const mails = await readMail(catcher, { to: next, subject: /Confirm your new email/, count: 3 });
    const tokens = mails.map((mail) => /#token=(\S+)/.exec(mail.text)?.[1] as string);
    const codes = await Promise.all(tokens.map((token) => world.code(verifyEmail, { token })));
    expect(codes.sort()).toEqual(['EMAIL_TAKEN', 'EMAIL_TAKEN', 'OK']);
  });

  test('makes links that went to the old one worthless', async () => {
    const { email, token } = await known();
    await world.done(forgotPassword, { email }, anonymous);
    const reset = await linkTo(email, /Choose a new password/);
    const next = address();
    await world.done(changeEmail, { email: next }, { token });
    await world.done(verifyEmail, { token: await linkTo(next, /Confirm your new email/) });
    expect(await world.code(resetPassword, { token: reset, password: NEW_PASSWORD })).toBe('ACCOUNT_TOKEN_INVALID');
  });
});

describe('one’s own name and language', () => {
  test('are changed by oneself, against the version that was read', async () => {
    const { token } = await known();
    expect((await world.done(getMe, {}, { token })).user.version).toBe(1);
    expect(await world.code(updateMe, { name: 'Ny' }, { token })).toBe('PRECONDITION_REQUIRED');
    const changed = await world.done(updateMe, { name: 'Ny', locale: 'nn' }, { token, ifMatch: 1 });
    expect(changed).toMatchObject({ name: 'Ny', locale: 'nn', version: 2 });
    expect(await world.code(updateMe, { name: 'Eldre' }, { token, ifMatch: 1 })).toBe('STALE_VERSION');
    expect((await world.done(getMe, {}, { token })).user).toMatchObject({ name: 'Ny', locale: 'nn' });
  });
});

// Last, because links and tokens of everybody else have expired afterwards.
describe('time', () => {
  test('ends links: after a day those that open an account, after an hour those for a new password', async () => {
    const [fresh, { email: forgetful }] = [address(), await known()];
    await world.done(register, asking(fresh), anonymous);
    await world.done(forgotPassword, { email: forgetful }, anonymous);
    const [open, reset] = [await linkTo(fresh, /Confirm/), await linkTo(forgetful, /Choose a new password/)];
    world.clock.advance(3_600_000 + 1_000);
    expect(await world.code(resetPassword, { token: reset, password: NEW_PASSWORD })).toBe('ACCOUNT_TOKEN_INVALID');
    world.clock.advance(23 * 3_600_000);
    expect(await world.code(verifyEmail, { token: open })).toBe('ACCOUNT_TOKEN_INVALID');
    await registered();
  });

  test('ends how fresh a session is: after five minutes a new address asks for proof again', async () => {
    const { accessToken: token } = await world.signIn(fjell.email, PASSWORD, 'fjell');
    world.clock.advance(4 * 60_000);
    expect(await world.code(changeEmail, { email: address() }, { token })).toBe('OK');
    world.clock.advance(60_500);
    expect(await world.code(changeEmail, { email: address() }, { token })).toBe('STEP_UP_REQUIRED');
  });
});
