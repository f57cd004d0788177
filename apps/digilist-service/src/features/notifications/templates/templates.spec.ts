import {
  deleteNotificationTemplate,
  getNotificationTemplate,
  listNotificationTemplates,
  NOTIFICATION_EVENTS,
  type NotificationTemplate,
  previewNotificationTemplate,
  putNotificationTemplate,
  testNotificationTemplate,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, readMail, stopPostgres } from '@kit/testing';
import { Telling } from '../testing/telling.js';

let telling: Telling;
let administrator: { userId: string; email: string };

beforeAll(async () => {
  telling = await Telling.open();
  administrator = await telling.person('administrator');
});
afterAll(async () => {
  await telling?.world.close();
  await stopPostgres();
});

const key = { event: 'booking.confirmed', channel: 'email', locale: 'nb' } as const;
const words = { subject: 'Velkommen til {listing}', body: 'Kjære {name}: {when}' };
type Options = { by?: string; ifMatch?: number; of?: Telling['town'] };
const call = (operation: unknown, request: object, { by = administrator.userId, ...rest }: Options = {}) =>
  telling.call(operation, by, request, rest);
const errorsOf = (reply: { body: Record<string, unknown> }) =>
  (reply.body.errors as { path: string; code: string }[]).map(({ path, code }) => `${path} ${code}`);

describe('words of the own', () => {
  it('are used from then on, by version, until the default is taken back', async () => {
    const { userId, email } = await telling.person();
    const before = await call(getNotificationTemplate, key);
    expect(before.body).toMatchObject({ own: false, version: 0, group: 'bookings' });
    expect((before.body as unknown as NotificationTemplate).placeholders).toContain('listing');
    const put = await call(putNotificationTemplate, { ...key, ...words }, { ifMatch: 0 });
    expect(put.body).toMatchObject({ ...key, ...words, own: true, version: 1 });
    await telling.tell(await telling.noticeFor(userId));
    const [letter] = await readMail(telling.mail, { to: email });
    expect(letter?.subject).toBe('Velkommen til Storevik idrettshall');
    expect(letter?.text.trim()).toBe('Kjære Kari Nordmann: tirsdag 1. desember 2026 kl. 18.00–20.00');
    expect((await call(putNotificationTemplate, { ...key, ...words }, { ifMatch: 0 })).code).toBe('STALE_VERSION');
    expect((await call(putNotificationTemplate, { ...key, ...words })).code).toBe('PRECONDITION_REQUIRED');
    expect((await call(deleteNotificationTemplate, key)).ok).toBe(true);
    expect((await call(deleteNotificationTemplate, key)).code).toBe('NOT_FOUND');
    // The version goes on, so that nobody overwrites what they have not seen.
    const after = await call(getNotificationTemplate, key);
    expect(after.body).toMatchObject({ own: false, version: 2, subject: before.body.subject });
    await telling.tell(await telling.noticeFor(userId));
    await readMail(telling.mail, { to: email, subject: 'Bookingen er bekreftet' });
    expect((await call(putNotificationTemplate, { ...key, ...words }, { ifMatch: 2 })).body).toMatchObject({
      version: 3,
    });
    await call(deleteNotificationTemplate, key);
  });

  it('differ by channel: the app may say it otherwise than the mail', async () => {
    const { userId, email } = await telling.person();
    const inApp = { event: 'booking.cancelled', channel: 'in_app', locale: 'nb' };
    await call(putNotificationTemplate, { ...inApp, subject: 'Avbestilt', body: '{place} {when}' }, { ifMatch: 0 });
    await telling.tell(await telling.noticeFor(userId, { event: 'booking.cancelled' }));
    const [letter] = await readMail(telling.mail, { to: email });
    expect(letter?.subject).toMatch(/^Bookingen er avbestilt/);
    const listed = await telling.world.rows('SELECT subject, body FROM digilist.notifications WHERE user_id = $1', [
      userId,
    ]);
    expect(listed).toEqual([
      { subject: 'Avbestilt', body: 'Storevik idrettshall, Bane 1 tirsdag 1. desember 2026 kl. 18.00–20.00' },
    ]);
  });

  it('are refused with every mistake at once, and nothing is kept', async () => {
    const refused = await call(
      putNotificationTemplate,
      { ...key, subject: 'To\nlinjer {wen}', body: 'Hei {name' },
      { ifMatch: 0 },
    );
    expect(refused.code).toBe('TEMPLATE_INVALID');
    expect(errorsOf(refused)).toEqual(['subject PLACEHOLDER_UNKNOWN', 'body BRACE_UNCLOSED', 'subject ONE_LINE']);
    const due = { ...key, event: 'booking.payment_due', subject: 'Betal', body: 'Betal nå' };
    expect(errorsOf(await call(putNotificationTemplate, due, { ifMatch: 0 }))).toEqual(['body PLACEHOLDER_MISSING']);
  });

  it('are one of two when two write at once', async () => {
    const at = { ...key, locale: 'nn' };
    const both = await Promise.all(
      [1, 2].map((n) => call(putNotificationTemplate, { ...at, ...words, subject: `${n}` }, { ifMatch: 0 })),
    );
    expect(both.map(({ code }) => code).sort()).toEqual(['STALE_VERSION', undefined]);
  });

  it('are for staff of the whole tenant, and nobody else’s', async () => {
    const { userId } = await telling.person();
    expect((await call(listNotificationTemplates, {}, { by: userId })).code).toBe('FORBIDDEN');
    expect((await call(putNotificationTemplate, { ...key, ...words }, { by: userId, ifMatch: 0 })).code).toBe(
      'FORBIDDEN',
    );
    const of = await telling.newTown();
    const { userId: stranger } = await telling.person('administrator', of);
    const theirs = await call(getNotificationTemplate, { ...key, locale: 'nn' }, { by: stranger, of });
    expect(theirs.body).toMatchObject({ own: false, version: 0 });
  });

  it('are listed page by page, with those of the product, each once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await call(listNotificationTemplates, { limit: 100, ...(cursor && { cursor }) });
      const page = body as { data: NotificationTemplate[]; nextCursor: string | null };
      seen.push(...page.data.map(({ event, channel, locale }) => `${event} ${channel} ${locale}`));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toHaveLength(NOTIFICATION_EVENTS.length * 9);
    expect(new Set(seen).size).toBe(seen.length);
    const { body } = await call(listNotificationTemplates, { event: 'invoice.issued', channel: 'sms' });
    expect((body.data as NotificationTemplate[]).map(({ locale }) => locale)).toEqual(['nb', 'nn', 'en']);
  });
});

