import {
  type AnswerClarification,
  type AppealBooking,
  type ApprovalId,
  type ApproveBooking,
  type AssignApproval,
  answerClarification,
  appealBooking,
  approveBooking,
  assignApproval,
  type BookingId,
  type ClaimApproval,
  type ClarifyApproval,
  claimApproval,
  clarifyApproval,
  type DecideApprovals,
  decideApprovals,
  getApproval,
  type ListApprovals,
  listApprovals,
  listBookingMessages,
  type PrioritizeApproval,
  prioritizeApproval,
  type RejectBooking,
  rejectBooking,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { AppealsService } from './appeals.service.js';
import { ApprovalsQueries } from './approvals.queries.js';
import { ApprovalsService } from './approvals.service.js';
import { AssignmentsService } from './assignments.service.js';
import { ClarificationsService } from './clarifications.service.js';

@Controller()
export class ApprovalsController {
  constructor(
    private readonly approvals: ApprovalsService,
    private readonly queries: ApprovalsQueries,
    private readonly assignments: AssignmentsService,
    private readonly clarifications: ClarificationsService,
    private readonly appeals: AppealsService,
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

  @Handles(decideApprovals)
  decide(ctx: RequestContext, request: DecideApprovals) {
    return this.approvals.decide(ctx, request);
  }

  @Handles(assignApproval)
  assign(ctx: RequestContext, request: AssignApproval) {
    return this.assignments.assign(ctx, request);
  }

  @Handles(prioritizeApproval)
  prioritize(ctx: RequestContext, request: PrioritizeApproval) {
    return this.assignments.prioritize(ctx, request);
  }

  @Handles(claimApproval)
  claim(ctx: RequestContext, request: ClaimApproval) {
    return this.assignments.claim(ctx, request);
  }

  @Handles(clarifyApproval)
  clarify(ctx: RequestContext, request: ClarifyApproval) {
    return this.clarifications.ask(ctx, request);
  }

  @Handles(answerClarification)
  answer(ctx: RequestContext, request: AnswerClarification) {
    return this.clarifications.answer(ctx, request);
  }

  @Handles(listBookingMessages)
  messages(ctx: RequestContext, request: BookingId) {
    return this.clarifications.messages(ctx, request);
  }

  @Handles(appealBooking)
  appeal(ctx: RequestContext, request: AppealBooking) {
    return this.appeals.appeal(ctx, request);
  }
}
