import type { Nothing } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type AccountEmail,
  type AccountToken,
  type ChangePassword,
  changeEmail,
  changePassword,
  endUserSession,
  endUserSessions,
  forgotPassword,
  type ListUserSessions,
  listUserSessions,
  type Register,
  type ResetPassword,
  register,
  resendVerification,
  resetPassword,
  rotateSigningKey,
  type SessionOfUser,
  type SessionsOfUser,
  type UpdateMe,
  updateMe,
  verifyEmail,
} from '@platform/contracts';
import { AccountPasswordsService } from './account-passwords.service.js';
import { AccountsService } from './accounts.service.js';
import { IdentityQueries } from './identity.queries.js';
import { KeyRotation } from './key-rotation.js';
import { SessionsService } from './sessions.service.js';

@Controller()
export class AccountsController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly passwords: AccountPasswordsService,
    private readonly sessions: SessionsService,
    private readonly queries: IdentityQueries,
    private readonly rotation: KeyRotation,
  ) {}

  @Handles(register)
  register(ctx: RequestContext, request: Register) {
    return this.accounts.register(ctx, request);
  }

  @Handles(resendVerification)
  resend(ctx: RequestContext, request: AccountEmail) {
    return this.accounts.resend(ctx, request);
  }

  @Handles(verifyEmail)
  verify(ctx: RequestContext, request: AccountToken) {
    return this.accounts.verify(ctx, request);
  }

  @Handles(changeEmail)
  changeEmail(ctx: RequestContext, request: AccountEmail) {
    return this.accounts.changeEmail(ctx, request);
  }

  @Handles(forgotPassword)
  forgot(ctx: RequestContext, request: AccountEmail) {
    return this.accounts.forgotPassword(ctx, request);
  }

  @Handles(resetPassword)
  reset(ctx: RequestContext, request: ResetPassword) {
    return this.passwords.reset(ctx, request);
  }

  @Handles(changePassword)
  changePassword(ctx: RequestContext, request: ChangePassword) {
    return this.passwords.change(ctx, request);
  }

  @Handles(updateMe)
  updateMe(ctx: RequestContext, request: UpdateMe) {
    return this.accounts.updateMe(ctx, request);
  }

  @Handles(listUserSessions)
  listSessions(ctx: RequestContext, request: ListUserSessions) {
    return this.queries.sessionsOf(ctx, request);
  }

  @Handles(endUserSessions)
  endSessions(ctx: RequestContext, request: SessionsOfUser) {
    return this.sessions.endAllOf(ctx, request);
  }

  @Handles(endUserSession)
  endSession(ctx: RequestContext, request: SessionOfUser) {
    return this.sessions.endOneOf(ctx, request);
  }

  @Handles(rotateSigningKey)
  rotate(ctx: RequestContext, _request: Nothing) {
    return this.rotation.rotateNow(ctx);
  }
}
