import { describe, expect, it } from '@jest/globals';
import { sampleOf } from './sample.js';
import { type OwnWords, wordingOf } from './wording.js';

const WEB = 'https://book.example.no';
const none: OwnWords = () => undefined;
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

describe('what is said', () => {
  it('in the app is what the mail says, unless the tenant has words for one of them', () => {
    const content = sampleOf('booking.confirmed');
    expect(wordingOf('booking.confirmed', content, none, WEB).nb.email).toBeUndefined();
    const inApp: OwnWords = (_, channel) => (channel === 'in_app' ? { subject: 'Kort', body: 'Kort' } : undefined);
    const said = wordingOf('booking.confirmed', content, inApp, WEB).nb;
    expect(said.subject).toBe('Kort');
    expect(said.email?.subject).toMatch(/^Bookingen er bekreftet/);
    const mail: OwnWords = (_, channel) => (channel === 'email' ? { subject: 'Egen', body: 'Egen' } : undefined);
    expect(wordingOf('booking.confirmed', content, mail, WEB).nb).toMatchObject({ subject: 'Egen', body: 'Egen' });
  });

  it('by SMS is one line, with the link where it must be there, and never nothing', () => {
    const due = wordingOf('booking.payment_due', sampleOf('booking.payment_due'), none, WEB).en.sms;
    expect(due).toMatch(/^\{tenant\}: Pay to confirm: The example hall, .*\nhttps:\/\/book\.example\.no\/bookings\//);
    const empty: OwnWords = (_, channel) => (channel === 'sms' ? { subject: 'x', body: '{reason}' } : undefined);
    const content = { ...sampleOf('booking.confirmed'), details: {} };
    expect(wordingOf('booking.confirmed', content, empty, WEB).nb.sms).toMatch(/^\{tenant\}: Bookingen er bekreftet/);
  });

  it('about a payment for several bookings names each of them, and the price of none', () => {
    const { body } = wordingOf('payment.received', sampleOf('payment.received'), none, WEB).nb;
    expect(plain(body)).toContain(
      'Eksempelhallen, Bane 1\ntirsdag 1. desember 2026 kl. 18.00–20.00\ntirsdag 8. desember 2026 kl. 18.00–20.00\nBetalt: 600 kr',
    );
    expect(body).not.toContain('Pris:');
    expect(body).toContain(`${WEB}/bookings\n`);
  });

  it('about no booking leads to where such things are listed', () => {
    const details = { number: '1', amount: '1 kr', due: 'i morgen' };
    expect(wordingOf('invoice.issued', { details }, none, WEB).nb.body).toContain(`Se fakturaen: ${WEB}/invoices`);
  });

  it('new applications alone may wait for the mail of the day', () => {
    expect(wordingOf('approval.requested', sampleOf('approval.requested'), none, WEB).digestible).toBe(true);
    expect(wordingOf('approval.escalated', sampleOf('approval.escalated'), none, WEB).digestible).toBe(false);
  });
});
