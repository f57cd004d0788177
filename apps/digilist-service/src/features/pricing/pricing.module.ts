import { Module } from '@nestjs/common';
import { PricingController } from './pricing.controller.js';
import { PricingQueries } from './pricing.queries.js';
import { PricingService } from './pricing.service.js';

@Module({ controllers: [PricingController], providers: [PricingService, PricingQueries] })
export class PricingModule {}
