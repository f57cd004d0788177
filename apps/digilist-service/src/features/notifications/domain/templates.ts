import type { NotificationEvent } from '@digilist/contracts';
import type { Locale } from '@kit/contracts';

/** Text with `{placeholders}`; a line whose placeholder has no value is left out. */
export interface Template {
  subject: string;
  body: string;
}

const nb = (opening: string, ending: string) => `Hei {name}

${opening}

{place}
{when}
Tidligere tid: {before}
Pris: {total}
Begrunnelse: {reason}

${ending}

Referanse: {reference}
Vennlig hilsen {tenant}`;

const nn = (opening: string, ending: string) => `Hei {name}

${opening}

{place}
{when}
Tidlegare tid: {before}
Pris: {total}
Grunngjeving: {reason}

${ending}

Referanse: {reference}
Venleg helsing {tenant}`;

const en = (opening: string, ending: string) => `Hello {name}

${opening}

{place}
{when}
Before: {before}
Price: {total}
Reason: {reason}

${ending}

Reference: {reference}
Kind regards, {tenant}`;

/** The same about several bookings at once, which have no one place, time or price. */
const many = (frame: (opening: string, ending: string) => string, opening: string, ending: string): string =>
  frame(opening, ending).replace(/\{place\}[\s\S]*\{total\}/, '{bookings}');

