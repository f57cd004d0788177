import { randomBytes } from 'node:crypto';
import { expect } from '@jest/globals';
import { SoftwareAuthenticator, totpCode } from '@kit/testing/outside';
import type { Answer } from './http.js';
import { API, type SecretJourney } from './secret-journey.js';

/** Passwords, at every door. */
export async function passwords(journey: SecretJourney): Promise<void> {
  const { secrets, slug, system } = journey;
  const { email, password } = system.superAdmin;
  const login = await secrets.call(200, 'POST', `${API}/auth/login`, { body: { email, password } });
  journey.root = journey.tokensOf('the super administrator', login).accessToken;
  const adminPassword = secrets.invent('password of the first administrator');
  const administrator = { email: `admin@${slug}.example`, name: 'Admin', password: adminPassword };
  await secrets.call(201, 'POST', `${API}/tenants`, { token: journey.root, body: { slug, name: slug, administrator } });
  journey.admin = await journey.signIn('the administrator', administrator.email, adminPassword);

  const wrong = (name: string) => ({ email: administrator.email, password: secrets.invent(name) });
  await journey.call(401, 'POST', '/auth/login', { body: wrong('wrong password') });
  await journey.call(401, 'POST', '/auth/login', {
    body: { ...wrong('password of nobody'), email: 'nobody@example.test' },
  });
  await journey.call(400, 'POST', '/auth/login', {
    body: { ...wrong('password beside another'), passwrod: secrets.invent('password under a wrong name') },
  });
  await journey.call(400, 'POST', '/auth/login', {
    body: { ...administrator, password: [secrets.invent('password in a list')] },
  });
  await journey.call(400, 'POST', '/auth/login', {
    body: { email: secrets.invent('password as an address'), password: 'x' },
  });
  await journey.call(400, 'POST', '/auth/login', {
    raw: `{"email":"a","password":${secrets.invent('password in broken JSON')}}`,
  });
  await journey.call(400, 'POST', '/auth/login', {
    raw: `{"email":"a","password":"${secrets.invent('password in cut JSON')}`,
  });
  await journey.call(415, 'POST', '/auth/login', {
    raw: `password=${secrets.invent('password in a form')}`,
    headers: { 'content-type': 'text/csv' },
  });
  await journey.call(400, 'GET', `/auth/me?password=${encodeURIComponent(secrets.invent('password in a query'))}`, {
    token: journey.admin,
  });
  await journey.call(404, 'GET', `/nowhere?token=${encodeURIComponent(secrets.invent('token in a query'))}`);
  const key = { 'idempotency-key': 'user-1' };
  const kari = {
    email: `kari@${slug}.example`,
    name: 'Kari',
    password: secrets.invent('password under an idempotency key'),
  };
  await journey.call(201, 'POST', '/users', { token: journey.admin, body: kari, headers: key });
  await journey.call(201, 'POST', '/users', { token: journey.admin, body: kari, headers: key });
  await journey.call(409, 'POST', '/users', {
    token: journey.admin,
    body: { ...kari, password: secrets.invent('password of a taken address') },
  });
  await journey.call(401, 'GET', '/auth/me', {
    headers: { authorization: `Basic ${Buffer.from(`a:${secrets.invent('password of Basic')}`).toString('base64')}` },
  });
  await journey.call(401, 'GET', '/auth/me', {
    token: secrets.plant('a token of nobody', randomBytes(40).toString('base64url')),
  });
}

/** An account, from registration to a forgotten password. */
export async function account(journey: SecretJourney): Promise<void> {
  const { secrets, slug } = journey;
  const open = { token: journey.admin, body: { value: 'open' }, headers: { 'if-match': '"0"' } };
  await journey.call(200, 'PUT', '/tenant/settings/platform.registration', open);
  const email = `ola@${slug}.example`;
  const first = secrets.invent('password at registration');
  await journey.call(202, 'POST', '/auth/register', { body: { email, name: 'Ola', password: first, locale: 'en' } });
  await journey.call(202, 'POST', '/auth/register', {
    body: {
      email: `admin@${slug}.example`,
      name: 'x',
      password: secrets.invent('password of a second registration'),
    },
  });
  await journey.call(422, 'POST', '/auth/register', {
    body: { email, name: 'Ola', password: secrets.plant('weak password', 'password1234') },
  });
  const token = await journey.linkTo('token of the verification', email, /./);
  await journey.call(400, 'POST', '/auth/email/verify', {
    body: { token, extra: secrets.invent('token under a wrong name') },
  });
  await journey.call(204, 'POST', '/auth/email/verify', { body: { token } });
  await journey.call(422, 'POST', '/auth/email/verify', { body: { token } });
  await journey.call(202, 'POST', '/auth/password/forgot', { body: { email } });
  const reset = await journey.linkTo('token of the reset', email, /password|passord/i);
  const second = secrets.invent('password after the reset');
  await journey.call(422, 'POST', '/auth/password/reset', {
    body: { token: `${reset.slice(0, -8)}AAAAAAA1`, password: secrets.invent('password under a wrong token') },
  });
  await journey.call(204, 'POST', '/auth/password/reset', { body: { token: reset, password: second } });
  const ola = await journey.signIn('ola', email, second);
  const third = secrets.invent('password after the change');
  const change = (status: number, body: object) =>
    journey.call(status, 'POST', '/auth/password/change', { token: ola, body });
  await change(422, {
    currentPassword: secrets.invent('wrong current password'),
    password: secrets.invent('password that was not changed to'),
  });
  await change(204, { currentPassword: second, password: third });
  await journey.call(202, 'POST', '/auth/email/change', { token: ola, body: { email: `ny@${slug}.example` } });
  await journey.call(204, 'POST', '/auth/email/verify', {
    body: { token: await journey.linkTo('token of the new address', `ny@${slug}.example`, /./) },
  });
}

