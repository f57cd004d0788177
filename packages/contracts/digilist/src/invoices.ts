import {
  Chunk,
  Flag,
  Id,
  Ids,
  Instant,
  ListOf,
  ListOfOneOf,
  LocalDate,
  Money,
  Nested,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Text,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import {
  CREDIT_ABOVE_INVOICE,
  EHF_NEEDS_ORGANIZATION,
  INVOICE_NOT_CREDITABLE,
  INVOICES_DIFFER,
  KID_TOO_SHORT,
  NOTHING_TO_INVOICE,
  SELLER_MISSING,
  SELLER_NOT_REGISTERED_FOR_VAT,
  SETTLEMENT_ABOVE_REST,
  SETTLEMENT_IN_FUTURE,
} from './invoices.errors.js';
import { LocalizedName } from './listings.text.js';

export const INVOICE_KINDS = ['invoice', 'credit_note'] as const;
export type InvoiceKind = (typeof INVOICE_KINDS)[number];

/** paid: nothing is left to pay. credited: all of it was taken back. A credit note is paid when what it gives back was. */
export const INVOICE_STATUSES = ['issued', 'overdue', 'paid', 'credited'] as const;
export type InvoiceStatus = (typeof INVOICE_STATUSES)[number];

/** Categories of VAT as EN 16931 names them: standard rate, zero rate, exempt, and no VAT at all. */
export const VAT_CATEGORIES = ['S', 'Z', 'E', 'O'] as const;
export type VatCategory = (typeof VAT_CATEGORIES)[number];

export class InvoiceSummary {
  @Id()
  id: string;

  @OneOf(INVOICE_KINDS)
  kind: InvoiceKind;

  @Whole({ min: 1, description: 'Without gaps per tenant and kind' })
  number: number;

  @OneOf(INVOICE_STATUSES, { example: 'issued' })
  status: InvoiceStatus;

  @Id({ nullable: true, description: 'Organization that sells; null: the tenant itself' })
  orgId: string | null;

  @Text({ max: 200 })
  sellerName: string;

  @Id({ nullable: true, description: 'Organization that bought' })
  buyerOrgId: string | null;

  @Id({ nullable: true, description: 'Person who bought; null where an organization did' })
  buyerUserId: string | null;

  @Text({ max: 300 })
  buyerName: string;

  @LocalDate()
  issueDate: string;

  @LocalDate({ nullable: true, description: 'null: a credit note' })
  dueDate: string | null;

  @Nested(() => Money, { description: 'Without VAT' })
  net: Money;

  @Nested(() => Money)
  vat: Money;

  @Nested(() => Money)
  total: Money;

  @Nested(() => Money, { description: 'Still to be paid: by the buyer, or back to the buyer if it is a credit note' })
  left: Money;

  @Text({ max: 25, nullable: true, description: 'What the buyer names when paying', example: '0000001016' })
  kid: string | null;

  @Id({ nullable: true, description: 'Invoice that it credits' })
  creditsInvoiceId: string | null;

  @Id({ nullable: true })
  billingRunId: string | null;

  @Instant()
  createdAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class InvoiceSellerSnapshot {
  @Text({ max: 200 })
  name: string;

  @Text({ max: 9 })
  organizationNumber: string;

  @Flag()
  vatRegistered: boolean;

  @Text({ max: 200 })
  street: string;

  @Text({ max: 4 })
  postalCode: string;

  @Text({ max: 100 })
  city: string;

  @Text({ max: 254, nullable: true })
  email: string | null;

  @Text({ max: 11 })
  accountNumber: string;

  @Text({ max: 1000, nullable: true })
  terms: string | null;
}

export class InvoiceBuyerSnapshot {
  @Text({ max: 300 })
  name: string;

  @Text({ max: 20, nullable: true })
  organizationNumber: string | null;

  @Text({ max: 254, nullable: true })
  email: string | null;
}

/** What one booking cost at one rate of VAT, as it was agreed. */
export class InvoiceLine {
  @Id()
  id: string;

  @Whole({ min: 1 })
  position: number;

  @Id()
  bookingId: string;

  @Nested(() => LocalizedName, { description: 'Listing' })
  name: LocalizedName;

  @Nested(() => LocalizedName, { nullable: true, description: 'Part of it; null: all of it' })
  zoneName: LocalizedName | null;

  @Instant()
  startsAt: string;

  @Instant()
  endsAt: string;

  @Text({ max: 60, example: 'Europe/Oslo' })
  timezone: string;

  @Flag({ description: 'The booking was cancelled; the line is what is kept by its terms' })
  cancelled: boolean;

  @Whole({ min: 1 })
  quantity: number;

  @Nested(() => Money)
  net: Money;

  @OneOf(VAT_CATEGORIES)
  vatCategory: VatCategory;

  @Whole({ min: 0, max: 10_000, description: 'Hundredths of a per cent', example: 2500 })
  vatBasisPoints: number;

  @Nested(() => Money)
  vat: Money;

  @Nested(() => Money)
  total: Money;

  @Nested(() => Money, { description: 'Of the total, VAT included, what credit notes have taken back' })
  credited: Money;

  @Id({ nullable: true, description: 'Line that it credits' })
  creditsLineId: string | null;
}

export class InvoiceVat {
  @OneOf(VAT_CATEGORIES)
  category: VatCategory;

  @Whole({ min: 0, max: 10_000 })
  vatBasisPoints: number;

  @Nested(() => Money)
  net: Money;

  @Nested(() => Money, { description: 'The sum of the VAT of the lines' })
  vat: Money;
}

export class InvoiceSettlement {
  @Id()
  id: string;

  @Nested(() => Money)
  amount: Money;

  @LocalDate()
  paidAt: string;

  @Text({ max: 200, nullable: true })
  reference: string | null;
}

export class Invoice extends InvoiceSummary {
  @Nested(() => InvoiceSellerSnapshot)
  seller: InvoiceSellerSnapshot;

  @Nested(() => InvoiceBuyerSnapshot)
  buyer: InvoiceBuyerSnapshot;

  @Text({ max: 200, nullable: true, description: 'What the buyer wants named' })
  buyerReference: string | null;

  @Text({ max: 1000, nullable: true, description: 'Why it credits' })
  reason: string | null;

  @ListOf(() => InvoiceLine)
  lines: InvoiceLine[];

  @ListOf(() => InvoiceVat)
  vatByRate: InvoiceVat[];

  @Nested(() => Money, { description: 'Taken back by credit notes' })
  credited: Money;

  @Nested(() => Money, { description: 'Paid so far' })
  settled: Money;

  @ListOf(() => InvoiceSettlement)
  settlements: InvoiceSettlement[];
}

export class InvoicePage extends pageOf(InvoiceSummary) {}

export class InvoiceId {
  @Id()
  id: string;
}

export class ListInvoices extends PageQuery {
  @ListOfOneOf(INVOICE_STATUSES, { optional: true, example: ['issued', 'overdue'] })
  status?: InvoiceStatus[];

  @OneOf(INVOICE_KINDS, { optional: true })
  kind?: InvoiceKind;

  @Id({ optional: true })
  buyerOrgId?: string;

  @Id({ optional: true })
  buyerUserId?: string;

  @Id({ optional: true })
  billingRunId?: string;

  @LocalDate({ optional: true, description: 'Issued on this day or later' })
  from?: string;

  @LocalDate({ optional: true, description: 'Issued before this day' })
  to?: string;

  @Flag({ optional: true, description: 'Only what the caller bought as a person' })
  mine?: boolean;
}

export class CreateInvoice {
  @Ids({ max: 100, description: 'Of one buyer and one seller; they need not be over yet' })
  bookingIds: string[];

  @Text({ max: 200, optional: true, description: 'What the buyer wants named' })
  buyerReference?: string;
}

export class CreditLine {
  @Id()
  lineId: string;

  @Whole({ min: 1, optional: true, description: 'In minor units, VAT included; all that is left unless told' })
  amount?: number;
}

export class CreditInvoice {
  @Id()
  id: string;

  @ListOf(() => CreditLine, {
    min: 1,
    max: 200,
    optional: true,
    description: 'All that is left of all lines unless told',
  })
  lines?: CreditLine[];

  @Text({ min: 1, max: 1000 })
  reason: string;

  @Flag({
    optional: true,
    description: 'Bookings of which nothing is left on the invoice may be invoiced anew; false unless told',
  })
  billAgain?: boolean;
}

export class SettleInvoice {
  @Id()
  id: string;

  @Whole({ min: 1, description: 'In minor units', example: 120000 })
  amount: number;

  @LocalDate({ description: 'When the money came in' })
  paidAt: string;

  @Text({ max: 200, optional: true, description: "The bank's" })
  reference?: string;
}

export class DownloadInvoice {
  @Id()
  id: string;

  @Text({ max: 500, optional: true, description: 'Set by the edge for the pieces after the first' })
  cursor?: string;
}

const MODULE = 'digilist.payments';

export const listInvoices = operation({
  id: 'listInvoices',
  subject: 'invoice.list.v1',
  summary: 'Invoices and credit notes that the caller bought or may see, newest first',
  http: { method: 'GET', path: '/invoices' },
  request: ListInvoices,
  response: InvoicePage,
  access: permission('digilist.invoice.read'),
  module: MODULE,
});

export const getInvoice = operation({
  id: 'getInvoice',
  subject: 'invoice.get.v1',
  summary: 'Read an invoice or a credit note with its lines',
  http: { method: 'GET', path: '/invoices/{id}' },
  request: InvoiceId,
  response: Invoice,
  access: permission('digilist.invoice.read'),
  module: MODULE,
  errors: [NOT_FOUND],
  version: 'answers',
});

export const createInvoice = operation({
  id: 'createInvoice',
  subject: 'invoice.create.v1',
  summary: 'Issue an invoice for bookings that are to be paid by invoice',
  http: { method: 'POST', path: '/invoices', status: 201 },
  request: CreateInvoice,
  response: Invoice,
  access: permission('digilist.invoice.create'),
  module: MODULE,
  errors: [
    NOT_FOUND,
    NOTHING_TO_INVOICE,
    INVOICES_DIFFER,
    SELLER_MISSING,
    SELLER_NOT_REGISTERED_FOR_VAT,
    KID_TOO_SHORT,
  ],
  idempotent: true,
  version: 'answers',
});

export const creditInvoice = operation({
  id: 'creditInvoice',
  subject: 'invoice.credit.v1',
  summary: 'Take back an invoice or a part of it by a credit note',
  http: { method: 'POST', path: '/invoices/{id}/credit', status: 201 },
  request: CreditInvoice,
  response: Invoice,
  access: permission('digilist.invoice.credit'),
  module: MODULE,
  errors: [NOT_FOUND, CREDIT_ABOVE_INVOICE, INVOICE_NOT_CREDITABLE],
  idempotent: true,
  version: 'answers',
});

export const settleInvoice = operation({
  id: 'settleInvoice',
  subject: 'invoice.settle.v1',
  summary: 'Record that money came in for an invoice, or was given back by a credit note',
  http: { method: 'POST', path: '/invoices/{id}/settlements', status: 201 },
  request: SettleInvoice,
  response: Invoice,
  access: permission('digilist.invoice.settle'),
  module: MODULE,
  errors: [NOT_FOUND, SETTLEMENT_ABOVE_REST, SETTLEMENT_IN_FUTURE],
  idempotent: true,
  version: 'answers',
});

export const downloadInvoicePdf = operation({
  id: 'downloadInvoicePdf',
  subject: 'invoice.pdf.v1',
  summary: 'An invoice or a credit note as PDF',
  http: { method: 'GET', path: '/invoices/{id}/pdf', answers: 'chunks' },
  request: DownloadInvoice,
  response: Chunk,
  access: permission('digilist.invoice.read'),
  module: MODULE,
  errors: [NOT_FOUND],
});

export const downloadInvoiceEhf = operation({
  id: 'downloadInvoiceEhf',
  subject: 'invoice.ehf.v1',
  summary: 'An invoice or a credit note as EHF (Peppol BIS Billing 3.0, UBL 2.1)',
  http: { method: 'GET', path: '/invoices/{id}/ehf', answers: 'chunks' },
  request: DownloadInvoice,
  response: Chunk,
  access: permission('digilist.invoice.read'),
  module: MODULE,
  errors: [NOT_FOUND, EHF_NEEDS_ORGANIZATION],
});

export const invoiceOperations = [
  listInvoices,
  getInvoice,
  createInvoice,
  creditInvoice,
  settleInvoice,
  downloadInvoicePdf,
  downloadInvoiceEhf,
] as const;
