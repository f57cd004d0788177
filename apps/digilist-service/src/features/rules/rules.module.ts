import { Module } from '@nestjs/common';
import { RulesController } from './rules.controller.js';
import { RulesQueries } from './rules.queries.js';
import { RulesService } from './rules.service.js';

@Module({ controllers: [RulesController], providers: [RulesService, RulesQueries] })
export class RulesModule {}
