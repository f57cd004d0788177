import {
  CREDIT_ABOVE_INVOICE,
  type CreateInvoice,
  type CreditInvoice,
  INVOICE_NOT_CREDITABLE,
  type Invoice,
  invoiceSettled,
  SETTLEMENT_ABOVE_REST,
  SETTLEMENT_IN_FUTURE,
  type SettleInvoice,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { credit, debit, Ledger } from '../ledger/index.js';
import { Credits, updateInvoices } from './credits.js';
import { creditAsked, leftOfLine } from './domain/credit.js';
import { leftOf, statusOf } from './domain/standing.js';
import { readInvoice, shown } from './invoices.queries.js';
import { INSERT_SETTLEMENT, LOCK_INVOICES, type LockedInvoice } from './invoices.sql.js';
import { Issuing, invoiceFact } from './issuing.js';

@Injectable()
export class InvoicesService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly issuing: Issuing,
    private readonly credits: Credits,
    private readonly ledger: Ledger,
  ) {}

  /** A booking out of reach answers like one that is not there. */
  create(ctx: RequestContext, { bookingIds, buyerReference }: CreateInvoice): Promise<Invoice> {
    return this.work.run(ctx, async (tx) => {
      const bookings = await this.issuing.lock(tx, bookingIds);
      if (bookings.some(({ orgId }) => !tx.reach.covers(orgId))) throw new Refusal(NOT_FOUND);
      const id = await this.issuing.issue(tx, bookings, {
        bookingIds,
        buyerReference: buyerReference ?? null,
        billingRunId: null,
      });
      return shown(await readInvoice(tx, ctx, id));
    });
  }

  credit(ctx: RequestContext, { id, lines: wanted, reason, billAgain = false }: CreditInvoice): Promise<Invoice> {
    return this.work.run(ctx, async (tx) => {
      const invoice = await lockInvoice(tx, id);
      if (invoice.kind !== 'invoice') throw new Refusal(INVOICE_NOT_CREDITABLE);
      const open = await this.credits.openLines(tx, [invoice]);
      const lines = creditAsked(open, wanted);
      if (lines === null) {
        const left = open.map((line) => ({ lineId: line.id, left: leftOfLine(line) }));
        throw new Refusal(CREDIT_ABOVE_INVOICE, { details: { lines: left } });
      }
      const [noteId] = await this.credits.write(tx, [{ invoice, lines, reason }]);
      if (billAgain) await this.credits.release(tx, open, lines);
      return shown(await readInvoice(tx, ctx, noteId as string));
    });
  }

  settle(ctx: RequestContext, { id, amount, paidAt, reference }: SettleInvoice): Promise<Invoice> {
    return this.work.run(ctx, async (tx) => {
      const invoice = await lockInvoice(tx, id);
      if (paidAt > invoice.today) throw new Refusal(SETTLEMENT_IN_FUTURE);
      const left = leftOf(invoice);
      if (amount > left) throw new Refusal(SETTLEMENT_ABOVE_REST, { details: { left } });
      const settlement = await tx.one<{ id: string; lenderId: string }>(INSERT_SETTLEMENT, [
        tx.tenantId,
        id,
        amount,
        paidAt,
        reference ?? null,
        tx.actorId,
      ]);
      const settled = { ...invoice, settled: invoice.settled + amount };
      const after = { ...settled, status: statusOf(settled, invoice.today) };
      await updateInvoices(tx, [after]);
      await this.ledger.write(tx, {
        orgId: settlement.lenderId,
        kind: 'invoice_paid',
        sourceId: settlement.id,
        currency: invoice.currency,
        lines:
          invoice.kind === 'invoice'
            ? [debit('bank', amount), credit('receivable', amount)]
            : [debit('receivable', amount), credit('bank', amount)],
      });
      tellSettled(tx, after, { settlementId: settlement.id, amount, paidAt });
      return shown(await readInvoice(tx, ctx, id));
    });
  }
}

/** @throws Refusal NOT_FOUND also when it is there, but out of reach */
async function lockInvoice(tx: Tx, id: string): Promise<LockedInvoice> {
  const invoice = await tx.one<LockedInvoice>(LOCK_INVOICES, [tx.tenantId, [id], tx.now]);
  if (!tx.reach.covers(invoice.orgId)) throw new Refusal(NOT_FOUND);
  return invoice;
}

function tellSettled(
  tx: Tx,
  invoice: LockedInvoice,
  { settlementId, amount, paidAt }: { settlementId: string; amount: number; paidAt: string },
): void {
  const { id, orgId, version, status } = invoice;
  tx.audit({
    action: 'digilist.invoice.settle',
    entity: { type: 'invoice', id },
    ...(orgId !== null && { orgId }),
    changes: { settlementId, amount, paidAt, status },
  });
  tx.emit(invoiceSettled, {
    id,
    version: version + 1,
    data: { ...invoiceFact(invoice), settledAmount: amount, paidAt },
  });
}
