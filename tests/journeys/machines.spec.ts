import { createClient } from '@digilist/client';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@kit/testing';
import { outcome } from './support/http.js';
import { bookingOf, caughtUp, type Municipality, municipality, PASSWORD } from './support/municipality.js';
import { sharedSystem } from './support/system.js';
import { partsOf } from './support/tokens.js';

const system = sharedSystem();
let town: Municipality;
beforeAll(async () => {
  town = await municipality(system);
}, 60_000);

const bearing = (accessToken: string) => {
  const client = createClient({ baseUrl: system.gatewayUrl, language: 'en' });
  client.useTokens({ accessToken });
  return client;
};
const exchange = async (apiKey: string): Promise<string> =>
  (await createClient({ baseUrl: system.gatewayUrl }).platform.exchangeApiKey({ apiKey })).accessToken;

describe('a program', () => {
  it('signs in with a key, may in DIGILIST what it was granted, and is refused within five seconds of the key’s end', async () => {
    const { platform } = town.admin.client;
    const { id } = await platform.createServiceAccount({ name: 'Nattlig import' });
    const key = await platform.createApiKey({ id, name: 'produksjon' });
    expect(key.key.endsWith(key.last4)).toBe(true);
    const robot = bearing(await exchange(key.key));
    expect(await robot.platform.getMe()).toMatchObject({ user: { id, kind: 'service' }, grants: [] });
    await town.grant(id, 'case_handler');
    const seen = await caughtUp(() => robot.digilist.listApprovals({}));
    expect(seen.data).toEqual([]);
    expect(await outcome(robot.platform.listUsers({}))).toBe('FORBIDDEN');
    expect(await outcome(robot.platform.changePassword({ currentPassword: PASSWORD, password: PASSWORD }))).not.toBe(
      'ok',
    );

    await platform.revokeApiKey({ id, keyId: key.id });
    expect(await outcome(exchange(key.key))).toBe('API_KEY_INVALID');
    expect(await outcome(robot.platform.getMe())).toBe('TOKEN_INVALID');
    await eventually(async () => expect(await outcome(robot.digilist.listApprovals({}))).toBe('TOKEN_INVALID'), {
      within: 5_000,
      every: 50,
    });
    expect((await platform.listApiKeys({ id })).data).toMatchObject([{ status: 'revoked' }]);
  });
});

describe('an administrator who acts for somebody', () => {
  it('does so only where it is allowed, and the audit record of what was done in DIGILIST names both', async () => {
    const { admin, resident } = town;
    const { platform } = admin.client;
    const ask = () => platform.impersonate({ id: resident.id, reason: 'Sak 4711: får ikke til å booke' });
    expect(await outcome(ask())).toBe('IMPERSONATION_NOT_ALLOWED');
    await platform.putSetting({ key: 'platform.impersonation-allowed', value: true }, { ifMatch: '"0"' });
    const { accessToken, expiresIn } = await ask();
    expect(expiresIn).toBeLessThanOrEqual(900);
    expect(partsOf(accessToken).claims).toMatchObject({ sub: resident.id, act: { sub: admin.id } });

    const acting = bearing(accessToken);
    expect((await acting.platform.getMe()).user.id).toBe(resident.id);
    const booking = await acting.digilist.createBooking(bookingOf(town.hall, 6, 14));
    expect(await outcome(acting.platform.impersonate({ id: admin.id, reason: 'Videre til noen andre' }))).not.toBe(
      'ok',
    );
    const change = { currentPassword: PASSWORD, password: 'fire grå gjess mot sør' };
    expect(await outcome(acting.platform.changePassword(change))).toBe('FORBIDDEN');

    await eventually(async () => {
      const { data } = await platform.listAuditLogs({ entityId: booking.id });
      expect(data).toMatchObject([
        { action: 'digilist.booking.create', actorId: resident.id, impersonatorId: admin.id, product: 'digilist' },
      ]);
    });
    await eventually(async () => {
      const begun = await platform.listAuditLogs({ action: 'platform.user.impersonate' });
      expect(begun.data).toMatchObject([{ actorId: admin.id, reason: 'Sak 4711: får ikke til å booke' }]);
    });
  });
});
