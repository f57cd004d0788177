import type { PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type CheckAuthorization,
  type CheckAuthorizations,
  type CreateRole,
  type CreateRoleSeparation,
  checkAuthorization,
  checkAuthorizations,
  createRole,
  createRoleSeparation,
  type DeleteRole,
  deleteRole,
  deleteRoleSeparation,
  type ExplainAuthorization,
  explainAuthorization,
  type GrantRole,
  getRole,
  grantRole,
  type ListPermissions,
  type ListUserPermissions,
  type ListUserRoles,
  listPermissions,
  listRoleSeparations,
  listRoles,
  listUserPermissions,
  listUserRoles,
  type RevokeRole,
  type RoleId,
  revokeRole,
  type UpdateRole,
  updateRole,
  type WhoCan,
  whoCan,
} from '@platform/contracts';
import { AccessQueries } from './access.queries.js';
import { GrantsService } from './grants.service.js';
import { TenantRolesService } from './tenant-roles.service.js';

@Controller()
export class AccessController {
  constructor(
    private readonly queries: AccessQueries,
    private readonly grants: GrantsService,
    private readonly tenantRoles: TenantRolesService,
  ) {}

  @Handles(listPermissions)
  permissions(ctx: RequestContext, query: ListPermissions) {
    return this.queries.permissions(ctx, query);
  }

  @Handles(listRoles)
  roles(ctx: RequestContext, query: PageQuery) {
    return this.queries.roles(ctx, query);
  }

  @Handles(getRole)
  role(ctx: RequestContext, request: RoleId) {
    return this.queries.role(ctx, request);
  }

  @Handles(createRole)
  createRole(ctx: RequestContext, request: CreateRole) {
    return this.tenantRoles.create(ctx, request);
  }

  @Handles(updateRole)
  updateRole(ctx: RequestContext, request: UpdateRole) {
    return this.tenantRoles.update(ctx, request);
  }

  @Handles(deleteRole)
  deleteRole(ctx: RequestContext, request: DeleteRole) {
    return this.tenantRoles.remove(ctx, request);
  }

  @Handles(listRoleSeparations)
  separations(ctx: RequestContext, query: PageQuery) {
    return this.queries.separations(ctx, query);
  }

  @Handles(createRoleSeparation)
  separate(ctx: RequestContext, request: CreateRoleSeparation) {
    return this.tenantRoles.separate(ctx, request);
  }

  @Handles(deleteRoleSeparation)
  endSeparation(ctx: RequestContext, request: RoleId) {
    return this.tenantRoles.endSeparation(ctx, request);
  }

  @Handles(checkAuthorizations)
  checkAll(ctx: RequestContext, request: CheckAuthorizations) {
    return this.queries.checkAll(ctx, request);
  }

  @Handles(whoCan)
  whoCan(ctx: RequestContext, query: WhoCan) {
    return this.queries.whoCan(ctx, query);
  }

  @Handles(listUserPermissions)
  userPermissions(ctx: RequestContext, query: ListUserPermissions) {
    return this.queries.whatCan(ctx, query);
  }

  @Handles(listUserRoles)
  userRoles(ctx: RequestContext, query: ListUserRoles) {
    return this.queries.userRoles(ctx, query);
  }

  @Handles(grantRole)
  grant(ctx: RequestContext, request: GrantRole) {
    return this.grants.grant(ctx, request);
  }

  @Handles(revokeRole)
  revoke(ctx: RequestContext, request: RevokeRole) {
    return this.grants.revoke(ctx, request);
  }

  @Handles(checkAuthorization)
  check(ctx: RequestContext, request: CheckAuthorization) {
    return this.queries.check(ctx, request);
  }

  @Handles(explainAuthorization)
  explain(ctx: RequestContext, request: ExplainAuthorization) {
    return this.queries.explain(ctx, request);
  }
}