/** What every tenant starts with; rows of `notification_templates` override them. */
export const TEMPLATES: Record<NotificationEvent, Record<Locale, Template>> = {
  'booking.requested': {
    nb: {
      subject: 'Søknaden er mottatt: {listing}, {day}',
      body: nb(
        'Vi har mottatt søknaden din om å låne eller leie:',
        'Tiden er holdt av til deg, og du får beskjed når søknaden er avgjort.',
      ),
    },
    nn: {
      subject: 'Søknaden er motteken: {listing}, {day}',
      body: nn(
        'Vi har fått søknaden din om å låne eller leige:',
        'Tida er halden av til deg, og du får melding når søknaden er avgjord.',
      ),
    },
    en: {
      subject: 'We have your application: {listing}, {day}',
      body: en(
        'We have received your application for:',
        'The time is held for you, and you will hear from us when it is decided.',
      ),
    },
  },
  'booking.confirmed': {
    nb: {
      subject: 'Bookingen er bekreftet: {listing}, {day}',
      body: nb('Bookingen din er bekreftet:', 'Velkommen! Må du avbestille, gjør det så tidlig du kan.'),
    },
    nn: {
      subject: 'Bookinga er stadfesta: {listing}, {day}',
      body: nn('Bookinga di er stadfesta:', 'Velkomen! Må du avbestille, gjer det så tidleg du kan.'),
    },
    en: {
      subject: 'Your booking is confirmed: {listing}, {day}',
      body: en('Your booking is confirmed:', 'Welcome! If you have to cancel, please do so as early as you can.'),
    },
  },
  'booking.approved': {
    nb: {
      subject: 'Søknaden er innvilget: {listing}, {day}',
      body: nb('Søknaden din er innvilget:', 'Må du avbestille, gjør det så tidlig du kan.'),
    },
    nn: {
      subject: 'Søknaden er innvilga: {listing}, {day}',
      body: nn('Søknaden din er innvilga:', 'Må du avbestille, gjer det så tidleg du kan.'),
    },
    en: {
      subject: 'Your application is approved: {listing}, {day}',
      body: en('Your application is approved:', 'If you have to cancel, please do so as early as you can.'),
    },
  },
  'booking.rejected': {
    nb: {
      subject: 'Søknaden er avslått: {listing}, {day}',
      body: nb(
        'Søknaden din er dessverre avslått:',
        'Tiden er ikke lenger holdt av til deg. Du kan klage på avgjørelsen til {tenant}.',
      ),
    },
    nn: {
      subject: 'Søknaden er avslått: {listing}, {day}',
      body: nn(
        'Søknaden din er diverre avslått:',
        'Tida er ikkje lenger halden av til deg. Du kan klage på avgjerda til {tenant}.',
      ),
    },
    en: {
      subject: 'Your application is declined: {listing}, {day}',
      body: en(
        'We are sorry, your application is declined:',
        'The time is no longer held for you. You may appeal to {tenant}.',
      ),
    },
  },
  'booking.cancelled': {
    nb: {
      subject: 'Bookingen er avbestilt: {listing}, {day}',
      body: nb('Denne bookingen er avbestilt:', 'Tiden er ikke lenger holdt av til deg.'),
    },
    nn: {
      subject: 'Bookinga er avbestilt: {listing}, {day}',
      body: nn('Denne bookinga er avbestilt:', 'Tida er ikkje lenger halden av til deg.'),
    },
    en: {
      subject: 'The booking is cancelled: {listing}, {day}',
      body: en('This booking is cancelled:', 'The time is no longer held for you.'),
    },
  },
  'booking.called_off': {
    nb: {
      subject: 'Bookingen er avlyst: {listing}, {day}',
      body: nb('{tenant} har dessverre måttet avlyse denne bookingen:', 'Tiden er ikke lenger holdt av til deg.'),
    },
    nn: {
      subject: 'Bookinga er avlyst: {listing}, {day}',
      body: nn('{tenant} har diverre måtta avlyse denne bookinga:', 'Tida er ikkje lenger halden av til deg.'),
    },
    en: {
      subject: 'The booking is called off: {listing}, {day}',
      body: en('We are sorry, {tenant} had to call off this booking:', 'The time is no longer held for you.'),
    },
  },
  'bookings.requested': {
    nb: {
      subject: 'Søknaden om {count} bookinger er mottatt: {listing}',
      body: many(
        nb,
        'Vi har mottatt søknaden din om:',
        'Tidene er holdt av til deg, og du får beskjed når de er avgjort.',
      ),
    },
    nn: {
      subject: 'Søknaden om {count} bookingar er motteken: {listing}',
      body: many(
        nn,
        'Vi har fått søknaden din om:',
        'Tidene er haldne av til deg, og du får melding når dei er avgjorde.',
      ),
    },
    en: {
      subject: 'We have your application for {count} bookings: {listing}',
      body: many(
        en,
        'We have received your application for:',
        'The times are held for you, and you will hear from us.',
      ),
    },
  },
  'bookings.confirmed': {
    nb: {
      subject: '{count} bookinger er bekreftet: {listing}',
      body: many(nb, 'Disse bookingene er bekreftet:', 'Velkommen! Må du avbestille, gjør det så tidlig du kan.'),
    },
    nn: {
      subject: '{count} bookingar er stadfesta: {listing}',
      body: many(nn, 'Desse bookingane er stadfesta:', 'Velkomen! Må du avbestille, gjer det så tidleg du kan.'),
    },
    en: {
      subject: '{count} bookings are confirmed: {listing}',
      body: many(
        en,
        'These bookings are confirmed:',
        'Welcome! If you have to cancel, please do so as early as you can.',
      ),
    },
  },
  'bookings.rescheduled': {
    nb: {
      subject: '{count} bookinger er endret: {listing}',
      body: many(nb, 'Disse bookingene er endret, og står nå slik:', 'Tidene er holdt av til deg.'),
    },
    nn: {
      subject: '{count} bookingar er endra: {listing}',
      body: many(nn, 'Desse bookingane er endra, og står no slik:', 'Tidene er haldne av til deg.'),
    },
    en: {
      subject: '{count} bookings have been changed: {listing}',
      body: many(en, 'These bookings have been changed and are now:', 'The times are held for you.'),
    },
  },
  'bookings.cancelled': {
    nb: {
      subject: '{count} bookinger er avbestilt: {listing}',
      body: many(nb, 'Disse bookingene er avbestilt:', 'Tidene er ikke lenger holdt av til deg.'),
    },
    nn: {
      subject: '{count} bookingar er avbestilte: {listing}',
      body: many(nn, 'Desse bookingane er avbestilte:', 'Tidene er ikkje lenger haldne av til deg.'),
    },
    en: {
      subject: '{count} bookings are cancelled: {listing}',
      body: many(en, 'These bookings are cancelled:', 'The times are no longer held for you.'),
    },
  },
  'bookings.called_off': {
    nb: {
      subject: '{count} bookinger er avlyst: {listing}',
      body: many(
        nb,
        '{tenant} har dessverre måttet avlyse disse bookingene:',
        'Tidene er ikke lenger holdt av til deg.',
      ),
    },
    nn: {
      subject: '{count} bookingar er avlyste: {listing}',
      body: many(
        nn,
        '{tenant} har diverre måtta avlyse desse bookingane:',
        'Tidene er ikkje lenger haldne av til deg.',
      ),
    },
    en: {
      subject: '{count} bookings are called off: {listing}',
      body: many(en, 'We are sorry, {tenant} had to call off these bookings:', 'The times are no longer held for you.'),
    },
  },
  'booking.rescheduled': {
    nb: {
      subject: 'Bookingen er flyttet: {listing}, {day}',
      body: nb('Bookingen din er flyttet hit:', 'Den gamle tiden er ikke lenger holdt av til deg.'),
    },
    nn: {
      subject: 'Bookinga er flytta: {listing}, {day}',
      body: nn('Bookinga di er flytta hit:', 'Den gamle tida er ikkje lenger halden av til deg.'),
    },
    en: {
      subject: 'Your booking has moved: {listing}, {day}',
      body: en('Your booking has moved to:', 'The old time is no longer held for you.'),
    },
  },
  'booking.payment_due': {
    nb: {
      subject: 'Betal for å bekrefte: {listing}, {day}',
      body: nb('Søknaden din er innvilget. Betal innen {due} for å bekrefte:', ''),
    },
    nn: {
      subject: 'Betal for å stadfeste: {listing}, {day}',
      body: nn('Søknaden din er innvilga. Betal innan {due} for å stadfeste:', ''),
    },
    en: {
      subject: 'Pay to confirm: {listing}, {day}',
      body: en('Your application is approved. Pay by {due} to confirm it:', ''),
    },
  },
  'booking.expired': {
    nb: { subject: 'Bookingen er utløpt: {listing}, {day}', body: nb('Bookingen ble ikke betalt i tide:', '') },
    nn: { subject: 'Bookinga er utgått: {listing}, {day}', body: nn('Bookinga vart ikkje betalt i tide:', '') },
    en: { subject: 'The booking has expired: {listing}, {day}', body: en('The booking was not paid in time:', '') },
  },
  'booking.reminder': {
    nb: { subject: 'Påminnelse: {listing}, {day}', body: nb('Vi minner om bookingen din:', '') },
    nn: { subject: 'Påminning: {listing}, {day}', body: nn('Vi minner om bookinga di:', '') },
    en: { subject: 'Reminder: {listing}, {day}', body: en('We would like to remind you of your booking:', '') },
  },
  'approval.requested': {
    nb: { subject: 'Ny søknad: {listing}, {day}', body: nb('En søknad venter på avgjørelse:', '') },
    nn: { subject: 'Ny søknad: {listing}, {day}', body: nn('Ein søknad ventar på avgjerd:', '') },
    en: { subject: 'New application: {listing}, {day}', body: en('An application waits for a decision:', '') },
  },
  'approval.assigned': {
    nb: { subject: 'Du har fått en søknad: {listing}, {day}', body: nb('Denne søknaden er tildelt deg:', '') },
    nn: { subject: 'Du har fått ein søknad: {listing}, {day}', body: nn('Denne søknaden er tildelt deg:', '') },
    en: {
      subject: 'An application is yours: {listing}, {day}',
      body: en('This application has been assigned to you:', ''),
    },
  },
  'approval.clarification': {
    nb: {
      subject: 'Vi trenger mer om søknaden: {listing}, {day}',
      body: nb('Vi må vite mer før vi kan avgjøre søknaden din:', ''),
    },
    nn: {
      subject: 'Vi treng meir om søknaden: {listing}, {day}',
      body: nn('Vi må vite meir før vi kan avgjere søknaden din:', ''),
    },
    en: {
      subject: 'We need to know more: {listing}, {day}',
      body: en('We need to know more before we can decide your application:', ''),
    },
  },
  'approval.clarified': {
    nb: { subject: 'Søkeren har svart: {listing}, {day}', body: nb('Søkeren har svart på spørsmålet ditt:', '') },
    nn: { subject: 'Søkjaren har svart: {listing}, {day}', body: nn('Søkjaren har svart på spørsmålet ditt:', '') },
    en: {
      subject: 'The applicant has answered: {listing}, {day}',
      body: en('The applicant has answered your question:', ''),
    },
  },
  'approval.escalated': {
    nb: { subject: 'Fristen er ute: {listing}, {day}', body: nb('Denne søknaden er ikke avgjort i tide:', '') },
    nn: { subject: 'Fristen er ute: {listing}, {day}', body: nn('Denne søknaden er ikkje avgjord i tide:', '') },
    en: { subject: 'Past due: {listing}, {day}', body: en('This application has not been decided in time:', '') },
  },
  'approval.appealed': {
    nb: { subject: 'Klage på avslag: {listing}, {day}', body: nb('Søkeren har klaget på avslaget:', '') },
    nn: { subject: 'Klage på avslag: {listing}, {day}', body: nn('Søkjaren har klaga på avslaget:', '') },
    en: { subject: 'An appeal: {listing}, {day}', body: en('The applicant has appealed against the rejection:', '') },
  },
  'payment.received': {
    nb: { subject: 'Kvittering: {listing}, {day}', body: nb('Vi har mottatt betalingen din:', '') },
    nn: { subject: 'Kvittering: {listing}, {day}', body: nn('Vi har fått betalinga di:', '') },
    en: { subject: 'Receipt: {listing}, {day}', body: en('We have received your payment:', '') },
  },
  'payment.failed': {
    nb: {
      subject: 'Betalingen gikk ikke gjennom: {listing}, {day}',
      body: nb('Betalingen gikk ikke gjennom. Du kan prøve igjen:', ''),
    },
    nn: {
      subject: 'Betalinga gjekk ikkje gjennom: {listing}, {day}',
      body: nn('Betalinga gjekk ikkje gjennom. Du kan prøve igjen:', ''),
    },
    en: {
      subject: 'The payment failed: {listing}, {day}',
      body: en('The payment did not go through. You can try again:', ''),
    },
  },
  'payment.refunded': {
    nb: { subject: 'Du får penger tilbake: {listing}, {day}', body: nb('Vi har betalt tilbake {amount} for:', '') },
    nn: { subject: 'Du får pengar tilbake: {listing}, {day}', body: nn('Vi har betalt tilbake {amount} for:', '') },
    en: { subject: 'You get money back: {listing}, {day}', body: en('We have paid back {amount} for:', '') },
  },
  'payment.reconciliation': {
    nb: {
      subject: 'En betaling må avstemmes: {listing}, {day}',
      body: nb('En betaling må ses på av et menneske:', ''),
    },
    nn: {
      subject: 'Ei betaling må avstemmast: {listing}, {day}',
      body: nn('Ei betaling må sjåast på av eit menneske:', ''),
    },
    en: {
      subject: 'A payment needs reconciling: {listing}, {day}',
      body: en('A payment has to be looked at by a person:', ''),
    },
  },
  'invoice.issued': {
    nb: { subject: 'Faktura {number}', body: nb('Du har fått faktura {number} på {amount}, med forfall {due}.', '') },
    nn: { subject: 'Faktura {number}', body: nn('Du har fått faktura {number} på {amount}, med forfall {due}.', '') },
    en: { subject: 'Invoice {number}', body: en('You have received invoice {number} of {amount}, due {due}.', '') },
  },
  'invoice.credited': {
    nb: { subject: 'Kreditnota {number}', body: nb('Du har fått kreditnota {number} på {amount}.', '') },
    nn: { subject: 'Kreditnota {number}', body: nn('Du har fått kreditnota {number} på {amount}.', '') },
    en: { subject: 'Credit note {number}', body: en('You have received credit note {number} of {amount}.', '') },
  },
  'verification.decided': {
    nb: {
      subject: 'Verifisering av {organization}',
      body: nb('Verifiseringen av {organization} er behandlet: {outcome}.', ''),
    },
    nn: {
      subject: 'Verifisering av {organization}',
      body: nn('Verifiseringa av {organization} er behandla: {outcome}.', ''),
    },
    en: {
      subject: 'Verification of {organization}',
      body: en('The verification of {organization} has been decided: {outcome}.', ''),
    },
  },
};
