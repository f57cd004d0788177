import type { Nothing } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  beginEnrolment,
  beginTotp,
  type ConfirmEnrolment,
  type ConfirmTotp,
  confirmEnrolment,
  confirmTotp,
  type EnrolmentChallenge,
  listFactors,
  removeTotp,
  renewRecoveryCodes,
  resetFactors,
  type StepUp,
  stepUp,
  type UserId,
  type VerifyMfa,
  verifyMfa,
} from '@platform/contracts';
import { FactorResetService } from './factor-reset.service.js';
import { FactorsQueries } from './factors.queries.js';
import { SecondStepService } from './second-step.service.js';
import { StepUpService } from './step-up.service.js';
import { TotpService } from './totp.service.js';

@Controller()
export class FactorsController {
  constructor(
    private readonly queries: FactorsQueries,
    private readonly totp: TotpService,
    private readonly secondStep: SecondStepService,
    private readonly stepUps: StepUpService,
    private readonly resets: FactorResetService,
  ) {}

  @Handles(listFactors)
  list(ctx: RequestContext, _request: Nothing) {
    return this.queries.list(ctx);
  }

  @Handles(beginTotp)
  beginTotp(ctx: RequestContext, _request: Nothing) {
    return this.totp.begin(ctx);
  }

  @Handles(confirmTotp)
  confirmTotp(ctx: RequestContext, request: ConfirmTotp) {
    return this.totp.confirm(ctx, request);
  }

  @Handles(removeTotp)
  removeTotp(ctx: RequestContext, _request: Nothing) {
    return this.totp.remove(ctx);
  }

  @Handles(renewRecoveryCodes)
  renewRecoveryCodes(ctx: RequestContext, _request: Nothing) {
    return this.totp.renewRecoveryCodes(ctx);
  }

  @Handles(verifyMfa)
  verify(ctx: RequestContext, request: VerifyMfa) {
    return this.secondStep.verify(ctx, request);
  }

  @Handles(beginEnrolment)
  beginEnrolment(ctx: RequestContext, request: EnrolmentChallenge) {
    return this.secondStep.beginEnrolment(ctx, request);
  }

  @Handles(confirmEnrolment)
  confirmEnrolment(ctx: RequestContext, request: ConfirmEnrolment) {
    return this.secondStep.confirmEnrolment(ctx, request);
  }

  @Handles(stepUp)
  stepUp(ctx: RequestContext, request: StepUp) {
    return this.stepUps.stepUp(ctx, request);
  }

  @Handles(resetFactors)
  reset(ctx: RequestContext, request: UserId) {
    return this.resets.reset(ctx, request.id);
  }
}
