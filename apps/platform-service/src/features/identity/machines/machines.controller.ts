import type { PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type CreateApiKey,
  type CreateServiceAccount,
  createApiKey,
  createServiceAccount,
  type ExchangeApiKey,
  exchangeApiKey,
  type Impersonate,
  impersonate,
  type ListApiKeys,
  listApiKeys,
  listServiceAccounts,
  type RevokeApiKey,
  removeServiceAccount,
  revokeApiKey,
  type ServiceAccountId,
} from '@platform/contracts';
import { ServiceAccountsService } from './service-accounts.service.js';
import { TokenExchangeService } from './token-exchange.service.js';

@Controller()
export class MachinesController {
  constructor(
    private readonly accounts: ServiceAccountsService,
    private readonly tokens: TokenExchangeService,
  ) {}

  @Handles(createServiceAccount)
  create(ctx: RequestContext, request: CreateServiceAccount) {
    return this.accounts.create(ctx, request);
  }

  @Handles(listServiceAccounts)
  list(ctx: RequestContext, request: PageQuery) {
    return this.accounts.list(ctx, request);
  }

  @Handles(removeServiceAccount)
  remove(ctx: RequestContext, request: ServiceAccountId) {
    return this.accounts.remove(ctx, request);
  }

  @Handles(createApiKey)
  createKey(ctx: RequestContext, request: CreateApiKey) {
    return this.accounts.createKey(ctx, request);
  }

  @Handles(listApiKeys)
  keys(ctx: RequestContext, request: ListApiKeys) {
    return this.accounts.keys(ctx, request);
  }

  @Handles(revokeApiKey)
  revokeKey(ctx: RequestContext, request: RevokeApiKey) {
    return this.accounts.revokeKey(ctx, request);
  }

  @Handles(exchangeApiKey)
  exchange(ctx: RequestContext, request: ExchangeApiKey) {
    return this.tokens.ofKey(ctx, request);
  }

  @Handles(impersonate)
  impersonate(ctx: RequestContext, request: Impersonate) {
    return this.tokens.onBehalf(ctx, request);
  }
}
