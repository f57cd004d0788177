import type { Invoice, InvoiceId, InvoicePage, ListInvoices } from '@digilist/contracts';
import { money, NOT_FOUND, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { byVat } from './domain/totals.js';
import { GET_INVOICE, type InvoiceRow, type InvoiceSummaryRow, listInvoicesStatement } from './invoices.sql.js';

@Injectable()
export class InvoicesQueries {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext, query: ListInvoices): Promise<InvoicePage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    const { status, kind, buyerOrgId, buyerUserId, billingRunId, from, to } = query;
    return this.work.run(ctx, async (tx) => {
      const { tenant, orgIds } = tx.reach;
      const filter = { status, kind, buyerOrgId, buyerUserId, billingRunId, from, to };
      const onlyOwn = query.mine === true || (!tenant && orgIds.length === 0);
      const callerId = userOf(ctx).userId;
      const list = listInvoicesStatement(
        { tenantId: tx.tenantId, callerId, onlyOwn, everywhere: tenant, orgIds, ...filter },
        (keys?.[0] as string | undefined) ?? null,
        fetch,
      );
      const rows = await tx.query<InvoiceSummaryRow>(list.statement, list.values);
      return pageOfRows(
        query,
        rows,
        ({ id }) => [id],
        (row) => row,
      );
    });
  }

  get(ctx: RequestContext, { id }: InvoiceId): Promise<Invoice> {
    return this.work.run(ctx, async (tx) => shown(await readInvoice(tx, ctx, id)));
  }
}

/** @throws Refusal NOT_FOUND also when it is there, but out of reach */
export async function readInvoice(tx: Tx, ctx: RequestContext, id: string): Promise<InvoiceRow> {
  const row = await tx.one<InvoiceRow>(GET_INVOICE, [tx.tenantId, id]);
  const { orgId, buyerOrgId, buyerUserId } = row;
  const bought = buyerUserId === userOf(ctx).userId || (buyerOrgId !== null && tx.reach.covers(buyerOrgId));
  if (!bought && !tx.reach.covers(orgId)) throw new Refusal(NOT_FOUND);
  return row;
}

/** As it is answered. */
export function shown({ locale: _, creditsNumber: __, creditsDate: ___, ...row }: InvoiceRow): Invoice {
  const { currency } = row.total;
  const amounts = row.lines.map(({ vatCategory, vatBasisPoints, net, vat }) => ({
    vatCategory,
    vatBasisPoints,
    net: net.amount,
    vat: vat.amount,
  }));
  return {
    ...(row as unknown as Invoice),
    vatByRate: byVat(amounts).map(({ vatCategory, vatBasisPoints, net, vat }) => ({
      category: vatCategory,
      vatBasisPoints,
      net: money(net, currency),
      vat: money(vat, currency),
    })),
  };
}
