import { listNotificationDeliveries, putNotificationPreferences, retryNotificationDelivery } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createLogger,
  isPermanent,
  jobOrigin,
  MAX_ATTEMPTS,
  Mailer,
  nextAttemptIn,
  type RunningService,
  SYSTEM_DATABASE,
  UnitOfWork,
} from '@kit/service';
import { clearMail, eventually, readMail, stopPostgres } from '@kit/testing';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { NotificationsService } from '../notifications.service.js';
import { SmsOfTenants } from '../sms/sms-of-tenants.js';
import { startRefusingSmtp } from '../testing/refusing-smtp.js';
import { Telling } from '../testing/telling.js';
import { DailyDigest, digestDue } from './daily-digest.job.js';
import { CLAIM_DELIVERIES, MARK_SENT } from './deliveries.sql.js';
import { DeliveryWorker } from './delivery.worker.js';
import { OldNotifications } from './old-notifications.job.js';

let telling: Telling;
let administrator: string;

beforeAll(async () => {
  telling = await Telling.open({ processes: 2 });
  administrator = (await telling.person('administrator')).userId;
});
afterAll(async () => {
  await telling?.world.close();
  await stopPostgres();
});

const app = () => (telling.services[0] as RunningService).app;
const log = createLogger('test', 'silent');
const system = () => app().get<DataSource>(SYSTEM_DATABASE);
/** Another process's worker. */
const workerWith = ({ database = system(), mailer = app().get<Mailer>(Mailer) } = {}) =>
  new DeliveryWorker(database, mailer, app().get(SmsOfTenants), log);
const asHeader = (id: string | null | undefined) => id?.replace(/[<>]/g, '');

