import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clearMail, eventually, readMail, startSmtpCatcher } from '@kit/testing';
import {
  type AcceptedInvitation,
  acceptInvitation,
  createInvitation,
  createOrganization,
  createUser,
  getMe,
  type Invitation,
  listInvitations,
  listMembers,
  type Organization,
  putSetting,
  putSubscription,
  registerProduct,
  resendInvitation,
  revokeInvitation,
  updateUser,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { productOf, reports, type TestProduct } from '../../../../test/product.js';
import { grantOf, PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';
import { InvitationsJob } from './invitations.job.js';

const DAY_MS = 86_400_000;

let catcher: Awaited<ReturnType<typeof startSmtpCatcher>>;
let world: PlatformWorld;
let product: TestProduct;
let fjell: TestTenant;
let vidde: TestTenant;
let club: Organization;

beforeAll(async () => {
  catcher = await startSmtpCatcher();
  world = await platformWorld({ SMTP_URL: catcher.smtpUrl });
  product = await productOf(world);
  fjell = await world.tenant('fjell');
  vidde = await world.tenant('vidde');
  club = await world.done(createOrganization, { name: 'The club', kind: 'association' }, admin());
});
afterAll(async () => {
  await product?.close();
  await world?.stop();
  await catcher?.stop();
});

let count = 0;
const admin = () => ({ token: fjell.token });
const address = () => `guest${++count}@fjell.example`;
const invite = (more: object = {}, caller: object = admin()): Promise<Invitation> =>
  world.done(createInvitation, { email: address(), ...more }, caller);
const mailed = async (to: string, subject = /invite/): Promise<string> => {
  const mails = await readMail(catcher, { to, subject });
  const [, token] = /#token=(\S+)/.exec(mails.at(-1)?.text ?? '') ?? [];
  return token as string;
};
const accept = (token: string, more: object = {}, caller: object = { tenant: 'fjell' }) =>
  world.code(acceptInvitation, { token, name: 'Guest', password: PASSWORD, ...more }, caller);
const roleId = async (key: string) =>
  (
    await world.rows<{ id: string }>('SELECT id FROM platform.roles WHERE tenant_id = $1 AND key = $2', [fjell.id, key])
  )[0]?.id as string;

describe('an invitation', () => {
  test('brings a new user in: a mail with a link, an account, a membership and the promised role', async () => {
    const role = await roleId('organization_administrator');
    const invitation = await invite({ orgId: club.id, roleIds: [role], locale: 'en' });
    expect(invitation).toMatchObject({ status: 'pending', orgId: club.id, roleIds: [role], version: 1 });
    expect(new Date(invitation.expiresAt).getTime()).toBeCloseTo(Date.now() + 7 * DAY_MS, -5);
    const token = await mailed(invitation.email);
    const accepted: AcceptedInvitation = await world.done(
      acceptInvitation,
      { token, name: 'Kari Guest', password: PASSWORD },
      { tenant: 'fjell' },
    );
    expect(accepted).toMatchObject({ tenant: 'fjell', email: invitation.email, orgId: club.id });
    const { accessToken } = await world.signIn(invitation.email, PASSWORD, 'fjell');
    const me = await world.done(getMe, {}, { token: accessToken });
    expect(me.user).toMatchObject({ id: accepted.userId, name: 'Kari Guest', status: 'active' });
    expect(me.grants).toMatchObject([{ roleKey: 'organization_administrator', scope: 'org', orgId: club.id }]);
    const { data } = await world.done(listMembers, { id: club.id, limit: 200 }, admin());
    expect(data.map(({ userId }) => userId)).toContain(accepted.userId);
  });

  test.each([
    ['nb', 'Du er invitert til The club'],
    ['nn', 'Du er invitert til The club'],
    ['en', 'You are invited to The club'],
  ])('is written in %s', async (locale, subject) => {
    const { email } = await invite({ orgId: club.id, locale });
    const [mail] = await readMail(catcher, { to: email, subject: /invit/ });
    expect(mail?.subject).toBe(subject);
    expect(mail?.text).toContain('/fjell/invitation#token=');
  });

  test('is kept as the hash of its token only', async () => {
    const { email, id } = await invite({ locale: 'en' });
    const token = await mailed(email);
    const [row] = await world.rows<Record<string, unknown>>(
      'SELECT to_jsonb(i)::text AS whole FROM platform.invitations i WHERE id = $1',
      [id],
    );
    expect(String(row?.whole)).not.toContain(token.split('.')[1]);
  });

  test('is good for once, also when ten accept it at once', async () => {
    const { email } = await invite({ locale: 'en' });
    const token = await mailed(email);
    const answers = await Promise.all(Array.from({ length: 10 }, () => accept(token)));
    expect(answers.sort()).toEqual([...Array.from({ length: 9 }, () => 'INVITATION_INVALID'), 'OK']);
    expect(await accept(token)).toBe('INVITATION_INVALID');
  });

  test('is refused with another token, and without what the new user needs', async () => {
    expect(await accept('nonsense')).toBe('INVITATION_INVALID');
    expect(await accept(`${fjell.id}.${'a'.repeat(43)}`)).toBe('INVITATION_INVALID');
    expect(await accept(`${uuidv7()}.${'a'.repeat(43)}`)).toBe('INVITATION_INVALID');
    const { email } = await invite({ locale: 'en' });
    const token = await mailed(email);
    const { refusal } = await world.call(acceptInvitation, { token }, { tenant: 'fjell' });
    expect(refusal.errors?.map(({ path }) => path)).toEqual(['name', 'password']);
    expect(await accept(token, { password: 'short' })).toBe('PASSWORD_TOO_SHORT');
    expect(await accept(token)).toBe('OK');
  });

  test('runs out, is listed as expired, and works again with another link when it is sent again', async () => {
    const first = await invite({ locale: 'en' });
    const old = await mailed(first.email);
    await world.rows("UPDATE platform.invitations SET expires_at = now() - interval '1 s' WHERE id = $1", [first.id]);
    expect(await accept(old)).toBe('INVITATION_EXPIRED');
    const { data } = await world.done(listInvitations, { status: 'expired' }, admin());
    expect(data.map(({ id }) => id)).toContain(first.id);
    await clearMail(catcher.url);
    expect(await world.done(resendInvitation, { id: first.id }, admin())).toMatchObject({
      status: 'pending',
      version: 2,
    });
    expect(await accept(old)).toBe('INVITATION_INVALID');
    const fresh = await eventually(async () => {
      const token = await mailed(first.email);
      expect(token).not.toBe(old);
      return token;
    });
    expect(await accept(fresh)).toBe('OK');
    expect(await world.code(resendInvitation, { id: first.id }, admin())).toBe('INVITATION_CLOSED');
  });

  test('holds for as long as the tenant says', async () => {
    const days = { key: 'platform.invitation-days', value: 1 };
    await world.done(putSetting, days, { token: vidde.token, ifMatch: 0 });
    const { expiresAt } = await world.done(createInvitation, { email: address() }, { token: vidde.token });
    expect(new Date(expiresAt).getTime()).toBeCloseTo(Date.now() + DAY_MS, -5);
  });

  test('taken back no longer works, and cannot be taken back twice', async () => {
    const { email, id } = await invite({ locale: 'en' });
    const token = await mailed(email);
    expect(await world.code(revokeInvitation, { id }, admin())).toBe('OK');
    expect(await accept(token)).toBe('INVITATION_INVALID');
    expect(await world.code(revokeInvitation, { id }, admin())).toBe('INVITATION_CLOSED');
    expect(await world.code(resendInvitation, { id }, admin())).toBe('INVITATION_CLOSED');
  });

  test('to the same place for the same address is one, ten at once as well', async () => {
    const request = { email: address(), orgId: club.id };
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.code(createInvitation, request, admin())));
    expect(answers.sort()).toEqual([...Array.from({ length: 9 }, () => 'INVITATION_EXISTS'), 'OK']);
  });

  test('is for its address: somebody signed in with another one is refused', async () => {
    const other = await world.done(createUser, { email: address(), name: 'O', password: PASSWORD }, admin());
    const { accessToken } = await world.signIn(other.email, PASSWORD, 'fjell');
    const { email } = await invite({ locale: 'en' });
    const token = await mailed(email);
    expect(await accept(token, {}, { token: accessToken })).toBe('INVITATION_ADDRESS_UNVERIFIED');
    expect(await accept(token, {}, { token: vidde.token })).toBe('TENANT_MISMATCH');
    expect(await accept(token)).toBe('OK');
  });

  test('to somebody who is a user already makes them a member, without another password', async () => {
    const user = await world.done(createUser, { email: address(), name: 'U', password: PASSWORD }, admin());
    await invite({ email: user.email, orgId: club.id, locale: 'en' });
    const token = await mailed(user.email);
    expect(await accept(token, { password: 'another password entirely' })).toBe('OK');
    await world.signIn(user.email, PASSWORD, 'fjell');
    expect(await world.code(createInvitation, { email: user.email, orgId: club.id }, admin())).toBe(
      'MEMBERSHIP_EXISTS',
    );
  });

  test('to a user who was created without a password lets them choose one', async () => {
    const user = await world.done(createUser, { email: address(), name: 'Waiting' }, admin());
    await invite({ email: user.email, locale: 'en' });
    expect(await accept(await mailed(user.email), { name: 'Arrived' })).toBe('OK');
    const { accessToken } = await world.signIn(user.email, PASSWORD, 'fjell');
    expect((await world.done(getMe, {}, { token: accessToken })).user).toMatchObject({ id: user.id, name: 'Arrived' });
  });
});

