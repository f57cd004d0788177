import { createHash, randomBytes } from 'node:crypto';
import { createClient } from '@digilist/client';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { refusal } from './support/http.js';
import { at, bookingOf, type Municipality, municipality } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
let town: Municipality;
beforeAll(async () => {
  town = await municipality(system);
}, 60_000);

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(path.startsWith('http') ? path : `${system.gatewayUrl}${path}`, { headers });

describe('a listing manager shows the hall', () => {
  const content = Buffer.concat([
    Buffer.from('%PDF-1.7\n'),
    Buffer.from(randomBytes(1_500_000).toString('base64')),
    Buffer.from('\n%%EOF\n'),
  ]);

  it('with a house rules document that everybody can download, and keeps until it changes', async () => {
    const { digilist } = town.manager.client;
    const { id } = await digilist.createMedia({ id: town.hall.id, kind: 'document', caption: { nb: 'Husregler' } });
    const media = await digilist.uploadMediaContent({ id, content, contentType: 'application/pdf' });
    expect(media).toMatchObject({ status: 'ready', size: content.length });

    const anybody = createClient({ baseUrl: system.gatewayUrl, tenant: town.slug });
    const { data } = await anybody.digilist.listMedia({ id: town.hall.id });
    expect(data).toMatchObject([{ id, caption: { nb: 'Husregler' } }]);
    const file = await get(data[0]?.path as string, { 'x-tenant': town.slug });
    const bytes = Buffer.from(await file.arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(media.sha256);
    expect(bytes.equals(content)).toBe(true);
    expect(Object.fromEntries(file.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="${id}.pdf"`,
      'cache-control': 'public, max-age=86400, immutable',
      'x-content-type-options': 'nosniff',
      etag: `"${media.sha256}"`,
    });
    const again = await get(data[0]?.path as string, { 'x-tenant': town.slug, 'if-none-match': `"${media.sha256}"` });
    expect(again.status).toBe(304);
  });

  it('and is told when a file is none of those that can be shown', async () => {
    const { digilist } = town.manager.client;
    const alt = { nb: 'Hallen', nn: 'Hallen', en: 'The hall' };
    const { id } = await digilist.createMedia({ id: town.hall.id, kind: 'image', alt });
    const page = Buffer.from('<html><script>alert(1)</script></html>');
    const no = await refusal(digilist.uploadMediaContent({ id, content: page, contentType: 'image/png' }));
    expect(no).toMatchObject({ status: 422, code: 'MEDIA_TYPE_NOT_ALLOWED' });
    const large = await refusal(
      digilist.uploadMediaContent({ id, content: Buffer.alloc(11 * 1024 * 1024), contentType: 'image/png' }),
    );
    expect(large).toMatchObject({ status: 413, code: 'MEDIA_TOO_LARGE' });
  });
});

describe('a resident puts their bookings into their own calendar', () => {
  it('by a link that works without signing in, until it is revoked', async () => {
    const { digilist } = town.resident.client;
    const booking = await digilist.createBooking(bookingOf(town.hall, 9, 10, { purpose: 'Volleyball' }));
    const { id, url } = await digilist.createCalendarFeed({ kind: 'personal' });
    expect(url.startsWith(`${system.gatewayUrl}/api/v1/calendars/`)).toBe(true);
    const calendar = await get(url);
    expect(calendar.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    expect(calendar.headers.get('cache-control')).toBe('private, no-cache');
    expect(await calendar.text()).toContain(`UID:${booking.id}@${town.slug}.digilist`);
    const again = await get(url, { 'if-none-match': calendar.headers.get('etag') as string });
    expect(again.status).toBe(304);

    await digilist.deleteCalendarFeed({ id });
    const gone = await get(url);
    expect(gone.status).toBe(404);
    // Not even the problem repeats the secret.
    expect(await gone.text()).not.toContain(url.slice(-30, -4));
  });
});

describe('anybody looks at the calendar of the hall', () => {
  it('and sees when it is taken, never by whom; the case handler sees both', async () => {
    const purpose = 'Hemmelig møte';
    const from = at(12, 0);
    const to = at(13, 0);
    await town.resident.client.digilist.createBooking(bookingOf(town.hall, 12, 10, { purpose }));
    const anybody = createClient({ baseUrl: system.gatewayUrl, tenant: town.slug });
    const seen = await anybody.digilist.getListingCalendar({ id: town.hall.id, from, to });
    expect(seen.entries).toMatchObject([{ kind: 'booked', title: null, mine: false, bookingId: null, booking: null }]);
    expect(JSON.stringify(seen)).not.toContain(purpose);
    const known = await town.handler.client.digilist.getListingCalendar({ id: town.hall.id, from, to });
    expect(known.entries).toMatchObject([{ booking: { bookedBy: 'resident', purpose } }]);
  });
});
