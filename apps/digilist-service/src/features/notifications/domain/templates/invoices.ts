import type { NotificationEvent } from '@digilist/contracts';
import { plainLetter, type Texts } from './letter.js';

/** What those who are invoiced are told. */
export const INVOICE_TEMPLATES = {
  'invoice.issued': {
    nb: {
      subject: 'Faktura {number}, forfall {due}',
      body: plainLetter('nb', {
        opening: 'Faktura {number} er klar.',
        facts: 'Til: {organization}\nBeløp: {amount}\nForfall: {due}\nKonto: {account}\nKID: {kid}',
        link: 'Se fakturaen: {link}',
      }),
    },
    nn: {
      subject: 'Faktura {number}, forfall {due}',
      body: plainLetter('nn', {
        opening: 'Faktura {number} er klar.',
        facts: 'Til: {organization}\nBeløp: {amount}\nForfall: {due}\nKonto: {account}\nKID: {kid}',
        link: 'Sjå fakturaen: {link}',
      }),
    },
    en: {
      subject: 'Invoice {number}, due {due}',
      body: plainLetter('en', {
        opening: 'Invoice {number} is ready.',
        facts: 'To: {organization}\nAmount: {amount}\nDue: {due}\nAccount: {account}\nPayment reference (KID): {kid}',
        link: 'See the invoice: {link}',
      }),
    },
  },
  'invoice.credited': {
    nb: {
      subject: 'Kreditnota {number}',
      body: plainLetter('nb', {
        opening: 'Kreditnota {number} er klar, og du skylder tilsvarende mindre.',
        facts: 'Til: {organization}\nBeløp: {amount}\nGjelder faktura: {invoice}\nBegrunnelse: {reason}',
        link: 'Se kreditnotaen: {link}',
      }),
    },
    nn: {
      subject: 'Kreditnota {number}',
      body: plainLetter('nn', {
        opening: 'Kreditnota {number} er klar, og du skuldar tilsvarande mindre.',
        facts: 'Til: {organization}\nBeløp: {amount}\nGjeld faktura: {invoice}\nGrunngjeving: {reason}',
        link: 'Sjå kreditnotaen: {link}',
      }),
    },
    en: {
      subject: 'Credit note {number}',
      body: plainLetter('en', {
        opening: 'Credit note {number} is ready: you owe that much less.',
        facts: 'To: {organization}\nAmount: {amount}\nOf invoice: {invoice}\nReason: {reason}',
        link: 'See the credit note: {link}',
      }),
    },
  },
} satisfies Partial<Record<NotificationEvent, Texts>>;
