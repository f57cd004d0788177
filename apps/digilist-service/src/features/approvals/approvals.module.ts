import { Module } from '@nestjs/common';
import { AppealsService } from './appeals.service.js';
import { ApprovalsController } from './approvals.controller.js';
import { ApprovalsQueries } from './approvals.queries.js';
import { ApprovalsService } from './approvals.service.js';
import { AssignmentsService } from './assignments.service.js';
import { Cases } from './cases.js';
import { ClarificationsService } from './clarifications.service.js';
import { Deciders } from './deciders.js';
import { EscalationJob } from './escalation.job.js';
import { WorkflowTrialsService } from './workflow-trials.service.js';
import { WorkflowsController } from './workflows.controller.js';
import { WorkflowsService } from './workflows.service.js';

/** Needs an implementation of Applications, which the bookings offer. */
@Module({
  controllers: [ApprovalsController, WorkflowsController],
  providers: [
    Cases,
    Deciders,
    ApprovalsService,
    ApprovalsQueries,
    AssignmentsService,
    ClarificationsService,
    AppealsService,
    EscalationJob,
    WorkflowsService,
    WorkflowTrialsService,
  ],
  exports: [WorkflowsService, Deciders],
})
export class ApprovalsModule {}
