import type { NotificationEvent } from '@digilist/contracts';
import { letter, type Texts } from './letter.js';

/** What payers, and those who look after the money, are told. */
export const PAYMENT_TEMPLATES = {
  'payment.received': {
    nb: {
      subject: 'Kvittering: {listing}, {day}',
      body: letter('nb', {
        opening: 'Vi har mottatt betalingen din:',
        facts: '{bookings}\nBetalt: {amount}\nHerav mva.: {vat}\nBetalt med: {method}\nKvittering nr.: {receipt}',
      }),
    },
    nn: {
      subject: 'Kvittering: {listing}, {day}',
      body: letter('nn', {
        opening: 'Vi har fått betalinga di:',
        facts: '{bookings}\nBetalt: {amount}\nAv dette mva.: {vat}\nBetalt med: {method}\nKvittering nr.: {receipt}',
      }),
    },
    en: {
      subject: 'Receipt: {listing}, {day}',
      body: letter('en', {
        opening: 'We have received your payment:',
        facts: '{bookings}\nPaid: {amount}\nVAT included: {vat}\nPaid with: {method}\nReceipt no.: {receipt}',
      }),
    },
  },
  'payment.failed': {
    nb: {
      subject: 'Betalingen gikk ikke gjennom: {listing}, {day}',
      body: letter('nb', {
        opening: 'Betalingen gikk ikke gjennom, og ingenting er trukket:',
        facts: '{bookings}\nÅ betale: {amount}\nFrist: {due}',
        ending: 'Du kan prøve igjen så lenge tiden er holdt av til deg.',
        link: 'Prøv igjen: {link}',
      }),
    },
    nn: {
      subject: 'Betalinga gjekk ikkje gjennom: {listing}, {day}',
      body: letter('nn', {
        opening: 'Betalinga gjekk ikkje gjennom, og ingenting er trekt:',
        facts: '{bookings}\nÅ betale: {amount}\nFrist: {due}',
        ending: 'Du kan prøve igjen så lenge tida er halden av til deg.',
        link: 'Prøv igjen: {link}',
      }),
    },
    en: {
      subject: 'The payment failed: {listing}, {day}',
      body: letter('en', {
        opening: 'The payment did not go through, and nothing was charged:',
        facts: '{bookings}\nTo pay: {amount}\nPay by: {due}',
        ending: 'You can try again for as long as the time is held for you.',
        link: 'Try again: {link}',
      }),
    },
  },
  'payment.refunded': {
    nb: {
      subject: 'Du får penger tilbake: {listing}, {day}',
      body: letter('nb', {
        opening: 'Vi har betalt tilbake {amount} for:',
        facts: '{bookings}',
        ending: 'Pengene kommer samme vei som du betalte, vanligvis innen noen få virkedager.',
      }),
    },
    nn: {
      subject: 'Du får pengar tilbake: {listing}, {day}',
      body: letter('nn', {
        opening: 'Vi har betalt tilbake {amount} for:',
        facts: '{bookings}',
        ending: 'Pengane kjem same veg som du betalte, vanlegvis innan nokre få verkedagar.',
      }),
    },
    en: {
      subject: 'You get money back: {listing}, {day}',
      body: letter('en', {
        opening: 'We have paid back {amount} for:',
        facts: '{bookings}',
        ending: 'It comes back the way you paid, usually within a few working days.',
      }),
    },
  },
  'payment.reconciliation': {
    nb: {
      subject: 'En betaling må avstemmes: {listing}, {day}',
      body: letter('nb', {
        opening: 'En betaling stemmer ikke med bookingen, og et menneske må se på den:',
        facts: '{bookings}\nBeløp: {amount}',
        ending: 'Den ligger i avstemmingskøen til noen har avgjort den.',
        link: 'Se betalingen: {link}',
      }),
    },
    nn: {
      subject: 'Ei betaling må avstemmast: {listing}, {day}',
      body: letter('nn', {
        opening: 'Ei betaling stemmer ikkje med bookinga, og eit menneske må sjå på ho:',
        facts: '{bookings}\nBeløp: {amount}',
        ending: 'Ho ligg i avstemmingskøen til nokon har avgjort ho.',
        link: 'Sjå betalinga: {link}',
      }),
    },
    en: {
      subject: 'A payment needs reconciling: {listing}, {day}',
      body: letter('en', {
        opening: 'A payment does not agree with its booking, and a person has to look at it:',
        facts: '{bookings}\nAmount: {amount}',
        ending: 'It stays in the queue of reconciliation until somebody has settled it.',
        link: 'See the payment: {link}',
      }),
    },
  },
} satisfies Partial<Record<NotificationEvent, Texts>>;