describe('the delivery', () => {
  it('of many is shared by sixteen workers, each sent once', async () => {
    const { userId, email } = await telling.person();
    const workers = Array.from({ length: 14 }, () => workerWith());
    const notices = await Promise.all(Array.from({ length: 60 }, () => telling.noticeFor(userId)));
    await telling.tell(notices);
    for (const worker of workers) worker.wake();
    await eventually(
      async () => {
        const sent = (await telling.deliveriesTo(email)).filter(({ status }) => status === 'sent');
        expect(sent).toHaveLength(60);
      },
      { within: 15_000 },
    );
    expect((await telling.deliveriesTo(email)).every(({ attempts }) => attempts === 1)).toBe(true);
    expect(await readMail(telling.mail, { to: email, count: 60 })).toHaveLength(60);
    await Promise.all(workers.map((worker) => worker.onModuleDestroy()));
  });

  it('never begins for what was written and not committed when the process died', async () => {
    const { userId, email } = await telling.person();
    const notice = await telling.noticeFor(userId);
    const dying = app()
      .get(UnitOfWork)
      .runAs(jobOrigin(telling.town.tenantId, 'dying'), async (tx) => {
        await app().get(NotificationsService).notify(tx, notice);
        const [own] = await tx.query<{ pid: number }>({ name: 'own-pid', text: 'SELECT pg_backend_pid() AS pid' });
        // As when the process is killed between its insert and its commit: PostgreSQL sees the connection end.
        await telling.world.rows('SELECT pg_terminate_backend($1)', [own?.pid]);
      });
    await expect(dying).rejects.toThrow();
    expect(await telling.deliveriesTo(email)).toEqual([]);
    await telling.tell(notice);
    expect(await readMail(telling.mail, { to: email })).toHaveLength(1);
  });

  it('that the mail server took and the process died before noting it is repeated under the same Message-ID', async () => {
    const { userId, email } = await telling.person();
    const dead = new Proxy(system(), {
      get: (target, key) =>
        key === 'query'
          ? (text: string, values: unknown[]) =>
              text === MARK_SENT ? Promise.reject(new Error('killed')) : target.query(text, values)
          : Reflect.get(target, key),
    });
    // The row as a claim of the dying process leaves it; nobody else may take it before.
    await Promise.all(telling.services.map(({ app: one }) => one.get(DeliveryWorker).onModuleDestroy()));
    await telling.tell(await telling.noticeFor(userId));
    const dying = workerWith({ database: dead });
    dying.wake();
    await readMail(telling.mail, { to: email });
    await dying.onModuleDestroy();
    expect(await telling.deliveriesTo(email)).toMatchObject([{ status: 'sending', attempts: 1, message_id: null }]);
    // At least once: the claim runs out, and somebody else sends it again.
    await telling.makeDue(email);
    const next = workerWith();
    next.wake();
    const letters = await readMail(telling.mail, { to: email, count: 2 });
    const [delivery] = await eventually(async () => {
      const found = await telling.deliveriesTo(email);
      expect(found).toMatchObject([{ status: 'sent', attempts: 2 }]);
      return found;
    });
    await next.onModuleDestroy();
    const ids = letters.map(({ headers }) => asHeader(headers['message-id']));
    expect(new Set(ids)).toEqual(new Set([asHeader(delivery?.message_id)]));
  });

  it('waits for a mail server that is away, and the use case does not', async () => {
    const { userId, email } = await telling.person();
    const worker = workerWith();
    await telling.mail.stop();
    try {
      await telling.tell(await telling.noticeFor(userId));
      worker.wake();
      await eventually(async () => {
        const [delivery] = await telling.deliveriesTo(email);
        expect(delivery).toMatchObject({ status: 'pending', attempts: 1 });
        expect(delivery?.last_error).toBeTruthy();
      });
    } finally {
      await telling.mail.restart();
    }
    await telling.makeDue(email);
    worker.wake();
    await readMail(telling.mail, { to: email });
    await eventually(async () =>
      expect(await telling.deliveriesTo(email)).toMatchObject([{ status: 'sent', attempts: 2, last_error: null }]),
    );
    await worker.onModuleDestroy();
  });

  it('is tried for about a day, and given up at once when the mail server says never', () => {
    const waits = Array.from({ length: MAX_ATTEMPTS }, (_, at) => nextAttemptIn(at + 1, false));
    expect(waits.at(-1)).toBeNull();
    expect(waits.slice(0, -1).reduce<number>((sum, wait) => sum + (wait ?? 0), 0)).toBeGreaterThan(20 * 3600);
    expect(nextAttemptIn(1, true)).toBeNull();
    expect([{ responseCode: 550 }, { responseCode: 450 }, new Error('refused')].map(isPermanent)).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('what became of messages', () => {
  it('is seen by staff, and a failed one goes again to the address that the person has now', async () => {
    const { userId, email } = await telling.person();
    const smtp = await startRefusingSmtp();
    const mailer = new Mailer({ smtpUrl: { reveal: () => smtp.url } as never, mailFrom: 'no-reply@example.no' });
    const bouncing = workerWith({ mailer });
    await telling.tell(await telling.noticeFor(userId));
    bouncing.wake();
    // What the server says is for ever is not tried again.
    await eventually(async () =>
      expect(await telling.deliveriesTo(email)).toMatchObject([{ status: 'failed', attempts: 1 }]),
    );
    await bouncing.onModuleDestroy();
    await smtp.stop();
    const list = (request: object) => telling.call(listNotificationDeliveries, administrator, request);
    const failed = (await list({ status: 'failed' })).body as { data: { id: string }[] };
    expect(failed.data).toMatchObject([
      {
        recipient: email,
        userId,
        event: 'booking.confirmed',
        channel: 'email',
        status: 'failed',
        skipReason: null,
        attempts: 1,
        lastError: expect.stringContaining('550'),
        nextAttemptAt: null,
      },
    ]);
    const id = failed.data[0]?.id;
    const moved = `${uuidv7()}@example.no`;
    await telling.world.rows('UPDATE digilist.platform_users SET email = $2 WHERE id = $1', [userId, moved]);
    const again = await telling.call(retryNotificationDelivery, administrator, { id });
    expect(again.body).toMatchObject({ id, status: 'pending', recipient: moved, attempts: 0 });
    const worker = workerWith();
    worker.wake();
    expect(await readMail(telling.mail, { to: moved })).toHaveLength(1);
    await eventually(async () => expect(await telling.deliveriesTo(moved)).toMatchObject([{ status: 'sent' }]));
    await worker.onModuleDestroy();
    expect((await telling.call(retryNotificationDelivery, administrator, { id })).code).toBe('DELIVERY_NOT_FAILED');
    expect(((await list({ limit: 1 })).body as { nextCursor: string | null }).nextCursor).not.toBeNull();
  });

  it('is nothing for residents, for staff of one organization, or for another town', async () => {
    const { userId } = await telling.person();
    expect((await telling.call(listNotificationDeliveries, userId)).code).toBe('FORBIDDEN');
    const of = await telling.newTown();
    const stranger = await telling.person('administrator', of);
    const [any] = await telling.world.rows<{ id: string }>('SELECT id FROM digilist.notification_deliveries LIMIT 1');
    expect((await telling.call(retryNotificationDelivery, stranger.userId, { id: any?.id }, { of })).code).toBe(
      'NOT_FOUND',
    );
    expect((await telling.call(listNotificationDeliveries, stranger.userId, {}, { of })).body).toEqual({
      data: [],
      nextCursor: null,
    });
  });
});

describe('the mail of the day', () => {
  const by = ['email', 'in_app'];
  const channels = { bookings: by, approvals: by, payments: by, invoices: by, reminders: by };

  it.each([
    ['2026-11-24T05:59:00Z', 'before seven', null],
    ['2026-11-24T06:00:00Z', 'at seven', '2026-11-24T06:00:00.000Z'],
    ['2026-07-07T05:30:00Z', 'in summer time', '2026-07-07T05:00:00.000Z'],
    ['2026-11-28T10:00:00Z', 'on a Saturday', null],
    ['2026-05-17T10:00:00Z', 'on the seventeenth of May', null],
    ['2026-12-25T10:00:00Z', 'on Christmas Day', null],
  ])('at %s, %s, is due as of %s', (now, _, due) => {
    expect(digestDue(new Date(now), 'Europe/Oslo')?.toISOString() ?? null).toBe(due);
  });

  it('gathers new applications for who wants that, in one mail, and sends it once', async () => {
    const { userId, email } = await telling.person();
    const chosen = await telling.call(
      putNotificationPreferences,
      userId,
      { channels, dailyDigest: true },
      { ifMatch: 0 },
    );
    expect(chosen.body).toMatchObject({ dailyDigest: true, version: 1 });
    const requested = () => telling.noticeFor(userId, { event: 'approval.requested' });
    await telling.tell([await requested(), await requested(), await requested()]);
    await telling.tell(await telling.noticeFor(userId, { event: 'booking.confirmed' }));
    const statuses = async () => (await telling.deliveriesTo(email)).map(({ status }) => status);
    expect((await statuses()).slice(0, 3)).toEqual(['waiting', 'waiting', 'waiting']);
    const digest = app().get(DailyDigest);
    // A working day in the far future: all of them came before its seven o'clock.
    await Promise.all([1, 2, 3].map(() => digest.turn(new Date('2035-11-20T08:00:00Z'))));
    const worker = workerWith();
    worker.wake();
    const [letter] = await readMail(telling.mail, { to: email, subject: '3 nye søknader' });
    expect(letter?.text.match(/– Ny søknad: Storevik idrettshall/g)).toHaveLength(3);
    expect(letter?.text).toContain('Se køen: http://localhost:3000/approvals');
    await eventually(async () => expect(await statuses()).toEqual(['sent', 'skipped', 'skipped', 'sent']));
    await worker.onModuleDestroy();
    const [, second] = await telling.deliveriesTo(email);
    expect(second).toMatchObject({ skip_reason: 'in_digest' });
    expect(await readMail(telling.mail, { to: email })).toHaveLength(2);
  });
});

describe('what was told', () => {
  it('two years ago is forgotten with its messages, but for those that are still to be sent', async () => {
    const [old, waiting, young] = await Promise.all([telling.person(), telling.person(), telling.person()]);
    for (const { userId } of [old, waiting, young]) await telling.tell(await telling.noticeFor(userId));
    const age = (userId: string) =>
      telling.world.rows("UPDATE digilist.notifications SET created_at = '2024-01-01' WHERE user_id = $1", [userId]);
    await telling.world.rows("UPDATE digilist.notification_deliveries SET status = 'sent' WHERE recipient = ANY ($1)", [
      [old.email, young.email],
    ]);
    await Promise.all([age(old.userId), age(waiting.userId)]);
    await app().get(OldNotifications).turn(new Date('2026-02-01T00:00:00Z'));
    const kept = await Promise.all([old, waiting, young].map(({ userId }) => telling.deliveriesOf(userId)));
    expect(kept.map(({ length }) => length)).toEqual([0, 1, 1]);
    await clearMail(telling.mail.url);
  });

  it('is claimed by index, however many there are that nobody waits for', async () => {
    const plan = await telling.world.rows<{ 'QUERY PLAN': string }>(
      `EXPLAIN ${CLAIM_DELIVERIES.replace('$1', '10').replace('$2', '60')}`,
    );
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('notification_deliveries_due');
  });
});
