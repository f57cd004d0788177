import { NOTIFICATION_EVENTS } from '@digilist/contracts';
import { describe, expect, it } from '@jest/globals';
import { ABOUT_EVENTS } from './about-events.js';
import { amountOf, type Content, render as fill, momentText, moneyText, periodOf, valuesOf } from './render.js';
import { TEMPLATES, type Template } from './templates.js';

const name = (text: string) => ({ nb: text, nn: text, en: text });
const notice = {
  bookingId: '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f',
  listingName: { nb: 'Fjordvik idrettshall', nn: 'Fjordvik idrettshall', en: 'Fjordvik sports hall' },
  zoneName: name('Halv hall'),
  startsAt: new Date('2026-12-01T17:00:00Z'),
  endsAt: new Date('2026-12-01T19:30:00Z'),
  timeZone: 'Europe/Oslo',
  total: { amount: 120050, currency: 'NOK' },
};
const WEB = 'https://book.example.no';
const render = (template: Template, content: Content, locale: 'nb' | 'nn' | 'en') =>
  fill(template, valuesOf(content, locale, WEB));
const placeholdersOf = ({ subject, body }: Template) =>
  [...`${subject} ${body}`.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

describe('a notification', () => {
  it.each([
    ['nb', 'tirsdag 1. desember 2026 kl. 18.00–20.30'],
    ['nn', 'tysdag 1. desember 2026 kl. 18.00–20.30'],
    ['en', 'Tuesday 1 December 2026, 18:00–20:30'],
  ] as const)('tells the time on the wall of the listing, in %s', (locale, text) => {
    expect(periodOf(notice.startsAt, notice.endsAt, locale, notice.timeZone)).toBe(text);
  });

  it('names both days of a booking over midnight, and follows summer time', () => {
    const night = periodOf(new Date('2026-06-30T20:00:00Z'), new Date('2026-07-01T00:00:00Z'), 'nb', 'Europe/Oslo');
    expect(night).toBe('tirsdag 30. juni 2026 kl. 22.00 – onsdag 1. juli 2026 kl. 02.00');
  });

  it.each([
    [0, 'NOK', 'nb', 'gratis'],
    [0, 'NOK', 'en', 'free of charge'],
    [120000, 'NOK', 'nb', '1 200 kr'],
    [120050, 'NOK', 'nn', '1 200,50 kr'],
    [123456789, 'NOK', 'en', 'NOK 1,234,567.89'],
    [5000, 'EUR', 'nb', 'EUR 50'],
  ] as const)('writes %i minor units of %s in %s as money', (amount, currency, locale, text) => {
    expect(plain(amountOf({ amount, currency }, locale))).toBe(text);
  });

  it.each(NOTIFICATION_EVENTS)(
    'has words in three languages for %s, and leaves no placeholder but the recipient',
    (event) => {
      for (const locale of ['nb', 'nn', 'en'] as const) {
        const { subject, body } = render(TEMPLATES[event][locale], { ...notice, reason: 'Fullt' }, locale);
        expect(subject).not.toMatch(/[{}]/);
        expect(body.replaceAll('{name}', '').replaceAll('{tenant}', '')).not.toMatch(/[{}]/);
      }
    },
  );

  it.each(NOTIFICATION_EVENTS)('names in %s only what there is to tell, and all that must be told', (event) => {
    const { placeholders, required } = ABOUT_EVENTS[event];
    for (const locale of ['nb', 'nn', 'en'] as const) {
      const named = placeholdersOf(TEMPLATES[event][locale]);
      expect(named.filter((name) => !placeholders.includes(name))).toEqual([]);
      expect(required.filter((name) => !named.includes(name))).toEqual([]);
    }
  });

  it('about no booking tells its details in every language, and leaves out what it does not have', () => {
    const details = {
      number: '1042',
      amount: moneyText({ amount: 120050, currency: 'NOK' }),
      due: momentText(new Date('2026-12-14T11:00:00Z'), 'Europe/Oslo'),
      link: `${WEB}/invoices/1042`,
    };
    const { subject, body } = render(TEMPLATES['invoice.issued'].nb, { details }, 'nb');
    expect(subject).toBe('Faktura 1042, forfall mandag 14. desember 2026 kl. 12.00');
    expect(plain(body)).toBe(
      'Hei {name}\n\nFaktura 1042 er klar.\n\nBeløp: 1 200,50 kr\nForfall: mandag 14. desember 2026 kl. 12.00\n\n' +
        'Se fakturaen: https://book.example.no/invoices/1042\n\nVennlig hilsen {tenant}',
    );
    expect(render(TEMPLATES['payment.reconciliation'].nb, { details }, 'nb').subject).toBe('En betaling må avstemmes');
  });

  it('leads to the booking, or where its details say', () => {
    expect(render(TEMPLATES['booking.confirmed'].en, notice, 'en').body).toContain(
      `See the booking: ${WEB}/bookings/${notice.bookingId}`,
    );
    const payable = { ...notice, details: { link: 'https://pay.example.no/1' } };
    expect(render(TEMPLATES['booking.payment_due'].en, payable, 'en').body).toContain(
      'Pay here: https://pay.example.no/1',
    );
  });

  it('leaves out the line of a reason that nobody gave', () => {
    expect(render(TEMPLATES['booking.approved'].nb, notice, 'nb').body).not.toContain('Begrunnelse');
    expect(render(TEMPLATES['booking.approved'].nb, { ...notice, reason: 'Velkommen' }, 'nb').body).toContain(
      'Begrunnelse: Velkommen',
    );
  });

  it('does not repeat the listing where the zone is all of it, and takes names as they are', () => {
    const whole = render(TEMPLATES['booking.confirmed'].nb, { ...notice, zoneName: null }, 'nb').body;
    expect(whole).toContain('\nFjordvik idrettshall\n');
    const odd = render(
      TEMPLATES['booking.confirmed'].nb,
      { ...notice, listingName: name('{reason} $& \r\nBcc: all'), zoneName: null },
      'nb',
    );
    expect(odd.subject).toContain('{reason} $& Bcc: all');
    expect(odd.subject).not.toMatch(/[\r\n]/);
  });
});
