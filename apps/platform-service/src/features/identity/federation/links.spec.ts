import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type MailCatcher, readMail, startSmtpCatcher } from '@kit/testing';
import { startProvider, type TestProvider } from '@kit/testing/outside';
import {
  confirmAccountLink,
  createUser,
  deleteAccountLink,
  getMe,
  type IdentityProvider,
  listAccountLinks,
  startAccountLink,
  startFederatedSignIn,
} from '@platform/contracts';
import { decodeJwt } from 'jose';
import { APP, connect, federationWorld, Visitor } from '../../../../test/federation.js';
import { PASSWORD, type PlatformWorld, type TestTenant } from '../../../../test/world.js';

let world: PlatformWorld;
let op: TestProvider;
let mails: MailCatcher;
let fjell: TestTenant;
let staff: IdentityProvider;

beforeAll(async () => {
  [mails, op] = await Promise.all([startSmtpCatcher(), startProvider()]);
  world = await federationWorld({ SMTP_URL: mails.smtpUrl });
  fjell = await world.tenant('fjell');
  staff = await connect(world, fjell, op, { key: 'staff' });
});
afterAll(() => Promise.all([world?.stop(), op?.stop(), mails?.stop()]));

const administrator = async () => (await world.signIn(fjell.email, PASSWORD, 'fjell')).accessToken;

/** Somebody with a password, signed in just now. */
async function member(name: string) {
  const email = `${name}@fjell.example`;
  const request = { email, name, password: PASSWORD };
  const { id } = await world.done(createUser, request, { token: await administrator() });
  return { id, email, signIn: async () => (await world.signIn(email, PASSWORD, 'fjell')).accessToken };
}

const ticketOf = (location: string) => new URL(location).searchParams.get('link') as string;
const visitor = (id: string) => new Visitor(world, op, staff, { id });

/** From the app to the provider and back, with the code that is to be confirmed. */
async function announced(token: string, at: Visitor) {
  const { location, expiresIn } = await world.done(startAccountLink, { provider: 'staff' }, { token });
  const arrived = await at.arrive({ link: ticketOf(location) });
  return { location, expiresIn, ...arrived };
}

const confirm = (token: string, code: string | undefined, browser = '') =>
  world.code(confirmAccountLink, { code: code ?? '-', ...(browser && { browser }) }, { token });

async function linked(name: string) {
  const person = await member(name);
  const at = visitor(`at-provider-${name}`);
  const token = await person.signIn();
  const { code } = await announced(token, at);
  const link = await world.done(confirmAccountLink, { code: code ?? '', browser: at.cookie ?? '' }, { token });
  return { ...person, at, token, link };
}

