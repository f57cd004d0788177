import { Module } from '@nestjs/common';
import { BookingQuotasService } from './booking-quotas.service.js';
import { RuleTemplatesService } from './rule-templates.service.js';
import { RulesController } from './rules.controller.js';
import { RulesQueries } from './rules.queries.js';
import { RulesService } from './rules.service.js';
import { SharedRulesController } from './shared-rules.controller.js';

@Module({
  controllers: [RulesController, SharedRulesController],
  providers: [RulesService, RulesQueries, RuleTemplatesService, BookingQuotasService],
})
export class RulesModule {}
