import { listNotifications, type NotificationEvent } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isPermanent, jobOrigin, MAX_ATTEMPTS, nextAttemptIn, type RunningService, UnitOfWork } from '@kit/service';
import { clearMail, eventually, type MailCatcher, readMail, stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { foundTown, settle, type Town, type TownOptions } from '../../platform/testing/platform-stand-in.js';
import { DigilistWorld } from '../../testing/digilist-world.js';
import { type Notice, NotificationsService } from './notifications.service.js';

let world: DigilistWorld;
let mail: MailCatcher;
let services: RunningService[];
let town: Town;

beforeAll(async () => {
  world = await DigilistWorld.open({ mail: true });
  world.excuse(
    'a booking that holds its time has it, and any other has none',
    'the history of a booking ends in its status and has no gap',
  );
  mail = world.mail as MailCatcher;
  // Two processes compete for the deliveries, as in production.
  services = [await world.start(), await world.start()];
  town = await newTown();
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const newTown = (options: TownOptions = {}) =>
  foundTown(world.platform, { roles: { resident: ['digilist.notification.read'] }, ...options });

async function resident(of = town, person: object = {}): Promise<{ userId: string; email: string }> {
  const email = `${uuidv7()}@example.no`;
  const { userId } = await settle(world.platform, of, { role: 'resident', scope: 'user' }, { email, ...person });
  await eventually(async () => {
    expect(await world.rows('SELECT 1 FROM digilist.platform_user_roles WHERE user_id = $1', [userId])).toHaveLength(1);
  });
  return { userId, email };
}

/** A booking's row alone, without what it would need to be booked: only its key is referred to here. */
async function bookingOf(of: Town, userId: string): Promise<string> {
  const id = uuidv7();
  await world.rows(
    `WITH unchecked AS (SELECT set_config('session_replication_role', 'replica', true))
     INSERT INTO digilist.bookings (tenant_id, id, org_id, listing_id, zone_id, user_id, status, payment_policy, starts_at, ends_at,
       timezone, pricing_group, net, vat, total, price_lines, created_by, updated_by)
     SELECT $1, $2, $3, $3, $3, $4, 'confirmed', 'FREE', now(), now() + interval '1 hour', 'Europe/Oslo', 'private', 0, 0, 0, '[]', $4, $4
     FROM unchecked`,
    [of.tenantId, id, of.orgId, userId],
  );
  return id;
}

const name = (text: string) => ({ nb: text, nn: text, en: text });

async function noticeFor(
  userId: string,
  { of = town, event = 'booking.confirmed' as NotificationEvent, eventId = uuidv7() } = {},
): Promise<Notice> {
  return {
    event,
    eventId,
    recipientId: userId,
    bookingId: await bookingOf(of, userId),
    listingName: name('Storevik idrettshall'),
    zoneName: name('Bane 1'),
    startsAt: new Date('2026-12-01T17:00:00Z'),
    endsAt: new Date('2026-12-01T19:00:00Z'),
    timeZone: 'Europe/Oslo',
    total: { amount: 60000, currency: 'NOK' },
  };
}

const notify = (notice: Notice, { of = town, fail = false, through = 0 } = {}) => {
  const { app } = services[through] as RunningService;
  return app.get(UnitOfWork).runAs(jobOrigin(of.tenantId, 'test', notice.recipientId), async (tx) => {
    await app.get(NotificationsService).notify(tx, notice);
    if (fail) throw new Error('the use case fails after it has notified');
  });
};

type Delivery = {
  status: string;
  attempts: number;
  message_id: string | null;
  last_error: string | null;
  sent_at: Date | null;
};
const deliveriesTo = (email: string) =>
  world.rows<Delivery>(
    'SELECT status, attempts, message_id, last_error, sent_at FROM digilist.notification_deliveries WHERE recipient = $1',
    [email],
  );
const makeDue = (email: string) =>
  world.rows(
    "UPDATE digilist.notification_deliveries SET next_attempt_at = now() - interval '1 second' WHERE recipient = $1",
    [email],
  );

describe('a notification', () => {
  it('is mailed after the commit, in words, and its delivery is recorded', async () => {
    const { userId, email } = await resident();
    await notify(await noticeFor(userId));
    const [letter] = await readMail(mail, { to: email });
    expect(letter?.subject).toBe('Bookingen er bekreftet: Storevik idrettshall, tirsdag 1. desember 2026');
    expect(letter?.text.replace(/[\u00a0\u202f]/g, ' ')).toContain(
      'tirsdag 1. desember 2026 kl. 18.00–20.00\nPris: 600 kr',
    );
    expect(letter?.text).toContain('Hei Kari Nordmann');
    expect(letter?.text).toContain('Vennlig hilsen Storevik kommune');
    await eventually(async () => {
      const [delivery] = await deliveriesTo(email);
      expect(delivery).toMatchObject({ status: 'sent', attempts: 1, last_error: null });
      expect(`<${letter?.headers['message-id']}>`.replace(/<<|>>/g, (pair) => pair[0] as string)).toBe(
        delivery?.message_id,
      );
    });
  });

  it('is neither kept nor mailed when its use case fails', async () => {
    const { userId, email } = await resident();
    await expect(notify(await noticeFor(userId), { fail: true })).rejects.toThrow('the use case fails');
    expect(await deliveriesTo(email)).toEqual([]);
  });

  it('is made once per event and recipient, however often and in parallel it is asked for', async () => {
    const { userId, email } = await resident();
    const notice = await noticeFor(userId);
    await Promise.all(Array.from({ length: 20 }, (_, at) => notify(notice, { through: at % 2 })));
    await eventually(async () => expect(await deliveriesTo(email)).toMatchObject([{ status: 'sent' }]));
    expect(await readMail(mail, { to: email })).toHaveLength(1);
  });

  it("speaks the recipient's language, or else the tenant's", async () => {
    const nynorsk = await resident(town, { locale: 'nn' });
    const english = await resident(town, { locale: 'en' });
    await notify(await noticeFor(nynorsk.userId, { event: 'booking.rejected' }));
    await notify(await noticeFor(english.userId, { event: 'booking.approved' }));
    expect((await readMail(mail, { to: nynorsk.email }))[0]?.subject).toMatch(/^Søknaden er avslått: .*tysdag/);
    expect((await readMail(mail, { to: english.email }))[0]?.subject).toMatch(/^Your application is approved/);
  });

  it("uses the tenant's own words where it has them", async () => {
    const own = await newTown();
    const { userId, email } = await resident(own);
    await world.rows(
      `INSERT INTO digilist.notification_templates (tenant_id, event, channel, locale, subject, body, created_by, updated_by)
       VALUES ($1, 'booking.confirmed', 'email', 'nb', 'Velkommen til {listing}', 'Kjære {name}: {when}', $2, $2)`,
      [own.tenantId, userId],
    );
    await notify(await noticeFor(userId, { of: own }), { of: own });
    const [letter] = await readMail(mail, { to: email });
    expect(letter?.subject).toBe('Velkommen til Storevik idrettshall');
    expect(letter?.text.trim()).toBe('Kjære Kari Nordmann: tirsdag 1. desember 2026 kl. 18.00–20.00');
  });

  it('is not made where the licence does not include it', async () => {
    const poor = await newTown({ modules: ['digilist.booking'] });
    const { userId, email } = await resident(poor);
    await notify(await noticeFor(userId, { of: poor }), { of: poor });
    expect(await deliveriesTo(email)).toEqual([]);
  });
});

describe('the delivery', () => {
  it('of many is shared by the processes, each sent once', async () => {
    const { userId, email } = await resident();
    const notices = await Promise.all(Array.from({ length: 40 }, () => noticeFor(userId)));
    await Promise.all(notices.map((notice, at) => notify(notice, { through: at % 2 })));
    await eventually(
      async () => {
        const deliveries = await deliveriesTo(email);
        expect(deliveries.filter(({ status }) => status === 'sent')).toHaveLength(40);
      },
      { within: 15_000 },
    );
    const letters = await readMail(mail, { to: email, count: 40 });
    expect(letters).toHaveLength(40);
  });

  it('taken by a process that died is sent when its claim has run out', async () => {
    const { userId, email } = await resident();
    await notify(await noticeFor(userId));
    await eventually(async () => expect(await deliveriesTo(email)).toMatchObject([{ status: 'sent' }]));
    await clearMail(mail.url);
    // What a process leaves that was killed before the mail server had answered.
    await world.rows(
      "UPDATE digilist.notification_deliveries SET status = 'sending', next_attempt_at = now() + interval '1 hour' WHERE recipient = $1",
      [email],
    );
    const [claimed] = await deliveriesTo(email);
    await makeDue(email);
    const [letter] = await readMail(mail, { to: email });
    // The same Message-ID again: at least once, and recognisable.
    expect(claimed?.message_id).toContain(letter?.headers['message-id']?.replace(/[<>]/g, ''));
    await eventually(async () => expect(await deliveriesTo(email)).toMatchObject([{ status: 'sent', attempts: 2 }]));
  });

  it('waits for a mail server that is away, and the use case does not', async () => {
    const { userId, email } = await resident();
    await mail.stop();
    try {
      await notify(await noticeFor(userId));
      await eventually(async () => {
        const [delivery] = await deliveriesTo(email);
        expect(delivery).toMatchObject({ status: 'pending', attempts: 1 });
        expect(delivery?.last_error).toBeTruthy();
      });
    } finally {
      await mail.restart();
    }
    await makeDue(email);
    await readMail(mail, { to: email });
    await eventually(async () =>
      expect(await deliveriesTo(email)).toMatchObject([{ status: 'sent', attempts: 2, last_error: null }]),
    );
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

describe('GET /notifications', () => {
  it("lists the caller's own, newest first and page by page", async () => {
    const [mine, theirs] = [await resident(), await resident()];
    const events: NotificationEvent[] = ['booking.requested', 'booking.approved', 'booking.cancelled'];
    for (const event of events) await notify(await noticeFor(mine.userId, { event }));
    await notify(await noticeFor(theirs.userId));
    await eventually(async () =>
      expect((await deliveriesTo(mine.email)).every(({ status }) => status === 'sent')).toBe(true),
    );
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await world.call(listNotifications, town, mine.userId, { limit: 2, ...(cursor && { cursor }) });
      const page = body as { data: { event: string; deliveries: unknown[] }[]; nextCursor: string | null };
      expect(page.data[0]?.deliveries).toEqual([
        { channel: 'email', status: 'sent', skipReason: null, sentAt: expect.any(String) },
      ]);
      seen.push(...page.data.map(({ event }) => event));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual([...events].reverse());
  });

  it('refuses a cursor that is none, before anything is read', async () => {
    const { userId } = await resident();
    expect((await world.call(listNotifications, town, userId, { cursor: 'x' })).code).toBe('VALIDATION_FAILED');
  });
});
