import type { MeterPeriod } from '@platform/contracts';
import { atWallTime, startOfDay, wallTime } from '../../../wall-clock.js';

export interface Period {
  /** `2026-12-24`, `2026-12`, `2026` or `total`. */
  readonly key: string;
  readonly startsAt: Date;
  /** First instant of the next period; null when there is none. */
  readonly endsAt: Date | null;
}

/** The period that runs at `now` on the tenant's wall clock. */
export function periodAt(period: MeterPeriod, now: Date, timezone: string): Period {
  if (period === 'total') return { key: 'total', startsAt: new Date(0), endsAt: null };
  const { year, month, day } = wallTime(now, timezone);
  if (period === 'year') return between(`${year}`, [year, 1, 1], [year + 1, 1, 1], timezone);
  const ofMonth = `${year}-${two(month)}`;
  if (period === 'month') return between(ofMonth, [year, month, 1], [year, month + 1, 1], timezone);
  return between(`${ofMonth}-${two(day)}`, [year, month, day], [year, month, day + 1], timezone);
}

type LocalDate = [year: number, month: number, day: number];

const between = (key: string, from: LocalDate, to: LocalDate, timezone: string): Period => ({
  key,
  startsAt: startOfDay(...from, timezone),
  endsAt: startOfDay(...to, timezone),
});

/**
 * The period a product means. Its clock may run a little apart from ours around the turn of a period, so the one
 * before and the one after are accepted as well, when they are that near.
 */
export function periodNamed(key: string | undefined, period: MeterPeriod, now: Date, timezone: string): Period | null {
  const skews = key === undefined ? [0] : [0, -CLOCK_SKEW_MS, CLOCK_SKEW_MS];
  return (
    skews
      .map((skew) => periodAt(period, new Date(now.getTime() + skew), timezone))
      .find((candidate) => key === undefined || candidate.key === key) ?? null
  );
}

const CLOCK_SKEW_MS = 60_000;

const two = (part: number): string => String(part).padStart(2, '0');

/**
 * The period of a subscription that runs at `now`. Each boundary is counted from the anchor, never from the boundary
 * before it, so one that began on the 31st ends on the last day of a short month and on the 31st of the next long one.
 */
export function anchoredPeriodAt(
  anchor: Date,
  every: 'month' | 'year',
  now: Date,
  timezone: string,
): { startsAt: Date; endsAt: Date } {
  const from = wallTime(anchor, timezone);
  const today = wallTime(now, timezone);
  const months = (today.year - from.year) * 12 + today.month - from.month;
  let turn = every === 'month' ? months : Math.floor(months / 12);
  while (boundary(anchor, every, turn, timezone) > now) turn--;
  while (boundary(anchor, every, turn + 1, timezone) <= now) turn++;
  return { startsAt: boundary(anchor, every, turn, timezone), endsAt: boundary(anchor, every, turn + 1, timezone) };
}

function boundary(anchor: Date, every: 'month' | 'year', turn: number, timezone: string): Date {
  if (turn === 0) return anchor;
  const { year, month, day, hour, minute, second } = wallTime(anchor, timezone);
  const target = month - 1 + turn * (every === 'month' ? 1 : 12);
  const lastDay = new Date(Date.UTC(year, target + 1, 0)).getUTCDate();
  const wall = Date.UTC(year, target, Math.min(day, lastDay), hour, minute, second, anchor.getUTCMilliseconds());
  return atWallTime(wall, timezone);
}
