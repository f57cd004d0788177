import { INVALID_INTERVAL, MAX_REPORT_DAYS } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { type Day, dayOf } from '../listings/index.js';

/** @throws Refusal INVALID_INTERVAL */
export function requireDays(
  { from, to }: { from: string; to: string },
  most: number = MAX_REPORT_DAYS,
): { from: Day; to: Day } {
  const days = { from: dayOf(from), to: dayOf(to) };
  if (days.from < days.to && days.to - days.from <= most) return days;
  const message = `to must be after from, and at most ${most} days after it: ask for less at once.`;
  throw new Refusal(INVALID_INTERVAL, { errors: [{ path: 'to', code: 'OUT_OF_RANGE', message }] });
}

export const csvName = (name: string, { from, to }: { from: string; to: string }): string =>
  `${name}-${from}-${to}.csv`;
