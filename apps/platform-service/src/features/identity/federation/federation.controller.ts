import type { PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type AccountLinkId,
  type BackchannelLogout,
  backchannelLogout,
  confirmAccountLink,
  deleteAccountLink,
  type FederatedLogout,
  type FinishFederatedSignIn,
  type FrontchannelLogout,
  federatedLogout,
  finishFederatedSignIn,
  frontchannelLogout,
  listAccountLinks,
  listSignInProviders,
  type RedeemSignInCode,
  redeemSignInCode,
  type StartAccountLink,
  type StartFederatedSignIn,
  startAccountLink,
  startFederatedSignIn,
} from '@platform/contracts';
import { LinksService } from './links.service.js';
import { Logout } from './logout.service.js';
import { ProvidersService } from './providers.service.js';
import { Redemption } from './redemption.service.js';
import { SignInAttempts } from './sign-in-attempts.service.js';

/** Signing in, and out, through identity providers. */
@Controller()
export class FederationController {
  constructor(
    private readonly providers: ProvidersService,
    private readonly attempts: SignInAttempts,
    private readonly redemption: Redemption,
    private readonly logouts: Logout,
    private readonly links: LinksService,
  ) {}

  @Handles(listSignInProviders)
  offered(ctx: RequestContext, request: PageQuery) {
    return this.providers.offered(ctx, request);
  }

  @Handles(startFederatedSignIn)
  start(ctx: RequestContext, request: StartFederatedSignIn) {
    return this.attempts.start(ctx, request);
  }

  @Handles(finishFederatedSignIn)
  finish(ctx: RequestContext, request: FinishFederatedSignIn) {
    return this.attempts.finish(ctx, request);
  }

  @Handles(redeemSignInCode)
  redeem(ctx: RequestContext, request: RedeemSignInCode) {
    return this.redemption.tokens(ctx, request);
  }

  @Handles(federatedLogout)
  logout(ctx: RequestContext, request: FederatedLogout) {
    return this.logouts.own(ctx, request);
  }

  @Handles(frontchannelLogout)
  frontchannel(ctx: RequestContext, request: FrontchannelLogout) {
    return this.logouts.frontchannel(ctx, request);
  }

  @Handles(backchannelLogout)
  backchannel(ctx: RequestContext, request: BackchannelLogout) {
    return this.logouts.backchannel(ctx, request);
  }

  @Handles(listAccountLinks)
  list(ctx: RequestContext, request: PageQuery) {
    return this.links.list(ctx, request);
  }

  @Handles(startAccountLink)
  startLink(ctx: RequestContext, request: StartAccountLink) {
    return this.links.start(ctx, request);
  }

  @Handles(confirmAccountLink)
  confirmLink(ctx: RequestContext, request: RedeemSignInCode) {
    return this.links.confirm(ctx, request);
  }

  @Handles(deleteAccountLink)
  unlink(ctx: RequestContext, { id }: AccountLinkId) {
    return this.links.unlink(ctx, id);
  }
}