/** Second factors, cookies and passkeys. */
export async function factors(journey: SecretJourney): Promise<void> {
  const { secrets, slug } = journey;
  const email = `siri@${slug}.example`;
  const password = secrets.invent('password of a person with factors');
  await journey.call(201, 'POST', '/users', { token: journey.admin, body: { email, name: 'Siri', password } });
  const siri = await journey.signIn('siri', email, password);
  const begun = await journey.call(200, 'POST', '/auth/mfa/totp', { token: siri, body: {} });
  const seed = secrets.plant('TOTP secret', String(begun.body.secret), begun);
  const wrongCode = secrets.plant('wrong code', String(Number(totpCode(seed, new Date())) ^ 1).padStart(6, '0'));
  await journey.call(422, 'POST', '/auth/mfa/totp/confirm', { token: siri, body: { code: wrongCode } });
  const code = secrets.plant('code that confirms the app', totpCode(seed, new Date()));
  const confirmed = await journey.call(200, 'POST', '/auth/mfa/totp/confirm', { token: siri, body: { code } });
  const codes = confirmed.body.codes as string[];
  for (const [at, one] of codes.entries()) secrets.plant(`recovery code ${at}`, one, confirmed);

  const half = async (): Promise<string> => {
    const answer = await journey.call(401, 'POST', '/auth/login', { body: { email, password } });
    const { challenge } = answer.body.details as { challenge: string };
    return secrets.plant('challenge of the second step', challenge, answer);
  };
  const challenge = await half();
  const wrong = secrets.invent('wrong recovery code');
  await journey.call(401, 'POST', '/auth/mfa/verify', { body: { challenge, code: wrong } });
  const whole = await journey.call(200, 'POST', '/auth/mfa/verify', { body: { challenge, code: codes[0] } });
  const token = journey.tokensOf('siri after two steps', whole).accessToken;
  const next = secrets.plant('code of a second step', totpCode(seed, new Date(), 1));
  journey.tokensOf(
    'siri by code',
    await journey.call(200, 'POST', '/auth/mfa/verify', { body: { challenge: await half(), code: next } }),
  );
  await journey.call(422, 'POST', '/auth/step-up', {
    token,
    body: { code: secrets.invent('wrong code of a step-up') },
  });
  const renewed = await journey.call(200, 'POST', '/auth/mfa/recovery-codes', { token, body: {} });
  for (const [at, one] of (renewed.body.codes as string[]).entries())
    secrets.plant(`renewed recovery code ${at}`, one, renewed);

  const device = new SoftwareAuthenticator();
  const challengeOf = (name: string, answer: Answer) => {
    const options = answer.body.options as { challenge: string };
    secrets.plant(name, options.challenge, answer);
    return options as unknown as Record<string, unknown>;
  };
  const offered = await journey.call(200, 'POST', '/auth/passkeys/registration-options', { token, body: {} });
  const created = device.create(challengeOf('challenge of a new passkey', offered));
  await journey.call(201, 'POST', '/auth/passkeys', { token, body: { name: 'Phone', credential: created } });
  const asked = await journey.call(200, 'POST', '/auth/passkeys/authentication-options', { body: {} });
  const proof = device.get(challengeOf('challenge of a sign-in by passkey', asked));
  secrets.plant('signature of a passkey', (proof.response as { signature: string }).signature);
  const entered = await journey.call(200, 'POST', '/auth/passkeys/authenticate', { body: { credential: proof } });
  journey.tokensOf('siri by passkey', entered);
  const credential = (name: string) => ({
    id: 'x',
    rawId: 'x',
    type: 'public-key',
    response: { clientDataJSON: secrets.invent(name) },
  });
  await journey.call(422, 'POST', '/auth/passkeys', {
    token,
    body: { name: 'Phone', credential: credential('attestation of a passkey') },
  });
  await journey.call(401, 'POST', '/auth/passkeys/authenticate', {
    body: { credential: credential('assertion of a passkey') },
  });

  const admins = { email: `kari@${slug}.example`, password: secrets.invent('wrong password of a browser') };
  await journey.call(401, 'POST', '/auth/login', { body: admins, headers: { 'x-session': 'cookie' } });
}

