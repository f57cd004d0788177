import { AUTH_REQUIRED, FORBIDDEN, Refusal, TENANT_REQUIRED, TOKEN_INVALID } from '@kit/contracts';
import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { type Exchange, exchangeOf, type UserPrincipal } from '../edge/exchange.js';
import { operationOf } from '../edge/operation-of.js';
import { TenantNames } from '../edge/tenant-names.js';
import { bearerOf } from './bearer.js';
import { VerifiedTokens } from './verified-tokens.js';

/** Global guard: who is calling. Every route is an operation that says who may call it; anything else is closed. */
@Injectable()
export class AuthenticationGuard extends AuthGuard('access-token') {
  constructor(
    private readonly verified: VerifiedTokens,
    private readonly tenants: TenantNames,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const operation = operationOf(context);
    if (operation === 'open') return true;
    if (operation === null) throw new Refusal(FORBIDDEN);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const exchange = exchangeOf(request);
    const { access } = operation;
    const presented = request.headers.authorization !== undefined;
    if (access.kind === 'anonymous') {
      if (!access.tenant) return true;
      if (!presented) {
        if (this.tenants.of(request) === null) throw new Refusal(TENANT_REQUIRED);
        return true;
      }
    } else if (!presented) {
      throw new Refusal(AUTH_REQUIRED);
    }
    return this.identify(context, request, exchange);
  }

  private async identify(context: ExecutionContext, request: FastifyRequest, exchange: Exchange): Promise<boolean> {
    const token = bearerOf(request.headers.authorization);
    if (token === null) throw new Refusal(TOKEN_INVALID);
    exchange.principal = this.verified.find(token, Date.now());
    if (exchange.principal === null) {
      await super.canActivate(context);
      exchange.principal = (request as FastifyRequest & { user: UserPrincipal }).user;
    }
    exchange.token = token;
    return true;
  }

  override handleRequest<User>(error: unknown, user: User | false, info: unknown): User {
    // The keys could not be fetched: that is no statement about the token.
    for (const cause of [error, info]) if (cause instanceof Refusal) throw cause;
    if (!user) throw new Refusal(TOKEN_INVALID);
    return user;
  }
}
