import type { ProviderPayment } from '../providers/payment-provider.js';

export type CallKind = 'capture' | 'cancel' | 'refund';

/** A call to a provider of which we do not know what came of it, and the sums it began with. */
export interface Uncertain {
  readonly kind: CallKind;
  readonly amount: number;
  /** Given back before it. One payment has one call at a time, so nothing else has changed since. */
  readonly refunded: number;
}

/** Has the provider done it? Its sums say so, whoever has heard its answer. */
export function isDone({ kind, amount, refunded }: Uncertain, said: ProviderPayment | null): boolean {
  switch (kind) {
    case 'capture':
      return said !== null && said.captured >= amount;
    case 'refund':
      return said !== null && said.refunded >= refunded + amount;
    case 'cancel':
      return said === null || ['cancelled', 'expired', 'failed'].includes(said.status);
  }
}

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 15 * 60_000;

/** When something that failed so often is tried again. */
export const nextTry = (attempts: number, now: Date): Date =>
  new Date(now.getTime() + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts, 20)));
