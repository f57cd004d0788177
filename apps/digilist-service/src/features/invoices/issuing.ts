import {
  INVOICES_DIFFER,
  type InvoiceFact,
  invoiceIssued,
  KID_TOO_SHORT,
  NOTHING_TO_INVOICE,
  SELLER_MISSING,
  SELLER_NOT_REGISTERED_FOR_VAT,
  type UnbilledReason,
} from '@digilist/contracts';
import { type ErrorCode, NOT_FOUND, Refusal } from '@kit/contracts';
import { requireOrg, type Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { run } from '../../database/named-statement.js';
import { type Entry, Ledger, type Line } from '../ledger/index.js';
import { NotificationsService } from '../notifications/index.js';
import { categoryOf, owedParts, problemOf, whyNotBillable } from './domain/billing.js';
import { kidOf } from './domain/check-digits.js';
import { sellerOf } from './domain/seller.js';
import { totalsOf } from './domain/totals.js';
import {
  type BookingToBill,
  CLAIM_BOOKINGS,
  INSERT_INVOICES,
  type InvoiceValues,
  type LineValues,
  LOCK_BOOKINGS_TO_BILL,
  READ_BOOKINGS_TO_BILL,
  TAKE_NUMBERS,
} from './issuing.sql.js';
import { noticesOf } from './notices.js';
import { ALL_SELLERS, type WholeSeller } from './sellers.sql.js';

export interface ToIssue {
  readonly bookingIds: readonly string[];
  readonly buyerReference: string | null;
  readonly billingRunId: string | null;
}

/** Why there can be no invoice, as the caller is told. */
const REFUSALS: Readonly<Partial<Record<UnbilledReason, ErrorCode>>> = {
  seller_missing: SELLER_MISSING,
  seller_not_registered_for_vat: SELLER_NOT_REGISTERED_FOR_VAT,
  kid_too_short: KID_TOO_SHORT,
};

/** Issues invoices: bookings, number, rows, books, event and notices together, or nothing at all. */
@Injectable()
export class Issuing {
  constructor(
    private readonly ledger: Ledger,
    private readonly notifications: NotificationsService,
  ) {}

  /** Keeps bookings from being changed or billed by others until the commit, and reads them. */
  async lock(tx: Tx, bookingIds: readonly string[]): Promise<BookingToBill[]> {
    await tx.query(LOCK_BOOKINGS_TO_BILL, [tx.tenantId, bookingIds]);
    return tx.query<BookingToBill>(READ_BOOKINGS_TO_BILL, [tx.tenantId, bookingIds, tx.now]);
  }

  /**
   * One invoice for bookings of one buyer that `lock` answered. Answers its id.
   * @throws Refusal why there can be none
   */
  async issue(tx: Tx, bookings: readonly BookingToBill[], wanted: ToIssue): Promise<string> {
    requireBillable(bookings, wanted.bookingIds);
    const seller = await this.requireSeller(tx, bookings);
    const invoiceId = uuidv7();
    const ids = bookings.map(({ id }) => id);
    const claimed = await tx.query(CLAIM_BOOKINGS, [tx.tenantId, ids, invoiceId, tx.actorId]);
    // Under their locks nobody else can have billed them since they were read.
    if (claimed.length !== ids.length) throw new Error('bookings were billed while they were locked');
    const lines = linesOf(invoiceId, bookings, seller);
    await this.ledger.writeAll(tx, salesOf(bookings, lines));
    // Last of all that is waited for: whoever issues another invoice waits for this one's commit.
    const number = await takeNumbers(tx, 'invoice', 1);
    const problem = problemOf(
      seller,
      lines.some(({ vat }) => vat > 0),
      number,
    );
    if (problem !== null) throw new Refusal(REFUSALS[problem] as ErrorCode);
    const invoice = invoiceOf({ id: invoiceId, number, seller, lines, wanted }, bookings[0] as BookingToBill);
    await writeInvoices(tx, [invoice], lines);
    const eventId = tellIssued(tx, invoice);
    await this.notifications.notifyAll(tx, await noticesOf(tx, [{ event: 'invoice.issued', eventId, invoice }]));
    return invoiceId;
  }

  private async requireSeller(tx: Tx, bookings: readonly BookingToBill[]): Promise<WholeSeller> {
    const sellers = await tx.query<WholeSeller>(ALL_SELLERS, [tx.tenantId]);
    const found = bookings.map((booking) => sellerOf(booking, sellers));
    const [seller] = found;
    if (found.some((other) => other?.id !== seller?.id)) throw new Refusal(INVOICES_DIFFER);
    if (!seller) throw new Refusal(SELLER_MISSING);
    requireOrg(tx.reach, seller.orgId);
    return seller;
  }
}

/** @throws Refusal NOT_FOUND, NOTHING_TO_INVOICE, INVOICES_DIFFER */
function requireBillable(bookings: readonly BookingToBill[], wanted: readonly string[]): void {
  if (bookings.length === 0 || bookings.length !== new Set(wanted).size) throw new Refusal(NOT_FOUND);
  const obstacles = bookings.flatMap((booking) => {
    const reason = whyNotBillable(booking);
    return reason === null ? [] : [{ bookingId: booking.id, reason }];
  });
  if (obstacles.length > 0) throw new Refusal(NOTHING_TO_INVOICE, { details: { bookings: obstacles } });
  const buyers = new Set(
    bookings.map(({ buyerOrgId, buyerUserId, currency }) => `${buyerOrgId ?? buyerUserId} ${currency}`),
  );
  if (buyers.size > 1) throw new Refusal(INVOICES_DIFFER);
}

const linesOf = (invoiceId: string, bookings: readonly BookingToBill[], seller: WholeSeller): LineValues[] =>
  bookings
    .flatMap((booking) => owedParts(booking).map((part) => ({ booking, part })))
    .map(({ booking, part }, at) => ({
      id: uuidv7(),
      invoiceId,
      position: at + 1,
      bookingId: booking.id,
      description: { name: booking.name, zoneName: booking.zoneName },
      startsAt: booking.startsAt,
      endsAt: booking.endsAt,
      timezone: booking.timezone,
      cancelled: wasCancelled(booking),
      quantity: booking.quantity,
      net: part.net,
      vatCategory: categoryOf(part.vatBasisPoints, seller),
      vatBasisPoints: part.vatBasisPoints,
      vat: part.vat,
      total: part.net + part.vat,
      creditsLineId: null,
    }));

const wasCancelled = ({ status }: BookingToBill): boolean => status === 'cancelled' || status === 'refunded';

function invoiceOf(
  of: { id: string; number: number; seller: WholeSeller; lines: readonly LineValues[]; wanted: ToIssue },
  { buyerOrgId, buyerUserId, buyer, locale, currency, today }: BookingToBill,
): InvoiceValues {
  const { seller, lines, wanted } = of;
  const totals = totalsOf(lines);
  return {
    id: of.id,
    orgId: seller.orgId,
    sellerId: seller.id,
    kind: 'invoice',
    number: of.number,
    buyerOrgId,
    buyerUserId,
    seller: sellerSnapshot(seller),
    buyer,
    buyerReference: wanted.buyerReference,
    locale,
    issueDate: today,
    dueDate: daysAfter(today, seller.paymentDays),
    currency,
    ...totals,
    payable: totals.total,
    kid: kidOf(of.number, seller.kidLength, seller.kidAlgorithm),
    creditsInvoiceId: null,
    reason: null,
    billingRunId: wanted.billingRunId,
    status: 'issued',
  };
}

const sellerSnapshot = (seller: WholeSeller) => ({
  name: seller.name,
  organizationNumber: seller.organizationNumber,
  vatRegistered: seller.vatRegistered,
  street: seller.street,
  postalCode: seller.postalCode,
  city: seller.city,
  email: seller.email,
  accountNumber: seller.accountNumber,
  terms: seller.terms,
});

const daysAfter = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** The first of as many numbers, without a gap to those before. */
export async function takeNumbers(tx: Tx, series: 'invoice' | 'credit_note', count: number): Promise<number> {
  const { first } = await tx.one<{ first: number }>(TAKE_NUMBERS, [tx.tenantId, series, count, tx.actorId]);
  return first;
}

export async function writeInvoices(
  tx: Tx,
  invoices: readonly InvoiceValues[],
  lines: readonly LineValues[],
): Promise<void> {
  await run(tx, INSERT_INVOICES, {
    tenantId: tx.tenantId,
    actorId: tx.actorId,
    invoices: JSON.stringify(invoices),
    lines: JSON.stringify(lines),
  });
}

/** Puts the fact and its audit record into the outbox. Answers the event's id. */
export function tellIssued(tx: Tx, invoice: InvoiceValues): string {
  const { id, orgId, number, total, kind } = invoice;
  tx.audit({
    action: kind === 'invoice' ? 'digilist.invoice.issue' : 'digilist.invoice.credit',
    entity: { type: 'invoice', id },
    ...(orgId !== null && { orgId }),
    changes: { kind, number, total, creditsInvoiceId: invoice.creditsInvoiceId },
    ...(invoice.reason !== null && { reason: invoice.reason }),
  });
  return tx.emit(invoiceIssued, { id, version: 1, data: invoiceFact(invoice) });
}

export const invoiceFact = (
  invoice: Pick<
    InvoiceValues,
    | 'id'
    | 'kind'
    | 'number'
    | 'status'
    | 'orgId'
    | 'buyerOrgId'
    | 'buyerUserId'
    | 'total'
    | 'currency'
    | 'creditsInvoiceId'
  >,
): InvoiceFact => ({
  invoiceId: invoice.id,
  kind: invoice.kind,
  number: invoice.number,
  status: invoice.status,
  orgId: invoice.orgId,
  buyerOrgId: invoice.buyerOrgId,
  buyerUserId: invoice.buyerUserId,
  totalAmount: invoice.total,
  currency: invoice.currency,
  creditsInvoiceId: invoice.creditsInvoiceId,
});

/** Line by line, because each belongs to the organization that lent out. */
function salesOf(bookings: readonly BookingToBill[], lines: readonly LineValues[]): Entry[] {
  const byId = new Map(bookings.map((booking) => [booking.id, booking]));
  return lines.map(({ id, bookingId, cancelled, vatBasisPoints, net, vat, total }) => {
    const { orgId, currency } = byId.get(bookingId) as BookingToBill;
    const sold: Line = { account: cancelled ? 'fees_kept' : 'revenue', amount: -net, vatBasisPoints, bookingId };
    const owed: Line = { account: 'receivable', amount: total, bookingId };
    const tax: Line = { account: 'vat_payable', amount: -vat, vatBasisPoints, bookingId };
    return { orgId, kind: 'invoice_issued', sourceId: id, currency, lines: [owed, sold, tax] };
  });
}
