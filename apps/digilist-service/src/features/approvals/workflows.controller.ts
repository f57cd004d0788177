import {
  type ApprovalWorkflowId,
  type CreateApprovalWorkflow,
  createApprovalWorkflow,
  getApprovalWorkflow,
  listApprovalWorkflows,
  retireApprovalWorkflow,
  type TryApprovalWorkflow,
  tryApprovalWorkflow,
  type UpdateApprovalWorkflow,
  updateApprovalWorkflow,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { WorkflowTrialsService } from './workflow-trials.service.js';
import { WorkflowsService } from './workflows.service.js';

@Controller()
export class WorkflowsController {
  constructor(
    private readonly workflows: WorkflowsService,
    private readonly trials: WorkflowTrialsService,
  ) {}

  @Handles(listApprovalWorkflows)
  list(ctx: RequestContext) {
    return this.workflows.list(ctx);
  }

  @Handles(getApprovalWorkflow)
  get(ctx: RequestContext, request: ApprovalWorkflowId) {
    return this.workflows.get(ctx, request);
  }

  @Handles(createApprovalWorkflow)
  create(ctx: RequestContext, request: CreateApprovalWorkflow) {
    return this.workflows.create(ctx, request);
  }

  @Handles(updateApprovalWorkflow)
  update(ctx: RequestContext, request: UpdateApprovalWorkflow) {
    return this.workflows.update(ctx, request);
  }

  @Handles(retireApprovalWorkflow)
  retire(ctx: RequestContext, request: ApprovalWorkflowId) {
    return this.workflows.retire(ctx, request);
  }

  @Handles(tryApprovalWorkflow)
  try(ctx: RequestContext, request: TryApprovalWorkflow) {
    return this.trials.try(ctx, request);
  }
}
