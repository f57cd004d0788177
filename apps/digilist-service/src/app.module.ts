import { type DynamicModule, Module } from '@nestjs/common';
import type { DigilistConfig } from './config.js';
import { ApprovalsModule } from './features/approvals/index.js';
import { BlocksModule } from './features/blocks/index.js';
import { BookingsModule } from './features/bookings/index.js';
import { CalendarModule } from './features/calendar/index.js';
import { CatalogueModule } from './features/catalogue/index.js';
import { ExplainModule } from './features/explain/index.js';
import { feedsModule } from './features/feeds/index.js';
import { HoldsModule } from './features/holds/index.js';
import { InvoicesModule } from './features/invoices/index.js';
import { JobsModule } from './features/jobs/index.js';
import { ListingsModule } from './features/listings/index.js';
import { mediaModule } from './features/media/index.js';
import { notificationsModule } from './features/notifications/index.js';
import { PackagesModule } from './features/packages/index.js';
import { PaymentsModule, paymentProvidersModule } from './features/payments/index.js';
import { PricingModule, verificationModule } from './features/pricing/index.js';
import { PublicCalendarModule } from './features/public-calendar/index.js';
import { RecurringModule } from './features/recurring/index.js';
import { ReportsModule } from './features/reports/index.js';
import { RetentionModule } from './features/retention/index.js';
import { RulesModule } from './features/rules/index.js';
import { SearchModule } from './features/search/index.js';
import { platformModule } from './platform/index.js';

@Module({})
class AppModule {}

export const appModule = (config: DigilistConfig): DynamicModule => ({
  module: AppModule,
  imports: [
    platformModule(config),
    ListingsModule,
    CalendarModule,
    PublicCalendarModule,
    RulesModule,
    PricingModule,
    verificationModule(config),
    BookingsModule,
    ApprovalsModule,
    paymentProvidersModule(config.payments),
    PaymentsModule,
    InvoicesModule,
    ReportsModule,
    JobsModule,
    RetentionModule,
    RecurringModule,
    CatalogueModule,
    SearchModule,
    mediaModule(config.media),
    BlocksModule,
    HoldsModule,
    PackagesModule,
    ExplainModule,
    feedsModule(config),
    notificationsModule(config),
  ],
});
