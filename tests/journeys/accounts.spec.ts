import { type Client, createClient } from '@digilist/client';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, readMail } from '@kit/testing';
import { outcome } from './support/http.js';
import { tokenMailed } from './support/mails.js';
import { bookingOf, caughtUp, type Municipality, municipality, PASSWORD, signIn } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
const ANOTHER = 'fire grå gjess mot sør';
/** What was decided in PLATFORM holds in DIGILIST. */
const SOON = { within: 5_000, every: 50 };

let town: Municipality;
let anybody: Client;
beforeAll(async () => {
  town = await municipality(system);
  anybody = createClient({ baseUrl: system.gatewayUrl, tenant: town.slug, language: 'en' });
}, 60_000);

const enter = (email: string, password: string): Promise<Client> =>
  signIn(system.gatewayUrl, town.slug, email, password);
const inDigilist = (client: Client): Promise<string> => outcome(client.digilist.listBookings({}));
/** Tokens as somebody holds them who does not renew them. */
const asHeld = (client: Client): Client => {
  const held = client.fresh();
  held.useTokens({ accessToken: client.tokens?.accessToken ?? '' });
  return held;
};

describe('somebody new', () => {
  const email = () => `nora@${town.slug}.example`;

  it('registers, follows the link in the mail, signs in and books like any resident', async () => {
    expect(await anybody.platform.register({ email: email(), name: 'Nora Berg', password: PASSWORD })).toEqual({
      next: 'check_mail',
    });
    const token = await tokenMailed(system, email(), 'Confirm your email address');
    expect(await outcome(enter(email(), PASSWORD))).toBe('AUTH_INVALID_CREDENTIALS');
    await anybody.platform.verifyEmail({ token });
    expect(await outcome(anybody.platform.verifyEmail({ token }))).toBe('ACCOUNT_TOKEN_INVALID');
    const nora = await enter(email(), PASSWORD);
    const me = await nora.platform.getMe();
    expect(me).toMatchObject({
      user: { email: email(), name: 'Nora Berg', status: 'active' },
      tenant: { id: town.id },
    });
    expect(me.grants.map(({ roleKey }) => roleKey)).toContain('end_user');
    const booking = await caughtUp(() => nora.digilist.createBooking(bookingOf(town.hall, 4, 11)));
    expect((await nora.digilist.getBooking({ id: booking.id })).id).toBe(booking.id);
  });

  it('is not told whether an address has an account, but its owner is', async () => {
    const again = anybody.platform.register({ email: email(), name: 'Somebody Else', password: ANOTHER });
    expect(await again).toEqual({ next: 'check_mail' });
    await readMail(system.mail, { to: email(), subject: 'You already have an account' });
    expect(await outcome(enter(email(), ANOTHER))).toBe('AUTH_INVALID_CREDENTIALS');
  });
});

describe('somebody who forgot the password', () => {
  it('chooses a new one by mail, and every session ends, in DIGILIST within five seconds', async () => {
    const { email, client } = await town.person('glemsk', [{ role: 'end_user' }]);
    await caughtUp(() => client.digilist.listBookings({}));
    const [phone, held] = [await enter(email, PASSWORD), asHeld(client)];
    expect(await inDigilist(held)).toBe('ok');
    await anybody.platform.forgotPassword({ email });
    const token = await tokenMailed(system, email, 'Choose a new password');
    await anybody.platform.resetPassword({ token, password: ANOTHER });
    expect(await outcome(held.platform.getMe())).toBe('TOKEN_INVALID');
    expect(await outcome(phone.platform.getMe())).toBe('AUTH_REFRESH_INVALID');
    await eventually(async () => expect(await inDigilist(held)).toBe('TOKEN_INVALID'), SOON);
    expect(await outcome(enter(email, PASSWORD))).toBe('AUTH_INVALID_CREDENTIALS');
    expect(await inDigilist(await enter(email, ANOTHER))).toBe('ok');
    await readMail(system.mail, { to: email, subject: 'Passordet ditt er endret' });
  });
});

describe('somebody who changes the password', () => {
  it('stays signed in here and is signed out everywhere else', async () => {
    const { email, client } = await town.person('ryddig', [{ role: 'end_user' }]);
    await caughtUp(() => client.digilist.listBookings({}));
    const elsewhere = asHeld(await enter(email, PASSWORD));
    expect(await inDigilist(elsewhere)).toBe('ok');
    const change = { currentPassword: PASSWORD, password: ANOTHER };
    expect(await outcome(client.platform.changePassword({ ...change, currentPassword: 'feil' }))).toBe(
      'PASSWORD_WRONG',
    );
    await client.platform.changePassword(change);
    await eventually(async () => expect(await inDigilist(elsewhere)).toBe('TOKEN_INVALID'), SOON);
    expect(await inDigilist(client)).toBe('ok');
    expect((await client.platform.listSessions({})).data).toMatchObject([{ current: true }]);
  });
});

describe('somebody who is invited', () => {
  it('accepts by the link in the mail, and may in that organization what the role says, and nowhere else', async () => {
    const { platform } = town.admin.client;
    const email = `gjest@${town.slug}.example`;
    const { data: roles } = await platform.listRoles({ limit: 200 });
    const role = roles.find(({ key }) => key === 'listing_manager');
    const elsewhere = await town.organization('En annen etat');
    await platform.createInvitation({ email, orgId: elsewhere, roleIds: [role?.id ?? ''], locale: 'en' });
    const token = await tokenMailed(system, email, 'You are invited to En annen etat');
    const accepted = await anybody.platform.acceptInvitation({ token, name: 'Guro Gjest', password: PASSWORD });
    expect(accepted).toMatchObject({ tenant: town.slug, email, orgId: elsewhere });
    expect(await outcome(anybody.platform.acceptInvitation({ token }))).toBe('INVITATION_INVALID');

    const guest = await enter(email, PASSWORD);
    const create = (orgId: string) =>
      guest.digilist.createListing({ orgId, type: 'SPACE', bookingModel: 'TIME_RANGE', name: { nb: 'Ny sal' } });
    const { id } = await caughtUp(() => create(elsewhere));
    expect(id).toBeTruthy();
    expect(await outcome(create(town.orgId))).toBe('FORBIDDEN');
    expect(await outcome(guest.platform.listUsers({}))).toBe('FORBIDDEN');
    expect((await platform.listInvitations({ email })).data).toMatchObject([{ status: 'accepted' }]);
  });
});

describe('somebody who is suspended', () => {
  it('is refused everywhere, and let in again where the suspension ends', async () => {
    const { id, email, client } = await town.person('uheldig', [{ role: 'end_user' }]);
    await caughtUp(() => client.digilist.listBookings({}));
    const held = asHeld(client);
    const { platform } = town.admin.client;
    const turn = async (status: 'active' | 'suspended') =>
      platform.updateUser({ id, status }, { ifMatch: await platform.getUser({ id }) });
    await turn('suspended');
    expect(await outcome(held.platform.getMe())).not.toBe('ok');
    expect(await outcome(client.platform.getMe())).toBe('AUTH_REFRESH_INVALID');
    expect(await outcome(enter(email, PASSWORD))).toBe('AUTH_INVALID_CREDENTIALS');
    await eventually(async () => expect(await inDigilist(held)).not.toBe('ok'), SOON);
    await turn('active');
    const back = await enter(email, PASSWORD);
    await eventually(async () => expect(await inDigilist(back)).toBe('ok'), SOON);
  });
});
