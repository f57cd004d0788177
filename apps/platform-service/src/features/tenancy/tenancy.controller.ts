import type { Nothing, PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type AddMember,
  addMember,
  type CreateOrganization,
  type CreateTenant,
  createOrganization,
  createTenant,
  getOrganization,
  getOwnTenant,
  type ListMembers,
  type ListOrganizations,
  listMembers,
  listOrganizations,
  listTenants,
  type OrganizationId,
  type UpdateOrganization,
  updateOrganization,
} from '@platform/contracts';
import { OrganizationsService } from './organizations.service.js';
import { TenancyQueries } from './tenancy.queries.js';
import { TenantsService } from './tenants.service.js';

@Controller()
export class TenancyController {
  constructor(
    private readonly tenants: TenantsService,
    private readonly organizations: OrganizationsService,
    private readonly queries: TenancyQueries,
  ) {}

  @Handles(createTenant)
  createTenant(ctx: RequestContext, request: CreateTenant) {
    return this.tenants.create(ctx, request);
  }

  @Handles(listTenants)
  listTenants(ctx: RequestContext, request: PageQuery) {
    return this.queries.tenants(ctx, request);
  }

  @Handles(getOwnTenant)
  ownTenant(ctx: RequestContext, _request: Nothing) {
    return this.queries.ownTenant(ctx);
  }

  @Handles(createOrganization)
  createOrganization(ctx: RequestContext, request: CreateOrganization) {
    return this.organizations.create(ctx, request);
  }

  @Handles(listOrganizations)
  listOrganizations(ctx: RequestContext, request: ListOrganizations) {
    return this.queries.organizations(ctx, request);
  }

  @Handles(getOrganization)
  getOrganization(ctx: RequestContext, request: OrganizationId) {
    return this.queries.organization(ctx, request.id);
  }

  @Handles(updateOrganization)
  updateOrganization(ctx: RequestContext, request: UpdateOrganization) {
    return this.organizations.update(ctx, request);
  }

  @Handles(listMembers)
  listMembers(ctx: RequestContext, request: ListMembers) {
    return this.queries.members(ctx, request);
  }

  @Handles(addMember)
  addMember(ctx: RequestContext, request: AddMember) {
    return this.organizations.addMember(ctx, request);
  }
}
