const MINUTE = 60;
/** Seconds to wait after each failed attempt: most mail servers are back within the hour, the slowest within a day. */
const WAITS = [
  10,
  30,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  60 * MINUTE,
  3 * 60 * MINUTE,
  6 * 60 * MINUTE,
  12 * 60 * MINUTE,
];

export const MAX_ATTEMPTS = WAITS.length + 1;

/** Seconds until the next attempt, or null when it is given up. `attempts` have been made, the last one failed. */
export function nextAttemptIn(attempts: number, permanent: boolean): number | null {
  return permanent ? null : (WAITS[attempts - 1] ?? null);
}

/** A mail server that answers 5xx will answer the same tomorrow. */
export function isPermanent(error: unknown): boolean {
  const { responseCode } = error as { responseCode?: unknown };
  return typeof responseCode === 'number' && responseCode >= 500 && responseCode < 600;
}
