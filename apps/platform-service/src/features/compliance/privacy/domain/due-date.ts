import { startOfDay, wallTime } from '../../../../wall-clock.js';

/** The time GDPR article 12 (3) gives for an answer, and what an extension adds to it. */
export const MONTHS = 1;
export const MONTHS_EXTENDED = 3;

/**
 * End of the last day: the day with the date of the receipt, `months` later, on the wall clock of the tenant; where the
 * month is too short its last day (Regulation 1182/71, article 3).
 */
export function dueAt(receivedAt: Date, months: number, timezone: string): Date {
  const { year, month, day } = wallTime(receivedAt, timezone);
  const lastOfMonth = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return startOfDay(year, month + months, Math.min(day, lastOfMonth) + 1, timezone);
}
