import type { Nothing, PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  endOtherSessions,
  endSession,
  getMe,
  type Login,
  listSessions,
  listSigningKeys,
  login,
  logout,
  type Refresh,
  refresh,
  type SessionId,
} from '@platform/contracts';
import { AuthService } from './auth.service.js';
import { IdentityQueries } from './identity.queries.js';
import { SessionsService } from './sessions.service.js';
import { SigningKeys } from './signing-keys.js';

@Controller()
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
    private readonly queries: IdentityQueries,
    private readonly keys: SigningKeys,
  ) {}

  @Handles(login)
  login(ctx: RequestContext, request: Login) {
    return this.auth.login(ctx, request);
  }

  @Handles(refresh)
  refresh(ctx: RequestContext, request: Refresh) {
    return this.auth.refresh(ctx, request);
  }

  @Handles(logout)
  logout(ctx: RequestContext, _request: Nothing) {
    return this.sessions.logout(ctx);
  }

  @Handles(getMe)
  me(ctx: RequestContext, _request: Nothing) {
    return this.queries.me(ctx);
  }

  @Handles(listSessions)
  list(ctx: RequestContext, request: PageQuery) {
    return this.queries.sessions(ctx, request);
  }

  @Handles(endSession)
  end(ctx: RequestContext, request: SessionId) {
    return this.sessions.end(ctx, request.id);
  }

  @Handles(endOtherSessions)
  endOthers(ctx: RequestContext, _request: Nothing) {
    return this.sessions.endOthers(ctx);
  }

  @Handles(listSigningKeys)
  async signingKeys(_ctx: RequestContext, _request: Nothing) {
    return { keys: await this.keys.listPublic() };
  }
}