describe('nobody promises more than they hold', () => {
  test('neither when inviting, nor when what they held is gone before it is accepted', async () => {
    const leader = await world.done(createUser, { email: address(), name: 'L', password: PASSWORD }, admin());
    await grantOf(world, fjell, leader.id, 'organization_administrator', 'org', club.id);
    const { accessToken: token } = await world.signIn(leader.email, PASSWORD, 'fjell');
    const tenantRole = await roleId('tenant_administrator');
    const orgRole = await roleId('organization_administrator');
    const code = (request: object) => world.code(createInvitation, { email: address(), ...request }, { token });
    expect(await code({ orgId: club.id, roleIds: [tenantRole] })).toBe('GRANT_EXCEEDS_OWN');
    expect(await code({ roleIds: [orgRole] })).toBe('FORBIDDEN');
    const elsewhere = await world.done(createOrganization, { name: 'Elsewhere', kind: 'company' }, admin());
    expect(await code({ orgId: elsewhere.id })).toBe('FORBIDDEN');
    expect(await code({ orgId: club.id, roleIds: [uuidv7()] })).toBe('NOT_FOUND');
    const promised = await invite({ orgId: club.id, roleIds: [orgRole], locale: 'en' }, { token });
    const secret = await mailed(promised.email);
    await world.done(updateUser, { id: leader.id, status: 'suspended' }, { ...admin(), ifMatch: leader.version });
    await world.rows("UPDATE platform.user_roles SET status = 'revoked', revoked_at = now() WHERE user_id = $1", [
      leader.id,
    ]);
    expect(await accept(secret)).toBe('INVITATION_OUTDATED');
    await eventually(async () => {
      const refused = await world.rows(
        `SELECT 1 FROM platform.audit_logs WHERE tenant_id = $1 AND action = 'platform.invitation.create'
         AND outcome = 'refused'`,
        [fjell.id],
      );
      expect(refused.length).toBeGreaterThan(0);
    });
  });

  test('and an invitation of another tenant or organization is not there', async () => {
    const { id } = await invite({ orgId: club.id });
    const random = await world.call(revokeInvitation, { id: uuidv7() }, { token: vidde.token });
    expect(await world.call(revokeInvitation, { id }, { token: vidde.token })).toEqual(random);
    const { data } = await world.done(listInvitations, { limit: 200 }, { token: vidde.token });
    expect(data.map((one) => one.id)).not.toContain(id);
  });
});