describe('trying words', () => {
  it('shows them with made-up data in every language, and keeps nothing', async () => {
    const { body } = await call(previewNotificationTemplate, {
      event: 'booking.rejected',
      channel: 'email',
      texts: { nb: { subject: 'Nei: {listing}', body: 'Kjære {name}\n{reason}\n<b>{tenant}</b>' } },
    });
    const [nb, nn, en] = body.data as { locale: string; subject: string; text: string; html: string }[];
    expect(nb).toMatchObject({
      locale: 'nb',
      subject: 'Nei: Eksempelhallen',
      text: 'Kjære Kari Nordmann\nHallen skal pusses opp.\n<b>Storevik kommune</b>',
    });
    expect(nb?.html).toContain('&lt;b&gt;Storevik kommune&lt;/b&gt;');
    expect(nn?.subject).toMatch(/^Søknaden er avslått/);
    expect(en?.text).toContain('Reason: The hall is renovated.');
    for (const { text } of [nb, nn, en] as { text: string }[]) expect(text).not.toMatch(/[{}]/);
    const bad = await call(previewNotificationTemplate, {
      ...{ event: 'booking.rejected', channel: 'email' },
      texts: { en: { subject: 'x', body: '{wrong} {reason}' } },
    });
    expect(errorsOf(bad)).toEqual(['texts.en.body PLACEHOLDER_UNKNOWN']);
    const sms = await call(previewNotificationTemplate, { event: 'booking.payment_due', channel: 'sms' });
    expect(sms.body.data).toMatchObject([{ html: null, text: expect.stringContaining('/bookings/') }, {}, {}]);
  });

  it('sends them to the caller, outside of the app', async () => {
    const at = { ...key, event: 'booking.reminder' };
    const sent = await call(testNotificationTemplate, {
      ...at,
      texts: { subject: 'Prøve {listing}', body: 'Hei {name}' },
    });
    expect(sent.body).toMatchObject({ recipient: administrator.email });
    const [letter] = await readMail(telling.mail, { to: administrator.email, subject: 'Prøve' });
    expect(letter?.subject).toBe('Prøve Eksempelhallen');
    expect(letter?.text.trim()).toBe('Hei Kari Nordmann');
    await eventually(async () =>
      expect(await telling.deliveriesTo(administrator.email)).toMatchObject([
        { id: sent.body.deliveryId, status: 'sent' },
      ]),
    );
    expect((await call(testNotificationTemplate, { ...at, channel: 'sms' })).code).toBe('PHONE_NOT_VERIFIED');
    expect((await call(testNotificationTemplate, { ...at, texts: { subject: 'x', body: '{x}' } })).code).toBe(
      'TEMPLATE_INVALID',
    );
  });
});
