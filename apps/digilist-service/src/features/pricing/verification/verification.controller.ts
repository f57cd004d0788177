import {
  type DecideVerification,
  decideVerification,
  getVerification,
  type ListOrganizationVerifications,
  type ListVerifications,
  listOrganizationVerifications,
  listVerifications,
  type RequestVerification,
  requestVerification,
  type VerificationId,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { VerificationQueries } from './verification.queries.js';
import { VerificationService } from './verification.service.js';

@Controller()
export class VerificationController {
  constructor(
    private readonly verifications: VerificationService,
    private readonly queries: VerificationQueries,
  ) {}

  @Handles(requestVerification)
  request(ctx: RequestContext, request: RequestVerification) {
    return this.verifications.request(ctx, request);
  }

  @Handles(listOrganizationVerifications)
  ofOrganization(ctx: RequestContext, request: ListOrganizationVerifications) {
    return this.queries.ofOrganization(ctx, request);
  }

  @Handles(listVerifications)
  list(ctx: RequestContext, request: ListVerifications) {
    return this.queries.page(ctx, request);
  }

  @Handles(getVerification)
  get(ctx: RequestContext, request: VerificationId) {
    return this.queries.get(ctx, request);
  }

  @Handles(decideVerification)
  decide(ctx: RequestContext, request: DecideVerification) {
    return this.verifications.decide(ctx, request);
  }
}
