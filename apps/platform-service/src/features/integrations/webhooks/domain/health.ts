const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Failures in a row after which an endpoint is only probed, one request at a time. */
export const PROBED_AFTER = 5;
const PROBE_EVERY_MS = [30_000, MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS];
const THROTTLE_MS = MINUTE_MS;
const MAX_HOLD_MS = HOUR_MS;
/** Two failures this far apart are no blip: the outage counts from the first. */
const LASTING_MS = 12 * HOUR_MS;
const WINDOW_MS = 24 * HOUR_MS;
const DISABLED_AFTER_MS = 5 * WINDOW_MS;

/** How it goes with an endpoint. One success makes everything good again. */
export interface Health {
  readonly consecutiveFailures: number;
  readonly firstFailureAt: Date | null;
  readonly failingSince: Date | null;
  readonly heldUntil: Date | null;
}

export interface Failure {
  readonly at: Date;
  /** The receiver, or what stands before it, has too much to do (429, 502, 504). */
  readonly throttled: boolean;
  readonly retryAfterMs: number | null;
}

export const HEALTHY: Health = { consecutiveFailures: 0, firstFailureAt: null, failingSince: null, heldUntil: null };

/**
 * An endpoint is disabled after five days of nothing but failures. The days count from a failure that another one
 * followed 12 to 24 hours later, so that one bad event a week disables nothing.
 */
export function afterFailure(before: Health, failure: Failure): { health: Health; disable: boolean } {
  const { at } = failure;
  const consecutiveFailures = before.consecutiveFailures + 1;
  const age = before.firstFailureAt ? at.getTime() - before.firstFailureAt.getTime() : Number.POSITIVE_INFINITY;
  const firstFailureAt = before.failingSince === null && age > WINDOW_MS ? at : before.firstFailureAt;
  const failingSince = before.failingSince ?? (age >= LASTING_MS && age <= WINDOW_MS ? before.firstFailureAt : null);
  const disable = failingSince !== null && at.getTime() - failingSince.getTime() >= DISABLED_AFTER_MS;
  return {
    health: { consecutiveFailures, firstFailureAt, failingSince, heldUntil: heldUntil(consecutiveFailures, failure) },
    disable,
  };
}

function heldUntil(failures: number, { at, throttled, retryAfterMs }: Failure): Date | null {
  const probe = failures - PROBED_AFTER;
  const open = probe < 0 ? 0 : (PROBE_EVERY_MS[Math.min(probe, PROBE_EVERY_MS.length - 1)] as number);
  const asked = throttled ? Math.min(retryAfterMs ?? THROTTLE_MS, MAX_HOLD_MS) : 0;
  const wait = Math.max(open, asked);
  return wait > 0 ? new Date(at.getTime() + wait) : null;
}
