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
};
