import Holidays from 'date-holidays';
import { type Day, dayOf } from '../../listings/index.js';

const norway = new Holidays('NO', { types: ['public'] });
const years = new Map<number, ReadonlySet<Day>>();

/** Norwegian public holidays. */
export function isPublicHoliday(day: Day): boolean {
  const year = new Date(day * 86_400_000).getUTCFullYear();
  let known = years.get(year);
  if (!known) {
    known = new Set(norway.getHolidays(year).map((holiday) => dayOf(holiday.date.slice(0, 10))));
    years.set(year, known);
  }
  return known.has(day);
}
