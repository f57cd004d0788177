import { NO_MAX_AGE } from '@digilist/contracts';
import type { Locale } from '@kit/contracts';
import type { Tx } from '@kit/service';
import type { Behalf } from '../../platform/index.js';
import { type Day, dateOf, dateText, type ListingReference, MINUTES_A_DAY, type Minute } from '../listings/index.js';
import { BOOKER_FACTS, COUNT_QUOTAS } from './booker-facts.sql.js';
import { type BookerFacts, checkQuotas } from './domain/check-rules.js';
import { type QuotaWindow, type Used, usedWith, windowsOf } from './domain/quotas.js';
import { refuseViolations } from './violations.js';

/** Who books, and for whom. */
export interface RuledBooker {
  readonly userId: string;
  readonly behalf: Behalf | null;
}

/** For counting it matters who, not what kind. */
interface CountedBooker {
  readonly userId: string;
  readonly behalf: Pick<Behalf, 'orgId'> | null;
}

interface Span {
  readonly from: Minute;
  readonly until: Minute;
}

interface FactsRow extends Record<string, unknown> {
  birthDate: string | null;
  roleKeys: string[];
  used: Counted[];
}

const LONGEST_STAY_MS = 400 * 86_400_000;
const THE_END = new Date(Date.UTC(9999, 0));

type Counted = [at: number, bookings: number, minutes: number];

const NOTHING_ASKED: BookerFacts = Object.freeze({ birthDate: null, roleKeys: [], used: new Map() });

/**
 * What the listing's rules ask about whoever books, for any number of stays in one statement; in none where they ask
 * nothing.
 *
 * @param except bookings that are moved or replaced, and so don't count
 */
export async function bookerFacts(
  tx: Tx,
  listing: ListingReference,
  booker: RuledBooker,
  stays: readonly Span[],
  except: readonly string[] = [],
): Promise<BookerFacts> {
  const windows = distinctWindows(listing, booker, stays);
  const { minAge, maxAge, roleKeys } = listing.bookingRules;
  if (windows.length === 0 && minAge === 0 && maxAge === NO_MAX_AGE && roleKeys.length === 0) return NOTHING_ASKED;
  const [row] = await tx.query<FactsRow>(BOOKER_FACTS, [
    tx.tenantId,
    ...countValues(tx, booker, windows, false, except),
  ]);
  if (!row) throw new Error('the facts about a booker are one row, whoever it is');
  return { birthDate: row.birthDate, roleKeys: row.roleKeys, used: usedOf(windows, row.used) };
}

/**
 * Asked once the time is taken: counts again while nobody else can book under the same quotas for the same person or
 * organization, the new bookings included. After every other row is locked, and before the meter, so that nobody waits
 * in a circle.
 *
 * @throws Refusal RULE_VIOLATION when somebody else was faster
 */
export async function requireQuotas(
  tx: Tx,
  listing: ListingReference,
  booker: CountedBooker,
  stays: readonly Span[],
  locale: Locale,
): Promise<void> {
  const windows = distinctWindows(listing, booker, stays);
  if (windows.length === 0) return;
  const counted = await tx.query<{ counted: Counted }>(COUNT_QUOTAS, [
    tx.tenantId,
    ...countValues(tx, booker, windows, true, []),
  ]);
  const { behalf } = booker;
  const booked = stays.map((stay) => ({ ...stay, behalf }));
  const withAll = usedOf(
    windows,
    counted.map((row) => row.counted),
  );
  // One after the other, as they were decided on: so the refusal says what was used before.
  let used = booked.reduce((rest, stay) => usedWith(rest, listing, stay, -1), withAll);
  for (const stay of booked) {
    refuseViolations(checkQuotas(listing, stay, { used }), listing.timezone, locale);
    used = usedWith(used, listing, stay);
  }
}

function distinctWindows(listing: ListingReference, { behalf }: CountedBooker, stays: readonly Span[]): QuotaWindow[] {
  if (listing.quotas.length === 0) return [];
  const windows = stays.flatMap((stay) => windowsOf(listing, { ...stay, behalf }));
  return [...new Map(windows.map((window) => [window.key, window])).values()];
}

function countValues(
  tx: Tx,
  { userId, behalf }: CountedBooker,
  windows: readonly QuotaWindow[],
  lock: boolean,
  except: readonly string[],
): unknown[] {
  const date = (day: Day | null) => (day === null ? null : dateText(day));
  // A day more on either side than any zone is away from UTC; nothing lasts longer than 400 days.
  const midnight = (day: Day) => dateOf(day * MINUTES_A_DAY);
  const longAgo = new Date(tx.now.getTime() - LONGEST_STAY_MS);
  return [
    userId,
    tx.now,
    lock,
    except,
    windows.map(({ quota }) => quota.id),
    windows.map(({ quota }) => (quota.per === 'person' ? userId : null)),
    windows.map(({ quota }) => (quota.per === 'organization' ? (behalf?.orgId ?? null) : null)),
    windows.map(({ firstDay }) => date(firstDay)),
    windows.map(({ lastDay }) => date(lastDay)),
    windows.map(({ firstDay }) => (firstDay === null ? longAgo : midnight(firstDay - 1))),
    windows.map(({ lastDay }) => (lastDay === null ? THE_END : midnight(lastDay + 2))),
  ];
}

function usedOf(windows: readonly QuotaWindow[], counted: readonly Counted[]): Used {
  const used = new Map(windows.map(({ key }) => [key, 0]));
  for (const [at, bookings, minutes] of counted) {
    const { key, quota } = windows[at - 1] as QuotaWindow;
    used.set(key, quota.measure === 'bookings' ? bookings : minutes);
  }
  return used;
}
