/** Wrong proofs that cost nothing: people mistype. */
const FREE = 4;
const FIRST_DELAY_MS = 30_000;
const LONGEST_DELAY_MS = 3_600_000;
/** After so many in a row this kind of proof is not accepted any more (NIST SP 800-63B: at most 100). */
const MOST = 100;

export interface Failures {
  readonly failures: number;
  readonly blockedUntil: Date | null;
}

/** Seconds until another try is looked at; 0: now; null: never, until another kind of proof clears the count. */
export function waitOf({ failures, blockedUntil }: Failures, now: Date): number | null {
  if (failures >= MOST) return null;
  return blockedUntil === null ? 0 : Math.max(0, Math.ceil((blockedUntil.getTime() - now.getTime()) / 1000));
}

/** After one more wrong proof. The delay doubles each time. */
export function failedOnceMore({ failures }: Failures, now: Date): Failures {
  const total = failures + 1;
  if (total <= FREE) return { failures: total, blockedUntil: null };
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (total - FREE - 1));
  return { failures: total, blockedUntil: new Date(now.getTime() + delay) };
}
