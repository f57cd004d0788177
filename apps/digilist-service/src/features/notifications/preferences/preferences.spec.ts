import {
  askPhone,
  getNotificationPreferences,
  listNotifications,
  type NotificationChoices,
  type NotificationEvent,
  putNotificationPreferences,
  putNotificationSettings,
  removePhone,
  verifyPhone,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, readMail, stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { SMS_ACCOUNT, startSmsGateway } from '../testing/sms-gateway.js';
import { Telling } from '../testing/telling.js';

let gateway: Awaited<ReturnType<typeof startSmsGateway>>;
let telling: Telling;
const integrationId = uuidv7();
const integration = { kind: 'digilist.sms', name: 'SMS', status: 'active', config: SMS_ACCOUNT, version: 1 };

beforeAll(async () => {
  gateway = await startSmsGateway();
  const environment = { DIGILIST_SMS_URL: gateway.url, DIGILIST_WEB_URL: 'https://{slug}.example.no/' };
  telling = await Telling.open({ environment });
  telling.world.platform.integrations(({ tenantId, id }) =>
    id === integrationId ? { id, tenantId, ...integration } : null,
  );
});
afterAll(async () => {
  await telling?.world.close();
  await gateway?.stop();
  await stopPostgres();
});

const by = ['email', 'in_app'] as const;
const usual = { bookings: by, approvals: by, payments: by, invoices: by, reminders: by };
let version = 0;
const choose = async (userId: string, channels: Partial<Record<keyof NotificationChoices, string[]>>) => {
  const known = await telling.call(getNotificationPreferences, userId);
  version = known.body.version as number;
  return telling.call(
    putNotificationPreferences,
    userId,
    { channels: { ...usual, ...channels }, dailyDigest: false },
    { ifMatch: version },
  );
};
const tell = async (userId: string, event: NotificationEvent) =>
  telling.tell(await telling.noticeFor(userId, { event }));
const waysOf = async (userId: string) =>
  (await telling.deliveriesOf(userId)).map(({ channel, status, skip_reason }) => ({
    channel,
    status: status === 'skipped' ? skip_reason : 'goes',
  }));
const useSms = async () => {
  const { userId } = await telling.person('administrator');
  const [{ version: now } = { version: 0 }] = await telling.world.rows<{ version: number }>(
    'SELECT version FROM digilist.notification_settings WHERE tenant_id = $1',
    [telling.town.tenantId],
  );
  const settings = { reminderHours: 24, smsIntegrationId: integrationId };
  return telling.call(putNotificationSettings, userId, settings, { ifMatch: now });
};
const codeTo = (phone: string) =>
  gateway.received
    .filter(({ to }) => to === phone)
    .at(-1)
    ?.text.slice(0, 6) ?? '';
let numbers = 0;
const newNumber = () => `+479${String(1_000_000 + numbers++)}`;
async function verified(userId: string): Promise<string> {
  const phone = newNumber();
  await telling.call(askPhone, userId, { phone });
  const { body } = await telling.call(verifyPhone, userId, { code: codeTo(phone) });
  expect(body.phone).toBe(phone);
  return phone;
}

describe('preferences', () => {
  it('are email and the app for everything at first, and say what comes all the same', async () => {
    const { userId } = await telling.person();
    const { body } = await telling.call(getNotificationPreferences, userId);
    expect(body).toMatchObject({ channels: usual, dailyDigest: false, phone: null, version: 0 });
    expect(body.alwaysByEmail).toEqual(
      expect.arrayContaining(['payment.received', 'booking.rejected', 'booking.called_off', 'bookings.called_off']),
    );
    expect(body.alwaysByEmail).not.toContain('booking.confirmed');
  });

  it('keep to a channel what is wanted there; what was left out is recorded with its reason', async () => {
    const { userId, email } = await telling.person();
    expect((await choose(userId, { bookings: ['in_app'] })).body).toMatchObject({ version: 1 });
    await tell(userId, 'booking.confirmed');
    expect(await waysOf(userId)).toEqual([{ channel: 'email', status: 'preference' }]);
    await tell(userId, 'payment.failed');
    const [letter] = await readMail(telling.mail, { to: email, subject: 'Betalingen gikk ikke gjennom' });
    expect(letter?.text).toContain(`Prøv igjen: https://${telling.town.slug}.example.no/bookings/`);
    await choose(userId, { bookings: ['email'] });
    await tell(userId, 'booking.cancelled');
    await readMail(telling.mail, { to: email, subject: 'Bookingen er avbestilt' });
    const { body } = await telling.call(listNotifications, userId);
    expect((body.data as { event: string }[]).map(({ event }) => event)).toEqual([
      'payment.failed',
      'booking.confirmed',
    ]);
  });

  it.each(['booking.rejected', 'booking.called_off', 'payment.received'] as const)(
    'cannot turn off %s: it comes by email',
    async (event) => {
      const { userId, email } = await telling.person();
      await choose(userId, { bookings: [], payments: [] });
      await tell(userId, event);
      expect(await readMail(telling.mail, { to: email })).toHaveLength(1);
      expect(await waysOf(userId)).toEqual([
        { channel: 'email', status: 'goes' },
        { channel: 'in_app', status: 'preference' },
      ]);
    },
  );

  it('are one of two when they are changed twice at once, and unknown words are refused', async () => {
    const { userId } = await telling.person();
    const request = { channels: usual, dailyDigest: true };
    const both = await Promise.all(
      [1, 2].map(() => telling.call(putNotificationPreferences, userId, request, { ifMatch: 0 })),
    );
    expect(both.map(({ code }) => code).sort()).toEqual(['STALE_VERSION', undefined]);
    expect((await choose(userId, { bookings: ['fax'] })).code).toBe('VALIDATION_FAILED');
    expect((await choose(userId, { bookings: ['sms'] })).code).toBe('PHONE_NOT_VERIFIED');
  });
});

describe('SMS', () => {
  it('are not sent by a town that has no service for them', async () => {
    const of = await telling.newTown();
    const { userId } = await telling.person('resident', of);
    expect((await telling.call(askPhone, userId, { phone: newNumber() }, { of })).code).toBe('SMS_NOT_CONFIGURED');
    const { userId: administrator } = await telling.person('administrator', of);
    const settings = { reminderHours: 24, smsIntegrationId: uuidv7() };
    const put = await telling.call(putNotificationSettings, administrator, settings, { of, ifMatch: 0 });
    expect(put.code).toBe('SMS_INTEGRATION_UNKNOWN');
  });

  it('go to a number once its owner has proved to have it', async () => {
    expect((await useSms()).ok).toBe(true);
    const { userId } = await telling.person();
    const phone = newNumber();
    const asked = await telling.call(askPhone, userId, { phone });
    expect(asked.body).toMatchObject({ phone: null, phoneToVerify: phone });
    expect(gateway.received.at(-1)).toMatchObject({
      to: phone,
      from: 'Storevik',
      text: expect.stringMatching(/^\d{6} er koden din/),
    });
    const wrong = codeTo(phone) === '000000' ? '000001' : '000000';
    expect((await telling.call(verifyPhone, userId, { code: wrong })).code).toBe('PHONE_CODE_INVALID');
    expect((await telling.call(verifyPhone, userId, { code: codeTo(phone) })).body).toMatchObject({
      phone,
      phoneToVerify: null,
    });
    await choose(userId, { bookings: ['sms'] });
    await tell(userId, 'booking.confirmed');
    await eventually(() =>
      expect(gateway.received.at(-1)).toEqual({
        to: phone,
        from: 'Storevik',
        text: 'Storevik kommune: Bookingen er bekreftet: Storevik idrettshall, tirsdag 1. desember 2026',
      }),
    );
    await eventually(async () =>
      expect(await telling.deliveriesTo(phone)).toMatchObject([
        { channel: 'sms', status: 'sent', message_id: expect.stringMatching(/^SM/) },
      ]),
    );
    expect((await telling.call(removePhone, userId)).ok).toBe(true);
    await tell(userId, 'booking.cancelled');
    expect((await waysOf(userId)).filter(({ channel }) => channel === 'sms').map(({ status }) => status)).toEqual([
      'goes',
      'no_address',
    ]);
  });

  it('codes are few, short-lived and cannot be guessed', async () => {
    await useSms();
    const { userId } = await telling.person();
    const phone = newNumber();
    await telling.call(askPhone, userId, { phone });
    const code = codeTo(phone);
    expect((await telling.call(askPhone, userId, { phone })).code).toBe('PHONE_CODE_TOO_SOON');
    const wrong = code === '111111' ? '222222' : '111111';
    for (let tried = 0; tried < 5; tried++)
      expect((await telling.call(verifyPhone, userId, { code: wrong })).code).toBe('PHONE_CODE_INVALID');
    expect((await telling.call(verifyPhone, userId, { code })).code).toBe('PHONE_CODE_INVALID');
    const later = () =>
      telling.world.rows(
        "UPDATE digilist.notification_preferences SET code_sent_at = code_sent_at - interval '2 minutes' WHERE user_id = $1",
        [userId],
      );
    for (let asked = 1; asked < 5; asked++) {
      await later();
      expect((await telling.call(askPhone, userId, { phone })).ok).toBe(true);
    }
    await later();
    expect((await telling.call(askPhone, userId, { phone })).code).toBe('PHONE_CODE_TOO_SOON');
    await telling.world.rows(
      "UPDATE digilist.notification_preferences SET code_expires_at = now() - interval '1 second' WHERE user_id = $1",
      [userId],
    );
    expect((await telling.call(verifyPhone, userId, { code: codeTo(phone) })).code).toBe('PHONE_CODE_INVALID');
  });

  it('to a number that does not exist are given up at once; the service’s own trouble is waited out', async () => {
    await useSms();
    const { userId } = await telling.person();
    const phone = await verified(userId);
    await choose(userId, { bookings: ['sms'] });
    const sendTo = async (number: string) => {
      await telling.world.rows('UPDATE digilist.notification_preferences SET phone = $2 WHERE user_id = $1', [
        userId,
        number,
      ]);
      await tell(userId, 'booking.confirmed');
      return eventually(async () => {
        const [delivery] = await telling.deliveriesTo(number);
        expect(delivery?.last_error).toBeTruthy();
        return delivery;
      });
    };
    expect(await sendTo(phone.replace(/...$/, '404'))).toMatchObject({
      status: 'failed',
      attempts: 1,
      last_error: expect.stringContaining('21211'),
    });
    expect(await sendTo(phone.replace(/...$/, '500'))).toMatchObject({ status: 'pending', attempts: 1 });
    const { code } = await telling.call(askPhone, (await telling.person()).userId, { phone: '+4791111500' });
    expect(code).toBe('SMS_UNAVAILABLE');
  });
});
