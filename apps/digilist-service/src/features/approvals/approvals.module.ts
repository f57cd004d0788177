import { Module } from '@nestjs/common';
import { ApprovalsController } from './approvals.controller.js';
import { ApprovalsQueries } from './approvals.queries.js';
import { ApprovalsService } from './approvals.service.js';
import { WorkflowsService } from './workflows.service.js';

/** Needs an implementation of Applications, which the bookings offer. */
@Module({
  controllers: [ApprovalsController],
  providers: [ApprovalsService, ApprovalsQueries, WorkflowsService],
  exports: [WorkflowsService],
})
export class ApprovalsModule {}
