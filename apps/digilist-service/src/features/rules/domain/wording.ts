import { type LocalizedName, RULE_VIOLATIONS } from '@digilist/contracts';
import type { Locale, LocalText } from '@kit/contracts';
import { dateOf, dayOf, localDay, minuteFloor } from '../../listings/index.js';
import type { RuleViolation, Value } from './check-rules.js';

const LANGUAGE: Record<Locale, string> = { nb: 'nb-NO', nn: 'nn-NO', en: 'en-GB' };
const AT: LocalText = { nb: ' kl. ', nn: ' kl. ', en: ' at ' };
const OPEN: LocalText = { nb: 'Åpent', nn: 'Ope', en: 'Open' };
const CLOSED: LocalText = { nb: 'Stengt', nn: 'Stengt', en: 'Closed' };
const HOURS: LocalText = { nb: 't', nn: 't', en: 'h' };
const BOOKINGS: Record<Locale, [one: string, more: string]> = {
  nb: ['booking', 'bookinger'],
  nn: ['booking', 'bookingar'],
  en: ['booking', 'bookings'],
};
const PERIODS: Record<string, LocalText> = {
  day: { nb: ' per dag', nn: ' per dag', en: ' a day' },
  week: { nb: ' per uke', nn: ' per veke', en: ' a week' },
  month: { nb: ' per måned', nn: ' per månad', en: ' a month' },
  year: { nb: ' per år', nn: ' per år', en: ' a year' },
  season: { nb: ' i sesongen', nn: ' i sesongen', en: ' in the season' },
  active: { nb: ' om gangen', nn: ' om gongen', en: ' at a time' },
};

/** What a violation says to people, in their language and on the listing's clock. */
export function wordingOf(violation: RuleViolation, locale: Locale, timeZone: string): string {
  const text: string = RULE_VIOLATIONS[violation.code][locale];
  return text.replace(/\{(\w+)(?::(\w+))?\}/g, (_, name: string, form: string | undefined) =>
    shown(violation, name, form, locale, timeZone),
  );
}

function shown(
  violation: RuleViolation,
  name: string,
  form: string | undefined,
  locale: Locale,
  timeZone: string,
): string {
  const { values } = violation;
  const value = values[name] as Value;
  if (name === 'hours') return hoursOf(values, locale, timeZone);
  if (name === 'period') return PERIODS[value as string]?.[locale] ?? '';
  if (name === 'name') return inLanguage(value as LocalizedName, locale);
  if (form === 'time') return moment(new Date(value as string), locale, timeZone);
  if (form === 'minutes') return duration(value as number, locale);
  if (form === 'amount')
    return values.measure === 'minutes' ? duration(value as number, locale) : bookings(value as number, locale);
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** Bokmål stands in for what was not translated. */
const inLanguage = (text: LocalizedName, locale: Locale): string => text[locale] || text.nb;

const bookings = (count: number, locale: Locale): string => `${count} ${BOOKINGS[locale][count === 1 ? 0 : 1]}`;

/** E.g. "1 t 30 min". */
function duration(minutes: number, locale: Locale): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const parts = [
    ...(hours > 0 ? [`${hours} ${HOURS[locale]}`] : []),
    ...(rest > 0 || hours === 0 ? [`${rest} min`] : []),
  ];
  return parts.join(' ');
}

/** E.g. "Åpent tirsdag 24. november 2026: 08.00–16.00". */
function hoursOf(values: RuleViolation['values'], locale: Locale, timeZone: string): string {
  const date = values.date as string;
  const noon = dateOf(localDay(timeZone, dayOf(date)).starts + 12 * 60);
  const open = values.open as readonly { startsAt: string; endsAt: string }[];
  const hours = open.map(
    ({ startsAt, endsAt }) => `${clock(startsAt, locale, timeZone)}–${closing(date, endsAt, locale, timeZone)}`,
  );
  const notes = (values.notes as readonly LocalizedName[]).map((note) => inLanguage(note, locale));
  const day = `${(hours.length > 0 ? OPEN : CLOSED)[locale]} ${dayText(noon, locale, timeZone)}`;
  return `${day}${hours.length > 0 ? `: ${hours.join(', ')}` : ''}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
}

/** Midnight ends the day that was. */
function closing(date: string, endsAt: string, locale: Locale, timeZone: string): string {
  const { starts, length } = localDay(timeZone, dayOf(date));
  if (minuteFloor(new Date(endsAt)) !== starts + length) return clock(endsAt, locale, timeZone);
  return locale === 'en' ? '24:00' : '24.00';
}

/** E.g. "mandag 30. november 2026 kl. 16.00". */
const moment = (instant: Date, locale: Locale, timeZone: string): string =>
  `${dayText(instant, locale, timeZone)}${AT[locale]}${clock(instant.toISOString(), locale, timeZone)}`;

/** Making one costs as much as formatting a hundred times, and a series is told about each of its dates. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(language: string, timeZone: string, form: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${timeZone} ${Object.keys(form).length}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(language, { ...form, timeZone });
  formats.set(key, known);
  return known;
}

function dayText(instant: Date, locale: Locale, timeZone: string): string {
  const date = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const;
  // Versions of the language data differ in this comma.
  return formatOf(LANGUAGE[locale], timeZone, date).format(instant).replace(',', '');
}

/** "18.00", as Norwegian is written; "18:00" in English. */
function clock(instant: string, locale: Locale, timeZone: string): string {
  const form = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const time = formatOf('en-GB', timeZone, form).format(new Date(instant));
  return locale === 'en' ? time : time.replace(':', '.');
}
