import { ApiProblem, type Client, createClient } from '@digilist/client';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, readMail } from '@kit/testing';
import { SoftwareAuthenticator, totpCode } from '@kit/testing/outside';
import { outcome } from './support/http.js';
import { type Municipality, municipality, PASSWORD, type Person } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
let town: Municipality;
let anybody: Client;
beforeAll(async () => {
  town = await municipality(system);
  anybody = createClient({ baseUrl: system.gatewayUrl, tenant: town.slug, language: 'en' });
}, 60_000);

/** What the password alone brings where that is not enough. */
async function challengeOf(email: string, code = 'MFA_REQUIRED'): Promise<string> {
  const refused = await anybody.platform.login({ email, password: PASSWORD }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ status: 401, code });
  return String((refused as ApiProblem).problem.details?.challenge);
}

const emailOf = async (tokens: { accessToken: string }): Promise<string> => {
  const client = anybody.fresh();
  client.useTokens(tokens);
  return (await client.platform.getMe()).user.email;
};

describe('an authenticator app', () => {
  let person: Person;
  let secret: string;
  let codes: string[];

  it('is set up, and the password alone opens nothing from then on', async () => {
    person = await town.person('forsiktig');
    const { platform } = person.client;
    const begun = await platform.beginTotp();
    secret = begun.secret;
    expect(begun.uri).toContain(`secret=${secret}`);
    expect(await outcome(platform.confirmTotp({ code: '000000' }))).toBe('TOTP_CODE_INVALID');
    ({ codes } = await platform.confirmTotp({ code: totpCode(secret, new Date()) }));
    expect(codes).toHaveLength(10);
    expect(await platform.listFactors()).toMatchObject({ recoveryCodesLeft: 10, totp: { id: expect.any(String) } });
    await readMail(system.mail, { to: person.email });
  });

  it('gives a code that signs in once', async () => {
    const [first, second] = [await challengeOf(person.email), await challengeOf(person.email)];
    // That of the present half minute was used up by the setting up.
    const code = totpCode(secret, new Date(), 1);
    expect(await outcome(anybody.platform.verifyMfa({ challenge: first, code: '000000' }))).toBe('MFA_CODE_INVALID');
    expect(await emailOf(await anybody.platform.verifyMfa({ challenge: first, code }))).toBe(person.email);
    expect(await outcome(anybody.platform.verifyMfa({ challenge: second, code }))).toBe('MFA_CODE_INVALID');
    expect(await outcome(anybody.platform.verifyMfa({ challenge: first, code }))).toBe('MFA_CHALLENGE_INVALID');
  });

  it('that was lost is replaced by a recovery code, each good for once', async () => {
    const [code = ''] = codes;
    const challenge = await challengeOf(person.email);
    expect(await emailOf(await anybody.platform.verifyMfa({ challenge, code }))).toBe(person.email);
    const again = await challengeOf(person.email);
    expect(await outcome(anybody.platform.verifyMfa({ challenge: again, code }))).toBe('MFA_CODE_INVALID');
    expect(await person.client.platform.listFactors()).toMatchObject({ recoveryCodesLeft: 9 });
  });

  it('is taken away by an administrator who has just shown who they are, and all sessions end', async () => {
    await town.admin.client.platform.stepUp({ password: PASSWORD });
    await town.admin.client.platform.resetFactors({ id: person.id });
    expect(await outcome(person.client.platform.getMe())).toBe('AUTH_REFRESH_INVALID');
    await person.client.signIn(person.email, PASSWORD);
    expect(await person.client.platform.listFactors()).toMatchObject({ totp: null, recoveryCodesLeft: 0 });
  });
});

describe('a passkey', () => {
  it('is made in the browser, signs in without a name or a password, and is gone when it is removed', async () => {
    const person = await town.person('moderne');
    const { platform } = person.client;
    const authenticator = new SoftwareAuthenticator();
    const { options } = await platform.beginPasskeyRegistration();
    const made = await platform.createPasskey({ name: 'Telefonen', credential: authenticator.create(options) });
    expect(made).toMatchObject({ name: 'Telefonen', suspectSince: null });

    const present = async (wrong = {}) => {
      const asked = await anybody.platform.beginPasskeyAuthentication();
      return anybody.platform.authenticateWithPasskey({ credential: authenticator.get(asked.options, wrong) });
    };
    expect(await emailOf(await present())).toBe(person.email);
    expect(await outcome(present({ origin: 'https://evil.example' }))).toBe('PASSKEY_INVALID');
    expect(await outcome(present({ tamper: true }))).toBe('PASSKEY_INVALID');
    expect((await platform.listPasskeys({})).data).toMatchObject([{ id: made.id, lastUsedAt: expect.any(String) }]);
    await platform.deletePasskey({ id: made.id });
    expect(await outcome(present())).toBe('PASSKEY_INVALID');
  });
});

describe('a municipality that demands two factors', () => {
  it('lets nobody in by a password alone: the app is set up while signing in', async () => {
    const strict = await municipality(system);
    const { id, email } = await strict.person('ansatt', [{ role: 'end_user' }]);
    const outside = createClient({ baseUrl: system.gatewayUrl, tenant: strict.slug, language: 'en' });
    await strict.admin.client.platform.putSetting({ key: 'platform.mfa-required', value: true }, { ifMatch: '"0"' });
    const refused = await outside.platform.login({ email, password: PASSWORD }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiProblem);
    expect(refused).toMatchObject({ code: 'MFA_ENROLMENT_REQUIRED' });
    const challenge = String((refused as ApiProblem).problem.details?.challenge);
    const { secret } = await outside.platform.beginEnrolment({ challenge });
    const code = totpCode(secret, new Date());
    const tokens = await outside.platform.confirmEnrolment({ challenge, code });
    outside.useTokens(tokens);
    expect((await outside.platform.getMe()).user.id).toBe(id);
    await eventually(async () => expect(await outcome(outside.digilist.listBookings({}))).toBe('ok'));
  });
});
