import type { Locale } from '@kit/contracts';

const nb = {
  invoice: 'Faktura',
  credit_note: 'Kreditnota',
  seller: 'Selger',
  buyer: 'Kjøper',
  organizationNumber: 'Org.nr.',
  number: 'Nummer',
  issueDate: 'Dato',
  dueDate: 'Forfall',
  account: 'Kontonummer',
  kid: 'KID',
  reference: 'Deres referanse',
  credits: 'Gjelder faktura',
  reason: 'Begrunnelse',
  what: 'Beskrivelse',
  net: 'Netto',
  rate: 'Mva.-sats',
  vat: 'Mva.',
  total: 'Sum',
  cancelled: 'Avbestilt, beløp etter vilkårene',
  vatByRate: 'Merverdiavgift',
  basis: 'Grunnlag',
  sum: 'Sum',
  toPay: 'Å betale',
  credited: 'Kreditert',
  exempt: 'Unntatt fra merverdiavgift',
  outside: 'Selgeren er ikke registrert i Merverdiavgiftsregisteret',
  setOff: 'Beløpet trekkes fra det som skyldes; det som er betalt, betales tilbake.',
  page: 'Side {page} av {pages}',
  to: 'til',
  register: 'Foretaksregisteret',
};

export type Words = Record<keyof typeof nb, string>;

export const WORDS: Record<Locale, Words> = {
  nb,
  nn: {
    ...nb,
    seller: 'Seljar',
    buyer: 'Kjøpar',
    reference: 'Dykkar referanse',
    credits: 'Gjeld faktura',
    reason: 'Grunngjeving',
    what: 'Skildring',
    cancelled: 'Avbestilt, beløp etter vilkåra',
    vatByRate: 'Meirverdiavgift',
    basis: 'Grunnlag',
    toPay: 'Å betale',
    exempt: 'Unnateke frå meirverdiavgift',
    outside: 'Seljaren er ikkje registrert i Meirverdiavgiftsregisteret',
    setOff: 'Beløpet blir trekt frå det som blir skulda; det som er betalt, blir betalt tilbake.',
  },
  en: {
    invoice: 'Invoice',
    credit_note: 'Credit note',
    seller: 'Seller',
    buyer: 'Buyer',
    organizationNumber: 'Org. no.',
    number: 'Number',
    issueDate: 'Date',
    dueDate: 'Due date',
    account: 'Account',
    kid: 'Payment reference (KID)',
    reference: 'Your reference',
    credits: 'Of invoice',
    reason: 'Reason',
    what: 'Description',
    net: 'Net',
    rate: 'VAT rate',
    vat: 'VAT',
    total: 'Total',
    cancelled: 'Cancelled, amount by the terms',
    vatByRate: 'VAT',
    basis: 'Basis',
    sum: 'Total',
    toPay: 'To pay',
    credited: 'Credited',
    exempt: 'Exempt from VAT',
    outside: 'The seller is not registered for VAT',
    setOff: 'The amount is set off against what is owed; what was paid is given back.',
    page: 'Page {page} of {pages}',
    to: 'to',
    register: 'Foretaksregisteret',
  },
};

/** 1 200,50: as amounts are written in Norway; 1,200.50 in English. */
export function amountText(minor: number, locale: Locale): string {
  const digits = String(Math.abs(minor)).padStart(3, '0');
  const [thousands, point] = locale === 'en' ? [',', '.'] : ['\u00a0', ','];
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, thousands);
  return `${minor < 0 ? '−' : ''}${whole}${point}${digits.slice(-2)}`;
}

/** 25 % */
export const rateText = (basisPoints: number, locale: Locale): string =>
  `${String(basisPoints / 100).replace('.', locale === 'en' ? '.' : ',')} %`;

/** 1.12.2026; 1 December 2026 would not fit everywhere, and 01/12/2026 is two dates. */
export function dateText(date: string, locale: Locale): string {
  const [year, month, day] = date.split('-').map(Number);
  return locale === 'en' ? date : `${day}.${month}.${year}`;
}
