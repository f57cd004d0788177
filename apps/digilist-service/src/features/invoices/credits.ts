import { invoiceCredited } from '@digilist/contracts';
import type { LocalText } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type Entry, Ledger, sale } from '../ledger/index.js';
import { NotificationsService } from '../notifications/index.js';
import { type CreditedLine, creditOff, leftOfLine } from './domain/credit.js';
import { leftOf, statusOf } from './domain/standing.js';
import { totalsOf } from './domain/totals.js';
import {
  LOCK_INVOICES_OF_BOOKINGS,
  type LockedInvoice,
  OPEN_LINES,
  type OpenLineRow,
  UPDATE_INVOICES,
} from './invoices.sql.js';
import { invoiceFact, takeNumbers, tellIssued, writeInvoices } from './issuing.js';
import { type InvoiceValues, type LineValues, RELEASE_BOOKINGS } from './issuing.sql.js';
import { noticesOf, type ToTell } from './notices.js';

/** A booking, and what its booker is still to pay for it after all, VAT included. */
export interface StillOwed {
  readonly bookingId: string;
  readonly owed: number;
}

/** What is taken back of one invoice. */
export interface ToCredit {
  readonly invoice: LockedInvoice;
  readonly lines: readonly CreditedLine[];
  readonly reason: string;
}

const NOT_OWED: LocalText = {
  nb: 'Bookingen er avbestilt eller endret.',
  nn: 'Bookinga er avbestilt eller endra.',
  en: 'The booking was cancelled or changed.',
};

/** Takes invoices back by credit notes: the only way in which what was invoiced is corrected. */
@Injectable()
export class Credits {
  constructor(
    private readonly ledger: Ledger,
    private readonly notifications: NotificationsService,
  ) {}

  /**
   * Credits what these bookings were invoiced for and is not owed any more, one credit note for each invoice. Bookings
   * that are on no invoice, or owe all that they were invoiced for, are left alone. Whoever calls has the bookings locked.
   */
  async credit(tx: Tx, bookings: readonly StillOwed[]): Promise<void> {
    if (bookings.length === 0) return;
    const ids = bookings.map(({ bookingId }) => bookingId);
    const invoices = await tx.query<LockedInvoice>(LOCK_INVOICES_OF_BOOKINGS, [tx.tenantId, ids, tx.now]);
    if (invoices.length === 0) return;
    const open = await this.openLines(tx, invoices);
    await this.write(
      tx,
      invoices.map((invoice) => ({
        invoice,
        reason: NOT_OWED[invoice.locale as keyof LocalText],
        lines: bookings.flatMap(({ bookingId, owed }) => {
          const lines = open.filter((line) => line.invoiceId === invoice.id && line.bookingId === bookingId);
          const left = lines.reduce((sum, line) => sum + leftOfLine(line), 0);
          return left > owed ? creditOff(lines, left - owed) : [];
        }),
      })),
    );
  }

  /** Of invoices that were locked before. */
  openLines(tx: Tx, invoices: readonly Pick<LockedInvoice, 'id'>[]): Promise<OpenLineRow[]> {
    return tx.query<OpenLineRow>(OPEN_LINES, [tx.tenantId, invoices.map(({ id }) => id)]);
  }

  /** One credit note for each invoice; their ids, in order. Those without lines get none. */
  async write(tx: Tx, credits: readonly ToCredit[]): Promise<string[]> {
    const wanted = credits.filter(({ lines }) => lines.length > 0);
    if (wanted.length === 0) return [];
    const first = await takeNumbers(tx, 'credit_note', wanted.length);
    const notes = wanted.map((credit, at) => noteOf(credit, first + at));
    const lines = wanted.flatMap((credit, at) => noteLines(credit, (notes[at] as InvoiceValues).id));
    await writeInvoices(tx, notes, lines);
    const credited = wanted.map(({ invoice }, at) => {
      const after = { ...invoice, credited: invoice.credited + (notes[at] as InvoiceValues).total };
      return { ...after, status: statusOf(after, invoice.today) };
    });
    await updateInvoices(tx, credited);
    await this.ledger.writeAll(tx, salesTakenBack(wanted, lines));
    const toTell = credited.map((invoice, at) => tellCredited(tx, invoice, notes[at] as InvoiceValues));
    await this.notifications.notifyAll(tx, await noticesOf(tx, toTell));
    return notes.map(({ id }) => id);
  }

