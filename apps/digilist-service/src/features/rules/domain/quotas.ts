import {
  type Day,
  dateText,
  dayOf,
  type ListingReference,
  type Minute,
  type QuotaRule,
  wallTime,
  weekdayOf,
} from '../../listings/index.js';

/** When somebody wants to be there, and for whom. */
export interface Stay {
  readonly from: Minute;
  readonly until: Minute;
  /** Whom it is for; null: for oneself. */
  readonly behalf: object | null;
}

/** A quota in one of its periods. */
export interface QuotaWindow {
  readonly key: string;
  readonly quota: QuotaRule;
  /** Null: whatever has not ended yet. */
  readonly firstDay: Day | null;
  /** Included. */
  readonly lastDay: Day | null;
}

/** How much is used, by the key of the window. */
export type Used = ReadonlyMap<string, number>;

export const amountOf = (
  { measure }: Pick<QuotaRule, 'measure'>,
  { from, until }: Pick<Stay, 'from' | 'until'>,
): number => (measure === 'bookings' ? 1 : until - from);

/** The windows in which a stay counts: of the period in which it begins, on the listing's own calendar. */
export function windowsOf(
  { quotas, timezone }: Pick<ListingReference, 'quotas' | 'timezone'>,
  stay: Stay,
): QuotaWindow[] {
  if (quotas.length === 0) return [];
  const { day } = wallTime(timezone, stay.from);
  const subject = stay.behalf === null ? 'person' : 'organization';
  return quotas.flatMap((quota) => {
    const days = quota.per === subject ? periodOf(quota, day) : null;
    if (!days) return [];
    const [firstDay, lastDay] = days;
    return [{ key: `${quota.id} ${firstDay ?? 'active'}`, quota, firstDay, lastDay }];
  });
}

/** First and last day of the period that a day lies in; null where it lies in none. */
function periodOf({ period, firstDay, lastDay }: QuotaRule, day: Day): readonly [Day | null, Day | null] | null {
  const date = dateText(day);
  const year = Number(date.slice(0, 4));
  const month = Number(date.slice(5, 7));
  switch (period) {
    case 'day':
      return [day, day];
    case 'week': {
      const monday = day - weekdayOf(day) + 1;
      return [monday, monday + 6];
    }
    case 'month':
      return [firstOf(year, month), firstOf(year, month + 1) - 1];
    case 'year':
      return [firstOf(year, 1), firstOf(year + 1, 1) - 1];
    case 'season':
      return firstDay !== null && lastDay !== null && firstDay <= day && day <= lastDay ? [firstDay, lastDay] : null;
    case 'active':
      return [null, null];
  }
}

function firstOf(year: number, month: number): Day {
  const [y, m] = month > 12 ? [year + 1, month - 12] : [year, month];
  return dayOf(`${String(y).padStart(4, '0')}-${String(m).padStart(2, '0')}-01`);
}

/** As if the stay were booked, or given back: for whoever decides on many, one after the other. */
export function usedWith(
  used: Used,
  listing: Pick<ListingReference, 'quotas' | 'timezone'>,
  stay: Stay,
  times: 1 | -1 = 1,
): Used {
  const windows = windowsOf(listing, stay);
  if (windows.length === 0) return used;
  const more = new Map(used);
  for (const { key, quota } of windows) more.set(key, (more.get(key) ?? 0) + times * amountOf(quota, stay));
  return more;
}
