import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type AcceptInvitation,
  acceptInvitation,
  createInvitation,
  type InvitationId,
  type Invite,
  type ListInvitations,
  listInvitations,
  resendInvitation,
  revokeInvitation,
} from '@platform/contracts';
import { AcceptanceService } from './acceptance.service.js';
import { InvitationsQueries } from './invitations.queries.js';
import { InvitationsService } from './invitations.service.js';

@Controller()
export class InvitationsController {
  constructor(
    private readonly invitations: InvitationsService,
    private readonly acceptance: AcceptanceService,
    private readonly queries: InvitationsQueries,
  ) {}

  @Handles(createInvitation)
  create(ctx: RequestContext, request: Invite) {
    return this.invitations.create(ctx, request);
  }

  @Handles(listInvitations)
  list(ctx: RequestContext, request: ListInvitations) {
    return this.queries.list(ctx, request);
  }

  @Handles(resendInvitation)
  resend(ctx: RequestContext, request: InvitationId) {
    return this.invitations.resend(ctx, request);
  }

  @Handles(revokeInvitation)
  revoke(ctx: RequestContext, request: InvitationId) {
    return this.invitations.revoke(ctx, request);
  }

  @Handles(acceptInvitation)
  accept(ctx: RequestContext, request: AcceptInvitation) {
    return this.acceptance.accept(ctx, request);
  }
}
