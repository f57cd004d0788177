import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/index.js';
import { BillingController } from './billing.controller.js';
import { BillingService } from './billing.service.js';
import { BillingWorker } from './billing.worker.js';
import { Credits } from './credits.js';
import { Documents } from './documents/documents.js';
import { InvoicesController } from './invoices.controller.js';
import { InvoicesQueries } from './invoices.queries.js';
import { InvoicesService } from './invoices.service.js';
import { Issuing } from './issuing.js';
import { MonthlyBillingJob } from './monthly-billing.job.js';
import { OverdueJob } from './overdue.job.js';
import { SellersController } from './sellers.controller.js';
import { SellersService } from './sellers.service.js';

@Module({
  imports: [LedgerModule],
  controllers: [InvoicesController, SellersController, BillingController],
  providers: [
    InvoicesService,
    InvoicesQueries,
    Documents,
    Issuing,
    Credits,
    SellersService,
    BillingService,
    BillingWorker,
    MonthlyBillingJob,
    OverdueJob,
  ],
  exports: [Credits],
})
export class InvoicesModule {}
