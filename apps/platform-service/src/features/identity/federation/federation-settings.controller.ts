import type { PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type CreateDomain,
  type CreateIdentityProvider,
  createDomain,
  createIdentityProvider,
  type DomainId,
  deleteDomain,
  deleteIdentityProvider,
  getDomain,
  getIdentityProvider,
  type IdentityProviderId,
  listDomains,
  listIdentityProviders,
  type UpdateDomain,
  type UpdateIdentityProvider,
  updateDomain,
  updateIdentityProvider,
  verifyDomain,
} from '@platform/contracts';
import { DomainsService } from './domains.service.js';
import { ProvidersService } from './providers.service.js';

/** What administrators keep: identity providers and domains. */
@Controller()
export class FederationSettingsController {
  constructor(
    private readonly providers: ProvidersService,
    private readonly domains: DomainsService,
  ) {}

  @Handles(createIdentityProvider)
  createProvider(ctx: RequestContext, request: CreateIdentityProvider) {
    return this.providers.create(ctx, request);
  }

  @Handles(listIdentityProviders)
  listProviders(ctx: RequestContext, request: PageQuery) {
    return this.providers.list(ctx, request);
  }

  @Handles(getIdentityProvider)
  getProvider(ctx: RequestContext, { id }: IdentityProviderId) {
    return this.providers.get(ctx, id);
  }

  @Handles(updateIdentityProvider)
  updateProvider(ctx: RequestContext, request: UpdateIdentityProvider) {
    return this.providers.update(ctx, request);
  }

  @Handles(deleteIdentityProvider)
  deleteProvider(ctx: RequestContext, { id }: IdentityProviderId) {
    return this.providers.delete(ctx, id);
  }

  @Handles(createDomain)
  createDomain(ctx: RequestContext, request: CreateDomain) {
    return this.domains.create(ctx, request);
  }

  @Handles(listDomains)
  listDomains(ctx: RequestContext, request: PageQuery) {
    return this.domains.list(ctx, request);
  }

  @Handles(getDomain)
  getDomain(ctx: RequestContext, { id }: DomainId) {
    return this.domains.get(ctx, id);
  }

  @Handles(verifyDomain)
  verifyDomain(ctx: RequestContext, { id }: DomainId) {
    return this.domains.verify(ctx, id);
  }

  @Handles(updateDomain)
  updateDomain(ctx: RequestContext, request: UpdateDomain) {
    return this.domains.update(ctx, request);
  }

  @Handles(deleteDomain)
  deleteDomain(ctx: RequestContext, { id }: DomainId) {
    return this.domains.delete(ctx, id);
  }
}
