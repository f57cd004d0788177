import { Module } from '@nestjs/common';
import { OutOfUseService } from './out-of-use.service.js';
import { UpkeepController } from './upkeep.controller.js';
import { ZoneChangesService } from './zone-changes.service.js';

/** Changes that those who have booked feel. Needs an implementation of Cancellations, which the bookings offer. */
@Module({
  controllers: [UpkeepController],
  providers: [ZoneChangesService, OutOfUseService],
  exports: [OutOfUseService],
})
export class UpkeepModule {}
