import { Global, Module } from '@nestjs/common';
import { Applications, ApprovalsModule } from '../approvals/index.js';
import { Cancellations } from '../listings/index.js';
import { PayableBookings, PaymentsModule } from '../payments/index.js';
import { PricingModule } from '../pricing/index.js';
import { ReportsModule } from '../reports/index.js';
import { BookingApplications } from './booking-applications.js';
import { BookingMoves } from './booking-moves.js';
import { BookingPayments } from './booking-payments.js';
import { BookingsController } from './bookings.controller.js';
import { BookingsQueries } from './bookings.queries.js';
import { BookingsService } from './bookings.service.js';
import { BookingChangesController } from './changes/changes.controller.js';
import { OutcomesService } from './changes/outcomes.service.js';
import { ReschedulingService } from './changes/rescheduling.service.js';
import { UpdatesService } from './changes/updates.service.js';
import { CompletionJob } from './completion.job.js';
import { Conflicts } from './conflicts.js';
import { Decisions } from './decisions.js';
import { Endings } from './endings.js';
import { BookingExportController } from './export/export.controller.js';
import { ExportService } from './export/export.service.js';
import { HoldExpiry } from './hold-expiry.js';
import { BookingLinksController } from './links/links.controller.js';
import { BookingLinksService } from './links/links.service.js';
import { Placing } from './placing.js';

/** Global, because approvals decide about bookings while bookings ask approvals who has to decide. */
@Global()
@Module({
  imports: [ApprovalsModule, PaymentsModule, PricingModule, ReportsModule],
  controllers: [BookingsController, BookingChangesController, BookingLinksController, BookingExportController],
  providers: [
    BookingsService,
    BookingsQueries,
    Placing,
    Conflicts,
    Decisions,
    BookingMoves,
    ReschedulingService,
    UpdatesService,
    OutcomesService,
    BookingLinksService,
    ExportService,
    Endings,
    HoldExpiry,
    CompletionJob,
    { provide: Applications, useClass: BookingApplications },
    { provide: Cancellations, useExisting: BookingMoves },
    { provide: PayableBookings, useClass: BookingPayments },
  ],
  exports: [Applications, Cancellations, PayableBookings, BookingMoves, Conflicts, Decisions],
})
export class BookingsModule {}