  /** Bookings of which nothing is left on an invoice may be put on another one. */
  async release(tx: Tx, open: readonly OpenLineRow[], credited: readonly CreditedLine[]): Promise<void> {
    const left = new Map<string, number>();
    for (const line of open) left.set(line.bookingId, (left.get(line.bookingId) ?? 0) + leftOfLine(line));
    for (const { line, net, vat } of credited) left.set(line.bookingId, (left.get(line.bookingId) ?? 0) - net - vat);
    const free = [...new Set(credited.map(({ line }) => line.bookingId))].filter((id) => left.get(id) === 0);
    await tx.query(RELEASE_BOOKINGS, [tx.tenantId, free]);
  }
}

export async function updateInvoices(
  tx: Tx,
  invoices: readonly Pick<LockedInvoice, 'id' | 'status' | 'settled' | 'credited'>[],
): Promise<void> {
  await tx.query(UPDATE_INVOICES, [
    tx.tenantId,
    invoices.map(({ id }) => id),
    invoices.map(({ status }) => status),
    invoices.map(({ settled }) => settled),
    invoices.map(({ credited }) => credited),
    tx.actorId,
  ]);
}

/** What was not paid yet is owed no more; what was is given back. */
function noteOf({ invoice, lines, reason }: ToCredit, number: number): InvoiceValues {
  const totals = totalsOf(lines);
  const payable = totals.total - Math.min(totals.total, leftOf(invoice));
  return {
    id: uuidv7(),
    orgId: invoice.orgId,
    sellerId: invoice.sellerId,
    kind: 'credit_note',
    number,
    buyerOrgId: invoice.buyerOrgId,
    buyerUserId: invoice.buyerUserId,
    seller: invoice.seller,
    buyer: invoice.buyer,
    buyerReference: invoice.buyerReference,
    locale: invoice.locale,
    issueDate: invoice.today,
    dueDate: null,
    currency: invoice.currency,
    ...totals,
    payable,
    kid: null,
    creditsInvoiceId: invoice.id,
    reason,
    billingRunId: null,
    status: payable === 0 ? 'paid' : 'issued',
  };
}

const noteLines = ({ lines }: ToCredit, invoiceId: string): LineValues[] =>
  lines.map(({ line, net, vat }, at) => {
    const { id, bookingId, description, startsAt, endsAt, timezone, cancelled, quantity, vatCategory, vatBasisPoints } =
      line as OpenLineRow;
    return {
      id: uuidv7(),
      invoiceId,
      position: at + 1,
      bookingId,
      description,
      startsAt,
      endsAt,
      timezone,
      cancelled,
      quantity,
      net,
      vatCategory,
      vatBasisPoints,
      vat,
      total: net + vat,
      creditsLineId: id,
    };
  });

function salesTakenBack(credits: readonly ToCredit[], notes: readonly LineValues[]): Entry[] {
  const taken = credits.flatMap(({ invoice, lines }) =>
    lines.map(({ line }) => ({ invoice, line: line as OpenLineRow })),
  );
  return notes.map(({ id, bookingId, net, vat, total, vatBasisPoints }, at) => {
    const { invoice, line } = taken[at] as (typeof taken)[number];
    return {
      orgId: line.lenderId,
      kind: 'invoice_credited',
      sourceId: id,
      currency: invoice.currency,
      lines: [
        { account: 'receivable', amount: -total, bookingId },
        ...sale([{ vatBasisPoints, net, vat }], bookingId, -1),
      ],
    };
  });
}

function tellCredited(tx: Tx, invoice: LockedInvoice, note: InvoiceValues): ToTell {
  const eventId = tellIssued(tx, note);
  tx.emit(invoiceCredited, {
    id: invoice.id,
    version: invoice.version + 1,
    data: { ...invoiceFact(invoice), creditNoteId: note.id, creditedAmount: note.total },
  });
  return { event: 'invoice.credited', eventId, invoice: note, credits: invoice.number };
}
