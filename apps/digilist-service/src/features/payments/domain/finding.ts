import type { PaymentStatus } from '@digilist/contracts';
import type { ProviderPayment } from '../providers/payment-provider.js';

/** A payment as we know it. */
export interface Known {
  readonly status: PaymentStatus;
  readonly amount: number;
  readonly currency: string;
  readonly authorized: number;
  /** Given back or about to be. */
  readonly promised: number;
  readonly expiresAt: Date;
}

export type Finding =
  /** Nothing has changed. */
  | { readonly kind: 'nothing' }
  /** Its time is over, but it could still be paid: the provider is to close it. */
  | { readonly kind: 'overdue' }
  | { readonly kind: 'ended'; readonly status: 'failed' | 'cancelled' | 'expired' }
  /** The payer has paid what was asked for; `captured`: the provider has taken it already. */
  | { readonly kind: 'money'; readonly captured: boolean }
  | { readonly kind: 'mismatch'; readonly finding: string };

const NOTHING: Finding = { kind: 'nothing' };

/**
 * What it means that the provider says this now. It follows from sums, which only rise, and from what we have decided
 * before: so it is the same whatever was heard in between, in which order and how often.
 */
export function findingOf(known: Known, said: ProviderPayment | null, now: Date): Finding {
  const open = known.status === 'created' || known.status === 'open';
  const money = said === null ? 0 : Math.max(said.authorized, said.captured);
  if (said !== null && money > 0) {
    if (said.currency !== known.currency) return mismatch(`${said.currency} instead of ${known.currency}`);
    if (money !== known.amount) return mismatch(`${money} instead of ${known.amount}`);
    if (said.refunded > known.promised) return mismatch(`${said.refunded} given back instead of ${known.promised}`);
    return known.authorized > 0 ? NOTHING : { kind: 'money', captured: said.captured > 0 };
  }
  if (!open) return NOTHING;
  const over = now >= known.expiresAt;
  if (said === null) return over ? { kind: 'ended', status: 'expired' } : NOTHING;
  switch (said.status) {
    case 'failed':
      return { kind: 'ended', status: 'failed' };
    case 'cancelled':
      return { kind: 'ended', status: over ? 'expired' : 'cancelled' };
    case 'expired':
      return { kind: 'ended', status: 'expired' };
    default:
      return over ? { kind: 'overdue' } : NOTHING;
  }
}

const mismatch = (finding: string): Finding => ({ kind: 'mismatch', finding });
