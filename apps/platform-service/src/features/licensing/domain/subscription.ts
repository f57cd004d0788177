import type { SubscriptionStatus } from '@platform/contracts';

export interface SubscriptionTerms {
  readonly status: SubscriptionStatus;
  readonly trial: boolean;
  readonly validFrom: Date;
  readonly validUntil: Date | null;
  readonly graceUntil: Date | null;
  readonly scheduled: { readonly change: 'plan' | 'cancel'; readonly at: Date } | null;
}

const BEGINNINGS: readonly SubscriptionStatus[] = ['trialing', 'active'];

/** From each status, the ones that may follow it. What has ended stays ended: going on is another subscription. */
export const TRANSITIONS: Readonly<Record<SubscriptionStatus, readonly SubscriptionStatus[]>> = {
  trialing: ['active', 'past_due', 'suspended', 'cancelled', 'expired'],
  active: ['past_due', 'suspended', 'cancelled', 'expired'],
  past_due: ['trialing', 'active', 'suspended', 'cancelled', 'expired'],
  suspended: ['trialing', 'active', 'past_due', 'cancelled', 'expired'],
  cancelled: [],
  expired: [],
};

export const mayBecome = (from: SubscriptionStatus, to: SubscriptionStatus): boolean =>
  from === to || TRANSITIONS[from].includes(to);

export const isLive = (status: SubscriptionStatus): boolean => TRANSITIONS[status].length > 0;

/** What is wrong with a table of transitions: a status nobody reaches, or one that nothing leads out of to an end. */
export function transitionProblems(table: Readonly<Record<string, readonly string[]>>): string[] {
  const statuses = Object.keys(table);
  const reachable = (from: readonly string[]): Set<string> => {
    const seen = new Set(from);
    for (const status of seen) for (const next of table[status] ?? []) seen.add(next);
    return seen;
  };
  const fromTheStart = reachable(BEGINNINGS);
  const ends = statuses.filter((status) => table[status]?.length === 0);
  return [
    ...statuses.flatMap((status) =>
      (table[status] ?? [])
        .filter((next) => !statuses.includes(next))
        .map((next) => `${status} leads to ${next}, which is no status`),
    ),
    ...statuses.filter((status) => !fromTheStart.has(status)).map((status) => `${status} is never reached`),
    ...statuses
      .filter((status) => !ends.some((end) => reachable([status]).has(end)))
      .map((status) => `${status} never ends`),
  ];
}

/** End of the subscription, grace included; null: open. */
export const endOf = ({ validUntil, graceUntil }: Pick<SubscriptionTerms, 'validUntil' | 'graceUntil'>): Date | null =>
  validUntil && graceUntil && graceUntil > validUntil ? graceUntil : validUntil;

/** The status at `now`, whatever was written down last: times decide, not jobs. */
export function statusAt(now: Date, terms: SubscriptionTerms): SubscriptionStatus {
  const { status, trial, validUntil, scheduled } = terms;
  if (!isLive(status)) return status;
  const end = status === 'suspended' ? null : endOf(terms);
  if (scheduled?.change === 'cancel' && scheduled.at <= now && (end === null || scheduled.at <= end))
    return 'cancelled';
  if (status === 'suspended') return 'suspended';
  if (end && end <= now) return 'expired';
  if (validUntil && validUntil <= now) return 'past_due';
  return trial ? 'trialing' : 'active';
}

/** The next instant at which the clock alone changes something. */
export function nextInstant(now: Date, terms: SubscriptionTerms): Date | null {
  if (!isLive(terms.status)) return null;
  const ahead = [terms.validFrom, terms.validUntil, terms.graceUntil, terms.scheduled?.at ?? null].filter(
    (instant): instant is Date => instant !== null && instant > now,
  );
  return earliest(ahead);
}

export const earliest = (instants: readonly Date[]): Date | null =>
  instants.length === 0 ? null : new Date(Math.min(...instants.map((instant) => instant.getTime())));
