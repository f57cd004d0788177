import { AUTH_REQUIRED, FORBIDDEN, Refusal, TENANT_REQUIRED, TOKEN_INVALID } from '@kit/contracts';
import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { type Exchange, exchangeOf, type UserPrincipal } from '../edge/exchange.js';
import { operationOf } from '../edge/operation-of.js';
import { TenantNames } from '../edge/tenant-names.js';
import { type Presented, presentedBy } from './bearer.js';
import { requireOwnOrigin, requireOwnPage, wantsCookies } from './session-cookies.js';
import { VerifiedTokens } from './verified-tokens.js';

/** Origins besides the gateway's own whose pages are ours. */
export const OWN_ORIGINS = Symbol('origins of our own pages');

/** Global guard: who is calling. Every route is an operation that says who may call it; anything else is closed. */
@Injectable()
export class AuthenticationGuard extends AuthGuard('access-token') {
  constructor(
    private readonly verified: VerifiedTokens,
    private readonly tenants: TenantNames,
    @Inject(OWN_ORIGINS) private readonly origins: readonly string[],
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
    if (operation.http?.session !== 'none' && wantsCookies(request)) requireOwnOrigin(request, this.origins);
    if (access.kind === 'anonymous' && !access.tenant) return true;
    const presented = presentedBy(request);
    if (access.kind === 'anonymous' && presented?.by !== 'header') {
      // A browser sends its cookie with everything, also when it has expired: then it is anybody.
      if (presented !== null && (await this.prove(context, request, exchange, presented).catch(() => false)))
        return true;
      if (this.tenants.of(request) === null) throw new Refusal(TENANT_REQUIRED);
      return true;
    }
    if (presented === null) throw new Refusal(AUTH_REQUIRED);
    return this.prove(context, request, exchange, presented);
  }

  private async prove(
    context: ExecutionContext,
    request: FastifyRequest,
    exchange: Exchange,
    { token, by }: Presented,
  ): Promise<boolean> {
    if (token === null) throw new Refusal(TOKEN_INVALID);
    if (by === 'cookie') requireOwnPage(request, token, this.origins);
    return this.identify(context, request, exchange, token);
  }

  private async identify(
    context: ExecutionContext,
    request: FastifyRequest,
    exchange: Exchange,
    token: string,
  ): Promise<boolean> {
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
