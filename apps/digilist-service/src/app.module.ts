import { type DynamicModule, Module } from '@nestjs/common';
import type { DigilistConfig } from './config.js';
import { ApprovalsModule } from './features/approvals/index.js';
import { BookingsModule } from './features/bookings/index.js';
import { CalendarModule } from './features/calendar/index.js';
import { ListingsModule } from './features/listings/index.js';
import { notificationsModule } from './features/notifications/index.js';
import { PricingModule } from './features/pricing/index.js';
import { RulesModule } from './features/rules/index.js';
import { PlatformModule } from './platform/index.js';

@Module({})
class AppModule {}

export const appModule = (config: DigilistConfig): DynamicModule => ({
  module: AppModule,
  imports: [
    PlatformModule,
    ListingsModule,
    CalendarModule,
    RulesModule,
    PricingModule,
    BookingsModule,
    ApprovalsModule,
    notificationsModule(config),
  ],
});
