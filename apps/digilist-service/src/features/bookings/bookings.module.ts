import { Global, Module } from '@nestjs/common';
import { Applications, ApprovalsModule } from '../approvals/index.js';
import { Cancellations } from '../listings/index.js';
import { BookingMoves } from './booking-moves.js';
import { BookingsController } from './bookings.controller.js';
import { BookingsQueries } from './bookings.queries.js';
import { BookingsService } from './bookings.service.js';
import { Conflicts } from './conflicts.js';
import { Decisions } from './decisions.js';
import { HoldExpiry } from './hold-expiry.js';
import { Placing } from './placing.js';

/** Global, because approvals decide about bookings while bookings ask approvals who has to decide. */
@Global()
@Module({
  imports: [ApprovalsModule],
  controllers: [BookingsController],
  providers: [
    BookingsService,
    BookingsQueries,
    Placing,
    Conflicts,
    Decisions,
    BookingMoves,
    HoldExpiry,
    { provide: Applications, useExisting: BookingMoves },
    { provide: Cancellations, useExisting: BookingMoves },
  ],
  exports: [Applications, Cancellations, BookingMoves],
})
export class BookingsModule {}
