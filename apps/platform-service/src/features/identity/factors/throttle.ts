import { Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { FACTOR_THROTTLED } from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { type Failures, failedOnceMore, waitOf } from './domain/throttle.js';
import { CLEAR_THROTTLES, FIND_THROTTLE, PUT_THROTTLE } from './factors.sql.js';

type ProofKind = 'password' | 'totp';

interface ThrottleRow extends QueryResultRow {
  failures: number;
  blocked_until: Date | null;
}

/** To be called with the holder locked. */
export async function failuresOf(tx: Tx, userId: string, kind: ProofKind): Promise<Failures> {
  const [row] = await tx.query<ThrottleRow>(FIND_THROTTLE, [tx.tenantId, userId, kind]);
  return { failures: row?.failures ?? 0, blockedUntil: row?.blocked_until ?? null };
}

/** The refusal of a proof that comes too soon after wrong ones. */
export function throttled(failures: Failures, now: Date): Refusal | null {
  const wait = waitOf(failures, now);
  if (wait === 0) return null;
  return new Refusal(FACTOR_THROTTLED, wait === null ? {} : { retryAfter: wait });
}

export async function countFailure(tx: Tx, userId: string, kind: ProofKind, before: Failures): Promise<void> {
  const { failures, blockedUntil } = failedOnceMore(before, tx.now);
  await tx.query(PUT_THROTTLE, [tx.tenantId, userId, kind, failures, blockedUntil, tx.now]);
}

export async function clearFailures(tx: Tx, userId: string): Promise<void> {
  await tx.query(CLEAR_THROTTLES, [tx.tenantId, userId, tx.now]);
}
