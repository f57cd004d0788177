import {
  countUnreadNotifications,
  listNotifications,
  type NotificationEvent,
  readAllNotifications,
  readNotification,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, readMail, stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { Telling } from './testing/telling.js';

let telling: Telling;

beforeAll(async () => {
  telling = await Telling.open({ processes: 2 });
});
afterAll(async () => {
  await telling?.world.close();
  await stopPostgres();
});

const plain = (text = '') => text.replace(/[\u00a0\u202f]/g, ' ');
const toldOf = (userId: string) =>
  telling.world.rows<{ id: string; payload: string }>(
    `SELECT n.id, o.payload FROM digilist.notifications n
     JOIN digilist.outbox o ON o.subject LIKE '%.notification.' || n.id || '.created.v1' WHERE n.user_id = $1`,
    [userId],
  );

describe('a notification', () => {
  it('is mailed after the commit, in words, and its delivery is recorded', async () => {
    const { userId, email } = await telling.person();
    const notice = await telling.noticeFor(userId);
    await telling.tell(notice);
    const [letter] = await readMail(telling.mail, { to: email });
    expect(letter?.subject).toBe('Bookingen er bekreftet: Storevik idrettshall, tirsdag 1. desember 2026');
    expect(plain(letter?.text)).toContain('tirsdag 1. desember 2026 kl. 18.00–20.00\nPris: 600 kr');
    expect(letter?.text).toContain('Hei Kari Nordmann');
    expect(letter?.text).toContain('Vennlig hilsen Storevik kommune');
    expect(letter?.text).toContain(`Se bookingen: http://localhost:3000/bookings/${notice.bookingId}`);
    await eventually(async () => {
      const [delivery] = await telling.deliveriesTo(email);
      expect(delivery).toMatchObject({ channel: 'email', status: 'sent', attempts: 1, last_error: null });
      expect(`<${letter?.headers['message-id']}>`.replace(/<<|>>/g, (pair) => pair[0] as string)).toBe(
        delivery?.message_id,
      );
    });
  });

  it('says the same in HTML, in which nothing of a name is more than letters', async () => {
    const { userId, email } = await telling.person('resident', telling.town, { name: '<script>alert("x")</script>' });
    const odd = '<img src=x onerror=alert(1)>';
    const notice = { ...(await telling.noticeFor(userId)), listingName: { nb: odd, nn: odd, en: odd } };
    await telling.tell(notice);
    const [letter] = await readMail(telling.mail, { to: email });
    expect(letter?.text).toContain('Hei <script>alert("x")</script>');
    expect(letter?.html).toContain('Hei &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
    expect(letter?.html).toContain('&lt;img src=x onerror=alert(1)&gt;, Bane 1');
    expect(letter?.html).not.toMatch(/<script|<img/);
    expect(letter?.html).toContain(`<a href="http://localhost:3000/bookings/${notice.bookingId}"`);
  });

  it('is neither kept, nor mailed, nor shown live when its use case fails', async () => {
    const { userId, email } = await telling.person();
    await expect(telling.tell(await telling.noticeFor(userId), { fail: true })).rejects.toThrow('the use case fails');
    expect(await telling.deliveriesTo(email)).toEqual([]);
    expect(await toldOf(userId)).toEqual([]);
  });

  it('is made once per event and recipient, however often and in parallel it is asked for', async () => {
    const { userId, email } = await telling.person();
    const notice = await telling.noticeFor(userId);
    await Promise.all(Array.from({ length: 20 }, (_, at) => telling.tell(notice, { through: at % 2 })));
    await eventually(async () => expect(await telling.deliveriesTo(email)).toMatchObject([{ status: 'sent' }]));
    expect(await readMail(telling.mail, { to: email })).toHaveLength(1);
    expect(await toldOf(userId)).toHaveLength(1);
  });

  it('is one also for who is told of one event twice at once: the first', async () => {
    const { userId, email } = await telling.person();
    const told = await telling.noticeFor(userId, { event: 'booking.requested' });
    await telling.tell([told, { ...told, event: 'approval.requested' }]);
    const [letter, ...more] = await readMail(telling.mail, { to: email });
    expect(letter?.subject).toMatch(/^Søknaden er mottatt/);
    expect(more).toEqual([]);
  });

  it('is shown live to the person it tells, and to nobody else', async () => {
    const { userId } = await telling.person();
    const notice = await telling.noticeFor(userId);
    await telling.tell(notice);
    const [told] = await toldOf(userId);
    expect(JSON.parse(told?.payload as string)).toMatchObject({
      type: 'digilist.notification.created.v1',
      audience: `user:${userId}`,
      data: { notificationId: told?.id, userId, event: 'booking.confirmed', bookingId: notice.bookingId },
    });
  });

  it("speaks the recipient's language, or else the tenant's", async () => {
    const nynorsk = await telling.person('resident', telling.town, { locale: 'nn' });
    const english = await telling.person('resident', telling.town, { locale: 'en' });
    await telling.tell([
      await telling.noticeFor(nynorsk.userId, { event: 'booking.rejected' }),
      await telling.noticeFor(english.userId, { event: 'booking.approved' }),
    ]);
    const [nn] = await readMail(telling.mail, { to: nynorsk.email });
    const [en] = await readMail(telling.mail, { to: english.email });
    expect(nn?.subject).toMatch(/^Søknaden er avslått: .*tysdag/);
    expect(en?.subject).toMatch(/^Your application is approved/);
    expect(nn?.html).toContain('<html lang="nn">');
  });

  it('is not made where the licence does not include it', async () => {
    const of = await telling.newTown({ modules: ['digilist.booking'] });
    const { userId, email } = await telling.person('resident', of);
    await telling.tell(await telling.noticeFor(userId, { of }), { of });
    expect(await telling.deliveriesTo(email)).toEqual([]);
  });
});

describe('GET /notifications', () => {
  it("lists the caller's own, newest first and page by page", async () => {
    const [mine, theirs] = [await telling.person(), await telling.person()];
    const events: NotificationEvent[] = ['booking.requested', 'booking.approved', 'booking.cancelled'];
    for (const event of events) await telling.tell(await telling.noticeFor(mine.userId, { event }));
    await telling.tell(await telling.noticeFor(theirs.userId));
    await eventually(async () =>
      expect((await telling.deliveriesTo(mine.email)).every(({ status }) => status === 'sent')).toBe(true),
    );
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await telling.call(listNotifications, mine.userId, { limit: 2, ...(cursor && { cursor }) });
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
    const { userId } = await telling.person();
    expect((await telling.call(listNotifications, userId, { cursor: 'x' })).code).toBe('VALIDATION_FAILED');
  });

  it('knows what was read: one, all, and how many are left; and nobody reads for another', async () => {
    const [{ userId }, other] = [await telling.person(), await telling.person()];
    await telling.tell(await Promise.all([1, 2, 3].map(() => telling.noticeFor(userId))));
    const list = async (request: object = {}) =>
      ((await telling.call(listNotifications, userId, request)).body as { data: { id: string }[] }).data;
    const [first] = await list();
    const unread = async () => (await telling.call(countUnreadNotifications, userId)).body.unread;
    expect(await unread()).toBe(3);
    expect((await telling.call(readNotification, other.userId, { id: first?.id })).code).toBe('NOT_FOUND');
    expect((await telling.call(readNotification, userId, { id: uuidv7() })).code).toBe('NOT_FOUND');
    for (const _ of ['once', 'again'])
      expect((await telling.call(readNotification, userId, { id: first?.id })).ok).toBe(true);
    expect(await unread()).toBe(2);
    expect((await list({ status: 'read' })).map(({ id }) => id)).toEqual([first?.id]);
    expect(await list({ status: 'unread' })).toHaveLength(2);
    expect((await telling.call(readAllNotifications, userId)).body).toEqual({ unread: 0 });
    expect(await unread()).toBe(0);
    expect(await list({ status: 'unread' })).toEqual([]);
  });
});
