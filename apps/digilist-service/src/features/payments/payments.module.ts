import { Module } from '@nestjs/common';
import { InvoicesModule } from '../invoices/index.js';
import { LedgerModule } from '../ledger/index.js';
import { CallsWorker } from './calls.worker.js';
import { Cases } from './cases.js';
import { CasesService } from './cases.service.js';
import { Checkouts } from './checkouts.js';
import { ChecksWorker } from './checks.worker.js';
import { PaymentMetrics } from './payment-metrics.js';
import { PaymentsController } from './payments.controller.js';
import { PaymentsQueries } from './payments.queries.js';
import { PaymentsService } from './payments.service.js';
import { PaymentEvents, PaymentWebhooks, PaymentWebhooksController } from './providers/index.js';
import { PaymentQueue } from './queue.js';
import { ReceivedEvents } from './received.js';
import { ReconciliationJob } from './reconciliation.job.js';
import { RefundsService } from './refunds.service.js';
import { loadReturnOrigins, RETURN_ORIGINS } from './return-origins.js';
import { Returns } from './returns.js';
import { Settlements } from './settlements.js';
import { Takings } from './takings.js';
import { RefundTermsController } from './terms/refund-terms.controller.js';
import { RefundTermsService } from './terms/refund-terms.service.js';

/** Needs an implementation of PayableBookings, which the bookings offer, and the payment providers. */
@Module({
  imports: [LedgerModule, InvoicesModule],
  controllers: [PaymentsController, RefundTermsController, PaymentWebhooksController],
  providers: [
    { provide: RETURN_ORIGINS, useFactory: () => loadReturnOrigins() },
    PaymentsService,
    PaymentsQueries,
    Checkouts,
    Takings,
    Returns,
    RefundsService,
    RefundTermsService,
    Settlements,
    Cases,
    CasesService,
    PaymentQueue,
    PaymentMetrics,
    CallsWorker,
    ChecksWorker,
    ReconciliationJob,
    PaymentWebhooks,
    { provide: PaymentEvents, useClass: ReceivedEvents },
  ],
  exports: [Settlements],
})
export class PaymentsModule {}
