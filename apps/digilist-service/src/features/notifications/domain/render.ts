import type { Locale, LocalText, Money } from '@kit/contracts';
import type { Template } from './templates.js';

/** What there is to tell about a booking. */
export interface BookingNotice {
  bookingId: string;
  listingName: LocalText;
  /** Null when the listing is booked as a whole. */
  zoneName: LocalText | null;
  startsAt: Date;
  endsAt: Date;
  /** Where the listing is: a booking at 18.00 is at 18.00 there. */
  timeZone: string;
  total: Money;
  reason?: string | null;
}

const LANGUAGE: Record<Locale, string> = { nb: 'nb-NO', nn: 'nn-NO', en: 'en-GB' };
const FREE: LocalText = { nb: 'gratis', nn: 'gratis', en: 'free of charge' };
const AT: LocalText = { nb: ' kl. ', nn: ' kl. ', en: ', ' };

const QUARTER_MS = 900_000;
const DAY_TEXTS_KEPT = 20_000;
const dayTexts = new Map<string, string>();
/** Making one costs as much as formatting a hundred times. There are as many as time zones times languages. */
const days = new Map<string, Intl.DateTimeFormat>();
const times = new Map<string, Intl.DateTimeFormat>();
const amounts = new Map<string, Intl.NumberFormat>();

function remembered<T>(kept: Map<string, T>, key: string, make: () => T): T {
  const known = kept.get(key);
  if (known) return known;
  const made = make();
  kept.set(key, made);
  return made;
}

/** E.g. "tirsdag 1. desember 2026". */
export function dayOf(instant: Date, locale: Locale, timeZone: string): string {
  // No clock on earth changes its date within a quarter of an hour of UTC.
  const key = `${locale} ${timeZone} ${Math.floor(instant.getTime() / QUARTER_MS)}`;
  if (dayTexts.size >= DAY_TEXTS_KEPT) dayTexts.clear();
  return remembered(dayTexts, key, () => dayText(instant, locale, timeZone));
}

function dayText(instant: Date, locale: Locale, timeZone: string): string {
  const format = remembered(days, `${locale} ${timeZone}`, () => {
    const date = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const;
    return new Intl.DateTimeFormat(LANGUAGE[locale], { ...date, timeZone });
  });
  // Versions of the language data differ in this comma.
  return format.format(instant).replace(',', '');
}

/** E.g. "18.00", as Norwegian is written; "18:00" in English. */
function timeOf(instant: Date, locale: Locale, timeZone: string): string {
  const format = remembered(times, timeZone, () => {
    const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    return new Intl.DateTimeFormat('en-GB', { ...time, timeZone });
  });
  const time = format.format(instant);
  return locale === 'en' ? time : time.replace(':', '.');
}

/** E.g. "tirsdag 1. desember 2026 kl. 18.00–20.00"; an end on another day carries its own date. */
export function periodOf(startsAt: Date, endsAt: Date, locale: Locale, timeZone: string): string {
  const [day, lastDay] = [startsAt, endsAt].map((instant) => dayOf(instant, locale, timeZone));
  const [from, to] = [startsAt, endsAt].map((instant) => timeOf(instant, locale, timeZone));
  if (day === lastDay) return `${day}${AT[locale]}${from}–${to}`;
  return `${day}${AT[locale]}${from} – ${lastDay}${AT[locale]}${to}`;
}

/** E.g. 120050 øre is "1 200,50 kr"; whole kroner carry no decimals. */
export function amountOf({ amount, currency }: Money, locale: Locale): string {
  if (amount === 0) return FREE[locale];
  const digits = amount % 100 === 0 ? 0 : 2;
  const format = remembered(amounts, `${locale} ${digits}`, () => {
    const decimals = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat(LANGUAGE[locale], decimals);
  });
  const number = format.format(amount / 100);
  if (currency !== 'NOK' || locale === 'en') return `${currency} ${number}`;
  return `${number} kr`;
}

/** Placeholders that the database fills in, because only it knows the recipient. */
const LATER = new Set(['name', 'tenant']);

/** Fills a template; a line whose placeholder has no value is left out. */
export function render(template: Template, notice: BookingNotice, locale: Locale): Template {
  const listing = notice.listingName[locale] || notice.listingName.nb;
  const zone = notice.zoneName && (notice.zoneName[locale] || notice.zoneName.nb);
  const { startsAt, endsAt, timeZone } = notice;
  const values: Record<string, string> = {
    listing,
    place: zone && zone !== listing ? `${listing}, ${zone}` : listing,
    day: dayOf(startsAt, locale, timeZone),
    when: periodOf(startsAt, endsAt, locale, timeZone),
    total: amountOf(notice.total, locale),
    reason: notice.reason?.trim() ?? '',
    reference: notice.bookingId.slice(-8),
  };
  const kept = (line: string) =>
    [...line.matchAll(/\{(\w+)\}/g)].every(([, key = '']) => LATER.has(key) || values[key]);
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (placeholder, key: string) => (LATER.has(key) ? placeholder : (values[key] ?? '')));
  return {
    // A subject is one line, whatever the names hold.
    subject: fill(template.subject).replace(/\s+/g, ' '),
    body: template.body.split('\n').filter(kept).map(fill).join('\n'),
  };
}
