import { holders, Id, LocalDate, OneOf, Text, Whole } from '@kit/contracts';
import { event } from './context.js';
import { INVOICE_KINDS, INVOICE_STATUSES, type InvoiceKind, type InvoiceStatus } from './invoices.js';

/** What every fact about an invoice tells. */
export class InvoiceFact {
  @Id()
  invoiceId: string;

  @OneOf(INVOICE_KINDS)
  kind: InvoiceKind;

  @Whole({ min: 1 })
  number: number;

  @OneOf(INVOICE_STATUSES, { description: 'Status after the fact', example: 'issued' })
  status: InvoiceStatus;

  @Id({ nullable: true, description: 'Organization that sells; null: the tenant itself' })
  orgId: string | null;

  @Id({ nullable: true })
  buyerOrgId: string | null;

  @Id({ nullable: true })
  buyerUserId: string | null;

  @Whole({ min: 0, description: 'In minor units, VAT included', example: 120000 })
  totalAmount: number;

  @Text({ min: 3, max: 3, example: 'NOK' })
  currency: string;

  @Id({ nullable: true, description: 'Invoice that it credits' })
  creditsInvoiceId: string | null;
}

export class InvoiceCreditedFact extends InvoiceFact {
  @Id()
  creditNoteId: string;

  @Whole({ min: 1, description: 'In minor units, VAT included' })
  creditedAmount: number;
}

export class InvoiceSettledFact extends InvoiceFact {
  @Whole({ min: 1, description: 'In minor units' })
  settledAmount: number;

  @LocalDate()
  paidAt: string;
}

export class BillingRunFact {
  @Id()
  billingRunId: string;

  @Id({ nullable: true, description: 'Organization in whose name it bills; null: the whole tenant' })
  orgId: string | null;

  @LocalDate()
  from: string;

  @LocalDate()
  to: string;
}

export class BillingRunCompletedFact extends BillingRunFact {
  @Whole({ min: 0 })
  invoices: number;

  @Whole({ min: 0 })
  bookings: number;
}

export class InvoiceSellerFact {
  @Id()
  sellerId: string;

  @Id({ nullable: true })
  orgId: string | null;
}

const ofInvoice = {
  aggregate: 'invoice',
  audience: ({ orgId, buyerOrgId, buyerUserId }: InvoiceFact) => [
    ...holders('digilist.invoice.read', { orgs: [orgId, buyerOrgId], owner: buyerUserId }),
  ],
};
const ofRun = {
  aggregate: 'billing-run',
  audience: ({ orgId }: BillingRunFact) => holders('digilist.invoice.create', { orgs: [orgId] }),
};
const ofSeller = {
  aggregate: 'invoice-seller',
  audience: ({ orgId }: InvoiceSellerFact) => holders('digilist.invoice-seller.read', { orgs: [orgId] }),
};

export const invoiceIssued = event({
  ...ofInvoice,
  fact: 'issued',
  summary: 'An invoice or a credit note was issued; from now on it stays as it is',
  data: InvoiceFact,
});
export const invoiceCredited = event({
  ...ofInvoice,
  fact: 'credited',
  summary: 'An invoice was taken back, or a part of it',
  data: InvoiceCreditedFact,
});
export const invoiceSettled = event({
  ...ofInvoice,
  fact: 'settled',
  summary: 'Money came in for an invoice, or was given back by a credit note; its status says whether that was all',
  data: InvoiceSettledFact,
});
export const invoiceOverdue = event({
  ...ofInvoice,
  fact: 'overdue',
  summary: 'The due date of an invoice has passed and it is not paid',
  data: InvoiceFact,
});
export const billingRunStarted = event({
  ...ofRun,
  fact: 'started',
  summary: 'A billing run began',
  data: BillingRunFact,
});
export const billingRunCompleted = event({
  ...ofRun,
  fact: 'completed',
  summary: 'A billing run has been through all buyers',
  data: BillingRunCompletedFact,
});
export const invoiceSellerCreated = event({
  ...ofSeller,
  fact: 'created',
  summary: 'Somebody was set up to issue invoices',
  data: InvoiceSellerFact,
});
export const invoiceSellerChanged = event({
  ...ofSeller,
  fact: 'changed',
  summary: 'How invoices are issued and paid was changed',
  data: InvoiceSellerFact,
});

export const invoiceEvents = [
  invoiceIssued,
  invoiceCredited,
  invoiceSettled,
  invoiceOverdue,
  billingRunStarted,
  billingRunCompleted,
  invoiceSellerCreated,
  invoiceSellerChanged,
] as const;
