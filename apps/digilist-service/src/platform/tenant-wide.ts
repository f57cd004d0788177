import { FORBIDDEN, Refusal, STALE_VERSION } from '@kit/contracts';
import type { Tx } from '@kit/service';

/** What holds for every organization is not for the staff of one. @throws Refusal FORBIDDEN */
export function requireTenant(tx: Tx): void {
  if (!tx.reach.tenant) throw new Refusal(FORBIDDEN);
}

/** @throws Refusal STALE_VERSION */
export function requireVersion(version: number, expected: number): void {
  if (version !== expected) throw new Refusal(STALE_VERSION, { details: { version } });
}