describe('seats', () => {
  let small: TestTenant;
  const code = (email = address()) => world.code(createInvitation, { email, locale: 'en' }, { token: small.token });
  const used = async () =>
    Number(
      (
        await world.rows<{ granted: string }>(
          "SELECT granted FROM platform.usage_counters WHERE tenant_id = $1 AND meter = 'platform.seats'",
          [small.id],
        )
      )[0]?.granted ?? 0,
    );

  beforeAll(async () => {
    const manifest = reports(product.key);
    const seats = { key: `${product.key}.seats`, name: 'Seats', module: `${product.key}.reports`, seats: true };
    const [plan] = manifest.planTemplates;
    await product.call(registerProduct, {
      ...manifest,
      meters: [manifest.meters[0] as never, { ...seats, period: 'total' }, manifest.meters[1] as never],
      planTemplates: [
        { ...(plan as object), limits: { [`${product.key}.exports`]: 10, [`${product.key}.seats`]: 5 } } as never,
      ],
    });
    small = await world.tenant('liten');
    const subscription = { id: small.id, product: product.key, planKey: 'small' };
    await world.done(putSubscription, subscription, { token: await world.superToken() });
  });

  test('of those who are in and those who are invited never exceed the licence, fifty at once', async () => {
    const before = await used();
    const answers = await Promise.all(Array.from({ length: 50 }, () => code()));
    expect(answers.filter((answer) => answer === 'OK')).toHaveLength(5 - before);
    expect(new Set(answers)).toEqual(new Set(['OK', 'LIMIT_EXCEEDED']));
    expect(await used()).toBe(5);
  });

  test('are free again when an invitation is taken back or runs out, and taken when it is accepted', async () => {
    const { data } = await world.done(listInvitations, { status: 'pending' }, { token: small.token });
    const [revoked, overdue, accepted] = data as [Invitation, Invitation, Invitation];
    await world.done(revokeInvitation, { id: revoked.id }, { token: small.token });
    expect(await used()).toBe(4);
    await world.rows("UPDATE platform.invitations SET expires_at = now() - interval '1 s' WHERE id = $1", [overdue.id]);
    await world.service.app.get(InvitationsJob, { strict: false }).turn(new Date());
    expect(await used()).toBe(3);
    expect(await world.code(resendInvitation, { id: overdue.id }, { token: small.token })).toBe('OK');
    expect(await used()).toBe(4);
    expect(await accept(await mailed(accepted.email), {}, { tenant: 'liten' })).toBe('OK');
    expect(await used()).toBe(4);
  });

  test('are taken by users that are created, given back by those suspended, and taken again by those who return', async () => {
    const caller = { token: small.token };
    const before = await used();
    const user = await world.done(createUser, { email: address(), name: 'Seated' }, caller);
    expect(await used()).toBe(before + 1);
    expect(await world.code(createUser, { email: address(), name: 'No room' }, caller)).toBe('LIMIT_EXCEEDED');
    const { version } = await world.done(
      updateUser,
      { id: user.id, status: 'deactivated' },
      { ...caller, ifMatch: user.version },
    );
    expect(await used()).toBe(before);
    expect(await world.code(createUser, { email: address(), name: 'Room' }, caller)).toBe('OK');
    const back = await world.code(updateUser, { id: user.id, status: 'active' }, { ...caller, ifMatch: version });
    expect(['LIMIT_EXCEEDED', 'USER_STATUS_INVALID']).toContain(back);
  });
});
