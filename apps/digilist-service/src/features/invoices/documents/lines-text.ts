import type { InvoiceLine, LocalizedName } from '@digilist/contracts';
import type { Locale } from '@kit/contracts';
import { dateText as dateOfDay, minuteFloor, wallTime } from '../../listings/index.js';
import { dateText, WORDS } from './words.js';

const inLanguage = (name: LocalizedName, locale: Locale): string => name[locale] ?? name.nb;

/** Listing and the part of it. */
export const nameOf = ({ name, zoneName }: Pick<InvoiceLine, 'name' | 'zoneName'>, locale: Locale): string =>
  [name, zoneName].flatMap((each) => (each ? [inLanguage(each, locale)] : [])).join(', ');

interface LocalMoment {
  /** YYYY-MM-DD */
  readonly date: string;
  readonly time: string;
}

/** As the clock on the listing's wall shows it. */
export function localMoment(instant: string, timezone: string): LocalMoment {
  const { day, minute } = wallTime(timezone, minuteFloor(Date.parse(instant)));
  const two = (value: number) => String(value).padStart(2, '0');
  return { date: dateOfDay(day), time: `${two(Math.floor(minute / 60))}:${two(minute % 60)}` };
}

/** 1.12.2026 18:00–20:00 */
export function periodText({ startsAt, endsAt, timezone }: InvoiceLine, locale: Locale): string {
  const [from, until] = [localMoment(startsAt, timezone), localMoment(endsAt, timezone)];
  const begins = `${dateText(from.date, locale)} ${from.time}`;
  return from.date === until.date
    ? `${begins}–${until.time}`
    : `${begins} – ${dateText(until.date, locale)} ${until.time}`;
}

/** When, how many, and what else there is to say of it. */
export const remarksOf = (line: InvoiceLine, locale: Locale): string =>
  [
    periodText(line, locale),
    ...(line.quantity > 1 ? [`× ${line.quantity}`] : []),
    ...(line.cancelled ? [WORDS[locale].cancelled] : []),
  ].join(' · ');
