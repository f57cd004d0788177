import type { NotificationEvent } from '@digilist/contracts';
import { letter, letterOfMany, type Texts } from './letter.js';

/** What bookers are told about their bookings. */
export const BOOKING_TEMPLATES = {
  'booking.requested': {
    nb: {
      subject: 'Søknaden er mottatt: {listing}, {day}',
      body: letter('nb', {
        opening: 'Vi har mottatt søknaden din om å låne eller leie:',
        facts: 'Tidligere tid: {before}',
        ending: 'Tiden er holdt av til deg, og du får beskjed når søknaden er avgjort.',
      }),
    },
    nn: {
      subject: 'Søknaden er motteken: {listing}, {day}',
      body: letter('nn', {
        opening: 'Vi har fått søknaden din om å låne eller leige:',
        facts: 'Tidlegare tid: {before}',
        ending: 'Tida er halden av til deg, og du får melding når søknaden er avgjord.',
      }),
    },
    en: {
      subject: 'We have your application: {listing}, {day}',
      body: letter('en', {
        opening: 'We have received your application for:',
        facts: 'Before: {before}',
        ending: 'The time is held for you, and you will hear from us when it is decided.',
      }),
    },
  },
  'booking.confirmed': {
    nb: {
      subject: 'Bookingen er bekreftet: {listing}, {day}',
      body: letter('nb', {
        opening: 'Bookingen din er bekreftet:',
        ending: 'Velkommen! Må du avbestille, gjør det så tidlig du kan.',
      }),
    },
    nn: {
      subject: 'Bookinga er stadfesta: {listing}, {day}',
      body: letter('nn', {
        opening: 'Bookinga di er stadfesta:',
        ending: 'Velkomen! Må du avbestille, gjer det så tidleg du kan.',
      }),
    },
    en: {
      subject: 'Your booking is confirmed: {listing}, {day}',
      body: letter('en', {
        opening: 'Your booking is confirmed:',
        ending: 'Welcome! If you have to cancel, please do so as early as you can.',
      }),
    },
  },
  'booking.approved': {
    nb: {
      subject: 'Søknaden er innvilget: {listing}, {day}',
      body: letter('nb', {
        opening: 'Søknaden din er innvilget:',
        ending: 'Må du avbestille, gjør det så tidlig du kan.',
      }),
    },
    nn: {
      subject: 'Søknaden er innvilga: {listing}, {day}',
      body: letter('nn', {
        opening: 'Søknaden din er innvilga:',
        ending: 'Må du avbestille, gjer det så tidleg du kan.',
      }),
    },
    en: {
      subject: 'Your application is approved: {listing}, {day}',
      body: letter('en', {
        opening: 'Your application is approved:',
        ending: 'If you have to cancel, please do so as early as you can.',
      }),
    },
  },
  'booking.rejected': {
    nb: {
      subject: 'Søknaden er avslått: {listing}, {day}',
      body: letter('nb', {
        opening: 'Søknaden din er dessverre avslått:',
        ending: 'Tiden er ikke lenger holdt av til deg. Du kan klage på avgjørelsen til {tenant}.',
      }),
    },
    nn: {
      subject: 'Søknaden er avslått: {listing}, {day}',
      body: letter('nn', {
        opening: 'Søknaden din er diverre avslått:',
        ending: 'Tida er ikkje lenger halden av til deg. Du kan klage på avgjerda til {tenant}.',
      }),
    },
    en: {
      subject: 'Your application is declined: {listing}, {day}',
      body: letter('en', {
        opening: 'We are sorry, your application is declined:',
        ending: 'The time is no longer held for you. You may appeal to {tenant}.',
      }),
    },
  },
  'booking.cancelled': {
    nb: {
      subject: 'Bookingen er avbestilt: {listing}, {day}',
      body: letter('nb', {
        opening: 'Denne bookingen er avbestilt:',
        ending: 'Tiden er ikke lenger holdt av til deg.',
      }),
    },
    nn: {
      subject: 'Bookinga er avbestilt: {listing}, {day}',
      body: letter('nn', {
        opening: 'Denne bookinga er avbestilt:',
        ending: 'Tida er ikkje lenger halden av til deg.',
      }),
    },
    en: {
      subject: 'The booking is cancelled: {listing}, {day}',
      body: letter('en', {
        opening: 'This booking is cancelled:',
        ending: 'The time is no longer held for you.',
      }),
    },
  },
  'booking.called_off': {
    nb: {
      subject: 'Bookingen er avlyst: {listing}, {day}',
      body: letter('nb', {
        opening: '{tenant} har dessverre måttet avlyse denne bookingen:',
        ending: 'Tiden er ikke lenger holdt av til deg. Det du har betalt, får du tilbake.',
      }),
    },
    nn: {
      subject: 'Bookinga er avlyst: {listing}, {day}',
      body: letter('nn', {
        opening: '{tenant} har diverre måtta avlyse denne bookinga:',
        ending: 'Tida er ikkje lenger halden av til deg. Det du har betalt, får du tilbake.',
      }),
    },
    en: {
      subject: 'The booking is called off: {listing}, {day}',
      body: letter('en', {
        opening: 'We are sorry, {tenant} had to call off this booking:',
        ending: 'The time is no longer held for you. You get back what you have paid.',
      }),
    },
  },
  'booking.rescheduled': {
    nb: {
      subject: 'Bookingen er flyttet: {listing}, {day}',
      body: letter('nb', {
        opening: 'Bookingen din er flyttet hit:',
        facts: 'Tidligere tid: {before}',
        ending: 'Den gamle tiden er ikke lenger holdt av til deg.',
      }),
    },
    nn: {
      subject: 'Bookinga er flytta: {listing}, {day}',
      body: letter('nn', {
        opening: 'Bookinga di er flytta hit:',
        facts: 'Tidlegare tid: {before}',
        ending: 'Den gamle tida er ikkje lenger halden av til deg.',
      }),
    },
    en: {
      subject: 'Your booking has moved: {listing}, {day}',
      body: letter('en', {
        opening: 'Your booking has moved to:',
        facts: 'Before: {before}',
        ending: 'The old time is no longer held for you.',
      }),
    },
  },
  'booking.payment_due': {
    nb: {
      subject: 'Betal for å bekrefte: {listing}, {day}',
      body: letter('nb', {
        opening: 'Bookingen venter på betaling:',
        facts: 'Å betale: {amount}\nFrist: {due}',
        ending: 'Tiden er holdt av til deg til fristen. Uten betaling innen da blir den ledig for andre.',
        link: 'Betal her: {link}',
      }),
    },
    nn: {
      subject: 'Betal for å stadfeste: {listing}, {day}',
      body: letter('nn', {
        opening: 'Bookinga ventar på betaling:',
        facts: 'Å betale: {amount}\nFrist: {due}',
        ending: 'Tida er halden av til deg til fristen. Utan betaling innan då blir ho ledig for andre.',
        link: 'Betal her: {link}',
      }),
    },
    en: {
      subject: 'Pay to confirm: {listing}, {day}',
      body: letter('en', {
        opening: 'Your booking waits for payment:',
        facts: 'To pay: {amount}\nPay by: {due}',
        ending: 'The time is held for you until then. If it is not paid by then, others may have it.',
        link: 'Pay here: {link}',
      }),
    },
  },
  'booking.expired': {
    nb: {
      subject: 'Bookingen er utløpt: {listing}, {day}',
      body: letter('nb', {
        opening: 'Bookingen ble ikke fullført innen fristen, og tiden er ikke lenger holdt av til deg:',
        ending: 'Du kan booke på nytt hvis tiden fortsatt er ledig. Kommer betalingen likevel, får du den tilbake.',
      }),
    },
    nn: {
      subject: 'Bookinga er utgått: {listing}, {day}',
      body: letter('nn', {
        opening: 'Bookinga vart ikkje fullført innan fristen, og tida er ikkje lenger halden av til deg:',
        ending: 'Du kan booke på nytt om tida framleis er ledig. Kjem betalinga likevel, får du ho tilbake.',
      }),
    },
    en: {
      subject: 'The booking has expired: {listing}, {day}',
      body: letter('en', {
        opening: 'The booking was not completed in time, and the time is no longer held for you:',
        ending: 'You can book again if the time is still free. Should your payment arrive after all, you get it back.',
      }),
    },
  },
  'booking.reminder': {
    nb: {
      subject: 'Påminnelse: {listing}, {day}',
      body: letter('nb', {
        opening: 'Vi minner om bookingen din:',
        ending: 'Velkommen! Kan du ikke komme, avbestill så tidlig du kan.',
      }),
    },
    nn: {
      subject: 'Påminning: {listing}, {day}',
      body: letter('nn', {
        opening: 'Vi minner om bookinga di:',
        ending: 'Velkomen! Kan du ikkje kome, avbestill så tidleg du kan.',
      }),
    },
    en: {
      subject: 'Reminder: {listing}, {day}',
      body: letter('en', {
        opening: 'We would like to remind you of your booking:',
        ending: 'Welcome! If you cannot come, please cancel as early as you can.',
      }),
    },
  },
  'bookings.requested': {
    nb: {
      subject: 'Søknaden om {count} bookinger er mottatt: {listing}',
      body: letterOfMany('nb', {
        opening: 'Vi har mottatt søknaden din om:',
        ending: 'Tidene er holdt av til deg, og du får beskjed når de er avgjort.',
      }),
    },
    nn: {
      subject: 'Søknaden om {count} bookingar er motteken: {listing}',
      body: letterOfMany('nn', {
        opening: 'Vi har fått søknaden din om:',
        ending: 'Tidene er haldne av til deg, og du får melding når dei er avgjorde.',
      }),
    },
    en: {
      subject: 'We have your application for {count} bookings: {listing}',
      body: letterOfMany('en', {
        opening: 'We have received your application for:',
        ending: 'The times are held for you, and you will hear from us.',
      }),
    },
  },
  'bookings.confirmed': {
    nb: {
      subject: '{count} bookinger er bekreftet: {listing}',
      body: letterOfMany('nb', {
        opening: 'Disse bookingene er bekreftet:',
        ending: 'Velkommen! Må du avbestille, gjør det så tidlig du kan.',
      }),
    },
    nn: {
      subject: '{count} bookingar er stadfesta: {listing}',
      body: letterOfMany('nn', {
        opening: 'Desse bookingane er stadfesta:',
        ending: 'Velkomen! Må du avbestille, gjer det så tidleg du kan.',
      }),
    },
    en: {
      subject: '{count} bookings are confirmed: {listing}',
      body: letterOfMany('en', {
        opening: 'These bookings are confirmed:',
        ending: 'Welcome! If you have to cancel, please do so as early as you can.',
      }),
    },
  },
  'bookings.rescheduled': {
    nb: {
      subject: '{count} bookinger er endret: {listing}',
      body: letterOfMany('nb', {
        opening: 'Disse bookingene er endret, og står nå slik:',
        ending: 'Tidene er holdt av til deg.',
      }),
    },
    nn: {
      subject: '{count} bookingar er endra: {listing}',
      body: letterOfMany('nn', {
        opening: 'Desse bookingane er endra, og står no slik:',
        ending: 'Tidene er haldne av til deg.',
      }),
    },
    en: {
      subject: '{count} bookings have been changed: {listing}',
      body: letterOfMany('en', {
        opening: 'These bookings have been changed and are now:',
        ending: 'The times are held for you.',
      }),
    },
  },
  'bookings.cancelled': {
    nb: {
      subject: '{count} bookinger er avbestilt: {listing}',
      body: letterOfMany('nb', {
        opening: 'Disse bookingene er avbestilt:',
        ending: 'Tidene er ikke lenger holdt av til deg.',
      }),
    },
    nn: {
      subject: '{count} bookingar er avbestilte: {listing}',
      body: letterOfMany('nn', {
        opening: 'Desse bookingane er avbestilte:',
        ending: 'Tidene er ikkje lenger haldne av til deg.',
      }),
    },
    en: {
      subject: '{count} bookings are cancelled: {listing}',
      body: letterOfMany('en', {
        opening: 'These bookings are cancelled:',
        ending: 'The times are no longer held for you.',
      }),
    },
  },
  'bookings.called_off': {
    nb: {
      subject: '{count} bookinger er avlyst: {listing}',
      body: letterOfMany('nb', {
        opening: '{tenant} har dessverre måttet avlyse disse bookingene:',
        ending: 'Tidene er ikke lenger holdt av til deg. Det du har betalt, får du tilbake.',
      }),
    },
    nn: {
      subject: '{count} bookingar er avlyste: {listing}',
      body: letterOfMany('nn', {
        opening: '{tenant} har diverre måtta avlyse desse bookingane:',
        ending: 'Tidene er ikkje lenger haldne av til deg. Det du har betalt, får du tilbake.',
      }),
    },
    en: {
      subject: '{count} bookings are called off: {listing}',
      body: letterOfMany('en', {
        opening: 'We are sorry, {tenant} had to call off these bookings:',
        ending: 'The times are no longer held for you. You get back what you have paid.',
      }),
    },
  },
} satisfies Partial<Record<NotificationEvent, Texts>>;
