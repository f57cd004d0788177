import { Module } from '@nestjs/common';
import { UpkeepModule } from '../listings/index.js';
import { BlockTaking } from './block-taking.js';
import { BlocksController } from './blocks.controller.js';
import { BlocksQueries } from './blocks.queries.js';
import { BlocksService } from './blocks.service.js';

/** Needs an implementation of Cancellations, which the bookings offer. */
@Module({
  imports: [UpkeepModule],
  controllers: [BlocksController],
  providers: [BlocksService, BlockTaking, BlocksQueries],
})
export class BlocksModule {}
