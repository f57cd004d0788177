import {
  type BookingId,
  type CreateRefund,
  cancelPayment,
  createRefund,
  getCancellationTerms,
  getPayment,
  getReceipt,
  type ListPaymentCases,
  type ListPayments,
  listPaymentCases,
  listPayments,
  listRefunds,
  type PaymentId,
  type ResolvePaymentCase,
  resolvePaymentCase,
  type StartPayment,
  startPayment,
  type WaiveCancellationFee,
  waiveCancellationFee,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { CasesService } from './cases.service.js';
import { PaymentsQueries } from './payments.queries.js';
import { PaymentsService } from './payments.service.js';
import { RefundsService } from './refunds.service.js';

@Controller()
export class PaymentsController {
  constructor(
    private readonly payments: PaymentsService,
    private readonly queries: PaymentsQueries,
    private readonly refunds: RefundsService,
    private readonly cases: CasesService,
  ) {}

  @Handles(startPayment)
  start(ctx: RequestContext, request: StartPayment) {
    return this.payments.start(ctx, request);
  }

  @Handles(cancelPayment)
  cancel(ctx: RequestContext, request: PaymentId) {
    return this.payments.cancel(ctx, request);
  }

  @Handles(getPayment)
  get(ctx: RequestContext, request: PaymentId) {
    return this.queries.get(ctx, request);
  }

  @Handles(listPayments)
  list(ctx: RequestContext, request: ListPayments) {
    return this.queries.list(ctx, request);
  }

  @Handles(getReceipt)
  receipt(ctx: RequestContext, request: PaymentId) {
    return this.queries.receipt(ctx, request);
  }

  @Handles(createRefund)
  refund(ctx: RequestContext, request: CreateRefund) {
    return this.refunds.create(ctx, request);
  }

  @Handles(listRefunds)
  listRefunds(ctx: RequestContext, request: PaymentId) {
    return this.queries.refunds(ctx, request);
  }

  @Handles(getCancellationTerms)
  terms(ctx: RequestContext, request: BookingId) {
    return this.refunds.terms(ctx, request);
  }

  @Handles(waiveCancellationFee)
  waive(ctx: RequestContext, request: WaiveCancellationFee) {
    return this.refunds.waive(ctx, request);
  }

  @Handles(listPaymentCases)
  listCases(ctx: RequestContext, request: ListPaymentCases) {
    return this.queries.cases(ctx, request);
  }

  @Handles(resolvePaymentCase)
  resolveCase(ctx: RequestContext, request: ResolvePaymentCase) {
    return this.cases.resolve(ctx, request);
  }
}
