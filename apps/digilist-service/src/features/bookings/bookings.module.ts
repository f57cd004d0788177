import { Global, Module } from '@nestjs/common';
import { Applications, ApprovalsModule } from '../approvals/index.js';
import { Cancellations } from '../listings/index.js';
import { BookingMoves } from './booking-moves.js';
import { BookingsController } from './bookings.controller.js';
import { BookingsQueries } from './bookings.queries.js';
import { BookingsService } from './bookings.service.js';
import { BookingChangesController } from './changes/changes.controller.js';
import { EndingsService } from './changes/endings.service.js';
import { ReschedulingService } from './changes/rescheduling.service.js';
import { UpdatesService } from './changes/updates.service.js';
import { Conflicts } from './conflicts.js';
import { Decisions } from './decisions.js';
import { HoldExpiry } from './hold-expiry.js';
import { Placing } from './placing.js';

/** Global, because approvals decide about bookings while bookings ask approvals who has to decide. */
@Global()
@Module({
  imports: [ApprovalsModule],
  controllers: [BookingsController, BookingChangesController],
  providers: [
    BookingsService,
    BookingsQueries,
    Placing,
    Conflicts,
    Decisions,
    BookingMoves,
    ReschedulingService,
    UpdatesService,
    EndingsService,
    HoldExpiry,
    { provide: Applications, useExisting: BookingMoves },
    { provide: Cancellations, useExisting: BookingMoves },
  ],
  exports: [Applications, Cancellations, BookingMoves, Conflicts],
})
export class BookingsModule {}