/** A browser that keeps its tokens in cookies. */
export async function cookies(journey: SecretJourney): Promise<void> {
  const { secrets, slug } = journey;
  const email = `liv@${slug}.example`;
  const password = secrets.invent('password of a browser');
  journey.livs = password;
  await journey.call(201, 'POST', '/users', { token: journey.admin, body: { email, name: 'Liv', password } });
  const kept = (answer: Answer) => {
    const cookies = answer.headers.getSetCookie().map((line) => line.split(';')[0] as string);
    for (const cookie of cookies)
      secrets.plant(`cookie ${cookie.split('=')[0]}`, cookie.split('=').slice(1).join('='), answer);
    return cookies.join('; ');
  };
  const signedIn = await journey.call(200, 'POST', '/auth/login', {
    body: { email, password },
    headers: { 'x-session': 'cookie' },
  });
  const cookie = kept(signedIn);
  const csrf = String(signedIn.body.csrfToken);
  const change = (status: number, token: string, sent = cookie) =>
    journey.call(status, 'DELETE', '/auth/sessions', { headers: { cookie: sent, 'x-csrf-token': token } });
  await change(204, csrf);
  await change(403, secrets.plant('wrong CSRF token', randomBytes(32).toString('base64url')));
  await change(
    401,
    csrf,
    `__Host-access=${secrets.plant('access cookie of nobody', randomBytes(30).toString('base64url'))}`,
  );
  const renew = { headers: { cookie, 'x-session': 'cookie', 'x-csrf-token': csrf } };
  kept(await journey.call(200, 'POST', '/auth/refresh', renew));
}

/** Sessions that are renewed, and tokens of others. */
export async function tokens(journey: SecretJourney): Promise<void> {
  const { secrets, slug } = journey;
  const password = secrets.invent('password of a renewed session');
  const email = `per@${slug}.example`;
  await journey.call(201, 'POST', '/users', { token: journey.admin, body: { email, name: 'Per', password } });
  const { refreshToken } = journey.tokensOf(
    'per',
    await journey.call(200, 'POST', '/auth/login', { body: { email, password } }),
  );
  journey.tokensOf('per, renewed', await journey.call(200, 'POST', '/auth/refresh', { body: { refreshToken } }));
  const forged = `${refreshToken.slice(0, -10)}${randomBytes(7).toString('base64url')}`;
  await journey.call(401, 'POST', '/auth/refresh', {
    body: { refreshToken: secrets.plant('refresh token of nobody', forged) },
  });

  const { body: account } = await journey.call(201, 'POST', '/service-accounts', {
    token: journey.admin,
    body: { name: 'Import' },
  });
  const made = await journey.call(201, 'POST', `/service-accounts/${account.id}/keys`, {
    token: journey.admin,
    body: { name: 'k' },
  });
  const apiKey = secrets.plant('API key', String(made.body.key), made);
  journey.tokensOf('the API key', await journey.call(200, 'POST', '/auth/token', { body: { apiKey } }));
  await journey.call(401, 'POST', '/auth/token', {
    body: { apiKey: secrets.plant('API key of nobody', `${apiKey.slice(0, -8)}zzzzZZZ1`) },
  });
  await journey.call(401, 'GET', '/auth/me', { token: apiKey });
  const directory = { userName: `scim@${slug}.example`, password: secrets.invent('password from a directory') };
  await secrets.call(403, 'POST', '/scim/v2/Users', { token: apiKey, body: directory });
  const cut = `{"userName":"x","password":"${secrets.invent('password from a directory in cut JSON')}`;
  await secrets.call(400, 'POST', '/scim/v2/Users', { token: apiKey, raw: cut });
  const { body: me } = await journey.call(200, 'GET', '/users?limit=200', { token: journey.admin });
  const per = (me.data as { id: string; email: string }[]).find((user) => user.email === email);
  const allowed = { token: journey.admin, body: { value: true }, headers: { 'if-match': '"0"' } };
  await journey.call(200, 'PUT', '/tenant/settings/platform.impersonation-allowed', allowed);
  const reason = { reason: 'Case 4711: cannot see their own request' };
  journey.tokensOf(
    'an impersonator',
    await journey.call(200, 'POST', `/users/${per?.id}/impersonate`, { token: journey.admin, body: reason }),
  );
}

/** An invitation. */
export async function invitation(journey: SecretJourney): Promise<void> {
  const { secrets, slug } = journey;
  const email = `gjest@${slug}.example`;
  const { body: invitation } = await journey.call(201, 'POST', '/invitations', {
    token: journey.admin,
    body: { email, locale: 'en' },
  });
  const token = await journey.linkTo('token of an invitation', email, /./);
  const accept = (status: number, more: object) =>
    journey.call(status, 'POST', '/invitations/accept', { body: { token, name: 'Gjest', ...more } });
  await accept(422, { password: secrets.plant('weak password of a guest', 'qwertyuiop123') });
  await accept(400, { password: secrets.invent('password of a guest beside a wrong name'), extra: 1 });
  await accept(422, {
    token: `${token.slice(0, -6)}AAAAA1`,
    password: secrets.invent('password beside a wrong invitation'),
  });
  await accept(200, { password: secrets.invent('password of a guest') });
  expect(invitation.status).toBe('pending');
}
