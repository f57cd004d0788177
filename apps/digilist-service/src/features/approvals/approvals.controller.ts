import {
  type ApprovalId,
  type ApproveBooking,
  approveBooking,
  type CreateApprovalWorkflow,
  createApprovalWorkflow,
  getApproval,
  type ListApprovals,
  listApprovals,
  listApprovalWorkflows,
  type RejectBooking,
  rejectBooking,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { ApprovalsQueries } from './approvals.queries.js';
import { ApprovalsService } from './approvals.service.js';
import { WorkflowsService } from './workflows.service.js';

@Controller()
export class ApprovalsController {
  constructor(
    private readonly approvals: ApprovalsService,
    private readonly queries: ApprovalsQueries,
    private readonly workflows: WorkflowsService,
  ) {}

  @Handles(listApprovals)
  list(ctx: RequestContext, request: ListApprovals) {
    return this.queries.list(ctx, request);
  }

  @Handles(getApproval)
  get(ctx: RequestContext, request: ApprovalId) {
    return this.queries.get(ctx, request);
  }

  @Handles(approveBooking)
  approve(ctx: RequestContext, request: ApproveBooking) {
    return this.approvals.approve(ctx, request);
  }

  @Handles(rejectBooking)
  reject(ctx: RequestContext, request: RejectBooking) {
    return this.approvals.reject(ctx, request);
  }

  @Handles(listApprovalWorkflows)
  listWorkflows(ctx: RequestContext) {
    return this.workflows.list(ctx);
  }

  @Handles(createApprovalWorkflow)
  createWorkflow(ctx: RequestContext, request: CreateApprovalWorkflow) {
    return this.workflows.create(ctx, request);
  }
}
