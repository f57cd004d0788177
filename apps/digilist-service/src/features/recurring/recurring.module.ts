import { Module } from '@nestjs/common';
import { BookingsModule } from '../bookings/index.js';
import { PaymentsModule } from '../payments/index.js';
import { ReportsModule } from '../reports/index.js';
import { RecurringController } from './recurring.controller.js';
import { RecurringQueries } from './recurring.queries.js';
import { RecurringService } from './recurring.service.js';
import { SeriesChangesService } from './series-changes.service.js';
import { SeriesWriting } from './writing.js';

@Module({
  imports: [BookingsModule, PaymentsModule, ReportsModule],
  controllers: [RecurringController],
  providers: [RecurringService, SeriesChangesService, RecurringQueries, SeriesWriting],
})
export class RecurringModule {}
