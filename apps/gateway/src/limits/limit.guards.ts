import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { exchangeOf } from '../edge/exchange.js';
import { operationOf } from '../edge/operation-of.js';
import { addressKey, RateLimits, type Share, triesCredentials } from './rate-limits.js';

/** Global guard, before anything else is done for the caller: requests per address. */
@Injectable()
export class AddressLimitGuard implements CanActivate {
  constructor(private readonly rates: RateLimits) {}

  canActivate(context: ExecutionContext): boolean {
    const operation = operationOf(context);
    if (operation === 'open' || operation === null) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    exchangeOf(request).operation = operation;
    const key = addressKey(request.ip);
    const { address, credentials } = this.rates.limits;
    const shares: Share[] = [{ policy: 'address', key, limit: address }];
    if (triesCredentials(operation)) shares.push({ policy: 'credentials', key, limit: credentials });
    this.rates.take(shares, http.getResponse<FastifyReply>());
    return true;
  }
}

/** Global guard, once the caller is known: requests per user and per tenant. */
@Injectable()
export class CallerLimitGuard implements CanActivate {
  constructor(private readonly rates: RateLimits) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const { principal } = exchangeOf(http.getRequest<FastifyRequest>());
    if (principal === null) return true;
    const { user, tenant } = this.rates.limits;
    this.rates.take(
      [
        { policy: 'user', key: principal.userId, limit: user },
        { policy: 'tenant', key: principal.tenantId, limit: tenant },
      ],
      http.getResponse<FastifyReply>(),
    );
    return true;
  }
}
