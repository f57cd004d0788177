import type { VatPart } from './vat-parts.js';

export type Account =
  /** Invoiced and not paid yet. */
  | 'receivable'
  /** With the payment provider, on its way to the bank. */
  | 'provider_clearing'
  | 'bank'
  /** Sold, without VAT; by rate. */
  | 'revenue'
  | 'vat_payable'
  /** Promised to be given back. */
  | 'refunds_payable'
  /** What is kept of what was cancelled, without VAT; by rate. */
  | 'fees_kept';

export type EntryKind =
  | 'payment_captured'
  | 'refund_promised'
  | 'refund_paid'
  | 'refund_settled'
  | 'fee_kept'
  | 'fee_waived'
  | 'invoice_issued'
  | 'invoice_credited'
  | 'invoice_paid';

export interface Line {
  readonly account: Account;
  /** Minor units: a debit is positive, a credit negative. */
  readonly amount: number;
  /** Of revenue, VAT and fees. */
  readonly vatBasisPoints?: number;
  readonly bookingId?: string;
}

export interface Entry {
  readonly orgId: string;
  readonly kind: EntryKind;
  /** The payment, refund, invoice … that it is about. */
  readonly sourceId: string;
  readonly currency: string;
  readonly lines: readonly Line[];
}

export const debit = (account: Account, amount: number, bookingId?: string): Line => ({
  account,
  amount,
  ...(bookingId !== undefined && { bookingId }),
});
export const credit = (account: Account, amount: number, bookingId?: string): Line =>
  debit(account, -amount, bookingId);

/** What is sold, by rate, with its VAT: credits. With a negative `sign` they are taken back: debits. */
export const sale = (parts: readonly VatPart[], bookingId: string, sign: 1 | -1 = 1): Line[] =>
  parts.flatMap(({ vatBasisPoints, net, vat }): Line[] => [
    { account: 'revenue', amount: -sign * net, vatBasisPoints, bookingId },
    { account: 'vat_payable', amount: -sign * vat, vatBasisPoints, bookingId },
  ]);

/** @throws when debits and credits do not meet: better nothing is written than books that lie */
export function requireBalanced({ kind, sourceId, lines }: Entry): void {
  const sum = lines.reduce((total, { amount }) => total + amount, 0);
  if (sum !== 0 || lines.some(({ amount }) => !Number.isSafeInteger(amount)))
    throw new Error(`the lines of ${kind} ${sourceId} add up to ${sum} instead of nothing`);
}
