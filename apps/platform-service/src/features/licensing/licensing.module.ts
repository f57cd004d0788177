import { Module } from '@nestjs/common';
import { LicensingController } from './licensing.controller.js';
import { LicensingQueries } from './licensing.queries.js';
import { SubscriptionsService } from './subscriptions.service.js';
import { UsageService } from './usage.service.js';

@Module({
  controllers: [LicensingController],
  providers: [LicensingQueries, SubscriptionsService, UsageService],
  exports: [SubscriptionsService],
})
export class LicensingModule {}
