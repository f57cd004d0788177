import type { Locale, LocalText, Money } from '@kit/contracts';
import type { Template } from './templates.js';

/** When and where, and nothing else. */
export interface BookingTime {
  listingName: LocalText;
  /** Null when the listing is booked as a whole. */
  zoneName: LocalText | null;
  startsAt: Date;
  endsAt: Date;
  /** Where the listing is: a booking at 18.00 is at 18.00 there. */
  timeZone: string;
}

export interface AboutBooking extends BookingTime {
  bookingId: string;
  total: Money;
}

type AboutNoBooking = { readonly [Field in keyof AboutBooking]?: undefined };

/** What there is to tell: all about a booking, or nothing about one. */
export type Content = (AboutBooking | AboutNoBooking) & {
  reason?: string | null;
  /** Where the booking was before it was moved. */
  before?: { startsAt: Date; endsAt: Date };
  /** All that is told about at once, the booking itself among them. */
  bookings?: readonly BookingTime[];
  /** Values for the placeholders that ABOUT_EVENTS names beyond the booking's own; they win over the booking's. */
  details?: Readonly<Record<string, string | LocalText | null | undefined>>;
};

const LANGUAGE: Record<Locale, string> = { nb: 'nb-NO', nn: 'nn-NO', en: 'en-GB' };
const FREE: LocalText = { nb: 'gratis', nn: 'gratis', en: 'free of charge' };
const AT: LocalText = { nb: ' kl. ', nn: ' kl. ', en: ', ' };

const MORE: LocalText = { nb: 'og {count} til', nn: 'og {count} til', en: 'and {count} more' };
/** A year of weeks and some: what a person reads, and what a mail holds. */
const TIMES_LISTED = 60;

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

/** E.g. "tirsdag 1. desember 2026 kl. 18.00". */
export function momentOf(instant: Date, locale: Locale, timeZone: string): string {
  return `${dayOf(instant, locale, timeZone)}${AT[locale]}${timeOf(instant, locale, timeZone)}`;
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

const inAll = (word: (locale: Locale) => string): LocalText => ({ nb: word('nb'), nn: word('nn'), en: word('en') });

/** For the `details` of a notice: money, a moment and a day in the words of each language. */
export const moneyText = (money: Money): LocalText => inAll((locale) => amountOf(money, locale));
export const momentText = (instant: Date, timeZone: string): LocalText =>
  inAll((locale) => momentOf(instant, locale, timeZone));
export const dayTextOf = (instant: Date, timeZone: string): LocalText =>
  inAll((locale) => dayOf(instant, locale, timeZone));

/** Placeholders that the database fills in, because only it knows the recipient. */
const LATER = new Set(['name', 'tenant']);

function placeOf({ listingName, zoneName }: BookingTime, locale: Locale): string {
  const listing = listingName[locale] || listingName.nb;
  const zone = zoneName && (zoneName[locale] || zoneName.nb);
  return zone && zone !== listing ? `${listing}, ${zone}` : listing;
}

/** A line for each time, in their order; a place is named where it differs from the one before. */
function linesOf(bookings: readonly BookingTime[], locale: Locale): string {
  const listed = bookings.slice(0, TIMES_LISTED);
  const lines = listed.flatMap((booking, at) => {
    const place = placeOf(booking, locale);
    const before = listed[at - 1];
    const when = periodOf(booking.startsAt, booking.endsAt, locale, booking.timeZone);
    return before && placeOf(before, locale) === place ? [when] : [place, when];
  });
  const more = bookings.length - listed.length;
  return [...lines, ...(more > 0 ? [MORE[locale].replace('{count}', String(more))] : [])].join('\n');
}

/** Where recipients look at what they are told about. */
const bookingLink = (webUrl: string, bookingId: string): string => `${webUrl}/bookings/${bookingId}`;

type Values = Record<string, string>;

function bookingValues(content: AboutBooking, { bookings, before }: Content, locale: Locale, webUrl: string): Values {
  const { bookingId, listingName, startsAt, endsAt, timeZone, total } = content;
  const about = {
    listing: listingName[locale] || listingName.nb,
    day: dayOf(startsAt, locale, timeZone),
    before: before ? periodOf(before.startsAt, before.endsAt, locale, timeZone) : '',
    reference: bookingId.slice(-8),
  };
  // Of several there is no one place, time or price.
  if (bookings && bookings.length > 1) return { ...about, link: `${webUrl}/bookings` };
  return {
    ...about,
    place: placeOf(content, locale),
    when: periodOf(startsAt, endsAt, locale, timeZone),
    total: amountOf(total, locale),
    link: bookingLink(webUrl, bookingId),
  };
}

/** Everything that templates may name, but for the recipient. */
export function valuesOf(content: Content, locale: Locale, webUrl: string): Values {
  const { bookings, reason, details = {} } = content;
  const told = Object.entries(details).flatMap(([name, value]) =>
    value === null || value === undefined
      ? []
      : [[name, typeof value === 'string' ? value : value[locale] || value.nb]],
  );
  return {
    ...(content.bookingId === undefined ? {} : bookingValues(content, content, locale, webUrl)),
    bookings: bookings ? linesOf(bookings, locale) : '',
    count: bookings ? String(bookings.length) : '',
    reason: reason?.trim() ?? '',
    ...Object.fromEntries(told),
  };
}

/** Text, and names of placeholders in between: every second one is a name. */
type Parts = readonly string[];

const partsOf = (text: string): Parts => text.split(/\{(\w+)\}/);
const namesIn = (parts: Parts): string[] => parts.filter((_, at) => at % 2 === 1);

interface Compiled {
  subject: Parts;
  lines: readonly { parts: Parts; needs: readonly string[] }[];
}

/** Templates are rendered far more often than they change. */
const compiled = new WeakMap<Template, Compiled>();

function compile(template: Template): Compiled {
  const known = compiled.get(template);
  if (known) return known;
  const lines = template.body.split('\n').map((line) => {
    const parts = partsOf(line);
    return { parts, needs: namesIn(parts).filter((name) => !LATER.has(name)) };
  });
  const made = { subject: partsOf(template.subject), lines };
  compiled.set(template, made);
  return made;
}

const fill = (parts: Parts, values: Values): string =>
  parts.map((part, at) => (at % 2 === 0 ? part : LATER.has(part) ? `{${part}}` : (values[part] ?? ''))).join('');

/** Fills a template; a line whose placeholder has no value is left out. */
export function render(template: Template, values: Values): Template {
  const { subject, lines } = compile(template);
  const body: string[] = [];
  for (const { parts, needs } of lines) {
    if (!needs.every((name) => values[name])) continue;
    const line = fill(parts, values);
    // Of what was left out no gap remains.
    if (line !== '' || body.at(-1) !== '') body.push(line);
  }
  return {
    // A subject is one line, whatever the names hold, and ends where there is no more to say.
    subject: fill(subject, values)
      .replace(/\s+/g, ' ')
      .replace(/(?:\s*[:,])+\s*$/, ''),
    body: body.join('\n').trim(),
  };
}
