import { Module } from '@nestjs/common';
import { Demand } from './demand.js';
import { FiguresService } from './figures.service.js';
import { ReportsController } from './reports.controller.js';
import { UtilisationService } from './utilisation.service.js';

@Module({
  controllers: [ReportsController],
  providers: [UtilisationService, FiguresService, Demand],
  exports: [Demand],
})
export class ReportsModule {}