describe('linking an account', () => {
  test('begins with a ticket, goes by the provider, and is done when the one who began confirms', async () => {
    const kari = await linked('kari');
    expect(kari.link).toMatchObject({ provider: 'staff', providerName: 'Provider staff' });
    expect((await world.done(listAccountLinks, {}, { token: kari.token })).data).toEqual([kari.link]);
    const { user } = await world.done(getMe, {}, { token: (await kari.at.signIn()).accessToken });
    expect(user.id).toBe(kari.id);
    const [mail] = await readMail(mails, { to: kari.email, subject: 'En ny måte å logge inn på' });
    expect(mail?.text).toContain('Provider staff');
  });

  test('needs a sign-in of this very moment', async () => {
    const ola = await member('ola');
    const token = await ola.signIn();
    await world.rows(
      "UPDATE platform.sessions SET authenticated_at = now() - interval '6 minutes' WHERE user_id = $1",
      [ola.id],
    );
    expect(await world.code(startAccountLink, { provider: 'staff' }, { token })).toBe('STEP_UP_REQUIRED');
    expect(await world.code(startAccountLink, { provider: 'staff' }, { token: await ola.signIn() })).toBe('OK');
  });

  test('is not made fresh by a provider that has its people signed in already, unless it asks them again', async () => {
    const at = visitor('long-ago');
    await at.signIn();
    op.state.tamper = async (answer) => {
      const claims = decodeJwt(answer.id_token);
      answer.id_token = await op.sign({ ...claims, auth_time: Math.floor(Date.now() / 1000) - 3_600 });
    };
    const { accessToken: token } = await at.signIn();
    expect(await world.code(startAccountLink, { provider: 'staff' }, { token })).toBe('STEP_UP_REQUIRED');
    expect(await at.arrive({ fresh: true })).toMatchObject({ error: 'SIGN_IN_PROOF_INVALID' });
    op.state.tamper = null;
    const asked = () => op.seen.filter(({ path }) => path.startsWith('/interaction/')).length;
    const before = asked();
    const { code } = await at.arrive({ fresh: true });
    expect(asked()).toBe(before + 1);
    const fresh = { token: (await at.redeem(code ?? '')).accessToken };
    expect(await world.code(startAccountLink, { provider: 'staff' }, fresh)).toBe('OK');
  });

  test('leads back into the app only, and to a provider that is there', async () => {
    const token = await (await member('returning')).signIn();
    const evil = { provider: 'staff', returnTo: 'https://evil.example' };
    expect(await world.code(startAccountLink, evil, { token })).toBe('RETURN_URL_NOT_ALLOWED');
    expect(await world.code(startAccountLink, { provider: 'nobody' }, { token })).toBe('NOT_FOUND');
    const { url } = await announced(token, visitor('returning'));
    expect(url.href).toMatch(new RegExp(`^${APP}/fjell\\?code=`));
  });

  test('cannot be finished by somebody else who was sent off with the ticket', async () => {
    const [attacker, victim] = [await member('attacker'), await member('victim')];
    const at = visitor('victims-identity');
    const { code } = await announced(await attacker.signIn(), at);
    expect(await confirm(await victim.signIn(), code, at.cookie)).toBe('SIGN_IN_CODE_INVALID');
    expect((await world.done(listAccountLinks, {}, { token: await attacker.signIn() })).data).toEqual([]);
    expect((await world.done(listAccountLinks, {}, { token: await victim.signIn() })).data).toEqual([]);
  });

  test('needs the cookie of the browser that went, and the code is good once', async () => {
    const token = await (await member('browser')).signIn();
    const at = visitor('browser');
    const { code } = await announced(token, at);
    expect(await confirm(token, code)).toBe('SIGN_IN_CODE_INVALID');
    expect(await confirm(token, code, 'A'.repeat(43))).toBe('SIGN_IN_CODE_INVALID');
    expect(await confirm(token, code, at.cookie)).toBe('OK');
    expect(await confirm(token, code, at.cookie)).toBe('SIGN_IN_CODE_INVALID');
  });

  test('gives tickets that are good once, for a minute, and for their provider', async () => {
    const other = await connect(world, fjell, op, { key: 'other' });
    const person = await member('ticket');
    const token = await person.signIn();
    const ticket = async () =>
      ticketOf((await world.done(startAccountLink, { provider: 'staff' }, { token })).location);
    const start = (provider: string, link: string) => world.code(startFederatedSignIn, { provider, link });
    const once = await ticket();
    expect(await start(other.id, once)).toBe('SIGN_IN_ATTEMPT_INVALID');
    expect(await start(staff.id, once)).toBe('OK');
    expect(await start(staff.id, once)).toBe('SIGN_IN_ATTEMPT_INVALID');
    expect(await start(staff.id, 'none of ours')).toBe('SIGN_IN_ATTEMPT_INVALID');
    const late = await ticket();
    world.clock.advance(61_000);
    expect(await start(staff.id, late)).toBe('SIGN_IN_ATTEMPT_INVALID');
    world.clock.advance(-61_000);
  });

  test('is refused for an identity that is linked to another user', async () => {
    const first = await linked('first');
    const second = await (await member('second')).signIn();
    const { code } = await announced(second, first.at);
    expect(await confirm(second, code, first.at.cookie)).toBe('ACCOUNT_LINKED_ELSEWHERE');
  });

  test('does not sign anybody in: a code of the one kind is none of the other', async () => {
    const token = await (await member('kinds')).signIn();
    const at = visitor('kinds');
    const { code } = await announced(token, at);
    await expect(at.redeem(code ?? '')).rejects.toThrow('SIGN_IN_CODE_INVALID');
    const signIn = await visitor('kinds-2').arrive();
    expect(await confirm(token, signIn.code, at.cookie)).toBe('SIGN_IN_CODE_INVALID');
  });
});

describe('unlinking', () => {
  test('takes that way in away, ends the sessions that came by it, and tells the user', async () => {
    const kari = await linked('leaving');
    const session = await kari.at.signIn();
    const token = await kari.signIn();
    await world.done(deleteAccountLink, { id: kari.link.id }, { token });
    expect(await world.code(getMe, {}, { token: session.accessToken })).not.toBe('OK');
    expect(await world.code(getMe, {}, { token })).toBe('OK');
    expect((await world.done(listAccountLinks, {}, { token })).data).toEqual([]);
    const { user } = await world.done(getMe, {}, { token: (await kari.at.signIn()).accessToken });
    expect(user.id).not.toBe(kari.id);
    await readMail(mails, { to: kari.email, subject: 'En måte å logge inn på er fjernet' });
  });

  test('is refused when it is the last way in', async () => {
    const at = visitor('only-way');
    const { accessToken: token } = await at.signIn();
    const { data } = await world.done(listAccountLinks, {}, { token });
    expect(data).toMatchObject([{ provider: 'staff', lastUsedAt: expect.any(String) }]);
    expect(await world.code(deleteAccountLink, { id: data[0]?.id ?? '' }, { token })).toBe('LAST_FACTOR');
  });

  test('needs a sign-in of this very moment, and the link to be one’s own', async () => {
    const [kari, ola] = [await linked('mine'), await member('not-mine')];
    expect(await world.code(deleteAccountLink, { id: kari.link.id }, { token: await ola.signIn() })).toBe('NOT_FOUND');
    const token = await kari.signIn();
    await world.rows("UPDATE platform.sessions SET authenticated_at = now() - interval '1 hour' WHERE user_id = $1", [
      kari.id,
    ]);
    expect(await world.code(deleteAccountLink, { id: kari.link.id }, { token })).toBe('STEP_UP_REQUIRED');
  });
});
