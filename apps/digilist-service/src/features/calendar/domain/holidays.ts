import { type Day, dayOf } from '../../listings/index.js';

/** Lov om 1. og 17. mai and lov om helligdager og helligdagsfred: month and day. */
const FIXED = ['01-01', '05-01', '05-17', '12-25', '12-26'];
/** Days after Easter Sunday: Maundy Thursday to Easter Monday, Ascension Day, Whit Sunday and Monday. */
const MOVABLE = [-3, -2, 0, 1, 39, 49, 50];

const years = new Map<number, ReadonlySet<Day>>();

/** Norwegian public holidays. */
export function isPublicHoliday(day: Day): boolean {
  const year = new Date(day * 86_400_000).getUTCFullYear();
  let known = years.get(year);
  if (!known) {
    const easter = easterSunday(year);
    known = new Set([...FIXED.map((date) => dayOf(`${year}-${date}`)), ...MOVABLE.map((days) => easter + days)]);
    years.set(year, known);
  }
  return known.has(day);
}

/** Gregorian Easter, after Meeus, Jones and Butcher. */
function easterSunday(year: number): Day {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const ofCentury = year % 100;
  const leapCenturies = Math.floor(century / 4);
  const correction = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - leapCenturies - correction + 15) % 30;
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(ofCentury / 4) - epact - (ofCentury % 4)) % 7;
  const shift = Math.floor((golden + 11 * epact + 22 * weekday) / 451);
  const fromMarch = epact + weekday - 7 * shift + 114;
  return Date.UTC(year, Math.floor(fromMarch / 31) - 1, (fromMarch % 31) + 1) / 86_400_000;
}
