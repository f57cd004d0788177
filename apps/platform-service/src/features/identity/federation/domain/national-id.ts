/**
 * The date of birth in a Norwegian national identity number or D-number (DDMMYY, three digits that tell the century, two
 * that check). Numbers of test persons, whose months are raised, are read like all others. Null: it is no such number.
 */
export function birthDateIn(nationalId: string): string | null {
  if (!/^\d{11}$/.test(nationalId)) return null;
  const part = (from: number, until: number) => Number(nationalId.slice(from, until));
  const day = part(0, 2) > 40 ? part(0, 2) - 40 : part(0, 2);
  const month = part(2, 4) - (RAISED_MONTHS.find((raised) => part(2, 4) > raised) ?? 0);
  const century = centuryOf(part(4, 6), part(6, 9));
  if (century === null) return null;
  const date = new Date(Date.UTC(century + part(4, 6), month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.toISOString().slice(0, 10) : null;
}

/** Of test persons: Skatteetaten's, and both of NAV's. */
const RAISED_MONTHS = [80, 65, 40];

function centuryOf(year: number, individual: number): number | null {
  if (individual < 500) return 1900;
  if (year < 40) return 2000;
  if (individual < 750 && year >= 54) return 1800;
  return individual >= 900 ? 1900 : null;
}
