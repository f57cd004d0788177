import type { InvoiceKind, InvoiceStatus } from '@digilist/contracts';

/** What an invoice came to so far, in minor units. */
export interface Account {
  readonly kind: InvoiceKind;
  readonly total: number;
  /** Of a credit note: what is to be given back; the rest was set off against what was not paid yet. */
  readonly payable: number;
  readonly settled: number;
  readonly credited: number;
  /** YYYY-MM-DD */
  readonly dueDate: string | null;
}

/** What is still to be paid: by the buyer, or back to the buyer. */
export const leftOf = ({ payable, settled, credited }: Account): number => Math.max(0, payable - settled - credited);

export function statusOf(account: Account, today: string): InvoiceStatus {
  if (account.credited === account.total) return 'credited';
  if (leftOf(account) === 0) return 'paid';
  return account.dueDate !== null && account.dueDate < today ? 'overdue' : 'issued';
}
