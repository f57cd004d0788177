import { Module, type OnModuleInit } from '@nestjs/common';
import { BillingJob } from './billing/billing.job.js';
import { BillingService } from './billing/billing.service.js';
import { BillingPort, ManualBilling } from './billing/billing-port.js';
import { ConsumptionService } from './consumption.service.js';
import { DeltasService } from './deltas.service.js';
import { TRANSITIONS, transitionProblems } from './domain/subscription.js';
import { LedgerJob } from './ledger.job.js';
import { LicencesJob } from './licences.job.js';
import { LicensingController } from './licensing.controller.js';
import { LicensingQueries } from './licensing.queries.js';
import { PlanChangesService } from './plan-changes.service.js';
import { PlanMigrationsService } from './plan-migrations.service.js';
import { SubscriptionsService } from './subscriptions.service.js';
import { ThresholdsJob } from './thresholds.job.js';
import { UsageController } from './usage.controller.js';
import { UsageService } from './usage.service.js';

@Module({
  controllers: [LicensingController, UsageController],
  providers: [
    LicensingQueries,
    SubscriptionsService,
    PlanChangesService,
    PlanMigrationsService,
    DeltasService,
    UsageService,
    ConsumptionService,
    BillingService,
    BillingJob,
    LicencesJob,
    LedgerJob,
    ThresholdsJob,
    { provide: BillingPort, useClass: ManualBilling },
  ],
  exports: [SubscriptionsService],
})
export class LicensingModule implements OnModuleInit {
  onModuleInit(): void {
    const problems = transitionProblems(TRANSITIONS);
    if (problems.length > 0) throw new Error(`statuses of subscriptions: ${problems.join('; ')}`);
  }
}
