import type { Nothing } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type AddMember,
  addMember,
  type CreateOrganization,
  type CreateTenant,
  createOrganization,
  createTenant,
  endMembership,
  getOrganization,
  getOwnTenant,
  getTenant,
  type ListMembers,
  type ListMemberships,
  type ListOrganizations,
  type ListTenants,
  type LocateTenant,
  listMembers,
  listMemberships,
  listOrganizations,
  listTenants,
  locateTenant,
  type MembershipInOrganization,
  type OrganizationId,
  type TenantId,
  type UpdateOrganization,
  type UpdateOwnTenant,
  type UpdateTenant,
  updateOrganization,
  updateOwnTenant,
  updateTenant,
} from '@platform/contracts';
import { MembersService } from './members.service.js';
import { OrganizationsService } from './organizations.service.js';
import { TenancyQueries } from './tenancy.queries.js';
import { TenantsService } from './tenants.service.js';

@Controller()
export class TenancyController {
  constructor(
    private readonly tenants: TenantsService,
    private readonly organizations: OrganizationsService,
    private readonly members: MembersService,
    private readonly queries: TenancyQueries,
  ) {}

  @Handles(createTenant)
  createTenant(ctx: RequestContext, request: CreateTenant) {
    return this.tenants.create(ctx, request);
  }

  @Handles(listTenants)
  listTenants(ctx: RequestContext, request: ListTenants) {
    return this.queries.tenants(ctx, request);
  }

  @Handles(getOwnTenant)
  ownTenant(ctx: RequestContext, _request: Nothing) {
    return this.queries.ownTenant(ctx);
  }

  @Handles(updateOwnTenant)
  updateOwnTenant(ctx: RequestContext, request: UpdateOwnTenant) {
    return this.tenants.updateOwn(ctx, request);
  }

  @Handles(getTenant)
  tenant(ctx: RequestContext, request: TenantId) {
    return this.queries.tenant(ctx, request);
  }

  @Handles(updateTenant)
  updateTenant(ctx: RequestContext, request: UpdateTenant) {
    return this.tenants.update(ctx, request);
  }

  @Handles(locateTenant)
  locate(_ctx: RequestContext, request: LocateTenant) {
    return this.queries.location(request);
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
    return this.members.add(ctx, request);
  }

  @Handles(endMembership)
  endMembership(ctx: RequestContext, request: MembershipInOrganization) {
    return this.members.end(ctx, request);
  }

  @Handles(listMemberships)
  listMemberships(ctx: RequestContext, request: ListMemberships) {
    return this.queries.memberships(ctx, request);
  }
}
