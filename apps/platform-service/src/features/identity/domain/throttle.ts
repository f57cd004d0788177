/** How many failures there were, and when sign-ins may be tried again. */
export interface Attempts {
  readonly failures: number;
  readonly lastFailureAt: Date;
  readonly blockedUntil: Date;
}

/** What failures are counted by: the account that was named, and the network they came from. */
export type AttemptKind = 'account' | 'network';

/** After so many failures in a row a password alone opens nothing any more (SP 800-63B-4, 3.2.2). */
export const LOCKED_AT = 100;

const LIMITS = {
  account: { free: 5, forgottenAfterMs: null },
  /** A school or a town hall is one network: many people mistype there, and what they mistype is forgotten soon. */
  network: { free: 50, forgottenAfterMs: 3_600_000 },
} as const;
const LONGEST_WAIT_SECONDS = 900;

/** Seconds to wait after the n-th failure: none at first, then 1, 2, 4 … up to a quarter of an hour. */
export function waitAfter(kind: AttemptKind, failures: number): number {
  const beyond = failures - LIMITS[kind].free;
  return beyond < 0 ? 0 : Math.min(2 ** Math.min(beyond, 20), LONGEST_WAIT_SECONDS);
}

/** What is known after one more failure at `now`. */
export function afterFailure(kind: AttemptKind, before: Attempts | null, now: Date): Attempts {
  const { forgottenAfterMs } = LIMITS[kind];
  const forgotten =
    before === null || (forgottenAfterMs !== null && now.getTime() - before.lastFailureAt.getTime() > forgottenAfterMs);
  const failures = forgotten ? 1 : before.failures + 1;
  return { failures, lastFailureAt: now, blockedUntil: new Date(now.getTime() + waitAfter(kind, failures) * 1000) };
}

/** Whole seconds until a try is admitted again; 0 when it is. Of two at once the first one's now may be the later one. */
export const secondsToWait = (kind: AttemptKind, attempts: Attempts | null, now: Date): number =>
  attempts === null || waitAfter(kind, attempts.failures) === 0
    ? 0
    : Math.max(0, Math.ceil((attempts.blockedUntil.getTime() - now.getTime()) / 1000));

export const isLocked = (kind: AttemptKind, attempts: Attempts | null): boolean =>
  kind === 'account' && attempts !== null && attempts.failures >= LOCKED_AT;

/** Who commands one address of IPv6 commands its /64, so that is what is counted. */
export function networkOf(ip: string): string {
  if (!ip.includes(':')) return ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped) return mapped[1] as string;
  const [head = '', tail] = (ip.split('%')[0] as string).toLowerCase().split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0');
  const groups = [...front, ...middle, ...back].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}
