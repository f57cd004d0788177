import type {
  ListPaymentCases,
  ListPayments,
  Payment,
  PaymentCasePage,
  PaymentId,
  PaymentPage,
  Receipt,
  RefundList,
} from '@digilist/contracts';
import { PAYMENT_INVALID_STATE } from '@digilist/contracts';
import { money, NOT_FOUND, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { vatPartsOf } from '../ledger/index.js';
import { type CaseAnswer, LIST_CASES } from './cases.sql.js';
import { GET_PAYMENT, listPaymentsStatement, type PaymentAnswer } from './payments.sql.js';
import { RECEIPT, type ReceiptRow } from './receipt.sql.js';
import { LIST_REFUNDS, type RefundAnswer } from './returns.sql.js';

@Injectable()
export class PaymentsQueries {
  constructor(private readonly work: UnitOfWork) {}

  get(ctx: RequestContext, { id }: PaymentId): Promise<Payment> {
    return this.work.run(ctx, (tx) => readPayment(tx, ctx, id));
  }

  list(ctx: RequestContext, query: ListPayments): Promise<PaymentPage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const { tenant, orgIds } = tx.reach;
      const list = listPaymentsStatement({
        tenantId: tx.tenantId,
        callerId: userOf(ctx).userId,
        mine: query.mine === true || (!tenant && orgIds.length === 0),
        everywhere: tenant,
        orgIds,
        status: query.status ?? null,
        bookingId: query.bookingId ?? null,
        before: (keys?.[0] as string | undefined) ?? null,
        limit: fetch,
      });
      const rows = await tx.query<PaymentAnswer>(list.statement, list.values);
      return pageOfRows(
        query,
        rows,
        ({ id }) => [id],
        (row) => row,
      );
    });
  }

  refunds(ctx: RequestContext, { id }: PaymentId): Promise<RefundList> {
    return this.work.run(ctx, async (tx) => {
      await readPayment(tx, ctx, id);
      return { data: await tx.query<RefundAnswer>(LIST_REFUNDS, [tx.tenantId, id]) };
    });
  }

  receipt(ctx: RequestContext, { id }: PaymentId): Promise<Receipt> {
    return this.work.run(ctx, async (tx) => {
      const { status } = await readPayment(tx, ctx, id);
      const row = await tx.one<ReceiptRow>(RECEIPT, [tx.tenantId, id]);
      if (row.paidAt === null) throw new Refusal(PAYMENT_INVALID_STATE, { details: { status } });
      const { paidAt, currency, ...receipt } = row;
      const vat = vatPartsOf(row.bookings.flatMap(({ lines }) => lines));
      return {
        ...receipt,
        paidAt,
        vat: vat.map((part) => ({
          vatBasisPoints: part.vatBasisPoints,
          net: money(part.net, currency),
          vat: money(part.vat, currency),
        })),
      };
    });
  }

  cases(ctx: RequestContext, query: ListPaymentCases): Promise<PaymentCasePage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const orgIds = tx.reach.tenant ? null : tx.reach.orgIds;
      const values = [tx.tenantId, query.status ?? 'open', orgIds, keys?.[0] ?? null, fetch];
      const rows = await tx.query<CaseAnswer>(LIST_CASES, values);
      return pageOfRows(
        query,
        rows,
        ({ id }) => [id],
        (row) => row,
      );
    });
  }
}

/** Who paid reads it, and who looks after the money of the organization. @throws Refusal NOT_FOUND */
export async function readPayment(tx: Tx, ctx: RequestContext, id: string): Promise<Payment> {
  const payment = await tx.one<PaymentAnswer>(GET_PAYMENT, [tx.tenantId, id]);
  if (payment.userId !== userOf(ctx).userId && !tx.reach.covers(payment.orgId)) throw new Refusal(NOT_FOUND);
  return payment;
}
